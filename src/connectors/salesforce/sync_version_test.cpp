#include "connectors/salesforce/sync_version.h"

#include <gtest/gtest.h>

#include "value/json.h"

namespace lockstep::connectors::salesforce {
namespace {

Timestamp at(std::string_view text) { return *parse_timestamp(text); }

std::string guard(std::string_view version) {
    Result<Map> headers = guard_headers(version);
    return headers ? json::write(*headers) : headers.error().to_text();
}

}  // namespace

TEST(SyncVersion, OfATagGuardsByIt) { EXPECT_EQ(guard(version_of_tag("\"x=-gzip\"")), R"({"If-Match":"\"x=-gzip\""})"); }

TEST(SyncVersion, OfATimeGuardsByItOnceItsSecondIsOver) {
    const Timestamp modified = at("2026-02-18T10:00:00Z");
    EXPECT_EQ(guard(version_of_time(modified, at("2026-02-18T10:00:01Z").ms())),
              R"({"If-Unmodified-Since":"Wed, 18 Feb 2026 10:00:00 GMT"})");
    EXPECT_TRUE(guard(version_of_time(modified, at("2026-02-18T10:00:00.999Z").ms())).starts_with("precondition_failed"));
    EXPECT_TRUE(guard(version_of_time(modified, at("2026-02-18T09:59:00Z").ms())).starts_with("precondition_failed"));
}

TEST(SyncVersion, ThatCannotGuardSaysWhenToTryAgain) {
    const Result<Map> headers = guard_headers(version_of_time(at("2026-02-18T10:00:00Z"), at("2026-02-18T10:00:00Z").ms()));
    ASSERT_FALSE(headers);
    EXPECT_EQ(headers.error().retry_after_ms, 2000);
}

TEST(SyncVersion, OfWhatWasOnlyWrittenGuardsNothing) {
    EXPECT_EQ(guard(version_of_unread()), "precondition_failed: the record was written since it was read and must be read again");
}

TEST(SyncVersion, ThatIsEmptyAsksForNoGuardAndOneThatIsNoneIsRefused) {
    EXPECT_EQ(guard(""), "{}");
    EXPECT_TRUE(guard("2026-02-18T10:00:00Z").starts_with("value_invalid"));
    EXPECT_TRUE(guard("since yesterday").starts_with("value_invalid"));
}

TEST(SyncVersion, TimesAreWrittenAsHttpHasThem) { EXPECT_EQ(http_date(at("1994-11-06T08:49:37Z")), "Sun, 06 Nov 1994 08:49:37 GMT"); }

}  // namespace lockstep::connectors::salesforce
