#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "store/store_contract.h"

/// What every store must do, through the public interface alone.
namespace lockstep::store {
namespace {

using namespace contract;

TEST_P(StoreContract, IsEmptyAtFirst) {
    EXPECT_TRUE(store_->open_runs("", 10)->empty());
    EXPECT_TRUE(store_->list_runs({})->empty());
    EXPECT_FALSE(store_->load_run("r1")->has_value());
    EXPECT_FALSE(store_->event_by_dedupe_id("deal-closed", "d1")->has_value());
    EXPECT_FALSE(store_->find_link("sap", "A_BusinessPartner", "006A")->has_value());
    EXPECT_TRUE(store_->schedules()->empty());
    EXPECT_FALSE(store_->cursor("c")->has_value());
    EXPECT_TRUE(store_->open_alerts(10)->empty());
    EXPECT_FALSE(store_->token("sap")->has_value());
    EXPECT_TRUE(store_->audit("r1", 10)->empty());
    EXPECT_EQ(store_->status_counts()->parked, 0);
    EXPECT_TRUE(store_->parked_causes("", 10)->empty());
    EXPECT_EQ(*store_->trim({.ended_before_ms = 1, .journal_before_ms = 1, .audit_before_ms = 1}), 0);
    EXPECT_TRUE(store_->ping());
}

TEST_P(StoreContract, AnEmptyBatchIsCommitted) { EXPECT_TRUE(store_->commit({})); }

TEST_P(StoreContract, ARunIsLoadedWithItsEventAndJournalAsWritten) {
    RunRow written = run("r1", RunStatus::parked);
    written.reason = "Müller & Söhne: no email";
    written.reason_code = "requirement_failed";
    written.step = "invoice";
    written.retries = 3;
    written.summary_json = R"({"order":"4711"})";
    Batch batch = whole(written);
    JournalRow second = fact("r1", 2);
    second.step = "invoice";
    second.element = 7;
    second.attempt = 2;
    second.data_json = R"({"total":"12.50"})";
    second.trace_json = "POST /invoices";
    batch.journal = {second, fact("r1", 1)};
    commit(batch);

    const auto loaded = store_->load_run("r1");
    ASSERT_TRUE(loaded && *loaded);
    const RunRow& row = (*loaded)->run;
    EXPECT_EQ(row.event_id, "er1");
    EXPECT_EQ(row.flow, "deal-closed");
    EXPECT_EQ(row.key, "006A");
    EXPECT_EQ(row.status, RunStatus::parked);
    EXPECT_EQ(row.reason, written.reason);
    EXPECT_EQ(row.reason_code, "requirement_failed");
    EXPECT_EQ(row.step, "invoice");
    EXPECT_EQ(row.retries, 3);
    EXPECT_EQ(row.created_at_ms, 1700000000200);
    EXPECT_EQ(row.updated_at_ms, 1700000000300);
    EXPECT_EQ(row.ended_at_ms, 1700000000400);
    EXPECT_EQ(row.summary_json, written.summary_json);

    const EventRow& its_event = (*loaded)->event;
    EXPECT_EQ(its_event.id, "er1");
    EXPECT_EQ(its_event.trigger, "webhook");
    EXPECT_EQ(its_event.body_json, R"({"opportunityId":"006A"})");
    EXPECT_EQ(its_event.received_at_ms, 1700000000123);

    ASSERT_EQ((*loaded)->journal.size(), 2u);
    EXPECT_EQ((*loaded)->journal[0].seq, 1);
    EXPECT_EQ((*loaded)->journal[0].element, -1);
    const JournalRow& found = (*loaded)->journal[1];
    EXPECT_EQ(found.run_id, "r1");
    EXPECT_EQ(found.seq, 2);
    EXPECT_EQ(found.at_ms, 1700000000502);
    EXPECT_EQ(found.kind, "intended");
    EXPECT_EQ(found.step, "invoice");
    EXPECT_EQ(found.element, 7);
    EXPECT_EQ(found.attempt, 2);
    EXPECT_EQ(found.data_json, second.data_json);
    EXPECT_EQ(found.trace_json, "POST /invoices");
}

TEST_P(StoreContract, TextsKeepEveryByte) {
    Batch batch = whole(run("r1"));
    batch.events[0].body_json = std::string("a\0b\xff'\"", 6) + std::string(1 << 20, 'x');
    commit(batch);
    EXPECT_EQ((*store_->load_run("r1"))->event.body_json, batch.events[0].body_json);
}

TEST_P(StoreContract, AJournalBelongsToItsRunAlone) {
    Batch batch = several({run("r1"), run("r10")});
    batch.journal = {fact("r1", 1), fact("r10", 1), fact("r10", 2)};
    commit(batch);
    EXPECT_EQ((*store_->load_run("r1"))->journal.size(), 1u);
    EXPECT_EQ((*store_->load_run("r10"))->journal.size(), 2u);
}

TEST_P(StoreContract, ARunIsReplacedById) {
    commit(whole(run("r1")));
    RunRow later = run("r1", RunStatus::skipped);
    later.reason = "already synced";
    later.updated_at_ms = 1700000009999;
    commit({.runs = {later}});
    const auto rows = store_->list_runs({});
    ASSERT_EQ(rows->size(), 1u);
    EXPECT_EQ((*rows)[0].status, RunStatus::skipped);
    EXPECT_EQ((*rows)[0].reason, "already synced");
    EXPECT_EQ((*rows)[0].updated_at_ms, 1700000009999);
}

TEST_P(StoreContract, ARunThatGoesOnIsReplacedInAllItsWordsAndNumbers) {
    commit(whole(run("r1", RunStatus::running)));
    RunRow later = run("r1", RunStatus::running);
    later.reason = "tries again at noon";
    later.reason_code = "unreachable";
    later.step = "create_order";
    later.retries = 7;
    later.created_at_ms = 1700000000001;
    later.updated_at_ms = 1700000009999;
    later.summary_json = "{}";
    commit({.runs = {later}});
    const auto row = (*store_->load_run("r1"))->run;
    EXPECT_EQ(row.status, RunStatus::running);
    EXPECT_EQ(row.reason, "tries again at noon");
    EXPECT_EQ(row.reason_code, "unreachable");
    EXPECT_EQ(row.step, "create_order");
    EXPECT_EQ(row.summary_json, "{}");
    EXPECT_EQ(row.retries, 7);
    EXPECT_EQ(row.created_at_ms, 1700000000001);
    EXPECT_EQ(row.updated_at_ms, 1700000009999);
    EXPECT_EQ(row.ended_at_ms, later.ended_at_ms);
}

TEST_P(StoreContract, ARunMayEndAnewInTheSameStatus) {
    RunRow row = run("r1", RunStatus::parked);
    row.ended_at_ms = 5;
    commit(whole(row));
    row.ended_at_ms = 6;
    commit({.runs = {row}});
    EXPECT_EQ((*store_->load_run("r1"))->run.ended_at_ms, 6);
}

TEST_P(StoreContract, TheLastOfTwoVersionsInOneBatchStays) {
    Batch batch = whole(run("r1"));
    batch.runs.push_back(run("r1", RunStatus::running));
    commit(batch);
    EXPECT_EQ((*store_->load_run("r1"))->run.status, RunStatus::running);
}

TEST_P(StoreContract, ARunKeepsItsEventFlowAndKey) {
    commit(several({run("r1"), run("r2")}));
    EXPECT_EQ(refusal({.runs = {run("r1", RunStatus::running, "payment")}}), ErrorCode::internal);
    EXPECT_EQ(refusal({.runs = {run("r1", RunStatus::running, "deal-closed", "006B")}}), ErrorCode::internal);
    RunRow of_other_event = run("r1");
    of_other_event.event_id = "er2";
    EXPECT_EQ(refusal({.runs = {of_other_event}}), ErrorCode::internal);
    EXPECT_EQ((*store_->load_run("r1"))->run.status, RunStatus::waiting);
}

TEST_P(StoreContract, ARunWithoutItsEventIsRefused) {
    EXPECT_EQ(refusal({.runs = {run("r1")}}), ErrorCode::internal);
    EXPECT_TRUE(store_->list_runs({})->empty());
}

TEST_P(StoreContract, AJournalRowWithoutItsRunIsRefused) { EXPECT_EQ(refusal({.journal = {fact("r1", 1)}}), ErrorCode::internal); }

TEST_P(StoreContract, ASecondJournalRowOfOneSeqIsRefusedAndNamed) {
    Batch batch = whole(run("r1"));
    batch.journal = {fact("r1", 1)};
    commit(batch);
    const auto again = store_->commit({.journal = {fact("r1", 1)}});
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::internal);
    EXPECT_NE(again.error().message.find("seq 1 of run r1"), std::string::npos) << again.error().message;
}

TEST_P(StoreContract, ARefusedBatchHasChangedNothing) {
    Batch first = whole(run("r1"));
    first.journal = {fact("r1", 1)};
    commit(first);

    Batch second = whole(run("r2"));
    second.runs.push_back(run("r1", RunStatus::running));
    second.cursors = {{"c", "1", 1}};
    second.journal = {fact("r2", 1), fact("r1", 1)};
    EXPECT_EQ(refusal(second), ErrorCode::internal);
    EXPECT_EQ(listed({}), Ids{"r1"});
    EXPECT_EQ((*store_->load_run("r1"))->run.status, RunStatus::waiting);
    EXPECT_FALSE(store_->cursor("c")->has_value());

    second.journal.pop_back();
    commit(second);
    EXPECT_EQ(listed({}), (Ids{"r2", "r1"}));
}

TEST_P(StoreContract, ADedupeIdIsUniqueWithinItsFlow) {
    commit({.events = {event("e1", "d1")}});
    EXPECT_EQ(refusal({.events = {event("e2", "d1")}}), ErrorCode::internal);
    EventRow elsewhere = event("e3", "d1");
    elsewhere.flow = "payment";
    commit({.events = {elsewhere}});
    EXPECT_EQ((*store_->event_by_dedupe_id("deal-closed", "d1"))->id, "e1");
    EXPECT_EQ((*store_->event_by_dedupe_id("payment", "d1"))->id, "e3");
    EXPECT_FALSE(store_->event_by_dedupe_id("inventory", "d1")->has_value());
}

TEST_P(StoreContract, EventsWithoutDedupeIdAreNeverDuplicates) {
    commit({.events = {event("e1"), event("e2")}});
    EXPECT_FALSE(store_->event_by_dedupe_id("deal-closed", "")->has_value());
}

TEST_P(StoreContract, OpenRunsComeInOrderOfTheirIdsWhateverTheirStatus) {
    commit(several({run("r5", RunStatus::waiting), run("r1", RunStatus::running), run("r3", RunStatus::waiting),
                    run("r2", RunStatus::parked), run("r4", RunStatus::running), run("r6", RunStatus::succeeded),
                    run("r7", RunStatus::skipped), run("r8", RunStatus::dropped)}));
    EXPECT_EQ(open_ids("", 10), (Ids{"r1", "r3", "r4", "r5"}));
    EXPECT_EQ(open_ids("", 3), (Ids{"r1", "r3", "r4"}));
    EXPECT_EQ(open_ids("r4", 3), Ids{"r5"});
    EXPECT_EQ(open_ids("r5", 3), Ids{});
    EXPECT_EQ(open_ids("", 0), Ids{});
    EXPECT_EQ((*store_->open_runs("", 1))[0].status, RunStatus::running);
    EXPECT_EQ((*store_->open_runs("", 1))[0].key, "006A");
    EXPECT_EQ((*store_->open_runs("", 1))[0].flow, "deal-closed");
}

TEST_P(StoreContract, ARunThatEndsIsNoLongerOpenAndAReplayedOneIsAgain) {
    commit(whole(run("r1")));
    commit({.runs = {run("r1", RunStatus::parked)}});
    EXPECT_EQ(open_ids("", 10), Ids{});
    commit({.runs = {run("r1", RunStatus::running)}});
    EXPECT_EQ(open_ids("", 10), Ids{"r1"});
}

TEST_P(StoreContract, RunsAreListedNewestFirstByEveryFilter) {
    commit(several({run("r1", RunStatus::succeeded, "deal-closed", "k1"), run("r2", RunStatus::parked, "payment", "k1"),
                    run("r3", RunStatus::succeeded, "payment", "k2"), run("r4", RunStatus::waiting, "payment", "k1"),
                    run("r5", RunStatus::parked, "deal-closed", "k2")}));
    EXPECT_EQ(listed({}), (Ids{"r5", "r4", "r3", "r2", "r1"}));
    EXPECT_EQ(listed({.limit = 2}), (Ids{"r5", "r4"}));
    EXPECT_EQ(listed({.limit = 0}), Ids{});
    EXPECT_EQ(listed({.before_id = "r3"}), (Ids{"r2", "r1"}));
    EXPECT_EQ(listed({.ended_only = true}), (Ids{"r5", "r3", "r2", "r1"}));
    EXPECT_EQ(listed({.status = RunStatus::parked}), (Ids{"r5", "r2"}));
    EXPECT_EQ(listed({.status = RunStatus::succeeded}), (Ids{"r3", "r1"}));
    EXPECT_EQ(listed({.status = RunStatus::dropped}), Ids{});
    EXPECT_EQ(listed({.flow = "payment"}), (Ids{"r4", "r3", "r2"}));
    EXPECT_EQ(listed({.flow = "no-such"}), Ids{});
    EXPECT_EQ(listed({.key = "k1"}), (Ids{"r4", "r2", "r1"}));
    EXPECT_EQ(listed({.status = RunStatus::parked, .flow = "payment"}), Ids{"r2"});
    EXPECT_EQ(listed({.status = RunStatus::succeeded, .flow = "payment"}), Ids{"r3"});
    EXPECT_EQ(listed({.flow = "payment", .key = "k1"}), (Ids{"r4", "r2"}));
    EXPECT_EQ(listed({.status = RunStatus::parked, .flow = "payment", .key = "k1"}), Ids{"r2"});
    EXPECT_EQ(listed({.flow = "payment", .before_id = "r4", .ended_only = true, .limit = 1}), Ids{"r3"});
}

TEST_P(StoreContract, RunsAreListedByStepCauseAndFromTheOldest) {
    const auto parked_at = [](const std::string& id, const std::string& step, const std::string& code) {
        RunRow row = run(id, RunStatus::parked);
        row.step = step;
        row.reason_code = code;
        return row;
    };
    commit(several({parked_at("r1", "invoice", "vendor_rejected"), parked_at("r2", "order", "vendor_rejected"), run("r3"),
                    parked_at("r4", "invoice", "not_found"), parked_at("r5", "invoice", "vendor_rejected")}));
    EXPECT_EQ(listed({.step = "invoice"}), (Ids{"r5", "r4", "r1"}));
    EXPECT_EQ(listed({.reason_code = "vendor_rejected"}), (Ids{"r5", "r2", "r1"}));
    EXPECT_EQ(listed({.status = RunStatus::parked, .step = "invoice", .reason_code = "vendor_rejected"}), (Ids{"r5", "r1"}));
    EXPECT_EQ(listed({.step = "no-such"}), Ids{});
    EXPECT_EQ(listed({.oldest_first = true}), (Ids{"r1", "r2", "r3", "r4", "r5"}));
    EXPECT_EQ(listed({.limit = 2, .after_id = "r2", .oldest_first = true}), (Ids{"r3", "r4"}));
    EXPECT_EQ(listed({.before_id = "r4", .after_id = "r1"}), (Ids{"r3", "r2"}));
    EXPECT_EQ(listed({.limit = 1, .after_id = "r3"}), Ids{"r5"});
    EXPECT_EQ(listed({.status = RunStatus::parked, .after_id = "r1", .oldest_first = true}), (Ids{"r2", "r4", "r5"}));
    EXPECT_EQ(listed({.flow = "deal-closed", .key = "006A", .after_id = "r4", .oldest_first = true}), Ids{"r5"});
}

RunRow parked(const std::string& id, const std::string& flow, const std::string& code, std::int64_t ended_at_ms) {
    RunRow row = run(id, RunStatus::parked, flow);
    row.step = "invoice";
    row.reason_code = code;
    row.reason = code + " of " + id;
    row.ended_at_ms = ended_at_ms;
    return row;
}

TEST_P(StoreContract, ParkedRunsAreGroupedByCauseMostFrequentFirst) {
    RunRow elsewhere = parked("r6", "deal-closed", "not_found", 70);
    elsewhere.step = "order";
    commit(several({parked("r1", "deal-closed", "not_found", 30), parked("r2", "deal-closed", "vendor_rejected", 10),
                    parked("r3", "payment", "vendor_rejected", 40), parked("r4", "deal-closed", "vendor_rejected", 50),
                    parked("r5", "deal-closed", "vendor_rejected", 20), elsewhere, run("r7", RunStatus::succeeded)}));
    const auto causes = store_->parked_causes("", 10);
    ASSERT_TRUE(causes) << causes.error().to_text();
    ASSERT_EQ(causes->size(), 4u);
    const ParkedCause& most = (*causes)[0];
    EXPECT_EQ(most.flow, "deal-closed");
    EXPECT_EQ(most.step, "invoice");
    EXPECT_EQ(most.reason_code, "vendor_rejected");
    EXPECT_EQ(most.count, 3);
    EXPECT_EQ(most.first_parked_ms, 10);
    EXPECT_EQ(most.last_parked_ms, 50);
    EXPECT_EQ(most.newest_run_id, "r5");
    EXPECT_EQ(most.reason, "vendor_rejected of r5");
    EXPECT_EQ((*causes)[1].newest_run_id, "r6") << "of causes as frequent, the newest first";
    EXPECT_EQ((*causes)[2].newest_run_id, "r3");
    EXPECT_EQ((*causes)[3].newest_run_id, "r1");

    EXPECT_EQ(store_->parked_causes("", 1)->size(), 1u);
    EXPECT_EQ(store_->parked_causes("", 0)->size(), 0u);
    ASSERT_EQ(store_->parked_causes("payment", 10)->size(), 1u);
    EXPECT_EQ((*store_->parked_causes("payment", 10))[0].count, 1);
    EXPECT_TRUE(store_->parked_causes("no-such", 10)->empty());
}

TEST_P(StoreContract, ManyRunsAreLoadedInTheOrderAskedFor) {
    Batch batch = several({run("r1"), run("r2", RunStatus::running), run("r3", RunStatus::parked)});
    batch.journal = {fact("r2", 1), fact("r2", 2), fact("r3", 1)};
    batch.journal[1].data_json = "{\"total\":1}";
    batch.journal[1].trace_json = "POST /invoices";
    batch.events[2].body_json = "{\"x\":1}";
    commit(batch);
    const auto loaded = store_->load_runs({"r3", "gone", "r2", "r1"});
    ASSERT_TRUE(loaded) << loaded.error().to_text();
    ASSERT_EQ(loaded->size(), 3u);
    EXPECT_EQ((*loaded)[0].run.id, "r3");
    EXPECT_EQ((*loaded)[0].run.status, RunStatus::parked);
    EXPECT_EQ((*loaded)[0].event.body_json, "{\"x\":1}");
    EXPECT_EQ((*loaded)[0].journal.size(), 1u);
    EXPECT_EQ((*loaded)[1].run.id, "r2");
    ASSERT_EQ((*loaded)[1].journal.size(), 2u);
    EXPECT_EQ((*loaded)[1].journal[1].seq, 2);
    EXPECT_EQ((*loaded)[1].journal[1].data_json, "{\"total\":1}");
    EXPECT_EQ((*loaded)[1].journal[1].trace_json, "") << "only for people";
    EXPECT_EQ((*loaded)[2].run.id, "r1");
    EXPECT_TRUE((*loaded)[2].journal.empty());
    EXPECT_TRUE(store_->load_runs({})->empty());
}

TEST_P(StoreContract, AFilterTakesAnyTextAsAText) {
    commit(whole(run("r1", RunStatus::waiting, "deal-closed", "x' OR '1'='1")));
    EXPECT_EQ(listed({.key = "x' OR '1'='1"}), Ids{"r1"});
    EXPECT_EQ(listed({.key = "' OR '1'='1"}), Ids{});
}

TEST_P(StoreContract, EveryStatusIsCounted) {
    commit(several({run("r1", RunStatus::waiting), run("r2", RunStatus::running), run("r3", RunStatus::running),
                    run("r4", RunStatus::succeeded), run("r5", RunStatus::skipped), run("r6", RunStatus::parked),
                    run("r7", RunStatus::dropped), run("r8", RunStatus::dropped)}));
    const auto counts = store_->status_counts();
    ASSERT_TRUE(counts);
    EXPECT_EQ(counts->waiting, 1);
    EXPECT_EQ(counts->running, 2);
    EXPECT_EQ(counts->succeeded, 1);
    EXPECT_EQ(counts->skipped, 1);
    EXPECT_EQ(counts->parked, 1);
    EXPECT_EQ(counts->dropped, 2);
}

TEST_P(StoreContract, ALinkIsReplacedByItsThreeNames) {
    commit({.links = {{"sap", "A_BusinessPartner", "001", "\"17\"", "r1", 5}}});
    commit({.links = {{"sap", "A_BusinessPartner", "001", "\"18\"", "r2", 6}, {"sap", "A_SalesOrder", "001", "1", "r1", 7}}});
    const auto found = store_->find_link("sap", "A_BusinessPartner", "001");
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->connection, "sap");
    EXPECT_EQ((*found)->entity, "A_BusinessPartner");
    EXPECT_EQ((*found)->key, "001");
    EXPECT_EQ((*found)->value_json, "\"18\"");
    EXPECT_EQ((*found)->run_id, "r2");
    EXPECT_EQ((*found)->at_ms, 6);
    EXPECT_EQ((*store_->find_link("sap", "A_SalesOrder", "001"))->value_json, "1");
    EXPECT_FALSE(store_->find_link("zoho", "A_SalesOrder", "001")->has_value());
}

