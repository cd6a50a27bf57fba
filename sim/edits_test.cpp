#include "sim/edits.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace lockstep::sim {
namespace {

std::uint64_t seeds() {
    const char* given = std::getenv("LOCKSTEP_SIM_SEEDS");
    return given ? std::strtoull(given, nullptr, 10) : 1'000;
}

TEST(Edits, OfBothSidesComeTogetherAndNoneIsLost) {
    EditTally tally;
    auto failure = play_edits(1, seeds(), tally);
    EXPECT_FALSE(failure) << failure->drawn.to_string() << "\nsmaller:\n"
                          << failure->smallest.to_string() << "\n"
                          << failure->report.to_string();
    EXPECT_GT(tally.conflicts, 0u);
    EXPECT_GT(tally.crashes, 0u);
    EXPECT_GT(tally.rewinds, 0u) << "no guard ever refused: nothing was proven";
}

/// Without what keeps edits from being overwritten unseen, somebody's edit is lost within few histories.
TEST(Edits, AreSeenToBeLostWhereNothingGuardsThem) {
    std::string seen;
    for (std::uint64_t seed = 1; seed <= 1'000 && seen.empty(); ++seed) {
        EditHistory history = EditHistory::drawn(seed);
        history.unguarded = true;
        if (Report report = play(history); !report.ok()) seen = report.broken.front();
    }
    EXPECT_NE(seen.find("lost without a trace"), std::string::npos) << seen;
}

TEST(Edits, OneEditIsOneWriteOnTheOtherSide) {
    EditHistory history;
    history.customers = history.both = 1;
    const auto writes = [&] {
        EditTally tally;
        Report report = play(history);
        EXPECT_TRUE(report.ok()) << report.to_string();
        std::size_t count = 0;
        for (const auto& call : report.history.calls)
            if (call.effect != net::Effect::read && call.url.find("/oauth") == std::string::npos) ++count;
        return count;
    };
    history.edits = {{.at_ms = 5'000, .right = false, .field = 1}};
    EXPECT_EQ(writes(), 1u);
    history.edits = {{.at_ms = 5'000, .right = true, .field = 2, .told = 2}};
    EXPECT_EQ(writes(), 1u);
}

TEST(Edits, TheSameHistoryTakesTheSameCourse) {
    const EditHistory history = EditHistory::drawn(7);
    EXPECT_EQ(play(history).trace_hash, play(history).trace_hash);
}

}  // namespace
}  // namespace lockstep::sim
