#include "connectors/zoho_crm/crm_test.h"

namespace lockstep::connectors::zoho_crm {
namespace {

Map read_input(std::string id) {
    return {{"entity", "Accounts"}, {"id", std::move(id)}, {"fields", List{"Account_Name", "Phone", "Parent_Account"}}};
}

constexpr std::string_view acme =
    R"({"id":"5001","Account_Name":"Acme","Phone":"","Parent_Account":{"id":"5009","name":"Top"},"Modified_Time":"2026-02-18T15:30:05+05:30",)"
    R"("Modified_By":{"id":"1","name":"Ann Lee"}})";
constexpr std::string_view no_deleted = R"({"data":[],"info":{"more_records":false}})";

}  // namespace

TEST(CrmRecordRead, GivesExactlyTheFieldsAndWhatGuardsThem) {
    TestCrm crm;
    crm.http().on(
        "GET",
        "https://www.zohoapis.eu/crm/v8/Accounts?ids=5001&fields=Account_Name%2CPhone%2CParent_Account%2CModified_Time%2CModified_By",
        answer_at("10:00:09", 200, data({std::string(acme)})));
    auto read = crm.perform("zoho_crm.record_read", read_input("5001"));
    ASSERT_TRUE(read) << read.error().to_text();
    EXPECT_EQ((*read)["found"], Value(true));
    EXPECT_EQ((*read)["fields"], Value(Map{{"Account_Name", "Acme"}, {"Phone", Value()}, {"Parent_Account", "5009"}}));
    EXPECT_EQ((*read)["version"], Value("2026-02-18T10:00:05Z/2026-02-18T10:00:09Z"));
    EXPECT_EQ((*read)["modified_at"], Value("2026-02-18T10:00:05Z"));
    EXPECT_EQ((*read)["modified_by"], Value("Ann Lee"));
    EXPECT_EQ((*read)["deleted"], Value(false));
    EXPECT_EQ(crm.http().last().headers.get("Authorization"), "Zoho-oauthtoken 1000.t");
}

TEST(CrmRecordRead, WhatIsNotThereIsLookedForAmongTheDeleted) {
    TestCrm crm;
    crm.http().on("GET", "/Accounts?ids=5002", {.status = 204, .headers = {}, .body = ""});
    crm.http().on("GET", "/Accounts/deleted?type=all&page=1&per_page=200",
                  testing::json_answer(200, R"({"data":[{"id":"1","deleted_time":"2026-02-18T10:00:00Z"}],"info":{"more_records":true}})"));
    crm.http().on(
        "GET", "/Accounts/deleted?type=all&page=2&per_page=200",
        testing::json_answer(200, R"({"data":[{"id":"5002","deleted_time":"2026-02-17T10:00:00+05:30"}],"info":{"more_records":true}})"));
    auto read = crm.perform("zoho_crm.record_read", read_input("5002"));
    ASSERT_TRUE(read) << read.error().to_text();
    EXPECT_EQ((*read)["found"], Value(true));
    EXPECT_EQ((*read)["deleted"], Value(true));
    EXPECT_EQ((*read)["modified_at"], Value("2026-02-17T04:30:00Z"));
    EXPECT_TRUE(crm.http().finished());
}

TEST(CrmRecordRead, AnIdThatNeverWasIsNotFound) {
    TestCrm crm;
    crm.http().on("GET", "/Accounts?ids=5003", {.status = 204, .headers = {}, .body = ""});
    crm.http().on("GET", "/Accounts/deleted", testing::json_answer(200, no_deleted));
    auto read = crm.perform("zoho_crm.record_read", read_input("5003"));
    ASSERT_TRUE(read) << read.error().to_text();
    EXPECT_EQ((*read)["found"], Value(false));
}

TEST(CrmRecordRead, ATextThatCanBeNoIdCostsNoRequest) {
    TestCrm crm;
    auto read = crm.perform("zoho_crm.record_read", read_input("001A"));
    ASSERT_TRUE(read) << read.error().to_text();
    EXPECT_EQ((*read)["found"], Value(false));
    EXPECT_TRUE(crm.http().sent().empty());
}

TEST(CrmRecordRead, SeveralAreReadByOneRequestAndEachTraceShowsItsOwn) {
    TestCrm crm;
    crm.http().on("GET", "/Accounts?ids=5001%2C5002&", answer_at("10:00:09", 200, data({std::string(acme)})));
    crm.http().on("GET", "/Accounts/deleted", testing::json_answer(200, no_deleted));
    auto read = crm.jointly("zoho_crm.record_read", {read_input("5001"), read_input("5002"), read_input("5001")});
    ASSERT_EQ(read.size(), 3u);
    EXPECT_EQ((*read[0])["fields"]["Account_Name"], Value("Acme"));
    EXPECT_EQ((*read[1])["found"], Value(false));
    EXPECT_EQ(*read[2], *read[0]);
    EXPECT_EQ(crm.http().count("GET", "/Accounts?ids="), 1u);
    EXPECT_NE(crm.traces[0]->to_json().find("Acme"), std::string::npos);
    EXPECT_EQ(crm.traces[1]->to_json().find("Acme"), std::string::npos);
}

TEST(CrmRecordRead, MoreFieldsThanARequestTakesAreReadInParts) {
    TestCrm crm;
    List names;
    for (int i = 0; i < 60; ++i) names.push_back(Value("F" + std::to_string(i)));
    crm.http().on("GET", "F47%2CModified_Time",
                  answer_at("10:00:09", 200, data({R"({"id":"5","F0":"a","Modified_Time":"2026-02-18T10:00:05Z"})"})));
    crm.http().on("GET", "F59%2CModified_Time",
                  answer_at("10:00:10", 200, data({R"({"id":"5","F59":"b","Modified_Time":"2026-02-18T10:00:10Z"})"})));
    auto read = crm.perform("zoho_crm.record_read", {{"entity", "Accounts"}, {"id", "5"}, {"fields", names}});
    ASSERT_TRUE(read) << read.error().to_text();
    EXPECT_EQ((*read)["fields"]["F59"], Value("b"));
    EXPECT_EQ((*read)["version"], Value("2026-02-18T10:00:05Z/2026-02-18T10:00:09Z")) << "a change between the two is noticed by an update";
}

TEST(CrmRecordRead, WithoutADateOurClockMayGoFiveMinutesWrong) {
    TestCrm crm;
    crm.http().on("GET", "/Accounts?ids=5001", testing::json_answer(200, data({std::string(acme)})));
    auto read = crm.perform("zoho_crm.record_read", read_input("5001"));
    ASSERT_TRUE(read) << read.error().to_text();
    EXPECT_EQ((*read)["version"], Value("2026-02-18T10:00:05Z/2026-02-18T09:55:00Z"));
}

TEST(CrmRecordRead, AMissingScopeIsNamed) {
    TestCrm crm;
    crm.http().on("GET", "/Accounts?ids=5001",
                  testing::json_answer(401, refused("OAUTH_SCOPE_MISMATCH", "{}", "invalid oauth scope to access this URL")));
    auto read = crm.perform("zoho_crm.record_read", read_input("5001"));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::permission_missing);
    EXPECT_NE(read.error().message.find("ZohoCRM.modules.accounts.READ"), std::string::npos) << read.error().message;
}

}  // namespace lockstep::connectors::zoho_crm
