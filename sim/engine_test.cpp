#include "engine/engine.h"

#include <gtest/gtest.h>

#include "sim/engine_fixture.h"

namespace lockstep::sim {
namespace {

using flow::testing::flow_text;

const std::string one_set = flow_text("  - { id: one, uses: a.set, with: { x: \"${ key }\" } }\n");

TEST_F(EngineTest, WhatCannotBeWrittenIsRefusedWithItsDuplicates) {
    start(one_set);
    int failures = 1;
    store.before_commit = [&](const store::Batch& batch) -> Result<void> {
        if (!batch.events.empty() && failures-- > 0) return fail(ErrorCode::store_full, "the disk is full");
        return {};
    };
    auto first = submit("k", "same"), second = submit("k", "same");
    ASSERT_TRUE(becomes_quiet());
    ASSERT_TRUE(*first && *second);
    EXPECT_EQ((**first).error().code, ErrorCode::store_full);
    ASSERT_FALSE(**second) << "an event that is nowhere must not be acknowledged as a duplicate";
    EXPECT_TRUE(calls.empty());
    auto third = submit("k", "same"), fourth = submit("k", "same");
    ASSERT_TRUE(becomes_quiet());
    EXPECT_FALSE((**third)->duplicate);
    EXPECT_TRUE((**fourth)->duplicate);
    EXPECT_EQ((**third)->event_id, (**fourth)->event_id);
    EXPECT_EQ(calls.size(), 1u);
}

TEST_F(EngineTest, EventsThatComeTogetherAreWrittenTogetherAndAnsweredInTheirOrder) {
    start(one_set);
    auto known = submit("old", "0");
    ASSERT_TRUE(becomes_quiet());
    std::vector<std::size_t> written;
    store.before_commit = [&](const store::Batch& batch) {
        if (!batch.events.empty()) written.push_back(batch.events.size());
        return Result<void>();
    };
    auto all = submit_all({{"a", "1"}, {"old", "0"}, {"b", "2"}, {"a", "1"}, {"a", ""}});
    ASSERT_TRUE(becomes_quiet());
    ASSERT_TRUE(**all);
    const auto& accepted = ***all;
    ASSERT_EQ(accepted.size(), 5u);
    EXPECT_EQ(written, (std::vector<std::size_t>{3}));
    EXPECT_EQ(accepted[1].event_id, (**known)->event_id);
    EXPECT_EQ(accepted[3].event_id, accepted[0].event_id);
    for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(accepted[i].duplicate, i == 1 || i == 3) << i;
    EXPECT_LT(accepted[0].run_id, accepted[4].run_id) << "the order of one key";
    EXPECT_EQ(runs(store::RunStatus::succeeded).size(), 4u);
    EXPECT_EQ(engine->status().counters.duplicates, 2u);
}

TEST_F(EngineTest, OfEventsThatComeTogetherAllAreRefusedOrNone) {
    start(one_set);
    int failures = 1;
    store.before_commit = [&](const store::Batch& batch) -> Result<void> {
        if (!batch.events.empty() && failures-- > 0) return fail(ErrorCode::store_full, "the disk is full");
        return {};
    };
    auto first = submit_all({{"a", "1"}, {"b", "2"}}), second = submit_all({{"b", "2"}, {"c", "3"}});
    ASSERT_TRUE(becomes_quiet());
    EXPECT_EQ((**first).error().code, ErrorCode::store_full);
    EXPECT_EQ((**second).error().code, ErrorCode::store_full);
    EXPECT_TRUE(calls.empty());
    auto again = submit_all({{"b", "2"}, {"c", "3"}});
    ASSERT_TRUE(becomes_quiet());
    EXPECT_FALSE((***again)[0].duplicate);
    EXPECT_EQ(calls.size(), 2u);
}

TEST_F(EngineTest, EventsThatComeTogetherAreBounded) {
    start(one_set, {.backlog_max = 3});
    auto none = submit_all({});
    EXPECT_EQ((**none).error().code, ErrorCode::request_invalid);
    auto many = submit_all(std::vector<std::pair<std::string, std::string>>(engine::submissions_max + 1, {"k", ""}));
    EXPECT_EQ((**many).error().code, ErrorCode::request_invalid);
    auto more = submit_all(std::vector<std::pair<std::string, std::string>>(4, {"k", ""}));
    EXPECT_EQ((**more).error().code, ErrorCode::overloaded) << "all or none, of the backlog's room too";
}

TEST_F(EngineTest, WhileNothingCanBeWrittenEventsAreRefusedAtOnceAndRunsGoOnAfterwards) {
    start(flow_text("  - { id: one, uses: a.set, with: { x: 1 } }\n  - { id: two, uses: a.set, with: { x: 2 } }\n"));
    auto early = submit("early");
    bool full = false;
    store.before_commit = [&](const store::Batch&) -> Result<void> {
        return full ? Result<void>(fail(ErrorCode::store_full, "the disk is full")) : Result<void>();
    };
    ASSERT_TRUE(runtime.run_until([&] { return !calls.empty(); }, 1'000));
    full = true;
    pass(2'000);
    auto late = submit("late");
    pass(1'000);
    ASSERT_TRUE(*late) << "whoever waits must learn it soon";
    EXPECT_EQ((**late).error().code, ErrorCode::store_full);
    EXPECT_EQ(calls.size(), 1u) << "no step begins that is not written";
    EXPECT_FALSE(engine->status().store_ok);
    full = false;
    ASSERT_TRUE(becomes_quiet());
    EXPECT_EQ(calls, (std::vector<std::string>{"a.set 1", "a.set 2"}));
    EXPECT_TRUE(engine->status().store_ok);
}

TEST_F(EngineTest, TwoReplaysOfOneRunAtOnceAreOneReplay) {
    start(one_set);
    answer = [](const std::string&) { return Result<Value>(fail(ErrorCode::vendor_rejected, "no")); };
    (void)submit("k");
    ASSERT_TRUE(becomes_quiet());
    ASSERT_EQ(runs(store::RunStatus::parked).size(), 1u);
    std::string id = runs(store::RunStatus::parked)[0].id;
    answer = [](const std::string&) { return Result<Value>(Value(1)); };
    auto first = replay(id), second = replay(id);
    ASSERT_TRUE(becomes_quiet()) << "a journal row written twice would be refused for ever";
    EXPECT_TRUE(**first);
    EXPECT_EQ((**second).error().code, ErrorCode::request_invalid);
    EXPECT_EQ(runs(store::RunStatus::succeeded).size(), 1u);
    EXPECT_EQ(calls.size(), 2u);
}

TEST_F(EngineTest, ARunThatCannotBeReadNowKeepsItsPlaceAndTheOthersGoOn) {
    std::set<std::string> unreadable;
    store.before_load = [&](const std::string& id) {
        return unreadable.contains(id) ? Result<void>(fail(ErrorCode::store_failed, "the disk hums")) : Result<void>();
    };
    start(flow_text("  - { id: one, uses: a.set, with: { x: \"${ body.id }\" } }\n"));
    call_ms = 1'000;
    (void)submit("k");
    ASSERT_TRUE(runtime.run_until([&] { return calls.size() == 1; }, 1'000));
    auto second = submit("k"), third = submit("k");
    pass(10);
    unreadable.insert((**second)->run_id);
    pass(20'000);
    EXPECT_EQ(calls.size(), 1u) << "the third must not overtake the second";
    (void)submit("other");
    unreadable.clear();
    ASSERT_TRUE(becomes_quiet());
    auto ended = runs(store::RunStatus::succeeded);
    ASSERT_EQ(ended.size(), 4u);
    auto ended_at = [&](const std::string& id) {
        return std::find_if(ended.begin(), ended.end(), [&](const auto& run) { return run.id == id; })->ended_at_ms;
    };
    EXPECT_LT(ended_at((**second)->run_id), ended_at((**third)->run_id));
}

TEST_F(EngineTest, ADrainLeavesNothingInDoubtAndEverybodyGetsAnAnswer) {
    concurrency = 1;
    call_ms = 500;
    std::string text = flow_text(
        "  - { id: make, uses: a.create, with: { unique: { n: 1 }, x: \"${ key }\" } }\n  - { id: last, uses: b.mail, with: { x: \"${ key "
        "}\" } }\n");
    start(text);
    for (int i = 0; i < 10; ++i) (void)submit("k" + std::to_string(i));
    pass(1'200);
    engine->drain(10'000);
    auto late = submit("late");
    auto replayed = replay("any");
    ASSERT_TRUE(*late && *replayed) << "after the drain too";
    EXPECT_EQ((**late).error().code, ErrorCode::shutting_down);
    EXPECT_EQ((**replayed).error().code, ErrorCode::shutting_down);
    engine.reset();
    start(text);
    ASSERT_TRUE(becomes_quiet());
    EXPECT_EQ(doubts(), 0u) << "what was not sent is known not to have been";
    EXPECT_EQ(runs(store::RunStatus::succeeded).size(), 10u);
    EXPECT_EQ(calls.size(), 20u);
}

TEST_F(EngineTest, AfterACrashTheRunInTheMiddleGoesBeforeAReplayOfItsKey) {
    std::string text = flow_text("  - { id: make, uses: a.create, with: { unique: { n: \"${ key }\" }, x: \"${ body.id }\" } }\n");
    start(text);
    answer = [](const std::string&) { return Result<Value>(fail(ErrorCode::vendor_rejected, "no")); };
    auto older = submit("k");
    ASSERT_TRUE(becomes_quiet());
    answer = [](const std::string&) { return Result<Value>(Value(1)); };
    call_ms = 5'000;
    auto newer = submit("k");
    ASSERT_TRUE(runtime.run_until([&] { return calls.size() == 2; }, runtime.monotonic_ms() + 1'000));
    auto replayed = replay((**older)->run_id);
    pass(100);
    ASSERT_TRUE(**replayed);
    kill();
    std::int64_t started = runtime.monotonic_ms();
    start(text);
    ASSERT_TRUE(runtime.run_until([&] { return calls.size() == 3; }, started + 60'000));
    EXPECT_GE(runtime.monotonic_ms(), started + 10'000) << "nothing is made before the lost call has settled";
    ASSERT_TRUE(becomes_quiet());
    auto ended = runs(store::RunStatus::succeeded);
    ASSERT_EQ(ended.size(), 2u);
    auto ended_at = [&](const auto& answered) {
        return std::find_if(ended.begin(), ended.end(), [&](const auto& run) { return run.id == (**answered)->run_id; })->ended_at_ms;
    };
    EXPECT_LT(ended_at(newer), ended_at(older));
}

/// Events of one moment: their ids alone say afterwards who came first.
TEST_F(EngineTest, RunsOfOneKeyKeepTheirOrderOverARestart) {
    std::string text = flow_text("  - { id: one, uses: a.set, with: { x: \"${ body.id }\" } }\n");
    start(text);
    std::vector<std::shared_ptr<std::optional<Result<engine::Accepted>>>> submitted;
    answer = [](const std::string&) { return Result<Value>(fail(ErrorCode::vendor_unavailable, "down")); };
    for (int i = 0; i < 8; ++i) submitted.push_back(submit("k"));
    pass(100);  // the first waits for its retry
    kill();
    answer = [](const std::string&) { return Result<Value>(Value(1)); };
    start(text);
    ASSERT_TRUE(becomes_quiet());
    std::map<std::string, std::int64_t> ended_at;
    for (const auto& run : runs(store::RunStatus::succeeded)) ended_at[run.id] = run.ended_at_ms;
    ASSERT_EQ(ended_at.size(), 8u);
    for (std::size_t i = 1; i < submitted.size(); ++i)
        EXPECT_LT(ended_at[(**submitted[i - 1])->run_id], ended_at[(**submitted[i])->run_id]) << i;
}

/// Vendors that keep answers under a request's id must give the first one again after a doubt, and no old one after a replay.
TEST_F(EngineTest, ADoubtfulCallIsSentAgainUnderItsIdAndAReplayedOneUnderANewOne) {
    answer = [this](const std::string&) -> Result<Value> {
        if (calls.size() <= 2) return fail(ErrorCode::answer_lost, "lost");
        if (calls.size() == 3) return fail(ErrorCode::vendor_rejected, "refused");
        return Value(1);
    };
    start(flow_text("  - { id: one, uses: a.create, with: { unique: { n: 1 } } }\n"));
    auto submitted = submit("k");
    ASSERT_TRUE(becomes_quiet());
    ASSERT_EQ(request_ids.size(), 3u);
    EXPECT_EQ(request_ids[0].size(), 32u);
    EXPECT_EQ(request_ids[1], request_ids[0]);
    EXPECT_EQ(request_ids[2], request_ids[0]);
    auto replayed = replay((**submitted)->run_id);
    ASSERT_TRUE(becomes_quiet());
    ASSERT_TRUE(*replayed && **replayed);
    ASSERT_EQ(request_ids.size(), 4u);
    EXPECT_NE(request_ids[3], request_ids[0]);
}

TEST_F(EngineTest, AParkedRunOfAFlowThatIsGoneFreesItsKeyForTheNext) {
    start(flow_text("  - { id: one, uses: a.set, with: { x: 1 } }\n"));
    call_ms = 60'000;
    (void)submit("k");
    (void)submit("k");
    ASSERT_TRUE(runtime.run_until([&] { return calls.size() == 1; }, 1'000));
    kill();
    call_ms = 10;
    start(flow_text("  - { id: renamed, uses: a.set, with: { x: 2 } }\n"));
    ASSERT_TRUE(engine->wait_until_quiet(60'000)) << "the second run was never claimed";
    EXPECT_EQ(runs(store::RunStatus::parked).size(), 1u);
    EXPECT_EQ(runs(store::RunStatus::succeeded).size(), 1u);
}

}  // namespace
}  // namespace lockstep::sim
