#include "connector/inputs.h"

#include <gtest/gtest.h>

#include "connector/connector.h"
#include "connector/retry_after.h"

namespace lockstep::connector {
namespace {

const schema::Action action{.name = "x.get", .inputs = {{"object", "text", true}, {"fields", "list"}}};

std::string refusal(const Value& input) {
    auto result = Inputs("x.get", input).check(action);
    return result ? "accepted" : result.error().message;
}

}  // namespace

TEST(Inputs, NamesWhatIsMissingAndWhatIsUnknown) {
    EXPECT_EQ(refusal(Map{{"object", "Account"}}), "accepted");
    EXPECT_EQ(refusal(Map{}), "x.get needs a value as `object`, got nothing");
    EXPECT_EQ(refusal(Map{{"object", nullptr}}), "x.get needs a value as `object`, got nothing");
    EXPECT_EQ(refusal(Map{{"object", "A"}, {"felds", List{}}}), "x.get has no input `felds` (did you mean `fields`?)");
    EXPECT_EQ(refusal("text"), "x.get needs a map of inputs, got string");
}

TEST(Inputs, ReadsByType) {
    Value input = Map{{"object", 12}, {"fields", List{1}}, {"flag", true}};
    Inputs inputs("x.get", input);
    EXPECT_EQ(inputs.text("object").value(), "12");
    EXPECT_EQ(inputs.list("fields").value().size(), 1u);
    EXPECT_TRUE(inputs.boolean_or("flag", false).value());
    EXPECT_FALSE(inputs.boolean_or("other", false).value());
    EXPECT_TRUE(inputs.map_or_empty("other").value().empty());
    EXPECT_EQ(inputs.map("fields").error().message, "x.get needs a map as `fields`, got list");
    EXPECT_EQ(inputs.boolean_or("object", false).error().code, ErrorCode::value_invalid);
}

TEST(Settings, ReadTextAndWholeNumbers) {
    Settings settings(Map{{"port", "80"}, {"retries", 3}, {"odd", "8o"}});
    EXPECT_EQ(settings.integer("port", 1).value(), 80);
    EXPECT_EQ(settings.integer("retries", 1).value(), 3);
    EXPECT_EQ(settings.integer("absent", 7).value(), 7);
    EXPECT_EQ(settings.integer("odd", 1).error().code, ErrorCode::config_invalid);
    EXPECT_FALSE(settings.has("absent"));
}

TEST(RetryAfter, ReadsSecondsOnly) {
    auto after = [](std::string text) { return retry_after_ms({.status = 429, .headers = {{"retry-after", std::move(text)}}}); };
    EXPECT_EQ(after("30"), 30'000);
    EXPECT_EQ(after("0"), 0);
    EXPECT_EQ(after("99999999999999999999"), 86'400'000);
    EXPECT_EQ(after("-5"), 0);
    EXPECT_EQ(after("Wed, 21 Oct 2015 07:28:00 GMT"), std::nullopt);
    EXPECT_EQ(after(""), std::nullopt);
    EXPECT_EQ(retry_after_ms({}), std::nullopt);
}

TEST(RetryAfter, ReadsADateByTheCallsClock) {
    const Timestamp now = parse_timestamp("2026-11-22T05:16:44Z").value();
    auto after = [&](std::string text) { return retry_after_date_ms({.status = 429, .headers = {{"retry-after", std::move(text)}}}, now); };
    EXPECT_EQ(after("Sun, 22 Nov 2026 05:17:44 GMT"), 60'000);
    EXPECT_EQ(after("Sunday, 22-Nov-26 05:17:44 GMT"), 60'000);
    EXPECT_EQ(after("Sun Nov 22 05:17:44 2026"), 60'000);
    EXPECT_EQ(after("Tue Dec  1 05:17:44 2026"), 86'400'000) << "at most a day";
    EXPECT_EQ(after("Wed, 21 Oct 2015 07:28:00 GMT"), 1000) << "over: a second";
    EXPECT_EQ(after("Sunday, 06-Nov-94 08:49:37 GMT"), 1000) << "1994, not 2094";
    for (std::string text : {"", "30", "-5", "soon", "Sun, 22 Nov 2026 05:17:44 CET", "Sun, 32 Nov 2026 05:17:44 GMT",
                             "Sun, 22 Nov 2026 25:17:44 GMT", "Sun, 22 Nix 2026 05:17:44 GMT", "Sun, 22 Nov 2026 GMT",
                             "Sun, 22 Nov 2026 5:17 GMT", "Sun, xx Nov 2026 05:17:44 GMT", "Sun, 22 Nov 99999999999 05:17:44 GMT"})
        EXPECT_EQ(after(text), std::nullopt) << text;
    EXPECT_EQ(retry_after_date_ms({}, now), std::nullopt);
}

}  // namespace lockstep::connector
