#include "sandbox/zoho/text.h"

#include <gtest/gtest.h>

namespace lockstep::sandbox::zoho {

TEST(ZohoTimes, FollowBerlinsClocks) {
    auto shown = [](const char* time) { return zoho_time(*parse_timestamp(time)); };
    EXPECT_EQ(shown("2026-02-18T10:00:00Z"), "2026-02-18T11:00:00+0100");
    EXPECT_EQ(shown("2026-03-29T00:59:59Z"), "2026-03-29T01:59:59+0100");
    EXPECT_EQ(shown("2026-03-29T01:00:00Z"), "2026-03-29T03:00:00+0200");
    EXPECT_EQ(shown("2026-10-25T00:59:59Z"), "2026-10-25T02:59:59+0200");
    EXPECT_EQ(shown("2026-10-25T01:00:00Z"), "2026-10-25T02:00:00+0100");
    EXPECT_EQ(shown("2025-12-31T23:30:00.9Z"), "2026-01-01T00:30:00+0100");
    EXPECT_EQ(shown("1969-12-31T22:30:00Z"), "1969-12-31T23:30:00+0100");
}

TEST(ZohoTimes, ADayEndsAtMidnightInBerlin) {
    EXPECT_EQ(format_date(date_in_berlin(*parse_timestamp("2026-06-30T21:59:59Z"))), "2026-06-30");
    EXPECT_EQ(format_date(date_in_berlin(*parse_timestamp("2026-06-30T22:00:00Z"))), "2026-07-01");
}

}  // namespace lockstep::sandbox::zoho
