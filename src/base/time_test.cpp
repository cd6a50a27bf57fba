#include "base/time.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace lockstep {
namespace {

std::string again(std::string_view text) {
    auto time = parse_timestamp(text);
    return time ? format_timestamp(*time) : time.error().to_text();
}

std::string civil(std::string_view text, std::string_view zone) {
    auto local = to_civil(*parse_timestamp(text), zone);
    if (!local) return local.error().message;
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, " %02d:%02d:%02d", local->hour, local->minute, local->second);
    return format_date(local->date) + buffer;
}

std::string instant(Date date, int hour, int minute, std::string_view zone) {
    auto time = from_civil(date, hour, minute, 0, zone);
    return time ? format_timestamp(*time) : time.error().message;
}

TEST(Timestamp, ReadsTheVendorsForms) {
    EXPECT_EQ(again("2026-02-18T10:00:00Z"), "2026-02-18T10:00:00Z");
    EXPECT_EQ(again("2026-02-18T10:00:00.000+0000"), "2026-02-18T10:00:00Z");
    EXPECT_EQ(again("2026-02-18T10:00:00.5+02:00"), "2026-02-18T08:00:00.500Z");
    EXPECT_EQ(again("2026-02-18T10:00:00-0930"), "2026-02-18T19:30:00Z");
    EXPECT_EQ(again("2026-02-18t10:00:00.1234567z"), "2026-02-18T10:00:00.123456700Z");
    EXPECT_EQ(again("2026-02-18 10:00:00.123456Z"), "2026-02-18T10:00:00.123456Z");
    EXPECT_EQ(again("0001-01-01T00:00:00Z"), "0001-01-01T00:00:00Z");
    EXPECT_EQ(again("9999-12-31T23:59:59.999999999Z"), "9999-12-31T23:59:59.999999999Z");
    EXPECT_EQ(again("1969-12-31T23:59:59.250Z"), "1969-12-31T23:59:59.250Z");
}

TEST(Timestamp, KnowsLeapDays) {
    EXPECT_EQ(again("2028-02-29T23:59:59Z"), "2028-02-29T23:59:59Z");
    EXPECT_EQ(again("2000-02-29T00:00:00Z"), "2000-02-29T00:00:00Z");
    EXPECT_EQ(again("2028-03-01T00:30:00+01:00"), "2028-02-29T23:30:00Z");
    for (auto text : {"2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z"}) {
        EXPECT_FALSE(parse_timestamp(text).has_value()) << text;
    }
}

TEST(Timestamp, RefusesWhatIsNone) {
    for (auto text : {"",
                      "2026-02-18",
                      "2026-02-18T10:00:00",
                      "2026-02-18T10:00Z",
                      "2026-02-18T24:00:00Z",
                      "2026-02-18T10:60:00Z",
                      "2026-02-18T10:00:60Z",
                      "2026-02-18T10:00:00.Z",
                      "2026-02-18T10:00:00.1234567890Z",
                      "2026-2-18T10:00:00Z",
                      "2026-02-18T10:00:00+2:00",
                      "2026-02-18T10:00:00+24:00",
                      "2026-02-18T10:00:00Z ",
                      "0000-01-01T00:00:00Z",
                      "10000-01-01T00:00:00Z",
                      "0001-01-01T00:00:00+01:00",
                      "9999-12-31T23:59:59-01:00",
                      "2026-00-18T10:00:00Z",
                      "2026-02-00T10:00:00Z",
                      "today"}) {
        auto time = parse_timestamp(text);
        ASSERT_FALSE(time.has_value()) << text;
        EXPECT_EQ(time.error().code, ErrorCode::time_invalid);
        EXPECT_NE(time.error().message.find(text), std::string::npos);
    }
}

