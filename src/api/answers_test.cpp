#include <gtest/gtest.h>

#include "api/api.h"
#include "value/json.h"

namespace lockstep::api {
namespace {

struct StatusCase {
    ErrorCode code;
    int status;
};

TEST(ErrorResponse, HasTheStatusThatFitsTheError) {
    const StatusCase cases[] = {
        {ErrorCode::request_invalid, 400},   {ErrorCode::json_syntax, 400},        {ErrorCode::vendor_rejected, 400},
        {ErrorCode::unauthorized, 401},      {ErrorCode::permission_missing, 403}, {ErrorCode::not_found, 404},
        {ErrorCode::request_too_large, 413}, {ErrorCode::internal, 500},           {ErrorCode::overloaded, 503},
        {ErrorCode::shutting_down, 503},     {ErrorCode::store_full, 503},         {ErrorCode::store_locked, 503},
    };
    for (const auto& its : cases) {
        auto response = error_response({its.code, "what happened"});
        EXPECT_EQ(response.status, its.status) << to_string(its.code);
        auto body = json::parse(response.body);
        ASSERT_TRUE(body) << response.body;
        EXPECT_EQ((*body)["error"]["code"].text(), to_string(its.code));
        EXPECT_EQ((*body)["error"]["message"].text(), "what happened");
    }
}

TEST(ErrorResponse, SaysWhenToComeBack) {
    Error error{ErrorCode::overloaded, "full"};
    error.retry_after_ms = 1'001;
    EXPECT_EQ(error_response(error).headers.get("Retry-After"), "2");
    EXPECT_EQ(error_response({ErrorCode::store_full, "full"}).headers.get("Retry-After"), "10");
    EXPECT_FALSE(error_response({ErrorCode::not_found, "none"}).headers.contains("Retry-After"));
}

TEST(ErrorResponse, NamesTheField) {
    Error error{ErrorCode::request_invalid, "too long"};
    error.field = "name";
    EXPECT_EQ((*json::parse(error_response(error).body))["error"]["field"].text(), "name");
}

net::Request json_request(const std::string& type, const std::string& body) {
    net::Request request{.method = "POST", .url = "/webhook/x", .headers = {}, .body = body, .peer = {}};
    if (!type.empty()) request.headers.set("Content-Type", type);
    return request;
}

TEST(JsonBody, TakesAnObjectWhateverTheCharsetSays) {
    for (std::string type : {"application/json", "application/json; charset=utf-8", "application/json;charset=UTF-8"}) {
        auto body = json_body(json_request(type, "{\"id\": 9007199254740993}"));
        ASSERT_TRUE(body) << type << ": " << body.error().message;
        EXPECT_EQ((*body)["id"].text(), "9007199254740993");
    }
}

TEST(JsonBody, RefusesWhatIsNoJsonObject) {
    for (std::string text : {"", "{", "[]", "null", "\"text\"", "{\"a\":1} more", "{\"a\":1,}", "a=1"}) {
        auto body = json_body(json_request("application/json", text));
        ASSERT_FALSE(body) << text;
        EXPECT_EQ(body.error().cls(), ErrorClass::rejected) << text;
    }
}

TEST(JsonBody, RefusesAnotherContentTypeByItsName) {
    for (std::string type : {"", "text/plain", "application/x-www-form-urlencoded", "application/jsonp"}) {
        auto body = json_body(json_request(type, "{}"));
        ASSERT_FALSE(body) << type;
        EXPECT_EQ(body.error().field, "Content-Type");
    }
}

TEST(JsonBody, RefusesNestingThatIsAnAttack) {
    EXPECT_FALSE(json_body(json_request("application/json", "{\"a\":" + std::string(100'000, '['))));
}

store::RunRow parked_run() {
    return {.id = "01J",
            .event_id = "01H",
            .flow = "deal-closed",
            .key = "006000000000001AAA",
            .status = store::RunStatus::parked,
            .reason = "no email",
            .reason_code = "requirement_failed",
            .step = "has_email",
            .retries = 2,
            .created_at_ms = 1'700'000'000'000,
            .updated_at_ms = 1'700'000'001'000,
            .ended_at_ms = 1'700'000'001'000,
            .summary_json = "{\"amount\":1999.90}"};
}

TEST(RunValue, SaysWhatPeopleAskFor) {
    auto run = run_value(parked_run());
    EXPECT_EQ(run["id"].text(), "01J");
    EXPECT_EQ(run["status"].text(), "parked");
    EXPECT_EQ(run["reason"].text(), "no email");
    EXPECT_EQ(run["code"].text(), "requirement_failed");
    EXPECT_EQ(run["step"].text(), "has_email");
    EXPECT_EQ(run["retries"].text(), "2");
    EXPECT_EQ(run["created_at"].text(), "2023-11-14T22:13:20Z");
    EXPECT_EQ(run["ended_at"].text(), "2023-11-14T22:13:21Z");
    EXPECT_EQ(json::write(run["report"]), "{\"amount\":1999.90}");
}

TEST(RunValue, LeavesOutWhatIsNotThere) {
    auto run = run_value({.id = "01J", .flow = "deal-closed", .key = "k", .created_at_ms = 1, .updated_at_ms = 1});
    EXPECT_EQ(run["status"].text(), "waiting");
    for (std::string name : {"reason", "code", "step", "ended_at", "report"}) EXPECT_EQ(run.find(name), nullptr) << name;
}

TEST(RunDetail, ShowsEventJournalAndCallsInOrder) {
    store::LoadedRun loaded;
    loaded.run = parked_run();
    loaded.event = {.id = "01H",
                    .flow = "deal-closed",
                    .key = "k",
                    .dedupe_id = {},
                    .trigger = "webhook",
                    .body_json = "{\"opportunityId\":\"k\"}",
                    .received_at_ms = 1};
    loaded.journal.push_back({.run_id = "01J", .seq = 1, .at_ms = 1, .kind = "started", .step = {}, .data_json = {}, .trace_json = {}});
    loaded.journal.push_back({.run_id = "01J",
                              .seq = 2,
                              .at_ms = 2,
                              .kind = "done",
                              .step = "deal",
                              .element = 3,
                              .attempt = 2,
                              .data_json = "{\"output\":1}",
                              .trace_json = "[{\"status\":200}]"});
    auto detail = run_detail(loaded);
    EXPECT_EQ(detail["event"]["trigger"].text(), "webhook");
    EXPECT_EQ(detail["event"]["body"]["opportunityId"].text(), "k");
    const auto& journal = detail["journal"].as_list();
    ASSERT_EQ(journal.size(), 2u);
    EXPECT_EQ(json::write(journal[0]), "{\"seq\":1,\"at\":\"1970-01-01T00:00:00.001Z\",\"kind\":\"started\"}");
    EXPECT_EQ(journal[1]["step"].text(), "deal");
    EXPECT_EQ(journal[1]["element"].text(), "3");
    EXPECT_EQ(journal[1]["attempt"].text(), "2");
    EXPECT_EQ(journal[1]["data"]["output"].text(), "1");
    EXPECT_EQ(journal[1]["calls"].as_list()[0]["status"].text(), "200");
}

}  // namespace
}  // namespace lockstep::api