TEST_P(StoreContract, SchedulesAreReplacedByFlowAndTrigger) {
    commit({.schedules = {{"inventory", 1, "0 * * * * UTC", 100}, {"inventory", 0, "5 * * * * UTC", 200}}});
    commit({.schedules = {{"inventory", 1, "0 * * * * UTC", 300}}});
    const auto all = store_->schedules();
    ASSERT_EQ(all->size(), 2u);
    EXPECT_EQ((*all)[0].trigger, 0);
    EXPECT_EQ((*all)[0].expression, "5 * * * * UTC");
    EXPECT_EQ((*all)[1].flow, "inventory");
    EXPECT_EQ((*all)[1].last_tick_ms, 300);
}

TEST_P(StoreContract, ACursorIsReplacedByItsName) {
    commit({.cursors = {{"accounts", "2026-01-01", 1}}});
    commit({.cursors = {{"accounts", "2026-01-02", 2}}});
    const auto found = store_->cursor("accounts");
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->name, "accounts");
    EXPECT_EQ((*found)->value, "2026-01-02");
    EXPECT_EQ((*found)->at_ms, 2);
}

TEST_P(StoreContract, OpenAlertsComeOldestFirstUntilTheyAreSentOrFailed) {
    AlertRow late{.id = "a1", .cause = "sap down", .text = "SAP is down", .count = 4, .created_at_ms = 20, .due_at_ms = 30};
    AlertRow early{.id = "a2",
                   .cause = "no email",
                   .text = "no email",
                   .state = AlertState::sending,
                   .attempts = 2,
                   .created_at_ms = 10,
                   .due_at_ms = 40,
                   .error = "429"};
    commit({.alerts = {late, early}});
    const auto open = store_->open_alerts(10);
    ASSERT_EQ(open->size(), 2u);
    EXPECT_EQ((*open)[0].id, "a2");
    EXPECT_EQ((*open)[0].state, AlertState::sending);
    EXPECT_EQ((*open)[0].attempts, 2);
    EXPECT_EQ((*open)[0].error, "429");
    EXPECT_EQ((*open)[0].due_at_ms, 40);
    EXPECT_EQ((*open)[1].cause, "sap down");
    EXPECT_EQ((*open)[1].text, "SAP is down");
    EXPECT_EQ((*open)[1].count, 4);
    EXPECT_EQ((*open)[1].created_at_ms, 20);
    EXPECT_EQ(store_->open_alerts(1)->size(), 1u);

    early.state = AlertState::sent;
    late.state = AlertState::failed;
    commit({.alerts = {early, late}});
    EXPECT_TRUE(store_->open_alerts(10)->empty());
}

