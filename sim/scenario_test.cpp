#include "sim/scenario.h"

#include <gtest/gtest.h>

#include "sim/shrink.h"

namespace lockstep::sim {
namespace {

TEST(Scenario, IsReadBackFromItsText) {
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
        auto scenario = Scenario::drawn(seed);
        auto read = Scenario::parse(scenario.to_string());
        ASSERT_TRUE(read) << read.error().message;
        EXPECT_EQ(*read, scenario) << scenario.to_string();
    }
}

TEST(Scenario, TextThatIsNoneIsRefusedWithThePartThatIsWrong) {
    for (const char* text :
         {"seed", "seed=x", "deals=0", "fault.magic=3", "outage=sap:1:2", "crash=nowhere:1", "clock=1", "start=today", "act=sing:1"}) {
        auto read = Scenario::parse(text);
        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().code, ErrorCode::request_invalid);
    }
}

TEST(Scenario, ShrinksToWhatMakesItFail) {
    Scenario failing = Scenario::drawn(3);
    failing.plan.deals = 9;
    failing.crashes = {{Crash::Where::at_switch, 70}, {Crash::Where::after_commit, 12}, {Crash::Where::at_switch, 300}};
    failing.fault(FaultKind::late) = 40;
    failing.fault(FaultKind::reset) = 40;
    auto fails = [](const Scenario& scenario) {
        return scenario.plan.deals >= 3 && scenario.fault(FaultKind::late) > 0 && !scenario.crashes.empty();
    };
    Scenario small = shrunk(failing, fails, 1'000);
    EXPECT_TRUE(fails(small));
    EXPECT_EQ(small.plan.deals, 3);
    EXPECT_EQ(small.crashes.size(), 1u);
    EXPECT_EQ(small.fault(FaultKind::reset), 0);
    EXPECT_TRUE(small.outages.empty() && small.clock_jumps.empty() && small.disk_faults.empty());
}

TEST(Scenario, EverySmallerOneDiffersAndFewAreTriedWhenFewAreWanted) {
    Scenario scenario = Scenario::drawn(11);
    for (const auto& smaller : scenario.smaller()) EXPECT_FALSE(smaller == scenario) << smaller.to_string();
    int tries = 0;
    (void)shrunk(
        scenario,
        [&](const Scenario&) {
            ++tries;
            return false;
        },
        3);
    EXPECT_LE(tries, 3);
}

}  // namespace
}  // namespace lockstep::sim
