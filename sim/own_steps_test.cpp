#include <gtest/gtest.h>

#include "sim/engine_fixture.h"

// Links and locks, in the engine.
namespace lockstep::sim {
namespace {

using flow::testing::flow_text;

const std::string remembers = flow_text(
    "  - { id: before, uses: find_link, with: { entity: a/things, id: \"${ key }\" } }\n"
    "  - { id: one, uses: a.set, with: { x: \"${ before == null ? 0 : before.n }\" } }\n"
    "  - { uses: link, with: { entity: a/things, id: \"${ key }\", value: { n: \"${ before == null ? 1 : before.n + 1 }\" } } }\n");

TEST_F(EngineTest, WhatALinkRememberedIsFoundByLaterRuns) {
    start(remembers);
    (void)submit("k");
    (void)submit("k");
    (void)submit("other");
    ASSERT_TRUE(becomes_quiet());
    kill();
    start(remembers);
    (void)submit("k");
    ASSERT_TRUE(becomes_quiet());
    std::sort(calls.begin(), calls.end());
    EXPECT_EQ(calls, (std::vector<std::string>{"a.set 0", "a.set 0", "a.set 1", "a.set 2"}));
    auto row = *store.find_link("a", "things", "k");
    ASSERT_TRUE(row);
    EXPECT_EQ(row->value_json, "{\"n\":3}");
    EXPECT_FALSE(row->run_id.empty());
    EXPECT_EQ(engine->status().counters.calls.size(), 1u) << "what the engine answers itself is no call of a connection";
}

TEST_F(EngineTest, ALinkIsInTheCommitThatSaysItsStepIsDone) {
    start(flow_text("  - { id: keep, uses: link, with: { entity: a/things, id: 1, value: x } }\n"));
    std::size_t together = 0, links = 0;
    store.before_commit = [&](const store::Batch& batch) {
        links += batch.links.size();
        for (const auto& row : batch.journal)
            if (row.step == "keep" && row.kind == "done") together += batch.links.size();
        return Result<void>();
    };
    (void)submit("k");
    ASSERT_TRUE(becomes_quiet());
    EXPECT_EQ(links, 1u);
    EXPECT_EQ(together, 1u);
}

/// Every run has the names `a` and `b` to itself from its second step on.
const std::string alone = flow_text(
    "  - { id: first, uses: b.read, with: { x: first } }\n"
    "  - { uses: lock, with: { names: [b, a] } }\n"
    "  - { id: look, uses: a.read, with: { x: \"${ key }\" } }\n"
    "  - { id: write, uses: a.set, with: { x: \"${ key }\" } }\n");

/// The keys whose runs worked, in order, each once for as long as nobody else did.
std::vector<std::string> turns(const std::vector<std::string>& calls) {
    std::vector<std::string> keys;
    for (const auto& call : calls) {
        std::string key = call.substr(call.find(' ') + 1);
        if (key != "first" && (keys.empty() || keys.back() != key)) keys.push_back(key);
    }
    return keys;
}

TEST_F(EngineTest, RunsOfOneLockWorkOneAfterTheOther) {
    concurrency = 8;
    start(alone);
    for (const char* key : {"k1", "k2", "k3"}) (void)submit(key);
    pass(15);
    EXPECT_EQ(engine->status().waiting_for_locks, 2u);
    std::size_t told = 0;
    for (const auto& run : runs(store::RunStatus::running)) told += run.reason.starts_with("waits for a, which run ") ? 1 : 0;
    EXPECT_EQ(told, 2u);
    ASSERT_TRUE(becomes_quiet());
    EXPECT_EQ(turns(calls).size(), 3u);
    EXPECT_EQ(engine->status().waiting_for_locks, 0u);
    for (const auto& run : runs(store::RunStatus::succeeded)) EXPECT_EQ(run.reason, "");
    EXPECT_EQ(runs(store::RunStatus::succeeded).size(), 3u);
}

/// A run that goes back to before its lock has no names until it takes them anew, and others may have them meanwhile.
TEST_F(EngineTest, NamesAreGivenBackByARunThatGoesBack) {
    start(
        flow_text("  - { id: first, uses: b.read, with: { x: \"${ key }\" } }\n"
                  "  - { uses: lock, with: { names: [a] } }\n"
                  "  - { id: write, uses: a.set, with: { x: \"${ key }\" }, on_conflict: first }\n"));
    int refused = 0;
    answer = [&](const std::string& call) -> Result<Value> {
        if (call == "a.set one" && refused++ == 0) return fail(ErrorCode::precondition_failed, "somebody was faster");
        return Value(Map{});
    };
    (void)submit("one");
    (void)submit("two");
    ASSERT_TRUE(becomes_quiet());
    EXPECT_EQ(std::ranges::count(calls, "b.read one"), 2);
    EXPECT_EQ(std::ranges::count(calls, "a.set one"), 2);
    EXPECT_EQ(std::ranges::count(calls, "a.set two"), 1);
    EXPECT_EQ(engine->status().waiting_for_locks, 0u);
}

TEST_F(EngineTest, AParkedRunHasItsLocksNoLongerAndTakesThemAgainWhenReplayed) {
    start(alone);
    answer = [](const std::string& what) {
        return what == "a.set k1" ? Result<Value>(fail(ErrorCode::vendor_rejected, "no")) : Result<Value>(Value(1));
    };
    auto parked = submit("k1");
    (void)submit("k2");
    ASSERT_TRUE(becomes_quiet());
    EXPECT_EQ(runs(store::RunStatus::parked).size(), 1u);
    EXPECT_EQ(runs(store::RunStatus::succeeded).size(), 1u) << "k2 did not wait for a person";
    answer = [](const std::string&) { return Result<Value>(Value(1)); };
    calls.clear();
    (void)submit("k3");
    auto replayed = replay((**parked)->run_id);
    ASSERT_TRUE(becomes_quiet());
    EXPECT_EQ(turns(calls).size(), 2u);
    EXPECT_EQ(runs(store::RunStatus::succeeded).size(), 3u);
}

TEST_F(EngineTest, WhileOneRetriesTheOthersOfItsLockWaitAndTheRestGoesOn) {
    concurrency = 8;
    start(
        flow_text("  - { uses: lock, with: { names: [\"${ key.slice(0, 1) }\"] } }\n  - { id: write, uses: a.set, with: { x: \"${ key "
                  "}\" } }\n"));
    bool down = true;
    answer = [&](const std::string& what) {
        return down && what == "a.set x1" ? Result<Value>(fail(ErrorCode::rate_limited, "slow down")) : Result<Value>(Value(1));
    };
    for (const char* key : {"x1", "x2", "y1"}) (void)submit(key);
    pass(200'000);
    EXPECT_EQ(std::count(calls.begin(), calls.end(), "a.set x2"), 0);
    EXPECT_EQ(std::count(calls.begin(), calls.end(), "a.set y1"), 1);
    down = false;
    ASSERT_TRUE(becomes_quiet());
    EXPECT_EQ(calls.back(), "a.set x2");
}

TEST_F(EngineTest, ADrainEndsThoughRunsWaitForLocksAndTheNextStartGoesOn) {
    concurrency = 8;
    call_ms = 500;
    start(alone);
    for (const char* key : {"k1", "k2", "k3"}) (void)submit(key);
    pass(700);
    engine->drain(10'000);
    EXPECT_FALSE(engine->status().running) << "nobody's end is waited for";
    std::size_t before = calls.size();
    engine.reset();
    start(alone);
    ASSERT_TRUE(becomes_quiet());
    EXPECT_EQ(doubts(), 0u);
    EXPECT_EQ(turns(calls).size(), 3u);
    EXPECT_EQ(calls.size() - before, 5u) << "the rest of three runs, and nothing twice";
    EXPECT_EQ(runs(store::RunStatus::succeeded).size(), 3u);
}

/// A run that had its locks when the process ended gets them before anybody else, also before runs that are older.
class KilledAnywhere : public EngineTest, public ::testing::WithParamInterface<int> {};

TEST_P(KilledAnywhere, RunsOfOneLockDoNotInterleave) {
    concurrency = 8;
    auto until = static_cast<std::uint64_t>(GetParam());
    start(alone);
    for (const char* key : {"k1", "k2"}) (void)submit(key);
    (void)runtime.run_until([&] { return runtime.switches() >= until; }, runtime.monotonic_ms() + 200);
    kill();
    start(alone);
    for (const char* key : {"k1", "k2"})
        if (store.list_runs({.key = key, .limit = 1})->empty()) (void)submit(key);
    ASSERT_TRUE(becomes_quiet());
    EXPECT_EQ(turns(calls).size(), 2u) << ::testing::PrintToString(calls);
    EXPECT_EQ(runs(store::RunStatus::succeeded).size(), 2u);
}

INSTANTIATE_TEST_SUITE_P(AtEverySwitch, KilledAnywhere, ::testing::Range(0, 80));

}  // namespace
}  // namespace lockstep::sim
