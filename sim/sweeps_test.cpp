#include <algorithm>
#include <map>

#include "sim/engine_fixture.h"

namespace lockstep::sim {
namespace {

/// A vendor whose records a sweep reads three a page, and whose triggers never come.
class SweepTest : public EngineTest {
protected:
    struct Record {
        std::int64_t at_ms = 0;
        bool visible = true;
    };
    SweepTest() {
        answer = [this](const std::string& what) { return what.starts_with("b.read ") ? page(what.substr(7)) : made(what); };
    }

    static std::string text(const std::string& more = "") {
        return "flow: test\n"
               "on:\n"
               "  - { webhook: /webhook/test, key: \"${ body.id }\" }\n"
               "  - sweep: 10m\n"
               "    uses: b.read\n"
               "    with: { x: \"${ string(since) + '|' + after }\" }\n"
               "    key: ${ row.id }\n"
               "    position: ${ row.at }\n"
               "    page_rows: 3\n" +
               more +
               "steps:\n"
               "  - { id: one, uses: a.set, with: { x: \"${ key }\" } }\n";
    }

    std::int64_t now() { return runtime.now().ms(); }
    /// A record that was changed so long ago.
    void change(const std::string& id, std::int64_t ago_ms, bool visible = true) { records[id] = {now() - ago_ms, visible}; }

    Result<Value> page(const std::string& input) {
        asked.push_back(input);
        if (vendor_down) return fail(ErrorCode::vendor_unavailable, "down");
        auto bar = input.find('|');
        auto since = parse_timestamp(input.substr(0, bar));
        EXPECT_TRUE(since) << input;
        std::pair<std::int64_t, std::string> last{since->ms(), input.substr(bar + 1)};
        std::vector<std::pair<std::int64_t, std::string>> rows;
        for (const auto& [id, record] : records)
            if (record.visible && std::pair(record.at_ms, id) > last) rows.emplace_back(record.at_ms, id);
        std::sort(rows.begin(), rows.end());
        List list;
        for (std::size_t i = 0; i < std::min<std::size_t>(rows.size(), 3); ++i)
            list.push_back(Map{{"id", rows[i].second}, {"at", format_timestamp(Timestamp::from_ms(rows[i].first))}});
        return Value(std::move(list));
    }
    Result<Value> made(const std::string& what) {
        if (refused.contains(what.substr(6))) return fail(ErrorCode::vendor_rejected, "refused");
        return Value(1);
    }

    /// How often the flow's only step was called for each record.
    std::map<std::string, int> done() const {
        std::map<std::string, int> count;
        for (const auto& call : calls)
            if (call.starts_with("a.set ")) ++count[call.substr(6)];
        return count;
    }
    engine::SweepStatus status() { return engine->status().sweeps.at(0); }
    std::size_t runs_of(const std::string& key) { return store.list_runs({.key = key, .limit = 100})->size(); }

