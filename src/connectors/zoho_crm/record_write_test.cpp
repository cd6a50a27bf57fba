#include "connectors/zoho_crm/crm_test.h"

namespace lockstep::connectors::zoho_crm {
namespace {

Map update_input(std::string id, std::string version, Map fields = {{"Phone", "1"}}) {
    return {{"entity", "Accounts"}, {"id", std::move(id)}, {"version", std::move(version)}, {"fields", std::move(fields)}};
}
std::string version(std::string_view modified, std::string_view read) {
    return "2026-02-18T" + std::string(modified) + "Z/2026-02-18T" + std::string(read) + "Z";
}
Map create_input(std::string key, Map fields = {{"Account_Name", "Acme"}}) {
    return {{"entity", "Accounts"}, {"unique", Map{{"SF_Id", std::move(key)}}}, {"fields", std::move(fields)}};
}
const net::Response nothing{.status = 204, .headers = {}, .body = ""};

}  // namespace

// ---- update ----

TEST(CrmRecordUpdate, IsGuardedAndSetsOffNoAutomation) {
    TestCrm crm;
    crm.http().on("PUT", "https://www.zohoapis.eu/crm/v8/Accounts", answer_at("10:00:10", 200, data({updated("5001")})));
    auto made =
        crm.perform("zoho_crm.record_update", update_input("5001", version("10:00:05", "10:00:09"), {{"Phone", Value()}, {"Fax", ""}}));
    ASSERT_TRUE(made) << made.error().to_text();
    EXPECT_EQ(*made, Value(Map{{"id", "5001"}, {"version", version("10:00:10", "10:00:10")}, {"modified_at", "2026-02-18T10:00:10Z"}}));
    EXPECT_EQ(crm.http().last().headers.get("If-Unmodified-Since"), "2026-02-18T10:00:05+00:00");
    EXPECT_EQ(crm.http().last_json(),
              Value(Map{{"data", List{Map{{"id", "5001"}, {"Phone", Value()}, {"Fax", Value()}}}}, {"trigger", List{}}}));
}

TEST(CrmRecordUpdate, WithoutAVersionHasNoGuard) {
    TestCrm crm;
    crm.http().on("PUT", "/Accounts", answer_at("10:00:10", 200, data({updated("5001")})));
    ASSERT_TRUE(crm.perform("zoho_crm.record_update", update_input("5001", "")));
    EXPECT_FALSE(crm.http().last().headers.contains("If-Unmodified-Since"));
}

TEST(CrmRecordUpdate, OfARecordChangedInTheSecondItWasReadIsNotSent) {
    TestCrm crm;
    auto made = crm.perform("zoho_crm.record_update", update_input("5001", version("10:00:09", "10:00:09")));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::precondition_failed);
    EXPECT_NE(made.error().message.find("must be read again"), std::string::npos);
    EXPECT_TRUE(crm.http().sent().empty());
}

TEST(CrmRecordUpdate, OfARecordChangedSinceFails) {
    for (const int status : {412, 207, 200}) {
        TestCrm crm;
        crm.http().on("PUT", "/Accounts", testing::json_answer(status, data({refused("ALREADY_MODIFIED")})));
        auto made = crm.perform("zoho_crm.record_update", update_input("5001", version("10:00:05", "10:00:09")));
        ASSERT_FALSE(made);
        EXPECT_EQ(made.error().code, ErrorCode::precondition_failed) << status;
        EXPECT_EQ(made.error().cls(), ErrorClass::conflict);
    }
}

TEST(CrmRecordUpdate, SeveralShareOneGuardThatIsRightForEach) {
    TestCrm crm;
    crm.http().on("PUT", "/Accounts", testing::json_answer(207, data({updated("1"), refused("ALREADY_MODIFIED"), updated("3")})));
    auto made = crm.jointly("zoho_crm.record_update",
                            {update_input("1", version("10:00:05", "10:00:20")), update_input("2", version("10:00:07", "10:00:30")),
                             update_input("3", version("09:00:00", "10:00:08"))});
    EXPECT_TRUE(made[0]);
    EXPECT_EQ(made[1].error().code, ErrorCode::precondition_failed);
    EXPECT_TRUE(made[2]);
    EXPECT_EQ(crm.http().last().headers.get("If-Unmodified-Since"), "2026-02-18T10:00:07+00:00");
}

