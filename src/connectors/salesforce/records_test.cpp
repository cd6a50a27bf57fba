#include "connectors/salesforce/salesforce_test.h"

namespace lockstep::connectors::salesforce {
namespace {

using testing::json_answer;

using RecordsTest = SalesforceTest;

const std::string base = "https://acme.my.salesforce.com/services/data/v60.0";
constexpr std::string_view id15 = "006A0000000EXAM";
constexpr std::string_view created = R"({"id":"001000000000001AAA","success":true,"errors":[],"created":true})";

Decimal decimal(std::string_view text) { return Decimal::parse(text).value(); }

}  // namespace

TEST_F(RecordsTest, GetReadsTheFieldsThatAreNamed) {
    call.http.on("GET", "/sobjects/", json_answer(200, R"({"attributes":{"type":"Opportunity"},"Id":"x","Name":"n"})"));
    EXPECT_EQ(outcome("salesforce.get", {{"object", "Opportunity"}, {"id", id15}, {"fields", List{"Id", "Name"}}}),
              R"({"Id":"x","Name":"n"})");
    EXPECT_EQ(call.http.last().url, base + "/sobjects/Opportunity/006A0000000EXAMIA4?fields=Id,Name");
}

TEST_F(RecordsTest, UpdateSendsEachKindAsSalesforceTakesIt) {
    call.http.on("PATCH", "/sobjects/Opportunity/", net::Response{.status = 204});
    Map fields{{"SAP_Order_Number__c", "4711"},
               {"Payment_Amount__c", decimal("1234567890123.10")},
               {"Payment_Received__c", true},
               {"Last_Sync_Date__c", Timestamp{1'771'408'800, 987'654'321}},
               {"Payment_Date__c", Date{2026, 2, 18}},
               {"Zoho_Invoice_Number__c", nullptr},
               {"Account", Map{{"External_Id__c", "A-1"}}}};
    EXPECT_EQ(outcome("salesforce.update", {{"object", "Opportunity"}, {"id", id15}, {"fields", fields}}),
              R"({"id":"006A0000000EXAMIA4","changed":true})");
    EXPECT_EQ(
        call.http.last().body,
        R"({"SAP_Order_Number__c":"4711","Payment_Amount__c":1234567890123.10,"Payment_Received__c":true,"Last_Sync_Date__c":"2026-02-18T10:00:00Z",)"
        R"("Payment_Date__c":"2026-02-18","Zoho_Invoice_Number__c":null,"Account":{"External_Id__c":"A-1"}})");
    EXPECT_EQ(call.http.sent().back().options.effect, net::Effect::write);
}

TEST_F(RecordsTest, UpdateOfNothingMakesNoCall) {
    EXPECT_EQ(outcome("salesforce.update", {{"object", "Opportunity"}, {"id", id15}, {"fields", Map{}}}),
              R"({"id":"006A0000000EXAMIA4","changed":false})");
    EXPECT_TRUE(call.http.sent().empty());
}

TEST_F(RecordsTest, NothingIsSentForAnIdOrNameThatIsNone) {
    for (std::string_view bad : {"' OR Id != '", "../../sobjects/", "006A0000000EXAM/..", "001A0000000EXAM", "%2e%2e%2fAccount0"}) {
        EXPECT_EQ(perform("salesforce.update", {{"object", "Opportunity"}, {"id", bad}, {"fields", Map{{"Name", "x"}}}}).error().code,
                  ErrorCode::value_invalid)
            << bad;
        EXPECT_EQ(perform("salesforce.get", {{"object", "Opportunity"}, {"id", bad}}).error().code, ErrorCode::value_invalid) << bad;
    }
    EXPECT_FALSE(perform("salesforce.get", {{"object", "Opportunity/x"}, {"id", id15}}));
    EXPECT_FALSE(perform("salesforce.get", {{"object", "Opportunity"}, {"id", id15}, {"fields", List{"Id&x=1"}}}));
    EXPECT_FALSE(perform("salesforce.update", {{"object", "Opportunity"}, {"id", id15}, {"fields", Map{{"Na me", "x"}}}}));
    EXPECT_TRUE(call.http.sent().empty());
}

TEST_F(RecordsTest, UpdateRefusesValuesThatNoFieldTakes) {
    EXPECT_NE(outcome("salesforce.update", {{"object", "Opportunity"}, {"id", id15}, {"fields", Map{{"Tags__c", List{"a"}}}}})
                  .find("joined by ;"),
              std::string::npos);
    EXPECT_FALSE(perform("salesforce.update", {{"object", "Opportunity"}, {"id", id15}, {"fields", Map{{"Id", "x"}}}}));
    EXPECT_FALSE(perform("salesforce.update", {{"object", "Opportunity"}, {"id", id15}, {"fields", Map{{"Age__c", Duration{1, 0}}}}}));
    EXPECT_TRUE(call.http.sent().empty());
}

TEST_F(RecordsTest, AnUpdateWhoseAnswerIsLostIsInDoubt) {
    call.http.on("PATCH", "/sobjects/", Error{ErrorCode::answer_lost, "cut"});
    EXPECT_EQ(perform("salesforce.update", {{"object", "Opportunity"}, {"id", id15}, {"fields", Map{{"Name", "x"}}}}).error().cls(),
              ErrorClass::in_doubt);
    call.http.on("PATCH", "/sobjects/", json_answer(200, "{brok"));
    EXPECT_EQ(perform("salesforce.update", {{"object", "Opportunity"}, {"id", id15}, {"fields", Map{{"Name", "x"}}}}).error().cls(),
              ErrorClass::in_doubt);
}

TEST_F(RecordsTest, AnErrorNamesTheField) {
    call.http.on(
        "PATCH", "/sobjects/",
        json_answer(400, R"([{"errorCode":"STRING_TOO_LONG","message":"data value too large","fields":["SAP_Order_Number__c"]}])"));
    auto refused =
        perform("salesforce.update", {{"object", "Opportunity"}, {"id", id15}, {"fields", Map{{"SAP_Order_Number__c", "12345678901"}}}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().field, "SAP_Order_Number__c");
    EXPECT_EQ(refused.error().cls(), ErrorClass::rejected);
}

TEST_F(RecordsTest, AMissingRecordIsNamed) {
    auto missing = json_answer(404, R"([{"errorCode":"NOT_FOUND","message":"The requested resource does not exist"}])");
    call.http.on("GET", "/sobjects/", missing).on("PATCH", "/sobjects/", missing);
    std::string_view text =
        "not_found: there is no such record: The requested resource does not exist, Opportunity 006A0000000EXAMIA4 (NOT_FOUND)";
    EXPECT_EQ(outcome("salesforce.get", {{"object", "Opportunity"}, {"id", id15}}), text);
    EXPECT_EQ(outcome("salesforce.update", {{"object", "Opportunity"}, {"id", id15}, {"fields", Map{{"Name", "x"}}}}), text);
}

TEST_F(RecordsTest, CreateIsAnUpsertByItsUniqueValue) {
    call.http.on("PATCH", "/sobjects/Account/", json_answer(201, created));
    EXPECT_EQ(outcome("salesforce.create",
                      {{"object", "Account"}, {"unique", Map{{"External_Id__c", "A/1 ä?#"}}}, {"fields", Map{{"Name", "Acme"}}}}),
              R"({"id":"001000000000001AAA","created":true})");
    EXPECT_EQ(call.http.last().url, base + "/sobjects/Account/External_Id__c/A%2F1%20%C3%A4%3F%23");
    EXPECT_EQ(call.http.last().body, R"({"Name":"Acme"})");
}

TEST_F(RecordsTest, CreateFindsTheRecordThatIsThere) {
    call.http.on("PATCH", "/sobjects/", json_answer(200, R"({"id":"001000000000001","success":true,"errors":[],"created":false})"));
    EXPECT_EQ(outcome("salesforce.create", {{"object", "Account"}, {"unique", Map{{"External_Id__c", 12}}}, {"fields", Map{}}}),
              R"({"id":"001000000000001AAA","created":false})");
}

TEST_F(RecordsTest, AnUpsertThatAnswersWithoutAnIdReadsIt) {
    call.http.on("PATCH", "/sobjects/", net::Response{.status = 204})
        .on("GET", "/External_Id__c/A-1?fields=Id", json_answer(200, R"({"attributes":{},"Id":"001000000000001AAA"})"));
    EXPECT_EQ(outcome("salesforce.upsert", {{"object", "Account"}, {"external_id", "External_Id__c"}, {"value", "A-1"}, {"fields", Map{}}}),
              R"({"id":"001000000000001AAA","created":false})");
    call.http.on("PATCH", "/sobjects/", net::Response{.status = 204}).on("GET", "/External_Id__c/A-1", json_answer(503, ""));
    EXPECT_EQ(perform("salesforce.upsert", {{"object", "Account"}, {"external_id", "External_Id__c"}, {"value", "A-1"}, {"fields", Map{}}})
                  .error()
                  .cls(),
              ErrorClass::in_doubt);
}

TEST_F(RecordsTest, TheLoserOfTwoFirstUpsertsUpdates) {
    call.http.on(
        "PATCH", "/sobjects/",
        json_answer(
            400,
            R"([{"errorCode":"DUPLICATE_VALUE","message":"duplicate value found: External_Id__c duplicates value on record with id: 001","fields":[]}])"));
    call.http.on("PATCH", "/sobjects/", json_answer(200, R"({"id":"001000000000001AAA","success":true,"errors":[],"created":false})"));
    EXPECT_EQ(outcome("salesforce.create", {{"object", "Account"}, {"unique", Map{{"External_Id__c", "A-1"}}}, {"fields", Map{}}}),
              R"({"id":"001000000000001AAA","created":false})");
}

TEST_F(RecordsTest, ALastingDuplicateIsAConflict) {
    call.http.always(
        "PATCH", "/sobjects/",
        json_answer(
            400,
            R"([{"errorCode":"DUPLICATE_VALUE","message":"duplicate value found: Other__c duplicates value on record with id: 001","fields":[]}])"));
    EXPECT_EQ(
        perform("salesforce.create", {{"object", "Account"}, {"unique", Map{{"External_Id__c", "A-1"}}}, {"fields", Map{}}}).error().cls(),
        ErrorClass::conflict);
    EXPECT_EQ(requests(), 2u);
}

TEST_F(RecordsTest, SeveralRecordsOfOneExternalIdAreNotUnique) {
    call.http.on(
        "PATCH", "/sobjects/",
        json_answer(
            300,
            R"(["/services/data/v60.0/sobjects/Account/001000000000001AAA","/services/data/v60.0/sobjects/Account/001000000000002AAA"])"));
    EXPECT_EQ(
        perform("salesforce.create", {{"object", "Account"}, {"unique", Map{{"External_Id__c", "A-1"}}}, {"fields", Map{}}}).error().code,
        ErrorCode::not_unique);
}

TEST_F(RecordsTest, CreateNeedsOneUsableUniqueValue) {
    for (const Map& unique : {Map{}, Map{{"A__c", 1}, {"B__c", 2}}, Map{{"A__c", ""}}, Map{{"A__c", nullptr}}, Map{{"A__c", ".."}},
                              Map{{"A__c", true}}, Map{{"A/c", "x"}}})
        EXPECT_EQ(perform("salesforce.create", {{"object", "Account"}, {"unique", unique}, {"fields", Map{}}}).error().code,
                  ErrorCode::value_invalid)
            << json::write(unique);
    EXPECT_FALSE(perform("salesforce.create", {{"object", "Account"}, {"unique", Map{{"A__c", "1"}}}, {"fields", Map{{"A__c", "1"}}}}));
    EXPECT_TRUE(call.http.sent().empty());
}

TEST_F(RecordsTest, AnUpsertAnswerWithoutAnIdIsInDoubt) {
    call.http.on("PATCH", "/sobjects/", json_answer(200, R"({"success":true})"));
    EXPECT_EQ(perform("salesforce.create", {{"object", "Account"}, {"unique", Map{{"A__c", "1"}}}, {"fields", Map{}}}).error().cls(),
              ErrorClass::in_doubt);
}

TEST_F(RecordsTest, UnknownActionsAndInputsAreRefused) {
    EXPECT_NE(outcome("salesforce.delete", {}).find("no such action: salesforce.delete"), std::string::npos);
    EXPECT_NE(outcome("salesforce.update", {{"object", "Account"}, {"id", "x"}, {"feilds", Map{}}}).find("`fields`"), std::string::npos);
}

TEST(SalesforceConnector, DescribesItself) {
    const connector::Connector& connector = descriptor();
    EXPECT_EQ(connector.name, "salesforce");
    schema::Catalogue catalogue(connector.actions);
    for (std::string_view name : {"query", "query_one", "get", "create", "update", "upsert", "update_many"})
        EXPECT_NE(catalogue.find("salesforce." + std::string(name)), nullptr) << name;
    for (const schema::Action& action : connector.actions) {
        EXPECT_FALSE(action.summary.empty() || action.output.empty()) << action.name;
        for (const std::string& lock : action.lock_inputs)
            EXPECT_TRUE(std::any_of(action.inputs.begin(), action.inputs.end(), [&](const auto& input) { return input.name == lock; }))
                << action.name << " " << lock;
    }
}

}  // namespace lockstep::connectors::salesforce
