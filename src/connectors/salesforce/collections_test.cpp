#include "connectors/salesforce/salesforce_test.h"

namespace lockstep::connectors::salesforce {
namespace {

using CollectionsTest = SalesforceTest;

/// Product ids that differ in their last digits.
std::string product_id(int number) {
    std::string digits = std::to_string(number);
    return "01t" + std::string(12 - digits.size(), '0') + digits + "AAA";
}

List products(int count) {
    List records;
    for (int i = 0; i < count; ++i) records.push_back(Map{{"Id", product_id(i)}, {"Available_Stock__c", i}});
    return records;
}

/// Answers a call as Salesforce would, refusing the ids in `refused`.
testing::FakeHttp::Handler results(std::map<std::string, std::string> refused = {}) {
    return [refused](const net::Request& request) -> Result<net::Response> {
        List out;
        const Value body = json::parse(request.body).value();
        for (const Value& record : body["records"].as_list()) {
            auto code = refused.find(record["id"].text());
            if (code == refused.end())
                out.push_back(Map{{"id", record["id"]}, {"success", true}, {"errors", List{}}});
            else
                out.push_back(
                    Map{{"success", false},
                        {"errors", List{Map{{"statusCode", code->second}, {"message", "no"}, {"fields", List{"Available_Stock__c"}}}}}});
        }
        return testing::json_answer(200, json::write(out));
    };
}

}  // namespace

TEST_F(CollectionsTest, WritesTwoHundredACall) {
    call.http.always("PATCH", "/services/data/v60.0/composite/sobjects", results());
    EXPECT_EQ(outcome("salesforce.update_many", {{"object", "Product2"}, {"records", products(450)}}), R"({"updated":450,"failed":[]})");
    EXPECT_EQ(requests(), 3u);
    Value first = json::parse(call.http.sent()[1].request.body).value();
    EXPECT_EQ(first["allOrNone"], Value(false));
    EXPECT_EQ(first["records"].as_list().size(), 200u);
    EXPECT_EQ(json::write(first.at_path("records.1")),
              R"({"attributes":{"type":"Product2"},"id":"01t000000000001AAA","Available_Stock__c":1})");
}

TEST_F(CollectionsTest, ARefusedRecordDoesNotStopTheOthers) {
    call.http.always("PATCH", "/composite/sobjects", results({{product_id(1), "FIELD_CUSTOM_VALIDATION_EXCEPTION"}}));
    auto result = perform("salesforce.update_many", {{"object", "Product2"}, {"records", products(3)}});
    ASSERT_TRUE(result);
    EXPECT_EQ((*result)["updated"], Value(2));
    ASSERT_EQ((*result)["failed"].as_list().size(), 1u);
    EXPECT_EQ(result->at_path("failed.0.id"), Value(product_id(1)));
    EXPECT_EQ(result->at_path("failed.0.code"), Value("FIELD_CUSTOM_VALIDATION_EXCEPTION"));
    EXPECT_EQ(result->at_path("failed.0.field"), Value("Available_Stock__c"));
}

TEST_F(CollectionsTest, ARecordThatIsLockedIsTriedOnceMore) {
    call.http.on("PATCH", "/composite/sobjects", results({{product_id(1), "UNABLE_TO_LOCK_ROW"}}))
        .on("PATCH", "/composite/sobjects", results());
    EXPECT_EQ(outcome("salesforce.update_many", {{"object", "Product2"}, {"records", products(3)}}), R"({"updated":3,"failed":[]})");
    EXPECT_EQ(call.http.last_json()["records"].as_list().size(), 1u);
}

TEST_F(CollectionsTest, ARecordThatStaysLockedIsReported) {
    call.http.always("PATCH", "/composite/sobjects", results({{product_id(1), "UNABLE_TO_LOCK_ROW"}}));
    auto result = perform("salesforce.update_many", {{"object", "Product2"}, {"records", products(3)}});
    ASSERT_TRUE(result);
    EXPECT_EQ(result->at_path("failed.0.code"), Value("UNABLE_TO_LOCK_ROW"));
    EXPECT_EQ(requests(), 2u);
}

TEST_F(CollectionsTest, NothingIsSentForNothingOrForBadRows) {
    EXPECT_EQ(outcome("salesforce.update_many", {{"object", "Product2"}, {"records", List{}}}), R"({"updated":0,"failed":[]})");
    List twice{Map{{"Id", product_id(1)}}, Map{{"Id", product_id(1)}}};
    for (const List& bad : {List{1}, List{Map{{"x", 1}}}, List{Map{{"Id", "006000000000001AAA"}}}, twice})
        EXPECT_EQ(perform("salesforce.update_many", {{"object", "Product2"}, {"records", bad}}).error().code, ErrorCode::value_invalid)
            << json::write(bad);
    EXPECT_TRUE(call.http.sent().empty());
}

TEST_F(CollectionsTest, AnErrorOfALaterCallSaysHowMuchIsDone) {
    call.http.on("PATCH", "/composite/sobjects", results()).on("PATCH", "/composite/sobjects", testing::json_answer(429, ""));
    auto refused = perform("salesforce.update_many", {{"object", "Product2"}, {"records", products(300)}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::rate_limited);
    EXPECT_NE(refused.error().message.find("after 200 records were written"), std::string::npos);
}

TEST_F(CollectionsTest, AnAnswerThatDoesNotFitIsInDoubt) {
    call.http.on("PATCH", "/composite/sobjects", testing::json_answer(200, "[]"));
    EXPECT_EQ(perform("salesforce.update_many", {{"object", "Product2"}, {"records", products(1)}}).error().cls(), ErrorClass::in_doubt);
}

}  // namespace lockstep::connectors::salesforce
