#include "engine/run_codec.h"

#include <gtest/gtest.h>

#include "flow/testing.h"

namespace lockstep::engine {
namespace {

using flow::testing::Driver;
using flow::testing::flow_text;

store::LoadedRun stored(const Driver& run) {
    store::LoadedRun loaded;
    loaded.run.id = "run";
    loaded.run.key = "k";
    loaded.event.body_json = "{\"id\":\"k\"}";
    for (const auto& fact : run.facts)
        loaded.journal.push_back(to_row(run.flow, "run", static_cast<std::int64_t>(loaded.journal.size()) + 1, fact));
    return loaded;
}

TEST(RunCodec, ARunIsTheSameAfterItsJournalWasWrittenAndRead) {
    Driver run(
        flow_text("  - { id: list, uses: a.read }\n  - { id: each, uses: a.create, for_each: \"${ list }\", as: it, with: { unique: { n: "
                  "\"${ it }\" } } }\n"));
    run.start();
    run.answer("list", Value(List{*Decimal::parse("1.50"), "ü"}));
    run.answer("each", fail(ErrorCode::answer_lost, "lost"), 0);
    run.answer("each", Value(Map{{"made", true}}), 1);
    auto restored = restore(run.flow, stored(run));
    ASSERT_TRUE(restored) << restored.error().message;
    ASSERT_EQ(restored->steps.size(), run.state.steps.size());
    for (std::size_t s = 0; s < run.state.steps.size(); ++s)
        for (std::size_t e = 0; e < run.state.steps[s].elements.size(); ++e) {
            const auto& was = run.state.steps[s].elements[e];
            const auto& is = restored->steps[s].elements[e];
            EXPECT_EQ(is.phase, was.phase);
            EXPECT_EQ(is.input, was.input);
            EXPECT_EQ(is.output, was.output);
            EXPECT_EQ(is.wake_at_ms, was.wake_at_ms);
            EXPECT_EQ(is.attempt, was.attempt);
        }
    EXPECT_EQ(flow::held_locks(run.flow, *restored), flow::held_locks(run.flow, run.state));
}

TEST(RunCodec, AStepThatIsGoneIsNamed) {
    Driver run(flow_text("  - { id: one, uses: a.read }\n"));
    run.start();
    auto other = flow::testing::parse(flow_text("  - { id: two, uses: a.read }\n"));
    ASSERT_TRUE(other);
    auto restored = restore(*other, stored(run));
    ASSERT_FALSE(restored);
    EXPECT_EQ(restored.error().code, ErrorCode::gone_from_flow);
    EXPECT_NE(restored.error().message.find("one"), std::string::npos);
}

TEST(RunCodec, AnOpenCallOfAStepThatMakesNoCallsAnyMoreIsNamed) {
    Driver run(flow_text("  - { id: one, uses: a.set }\n"));
    run.start();
    auto other = flow::testing::parse(flow_text("  - { id: one, uses: set, with: { x: 1 } }\n"));
    ASSERT_TRUE(other) << other.error().message;
    auto restored = restore(*other, stored(run));
    ASSERT_FALSE(restored);
    EXPECT_EQ(restored.error().code, ErrorCode::gone_from_flow);
}

TEST(RunCodec, AnUnknownFactAndABrokenBodyAreErrors) {
    Driver run(flow_text("  - { id: one, uses: a.read }\n"));
    run.start();
    auto loaded = stored(run);
    loaded.journal[0].kind = "dreamt";
    EXPECT_EQ(restore(run.flow, loaded).error().code, ErrorCode::internal);
    loaded = stored(run);
    loaded.event.body_json = "{";
    EXPECT_EQ(restore(run.flow, loaded).error().code, ErrorCode::json_syntax);
}

}  // namespace
}  // namespace lockstep::engine
