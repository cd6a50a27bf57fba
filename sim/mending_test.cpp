#include <gtest/gtest.h>

#include "sim/world.h"

// What people spoil and mend by hand while a run is in doubt or parked.
namespace lockstep::sim {
namespace {

/// Plays one deal with an act that happens when a vendor has just done something, over many seeds with lost answers.
struct Played {
    int replays = 0, in_doubt = 0;
};
Played play_with(Deed deed, Occasion occasion, int seeds = 40) {
    Played played;
    for (std::uint64_t seed = 1; seed <= static_cast<std::uint64_t>(seeds); ++seed) {
        Scenario scenario = Scenario::quiet(seed, 1, 1);
        scenario.plan.acts.push_back({.deed = deed, .at_ms = 5, .occasion = occasion, .dice = seed});
        scenario.fault(FaultKind::answer_lost) = 250;
        scenario.faults_ms = 30'000;
        Report report = play(scenario);
        EXPECT_TRUE(report.ok()) << scenario.to_string() << "\n" << report.to_string();
        played.replays += report.replays;
        played.in_doubt += static_cast<int>(report.in_doubt);
    }
    return played;
}

TEST(Mending, AnOrderThatPeopleChangedWhileItWasInDoubtIsTakenAsTheyMendedIt) {
    Played played = play_with(Deed::edit_order, Occasion::order_made);
    EXPECT_GT(played.in_doubt, 0);
    EXPECT_GT(played.replays, 0) << "no run parked because of it: the test tests nothing";
}

TEST(Mending, AnInvoiceThatPeopleChangedWhileItWasInDoubtIsTakenAsTheyMendedIt) {
    Played played = play_with(Deed::edit_invoice, Occasion::invoice_made);
    EXPECT_GT(played.in_doubt, 0);
    EXPECT_GT(played.replays, 0) << "no run parked because of it: the test tests nothing";
}

TEST(Mending, AnInvoiceThatPeopleSentIsNotSentTwiceByTheProgram) { (void)play_with(Deed::send_invoice, Occasion::invoice_made); }

TEST(Mending, APartnerAndAContactThatPeopleMakeMeanwhileAreNoReasonToFail) {
    (void)play_with(Deed::make_partner, Occasion::partner_sought);
    (void)play_with(Deed::make_contact, Occasion::partner_made);
}

}  // namespace
}  // namespace lockstep::sim
