#include <gtest/gtest.h>

#include "connectors/slack/connector.h"
#include "connectors/slack/errors.h"
#include "connectors/slack/escape.h"
#include "connectors/testing/error_cases.h"
#include "connectors/testing/fake_http.h"
#include "value/encoding.h"

namespace lockstep::connectors::slack {
namespace {

const std::string webhook = "https://hooks.slack.com/services/T000/B000/XXXXsecret";

struct SlackTest : ::testing::Test {
    testing::Call call;

    Result<std::unique_ptr<connector::Connection>> make(std::string url) {
        return descriptor().make({"slack", connector::Settings(Map{{"webhook_url", std::move(url)}}), {}, call.runtime, nullptr});
    }
    Result<Value> post(Map input) { return make(webhook).value()->perform("slack.post", input, call.context); }

    /// The body that a post sends.
    Value posted(Map input) {
        call.http.on("POST", webhook, net::Response{.status = 200, .body = "ok"});
        EXPECT_TRUE(post(std::move(input)));
        return call.http.last_json();
    }
};

}  // namespace

TEST(SlackErrors, MeanWhatTheCasesSay) { testing::expect_cases("src/connectors/slack/slack.cases.yaml", classify); }

TEST(SlackEscape, LeavesNoMarksOfSlacksOwn) {
    EXPECT_EQ(escape("<!channel> & <https://evil.test|bank>"), "&lt;!channel&gt; &amp; &lt;https://evil.test|bank&gt;");
    EXPECT_EQ(escape("Müller \"quoted\" it's *bold*"), "Müller \"quoted\" it's *bold*");
}

TEST(SlackCut, CountsCodePointsAndSaysThatItCut) {
    EXPECT_EQ(cut(std::string(20, 'x'), 20), std::string(20, 'x'));
    EXPECT_EQ(cut(std::string(21, 'x'), 20), std::string(13, 'x') + "… (cut)");
    std::string umlauts;
    for (int i = 0; i < 21; ++i) umlauts += "ü";
    std::string shorter = cut(umlauts, 20);
    EXPECT_EQ(encoding::utf8_length(shorter), 20u);
    EXPECT_TRUE(encoding::is_valid_utf8(shorter));
}

TEST(SlackCut, NeverCutsWithinAnEntity) {
    for (std::size_t before = 0; before < 20; ++before) {
        std::string text = cut(std::string(before, 'x') + escape("&<>&<>&<>&<>"), 20);
        std::string_view kept = std::string_view(text).substr(0, text.find("…"));
        std::size_t entity = kept.rfind('&');
        EXPECT_TRUE(entity == std::string_view::npos || kept.find(';', entity) != std::string_view::npos) << text;
    }
}

TEST_F(SlackTest, PostsAnEscapedText) {
    Value body = posted({{"text", "Parked: <Acme & Söhne>"}});
    EXPECT_EQ(json::write(body), R"({"text":"Parked: &lt;Acme &amp; Söhne&gt;"})");
    EXPECT_EQ(call.http.last().headers.get("Content-Type"), "application/json");
    EXPECT_EQ(call.http.sent().back().options.effect, net::Effect::write);
}

TEST_F(SlackTest, LeavesAFormattedTextAsItIs) {
    EXPECT_EQ(posted({{"text", "<https://hub.test/runs/1|run 1>"}, {"formatted", true}})["text"], Value("<https://hub.test/runs/1|run 1>"));
}

TEST_F(SlackTest, EscapesAndCutsTheTextsOfBlocks) {
    List blocks{Map{{"type", "header"}, {"text", Map{{"type", "plain_text"}, {"text", std::string(200, 'h')}}}},
                Map{{"type", "section"},
                    {"text", Map{{"type", "mrkdwn"}, {"text", "<b>"}}},
                    {"fields", List{Map{{"type", "mrkdwn"}, {"text", std::string(3000, 'f')}}}}},
                Map{{"type", "divider"}}};
    Value body = posted({{"text", "t"}, {"blocks", blocks}});
    EXPECT_EQ(encoding::utf8_length(body.at_path("blocks.0.text.text").as_string()), 150u);
    EXPECT_EQ(body.at_path("blocks.1.text.text"), Value("&lt;b&gt;"));
    EXPECT_EQ(encoding::utf8_length(body.at_path("blocks.1.fields.0.text").as_string()), 2000u);
    EXPECT_EQ(json::write(body.at_path("blocks.2")), R"({"type":"divider"})");
}

TEST_F(SlackTest, CutsALongText) {
    Value body = posted({{"text", std::string(5000, '&')}});
    EXPECT_LE(encoding::utf8_length(body["text"].as_string()), 4000u);
    EXPECT_TRUE(body["text"].as_string().ends_with("&amp;… (cut)"));
}

TEST_F(SlackTest, RefusesWhatIsNoMessage) {
    EXPECT_EQ(post({}).error().code, ErrorCode::value_invalid);
    EXPECT_EQ(post({{"text", ""}}).error().code, ErrorCode::value_invalid);
    EXPECT_EQ(post({{"text", "t"}, {"blocks", List(51, Map{{"type", "divider"}})}}).error().code, ErrorCode::value_invalid);
    EXPECT_EQ(post({{"text", "t"}, {"blocks", List{1}}}).error().code, ErrorCode::value_invalid);
    Map field{{"type", "mrkdwn"}, {"text", "f"}};
    Result<Value> fields = post({{"text", "t"}, {"blocks", List{Map{{"type", "section"}, {"fields", List(11, field)}}}}});
    EXPECT_EQ(fields.error().code, ErrorCode::value_invalid);
    EXPECT_NE(fields.error().message.find("11 of 10"), std::string::npos) << fields.error().message;
    EXPECT_FALSE(post({{"text", "t"}, {"blocks", List{Map{{"type", "context"}, {"elements", List(11, field)}}}}}));
    EXPECT_EQ(post({{"text", "t"}, {"channel", "#general"}}).error().code, ErrorCode::value_invalid);
    EXPECT_TRUE(call.http.sent().empty());
}

TEST_F(SlackTest, ALostAnswerIsInDoubtAndNeverSentAgain) {
    call.http.on("POST", webhook, Error{ErrorCode::answer_lost, "cut while reading " + webhook});
    auto lost = post({{"text", "t"}});
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().cls(), ErrorClass::in_doubt);
    EXPECT_EQ(call.http.sent().size(), 1u);
}

TEST_F(SlackTest, HidesTheAddressInTracesAndErrors) {
    call.http.on("POST", webhook, Error{ErrorCode::unreachable, "no route to " + webhook});
    auto failed = post({{"text", "t"}});
    ASSERT_FALSE(failed);
    std::string everything = call.trace.to_json() + failed.error().to_text();
    EXPECT_EQ(everything.find("XXXXsecret"), std::string::npos) << everything;
    EXPECT_EQ(everything.find("T000"), std::string::npos) << everything;
    EXPECT_EQ(call.trace.exchanges()[0].url, "https://hooks.slack.com/services/[redacted]");
}

TEST_F(SlackTest, RefusesAnAddressWithoutRepeatingIt) {
    EXPECT_EQ(make("").error().code, ErrorCode::config_invalid);
    auto refused = make("hooks.slack.com/services/T/B/secret");
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("SLACK_WEBHOOK_URL"), std::string::npos);
    EXPECT_EQ(refused.error().message.find("secret"), std::string::npos);
}

TEST_F(SlackTest, SendsNothingToProbe) {
    EXPECT_TRUE(make(webhook).value()->probe(call.context));
    EXPECT_TRUE(call.http.sent().empty());
}

}  // namespace lockstep::connectors::slack