TEST_P(StoreContract, ATokenIsReplacedAndDeletedByAnEmptyOne) {
    commit({.tokens = {{"sap", "sealed-1", 1}}});
    commit({.tokens = {{"sap", "sealed-2", 2}}});
    const auto found = store_->token("sap");
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->sealed, "sealed-2");
    EXPECT_EQ((*found)->at_ms, 2);
    commit({.tokens = {{"sap", "", 3}, {"never-there", "", 3}}});
    EXPECT_FALSE(store_->token("sap")->has_value());
}

TEST_P(StoreContract, TheAuditTrailOfASubjectComesNewestFirst) {
    commit({.audit = {{10, "cli", "replay", "r1", "{}"}, {10, "api", "drop", "r1", "{\"why\":1}"}, {11, "cli", "drop", "r2", "{}"}}});
    const auto rows = store_->audit("r1", 10);
    ASSERT_EQ(rows->size(), 2u);
    EXPECT_EQ((*rows)[0].action, "drop");
    EXPECT_EQ((*rows)[0].actor, "api");
    EXPECT_EQ((*rows)[0].at_ms, 10);
    EXPECT_EQ((*rows)[0].subject, "r1");
    EXPECT_EQ((*rows)[0].detail_json, "{\"why\":1}");
    EXPECT_EQ((*rows)[1].action, "replay");
    EXPECT_EQ(store_->audit("r1", 1)->size(), 1u);
}

