#include <gtest/gtest.h>

#include "sim/engine_fixture.h"
#include "value/json.h"

// What people do to parked runs, in the engine.
namespace lockstep::sim {
namespace {

using flow::testing::flow_text;
using store::RunStatus;

const std::string makes = flow_text(
    "  - { id: look, uses: a.read, with: { x: look } }\n"
    "  - { id: make, uses: a.create, with: { x: \"${ key }\", unique: { n: \"${ key }\" } } }\n"
    "  - { id: tell, uses: b.mail, with: { x: \"${ make }\" } }\n");

class OperatorsTest : public EngineTest {
protected:
    /// The vendor refuses what a test says.
    void refuse(std::set<std::string> what) {
        answer = [what = std::move(what)](const std::string& call) {
            if (what.contains(call)) return Result<Value>(fail(ErrorCode::vendor_rejected, "the vendor says no"));
            return Result<Value>(Value("made"));
        };
    }
    /// Parks a run of each key, which make nothing.
    void park(const std::vector<std::string>& keys, const std::string& text = makes) {
        std::set<std::string> refused;
        for (const auto& key : keys) refused.insert("a.create " + key);
        refuse(refused);
        start(text);
        for (const auto& key : keys) (void)submit(key);
        ASSERT_TRUE(becomes_quiet());
        ASSERT_EQ(runs(RunStatus::parked).size(), keys.size());
        calls.clear();
    }
    std::string parked_id(const std::string& key = "k") {
        for (const auto& run : runs(RunStatus::parked))
            if (run.key == key) return run.id;
        return "";
    }
    /// Returns the error's text, or nothing.
    std::string replay_with(const std::string& id, engine::Replay how) {
        how.actor = "ana";
        auto answered = std::make_shared<std::optional<Result<void>>>();
        engine->replay(id, std::move(how), [answered](Result<void> done) { *answered = std::move(done); });
        EXPECT_TRUE(becomes_quiet());
        EXPECT_TRUE(answered->has_value());
        return **answered ? "" : (**answered).error().message;
    }
    using Many = std::shared_ptr<std::optional<Result<engine::ManyOperated>>>;
    Many replay_all(engine::ParkedSelection which) {
        auto answered = std::make_shared<std::optional<Result<engine::ManyOperated>>>();
        engine->replay_all(std::move(which), {.actor = "ana"},
                           [answered](Result<engine::ManyOperated> done) { *answered = std::move(done); });
        return answered;
    }
    std::string status_of(const std::string& id) { return std::string(store::to_string((*real->load_run(id))->run.status)); }
    /// What the audit trail says about a run, newest first: `ana replay {…}`.
    std::vector<std::string> audit(const std::string& id) {
        std::vector<std::string> all;
        auto rows = *real->audit(id, 100);
        for (const auto& row : rows) all.push_back(row.actor + " " + row.action + " " + row.detail_json);
        return all;
    }
    static Value input(const std::string& x, const std::string& name = "k") { return Map{{"x", x}, {"unique", Map{{"n", name}}}}; }
};

TEST_F(OperatorsTest, ACorrectedInputIsSentAndStandsInTheAuditTrail) {
    park({"k"});
    const std::string id = parked_id();
    EXPECT_EQ(replay_with(id, {.note = "typed wrong", .corrections = {{"make", -1, input("right")}}}), "");
    EXPECT_EQ(status_of(id), "succeeded");
    EXPECT_EQ(calls, (std::vector<std::string>{"a.read look", "a.create right", "b.mail made"}));
    EXPECT_EQ(
        audit(id),
        (std::vector<std::string>{
            R"(ana replay {"from":"failed","reason":"typed wrong"})",
            R"(ana correct {"step":"make","from":{"x":"k","unique":{"n":"k"}},"to":{"x":"right","unique":{"n":"k"}},"reason":"typed wrong"})"}));
}

TEST_F(OperatorsTest, WhatIsRefusedChangesNothing) {
    park({"k"});
    const std::string id = parked_id();
    std::size_t commits = 0;
    store.before_commit = [&](const store::Batch& batch) {
        commits += batch.empty() ? 0 : 1;
        return Result<void>();
    };
    EXPECT_NE(replay_with(id, {.corrections = {{"make", -1, input("right", "other")}}}).find("could be made twice"), std::string::npos);
    EXPECT_NE(replay_with(id, {.corrections = {{"make", -1, input("right")}, {"mak", -1, input("right")}}}).find("did you mean `make`?"),
              std::string::npos);
    EXPECT_NE(replay_with(id, {.body = Map{{"id", "other"}}}).find("it is of other"), std::string::npos);
    EXPECT_EQ(commits, 0u);
    EXPECT_TRUE(calls.empty());
    EXPECT_EQ(status_of(id), "parked");
    EXPECT_TRUE(audit(id).empty());
}

TEST_F(OperatorsTest, ADecisionIsWholeOrNotAtAllWhereverTheProcessDies) {
    park({"k"});
    const std::string id = parked_id();
    std::size_t rows = 0;
    store.before_commit = [&](const store::Batch& batch) {
        for (const auto& row : batch.journal) rows += row.kind == "corrected" || row.kind == "waived" || row.kind == "replayed" ? 1 : 0;
        if (rows > 0) { EXPECT_EQ(batch.audit.size(), 3u) << "all in one commit"; }
        return rows > 0 ? Result<void>(fail(ErrorCode::store_full, "no room")) : Result<void>();
    };
    engine->replay(id, {.actor = "ana", .corrections = {{"make", -1, input("right")}}, .waivers = {{"tell", -1, Value(), "told by phone"}}},
                   [](const Result<void>&) {});
    pass(2'000);
    EXPECT_EQ(rows % 3, 0u);
    EXPECT_GT(rows, 0u);
    kill();
    store.before_commit = [](const store::Batch&) { return Result<void>(); };
    EXPECT_EQ(status_of(id), "parked");
    start(makes);
    ASSERT_TRUE(becomes_quiet());
    EXPECT_TRUE(calls.empty());

    // Once it is durable it holds, though the process dies before the run is taken up.
    auto real_replay = std::make_shared<std::optional<Result<void>>>();
    engine->replay(id, {.actor = "ana", .corrections = {{"make", -1, input("right")}}, .waivers = {{"tell", -1, Value(), "told by phone"}}},
                   [real_replay](Result<void> done) { *real_replay = std::move(done); });
    (void)runtime.run_until([&] { return real_replay->has_value(); }, runtime.monotonic_ms() + 60'000);
    ASSERT_TRUE(real_replay->has_value() && **real_replay);
    kill();
    start(makes);
    ASSERT_TRUE(becomes_quiet());
    EXPECT_EQ(status_of(id), "succeeded");
    EXPECT_EQ(std::count(calls.begin(), calls.end(), "a.create right"), 1);
    EXPECT_EQ(std::count(calls.begin(), calls.end(), "b.mail made"), 0);
}

TEST_F(OperatorsTest, AllOfACauseAreReplayedOldestFirstAndOthersAreNot) {
    std::vector<std::string> keys;
    for (int i = 0; i < 250; ++i) keys.push_back("k" + std::to_string(1000 + i));
    concurrency = 1;
    park(keys);
    refuse({"b.mail made"});
    (void)submit("told");
    ASSERT_TRUE(becomes_quiet());
    const std::string other = parked_id("told");
    refuse({});
    calls.clear();
    auto done = replay_all({.flow = "test", .step = "make", .reason_code = "vendor_rejected"});
    ASSERT_TRUE(becomes_quiet());
    ASSERT_TRUE(done->has_value() && **done) << "answered";
    EXPECT_EQ((**done)->done, 250);
    EXPECT_EQ((**done)->refused, 0);
    EXPECT_EQ(runs(RunStatus::succeeded).size(), 250u);
    EXPECT_EQ(status_of(other), "parked");
    std::vector<std::string> made;
    for (const auto& call : calls)
        if (call.starts_with("a.create ")) made.push_back(call.substr(9));
    EXPECT_EQ(made, keys) << "in the order of their age";
}

TEST_F(OperatorsTest, WhatParksAgainIsNotReplayedForEver) {
    std::vector<std::string> keys;
    for (int i = 0; i < 120; ++i) keys.push_back("k" + std::to_string(i));
    park(keys);
    auto done = replay_all({});
    ASSERT_TRUE(becomes_quiet());
    ASSERT_TRUE(done->has_value() && **done);
    EXPECT_EQ((**done)->done, 120);
    EXPECT_EQ(runs(RunStatus::parked).size(), 120u);
}

TEST_F(OperatorsTest, ManyAreDroppedWithTheReason) {
    park({"k1", "k2", "k3"});
    auto answered = std::make_shared<std::optional<Result<engine::ManyOperated>>>();
    engine->drop_all({.flow = "test"}, "a test", "ana", [answered](Result<engine::ManyOperated> done) { *answered = std::move(done); });
    ASSERT_TRUE(becomes_quiet());
    ASSERT_TRUE(answered->has_value() && **answered);
    EXPECT_EQ((**answered)->done, 3);
    for (const auto& run : runs(RunStatus::dropped)) {
        EXPECT_EQ(run.reason, "a test");
        EXPECT_EQ(audit(run.id), (std::vector<std::string>{R"(ana drop {"reason":"a test","was":"the vendor says no"})"}));
    }
    EXPECT_EQ(runs(RunStatus::dropped).size(), 3u);
}

// ---- what a success makes pointless ----

TEST_F(OperatorsTest, ALaterSuccessClosesOlderParkedRunsOfItsRecord) {
    park({"k"});
    const std::string older = parked_id();
    refuse({"a.create other"});
    (void)submit("other");
    ASSERT_TRUE(becomes_quiet());
    const std::string other = parked_id("other");
    refuse({});
    std::size_t together = 0;
    store.before_commit = [&](const store::Batch& batch) {
        for (const auto& run : batch.runs)
            if (run.id == older) together = batch.audit.size() + static_cast<std::size_t>(batch.runs.size() > 1);
        return Result<void>();
    };
    (void)submit("k");
    ASSERT_TRUE(becomes_quiet());
    const std::string later = runs(RunStatus::succeeded).at(0).id;
    const auto closed = (*real->load_run(older))->run;
    EXPECT_EQ(closed.status, RunStatus::dropped);
    EXPECT_EQ(closed.reason, "superseded by run " + later + ", which succeeded");
    EXPECT_EQ(closed.reason_code, "superseded");
    EXPECT_EQ(together, 2u) << "in the commit of the success, with its audit row";
    EXPECT_EQ(audit(older).at(0).find("engine supersede {"), 0u) << audit(older).at(0);
    EXPECT_EQ(status_of(other), "parked") << "another record's";
}

TEST_F(OperatorsTest, AnOlderRunThatSucceedsClosesNoNewerOne) {
    park({"k"});
    const std::string older = parked_id();
    (void)submit("k");
    ASSERT_TRUE(becomes_quiet());
    refuse({});
    EXPECT_EQ(replay_with(older, {}), "");
    EXPECT_EQ(status_of(older), "succeeded");
    EXPECT_EQ(runs(RunStatus::parked).size(), 1u);
}

TEST_F(OperatorsTest, OlderParkedRunsAreKnownAfterARestart) {
    park({"k"});
    const std::string older = parked_id();
    kill();
    refuse({});
    start(makes);
    (void)submit("k");
    ASSERT_TRUE(becomes_quiet());
    EXPECT_EQ(status_of(older), "dropped");
}

TEST_F(OperatorsTest, ARunThatIsSkippedClosesNothing) {
    const std::string text = flow_text(
        "  - { id: now, uses: b.read, with: { x: now } }\n"
        "  - { uses: require, with: { that: \"${ now != 'skip' }\", otherwise: skip, because: nothing to do } }\n"
        "  - { id: make, uses: a.create, with: { x: \"${ key }\", unique: { n: \"${ key }\" } } }\n");
    park({"k"}, text);
    const std::string older = parked_id();
    answer = [](const std::string&) { return Result<Value>(Value("skip")); };
    (void)submit("k");
    ASSERT_TRUE(becomes_quiet());
    EXPECT_EQ(runs(RunStatus::skipped).size(), 1u);
    EXPECT_EQ(status_of(older), "parked");
}

TEST_F(OperatorsTest, AFlowMayKeepItsParkedRuns) {
    const std::string text =
        flow_text("  - { id: make, uses: a.create, with: { x: \"${ key }\", unique: { n: \"${ key }\" } } }\n", "supersedes: false\n");
    park({"k"}, text);
    refuse({});
    (void)submit("k");
    ASSERT_TRUE(becomes_quiet());
    EXPECT_EQ(runs(RunStatus::succeeded).size(), 1u);
    EXPECT_EQ(runs(RunStatus::parked).size(), 1u);
}

TEST_F(OperatorsTest, ARunThatIsBeingReplayedIsNotClosedByALaterOne) {
    park({"k"});
    const std::string older = parked_id();
    refuse({});
    call_ms = 1'000;
    (void)submit("k");
    pass(500);
    auto replayed = replay(older);
    ASSERT_TRUE(becomes_quiet());
    ASSERT_TRUE(replayed->has_value() && **replayed);
    EXPECT_EQ(status_of(older), "succeeded") << "it was no longer parked when the later one succeeded";
}

}  // namespace
}  // namespace lockstep::sim
