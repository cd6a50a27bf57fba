#include "connectors/salesforce/record_id.h"

#include <gtest/gtest.h>

namespace lockstep::connectors::salesforce {

// Pairs as published with descriptions of the algorithm.
TEST(RecordId, AppendsTheChecksumToFifteenCharacters) {
    EXPECT_EQ(normalise_record_id("a0D30000001n7Pi").value(), "a0D30000001n7PiEAI");
    EXPECT_EQ(normalise_record_id("001M000000qfPyS").value(), "001M000000qfPySIAU");
    EXPECT_EQ(normalise_record_id("a0RE000000IJmcN").value(), "a0RE000000IJmcNMAT");
    EXPECT_EQ(normalise_record_id("aaaaaaaaaaaaaaa").value(), "aaaaaaaaaaaaaaaAAA");
    EXPECT_EQ(normalise_record_id("aBcDEfgHIJKLMNO").value(), "aBcDEfgHIJKLMNO025");
}

TEST(RecordId, KeepsEighteenCharacters) { EXPECT_EQ(normalise_record_id("a0D30000001n7PiEAI").value(), "a0D30000001n7PiEAI"); }

TEST(RecordId, RefusesWhatIsNotAnId) {
    for (std::string_view bad : {"", "006", "' OR Id != '", "../../../etc/pa", "006A0000000EXA M", "006A0000000EXAMP",
                                 "006A0000000EXAMPLE0", "006A0000000ÄXAM", "006A0000000EXA/", "006A0000000%2e%"}) {
        auto refused = normalise_record_id(bad);
        ASSERT_FALSE(refused) << bad;
        EXPECT_EQ(refused.error().code, ErrorCode::value_invalid) << bad;
    }
}

TEST(RecordId, RefusesAnIdWithATrailingNulOrLineEnd) {
    EXPECT_FALSE(normalise_record_id(std::string_view("006A0000000EXA\0", 15)));
    EXPECT_FALSE(normalise_record_id("006A0000000EXA\n"));
}

TEST(RecordId, RefusesAnIdOfAnotherStandardObject) {
    EXPECT_TRUE(record_id_of("Opportunity", "006A0000000EXAM"));
    auto refused = record_id_of("Opportunity", "001A0000000EXAM");
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("Opportunity ids begin with 006"), std::string::npos);
}

TEST(RecordId, TakesAnyPrefixForObjectsItDoesNotKnow) { EXPECT_TRUE(record_id_of("Thing__c", "a0D30000001n7Pi")); }

TEST(CheckedName, TakesObjectsAndFieldsOnly) {
    EXPECT_EQ(checked_name("Sync_Status__c", "field").value(), "Sync_Status__c");
    for (std::string_view bad : {"", "Account/x", "1st", "Name,Id", "a b", "..", "Name__c?x=1", "Näme"})
        EXPECT_FALSE(checked_name(bad, "object")) << bad;
}

}  // namespace lockstep::connectors::salesforce
