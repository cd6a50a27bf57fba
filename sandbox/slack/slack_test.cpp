#include "gtest/gtest.h"
#include "sandbox/sandbox.h"
#include "value/json.h"

namespace lockstep::sandbox {

namespace {

class SlackWebhook : public ::testing::Test {
protected:
    void SetUp() override {
        Options options;
        options.clock = [this] { return now; };
        options.credentials.slack_path = "/services/T1/B1/secret";
        vendor = make_slack(options);
    }
    net::Response post(std::string body, std::string path = "/services/T1/B1/secret") {
        net::Request request{.method = "POST", .url = std::move(path), .body = std::move(body)};
        request.headers.set("Content-Type", "application/json");
        return vendor->handle(request);
    }
    Timestamp now = Timestamp::from_ms(1771408800000);
    std::unique_ptr<Vendor> vendor;
};

}  // namespace

TEST_F(SlackWebhook, AnswersOkAndKeepsTheMessage) {
    const net::Response answer = post(R"({"text":"deal &amp; order"})");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "ok");
    EXPECT_EQ((*vendor->records("messages"))[0]["text"].string_or(""), "deal &amp; order");
}

TEST_F(SlackWebhook, RefusesInItsOwnWords) {
    EXPECT_EQ(post("{").body, "invalid_payload");
    EXPECT_EQ(post("{}").body, "no_text");
    EXPECT_EQ(post(R"({"text":""})").status, 400);
    EXPECT_EQ(post(R"({"text":"x","blocks":[{"type":"nonsense"}]})").body, "invalid_blocks");
    EXPECT_EQ(
        post(R"({"text":"x","blocks":[{"type":"section","text":{"type":"mrkdwn","text":")" + std::string(3001, 'a') + R"("}}]})").body,
        "invalid_blocks");
    EXPECT_EQ(post(R"({"text":"x"})", "/services/T1/B1/wrong").body, "no_service");
    EXPECT_TRUE(vendor->records("messages")->empty());
}

TEST_F(SlackWebhook, ToleratesABurstAndThenSaysHowLongToWait) {
    for (int i = 0; i < 10; ++i) EXPECT_EQ(post(R"({"text":"x"})").status, 200) << i;
    const net::Response limited = post(R"({"text":"x"})");
    EXPECT_EQ(limited.status, 429);
    EXPECT_EQ(limited.headers.get("Retry-After").value_or(""), "1");
    now = now.plus_ms(1000);
    EXPECT_EQ(post(R"({"text":"x"})").status, 200);
    EXPECT_EQ(post(R"({"text":"x"})").status, 429);
}

}  // namespace lockstep::sandbox
