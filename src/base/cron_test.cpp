#include "base/cron.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace lockstep {
namespace {

Timestamp at(std::string_view text) {
    auto time = parse_timestamp(text);
    EXPECT_TRUE(time.has_value()) << text;
    return time ? *time : Timestamp();
}

/// The next times, one a line.
std::string times(std::string_view expression, std::string_view from, std::string_view zone, int count) {
    auto cron = Cron::parse(expression);
    if (!cron) return cron.error().message;
    std::string out;
    auto time = at(from);
    for (int i = 0; i < count; ++i) {
        auto next = cron->next_after(time, zone);
        if (!next) return next.error().message;
        time = *next;
        out += format_timestamp(time) + "\n";
    }
    return out;
}

std::string refusal(std::string_view expression) {
    auto cron = Cron::parse(expression);
    EXPECT_FALSE(cron.has_value()) << expression;
    if (cron) return "";
    EXPECT_EQ(cron.error().code, ErrorCode::cron_invalid);
    return cron.error().message;
}

TEST(Cron, FieldsMeanWhatCrontabSays) {
    EXPECT_EQ(times("30 6 * * *", "2026-02-18T06:30:00Z", "UTC", 2), "2026-02-19T06:30:00Z\n2026-02-20T06:30:00Z\n");
    EXPECT_EQ(times("*/20 * * * *", "2026-02-18T06:59:59.999Z", "UTC", 4),
              "2026-02-18T07:00:00Z\n2026-02-18T07:20:00Z\n2026-02-18T07:40:00Z\n2026-02-18T08:00:00Z\n");
    EXPECT_EQ(times("0 8-10/2,17 * * *", "2026-02-18T00:00:00Z", "UTC", 3),
              "2026-02-18T08:00:00Z\n2026-02-18T10:00:00Z\n2026-02-18T17:00:00Z\n");
    EXPECT_EQ(times("50/5 0 1 JAN,jul *", "2026-02-18T00:00:00Z", "UTC", 3),
              "2026-07-01T00:50:00Z\n2026-07-01T00:55:00Z\n2027-01-01T00:50:00Z\n");
    EXPECT_EQ(times("  0   0 29\t2 * ", "2026-02-18T00:00:00Z", "UTC", 1), "2028-02-29T00:00:00Z\n");
}

TEST(Cron, SundayIsZeroAndSeven) {
    for (auto expression : {"0 0 * * 0", "0 0 * * 7", "0 0 * * SUN", "0 0 * * sun", "0 0 * * 7-7"}) {
        EXPECT_EQ(times(expression, "2026-02-18T00:00:00Z", "UTC", 2), "2026-02-22T00:00:00Z\n2026-03-01T00:00:00Z\n") << expression;
    }
    EXPECT_EQ(times("0 0 * * FRI-SUN", "2026-02-18T00:00:00Z", "UTC", 4),
              "2026-02-20T00:00:00Z\n2026-02-21T00:00:00Z\n2026-02-22T00:00:00Z\n2026-02-27T00:00:00Z\n");
    EXPECT_EQ(times("0 0 * * 5-7", "2026-02-18T00:00:00Z", "UTC", 3), "2026-02-20T00:00:00Z\n2026-02-21T00:00:00Z\n2026-02-22T00:00:00Z\n");
}

TEST(Cron, EitherDayIsEnoughIfBothAreRestricted) {
    EXPECT_EQ(times("0 0 13 * FRI", "2026-02-12T00:00:00Z", "UTC", 4),
              "2026-02-13T00:00:00Z\n2026-02-20T00:00:00Z\n2026-02-27T00:00:00Z\n2026-03-06T00:00:00Z\n");
    EXPECT_EQ(times("0 0 */2 * MON", "2026-02-18T00:00:00Z", "UTC", 2), "2026-02-23T00:00:00Z\n2026-03-09T00:00:00Z\n");
    EXPECT_EQ(times("0 0 1 * *", "2026-02-18T00:00:00Z", "UTC", 2), "2026-03-01T00:00:00Z\n2026-04-01T00:00:00Z\n");
}

TEST(Cron, NicknamesStandForTheirFields) {
    EXPECT_EQ(times("@hourly", "2026-02-18T00:10:00Z", "UTC", 1), "2026-02-18T01:00:00Z\n");
    EXPECT_EQ(times("@daily", "2026-02-18T00:10:00Z", "UTC", 1), "2026-02-19T00:00:00Z\n");
    EXPECT_EQ(times("@weekly", "2026-02-18T00:10:00Z", "UTC", 1), "2026-02-22T00:00:00Z\n");
    EXPECT_EQ(times("@monthly", "2026-02-18T00:10:00Z", "UTC", 1), "2026-03-01T00:00:00Z\n");
    EXPECT_EQ(times("@yearly", "2026-02-18T00:10:00Z", "UTC", 1), "2027-01-01T00:00:00Z\n");
}

TEST(Cron, TheZoneDecidesWhenTheDayBegins) {
    EXPECT_EQ(times("0 0 * * *", "2026-02-18T10:00:00Z", "Europe/Berlin", 1), "2026-02-18T23:00:00Z\n");
    EXPECT_EQ(times("0 0 * * *", "2026-07-18T10:00:00Z", "Europe/Berlin", 1), "2026-07-18T22:00:00Z\n");
    EXPECT_EQ(times("30 9 * * *", "2026-02-18T10:00:00Z", "+05:30", 1), "2026-02-19T04:00:00Z\n");
    EXPECT_EQ(times("0 12 * * *", "2026-02-18T23:30:00Z", "Pacific/Kiritimati", 1), "2026-02-19T22:00:00Z\n");
}

// Berlin skips 02:00 to 03:00 on 2026-03-29 (at 01:00Z) and doubles it on 2026-10-25 (until 01:00Z).
TEST(Cron, ASkippedTimeFiresAtTheChangeAndOnce) {
    EXPECT_EQ(times("30 2 * * *", "2026-03-28T10:00:00Z", "Europe/Berlin", 2), "2026-03-29T01:00:00Z\n2026-03-30T00:30:00Z\n");
    EXPECT_EQ(times("*/30 * * * *", "2026-03-29T00:30:00Z", "Europe/Berlin", 2), "2026-03-29T01:00:00Z\n2026-03-29T01:30:00Z\n");
    EXPECT_EQ(times("0 2,3 * * *", "2026-03-28T10:00:00Z", "Europe/Berlin", 2), "2026-03-29T01:00:00Z\n2026-03-30T00:00:00Z\n");
}

TEST(Cron, ADoubledTimeFiresOnce) {
    EXPECT_EQ(times("30 2 * * *", "2026-10-24T10:00:00Z", "Europe/Berlin", 2), "2026-10-25T00:30:00Z\n2026-10-26T01:30:00Z\n");
    EXPECT_EQ(times("0,30 2,3 * * *", "2026-10-24T10:00:00Z", "Europe/Berlin", 4),
              "2026-10-25T00:00:00Z\n2026-10-25T00:30:00Z\n2026-10-25T02:00:00Z\n2026-10-25T02:30:00Z\n");
}

TEST(Cron, AnIntervalGoesOnThroughADoubledHour) {
    EXPECT_EQ(times("*/30 * * * *", "2026-10-24T23:30:00Z", "Europe/Berlin", 5),
              "2026-10-25T00:00:00Z\n2026-10-25T00:30:00Z\n2026-10-25T01:00:00Z\n2026-10-25T01:30:00Z\n2026-10-25T02:00:00Z\n");
    // Havana sets its clocks back over midnight's hour: 01:00 becomes 00:00.
    EXPECT_EQ(times("@hourly", "2026-11-01T03:30:00Z", "America/Havana", 4),
              "2026-11-01T04:00:00Z\n2026-11-01T05:00:00Z\n2026-11-01T06:00:00Z\n2026-11-01T07:00:00Z\n");
}

TEST(Cron, AClockThatGoesBackTwoHoursMixesTheHours) {
    // Troll goes from 03:00 back to 01:00 on 2026-10-25 at 01:00Z.
    EXPECT_EQ(times("15 * * * *", "2026-10-24T23:15:00Z", "Antarctica/Troll", 4),
              "2026-10-25T00:15:00Z\n2026-10-25T01:15:00Z\n2026-10-25T02:15:00Z\n2026-10-25T03:15:00Z\n");
}

TEST(Cron, MidnightThatIsSkippedFiresAtTheChange) {
    // Beirut goes from 00:00 to 01:00 on 2026-03-29.
    EXPECT_EQ(times("@daily", "2026-03-28T12:00:00Z", "Asia/Beirut", 2), "2026-03-28T22:00:00Z\n2026-03-29T21:00:00Z\n");
}

TEST(Cron, SaysWhatIsWrong) {
    EXPECT_EQ(refusal("60 * * * *"), "minute is not one of 0 to 59: 60");
    EXPECT_EQ(refusal("* 24 * * *"), "hour is not one of 0 to 23: 24");
    EXPECT_EQ(refusal("* * 0 * *"), "day of month is not one of 1 to 31: 0");
    EXPECT_EQ(refusal("* * * 13 *"), "month is not one of 1 to 12: 13");
    EXPECT_EQ(refusal("* * * * 8"), "day of week is not one of 0 to 7: 8");
    EXPECT_EQ(refusal("* * * *"), "schedule has 4 fields instead of 5: * * * *");
    EXPECT_EQ(refusal("30-10 * * * *"), "minute range runs backwards: 30-10");
    for (auto text :
         {"", "@reboot", "* * * * * *", "*/0 * * * *", "*/-1 * * * *", "*/x * * * *", "1,, * * * *", "-5 * * * *", "1-2-3 * * * *",
          "* * L * *", "* * ? * *", "* * * * MON#2", "1/2/3 * * * *", "+5 * * * *", "99999999999 * * * *", "* * * MON *"}) {
        refusal(text);
    }
}

TEST(Cron, AScheduleThatNeverComesIsRefused) {
    for (auto text : {"0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 30,31 FEB */2"}) {
        EXPECT_NE(refusal(text).find("never come"), std::string::npos) << text;
    }
    EXPECT_TRUE(Cron::parse("0 0 30 2 MON").has_value());
    EXPECT_TRUE(Cron::parse("0 0 29 2 *").has_value());
}

TEST(Cron, AnUnknownZoneIsSaid) {
    EXPECT_NE(times("@daily", "2026-02-18T00:00:00Z", "Europe/Berlim", 1).find("Europe/Berlin"), std::string::npos);
}

RC_GTEST_PROP(CronProperty, TheNextTimeIsTheFirstThatMatches, ()) {
    auto minute = *rc::gen::inRange(0, 60);
    auto hour = *rc::gen::inRange(0, 24);
    auto step = *rc::gen::inRange(1, 30);
    bool interval = *rc::gen::arbitrary<bool>();
    auto expression = interval ? "*/" + std::to_string(step) + " * * * *" : std::to_string(minute) + " " + std::to_string(hour) + " * * *";
    std::string zone = *rc::gen::element<std::string>("Europe/Berlin", "America/New_York", "UTC", "Australia/Lord_Howe", "Asia/Kolkata");
    auto cron = Cron::parse(expression);
    RC_ASSERT(cron.has_value());
    // The weeks around a change of clocks in each of the zones, and others.
    Timestamp start{1'774'000'000 + std::int64_t{*rc::gen::inRange(0, 40'000)} * 60 * 7, 0};
    auto next = cron->next_after(start, zone);
    RC_ASSERT(next.has_value());
    RC_ASSERT(*next > start);
    RC_ASSERT(next->seconds - start.seconds <= 25 * 3600 + 60);
    for (auto time = start.seconds - start.seconds % 60 + 60; interval && time < next->seconds; time += 60) {
        auto local = *to_civil({time, 0}, zone);
        RC_ASSERT(local.minute % step != 0);
    }
}

}  // namespace
}  // namespace lockstep
