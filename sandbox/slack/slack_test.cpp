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
    EXPECT_TRUE(vendor->records("messages")->empty());
}

TEST_F(SlackWebhook, SaysWhichPartOfItsAddressIsWrong) {
    struct Row {
        const char *path, *word;
        int status;
    };
    const Row rows[] = {{"/services/T9/B1/secret", "no_team", 404},      {"/services/T1/B9/secret", "no_service_id", 404},
                        {"/services/T1/B1/wrong", "invalid_token", 403}, {"/services/T1/B1", "invalid_token", 403},
                        {"/services/T1/B1/secret/x", "no_service", 404}, {"/services/", "no_team", 404}};
    for (const Row& row : rows) {
        const net::Response answer = post(R"({"text":"x"})", row.path);
        EXPECT_EQ(answer.body, row.word) << row.path;
        EXPECT_EQ(answer.status, row.status) << row.path;
    }
}

TEST_F(SlackWebhook, RefusesWithAnyOfSlacksWordsWhenToldTo) {
    struct Row {
        const char* word;
        int status;
    };
    for (const Row& row :
         {Row{"channel_is_archived", 410}, Row{"action_prohibited", 403}, Row{"no_active_hooks", 404}, Row{"rollup_error", 500}}) {
        ASSERT_TRUE(vendor->load("settings", {Map{{"refuse_with", row.word}}}));
        EXPECT_EQ(post(R"({"text":"x"})").body, row.word);
        EXPECT_EQ(post(R"({"text":"x"})").status, row.status);
    }
    EXPECT_FALSE(vendor->load("settings", {Map{{"refuse_with", "no_such_word"}}}));
    ASSERT_TRUE(vendor->load("settings", {Map{{"refuse_with", ""}}}));
    now = now.plus_ms(60'000);
    EXPECT_EQ(post(R"({"text":"x"})").body, "ok");
}

TEST_F(SlackWebhook, HoldsBlocksToTheirLimits) {
    auto answer = [&](const std::string& block) {
        now = now.plus_ms(1000);
        return post(R"({"text":"x","blocks":[)" + block + "]}").body;
    };
    auto text = [](std::size_t length) { return R"({"type":"plain_text","text":")" + std::string(length, 'a') + "\"}"; };
    auto many = [](const std::string& entry, int count) {
        std::string list = entry;
        for (int i = 1; i < count; ++i) list += "," + entry;
        return "[" + list + "]";
    };
    EXPECT_EQ(answer(R"({"type":"header","text":)" + text(150) + "}"), "ok");
    EXPECT_EQ(answer(R"({"type":"header","text":)" + text(151) + "}"), "invalid_blocks");
    EXPECT_EQ(answer(R"({"type":"header","text":{"type":"mrkdwn","text":"x"}})"), "invalid_blocks");
    EXPECT_EQ(answer(R"({"type":"section","fields":)" + many(text(2000), 10) + "}"), "ok");
    EXPECT_EQ(answer(R"({"type":"section","fields":)" + many(text(1), 11) + "}"), "invalid_blocks");
    EXPECT_EQ(answer(R"({"type":"section","fields":)" + many(text(2001), 1) + "}"), "invalid_blocks");
    EXPECT_EQ(answer(R"({"type":"section"})"), "invalid_blocks");
    EXPECT_EQ(answer(R"({"type":"section","text":)" + text(1) + R"(,"block_id":")" + std::string(256, 'i') + "\"}"), "invalid_blocks");
    EXPECT_EQ(answer(R"({"type":"context","elements":)" + many(text(1), 10) + "}"), "ok");
    EXPECT_EQ(answer(R"({"type":"context","elements":)" + many(text(1), 11) + "}"), "invalid_blocks");
    const std::string button = R"({"type":"button","text":)";
    EXPECT_EQ(answer(R"({"type":"actions","elements":)" + many(button + text(75) + "}", 25) + "}"), "ok");
    EXPECT_EQ(answer(R"({"type":"actions","elements":)" + many(button + text(76) + "}", 1) + "}"), "invalid_blocks");
    EXPECT_EQ(answer(R"({"type":"actions","elements":)" + many(button + text(1) + "}", 26) + "}"), "invalid_blocks");
    EXPECT_EQ(answer(R"({"type":"image","image_url":"https://x.example/i.png"})"), "invalid_blocks") << "no alt_text";
    const std::string named = R"({"type":"divider","block_id":"a"})";
    EXPECT_EQ(answer(named + "," + named), "invalid_blocks") << "an id is there once";
    EXPECT_EQ(answer(many(R"({"type":"divider"})", 50).substr(1, 50 * 19 - 1)), "ok");
    EXPECT_EQ(answer(many(R"({"type":"divider"})", 51).substr(1, 51 * 19 - 1)), "invalid_blocks");
}

TEST_F(SlackWebhook, TakesAFormAndManyAttachmentsButNotTooMany) {
    net::Request form{.method = "POST", .url = "/services/T1/B1/secret", .body = net::write_form({{"payload", R"({"text":"x"})"}})};
    form.headers.set("Content-Type", "application/x-www-form-urlencoded");
    EXPECT_EQ(vendor->handle(form).body, "ok");
    std::string list = "{}";
    for (int i = 1; i < 100; ++i) list += ",{}";
    EXPECT_EQ(post(R"({"attachments":[)" + list + "]}").body, "ok");
    EXPECT_EQ(post(R"({"attachments":[{},)" + list + "]}").body, "too_many_attachments");
    EXPECT_EQ(post(R"({"text":1})").body, "invalid_payload");
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
