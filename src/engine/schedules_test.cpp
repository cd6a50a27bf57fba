#include "engine/schedules.h"

#include <gtest/gtest.h>

#include "flow/testing.h"

namespace lockstep::engine {
namespace {

std::vector<flow::Flow> hourly() {
    auto flow = flow::testing::parse("flow: hourly\non: [ { schedule: \"0 * * * *\" } ]\nsteps:\n  - { id: one, uses: a.read }\n");
    EXPECT_TRUE(flow) << flow.error().message;
    std::vector<flow::Flow> flows;
    if (flow) flows.push_back(*std::move(flow));
    return flows;
}

Timestamp at(std::string_view text) { return *parse_timestamp(text); }
Schedules make(const std::vector<store::ScheduleRow>& known, std::string_view now) { return *Schedules::make(hourly(), known, at(now)); }
store::ScheduleRow ticked(std::string_view when) {
    return {.flow = "hourly", .trigger = 0, .expression = "0 * * * * UTC", .last_tick_ms = at(when).ms()};
}

TEST(Schedules, AreDueAtTheirTick) {
    auto schedules = make({}, "2026-02-18T08:30:00Z");
    EXPECT_EQ(schedules.next_ms(), at("2026-02-18T09:00:00Z").ms());
    EXPECT_TRUE(schedules.take_due(at("2026-02-18T08:59:59Z")).empty());
    auto due = schedules.take_due(at("2026-02-18T09:00:00Z"));
    ASSERT_EQ(due.size(), 1u);
    EXPECT_EQ(due[0].flow, "hourly");
    EXPECT_TRUE(schedules.take_due(at("2026-02-18T09:00:01Z")).empty());
}

TEST(Schedules, AMissedTickIsMadeUpForOnceHoweverManyWereMissed) {
    auto schedules = make({ticked("2026-02-18T08:00:00Z")}, "2026-02-18T13:30:00Z");
    EXPECT_EQ(schedules.take_due(at("2026-02-18T13:30:00Z")).size(), 1u);
    EXPECT_EQ(schedules.next_ms(), at("2026-02-18T14:00:00Z").ms());
}

TEST(Schedules, ANewScheduleIsStoredAtOnceSoThatItsFirstTickCanBeMissed) {
    auto first = make({}, "2026-02-18T08:30:00Z");
    ASSERT_EQ(first.fresh().size(), 1u);
    auto second = make(first.fresh(), "2026-02-18T09:05:00Z");
    EXPECT_TRUE(second.fresh().empty());
    EXPECT_EQ(second.take_due(at("2026-02-18T09:05:00Z")).size(), 1u);
}

TEST(Schedules, AChangedExpressionBeginsAnew) {
    auto row = ticked("2026-02-18T01:00:00Z");
    row.expression = "0 1 * * * UTC";
    EXPECT_TRUE(make({row}, "2026-02-18T08:30:00Z").take_due(at("2026-02-18T08:30:00Z")).empty());
}

}  // namespace
}  // namespace lockstep::engine
