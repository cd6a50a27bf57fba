// Connections that are down, busy or refuse us; runs that wait for them; many runs at once.
#include "sim/engine_fixture.h"
#include "value/json.h"

namespace lockstep::sim {
namespace {

using flow::testing::flow_text;
using store::RunStatus;

const std::string one_set = flow_text("  - { id: one, uses: a.set, with: { x: \"${ key }\" } }\n");

class Pauses : public EngineTest {
protected:
    /// The vendor cannot be reached until `back`.
    void be_away() {
        answer = [](const std::string&) { return Result<Value>(fail(ErrorCode::unreachable, "connection refused")); };
        probe_answer = [] { return Result<void>(fail(ErrorCode::unreachable, "connection refused")); };
    }
    void be_back() {
        answer = [](const std::string&) { return Result<Value>(Value(1)); };
        probe_answer = [] { return Result<void>(); };
    }
    int counted_retries() {
        int most = 0;
        const auto all = *store.list_runs({.limit = 1000});
        for (const auto& run : all) most = std::max(most, run.retries);
        return most;
    }
    std::size_t kinds(const std::string& run_id, const std::string& kind) {
        auto loaded = *real->load_run(run_id);
        return static_cast<std::size_t>(
            std::count_if(loaded->journal.begin(), loaded->journal.end(), [&](const auto& row) { return row.kind == kind; }));
    }
};

TEST_F(Pauses, RunsOutlastAnOutageWithoutBurningRetriesAndGoOnByThemselvesInOrder) {
    start(one_set);
    be_away();
    (void)submit("first");
    pass(60'000);
    for (int i = 0; i < 50; ++i) (void)submit("later" + std::to_string(100 + i));
    pass(30 * 60'000);
    EXPECT_EQ(runs(RunStatus::parked).size(), 0u);
    EXPECT_LE(counted_retries(), 2);
    EXPECT_LE(calls.size(), 6u) << "nobody runs against a closed door";
    EXPECT_GE(probes, 20);
    EXPECT_LE(probes, 45) << "once a minute";
    EXPECT_EQ(engine->status().connections[0].paused_because, "connection refused");
    calls.clear();
    be_back();
    pass(61'000);
    ASSERT_TRUE(becomes_quiet());
    EXPECT_EQ(runs(RunStatus::succeeded).size(), 51u);
    ASSERT_EQ(calls.size(), 51u) << "each once";
    EXPECT_TRUE(std::is_sorted(calls.begin() + 1, calls.end())) << "in the order of their events";
}

TEST_F(Pauses, WhatWasNotCalledBecauseOfAPauseSaysSoInItsJournal) {
    start(one_set);
    be_away();
    for (const char* key : {"a", "b", "c"}) (void)submit(key);
    pass(30'000);
    (void)submit("later");
    pass(1'000);
    auto later = store.list_runs({.key = "later"})->front();
    EXPECT_EQ(later.status, RunStatus::running);
    EXPECT_EQ(later.reason, "a is paused: connection refused");
    EXPECT_EQ(kinds(later.id, "held"), 1u);
    EXPECT_EQ(kinds(later.id, "intended"), 0u);
    be_back();
    ASSERT_TRUE(becomes_quiet());
    EXPECT_EQ(store.list_runs({.key = "later"})->front().status, RunStatus::succeeded);
    EXPECT_EQ(kinds(later.id, "intended"), 1u);
}

TEST_F(Pauses, ARecordThatAlwaysFailsParksAlthoughItsConnectionIsWell) {
    start(one_set);
    answer = [](const std::string& what) {
        return what == "a.set bad" ? Result<Value>(fail(ErrorCode::vendor_unavailable, "500")) : Result<Value>(Value(1));
    };
    (void)submit("bad");
    ASSERT_TRUE(becomes_quiet());
    ASSERT_EQ(runs(RunStatus::parked).size(), 1u);
    EXPECT_LE(calls.size(), 8u);
}

TEST_F(Pauses, ARefusalOfOneRecordDoesNotKeepTheOthers) {
    start(one_set);
    answer = [](const std::string& what) {
        return what == "a.set bad" ? Result<Value>(fail(ErrorCode::permission_missing, "no access to this one")) : Result<Value>(Value(1));
    };
    (void)submit("bad");
    pass(100);
    for (const char* key : {"x", "y", "z"}) (void)submit(key);
    pass(1'000);
    EXPECT_EQ(runs(RunStatus::succeeded).size(), 3u);
    answer = [](const std::string&) { return Result<Value>(Value(1)); };
    ASSERT_TRUE(becomes_quiet());
    EXPECT_EQ(runs(RunStatus::succeeded).size(), 4u) << "mended, it goes on by itself";
}

TEST_F(Pauses, AKilledProcessLosesNothingInAnOutage) {
    start(one_set);
    be_away();
    for (int i = 0; i < 20; ++i) (void)submit("k" + std::to_string(i));
    pass(120'000);
    kill();
    start(one_set);
    pass(120'000);
    EXPECT_EQ(runs(RunStatus::parked).size(), 0u);
    EXPECT_LE(counted_retries(), 3);
    be_back();
    pass(61'000);
    ASSERT_TRUE(becomes_quiet());
    EXPECT_EQ(runs(RunStatus::succeeded).size(), 20u);
}

TEST_F(Pauses, ARestartLeavesAVendorAloneUntilItsTime) {
    start(one_set);
    answer = [](const std::string&) {
        return Result<Value>(fail(Error{.code = ErrorCode::rate_limited, .message = "429", .retry_after_ms = 600'000}));
    };
    (void)submit("k1");
    pass(60'000);
    kill();
    calls.clear();
    be_back();
    start(one_set);
    (void)submit("k2");
    pass(539'000);
    EXPECT_TRUE(calls.empty());
    EXPECT_EQ(engine->status().connections[0].paused_because, "429");
    pass(3'000);
    EXPECT_EQ(calls.size(), 2u);
    kill();
    start(one_set);
    (void)submit("k3");
    pass(1'000);
    EXPECT_EQ(calls.size(), 3u) << "a rest that is over is no pause";
}

TEST_F(Pauses, WhileAVendorSaysWhenToComeBackNobodyCallsItAndTheOtherIsServed) {
    start(
        flow_text("  - { id: one, uses: \"a.set\", if: \"${ !key.startsWith('b') }\", with: { x: \"${ key }\" } }\n"
                  "  - { id: two, uses: b.mail, if: \"${ key.startsWith('b') }\", with: { x: \"${ key }\" } }\n"));
    bool told = false;
    answer = [&](const std::string& what) -> Result<Value> {
        if (what.starts_with("a.") && !std::exchange(told, true))
            return fail(Error{.code = ErrorCode::rate_limited, .message = "429", .retry_after_ms = 60'000});
        return Value(1);
    };
    (void)submit("k1");
    pass(100);
    for (const char* key : {"k2", "b1", "k3"}) (void)submit(key);
    pass(59'000);
    EXPECT_EQ(calls, (std::vector<std::string>{"a.set k1", "b.mail b1"}));
    EXPECT_EQ(probes, 0);
    ASSERT_TRUE(becomes_quiet());
    EXPECT_EQ(calls.size(), 5u);
    EXPECT_EQ(counted_retries(), 0);
}

TEST_F(Pauses, ManyWaitingRunsTakeNoPlacesFromOthers) {
    start(flow_text("  - { id: one, uses: a.set, if: \"${ !key.startsWith('b') }\", with: { x: \"${ key }\" } }\n"
                    "  - { id: two, uses: b.mail, if: \"${ key.startsWith('b') }\", with: { x: \"${ key }\" } }\n"),
          {.active_runs_max = 8});
    be_away();
    auto away = answer;
    answer = [away](const std::string& what) { return what.starts_with("a.") ? away(what) : Result<Value>(Value(1)); };
    for (int i = 0; i < 100; ++i) (void)submit("k" + std::to_string(i));
    pass(120'000);
    auto told = submit("b1");
    pass(1'000);
    EXPECT_EQ(runs(RunStatus::succeeded).size(), 1u) << "what needs another vendor goes on";
    be_back();
    ASSERT_TRUE(becomes_quiet());
    EXPECT_EQ(runs(RunStatus::succeeded).size(), 101u);
}

TEST_F(Pauses, CallsThatCanBeMadeTogetherAreAndEachRunGetsItsOwnResult) {
    joint = true;
    start(one_set);
    answer = [](const std::string& what) {
        return what == "a.set k7" ? Result<Value>(fail(ErrorCode::vendor_rejected, "no such record")) : Result<Value>(Value(what));
    };
    std::vector<std::pair<std::string, std::string>> all;
    for (int i = 0; i < 100; ++i) all.emplace_back("k" + std::to_string(i), "");
    (void)submit_all(all);
    ASSERT_TRUE(becomes_quiet());
    EXPECT_LE(calls.size(), 4u);
    EXPECT_EQ(runs(RunStatus::succeeded).size(), 99u);
    ASSERT_EQ(runs(RunStatus::parked).size(), 1u);
    EXPECT_EQ(runs(RunStatus::parked)[0].key, "k7");
    auto run = *real->load_run(store.list_runs({.key = "k42"})->front().id);
    auto done = std::find_if(run->journal.begin(), run->journal.end(), [](const auto& row) { return row.kind == "done"; });
    EXPECT_NE(done->data_json.find("a.set k42"), std::string::npos) << done->data_json;
}

TEST_F(Pauses, EventsAreTakenWhileWhatWasOpenIsStillBeingRead) {
    start(one_set);
    call_ms = 3'600'000;
    for (int batch = 0; batch < 4; ++batch) {
        std::vector<std::pair<std::string, std::string>> all;
        for (int i = 0; i < 500; ++i) all.emplace_back("k" + std::to_string(batch * 500 + i), "");
        (void)submit_all(all);
    }
    pass(1'000);
    kill();
    calls.clear();
    call_ms = 1;
    start(one_set);
    std::optional<bool> while_recovering;
    engine->submit({.flow = "test", .key = "k1", .trigger = "webhook"}, [&](const Result<engine::Accepted>& accepted) {
        EXPECT_TRUE(accepted);
        EXPECT_TRUE(calls.empty()) << "nothing is called before all locks are known";
        while_recovering = engine->status().recovering;
    });
    ASSERT_TRUE(becomes_quiet());
    EXPECT_EQ(while_recovering, true);
    EXPECT_FALSE(engine->status().recovering);
    EXPECT_EQ(runs(RunStatus::succeeded).size(), 1000u);
    auto of_key = *store.list_runs({.key = "k1"});
    ASSERT_EQ(of_key.size(), 2u);
    EXPECT_LE(of_key[1].ended_at_ms, of_key[0].ended_at_ms) << "the older one first";
}

TEST_F(Pauses, ARunThatSleptGoesOnWhereItWasAlsoIfItCannotBeReadForAWhile) {
    start(flow_text("  - { id: one, uses: a.set, with: { x: 1 } }\n  - { id: two, uses: a.set, with: { x: \"${ one }\" } }\n"));
    int lost = 1;
    answer = [&](const std::string& what) -> Result<Value> {
        if (what == "a.set 1" && lost-- > 0) return fail(ErrorCode::answer_lost, "lost");
        return Value(7);
    };
    (void)submit("k");
    pass(5'000);
    EXPECT_EQ(engine->status().active, 1u) << "it sleeps, and is open all the same";
    int unreadable = 3;
    store.before_load = [&](const std::string&) -> Result<void> {
        return unreadable-- > 0 ? Result<void>(fail(ErrorCode::store_failed, "disk error")) : Result<void>();
    };
    ASSERT_TRUE(becomes_quiet());
    EXPECT_EQ(calls, (std::vector<std::string>{"a.set 1", "a.set 1", "a.set 7"}));
    EXPECT_EQ(runs(RunStatus::succeeded).size(), 1u);
}

}  // namespace
}  // namespace lockstep::sim
