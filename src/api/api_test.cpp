#include "api/api.h"

#include <gtest/gtest.h>

#include <future>

#include "config/test_configuration.h"
#include "value/json.h"

namespace lockstep::api {
namespace {

/// Keeps the answer for the test.
class KeptAnswer : public net::Responder {
public:
    explicit KeptAnswer(std::promise<net::Response>& promise) : promise_(promise) {}
    void send(net::Response response) override { promise_.set_value(std::move(response)); }
    void drop() override { promise_.set_value({.status = 0, .headers = {}, .body = {}}); }
    void send_truncated(net::Response response, std::size_t) override { promise_.set_value(std::move(response)); }

private:
    std::promise<net::Response>& promise_;
};

/// Vendors that are never there.
class NoHttp : public net::HttpClient {
public:
    Result<net::Response> send(const net::Request&, const net::SendOptions&) override {
        return fail(ErrorCode::unreachable, "nobody is there");
    }
};

constexpr std::string_view flow_text =
    "flow: say\n"
    "key: { must: \"${ key.matches('^[a-z]+$') }\", says: small letters }\n"
    "on: [ { webhook: /webhook/say, key: \"${ body.id }\" } ]\n"
    "steps:\n"
    "  - uses: require\n"
    "    with: { that: \"${ key != 'never' }\", otherwise: skip, because: never is never said }\n"
    "  - uses: require\n"
    "    with: { that: \"${ key != 'wrong' }\", because: it is wrong }\n";

/// The API of a real application with a flow that calls nobody.
class ApiTest : public ::testing::Test {
protected:
    void open(const std::string& secret = "", bool started = true) {
        auto names = config::testing::complete_names();
        if (!secret.empty()) names["LOCKSTEP_WEBHOOK_SECRET"] = secret;
        auto config = config::load_environment(config::testing::environment_of(names));
        ASSERT_TRUE(config) << config.error().message;
        config->store_path = directory_.path("lockstep.db");
        config->workers = 1;
        config->alert_connection = "";
        config->flows = {{"say.yaml", std::string(flow_text), {}}};
        auto app = config::Application::make(*config, {.http = &http_});
        ASSERT_TRUE(app) << app.error().message;
        app_ = *std::move(app);
        api_ = std::make_unique<Api>(*app_);
        if (started) {
            auto running = app_->engine().start();
            ASSERT_TRUE(running) << running.error().message;
        }
    }

    net::Response call(net::Request request) {
        std::promise<net::Response> promise;
        auto answer = promise.get_future();
        api_->handle(std::move(request), std::make_unique<KeptAnswer>(promise));
        return answer.get();
    }
    net::Response get(const std::string& url, const std::string& peer = "127.0.0.1") {
        return call({.method = "GET", .url = url, .headers = {}, .body = {}, .peer = peer});
    }
    net::Response post(const std::string& url, const std::string& body, net::Headers headers = {}, const std::string& peer = "127.0.0.1") {
        if (!headers.contains("Content-Type")) headers.set("Content-Type", "application/json");
        return call({.method = "POST", .url = url, .headers = std::move(headers), .body = body, .peer = peer});
    }
    static Value body_of(const net::Response& response) {
        auto value = json::parse(response.body);
        return value ? *value : Value();
    }
    /// Starts a run and waits for its end; returns it.
    Value carry(const std::string& key) {
        auto accepted = post("/webhook/say", "{\"id\":\"" + key + "\"}");
        EXPECT_EQ(accepted.status, 202) << accepted.body;
        EXPECT_TRUE(app_->engine().wait_until_quiet(30'000));
        return body_of(get("/api/v1/runs/" + body_of(accepted)["run"].text()));
    }

    config::testing::TemporaryDirectory directory_;
    NoHttp http_;
    std::unique_ptr<config::Application> app_;
    std::unique_ptr<Api> api_;
};

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
    auto away = body_of(get("/health", "192.0.2.1"));
    EXPECT_EQ(away["status"].text(), "ok");
    EXPECT_EQ(away.find("syncs"), nullptr);
    EXPECT_EQ(away.find("runs"), nullptr);
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