TEST_P(StoreContract, ReopenedItFindsEverythingIfItIsDurable) {
    Batch batch = whole(run("r1", RunStatus::running));
    batch.events[0].dedupe_id = "d1";
    batch.journal = {fact("r1", 1)};
    batch.links = {{"sap", "A_SalesOrder", "001", "1", "r1", 7}};
    batch.schedules = {{"inventory", 0, "0 * * * * UTC", 100}};
    batch.cursors = {{"accounts", "x", 1}};
    batch.alerts = {{.id = "a1", .cause = "c", .text = "t"}};
    batch.tokens = {{"sap", "sealed", 1}};
    batch.audit = {{1, "cli", "replay", "r1", "{}"}};
    commit(batch);
    reopen();
    if (!GetParam().durable) {
        EXPECT_TRUE(listed({}).empty());
        return;
    }
    EXPECT_EQ(open_ids("", 10), Ids{"r1"});
    EXPECT_EQ((*store_->load_run("r1"))->journal.size(), 1u);
    EXPECT_TRUE(store_->event_by_dedupe_id("deal-closed", "d1")->has_value());
    EXPECT_TRUE(store_->find_link("sap", "A_SalesOrder", "001")->has_value());
    EXPECT_EQ(store_->schedules()->size(), 1u);
    EXPECT_TRUE(store_->cursor("accounts")->has_value());
    EXPECT_EQ(store_->open_alerts(10)->size(), 1u);
    EXPECT_TRUE(store_->token("sap")->has_value());
    EXPECT_EQ(store_->audit("r1", 10)->size(), 1u);
    EXPECT_EQ(store_->status_counts()->running, 1);
}

