#include "engine/pause_memory.h"

#include <gtest/gtest.h>

namespace lockstep::engine {
namespace {

constexpr Clocks then{.wall_ms = 1'000'000, .monotonic_ms = 500};
/// Another process: its monotonic clock begins anew.
Clocks after(std::int64_t ms) { return {.wall_ms = then.wall_ms + ms, .monotonic_ms = 10}; }

Breaker::Memory resting(std::int64_t ms) {
    return {
        .state = Breaker::State::resting, .because = {ErrorCode::rate_limited, "429"}, .since_ms = 400, .until_ms = then.monotonic_ms + ms};
}

TEST(PauseMemory, KeepsARestThatIsLeft) {
    auto read = read_pause(write_pause(resting(60'000), then), after(20'000));
    ASSERT_TRUE(read) << read.error().to_text();
    EXPECT_EQ(read->state, Breaker::State::resting);
    EXPECT_EQ(read->because.code, ErrorCode::rate_limited);
    EXPECT_EQ(read->because.message, "429");
    EXPECT_EQ(read->until_ms, 10 + 40'000);
}

TEST(PauseMemory, ForgetsARestThatIsOver) {
    EXPECT_EQ(read_pause(write_pause(resting(60'000), then), after(60'000))->state, Breaker::State::open);
}

TEST(PauseMemory, MakesNoRestLongerThanItWasWhenTheWallClockWasSetBack) {
    EXPECT_EQ(read_pause(write_pause(resting(60'000), then), after(-86'400'000))->until_ms, 10 + 60'000);
}

TEST(PauseMemory, KeepsSinceWhenAConnectionIsAway) {
    const Breaker::Memory down{
        .state = Breaker::State::down, .because = {ErrorCode::unreachable, "refused"}, .since_ms = 200, .until_ms = 900};
    auto read = read_pause(write_pause(down, then), after(3'600'000));
    EXPECT_EQ(read->state, Breaker::State::down) << "its probe is overdue, which does not mean that it is back";
    EXPECT_EQ(read->since_ms, 10 - 3'600'300);
}

TEST(PauseMemory, IsNothingForAConnectionThatIsWell) {
    EXPECT_EQ(write_pause({}, then), "");
    EXPECT_EQ(read_pause("", then)->state, Breaker::State::open);
}

TEST(PauseMemory, RefusesWhatItDoesNotKnow) {
    EXPECT_FALSE(read_pause("{", then));
    EXPECT_FALSE(read_pause(R"({"state":"asleep","code":"unreachable"})", then));
    EXPECT_FALSE(read_pause(R"({"state":"down","code":"no_such_code"})", then));
}

}  // namespace
}  // namespace lockstep::engine
