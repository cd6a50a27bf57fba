#include <gtest/gtest.h>

#include "store/store_contract.h"

/// What trimming takes and what it leaves.
namespace lockstep::store {
namespace {

using namespace contract;

class StoreTrim : public StoreContract {
protected:
    /// A run with a dedupe id and two facts that ended at `ended_at_ms`.
    void add(const std::string& id, RunStatus status, std::int64_t ended_at_ms) {
        RunRow row = run(id, status);
        row.ended_at_ms = ended_at_ms;
        Batch batch = whole(row);
        batch.events[0].dedupe_id = "d" + id;
        batch.journal = {fact(id, 1), fact(id, 2)};
        commit(batch);
    }
    std::int64_t trimmed(const TrimLimits& limits) {
        const auto runs = store_->trim(limits);
        EXPECT_TRUE(runs) << runs.error().to_text();
        return runs.value_or(-1);
    }
    std::size_t journal_of(const std::string& id) { return (*store_->load_run(id))->journal.size(); }
    bool is_duplicate(const std::string& id) { return store_->event_by_dedupe_id("deal-closed", "d" + id)->has_value(); }
};

TEST_P(StoreTrim, RunsThatEndedBeforeTheLimitGoWithJournalAndEvent) {
    add("r1", RunStatus::succeeded, 10);
    add("r2", RunStatus::skipped, 99);
    add("r3", RunStatus::dropped, 50);
    add("r4", RunStatus::succeeded, 100);
    EXPECT_EQ(trimmed({.ended_before_ms = 100}), 3);
    EXPECT_EQ(listed({}), Ids{"r4"});
    for (const char* id : {"r1", "r2", "r3"}) {
        EXPECT_FALSE(store_->load_run(id)->has_value()) << id;
        EXPECT_FALSE(is_duplicate(id)) << id;
        EXPECT_TRUE(store_->commit(whole(run(id)))) << "run, event and journal are gone: their ids are free, " << id;
        EXPECT_EQ(journal_of(id), 0u);
    }
    EXPECT_EQ(journal_of("r4"), 2u);
    EXPECT_TRUE(is_duplicate("r4"));
    EXPECT_EQ(trimmed({.ended_before_ms = 100}), 0);
}

TEST_P(StoreTrim, WhatIsOpenOrParkedStaysHoweverOldItIs) {
    add("r1", RunStatus::waiting, 0);
    add("r2", RunStatus::running, 0);
    add("r3", RunStatus::parked, 10);
    add("r4", RunStatus::running, 10);  // replayed: it has ended once
    EXPECT_EQ(trimmed({.ended_before_ms = 1'000'000, .journal_before_ms = 1'000'000}), 0);
    for (const char* id : {"r1", "r2", "r3", "r4"}) {
        EXPECT_EQ(journal_of(id), 2u) << id;
        EXPECT_TRUE(is_duplicate(id)) << id;
    }
}

TEST_P(StoreTrim, AParkedRunMayGoOnceItIsDropped) {
    add("r1", RunStatus::parked, 10);
    RunRow dropped = run("r1", RunStatus::dropped);
    dropped.ended_at_ms = 200;
    commit({.runs = {dropped}});
    EXPECT_EQ(trimmed({.ended_before_ms = 100}), 0) << "its end counts, not that of its first try";
    EXPECT_EQ(trimmed({.ended_before_ms = 201}), 1);
    EXPECT_EQ(listed({}), Ids{});
}

TEST_P(StoreTrim, TheJournalMayGoBeforeItsRun) {
    add("r1", RunStatus::succeeded, 10);
    add("r2", RunStatus::succeeded, 60);
    EXPECT_EQ(trimmed({.ended_before_ms = 5, .journal_before_ms = 50}), 1);
    EXPECT_EQ(listed({}), (Ids{"r2", "r1"}));
    EXPECT_EQ(journal_of("r1"), 0u);
    EXPECT_EQ(journal_of("r2"), 2u);
    EXPECT_TRUE(is_duplicate("r1")) << "what comes again is still known";
    EXPECT_EQ(trimmed({.ended_before_ms = 5, .journal_before_ms = 50}), 0) << "a journal goes once";
    EXPECT_EQ(trimmed({.ended_before_ms = 50, .journal_before_ms = 50}), 1);
    EXPECT_EQ(listed({}), Ids{"r2"});
}

TEST_P(StoreTrim, TakesTheOldestEndsFirstAndNoMoreThanAskedFor) {
    for (const auto& [id, ended] : {std::pair("r1", 40), std::pair("r2", 10), std::pair("r3", 30), std::pair("r4", 20)})
        add(id, RunStatus::succeeded, ended);
    EXPECT_EQ(trimmed({.ended_before_ms = 100, .runs_max = 0}), 0);
    EXPECT_EQ(trimmed({.ended_before_ms = 100, .runs_max = -1}), 0);
    EXPECT_EQ(trimmed({.ended_before_ms = 25, .journal_before_ms = 100, .runs_max = 3}), 3);
    EXPECT_EQ(listed({}), (Ids{"r3", "r1"}));
    EXPECT_EQ(journal_of("r3"), 0u);
    EXPECT_EQ(journal_of("r1"), 2u);
    EXPECT_EQ(trimmed({.ended_before_ms = 100, .runs_max = 1}), 1);
    EXPECT_EQ(trimmed({.ended_before_ms = 100, .runs_max = 1}), 1);
    EXPECT_EQ(trimmed({.ended_before_ms = 100, .runs_max = 1}), 0);
}

TEST_P(StoreTrim, NoLimitsMeanThatEverythingIsKept) {
    add("r1", RunStatus::succeeded, 10);
    commit({.alerts = {{.id = "a1", .cause = "c", .text = "t", .state = AlertState::sent}}, .audit = {{1, "cli", "drop", "r1", "{}"}}});
    EXPECT_EQ(trimmed({}), 0);
    EXPECT_EQ(journal_of("r1"), 2u);
    EXPECT_EQ(store_->audit("r1", 10)->size(), 1u);
}

TEST_P(StoreTrim, AlertsThatAreDoneWithGoAndOpenOnesStay) {
    const auto alert = [](const std::string& id, AlertState state, std::int64_t at_ms) {
        return AlertRow{.id = id, .cause = "c", .text = "t", .state = state, .created_at_ms = at_ms};
    };
    commit({.alerts = {alert("a1", AlertState::sent, 10), alert("a2", AlertState::pending, 10), alert("a3", AlertState::failed, 10),
                       alert("a4", AlertState::sending, 10), alert("a5", AlertState::sent, 100)}});
    EXPECT_EQ(trimmed({.ended_before_ms = 100}), 0) << "it counts runs";
    EXPECT_EQ(store_->open_alerts(10)->size(), 2u);
    // The ids of those that went are free: an alert in their place is a new one.
    commit({.alerts = {alert("a1", AlertState::pending, 1), alert("a3", AlertState::pending, 1)}});
    EXPECT_EQ(store_->open_alerts(10)->size(), 4u);
}

TEST_P(StoreTrim, AuditEntriesHaveALimitOfTheirOwn) {
    commit({.audit = {{10, "cli", "replay", "r1", "{}"}, {20, "cli", "drop", "r1", "{}"}, {30, "cli", "drop", "r1", "{}"}}});
    (void)trimmed({.ended_before_ms = 100, .journal_before_ms = 100});
    EXPECT_EQ(store_->audit("r1", 10)->size(), 3u);
    (void)trimmed({.audit_before_ms = 30});
    ASSERT_EQ(store_->audit("r1", 10)->size(), 1u);
    EXPECT_EQ((*store_->audit("r1", 10))[0].at_ms, 30);
}

TEST_P(StoreTrim, LinksTokensSchedulesAndCursorsStay) {
    add("r1", RunStatus::succeeded, 10);
    commit({.links = {{"sap", "A_SalesOrder", "001", "1", "r1", 7}},
            .schedules = {{"inventory", 0, "0 * * * * UTC", 1}},
            .cursors = {{"accounts", "x", 1}},
            .tokens = {{"sap", "sealed", 1}}});
    EXPECT_EQ(trimmed({.ended_before_ms = 100, .journal_before_ms = 100, .audit_before_ms = 100}), 1);
    EXPECT_TRUE(store_->find_link("sap", "A_SalesOrder", "001")->has_value());
    EXPECT_EQ(store_->schedules()->size(), 1u);
    EXPECT_TRUE(store_->cursor("accounts")->has_value());
    EXPECT_TRUE(store_->token("sap")->has_value());
}

TEST_P(StoreTrim, WhatItFreesIsUsedAgain) {
    const auto fill = [&](const std::string& prefix) {
        for (int i = 0; i < 100; ++i) {
            RunRow row = run(prefix + std::to_string(i), RunStatus::succeeded);
            Batch batch = whole(row);
            batch.journal = {fact(row.id, 1)};
            batch.journal[0].trace_json = std::string(5000, 'x');
            commit(batch);
        }
    };
    fill("a");
    const auto full = *store_->size();
    EXPECT_GT(full.bytes, 500'000);
    EXPECT_EQ(trimmed({.ended_before_ms = 1'800'000'000'000}), 100);
    EXPECT_GT(store_->size()->free_bytes, 400'000);
    fill("b");
    EXPECT_LT(store_->size()->bytes, full.bytes + full.bytes / 20);
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreTrim, testing::ValuesIn(backends), [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace lockstep::store
