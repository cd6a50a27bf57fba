#include <gtest/gtest.h>

#include "flow/testing.h"

namespace lockstep::flow {
namespace {

using testing::Driver;
using testing::flow_text;

Unexpected error(ErrorCode code, const std::string& message = "because") { return fail(code, message); }

TEST(Advance, CarriesStepsOutOneAfterTheOther) {
    Driver run(flow_text("  - { id: one, uses: a.read, with: { x: 1 } }\n  - { id: two, uses: a.set, with: { x: \"${ one.n + 1 }\" } }\n"));
    run.start();
    EXPECT_EQ(run.calls(), "one");
    auto decision = run.answer("one", Value(Map{{"n", 41}}));
    ASSERT_EQ(decision.calls.size(), 1u);
    EXPECT_EQ(decision.calls[0].input["x"], Value(42));
    run.answer("two", Value());
    ASSERT_TRUE(run.end);
    EXPECT_EQ(run.end->status, End::Status::succeeded);
}

TEST(Advance, StepsThatNameTheirNeedsRunSideBySide) {
    Driver run(
        flow_text("  - { id: one, uses: a.read }\n  - { id: left, uses: a.set, needs: [one] }\n  - { id: right, uses: b.read, needs: [one] "
                  "}\n  - { id: last, uses: a.set }\n"));
    run.start();
    run.answer("one", Value());
    EXPECT_EQ(run.calls(), "left right");
    run.answer("right", Value());
    EXPECT_EQ(run.calls(), "left");
    run.answer("left", Value());
    EXPECT_EQ(run.calls(), "last");
}

TEST(Advance, ALostAnswerIsLookedForAfterTheSettleTimeAndNotBefore) {
    Driver run(flow_text("  - { id: make, uses: a.create, with: { unique: { n: 1 } } }\n"));
    run.start();
    auto decision = run.answer("make", error(ErrorCode::answer_lost));
    EXPECT_TRUE(decision.calls.empty());
    EXPECT_EQ(next_wake_ms(run.flow, run.state), run.now_ms + 10'000);
    EXPECT_EQ(held_locks(run.flow, run.state).size(), 1u) << "nobody else may make it meanwhile";
    run.now_ms += 9'999;
    EXPECT_TRUE(run.give(input::Wake{}).calls.empty());
    run.wake();
    EXPECT_EQ(run.calls(), "make");
    run.answer("make", Value(Map{{"created", false}}));
    EXPECT_EQ(run.end->status, End::Status::succeeded);
}

TEST(Advance, WhatNobodyCanLookForIsMadeAtMostOnceIfTheFlowSaysSo) {
    const std::string text =
        flow_text("  - { id: post, uses: b.post, delivery: at_most_once }\n  - { id: next, uses: a.set, with: { x: \"${ post }\" } }\n");
    for (bool dies : {false, true}) {
        Driver run(text);
        run.start();
        if (dies)
            run.crash_and_resume();
        else
            run.answer("post", fail(ErrorCode::answer_lost, "the answer was lost"));
        EXPECT_EQ(run.calls(), "next") << "it goes on without";
        const Fact* done = nullptr;
        for (const auto& fact : run.facts)
            if (fact.kind == Fact::Kind::done) done = &fact;
        ASSERT_NE(done, nullptr);
        EXPECT_EQ(done->data["unsure"], Value(true));
        EXPECT_FALSE(done->data["error"]["message"].text().empty()) << "people see why";
        EXPECT_TRUE(run.state.steps[0].elements[0].output.is_null());
        run.crash_and_resume();
        EXPECT_EQ(run.calls().find("post"), std::string::npos) << "what the journal says holds after a restart";
    }
}

TEST(Advance, WhatNobodyCanLookForIsMadeAgainAfterTheSettleTimeIfTheFlowSaysSo) {
    Driver run(flow_text("  - { id: post, uses: b.post, delivery: at_least_once }\n"));
    run.start();
    run.answer("post", fail(ErrorCode::answer_lost, "the answer was lost"));
    EXPECT_EQ(run.calls(), "");
    auto lost_at = run.now_ms;
    run.wake();
    EXPECT_EQ(run.calls(), "post");
    EXPECT_EQ(run.now_ms, lost_at + 10'000);
    run.crash_and_resume();
    run.wake();
    run.answer("post", Value(1));
    EXPECT_EQ(run.end->status, End::Status::succeeded);
}

TEST(Advance, WhatNobodyCanLookForIsTriedAgainWhereItSurelyDidNotHappen) {
    Driver run(flow_text("  - { id: post, uses: b.post, delivery: at_most_once }\n"));
    run.start();
    run.answer("post", fail(ErrorCode::vendor_unavailable, "down"));
    run.wake();
    EXPECT_EQ(run.calls(), "post");
}

TEST(Advance, WhatWasUnderWayWhenTheProcessDiedIsInDoubtUnlessItOnlyReads) {
    Driver run(
        flow_text("  - { id: make, uses: a.create, needs: [], with: { unique: { n: 1 } } }\n  - { id: look, uses: b.read, needs: [] }\n"));
    run.start();
    EXPECT_EQ(run.calls(), "make look");
    run.crash_and_resume();
    EXPECT_EQ(run.calls(), "look");
    run.wake();
    EXPECT_EQ(run.calls(), "look make");
}

TEST(Advance, RetriesThreeTimesWithGrowingWaitsThenParks) {
    Driver run(flow_text("  - { id: one, uses: a.set }\n"));
    run.start();
    std::vector<std::int64_t> waits;
    for (int i = 0; i < 3; ++i) {
        run.answer("one", error(ErrorCode::vendor_unavailable));
        waits.push_back(*next_wake_ms(run.flow, run.state) - run.now_ms);
        run.wake();
    }
    for (std::size_t i = 0; i < 3; ++i) EXPECT_LE(waits[i], 2 * 2'000 * (1 << i));
    auto decision = run.answer("one", error(ErrorCode::vendor_unavailable, "busy"));
    ASSERT_TRUE(run.end);
    EXPECT_EQ(run.end->status, End::Status::parked);
    EXPECT_EQ(run.end->reason, "busy (after 3 retries)");
    ASSERT_EQ(decision.notices.size(), 1u);
    EXPECT_EQ(decision.notices[0].step, "one");
}

TEST(Advance, ARefusalParksAtOnceWithItsReason) {
    Driver run(flow_text("  - { id: one, uses: a.set }\n  - { id: two, uses: a.set }\n"));
    run.start();
    run.answer("one", error(ErrorCode::vendor_rejected, "the name is taken"));
    ASSERT_TRUE(run.end);
    EXPECT_EQ(run.end->status, End::Status::parked);
    EXPECT_EQ(run.end->reason, "the name is taken");
    EXPECT_EQ(run.calls(), "");
}

TEST(Advance, AVendorsLimitIsWaitedForAndNotCounted) {
    Driver run(flow_text("  - { id: one, uses: a.set }\n"));
    run.start();
    for (int i = 0; i < 10; ++i) {
        Error limited{ErrorCode::rate_limited, "slow down"};
        limited.retry_after_ms = 60'000;
        run.answer("one", fail(limited));
        EXPECT_EQ(*next_wake_ms(run.flow, run.state), run.now_ms + 60'000);
        run.wake();
    }
    EXPECT_EQ(run.state.retries, 0);
    EXPECT_EQ(run.calls(), "one");
}

TEST(Advance, ParkingWaitsUntilTheOtherBranchIsKnownAndThenTellsItsSystem) {
    Driver run(
        flow_text("  - { id: left, uses: a.create, needs: [], with: { unique: { n: 1 } } }\n  - { id: right, uses: b.mail, needs: [] }\n",
                  "on_parked: [ { id: tell, uses: a.set, with: { x: \"${ reason } at ${ failed_step }\" } } ]\n"));
    run.start();
    run.answer("right", error(ErrorCode::vendor_rejected, "no"));
    EXPECT_FALSE(run.end);
    EXPECT_EQ(run.calls(), "left");
    run.answer("left", error(ErrorCode::answer_lost));
    EXPECT_FALSE(run.end) << "whether it was made must be known before a person is asked";
    run.wake();
    auto decision = run.answer("left", Value());
    EXPECT_EQ(run.calls(), "tell");
    EXPECT_EQ(decision.calls[0].input["x"], Value("no at right"));
    run.answer("tell", error(ErrorCode::vendor_rejected));
    ASSERT_TRUE(run.end) << "a failure to tell does not keep the run open";
    EXPECT_EQ(run.end->status, End::Status::parked);
}

TEST(Advance, RequireSkipsOrParksAsItSays) {
    std::string steps =
        "  - { id: one, uses: a.read }\n  - { uses: require, with: { that: \"${ one.ok }\", otherwise: skip, because: \"it is ${ one.state "
        "}\" } }\n  - { id: two, uses: a.set }\n";
    Driver run(flow_text(steps));
    run.start();
    run.answer("one", Value(Map{{"ok", false}, {"state", "open"}}));
    ASSERT_TRUE(run.end);
    EXPECT_EQ(run.end->status, End::Status::skipped);
    EXPECT_EQ(run.end->reason, "it is open");
}

TEST(Advance, AnExpressionThatFailsParksWithItsPlace) {
    Driver run(flow_text("  - { id: one, uses: a.read }\n  - { id: two, uses: a.set, with: { x: \"${ one.missing }\" } }\n"));
    run.start();
    run.answer("one", Value(Map{{"present", 1}}));
    ASSERT_TRUE(run.end);
    EXPECT_EQ(run.end->status, End::Status::parked);
    EXPECT_NE(run.end->reason.find("test.yaml:"), std::string::npos) << run.end->reason;
}

TEST(Advance, ForEachKeepsAJournalEntryAnElement) {
    Driver run(
        flow_text("  - { id: list, uses: a.read }\n  - { id: each, uses: a.set, for_each: \"${ list }\", as: it, with: { x: \"${ it * 2 "
                  "}\" } }\n  - { id: sum, uses: a.set, with: { x: \"${ each }\" } }\n"));
    run.start();
    run.answer("list", Value(List{1, 2, 3}));
    EXPECT_EQ(run.calls(), "each each each");
    run.answer("each", Value("b"), 1);
    run.crash_and_resume();
    run.wake();
    EXPECT_EQ(run.calls(), "each each") << "the element that is done is not done again";
    run.answer("each", Value("c"), 2);
    run.answer("each", Value("a"), 0);
    EXPECT_EQ(run.open[0].input["x"], Value(List{"a", "b", "c"}));
}

TEST(Advance, AConditionThatIsFalseSkipsTheStepAndLeavesItsValueNull) {
    Driver run(
        flow_text("  - { id: one, uses: a.read, if: \"${ 1 > 2 }\" }\n  - { id: two, uses: a.set, with: { x: \"${ one == null }\" } }\n"));
    run.start();
    EXPECT_EQ(run.calls(), "two");
    EXPECT_EQ(run.open[0].input["x"], Value(true));
}

TEST(Advance, ReplayReadsAgainAndKeepsWhatWasMade) {
    Driver run(
        flow_text("  - { id: look, uses: a.read }\n  - { id: make, uses: a.create, with: { unique: { n: 1 } } }\n  - { id: mail, uses: "
                  "b.mail, with: { x: \"${ look.email }\" } }\n"));
    run.start();
    run.answer("look", Value(Map{{"email", "wrong"}}));
    run.answer("make", Value(7));
    run.answer("mail", error(ErrorCode::vendor_rejected));
    ASSERT_TRUE(run.end);
    run.end.reset();
    run.give(input::Replay{.from_start = false, .actor = "test"});
    EXPECT_EQ(run.calls(), "look");
    run.answer("look", Value(Map{{"email", "right"}}));
    EXPECT_EQ(run.calls(), "mail");
    EXPECT_EQ(run.open[0].input["x"], Value("right"));
    run.answer("mail", Value());
    EXPECT_EQ(run.end->status, End::Status::succeeded);
}

TEST(Advance, AReplaySetsAnewOnlyWhereTheValuesAreOthersNow) {
    Driver run(flow_text(
        "  - { id: look, uses: a.read }\n  - { id: set, uses: a.set, for_each: \"${ look }\", as: it, with: { x: \"${ it }\" } }\n"
        "  - { uses: require, with: { that: \"${ size(look) < 3 }\", because: too many } }\n"
        "  - { id: told, uses: b.mail, with: { x: \"${ set }\" } }\n"));
    run.start();
    run.answer("look", Value(List{1, 2, 3}));
    for (int i = 0; i < 3; ++i) run.answer("set", Value("was " + std::to_string(i)), i);
    for (int again = 0; again < 2; ++again) {
        ASSERT_TRUE(run.end);
        run.end.reset();
        run.give(input::Replay{});
        if (again == 0) run.answer("look", Value(List{3, 1, 2}));
        EXPECT_EQ(run.end.has_value(), again == 0) << "the same values, whatever their order: nothing is to be done";
    }
    run.answer("look", Value(List{4, 3}));
    EXPECT_EQ(run.calls(), "set");
    EXPECT_EQ(run.open[0].input["x"], Value(4));
    run.crash_and_resume();
    run.wake();
    run.answer("set", Value("new"));
    ASSERT_EQ(run.calls(), "told");
    EXPECT_EQ(run.open[0].input["x"], Value(List{"new", "was 2"}));
}

TEST(Advance, WhatWasRefusedIsSetAnewByAReplayThoughItsValuesAreTheSame) {
    Driver run(flow_text("  - { id: set, uses: a.set, for_each: \"${ [1, 2] }\", with: { x: \"${ item }\" } }\n"));
    run.start();
    run.answer("set", Value("one"), 0);
    run.answer("set", fail(ErrorCode::vendor_rejected, "no"), 1);
    ASSERT_TRUE(run.end);
    run.give(input::Replay{});
    ASSERT_EQ(run.calls(), "set");
    EXPECT_EQ(run.open[0].input["x"], Value(2));
}

TEST(Advance, WhatWasSetOnlyInPartIsSetAnewByAReplay) {
    Driver run(
        flow_text("  - { id: set, uses: a.set, with: { x: 1 } }\n  - { uses: require, with: { that: \"${ set.failed == [] }\", because: "
                  "refused } }\n"));
    run.start();
    run.answer("set", Value(Map{{"failed", List{"this one"}}}));
    ASSERT_TRUE(run.end);
    run.give(input::Replay{});
    ASSERT_EQ(run.calls(), "set");
    run.answer("set", Value(Map{{"failed", List{}}}));
    EXPECT_EQ(run.end->status, End::Status::succeeded);
}

TEST(Advance, AReplayWaitsForWhatIsReadAnewBeforeWhatFollowsAnEffectThatIsKept) {
    Driver run(flow_text(
        "  - { id: look, uses: a.read }\n  - { id: make, uses: a.create, needs: [look], with: { unique: { n: 1 } } }\n"
        "  - { id: same, uses: require, needs: [make], with: { that: \"${ make.total == look.total }\", because: they differ } }\n"));
    run.start();
    run.answer("look", Value(Map{{"total", 5}}));
    run.answer("make", Value(Map{{"total", 7}}));
    ASSERT_TRUE(run.end);
    run.end.reset();
    run.give(input::Replay{.from_start = false, .actor = "test"});
    EXPECT_EQ(run.calls(), "look");
    ASSERT_FALSE(run.end) << "`same` was judged by a deal that is not read yet";
    run.answer("look", Value(Map{{"total", 7}}));
    ASSERT_TRUE(run.end);
    EXPECT_EQ(run.end->status, End::Status::succeeded);
}

TEST(Advance, TellsOfWaitingOnceAfterAMinuteOfRetrying) {
    Driver run(flow_text("  - { id: one, uses: b.read }\n", "on_waiting: [ { id: tell, uses: a.set, with: { x: \"${ reason }\" } } ]\n"));
    run.start();
    Error limited{ErrorCode::rate_limited, "slow down"};
    limited.retry_after_ms = 50'000;
    run.answer("one", fail(limited));
    run.wake();
    EXPECT_EQ(run.calls(), "one");
    run.answer("one", fail(limited));
    run.wake();
    ASSERT_EQ(run.calls(), "tell");
    EXPECT_EQ(run.open[0].input["x"], Value("slow down"));
    run.answer("tell", Value());
    run.wake();
    EXPECT_EQ(run.calls(), "one");
    run.answer("one", Value());
    EXPECT_EQ(run.end->status, End::Status::succeeded);
}

/// Both write the same field: whichever came last would stay.
TEST(Advance, WhatTellsOfWaitingIsNeverUnderWayBesideAMainStep) {
    Driver run(flow_text("  - { id: one, uses: b.mail }\n", "on_waiting: [ { id: tell, uses: a.set } ]\n"));
    run.start();
    Error limited{ErrorCode::rate_limited, "slow down"};
    limited.retry_after_ms = 62'000;
    run.answer("one", fail(limited));
    run.wake();
    ASSERT_EQ(run.calls(), "tell");
    run.now_ms += 10'000;
    EXPECT_TRUE(run.give(input::Wake{}).calls.empty()) << "the main step waits for the telling to be over";
    run.answer("tell", error(ErrorCode::vendor_unavailable));
    EXPECT_EQ(run.calls(), "one");
    run.now_ms += 60'000;
    EXPECT_TRUE(run.give(input::Wake{}).calls.empty()) << "and the telling for the main step";
    EXPECT_EQ(next_wake_ms(run.flow, run.state), std::nullopt);
    run.answer("one", fail(limited));
    EXPECT_EQ(run.calls(), "tell");
}

TEST(Advance, WhatNobodyWaitsForAnyMoreSetsNoTimer) {
    Driver run(flow_text("  - { id: one, uses: b.read }\n  - { id: two, uses: b.mail }\n", "on_waiting: [ { id: tell, uses: a.set } ]\n"));
    run.start();
    Error limited{ErrorCode::rate_limited, "slow down"};
    limited.retry_after_ms = 61'000;
    run.answer("one", fail(limited));
    run.wake();
    EXPECT_EQ(run.calls(), "tell");
    run.answer("tell", error(ErrorCode::vendor_unavailable));
    run.wake();
    run.answer("one", Value());
    EXPECT_EQ(run.calls(), "two");
    EXPECT_EQ(next_wake_ms(run.flow, run.state), std::nullopt) << "a time that has passed and wakes for nothing would spin";
    run.answer("two", Value());
    EXPECT_EQ(run.end->status, End::Status::succeeded);
}

TEST(Advance, ParkingDoesNotWaitForAConnectionThatAPersonMustMend) {
    for (auto code : {ErrorCode::unauthorized, ErrorCode::permission_missing}) {
        Driver run(flow_text("  - { id: one, uses: a.set }\n", "on_parked: [ { id: tell, uses: a.set } ]\n"));
        run.start();
        run.answer("one", error(ErrorCode::vendor_rejected));
        EXPECT_EQ(run.calls(), "tell");
        run.answer("tell", error(code));
        ASSERT_TRUE(run.end) << to_string(code);
        EXPECT_EQ(run.end->status, End::Status::parked);
    }
}

TEST(Advance, AStepThatMayFailDoesNotWaitForAConnectionThatAPersonMustMend) {
    Driver run(flow_text("  - { id: tell, uses: a.set, on_error: continue }\n  - { id: two, uses: a.set }\n"));
    run.start();
    run.answer("tell", error(ErrorCode::permission_missing));
    EXPECT_EQ(run.calls(), "two");
    run.answer("two", Value());
    EXPECT_EQ(run.end->status, End::Status::succeeded);
}

TEST(Advance, ParkingIsToldAFewTimesOnlyToAVendorThatLimits) {
    Driver run(flow_text("  - { id: one, uses: a.set }\n", "on_parked: [ { id: tell, uses: a.set } ]\n"));
    run.start();
    run.answer("one", error(ErrorCode::vendor_rejected));
    for (int i = 0; i < 3; ++i) {
        run.answer("tell", error(ErrorCode::rate_limited));
        ASSERT_FALSE(run.end);
        run.wake();
    }
    run.answer("tell", error(ErrorCode::rate_limited));
    EXPECT_TRUE(run.end);
}

TEST(Advance, NothingBeginsWhileTheProcessStops) {
    Driver run(flow_text("  - { id: one, uses: a.read }\n  - { id: two, uses: a.set }\n"));
    run.start();
    auto call = run.open[0];
    auto context = run.context();
    context.hold = true;
    auto decision = advance(run.flow, run.state, input::Outcome{call.step, call.element, call.attempt, Value(1)}, context);
    run.facts.insert(run.facts.end(), decision.facts.begin(), decision.facts.end());
    EXPECT_TRUE(decision.calls.empty());
    run.crash_and_resume();
    EXPECT_EQ(run.calls(), "two") << "nothing is in doubt after an orderly stop";
}

/// Writes the good path down once, then runs it again with a crash after every single decision.
TEST(Advance, EndsTheSameWhereverTheProcessDies) {
    std::string text = flow_text(
        "  - { id: look, uses: a.read }\n  - { id: left, uses: a.create, needs: [look], with: { unique: { n: \"${ look }\" } } }\n"
        "  - { id: right, uses: b.mail, needs: [look] }\n  - { id: last, uses: a.set, with: { x: \"${ left }\" } }\n");
    for (int crash_at = 0; crash_at < 12; ++crash_at) {
        Driver run(text);
        int decisions = 0;
        auto maybe_crash = [&] {
            if (decisions++ == crash_at && !run.end) run.crash_and_resume();
        };
        run.start();
        maybe_crash();
        for (int guard = 0; !run.end && guard < 40; ++guard) {
            if (run.open.empty())
                run.wake();
            else {
                auto step = run.flow.steps[static_cast<std::size_t>(run.open[0].step)].id;
                run.answer(step, Value(step + "'s value"));
            }
            maybe_crash();
        }
        ASSERT_TRUE(run.end) << "crash after decision " << crash_at;
        EXPECT_EQ(run.end->status, End::Status::succeeded);
        EXPECT_EQ(run.state.steps[3].elements[0].input["x"], Value("left's value"));
    }
}

}  // namespace
}  // namespace lockstep::flow
