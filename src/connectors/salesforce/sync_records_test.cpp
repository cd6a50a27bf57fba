#include "connectors/salesforce/joint_test.h"

namespace lockstep::connectors::salesforce {
namespace {

constexpr std::string_view account = "001000000000001AAA", other = "001000000000002AAA", contact = "003000000000001AAA";

struct SyncRecordsTest : JointTest {
    static Map update(std::string_view id, std::string_view version, Map fields = {{"Phone", "1"}}) {
        return {{"entity", id.starts_with("001") ? "Account" : "Contact"}, {"id", id}, {"version", version}, {"fields", std::move(fields)}};
    }
    static Map read(std::string_view id) {
        return {{"entity", id.starts_with("001") ? "Account" : "Contact"}, {"id", id}, {"fields", List{"Phone"}}};
    }
    static Map create() { return {{"entity", "Account"}, {"unique", Map{{"Key__c", "k"}}}, {"fields", Map{{"Name", "N"}}}}; }
    static std::string contact_row(std::string_view modified) {
        return R"({"totalSize":1,"done":true,"records":[{"Id":"003000000000001AAA","Phone":"1","IsDeleted":false,"LastModifiedDate":")" +
               std::string(modified) + R"(","LastModifiedBy":{"Name":"P"}}]})";
    }
    static net::Response dated(std::string body, std::string date) {
        net::Response response = testing::json_answer(200, std::move(body));
        response.headers.set("Date", std::move(date));
        return response;
    }
    std::string version_of_contact() {
        Result<Value> record = perform("salesforce.record_read", read(contact));
        return record ? (*record)["version"].text() : record.error().to_text();
    }
};

}  // namespace

TEST_F(SyncRecordsTest, AnUpdateCarriesTheGuardOfItsVersion) {
    net::Response done{.status = 204, .headers = {{"ETag", "\"new\""}}, .body = {}};
    call.http.on("PATCH", "/sobjects/Account/001000000000001AAA", done);
    const std::string said = outcome("salesforce.record_update", update(account, "etag \"old\""));
    EXPECT_NE(said.find(R"("version":"etag \"new\"")"), std::string::npos) << said;
    EXPECT_EQ(call.http.last().headers.get("If-Match").value_or(""), "\"old\"");
    EXPECT_EQ(call.http.last().body, R"({"Phone":"1"})");
}

TEST_F(SyncRecordsTest, AnUpdateWithoutFieldsSendsNothing) {
    EXPECT_EQ(outcome("salesforce.record_update", update(account, "etag \"old\"", {})),
              R"({"id":"001000000000001AAA","version":"etag \"old\"","modified_at":null})");
    EXPECT_EQ(requests(), 0u);
}

TEST_F(SyncRecordsTest, AnAnswerWithoutATagLeavesNothingThatGuards) {
    call.http.on("PATCH", "/sobjects/Account/", net::Response{.status = 204, .headers = {}, .body = {}});
    Result<Value> done = perform("salesforce.record_update", update(account, ""));
    ASSERT_TRUE(done);
    EXPECT_TRUE(outcome("salesforce.record_update", update(account, (*done)["version"].text())).starts_with("precondition_failed"));
}

TEST_F(SyncRecordsTest, ARefusedGuardNamesTheRecord) {
    call.http.on("PATCH", "/sobjects/Account/", testing::json_answer(412, R"([{"errorCode":"PRECONDITION_FAILED","message":"no"}])"));
    const std::string said = outcome("salesforce.record_update", update(account, "etag \"old\""));
    EXPECT_TRUE(said.starts_with("precondition_failed")) << said;
    EXPECT_NE(said.find(", Account 001000000000001AAA"), std::string::npos) << said;
}