TEST(CrmRecordUpdate, OneThatNoSharedTimeGuardsGoesIntoAnotherRequest) {
    TestCrm crm;
    crm.http().on("PUT", "/Accounts", testing::json_answer(200, data({updated("2")})));
    crm.http().on("PUT", "/Accounts", testing::json_answer(200, data({updated("1")})));
    auto made = crm.jointly("zoho_crm.record_update",
                            {update_input("1", version("10:00:05", "10:00:07")), update_input("2", version("10:00:30", "10:00:40")),
                             update_input("3", version("10:00:40", "10:00:40"))});
    EXPECT_TRUE(made[0]) << made[0].error().to_text();
    EXPECT_TRUE(made[1]);
    EXPECT_EQ(made[2].error().code, ErrorCode::precondition_failed) << "it was not sent at all";
    ASSERT_EQ(crm.http().count("PUT", "/Accounts"), 2u);
    EXPECT_EQ(crm.http().sent()[1].request.headers.get("If-Unmodified-Since"), "2026-02-18T10:00:30+00:00");
    EXPECT_EQ(crm.http().sent()[2].request.headers.get("If-Unmodified-Since"), "2026-02-18T10:00:05+00:00");
}

TEST(CrmRecordUpdate, ARequestRefusedAsAWholeIsMadeForEachRecord) {
    TestCrm crm;
    crm.http().on("PUT", "/Accounts", testing::json_answer(412, refused("ALREADY_MODIFIED")));
    crm.http().on("PUT", "/Accounts", testing::json_answer(200, data({updated("1")})));
    crm.http().on("PUT", "/Accounts", testing::json_answer(412, data({refused("ALREADY_MODIFIED")})));
    auto made = crm.jointly("zoho_crm.record_update",
                            {update_input("1", version("10:00:05", "10:00:20")), update_input("2", version("10:00:06", "10:00:20"))});
    EXPECT_TRUE(made[0]) << made[0].error().to_text();
    EXPECT_EQ(made[1].error().code, ErrorCode::precondition_failed);
    EXPECT_TRUE(crm.http().finished());
}

TEST(CrmRecordUpdate, ARefusalNamesTheFieldAndSaysWhyInWords) {
    TestCrm crm;
    crm.http().on("PUT", "/Accounts",
                  testing::json_answer(
                      400, data({refused("MANDATORY_NOT_FOUND", R"({"api_name":"Account_Name","json_path":"$.data[0].Account_Name"})")})));
    auto made = crm.perform("zoho_crm.record_update", update_input("5001", "", {{"Account_Name", Value()}}));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::vendor_rejected);
    EXPECT_EQ(made.error().field, "Account_Name");
    EXPECT_NE(made.error().message.find("Account_Name is mandatory"), std::string::npos) << made.error().message;
}

TEST(CrmRecordUpdate, AnswersThatDoNotFitTheRecordsAreInDoubt) {
    TestCrm crm;
    crm.http().on("PUT", "/Accounts", testing::json_answer(200, data({updated("1")})));
    auto made = crm.jointly("zoho_crm.record_update", {update_input("1", ""), update_input("2", "")});
    EXPECT_EQ(made[0].error().cls(), ErrorClass::in_doubt);
    EXPECT_EQ(made[1].error().cls(), ErrorClass::in_doubt);
}

TEST(CrmRecordUpdate, AReferenceIsWrittenAsOne) {
    TestCrm crm;
    crm.http().on("GET", "/settings/fields?module=Accounts",
                  testing::json_answer(
                      200, R"({"fields":[{"api_name":"Parent_Account","data_type":"lookup"},{"api_name":"Phone","data_type":"phone"}]})"));
    crm.http().on("PUT", "/Accounts", testing::json_answer(200, data({updated("5001")})));
    ASSERT_TRUE(crm.perform("zoho_crm.record_update",
                            update_input("5001", "", {{"Parent_Account", "4150868000000376008"}, {"Phone", "4150868000000376009"}})));
    const Value row = crm.http().last_json()["data"].as_list().front();
    EXPECT_EQ(row["Parent_Account"], Value(Map{{"id", "4150868000000376008"}}));
    EXPECT_EQ(row["Phone"], Value("4150868000000376009"));
}

