#include <gtest/gtest.h>

#include "sim/engine_fixture.h"

// What the engine counts, as /metrics tells it.
namespace lockstep::sim {
namespace {

using flow::testing::flow_text;

const std::string one_create = flow_text("  - { id: one, uses: a.create, with: { unique: { u: \"${ key }\" }, x: \"${ key }\" } }\n");

Result<Value> lost() { return fail(ErrorCode::answer_lost, "no answer"); }

/// Answers in turn; the last one again and again.
std::function<Result<Value>(const std::string&)> in_turn(std::vector<Result<Value>> answers) {
    auto left = std::make_shared<std::vector<Result<Value>>>(std::move(answers));
    return [left](const std::string&) {
        Result<Value> next = left->front();
        if (left->size() > 1) left->erase(left->begin());
        return next;
    };
}

TEST_F(EngineTest, CountsWhatBecameOfLostAnswers) {
    start(one_create);
    answer = in_turn({lost(), lost(), Value(Map{{"created", false}})});
    (void)submit("found");
    ASSERT_TRUE(becomes_quiet());
    answer = in_turn({lost(), Value(Map{{"created", true}})});
    (void)submit("made");
    ASSERT_TRUE(becomes_quiet());
    answer = in_turn({lost(), fail(ErrorCode::vendor_rejected, "no")});
    (void)submit("refused");
    ASSERT_TRUE(becomes_quiet());
    answer = in_turn({Value(Map{{"created", false}})});
    (void)submit("never in doubt");
    ASSERT_TRUE(becomes_quiet());
    const auto counters = engine->status().counters;
    EXPECT_EQ(counters.in_doubt_by, (std::map<std::string, std::uint64_t>{{"a", 4}}));
    using By = engine::Counters::By<std::uint64_t>;
    EXPECT_EQ(counters.doubts_settled, (By{{{"a", "adopted"}, 1}, {{"a", "sent_again"}, 1}, {{"a", "failed"}, 1}}));
    EXPECT_EQ(counters.calls, (By{{{"a", "ok"}, 3}, {{"a", "in_doubt"}, 4}, {{"a", "rejected"}, 1}}));
}

TEST_F(EngineTest, ADoubtThatARestartBroughtIsCountedToo) {
    call_ms = 1'000;
    start(one_create);
    (void)submit("k");
    pass(100);
    kill();
    answer = in_turn({Value(Map{{"created", false}})});
    start(one_create);
    ASSERT_TRUE(becomes_quiet());
    EXPECT_EQ(engine->status().counters.doubts_settled, (engine::Counters::By<std::uint64_t>{{{"a", "adopted"}, 1}}));
}

TEST_F(EngineTest, CountsEventsRunsAndTheirTimes) {
    call_ms = 40;
    start(one_create);
    answer = in_turn({fail(ErrorCode::vendor_unavailable, "not now"), Value(1)});
    (void)submit("k", "1");
    (void)submit("k", "1");
    ASSERT_TRUE(becomes_quiet());
    const auto counters = engine->status().counters;
    EXPECT_EQ(counters.events_by, (engine::Counters::By<std::uint64_t>{{{"test", "webhook"}, 1}}));
    EXPECT_EQ(counters.duplicates, 1u);
    EXPECT_EQ(counters.retries_by, (std::map<std::string, std::uint64_t>{{"a", 1}}));
    const auto& calls_made = counters.call_durations.at({"a", "a.create"});
    EXPECT_EQ(calls_made.count(), 2u);
    EXPECT_EQ(calls_made.sum_ms, 80);
    const auto& step = counters.step_durations.at({"test", "one"});
    EXPECT_EQ(step.count(), 1u);
    EXPECT_GT(step.sum_ms, 80) << "the wait between the two calls is part of it";
    const auto& run = counters.run_durations.at({"test", "succeeded"});
    EXPECT_EQ(run.count(), 1u);
    EXPECT_GE(run.sum_ms, step.sum_ms);
}

TEST(Histogram, PutsATimeIntoTheBucketThatEndsAtItOrAfter) {
    engine::Histogram histogram;
    for (std::int64_t ms : {-5, 0, 5, 6, 1'800'000, 1'800'001}) histogram.note(ms);
    EXPECT_EQ(histogram.counts.front(), 3u) << "a clock that was set back makes 0, not a crash";
    EXPECT_EQ(histogram.counts[1], 1u);
    EXPECT_EQ(histogram.counts[histogram.counts.size() - 2], 1u);
    EXPECT_EQ(histogram.counts.back(), 1u);
    EXPECT_EQ(histogram.count(), 6u);
    EXPECT_EQ(histogram.sum_ms, 3'600'012);
}

}  // namespace
}  // namespace lockstep::sim