/// Writes `count` facts of one run, a commit each.
void write_facts(Store& store, const std::string& run_id, int count) {
    for (int seq = 1; seq <= count; ++seq) {
        const auto done = store.commit({.journal = {fact(run_id, seq)}});
        EXPECT_TRUE(done) << done.error().to_text();
    }
}

TEST_P(StoreContract, ManyThreadsMayWriteAndReadAtOnce) {
    constexpr int writers = 3, facts = 50;
    commit(several({run("r0"), run("r1"), run("r2")}));
    std::atomic<bool> done = false;
    std::atomic<int> backwards = 0;
    auto read = [&] {
        for (std::size_t seen = 0; !done;) {
            const auto loaded = store_->load_run("r0");
            const std::size_t now = loaded && *loaded ? (*loaded)->journal.size() : 0;
            if (now < seen) ++backwards;
            seen = now;
        }
    };
    std::vector<std::thread> reading, writing;
    for (int i = 0; i < 6; ++i) reading.emplace_back(read);
    for (int i = 0; i < writers; ++i) {
        writing.emplace_back([&, i] { write_facts(*store_, "r" + std::to_string(i), facts); });
    }
    for (auto& thread : writing) thread.join();
    done = true;
    for (auto& thread : reading) thread.join();
    EXPECT_EQ(backwards, 0);
    for (int i = 0; i < writers; ++i) {
        EXPECT_EQ((*store_->load_run("r" + std::to_string(i)))->journal.size(), static_cast<std::size_t>(facts));
    }
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreContract, testing::ValuesIn(backends), [](const auto& instance) { return instance.param.name; });