TEST_F(SyncRecordsTest, TheSecondOfAChangeIsReckonedByTheVendorsClock) {
    call.http.on("GET", "/queryAll", dated(contact_row("2026-02-18T10:00:00.000+0000"), "Wed, 18 Feb 2026 10:00:00 GMT"));
    EXPECT_EQ(version_of_contact(), "second 2026-02-18T10:00:00Z");
    call.http.on("GET", "/queryAll", dated(contact_row("2026-02-18T10:00:00.000+0000"), "Wed, 18 Feb 2026 10:00:01 GMT"));
    EXPECT_EQ(version_of_contact(), "since 2026-02-18T10:00:00Z");
}

TEST_F(SyncRecordsTest, AnAnswerWithoutADateIsReckonedByOurClock) {
    call.http.on("GET", "/queryAll", testing::json_answer(200, contact_row("2001-01-01T00:00:00.000+0000")));
    EXPECT_EQ(version_of_contact(), "since 2001-01-01T00:00:00Z");
    call.http.on("GET", "/queryAll", testing::json_answer(200, contact_row("2999-01-01T00:00:00.000+0000")));
    EXPECT_EQ(version_of_contact(), "second 2999-01-01T00:00:00Z");
}

TEST_F(SyncRecordsTest, OfUpdatesTogetherTheOneWithoutAResultIsInDoubt) {
    call.http.on(
        "POST", "/composite",
        testing::json_answer(
            200, R"({"compositeResponse":[{"body":null,"httpHeaders":{"ETag":"\"n\""},"httpStatusCode":204,"referenceId":"r1"}]})"));
    const auto said = together("salesforce.record_update", {Value(update(account, "etag \"a\"")), Value(update(other, "etag \"b\""))});
    EXPECT_TRUE(said[0].starts_with("answer_lost")) << said[0];
    EXPECT_NE(said[1].find(R"("version":"etag \"n\"")"), std::string::npos) << said[1];
    const Value sent = call.http.last_json();
    EXPECT_EQ(sent["allOrNone"], Value(false));
    EXPECT_EQ(sent.at_path("compositeRequest.1.httpHeaders.If-Match"), Value("\"b\""));
    EXPECT_NE(traces[0].to_json().find("001000000000001AAA"), std::string::npos);
    EXPECT_EQ(traces[0].to_json().find("001000000000002AAA"), std::string::npos) << "a trace shows what is about its own record";
}

TEST_F(SyncRecordsTest, AServerErrorOfOneUpdateIsInDoubtForItAlone) {
    call.http.on("POST", "/composite", testing::json_answer(200, R"({"compositeResponse":[
        {"body":[{"errorCode":"UNKNOWN_EXCEPTION","message":"x"}],"httpHeaders":{},"httpStatusCode":500,"referenceId":"r0"},
        {"body":[{"errorCode":"UNABLE_TO_LOCK_ROW","message":"x"}],"httpHeaders":{},"httpStatusCode":400,"referenceId":"r1"}]})"));
    const auto said = together("salesforce.record_update", {Value(update(account, "etag \"a\"")), Value(update(other, "etag \"b\""))});
    EXPECT_TRUE(said[0].starts_with("answer_lost")) << said[0];
    EXPECT_TRUE(said[1].starts_with("record_locked")) << said[1];
}

TEST_F(SyncRecordsTest, ReadsWhoseAnswerIsShortAreReadAgain) {
    call.http.on("POST", "/composite", testing::json_answer(200, R"({"compositeResponse":[]})"));
    EXPECT_TRUE(outcome("salesforce.record_read", read(account)).starts_with("connection_lost"));
}

TEST_F(SyncRecordsTest, AFieldThatThereIsNotIsToldToAllAtOnce) {
    call.http.on("GET", "/queryAll", testing::json_answer(400, R"([{"errorCode":"INVALID_FIELD","message":"No such column 'Phone'"}])"));
    Map second = read(contact);
    second.set("id", "003000000000002AAA");
    for (const std::string& said : together("salesforce.record_read", {Value(read(contact)), Value(second)}))
        EXPECT_TRUE(said.starts_with("vendor_rejected")) << said;
}