    std::map<std::string, Record> records;
    std::set<std::string> refused;
    std::vector<std::string> asked;
    bool vendor_down = false;
};

constexpr std::int64_t minute = 60'000;

TEST_F(SweepTest, ARecordThatNobodyToldOfIsFoundSoonAfterTheStartAndOnlyOnce) {
    change("lost", 5 * minute);
    start(text());
    pass(1 * minute);
    EXPECT_EQ(done(), (std::map<std::string, int>{{"lost", 1}}));
    pass(300 * minute);
    EXPECT_EQ(done(), (std::map<std::string, int>{{"lost", 1}})) << "its version is known";
    EXPECT_EQ(runs_of("lost"), 1u);
    EXPECT_GE(asked.size(), 20u);
    EXPECT_EQ(status().events, 1u);
    EXPECT_GT(status().complete_ms, now() - 20 * minute);
    auto run = (*store.list_runs({.key = "lost"})).front();
    EXPECT_EQ((*real->load_run(run.id))->event.trigger, "sweep");
}

TEST_F(SweepTest, ARecordThatChangesLaterIsFoundAgainAndOneOfBeforeTheFirstSweepIsNot) {
    change("old", 60 * minute);
    start(text());
    pass(30 * minute);
    EXPECT_TRUE(done().empty()) << "`starts:` does not look so far back";
    change("new", 0);
    pass(30 * minute);
    change("new", 0);
    pass(30 * minute);
    EXPECT_EQ(done(), (std::map<std::string, int>{{"new", 2}}));
}

TEST_F(SweepTest, PagesFullOfOnePositionAreLeftAndNothingIsLostOrDoubled) {
    std::int64_t same = now() - 5 * minute;
    for (int i = 0; i < 20; ++i) records["r" + std::to_string(100 + i)] = {same, true};
    start(text("    budget: 2\n"));
    pass(1 * minute);
    EXPECT_EQ(asked.size(), 2u) << "the budget of one go";
    EXPECT_EQ(done().size(), 6u);
    pass(60 * minute);
    EXPECT_EQ(done().size(), 20u);
    for (const auto& [id, times] : done()) EXPECT_EQ(times, 1) << id;
}

TEST_F(SweepTest, EventsAndCursorAreOneCommitAndACrashBetweenLosesAndDoublesNothing) {
    for (int i = 0; i < 7; ++i) change("r" + std::to_string(i), (10 - i) * minute / 2);
    int pages = 0;
    store.before_commit = [&](const store::Batch& batch) -> Result<void> {
        bool of_sweep = std::any_of(batch.events.begin(), batch.events.end(), [](const auto& event) { return event.trigger == "sweep"; });
        EXPECT_TRUE(!of_sweep || batch.cursors.size() == 1);
        if (!batch.cursors.empty() && of_sweep) ++pages;
        return {};
    };
    int crashes = 0;
    for (int at = 1; at <= 4; ++at) {
        // The process ends instead of the page's commit, then right after it.
        for (bool after : {false, true}) {
            bool crash = false;
            start(text());
            auto seen = pages;
            auto before = store.before_commit;
            store.before_commit = [&, before](const store::Batch& batch) -> Result<void> {
                LS_TRY(before(batch));
                if (pages == seen + 1 && !crash) {
                    crash = true;
                    if (!after) return fail(ErrorCode::store_full, "it never came to the disk");
                }
                return {};
            };
            (void)runtime.run_until([&] { return crash; }, runtime.monotonic_ms() + minute);
            crashes += crash ? 1 : 0;
            kill();
            store.before_commit = before;
        }
    }
    EXPECT_GE(crashes, 3);
    start(text());
    pass(60 * minute);
    for (int i = 0; i < 7; ++i) EXPECT_EQ(runs_of("r" + std::to_string(i)), 1u) << i;
}

TEST_F(SweepTest, WhatIsVisibleLateIsFoundWithinTheOverlap) {
    start(text("    overlap: 15m\n"));
    pass(5 * minute);
    change("late", 1 * minute, false);
    change("early", 0);
    pass(12 * minute);
    EXPECT_EQ(done(), (std::map<std::string, int>{{"early", 1}}));
    records["late"].visible = true;
    pass(12 * minute);
    EXPECT_EQ(done(), (std::map<std::string, int>{{"early", 1}, {"late", 1}}));
}

TEST_F(SweepTest, AnOutageOfDaysCostsTimeOnly) {
    change("first", 2 * minute);
    start(text());
    pass(10 * minute);
    vendor_down = true;
    for (int i = 0; i < 30; ++i) {
        change("r" + std::to_string(100 + i), 0);
        pass(100 * minute);
        if (i % 10 == 5) {
            kill();
            start(text());
        }
    }
    EXPECT_FALSE(status().error.empty());
    EXPECT_GT(status().failing_since_ms, 0);
    EXPECT_LT(asked.size(), 700u) << "it is tried again at growing distances, at most as often as when all is well";
    vendor_down = false;
    pass(60 * minute);
    EXPECT_EQ(done().size(), 31u);
    for (const auto& [id, times] : done()) EXPECT_EQ(times, 1) << id;
    EXPECT_TRUE(status().error.empty());
}

TEST_F(SweepTest, WhatIsParkedIsAPersonsAndDoesNotGoRound) {
    refused = {"bad"};
    change("bad", 5 * minute);
    start(text());
    pass(1 * minute);
    ASSERT_EQ(runs(store::RunStatus::parked).size(), 1u);
    for (int i = 0; i < 10; ++i) {
        change("bad", 0);  // the note that it is parked changes the record itself
        pass(20 * minute);
    }
    EXPECT_EQ(runs_of("bad"), 1u);
    engine->drop(runs(store::RunStatus::parked)[0].id, "not wanted", "test", [](Result<void> done) { EXPECT_TRUE(done); });
    pass(60 * minute);
    EXPECT_EQ(runs_of("bad"), 1u) << "what a person gave up stays so";
    refused.clear();
    change("bad", 0);
    pass(60 * minute);
    EXPECT_EQ(runs_of("bad"), 2u) << "until it changes";
}

TEST_F(SweepTest, ARecordThatChangesWhileItsRunIsUnderWayHasOneMoreRunBehindIt) {
    call_ms = 60 * minute;
    start(text());
    (void)submit("busy");
    pass(1'000);
    call_ms = 10;
    for (int i = 0; i < 5; ++i) {
        change("busy", 0);
        pass(11 * minute);
    }
    EXPECT_EQ(runs(store::RunStatus::running).size(), 1u);
    EXPECT_EQ(runs(store::RunStatus::waiting).size(), 1u) << "which will read the record as it is then";
    pass(120 * minute);
    EXPECT_LE(runs_of("busy"), 3u);
}

TEST_F(SweepTest, StopsWhileNoMoreEventsFit) {
    for (int i = 0; i < 9; ++i) change("r" + std::to_string(i), 5 * minute);
    call_ms = 3 * minute;
    concurrency = 1;
    start(text(), {.active_runs_max = 1, .backlog_max = 6});
    pass(30 * minute);
    EXPECT_LE(engine->status().waiting, 6u);
    pass(240 * minute);
    EXPECT_EQ(done().size(), 9u);
    for (const auto& [id, times] : done()) EXPECT_EQ(times, 1) << id;
}

TEST_F(SweepTest, ARowThatMakesNoSenseKeepsNoOtherBack) {
    records["bad"] = {now() - 5 * minute, true};
    change("good", 5 * minute);
    auto table = answer;
    answer = [table](const std::string& what) -> Result<Value> {
        auto rows = table(what);
        if (rows && rows->is_list())
            for (Value& row : rows->mutable_list())
                if (row["id"].text() == "bad") row.mutable_map().set("id", Value(List{1}));
        return rows;
    };
    start(text());
    pass(30 * minute);
    EXPECT_EQ(done(), (std::map<std::string, int>{{"good", 1}}));
    EXPECT_GE(status().rows_refused, 1u);
    EXPECT_NE(status().refused.find("key"), std::string::npos) << status().refused;
}

TEST_F(SweepTest, CanBeMadeAtOnceAndBeSwitchedOff) {
    start(text());
    pass(5 * minute);
    change("new", 20'000);
    auto before = asked.size();
    std::optional<Result<void>> told;
    engine->sweep("test", [&](Result<void> result) { told = std::move(result); });
    pass(1'000);
    EXPECT_TRUE(told && *told);
    EXPECT_GT(asked.size(), before);
    EXPECT_EQ(done().size(), 1u);
    engine->sweep("other", [&](Result<void> result) { told = std::move(result); });
    pass(1'000);
    EXPECT_EQ(told->error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace lockstep::sim
