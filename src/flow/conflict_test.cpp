#include <gtest/gtest.h>

#include "flow/testing.h"

// What happens when a step learns that what was read is no longer so; and steps that only compute.
namespace lockstep::flow {
namespace {

using testing::Driver;
using testing::flow_text;

const std::string guarded =
    "  - { id: before, uses: a.read, with: { x: 0 } }\n"
    "  - { id: seen, uses: a.read, with: { x: 1 } }\n"
    "  - { id: judged, uses: check, with: { x: \"${ seen.of }\" }, on_conflict: seen }\n"
    "  - { id: write, uses: a.set, with: { x: \"${ judged.checked }\" }, on_conflict: seen }\n";

const Error changed{ErrorCode::precondition_failed, "somebody was faster"};

TEST(OnConflict, AGuardThatRefusesMakesTheRunReadAgainAndDecideAnew) {
    Driver run(flow_text(guarded));
    run.start();
    run.answer("before", Value(Map{}));
    run.answer("seen", Value(Map{{"of", "old"}}));
    ASSERT_EQ(run.calls(), "write");
    const int first = run.open[0].attempt;
    run.answer("write", fail(changed));
    ASSERT_EQ(run.calls(), "seen") << "what lies before the step that it goes back to is not read again";
    run.answer("seen", Value(Map{{"of", "new"}}));
    ASSERT_EQ(run.calls(), "write");
    EXPECT_EQ(run.open[0].input["x"], Value("new"));
    EXPECT_GT(run.open[0].attempt, first) << "it may have been sent before";
    run.answer("write", Value(Map{}));
    ASSERT_TRUE(run.end);
    EXPECT_EQ(run.end->status, End::Status::succeeded);
    EXPECT_EQ(run.state.retries, 0) << "nothing failed";
}

TEST(OnConflict, TheSecondTimeItWaitsALittleAndAtLastItGivesUp) {
    Driver run(flow_text(guarded));
    run.start();
    run.answer("before", Value(Map{}));
    for (int i = 0; i < 13 && !run.end; ++i) {
        run.answer("seen", Value(Map{{"of", "old"}}));
        run.answer("write", fail(changed));
        if (!run.end && run.calls().empty()) run.wake();
    }
    ASSERT_TRUE(run.end);
    EXPECT_EQ(run.end->status, End::Status::parked);
    EXPECT_EQ(run.end->reason, "somebody was faster (read again 12 times, and each time it had changed once more)");
    EXPECT_GT(run.now_ms, 1'000'000);
}

TEST(OnConflict, WaitsAsLongAsTheVendorAsksFor) {
    Driver run(flow_text(guarded));
    run.start();
    run.answer("before", Value(Map{}));
    run.answer("seen", Value(Map{{"of", "old"}}));
    Error error = changed;
    error.retry_after_ms = 1'500;
    run.answer("write", fail(error));
    EXPECT_EQ(run.calls(), "");
    EXPECT_EQ(next_wake_ms(run.flow, run.state), run.now_ms + 1'500);
    run.crash_and_resume();
    EXPECT_EQ(run.calls(), "") << "a crash does not shorten it";
    run.wake();
    EXPECT_EQ(run.calls(), "seen");
}

TEST(OnConflict, AWriteWhoseAnswerWasLostIsRefusedByItsOwnEffectAndReadAgain) {
    Driver run(flow_text(guarded));
    run.start();
    run.answer("before", Value(Map{}));
    run.answer("seen", Value(Map{{"of", "old"}}));
    run.crash_and_resume();
    EXPECT_EQ(run.calls(), "");
    run.wake();
    ASSERT_EQ(run.calls(), "write");
    run.answer("write", fail(changed));
    EXPECT_EQ(run.calls(), "seen");
}

TEST(OnConflict, NothingIsForgottenWhileSomethingElseIsUnderWay) {
    Driver run(
        flow_text("  - { id: seen, uses: a.read, with: { x: 1 } }\n"
                  "  - { id: left, uses: a.set, with: { x: 1 }, needs: [seen], on_conflict: seen }\n"
                  "  - { id: right, uses: b.mail, with: { x: 1 }, needs: [seen] }\n"));
    run.start();
    run.answer("seen", Value(Map{}));
    ASSERT_EQ(run.calls(), "left right");
    run.answer("left", fail(changed));
    EXPECT_EQ(run.calls(), "right");
    EXPECT_FALSE(next_wake_ms(run.flow, run.state)) << "the outcome is what it waits for";
    run.answer("right", Value(Map{}));
    EXPECT_EQ(run.calls(), "seen");
}

TEST(OnConflict, TheJournalGivesTheSameState) {
    Driver run(flow_text(guarded));
    run.start();
    run.answer("before", Value(Map{}));
    run.answer("seen", Value(Map{{"of", "changed"}}));
    ASSERT_EQ(run.calls(), "") << "a computation may ask for it too; its step waits for its time";
    run.wake();
    ASSERT_EQ(run.calls(), "seen");
    run.crash_and_resume();
    ASSERT_EQ(run.calls(), "seen");
    run.answer("seen", Value(Map{{"of", "good"}}));
    ASSERT_EQ(run.calls(), "write");
    EXPECT_EQ(run.open[0].input["x"], Value("good"));
}

TEST(OnConflict, AFileThatCouldNotGoBackIsRefused) {
    const std::string seen = "  - { id: seen, uses: a.read, with: { x: 1 } }\n";
    auto says = [](const std::string& steps) {
        auto flow = testing::parse(flow_text(steps));
        return flow ? std::string() : flow.error().message;
    };
    EXPECT_NE(says(seen + "  - { uses: a.set, with: { x: 1 }, on_conflict: sen }\n").find("there is no `sen` (did you mean `seen`?)"),
              std::string::npos)
        << says(seen + "  - { uses: a.set, with: { x: 1 }, on_conflict: sen }\n");
    EXPECT_NE(says(seen + "  - { uses: b.post, delivery: at_least_once, with: { x: 1 } }\n"
                          "  - { uses: a.set, with: { x: 1 }, on_conflict: seen }\n")
                  .find("would make `post` again"),
              std::string::npos);
}

TEST(Compute, ItsErrorParksTheRun) {
    Driver run(flow_text("  - { id: judged, uses: check, with: { x: bad } }\n"));
    run.start();
    ASSERT_TRUE(run.end);
    EXPECT_EQ(run.end->reason, "it is bad");
}

}  // namespace
}  // namespace lockstep::flow
