#include "sim/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "sim/campaign.h"
#include "sim/defects.h"

namespace lockstep::sim {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t slower = 20;
#elif !defined(NDEBUG)
constexpr std::uint64_t slower = 8;
#else
constexpr std::uint64_t slower = 1;
#endif

/// How many seeds and crash points are played: as many as fit in two minutes, or what `LOCKSTEP_SIM_SEEDS` asks for.
std::uint64_t wanted(std::uint64_t usual) {
    const char* text = std::getenv("LOCKSTEP_SIM_SEEDS");
    return text ? std::strtoull(text, nullptr, 10) : usual / slower;
}

std::string told(const Scenario& scenario, const Report& report) { return scenario.to_string() + "\n" + report.to_string(); }

TEST(Promises, HoldOnAQuietDay) {
    auto scenario = Scenario::quiet(1, 2, 6);
    scenario.duplicate_triggers = 2;
    auto report = play(scenario);
    EXPECT_TRUE(report.ok()) << told(scenario, report);
    EXPECT_EQ(report.retries + report.in_doubt, 0u);
    EXPECT_GE(report.creations, 2u * 2 + 2 * 6) << "every creation is watched for another of the same";
}

TEST(Promises, TheSameSeedTakesTheSameCourse) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        auto one = play(Scenario::drawn(seed)), other = play(Scenario::drawn(seed));
        EXPECT_EQ(one.trace_hash, other.trace_hash) << Scenario::drawn(seed).to_string();
        EXPECT_EQ(one.switches, other.switches);
    }
    EXPECT_NE(play(Scenario::drawn(1)).trace_hash, play(Scenario::drawn(2)).trace_hash);
}

/// The rest of Salesforce's day is for people; the last deal waits for the next one, and nobody asks Zoho Books meanwhile
/// for what could not be compared with Salesforce.
TEST(Promises, AUsedUpDayHoldsRunsUpUntilTheNextAndCostsNoOtherVendorItsCalls) {
    auto scenario = Scenario::quiet(1, 1, 4);
    for (std::size_t i = 0; i < 4; ++i) scenario.plan.acts[i].at_ms = 1 + static_cast<std::int64_t>(i) * 60'000;
    scenario.salesforce_calls_per_day = 12;
    auto report = play(scenario);
    EXPECT_TRUE(report.ok()) << told(scenario, report);
    EXPECT_GT(report.history.ended_ms, 10 * 3'600'000);
    auto to_zoho = [](const SentCall& call) { return call.connector == "zoho_books"; };
    EXPECT_LT(std::count_if(report.history.calls.begin(), report.history.calls.end(), to_zoho), 100);
}

TEST(Promises, HoldWhenVendorsTellInTheirOwnWords) {
    auto scenario = Scenario::quiet(3, 1, 2);
    scenario.vendors_tell = true;
    scenario.duplicate_triggers = 3;
    for (std::uint64_t i = 1; i <= 4; ++i) scenario.plan.acts.push_back({Deed::pay, 0, 20'000, Occasion::at_its_time, i});
    auto report = play(scenario);
    EXPECT_TRUE(report.ok()) << told(scenario, report);
    // What the event would have been of itself has neither.
    auto was_worded = [](const GivenTrigger& trigger) {
        return trigger.body.find("\"Name\":\"Deal") != std::string::npos || trigger.body.find("\"payment_mode\"") != std::string::npos;
    };
    EXPECT_GE(std::count_if(report.history.triggers.begin(), report.history.triggers.end(), was_worded), 5);
}

void crash_at_every_point(const Scenario& scenario, std::uint64_t most) {
    auto undisturbed = play(scenario);
    ASSERT_TRUE(undisturbed.ok()) << told(scenario, undisturbed);
    const auto all = dying_everywhere(scenario, undisturbed, wanted(most));
    EXPECT_GE(all.size(), 2 * undisturbed.history.commits.size() + std::min<std::uint64_t>(undisturbed.switches, wanted(most)));
    for (const Scenario& one : all) {
        auto report = play(one);
        ASSERT_TRUE(report.ok()) << told(one, report);
        ASSERT_EQ(report.crashes, 1) << one.to_string();
    }
    std::printf("crashed at %zu points: of %llu switches, and before and after each of %zu commits\n", all.size(),
                static_cast<unsigned long long>(undisturbed.switches), undisturbed.history.commits.size());
}

TEST(Promises, HoldWhereverTheProcessDies) { crash_at_every_point(Scenario::quiet(7, 1, 2), 400); }

/// Two payments of one invoice at the same time, and the process killed wherever they are.
TEST(Promises, HoldForPaymentsWhereverTheProcessDies) {
    auto scenario = Scenario::quiet(5, 1, 1);
    for (std::uint64_t i = 1; i <= 2; ++i) scenario.plan.acts.push_back({Deed::pay, 0, 20'000, Occasion::at_its_time, i});
    crash_at_every_point(scenario, 100);
}

TEST(Promises, HoldThroughCrashesAndFaults) {
    const char* from = std::getenv("LOCKSTEP_SIM_FROM");
    Tally tally;
    auto failure = play_seeds(from ? std::strtoull(from, nullptr, 10) : 1, wanted(2'000), tally);
    EXPECT_FALSE(failure) << told(failure->scenario, failure->report);
    std::printf("%s", tally.to_string().c_str());
    EXPECT_GT(tally.in_doubt, 0u);
    EXPECT_GT(tally.commits_failed, 0u);
    if (tally.scenarios < 1'000) return;
    for (std::size_t i = 0; i < fault_kinds; ++i) EXPECT_GT(tally.faults[i], 0u) << to_string(static_cast<FaultKind>(i));
}

/// What the promises forbid must be seen; the defects inside of the program have a test program of their own.
TEST(Promises, AreSeenToBreakWhenTheWorldIsSpoilt) {
    for (const auto& defect : defects()) {
        if (!defect.spoil) continue;
        bool seen = false;
        for (std::uint64_t seed = 1; seed <= 300 && !seen; ++seed) {
            auto scenario = Scenario::drawn(seed);
            defect.spoil(scenario);
            seen = !play(scenario).ok();
        }
        EXPECT_TRUE(seen) << defect.name;
    }
}

}  // namespace
}  // namespace lockstep::sim
