#pragma once

#include <gtest/gtest.h>

#include <future>

#include "api/api.h"
#include "config/test_configuration.h"
#include "value/json.h"

/// What tests of the API share; only `*_test.cpp` may include it.
namespace lockstep::api::testing {

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

inline constexpr std::string_view flow_text =
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
        open_with({{"say.yaml", std::string(flow_text), {}}}, secret, started);
    }
    void open_with(std::vector<config::FlowConfig> flows, const std::string& secret = "", bool started = true,
                   const config::testing::Names& more = {}) {
        auto names = config::testing::complete_names();
        names.insert(more.begin(), more.end());
        if (!secret.empty()) names["LOCKSTEP_WEBHOOK_SECRET"] = secret;
        auto config = config::load_environment(config::testing::environment_of(names));
        ASSERT_TRUE(config) << config.error().message;
        config->store_path = directory_.path("lockstep.db");
        config->workers = 1;
        config->alert_connection = "";
        config->flows = std::move(flows);
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

}  // namespace lockstep::api::testing
