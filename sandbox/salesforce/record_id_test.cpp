#include "sandbox/salesforce/record_id.h"

#include <gtest/gtest.h>

namespace lockstep::sandbox::salesforce {

// Published pairs of 15- and 18-character ids.
TEST(RecordId, TheChecksumIsTheVendors) {
    EXPECT_EQ(canonical_id("001D000000INjVe"), "001D000000INjVeIAL");
    EXPECT_EQ(canonical_id("0035500000EoVgK"), "0035500000EoVgKAAV");
    EXPECT_EQ(canonical_id("0010g00001XiGdj"), "0010g00001XiGdjAAF");
}

TEST(RecordId, AnIdOf18CharactersWithAFalseChecksumIsNone) {
    EXPECT_TRUE(canonical_id("0035500000EoVgKAAV"));
    EXPECT_FALSE(canonical_id("0035500000EoVgKAAA"));
}

TEST(RecordId, OtherTextsAreNoIds) {
    for (const char* text : {"", "001", "001D000000INjV!", "' OR Id != '", "../../x/../..", "001D000000INjVeIA", "001D000000INjVeIALx"})
        EXPECT_FALSE(canonical_id(text)) << text;
}

TEST(RecordId, SerialsMakeDifferentIdsOfOneObject) {
    EXPECT_NE(make_record_id("006", 1), make_record_id("006", 2));
    EXPECT_TRUE(make_record_id("006", 61).starts_with("006"));
    EXPECT_EQ(canonical_id(make_record_id("00k", 123456789)), make_record_id("00k", 123456789));
}

}  // namespace lockstep::sandbox::salesforce