// ---- create ----

TEST(CrmRecordCreate, MakesTheRecordWithItsUniqueValue) {
    TestCrm crm;
    crm.http().on("POST", "/crm/v8/coql", nothing);
    crm.http().on("POST", "/crm/v8/Accounts", testing::json_answer(201, data({updated("5001")})));
    auto made = crm.perform("zoho_crm.record_create", create_input("001A"));
    ASSERT_TRUE(made) << made.error().to_text();
    EXPECT_EQ((*made)["created"], Value(true));
    EXPECT_EQ((*made)["id"], Value("5001"));
    EXPECT_EQ(crm.http().last_json(), Value(Map{{"data", List{Map{{"Account_Name", "Acme"}, {"SF_Id", "001A"}}}}, {"trigger", List{}}}));
    EXPECT_EQ((*json::parse(crm.http().sent()[1].request.body))["select_query"],
              Value("select id, Modified_Time, SF_Id from Accounts where SF_Id = '001A' limit 0, 200"));
}

TEST(CrmRecordCreate, AdoptsWhatIsThereAndChangesNothing) {
    TestCrm crm;
    crm.http().on("POST", "/coql",
                  answer_at("10:00:09", 200, data({R"({"id":"7","SF_Id":"001A","Modified_Time":"2026-02-18T10:00:00Z"})"})));
    auto made = crm.perform("zoho_crm.record_create", create_input("001A"));
    ASSERT_TRUE(made) << made.error().to_text();
    EXPECT_EQ(
        *made,
        Value(Map{{"id", "7"}, {"created", false}, {"version", version("10:00:00", "10:00:09")}, {"modified_at", "2026-02-18T10:00:00Z"}}));
}

TEST(CrmRecordCreate, AdoptsTheOneThatTheLookUpDidNotSeeYet) {
    TestCrm crm;
    crm.http().on("POST", "/coql", nothing);
    crm.http().on("POST", "/Accounts",
                  testing::json_answer(400, data({refused("DUPLICATE_DATA", R"({"api_name":"SF_Id","id":"7"})", "duplicate data")})));
    crm.http().on("GET", "/Accounts?ids=7&fields=SF_Id",
                  answer_at("10:00:09", 200, data({R"({"id":"7","SF_Id":"001A","Modified_Time":"2026-02-18T10:00:00Z"})"})));
    auto made = crm.perform("zoho_crm.record_create", create_input("001A"));
    ASSERT_TRUE(made) << made.error().to_text();
    EXPECT_EQ((*made)["id"], Value("7"));
    EXPECT_EQ((*made)["created"], Value(false));
}

TEST(CrmRecordCreate, ADuplicateByAnotherFieldIsNotAdopted) {
    TestCrm crm;
    crm.http().on("POST", "/coql", nothing);
    crm.http().on(
        "POST", "/Accounts",
        testing::json_answer(400, data({refused("DUPLICATE_DATA", R"({"api_name":"Account_Number","duplicate_record":{"id":"7"}})")})));
    crm.http().on("GET", "/Accounts?ids=7",
                  testing::json_answer(200, data({R"({"id":"7","SF_Id":"001B","Modified_Time":"2026-02-18T10:00:00Z"})"})));
    auto made = crm.perform("zoho_crm.record_create", create_input("001A"));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::vendor_rejected);
    EXPECT_EQ(made.error().field, "Account_Number");
    EXPECT_NE(made.error().message.find("taken already by the record 7"), std::string::npos) << made.error().message;
}

TEST(CrmRecordCreate, AValueThatSeveralRecordsHaveIsNotUnique) {
    TestCrm crm;
    crm.http().on("POST", "/coql",
                  testing::json_answer(200, data({R"({"id":"7","SF_Id":"001A","Modified_Time":"2026-02-18T10:00:00Z"})",
                                                  R"({"id":"8","SF_Id":"001A","Modified_Time":"2026-02-18T10:00:00Z"})"})));
    EXPECT_EQ(crm.perform("zoho_crm.record_create", create_input("001A")).error().code, ErrorCode::not_unique);
}

