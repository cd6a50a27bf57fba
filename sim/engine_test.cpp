#include "engine/engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/log.h"
#include "flow/testing.h"
#include "sim/fiber_runtime.h"
#include "sim/flaky_store.h"

// The engine alone, with a vendor that does what a test says, in one thread on virtual time.
namespace lockstep::sim {
namespace {

using flow::testing::flow_text;

class NoHttp : public net::HttpClient {
public:
    Result<net::Response> send(const net::Request&, const net::SendOptions&) override {
        return fail(ErrorCode::unreachable, "there is no network here");
    }
};

class EngineTest : public ::testing::Test {
protected:
    struct Vendor : connector::Connection {
        explicit Vendor(EngineTest& its) : test(its) {}
        Result<Value> perform(std::string_view action, const Value& input, connector::CallContext& call) override {
            std::string what = std::string(action) + " " + input["x"].text();
            test.calls.push_back(what);
            call.runtime.sleep_ms(test.call_ms);
            return test.answer(what);
        }
        Result<void> probe(connector::CallContext&) override { return {}; }
        EngineTest& test;
    };

    EngineTest() : runtime(1, *parse_timestamp("2026-02-18T08:00:00Z")), real(open()), store(*real) {
        log::configure(log::Level::error, log::Format::json);
    }
    ~EngineTest() override { kill(); }

    static std::unique_ptr<store::Store> open() {
        auto store = store::open_sqlite({.path = ":memory:"});
        LS_ASSERT(store.has_value());
        return *std::move(store);
    }

    void start(const std::string& text, engine::Options options = {}) {
        auto flow = flow::testing::parse(text);
        ASSERT_TRUE(flow) << flow.error().message;
        std::vector<flow::Flow> flows;
        flows.push_back(*std::move(flow));
        std::vector<engine::ConnectionEntry> connections;
        for (const char* name : {"a", "b"})
            connections.push_back({name, std::make_unique<Vendor>(*this), {.concurrency_max = concurrency, .settle_ms = 10'000}});
        options.workers = 4;
        options.alert_connection = "";
        engine = std::make_unique<engine::Engine>(engine::Parts{.runtime = runtime,
                                                                .store = store,
                                                                .http = http,
                                                                .flows = std::move(flows),
                                                                .connections = std::move(connections),
                                                                .options = options});
        auto started = engine->start();
        ASSERT_TRUE(started) << started.error().message;
    }
    /// Ends the engine as a crash does.
    void kill() {
        runtime.abandon();
        engine.reset();
    }
    /// Submits an event and returns where its answer will be.
    std::shared_ptr<std::optional<Result<engine::Accepted>>> submit(const std::string& key, const std::string& dedupe_id = "") {
        auto answered = std::make_shared<std::optional<Result<engine::Accepted>>>();
        engine->submit({.flow = "test", .key = key, .trigger = "webhook", .dedupe_id = dedupe_id, .body_json = "{\"id\":\"" + key + "\"}"},
                       [answered](Result<engine::Accepted> accepted) { *answered = std::move(accepted); });
        return answered;
    }
    std::shared_ptr<std::optional<Result<void>>> replay(const std::string& run_id) {
        auto answered = std::make_shared<std::optional<Result<void>>>();
        engine->replay(run_id, engine::ReplayMode::from_failed, "test", [answered](Result<void> done) { *answered = std::move(done); });
        return answered;
    }
    void pass(std::int64_t ms) {
        (void)runtime.run_until([] { return false; }, runtime.monotonic_ms() + ms);
    }
    bool becomes_quiet() { return engine->wait_until_quiet(3'600'000); }
    std::vector<store::RunRow> runs(store::RunStatus status) { return *store.list_runs({.status = status, .limit = 1000}); }
    std::size_t doubts() {
        std::size_t count = 0;
        auto all = *store.list_runs({.limit = 1000});
        for (const auto& run : all) {
            auto loaded = *real->load_run(run.id);
            for (const auto& row : loaded->journal) count += row.kind == "in_doubt" ? 1 : 0;
        }
        return count;
    }

    FiberRuntime runtime;
    std::unique_ptr<store::Store> real;
    FlakyStore store;
    NoHttp http;
    std::unique_ptr<engine::Engine> engine;
    std::vector<std::string> calls;
    std::int64_t call_ms = 10;
    int concurrency = 2;
    std::function<Result<Value>(const std::string& what)> answer = [](const std::string&) { return Result<Value>(Value(1)); };
};

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