TEST(Timestamp, MillisecondsRoundDownAlsoBefore1970) {
    EXPECT_EQ(parse_timestamp("1969-12-31T23:59:59.9999Z")->ms(), -1);
    EXPECT_EQ(Timestamp::from_ms(-1), (Timestamp{-1, 999'000'000}));
    EXPECT_EQ(Timestamp::from_ms(1500).ms(), 1500);
    EXPECT_EQ((Timestamp{10, 999'999'999}.plus_ms(1)), (Timestamp{11, 999'999}));
    EXPECT_EQ((Timestamp{10, 0}.plus_ms(-1)), (Timestamp{9, 999'000'000}));
    EXPECT_EQ((Timestamp{10, 500'000'000}.plus_ms(-2500)), (Timestamp{8, 0}));
}

TEST(Date, ReadsOnlyDaysThatExist) {
    EXPECT_EQ(*parse_date("2026-02-18"), (Date{2026, 2, 18}));
    EXPECT_EQ(format_date({987, 1, 2}), "0987-01-02");
    for (auto text : {"2026-02-29", "2026-13-01", "2026-2-1", "2026-02-18T00:00:00Z", "20260218", "0000-01-01", ""}) {
        EXPECT_FALSE(parse_date(text).has_value()) << text;
    }
}

TEST(Date, AddsDaysOverMonthsAndYears) {
    EXPECT_EQ(add_days({2026, 2, 18}, 30), (Date{2026, 3, 20}));
    EXPECT_EQ(add_days({2028, 2, 28}, 1), (Date{2028, 2, 29}));
    EXPECT_EQ(add_days({2026, 1, 1}, -1), (Date{2025, 12, 31}));
    EXPECT_EQ(days_from_epoch({1970, 1, 1}), 0);
    EXPECT_EQ(days_from_epoch({1969, 12, 31}), -1);
    EXPECT_EQ(days_from_epoch({2026, 2, 18}), 20502);
}

TEST(Duration, ReadsAndWritesAsCelDoes) {
    for (auto [text, wanted] : std::initializer_list<std::pair<std::string_view, std::string_view>>{{"1h30m", "5400s"},
                                                                                                    {"2.5s", "2.500s"},
                                                                                                    {"-15ms", "-0.015s"},
                                                                                                    {"0", "0s"},
                                                                                                    {"0s", "0s"},
                                                                                                    {"1.5h", "5400s"},
                                                                                                    {"1us", "0.000001s"},
                                                                                                    {"1µs", "0.000001s"},
                                                                                                    {"1ns", "0.000000001s"},
                                                                                                    {"-1m1s", "-61s"},
                                                                                                    {"+3s", "3s"},
                                                                                                    {".5s", "0.500s"},
                                                                                                    {"315576000000s", "315576000000s"},
                                                                                                    {"90m", "5400s"},
                                                                                                    {"0.0000000019s", "0.000000001s"}}) {
        auto duration = parse_duration(text);
        ASSERT_TRUE(duration.has_value()) << text;
        EXPECT_EQ(format_duration(*duration), wanted);
    }
}

TEST(Duration, RefusesWhatIsNone) {
    for (auto text : {"", "-", "1", "s", "1x", "1h 30m", ".s", "--1s", "1h-30m", "315576000001s", "99999999999999999999999999s",
                      "9999999999999999999h", "1d", "00", "1.2.3s"}) {
        auto duration = parse_duration(text);
        ASSERT_FALSE(duration.has_value()) << text;
        EXPECT_EQ(duration.error().code, ErrorCode::time_invalid);
    }
}

TEST(Zone, ConvertsByRegionAndByOffset) {
    EXPECT_EQ(civil("2026-02-18T10:00:00Z", "Europe/Berlin"), "2026-02-18 11:00:00");
    EXPECT_EQ(civil("2026-07-18T23:30:00Z", "Europe/Berlin"), "2026-07-19 01:30:00");
    EXPECT_EQ(civil("2026-02-18T10:00:00Z", "America/St_Johns"), "2026-02-18 06:30:00");
    EXPECT_EQ(civil("2026-02-18T10:00:00Z", "Asia/Kathmandu"), "2026-02-18 15:45:00");
    EXPECT_EQ(civil("2026-02-18T10:00:00Z", "UTC"), "2026-02-18 10:00:00");
    EXPECT_EQ(civil("2026-02-18T10:00:00Z", "-09:30"), "2026-02-18 00:30:00");
    EXPECT_EQ(civil("2026-02-18T10:00:00Z", "+02:00"), "2026-02-18 12:00:00");
    EXPECT_EQ(civil("2026-02-18T10:00:00Z", "02:00"), "2026-02-18 12:00:00");
    EXPECT_EQ(*date_in(*parse_timestamp("2026-02-18T23:30:00Z"), "Europe/Berlin"), (Date{2026, 2, 19}));
}

TEST(Zone, KnowsWeekdayAndDayOfYear) {
    auto leap = *to_civil(*parse_timestamp("2028-12-31T12:00:00.25Z"), "UTC");
    EXPECT_EQ(leap.weekday, 0);
    EXPECT_EQ(leap.day_of_year, 365);
    EXPECT_EQ(leap.nanos, 250'000'000);
    EXPECT_EQ(to_civil(*parse_timestamp("1900-01-01T00:00:00Z"), "UTC")->weekday, 1);
}

TEST(Zone, ClocksThatChangeAreFollowedToTheSecond) {
    EXPECT_EQ(civil("2026-03-29T00:59:59Z", "Europe/Berlin"), "2026-03-29 01:59:59");
    EXPECT_EQ(civil("2026-03-29T01:00:00Z", "Europe/Berlin"), "2026-03-29 03:00:00");
    EXPECT_EQ(civil("2026-10-25T00:59:59Z", "Europe/Berlin"), "2026-10-25 02:59:59");
    EXPECT_EQ(civil("2026-10-25T01:00:00Z", "Europe/Berlin"), "2026-10-25 02:00:00");
}

TEST(Zone, ASkippedLocalTimeIsTheInstantOfTheChange) {
    EXPECT_EQ(instant({2026, 3, 29}, 2, 30, "Europe/Berlin"), "2026-03-29T01:00:00Z");
    EXPECT_EQ(instant({2026, 3, 29}, 3, 0, "Europe/Berlin"), "2026-03-29T01:00:00Z");
    EXPECT_EQ(instant({2026, 3, 29}, 1, 59, "Europe/Berlin"), "2026-03-29T00:59:00Z");
}

TEST(Zone, ADoubledLocalTimeIsItsFirstOccurrence) {
    EXPECT_EQ(instant({2026, 10, 25}, 2, 30, "Europe/Berlin"), "2026-10-25T00:30:00Z");
    EXPECT_EQ(instant({2026, 10, 25}, 3, 0, "Europe/Berlin"), "2026-10-25T02:00:00Z");
    auto both = *instants_of({2026, 10, 25}, 2, 30, 0, "Europe/Berlin");
    EXPECT_EQ(format_timestamp(both.last), "2026-10-25T01:30:00Z");
    auto once = *instants_of({2026, 10, 25}, 3, 30, 0, "Europe/Berlin");
    EXPECT_EQ(once.first, once.last);
}

TEST(Zone, AnUnknownOneIsNamedWithTheNearest) {
    EXPECT_EQ(civil("2026-02-18T10:00:00Z", "Europe/Berlim"), "no such time zone: Europe/Berlim (did you mean `Europe/Berlin`?)");
    for (auto zone : {"", "Berlin/Berlin/Berlin", "+2", "+25:00", "../../etc/passwd", "+02:60", "CEST", "02:00:00"}) {
        auto local = to_civil({0, 0}, zone);
        ASSERT_FALSE(local.has_value()) << zone;
        EXPECT_EQ(local.error().code, ErrorCode::time_invalid);
        EXPECT_FALSE(from_civil({2026, 1, 1}, 0, 0, 0, zone).has_value()) << zone;
    }
}

RC_GTEST_PROP(TimeProperty, WrittenTimesReadAsTheSame, ()) {
    Timestamp time{*rc::gen::inRange<std::int64_t>(-62'135'596'800, 253'402'300'800), *rc::gen::inRange(0, 1'000'000'000)};
    RC_ASSERT(*parse_timestamp(format_timestamp(time)) == time);
    RC_ASSERT(Timestamp::from_ms(time.ms()).plus_ms(0).ms() == time.ms());
}

RC_GTEST_PROP(TimeProperty, LocalTimeLeadsBackUnlessItIsDoubled, ()) {
    Timestamp time{*rc::gen::inRange<std::int64_t>(0, 4'000'000'000), 0};
    std::string zone = *rc::gen::element<std::string>("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC", "-03:30");
    auto local = *to_civil(time, zone);
    auto both = *instants_of(local.date, local.hour, local.minute, local.second, zone);
    RC_ASSERT(both.first == time || both.last == time);
}

RC_GTEST_PROP(TimeProperty, DaysCountOneByOne, ()) {
    auto days = *rc::gen::inRange(-700'000, 2'900'000);
    auto date = add_days({1970, 1, 1}, days);
    RC_ASSERT(days_from_epoch(date) == days);
    RC_ASSERT(*parse_date(format_date(date)) == date);
}

}  // namespace
}  // namespace lockstep
