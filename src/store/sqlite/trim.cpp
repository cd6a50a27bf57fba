#include "store/sqlite/trim.h"

#include <algorithm>

namespace lockstep::store::sqlite {

namespace {

struct ClosedRun {
    std::string id, event_id;
};

/// What is open or parked is not in this index, and so cannot be reached from here.
constexpr std::string_view closed_before =
    "SELECT id, event_id FROM runs INDEXED BY runs_closed WHERE journal_kept = ?1 AND ended_at_ms < ?2"
    " AND status IN ('succeeded', 'skipped', 'dropped') ORDER BY ended_at_ms LIMIT ?3";

Result<std::vector<ClosedRun>> find_closed(Database& database, bool journal_kept, std::int64_t before_ms, std::size_t runs_max) {
    LS_TRY_ASSIGN(Query query, database.query(closed_before, journal_kept ? 1 : 0, before_ms, runs_max));
    std::vector<ClosedRun> runs;
    for (;;) {
        LS_TRY_ASSIGN(const bool more, query.next());
        if (!more) return runs;
        runs.push_back({query.text(0), query.text(1)});
    }
}

/// The journal goes with its run, by the foreign key.
Result<void> delete_whole(Database& database, const std::vector<ClosedRun>& runs) {
    for (const ClosedRun& run : runs) {
        LS_TRY(database.change("DELETE FROM runs WHERE id = ?1", run.id));
        LS_TRY(database.change("DELETE FROM events WHERE id = ?1", run.event_id));
    }
    return {};
}

Result<void> delete_journals(Database& database, const std::vector<ClosedRun>& runs) {
    for (const ClosedRun& run : runs) {
        LS_TRY(database.change("DELETE FROM journal WHERE run_id = ?1", run.id));
        LS_TRY(database.change("UPDATE runs SET journal_kept = 0 WHERE id = ?1", run.id));
    }
    return {};
}

Result<std::int64_t> trim_runs(Database& database, const TrimLimits& limits) {
    const auto runs_max = static_cast<std::size_t>(std::max(limits.runs_max, 0));
    std::size_t touched = 0;
    for (const bool journal_kept : {false, true}) {
        LS_TRY_ASSIGN(const auto old, find_closed(database, journal_kept, limits.ended_before_ms, runs_max - touched));
        LS_TRY(delete_whole(database, old));
        touched += old.size();
    }
    LS_TRY_ASSIGN(const auto old, find_closed(database, true, limits.journal_before_ms, runs_max - touched));
    LS_TRY(delete_journals(database, old));
    return static_cast<std::int64_t>(touched + old.size());
}

/// Neither has an index by time: both grow in the order of time, so only the oldest rows need a look.
Result<void> trim_messages(Database& database, const TrimLimits& limits) {
    const int rows_max = std::max(limits.runs_max, 0);
    LS_TRY(
        database.change("DELETE FROM alerts WHERE id IN (SELECT id FROM"
                        " (SELECT id, state, created_at_ms FROM alerts ORDER BY id LIMIT ?2)"
                        " WHERE state IN ('sent', 'failed') AND created_at_ms < ?1)",
                        limits.ended_before_ms, rows_max));
    LS_TRY(
        database.change("DELETE FROM audit WHERE number IN (SELECT number FROM"
                        " (SELECT number, at_ms FROM audit ORDER BY number LIMIT ?2) WHERE at_ms < ?1)",
                        limits.audit_before_ms, rows_max));
    return {};
}

Result<std::vector<std::string>> tables_youngest_first(Database& database) {
    LS_TRY_ASSIGN(Query query, database.query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'"
                                              " ORDER BY rowid DESC"));
    std::vector<std::string> names;
    for (;;) {
        LS_TRY_ASSIGN(const bool more, query.next());
        if (!more) return names;
        names.push_back(query.text(0));
    }
}

}  // namespace

Result<std::int64_t> trim(Database& database, const TrimLimits& limits) {
    LS_TRY_ASSIGN(Transaction transaction, Transaction::begin(database, Transaction::Kind::write));
    LS_TRY_ASSIGN(const std::int64_t runs, trim_runs(database, limits));
    LS_TRY(trim_messages(database, limits));
    LS_TRY(transaction.commit());
    return runs;
}

Result<void> delete_all_rows(Database& database) {
    // Children before their parents: so the foreign keys stay on, and with them the statements stay prepared.
    LS_TRY_ASSIGN(const auto names, tables_youngest_first(database));
    LS_TRY_ASSIGN(Transaction transaction, Transaction::begin(database, Transaction::Kind::write));
    for (const auto& name : names) LS_TRY(database.change("DELETE FROM " + name));
    return transaction.commit();
}

}  // namespace lockstep::store::sqlite