TEST_F(SyncRecordsTest, WhatCannotBeSentIsRefusedByName) {
    EXPECT_TRUE(outcome("salesforce.record_read", read("006000000000001AAA")).starts_with("value_invalid"));
    EXPECT_TRUE(outcome("salesforce.record_update", update(account, "whatever")).starts_with("value_invalid"));
    Map odd = read(account);
    odd.set("fields", List{"Name FROM User"});
    EXPECT_TRUE(outcome("salesforce.record_read", odd).starts_with("value_invalid"));
    EXPECT_TRUE(outcome("salesforce.record_changes", {{"entity", "Account"}, {"since", "yesterday"}}).starts_with("value_invalid"));
    EXPECT_TRUE(outcome("salesforce.record_list", {{"entity", "Account"}, {"fields", List{}}, {"limit", 0}}).starts_with("value_invalid"));
    Map two = create();
    two.set("unique", Map{{"A__c", 1}, {"B__c", 2}});
    EXPECT_TRUE(outcome("salesforce.record_create", two).starts_with("value_invalid"));
    EXPECT_EQ(requests(), 0u);
}

TEST_F(SyncRecordsTest, ACreationThatAnotherWasFasterWithIsAdopted) {
    const std::string nobody = R"({"totalSize":0,"done":true,"records":[]})";
    call.http.on("GET", "/query?", testing::json_answer(200, nobody))
        .on("POST", "/sobjects/Account",
            testing::json_answer(
                400,
                R"([{"errorCode":"DUPLICATE_VALUE","message":"duplicate value found: Key__c duplicates value on record with id: 001000000000002"}])"))
        .on("GET", "/query?",
            testing::json_answer(
                200,
                R"({"totalSize":1,"done":true,"records":[{"Id":"001000000000002AAA","Key__c":"K","LastModifiedDate":"2026-02-18T10:00:00.000+0000"}]})"));
    const std::string said = outcome("salesforce.record_create", create());
    EXPECT_NE(said.find(R"({"id":"001000000000002AAA","created":false)"), std::string::npos) << said;
}

TEST_F(SyncRecordsTest, ADuplicateOfAnotherFieldIsToldToAPerson) {
    const std::string nobody = R"({"totalSize":0,"done":true,"records":[]})";
    call.http.always("GET", "/query?", testing::json_answer(200, nobody))
        .on("POST", "/sobjects/Account",
            testing::json_answer(
                400,
                R"([{"errorCode":"DUPLICATE_VALUE","message":"duplicate value found: Other__c duplicates value on record with id: 001000000000002"}])"));
    Result<Value> refused = perform("salesforce.record_create", create());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::vendor_rejected);
    EXPECT_EQ(refused.error().field, "Other__c");
}

TEST_F(SyncRecordsTest, SeveralRecordsWithOneKeyAreRefused) {
    call.http.on(
        "GET", "/query?",
        testing::json_answer(
            200,
            R"({"totalSize":2,"done":true,"records":[{"Id":"001000000000001AAA","Key__c":"k"},{"Id":"001000000000002AAA","Key__c":"k"}]})"));
    EXPECT_TRUE(outcome("salesforce.record_create", create()).starts_with("not_unique"));
}

TEST_F(SyncRecordsTest, AskingForAFieldTwiceOrInAnotherCaseIsNoHarm) {
    call.http.on("GET", "/queryAll", testing::json_answer(200, contact_row("2001-01-01T00:00:00.000+0000")));
    Map input = read(contact);
    input.set("fields", List{"phone", "Phone", "Id", "LastModifiedDate"});
    Result<Value> record = perform("salesforce.record_read", input);
    ASSERT_TRUE(record);
    EXPECT_EQ(json::write((*record)["fields"]),
              R"({"phone":"1","Phone":"1","Id":"003000000000001AAA","LastModifiedDate":"2001-01-01T00:00:00Z"})");
    EXPECT_EQ(call.http.last().url.find("phone%2C%20Phone"), std::string::npos);
}

}  // namespace lockstep::connectors::salesforce
