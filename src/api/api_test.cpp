#include "api/test_api.h"

namespace lockstep::api {
namespace {

using testing::ApiTest;

TEST_F(ApiTest, AnEventThatWasAcceptedIsInTheStore) {
    open();
    auto answer = post("/webhook/say", "{\"id\":\"hello\"}");
    ASSERT_EQ(answer.status, 202) << answer.body;
    auto body = body_of(answer);
    EXPECT_EQ(body["accepted"], Value(true));
    EXPECT_EQ(body["flow"].text(), "say");
    EXPECT_EQ(body["key"].text(), "hello");
    auto run = app_->store().load_run(body["run"].text());
    ASSERT_TRUE(run && *run);
    EXPECT_EQ((*run)->event.id, body["event"].text());
    EXPECT_EQ((*run)->event.body_json, "{\"id\":\"hello\"}");
}

TEST_F(ApiTest, ARunEndsSucceededSkippedOrParkedWithItsReason) {
    open();
    EXPECT_EQ(carry("hello")["status"].text(), "succeeded");
    auto skipped = carry("never");
    EXPECT_EQ(skipped["status"].text(), "skipped");
    EXPECT_EQ(skipped["reason"].text(), "never is never said");
    auto parked = carry("wrong");
    EXPECT_EQ(parked["status"].text(), "parked");
    EXPECT_EQ(parked["reason"].text(), "it is wrong");
    EXPECT_EQ(parked["step"].text(), "require_2");
}

TEST_F(ApiTest, ATriggerThatIsWrongLeavesNothing) {
    open("", false);
    struct Case {
        std::string body;
        int status;
    };
    for (const auto& its : {Case{"{\"id\":", 400}, Case{"[]", 400}, Case{"", 400}, Case{"{}", 400}, Case{"{\"id\":null}", 400},
                            Case{"{\"id\":\"' OR Id != '\"}", 400}, Case{"{\"id\":\"../x\"}", 400}, Case{"{\"id\":\"\"}", 400},
                            Case{"{\"id\":[\"a\"]}", 400}, Case{"{\"id\":\"" + std::string(300, 'a') + "\"}", 400}}) {
        auto answer = post("/webhook/say", its.body);
        EXPECT_EQ(answer.status, its.status) << its.body;
        EXPECT_FALSE(body_of(answer)["error"]["message"].text().empty()) << its.body;
    }
    EXPECT_EQ(post("/webhook/say", "{\"id\":\"hello\"}", {{"Content-Type", "text/plain"}}).status, 415);
    auto counts = app_->store().status_counts();
    ASSERT_TRUE(counts);
    EXPECT_EQ(counts->waiting, 0);
}

TEST_F(ApiTest, AWebhookTakesOnlyPost) {
    open("", false);
    auto answer = get("/webhook/say");
    EXPECT_EQ(answer.status, 405);
    EXPECT_EQ(answer.headers.get("Allow"), "POST");
}

TEST_F(ApiTest, ATriggerMustBringTheSecret) {
    open("s3cret");
    const std::string body = "{\"id\":\"hello\"}";
    EXPECT_EQ(post("/webhook/say", body).status, 401);
    EXPECT_EQ(post("/webhook/say", body, {{"Authorization", "Bearer wrong"}}).status, 401);
    EXPECT_EQ(post("/webhook/say", body, {{"Authorization", "Bearer s3cret and more"}}).status, 401);
    EXPECT_EQ(post("/webhook/say?token=s3cre", body).status, 401);
    EXPECT_EQ(post("/webhook/say", body, {{"Authorization", "Bearer s3cret"}}).status, 202);
    EXPECT_EQ(post("/webhook/say?token=s3cret", body).status, 202);
}

TEST_F(ApiTest, SaysWhatIsNotThereAndWhatIsTaken) {
    open("", false);
    EXPECT_EQ(get("/nothing").status, 404);
    EXPECT_EQ(get("/api/v1/runs/none").status, 404);
    EXPECT_EQ(post("/livez", "{}").status, 405);
    EXPECT_EQ(post("/livez", "{}").headers.get("Allow"), "GET");
    EXPECT_EQ(get("/api/v1/runs/%2e%2e").status, 400);
    EXPECT_EQ(call({.method = "HEAD", .url = "/livez", .headers = {}, .body = {}, .peer = "127.0.0.1"}).status, 200);
}

TEST_F(ApiTest, RunsAndMetricsAnswerToTheMachineItselfOnly) {
    open("", false);
    for (std::string url : {"/metrics", "/api/v1/runs", "/api/v1/runs/x"}) {
        EXPECT_EQ(get(url, "192.0.2.1").status, 403) << url;
        EXPECT_NE(get(url, "127.0.0.1").status, 403) << url;
        EXPECT_NE(get(url, "::1").status, 403) << url;
    }
    EXPECT_EQ(post("/api/v1/flows/say/run", "{\"key\":\"hello\"}", {}, "192.0.2.1").status, 403);
    for (const net::Headers& of_a_proxy : {net::Headers{{"Host", "hub.example.com"}}, net::Headers{{"X-Forwarded-For", "192.0.2.1"}},
                                           net::Headers{{"Forwarded", "for=192.0.2.1"}}, net::Headers{{"Via", "1.1 hub"}}})
        EXPECT_EQ(post("/api/v1/flows/say/run", "{\"key\":\"hello\"}", of_a_proxy).status, 403);
    EXPECT_EQ(get("/livez", "192.0.2.1").status, 200);
}

TEST_F(ApiTest, HealthTellsStrangersNoMoreThanTheStatus) {
    open();
    carry("hello");
    auto here = body_of(get("/health"));
    EXPECT_EQ(here["status"].text(), "ok");
    EXPECT_EQ(here["runs"]["succeeded"].text(), "1");
    ASSERT_EQ(here["syncs"].as_list().size(), 1u);
    EXPECT_EQ(here["syncs"].as_list()[0]["key"].text(), "hello");
    const auto through_a_proxy = [](net::Headers headers) {
        return net::Request{.method = "GET", .url = "/health", .headers = std::move(headers), .body = {}, .peer = "127.0.0.1"};
    };
    for (const Value& away : {body_of(get("/health", "192.0.2.1")), body_of(call(through_a_proxy({{"Host", "hub.example.com"}}))),
                              body_of(call(through_a_proxy({{"Host", "127.0.0.1:3000"}, {"X-Forwarded-For", "192.0.2.1"}})))}) {
        EXPECT_EQ(away["status"].text(), "ok");
        EXPECT_EQ(away.find("syncs"), nullptr);
        EXPECT_EQ(away.find("runs"), nullptr);
    }
}

TEST_F(ApiTest, IsNotReadyBeforeTheStartAndWhileItStops) {
    open("", false);
    EXPECT_EQ(get("/livez").status, 200);
    EXPECT_EQ(get("/readyz").status, 503);
    ASSERT_TRUE(app_->engine().start());
    EXPECT_EQ(get("/readyz").status, 200);
    api_->begin_drain();
    auto answer = get("/readyz");
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.body, "stopping\n");
    EXPECT_EQ(get("/health").status, 503);
}

TEST_F(ApiTest, RefusesTriggersWhileTheEngineDrains) {
    open();
    app_->engine().drain(1'000);
    auto answer = post("/webhook/say", "{\"id\":\"hello\"}");
    EXPECT_EQ(answer.status, 503);
    EXPECT_TRUE(answer.headers.contains("Retry-After"));
}

TEST_F(ApiTest, ListsRunsByStatusFlowAndKey) {
    open();
    carry("hello");
    carry("wrong");
    auto count = [&](const std::string& query) { return body_of(get("/api/v1/runs" + query))["runs"].as_list().size(); };
    EXPECT_EQ(count(""), 2u);
    EXPECT_EQ(count("?status=parked"), 1u);
    EXPECT_EQ(count("?key=hello&flow=say"), 1u);
    EXPECT_EQ(count("?flow=other"), 0u);
    EXPECT_EQ(count("?limit=1"), 1u);
    for (std::string query : {"?status=lost", "?limit=0", "?limit=1001", "?limit=many", "?page=2"})
        EXPECT_EQ(get("/api/v1/runs" + query).status, 400) << query;
}

TEST_F(ApiTest, ReplaysAndDropsOnlyParkedRuns) {
    open();
    std::string parked = carry("wrong")["id"].text(), done = carry("hello")["id"].text();
    EXPECT_EQ(post("/api/v1/runs/" + parked + "/replay", "{\"from\":\"middle\"}").status, 400);
    EXPECT_EQ(post("/api/v1/runs/" + done + "/replay", "{}").status, 400);
    EXPECT_EQ(post("/api/v1/runs/none/replay", "{}").status, 404);
    EXPECT_EQ(post("/api/v1/runs/" + parked + "/replay", "{}").status, 202);
    ASSERT_TRUE(app_->engine().wait_until_quiet(30'000));
    EXPECT_EQ(body_of(get("/api/v1/runs/" + parked))["status"].text(), "parked");
    EXPECT_EQ(post("/api/v1/runs/" + parked + "/drop", "{}").status, 400) << "a drop says why";
    EXPECT_EQ(post("/api/v1/runs/" + parked + "/drop", "{\"reason\":\"a test\"}").status, 200);
    auto run = body_of(get("/api/v1/runs/" + parked));
    EXPECT_EQ(run["status"].text(), "dropped");
    EXPECT_EQ(run["reason"].text(), "a test");
    EXPECT_EQ(post("/api/v1/runs/" + parked + "/replay", "{}").status, 400);
}

TEST_F(ApiTest, StartsAFlowByHand) {
    open();
    auto answer = post("/api/v1/flows/say/run", "{\"key\":\"hello\"}");
    EXPECT_EQ(answer.status, 202) << answer.body;
    EXPECT_EQ(post("/api/v1/flows/say/run", "{\"key\":\"No\"}").status, 400);
    auto unknown = post("/api/v1/flows/sya/run", "{\"key\":\"hello\"}");
    EXPECT_EQ(unknown.status, 404);
    EXPECT_NE(unknown.body.find("did you mean `say`?"), std::string::npos) << unknown.body;
}

}  // namespace
}  // namespace lockstep::api
