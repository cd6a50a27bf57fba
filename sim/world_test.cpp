#include "sim/world.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/log.h"

namespace lockstep::sim {
namespace {

/// How many seeds and crash points are played; `LOCKSTEP_SIM_SEEDS` asks for more or fewer.
std::uint64_t wanted(std::uint64_t usual) {
    const char* text = std::getenv("LOCKSTEP_SIM_SEEDS");
    return text ? std::strtoull(text, nullptr, 10) : usual;
}

class Promises : public ::testing::Test {
protected:
    void SetUp() override { log::configure(log::Level::error, log::Format::json); }
};

Scenario two_deals_of_a_new_account() { return {.seed = 7, .company = {.accounts = 1, .deals = 2}}; }

TEST_F(Promises, HoldOnAQuietDay) {
    auto report = play({.seed = 1, .company = {.accounts = 2, .deals = 6}, .duplicate_triggers = 2});
    EXPECT_TRUE(report.ok()) << report.to_string();
    EXPECT_EQ(report.retries + report.in_doubt, 0u);
    EXPECT_GE(report.creations, 2u * 2 + 2 * 6) << "every creation is watched for another of the same";
}

TEST_F(Promises, TheSameSeedTakesTheSameCourse) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        auto one = play(Scenario::drawn(seed)), other = play(Scenario::drawn(seed));
        EXPECT_EQ(one.trace_hash, other.trace_hash) << Scenario::drawn(seed).to_string();
        EXPECT_EQ(one.switches, other.switches);
    }
    EXPECT_NE(play(Scenario::drawn(1)).trace_hash, play(Scenario::drawn(2)).trace_hash);
}

TEST_F(Promises, HoldWhereverTheProcessDies) {
    auto scenario = two_deals_of_a_new_account();
    auto undisturbed = play(scenario);
    ASSERT_TRUE(undisturbed.ok()) << undisturbed.to_string();
    std::uint64_t points = 0, every = std::max<std::uint64_t>(1, undisturbed.switches / wanted(400));
    for (std::uint64_t at = 1; at <= undisturbed.switches; at += every, ++points) {
        scenario.crash_at_switch = at;
        auto report = play(scenario);
        ASSERT_TRUE(report.ok()) << scenario.to_string() << "\n" << report.to_string();
        ASSERT_EQ(report.crashes, 1);
    }
    std::printf("crashed at %llu of %llu points\n", static_cast<unsigned long long>(points),
                static_cast<unsigned long long>(undisturbed.switches));
}

TEST_F(Promises, HoldThroughCrashesAndFaults) {
    std::uint64_t seeds = wanted(150), requests = 0, retries = 0, in_doubt = 0, crashes = 0, replays = 0;
    const char* from = std::getenv("LOCKSTEP_SIM_FROM");
    std::uint64_t first = from ? std::strtoull(from, nullptr, 10) : 1;
    for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
        auto scenario = Scenario::drawn(seed);
        auto report = play(scenario);
        EXPECT_TRUE(report.ok()) << scenario.to_string() << "\n" << report.to_string();
        requests += report.requests;
        retries += report.retries;
        in_doubt += report.in_doubt;
        crashes += static_cast<std::uint64_t>(report.crashes);
        replays += static_cast<std::uint64_t>(report.replays);
    }
    std::printf("%llu seeds: %llu requests, %llu retries, %llu in doubt, %llu crashes, %llu replays\n",
                static_cast<unsigned long long>(seeds), static_cast<unsigned long long>(requests), static_cast<unsigned long long>(retries),
                static_cast<unsigned long long>(in_doubt), static_cast<unsigned long long>(crashes),
                static_cast<unsigned long long>(replays));
    EXPECT_GT(in_doubt, 0u);
}

TEST_F(Promises, HoldForPaymentsOnAQuietDay) {
    auto report = play({.seed = 1, .company = {.accounts = 2, .deals = 6}, .finance_acts = 20});
    EXPECT_TRUE(report.ok()) << report.to_string();
    EXPECT_EQ(report.retries + report.in_doubt, 0u);
}

/// Two payments of one invoice at the same time, and the process killed wherever they are.
TEST_F(Promises, HoldForPaymentsWhereverTheProcessDies) {
    Scenario scenario{.seed = 5, .company = {.accounts = 1, .deals = 1}, .finance_acts = 2};
    auto undisturbed = play(scenario);
    ASSERT_TRUE(undisturbed.ok()) << undisturbed.to_string();
    std::uint64_t every = std::max<std::uint64_t>(1, undisturbed.switches / wanted(80));
    for (std::uint64_t at = 1; at <= undisturbed.switches; at += every) {
        scenario.crash_at_switch = at;
        auto report = play(scenario);
        ASSERT_TRUE(report.ok()) << scenario.to_string() << "\n" << report.to_string();
    }
}

TEST_F(Promises, HoldForPaymentsThroughCrashesAndFaults) {
    const char* from = std::getenv("LOCKSTEP_SIM_FROM");
    std::uint64_t first = from ? std::strtoull(from, nullptr, 10) : 1;
    for (std::uint64_t seed = first; seed < first + wanted(40); ++seed) {
        auto scenario = Scenario::drawn_with_payments(seed);
        auto report = play(scenario);
        EXPECT_TRUE(report.ok()) << scenario.to_string() << "\n" << report.to_string();
    }
}

/// Canaries: what the promises forbid must be seen.
bool is_noticed(void (*spoil)(Scenario&)) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        auto scenario = Scenario::drawn(seed);
        scenario.faults = true;
        spoil(scenario);
        if (!play(scenario).ok()) return true;
    }
    return false;
}

TEST_F(Promises, AreSeenToBreakWhenLostWritesAreSentAgainUnseen) {
    EXPECT_TRUE(is_noticed([](Scenario& scenario) { scenario.network_defects.resends_lost_writes = true; }));
}

TEST_F(Promises, AreSeenToBreakWhenNobodyWaitsForALostRequestToSettle) {
    EXPECT_TRUE(is_noticed([](Scenario& scenario) { scenario.settle_ms = 0; }));
}

TEST_F(Promises, AreSeenToBreakWhenPaymentsOfOneInvoiceInterleave) {
    EXPECT_TRUE(is_noticed([](Scenario& scenario) {
        scenario.company = {.accounts = 1, .deals = 1};
        scenario.finance_acts = 12;
        scenario.payments_interleave = true;
    }));
}

}  // namespace
}  // namespace lockstep::sim
