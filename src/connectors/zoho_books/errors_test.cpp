#include "connectors/zoho_books/errors.h"

#include "connectors/testing/error_cases.h"

namespace lockstep::connectors::zoho_books {
namespace {

Timestamp at(std::string_view text) { return *parse_timestamp(text); }

}  // namespace

TEST(BooksErrors, MeanWhatTheTableSays) {
    testing::expect_cases("src/connectors/zoho_books/zoho_books.cases.yaml", [](const net::Response& response, net::Effect effect) {
        return classify(response, effect, {.now = at("2026-02-18T10:00:00Z")});
    });
}

TEST(BooksErrors, TheDailyLimitWaitsForTheDaysEndInItsZone) {
    net::Response response{.status = 429, .body = R"({"code":45,"message":"limit"})"};
    auto wait_ms = [&](std::string_view now, std::string zone) {
        return classify(response, net::Effect::read, {.now = at(now), .zone = std::move(zone)})->retry_after_ms;
    };
    EXPECT_EQ(wait_ms("2026-02-18T22:00:00Z", "UTC"), 7'200'000);
    EXPECT_EQ(wait_ms("2026-02-18T22:00:00Z", "Europe/Berlin"), 3'600'000);
    EXPECT_EQ(wait_ms("2026-02-18T23:59:59.5Z", "UTC"), 60'000);
}

TEST(BooksErrors, AnEmptyAnswerWithoutContentIsASuccess) {
    EXPECT_FALSE(classify({.status = 204}, net::Effect::write, {}));
    EXPECT_TRUE(classify({.status = 200}, net::Effect::write, {}));
}

}  // namespace lockstep::connectors::zoho_books