TEST(CrmRecordCreate, SeveralAreLookedForAndMadeTogether) {
    TestCrm crm;
    crm.http().on("POST", "/coql", testing::json_answer(200, data({R"({"id":"7","SF_Id":"b","Modified_Time":"2026-02-18T10:00:00Z"})"})));
    crm.http().on("POST", "/Accounts",
                  testing::json_answer(
                      207, data({updated("8"), refused("INVALID_DATA", R"({"api_name":"Phone","maximum_length":30})", "invalid data")})));
    auto made = crm.jointly("zoho_crm.record_create", {create_input("a"), create_input("b"), create_input("c'")});
    EXPECT_EQ((*made[0])["id"], Value("8"));
    EXPECT_EQ((*made[0])["created"], Value(true));
    EXPECT_EQ((*made[1])["id"], Value("7"));
    EXPECT_EQ((*made[1])["created"], Value(false));
    EXPECT_EQ(made[2].error().field, "Phone");
    EXPECT_NE(made[2].error().message.find("Phone is longer than the 30 characters allowed"), std::string::npos) << made[2].error().message;
    EXPECT_EQ(crm.http().sent().size(), 3u) << "token, look-up, insert";
    EXPECT_NE(crm.http().sent()[1].request.body.find("where SF_Id in ('a','b','c''')"), std::string::npos);
}

TEST(CrmRecordCreate, ALostAnswerIsInDoubt) {
    TestCrm crm;
    crm.http().on("POST", "/coql", nothing);
    crm.http().on("POST", "/Accounts", Error{ErrorCode::answer_lost, "reset"});
    EXPECT_EQ(crm.perform("zoho_crm.record_create", create_input("001A")).error().cls(), ErrorClass::in_doubt);
}

// ---- delete ----

TEST(CrmRecordDelete, IsDoneAlsoWhenTheRecordWasGone) {
    TestCrm crm;
    crm.http().on(
        "DELETE", "/Accounts?ids=1%2C2&wf_trigger=false",
        testing::json_answer(207, data({updated("1"), refused("INVALID_DATA", R"({"id":"2"})", "the id given seems to be invalid")})));
    auto made = crm.jointly("zoho_crm.record_delete", {Map{{"entity", "Accounts"}, {"id", "1"}}, Map{{"entity", "Accounts"}, {"id", "2"}}});
    EXPECT_EQ(*made[0], Value(Map{{"deleted", true}}));
    EXPECT_EQ(*made[1], Value(Map{{"deleted", true}}));
}

TEST(CrmRecordDelete, AloneToo) {
    TestCrm crm;
    crm.http().on("DELETE", "/Accounts?ids=2",
                  testing::json_answer(400, data({refused("INVALID_DATA", R"({"id":"2"})", "the id given seems to be invalid")})));
    auto made = crm.perform("zoho_crm.record_delete", {{"entity", "Accounts"}, {"id", "2"}});
    ASSERT_TRUE(made) << made.error().to_text();
}

TEST(CrmJoint, OneRecordIsNeverWrittenTwiceTogetherAndCreatesFoldTheirKeys) {
    TestCrm crm;
    EXPECT_EQ(crm.connection->joint_record("zoho_crm.record_create", create_input("00AB")),
              crm.connection->joint_record("zoho_crm.record_create", create_input("00ab")));
    EXPECT_EQ(crm.connection->joint_record("zoho_crm.record_update", update_input("5", "")), "5");
    EXPECT_NE(crm.connection->joint_name("zoho_crm.record_update", update_input("5", "")),
              crm.connection->joint_name("zoho_crm.record_update", update_input("5", version("10:00:05", "10:00:20"))));
    EXPECT_EQ(crm.connection->joint_name("zoho_crm.record_update", update_input("x", "")), "");
}

}  // namespace lockstep::connectors::zoho_crm
