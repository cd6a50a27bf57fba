// What the HTTP client promises, against the sandbox behind real sockets: a request that changes something is sent once,
// even when the connection it is sent on again has died. (libcurl alone sends such a POST a second time, silently.)
#include <gtest/gtest.h>

#include "net/client.h"
#include "sandbox/sandbox.h"
#include "value/json.h"

namespace lockstep {
namespace {

class LostAnswer : public ::testing::TestWithParam<const char*> {
protected:
    LostAnswer() : server_(std::move(*sandbox::start_sandbox_server({.port = 0, .seed_data = false}))), http_(net::make_curl_client()) {
        const std::string environment = server_->environment_text("");
        const auto at = environment.find("SLACK_WEBHOOK_URL=");
        slack_ = environment.substr(at + 18, environment.find('\n', at) - at - 18);
    }
    Result<net::Response> post(std::string text, net::Effect effect = net::Effect::write) {
        return http_->send({.method = "POST",
                            .url = slack_,
                            .headers = {{"Content-Type", "application/json"}},
                            .body = json::write(Map{{"text", std::move(text)}}),
                            .peer = {}},
                           {.effect = effect});
    }
    Value control(std::string method, std::string path, std::string body = {}) {
        net::Request request;
        request.method = std::move(method);
        request.url = std::move(path);
        request.body = std::move(body);
        return *json::parse(server_->sandbox().control(request).body);
    }
    std::int64_t calls() {
        const Value all = control("GET", "/calls");
        return all["calls"].as_list().empty() ? 0 : all.at_path("calls.0.count").as_int();
    }
    std::size_t messages() { return control("GET", "/state/slack/messages")["records"].as_list().size(); }

    std::unique_ptr<sandbox::SandboxServer> server_;
    std::unique_ptr<net::HttpClient> http_;
    std::string slack_;
};

TEST_P(LostAnswer, OnAReusedConnectionIsInDoubtAndNotSentAgain) {
    ASSERT_TRUE(post("first").has_value());
    (void)control("POST", "/faults",
                  std::string(R"({"faults":[{"connector":"slack","kind":")") + GetParam() + R"(","count":1,"delay_ms":1}]})");
    const auto lost = post("second");
    ASSERT_FALSE(lost.has_value());
    EXPECT_EQ(lost.error().code, ErrorCode::answer_lost) << lost.error().to_text();
    EXPECT_EQ(calls(), 2) << "it was sent again";
    EXPECT_LE(messages(), 2u);
    EXPECT_TRUE(post("third").has_value()) << "the next request has a connection of its own";
    EXPECT_EQ(calls(), 3);
}

TEST_P(LostAnswer, OnAFreshConnectionIsInDoubtToo) {
    (void)control("POST", "/faults",
                  std::string(R"({"faults":[{"connector":"slack","kind":")") + GetParam() + R"(","count":1,"delay_ms":1}]})");
    const auto lost = post("first");
    ASSERT_FALSE(lost.has_value());
    EXPECT_EQ(lost.error().code, ErrorCode::answer_lost);
    EXPECT_EQ(calls(), 1);
}

INSTANTIATE_TEST_SUITE_P(Faults, LostAnswer, ::testing::Values("drop_before", "drop_after", "late_apply"));

TEST_F(LostAnswer, AnEffectIsAppliedOnceWhereTheVendorHadAppliedIt) {
    ASSERT_TRUE(post("first").has_value());
    (void)control("POST", "/faults", R"({"faults":[{"connector":"slack","kind":"drop_after","count":1}]})");
    ASSERT_FALSE(post("second").has_value());
    EXPECT_EQ(messages(), 2u) << "applied, once, though the answer was lost";
}

}  // namespace
}  // namespace lockstep
