#include "store/sqlite/writes.h"

#include <array>

#include "store/sqlite/alert_state.h"

namespace lockstep::store::sqlite {

namespace {

/// Says which row a constraint refused.
template <class Changed>
Result<void> about(const Changed& changed, std::string_view what, const std::string& id) {
    if (changed) return {};
    Error error = changed.error();
    if (error.code == ErrorCode::internal) error.message.append(", ").append(what).append(" ").append(id);
    return fail(std::move(error));
}

Result<void> write_row(Database& database, const EventRow& row) {
    const auto changed = database.change(
        "INSERT INTO events (id, flow, key, dedupe_id, trigger_kind, body_json, received_at_ms)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        row.id, row.flow, row.key, row.dedupe_id, row.trigger, row.body_json, row.received_at_ms);
    return about(changed, "event", row.id);
}

#define LS_OF_THE_SAME_RUN " WHERE id = ?1 AND event_id = ?2 AND flow = ?3 AND key = ?4"

/// Tried in this order until one writes the row; all take the same parameters.
constexpr std::array<std::string_view, 3> run_statements = {
    // A run that goes on: what CHECKs and indexes are about stays, and they would cost more than all the rest.
    "UPDATE runs SET reason = ?6, reason_code = ?7, step = ?8, retries = ?9, created_at_ms = ?10, updated_at_ms = ?11,"
    " summary_json = ?13" LS_OF_THE_SAME_RUN " AND status = ?5 AND ended_at_ms = ?12",
    "UPDATE runs SET status = ?5, reason = ?6, reason_code = ?7, step = ?8, retries = ?9, created_at_ms = ?10,"
    " updated_at_ms = ?11, ended_at_ms = ?12, summary_json = ?13" LS_OF_THE_SAME_RUN,
    // A run needs its event; a foreign key would cost a fourth index, in every commit.
    "INSERT INTO runs (id, event_id, flow, key, status, reason, reason_code, step, retries, created_at_ms,"
    " updated_at_ms, ended_at_ms, summary_json)"
    " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13"
    " WHERE EXISTS (SELECT 1 FROM events WHERE id = ?2) ON CONFLICT (id) DO NOTHING",
};

Result<void> write_row(Database& database, const RunRow& row) {
    for (std::string_view sql : run_statements) {
        const auto changed =
            database.change(sql, row.id, row.event_id, row.flow, row.key, to_string(row.status), row.reason, row.reason_code, row.step,
                            row.retries, row.created_at_ms, row.updated_at_ms, row.ended_at_ms, row.summary_json);
        LS_TRY(about(changed, "run", row.id));
        if (*changed == 1) return {};
    }
    return fail(store_error(ErrorCode::internal, database.path(), "a run needs its event, and keeps event, flow and key: run " + row.id));
}

Result<void> write_row(Database& database, const JournalRow& row) {
    const auto changed = database.change(
        "INSERT INTO journal (run_id, seq, at_ms, kind, step, element, attempt, data_json, trace_json)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        row.run_id, row.seq, row.at_ms, row.kind, row.step, row.element, row.attempt, row.data_json, row.trace_json);
    if (changed) return {};
    return about(changed, "journal seq " + std::to_string(row.seq) + " of run", row.run_id);
}

Result<void> write_row(Database& database, const LinkRow& row) {
    const auto changed = database.change(
        "INSERT INTO links (connection, entity, key, value_json, run_id, at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
        " ON CONFLICT (connection, entity, key) DO UPDATE SET value_json = excluded.value_json,"
        " run_id = excluded.run_id, at_ms = excluded.at_ms",
        row.connection, row.entity, row.key, row.value_json, row.run_id, row.at_ms);
    return about(changed, "link", row.key);
}

Result<void> write_row(Database& database, const ScheduleRow& row) {
    const auto changed = database.change(
        "INSERT INTO schedules (flow, trigger_index, expression, last_tick_ms) VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT (flow, trigger_index) DO UPDATE SET expression = excluded.expression,"
        " last_tick_ms = excluded.last_tick_ms",
        row.flow, row.trigger, row.expression, row.last_tick_ms);
    return about(changed, "schedule of flow", row.flow);
}

Result<void> write_row(Database& database, const CursorRow& row) {
    const auto changed = database.change(
        "INSERT INTO cursors (name, value, at_ms) VALUES (?1, ?2, ?3)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value, at_ms = excluded.at_ms",
        row.name, row.value, row.at_ms);
    return about(changed, "cursor", row.name);
}

Result<void> write_row(Database& database, const AlertRow& row) {
    const auto changed = database.change(
        "INSERT INTO alerts (id, cause, text, count, state, attempts, created_at_ms, due_at_ms, error)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
        " ON CONFLICT (id) DO UPDATE SET cause = excluded.cause, text = excluded.text, count = excluded.count,"
        " state = excluded.state, attempts = excluded.attempts, created_at_ms = excluded.created_at_ms,"
        " due_at_ms = excluded.due_at_ms, error = excluded.error",
        row.id, row.cause, row.text, row.count, name_of(row.state), row.attempts, row.created_at_ms, row.due_at_ms, row.error);
    return about(changed, "alert", row.id);
}

Result<void> write_row(Database& database, const TokenRow& row) {
    if (row.sealed.empty()) {
        return about(database.change("DELETE FROM tokens WHERE connection = ?1", row.connection), "token of", row.connection);
    }
    const auto changed = database.change(
        "INSERT INTO tokens (connection, sealed, at_ms) VALUES (?1, ?2, ?3)"
        " ON CONFLICT (connection) DO UPDATE SET sealed = excluded.sealed, at_ms = excluded.at_ms",
        row.connection, row.sealed, row.at_ms);
    return about(changed, "token of", row.connection);
}

Result<void> write_row(Database& database, const AuditRow& row) {
    const auto changed = database.change("INSERT INTO audit (at_ms, actor, action, subject, detail_json) VALUES (?1, ?2, ?3, ?4, ?5)",
                                         row.at_ms, row.actor, row.action, row.subject, row.detail_json);
    return about(changed, "audit row of", row.subject);
}

template <class Row>
Result<void> write_rows(Database& database, const std::vector<Row>& rows) {
    for (const Row& row : rows) LS_TRY(write_row(database, row));
    return {};
}

}  // namespace

Result<void> write(Database& database, const Batch& batch) {
    // Parents first: a run refers to its event, a journal row to its run.
    LS_TRY(write_rows(database, batch.events));
    LS_TRY(write_rows(database, batch.runs));
    LS_TRY(write_rows(database, batch.journal));
    LS_TRY(write_rows(database, batch.links));
    LS_TRY(write_rows(database, batch.schedules));
    LS_TRY(write_rows(database, batch.cursors));
    LS_TRY(write_rows(database, batch.alerts));
    LS_TRY(write_rows(database, batch.tokens));
    return write_rows(database, batch.audit);
}

}  // namespace lockstep::store::sqlite