TEST(Batch, AppendMovesEverythingBehindWhatIsThere) {
    Batch first = whole(run("r1"));
    Batch second = whole(run("r2"));
    second.journal = {fact("r2", 1)};
    second.links = {{"sap", "A", "1", "1", "r1", 7}};
    second.schedules = {{"inventory", 0, "", 100}};
    second.cursors = {{"c", "x", 1}};
    second.alerts = {{.id = "a1"}};
    second.tokens = {{"sap", "sealed", 1}};
    second.audit = {{1, "cli", "replay", "r1", "{}"}};
    first.append(std::move(second));
    ASSERT_EQ(first.runs.size(), 2u);
    EXPECT_EQ(first.runs[1].id, "r2");
    EXPECT_EQ(first.events[1].id, "er2");
    EXPECT_EQ(first.journal.size() + first.links.size() + first.schedules.size() + first.cursors.size() + first.alerts.size() +
                  first.tokens.size() + first.audit.size(),
              7u);
}

TEST(Batch, IsEmptyOnlyWithoutAnyRow) {
    EXPECT_TRUE(Batch().empty());
    EXPECT_FALSE(whole(run("r1")).empty());
    EXPECT_FALSE((Batch{.audit = {{1, "cli", "replay", "r1", "{}"}}}).empty());
}

TEST(RunStatus, NamesAreReadBack) {
    for (const char* name : {"waiting", "running", "succeeded", "skipped", "parked", "dropped"}) {
        const auto status = run_status_from(name);
        ASSERT_TRUE(status) << name;
        EXPECT_EQ(to_string(*status), name);
    }
    EXPECT_FALSE(run_status_from("done"));
    EXPECT_FALSE(run_status_from(""));
}

}  // namespace
}  // namespace lockstep::store
