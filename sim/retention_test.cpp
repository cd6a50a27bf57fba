#include "engine/retention.h"

#include <gtest/gtest.h>

#include "sim/engine_fixture.h"

/// Months pass: what is closed goes, and nothing else.
namespace lockstep::sim {
namespace {

using flow::testing::flow_text;

constexpr std::int64_t hour = 3'600'000, day = 24 * hour;
const std::string one_set = flow_text("  - { id: one, uses: a.set, with: { x: \"${ key }\" } }\n");
const engine::Options quarter = {.keep = {.runs_ms = 90 * day, .journal_ms = 30 * day, .audit_ms = 730 * day}};

class RetentionTest : public EngineTest {
protected:
    /// Carries out an event of its own dedupe id and returns its run's id.
    std::string finished(const std::string& key) {
        auto accepted = submit(key, key);
        EXPECT_TRUE(becomes_quiet());
        return (**accepted)->run_id;
    }
    bool is_there(const std::string& run_id) { return real->load_run(run_id)->has_value(); }
    std::size_t journal_of(const std::string& run_id) {
        auto loaded = *real->load_run(run_id);
        return loaded ? loaded->journal.size() : 0;
    }
    bool is_duplicate(const std::string& key) {
        auto again = submit(key, key);
        EXPECT_TRUE(becomes_quiet());
        return (**again)->duplicate;
    }
};

TEST_F(RetentionTest, AClosedRunLosesItsJournalThenGoesWithItsEvent) {
    start(one_set, quarter);
    const std::string run = finished("deal");
    ASSERT_GT(journal_of(run), 0u);
    pass(30 * day - 2 * hour);
    EXPECT_GT(journal_of(run), 0u);
    pass(4 * hour);
    EXPECT_TRUE(is_there(run));
    EXPECT_EQ(journal_of(run), 0u);
    pass(60 * day - 4 * hour);
    EXPECT_TRUE(is_there(run));
    EXPECT_TRUE(is_duplicate("deal")) << "what comes again within the time is known";
    pass(4 * hour);
    EXPECT_FALSE(is_there(run));
    EXPECT_FALSE(is_duplicate("deal")) << "and after it, it is an event like any other";
    EXPECT_EQ(engine->status().counters.trimmed_runs, 2u);
}

TEST_F(RetentionTest, WhatIsParkedOrUnderWayStaysAndGoesOnHoweverLongItTakes) {
    bool mended = false;
    answer = [&](const std::string& what) -> Result<Value> {
        if (what.ends_with(" parked") && !mended) return fail(ErrorCode::vendor_rejected, "no");
        if (what.ends_with(" slow")) runtime.sleep_ms(200 * day);
        return Value(1);
    };
    start(one_set, quarter);
    auto slow = submit("slow", "slow");
    auto parked = submit("parked", "parked");
    (void)submit("done", "done");
    pass(150 * day);
    EXPECT_EQ(runs(store::RunStatus::succeeded).size(), 0u) << "the closed one is gone";
    ASSERT_EQ(runs(store::RunStatus::parked).size(), 1u);
    ASSERT_EQ(runs(store::RunStatus::running).size(), 1u);
    EXPECT_GT(journal_of((**parked)->run_id), 0u);
    EXPECT_GT(journal_of((**slow)->run_id), 0u);
    mended = true;
    auto replayed = replay((**parked)->run_id);
    pass(60 * day);
    EXPECT_TRUE(**replayed);
    EXPECT_EQ(runs(store::RunStatus::succeeded).size(), 2u) << "each is kept from its own end";
}

TEST_F(RetentionTest, ADroppedRunGoesAfterItsDropAndItsAuditEntryStays) {
    answer = [](const std::string&) -> Result<Value> { return fail(ErrorCode::vendor_rejected, "no"); };
    start(one_set, quarter);
    const std::string run = finished("deal");
    pass(100 * day);
    engine->drop(run, "not needed", "test", [](const Result<void>& done) { EXPECT_TRUE(done); });
    pass(89 * day);
    EXPECT_TRUE(is_there(run));
    pass(2 * day);
    EXPECT_FALSE(is_there(run));
    EXPECT_EQ(real->audit(run, 10)->size(), 1u);
    pass(730 * day);
    EXPECT_EQ(real->audit(run, 10)->size(), 0u);
}

TEST_F(RetentionTest, ByDefaultEverythingIsKept) {
    start(one_set);
    int trims = 0;
    store.before_trim = [&](const store::TrimLimits&) { return ++trims, Result<void>(); };
    const std::string run = finished("deal");
    pass(4'000 * day);
    EXPECT_GT(journal_of(run), 0u);
    EXPECT_EQ(trims, 0);
}

TEST_F(RetentionTest, EachTimeMayBeGivenAlone) {
    start(one_set, {.keep = {.journal_ms = day}});
    const std::string run = finished("deal");
    pass(1'000 * day);
    EXPECT_TRUE(is_there(run));
    EXPECT_EQ(journal_of(run), 0u);
}

TEST_F(RetentionTest, ManyGoInManySmallSlicesThatLeaveRoomForOthers) {
    start(one_set, {.keep = {.runs_ms = day}});
    for (int i = 0; i < 1'000; ++i) (void)submit("deal " + std::to_string(i));
    ASSERT_TRUE(becomes_quiet());
    std::vector<std::int64_t> slices;
    int runs_most = 0;
    store.before_trim = [&](const store::TrimLimits& limits) {
        slices.push_back(runtime.monotonic_ms());
        runs_most = std::max(runs_most, limits.runs_max);
        return Result<void>();
    };
    pass(day + 2 * hour);
    EXPECT_TRUE(runs(store::RunStatus::succeeded).empty());
    EXPECT_LE(runs_most, 200);
    std::size_t close_together = 0;
    for (std::size_t i = 1; i < slices.size(); ++i) {
        EXPECT_GE(slices[i] - slices[i - 1], 50);
        close_together += slices[i] - slices[i - 1] < 1'000 ? 1 : 0;
    }
    EXPECT_GE(close_together, 5u) << "while there is work it does not wait an hour";
    EXPECT_LT(slices.size(), 60u) << "and without, it looks seldom";
    EXPECT_EQ(engine->status().counters.trimmed_runs, 1'000u);
}

TEST_F(RetentionTest, ASliceThatTakesLongIsFollowedBySmallerOnes) {
    start(one_set, {.keep = {.runs_ms = day}});
    for (int i = 0; i < 300; ++i) (void)submit("deal " + std::to_string(i));
    ASSERT_TRUE(becomes_quiet());
    std::vector<int> sizes;
    store.before_trim = [&](const store::TrimLimits& limits) {
        sizes.push_back(limits.runs_max);
        runtime.sleep_ms(limits.runs_max);  // 1 ms a run
        return Result<void>();
    };
    pass(day + 2 * hour);
    ASSERT_FALSE(sizes.empty());
    EXPECT_EQ(sizes.back(), 10);
    EXPECT_TRUE(runs(store::RunStatus::succeeded).empty());
}

TEST_F(RetentionTest, WhatCannotBeTrimmedNowIsTrimmedLater) {
    start(one_set, {.keep = {.runs_ms = day}});
    const std::string run = finished("deal");
    std::vector<std::int64_t> tries;
    store.before_trim = [&](const store::TrimLimits&) -> Result<void> {
        tries.push_back(runtime.monotonic_ms());
        return fail(ErrorCode::store_full, "the disk is full");
    };
    pass(2 * day);
    EXPECT_TRUE(is_there(run));
    ASSERT_GE(tries.size(), 2u);
    EXPECT_GE(tries.back() - tries[tries.size() - 2], 60'000) << "it does not hurry";
    auto other = submit("other");
    ASSERT_TRUE(becomes_quiet());
    EXPECT_TRUE(**other) << "the work goes on";
    store.before_trim = [](const store::TrimLimits&) { return Result<void>(); };
    pass(2 * hour);
    EXPECT_FALSE(is_there(run));
}

TEST_F(RetentionTest, AClockBeforeItsTimeTakesNothing) {
    start(one_set, {.keep = {.runs_ms = 365'000 * day}});
    const std::string run = finished("deal");
    pass(10 * day);
    EXPECT_TRUE(is_there(run));
}

}  // namespace
}  // namespace lockstep::sim
