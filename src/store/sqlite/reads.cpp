#include "store/sqlite/reads.h"

#include <algorithm>

#include "store/sqlite/alert_state.h"

namespace lockstep::store::sqlite {

namespace {

/// The columns of each row in the order in which its `…_from` function takes them.
#define LS_EVENT_COLUMNS "e.id, e.flow, e.key, e.dedupe_id, e.trigger_kind, e.body_json, e.received_at_ms"
#define LS_RUN_COLUMNS                                                                                         \
    "r.id, r.event_id, r.flow, r.key, r.status, r.reason, r.reason_code, r.step, r.retries, r.created_at_ms, " \
    "r.updated_at_ms, r.ended_at_ms, r.summary_json"
#define LS_JOURNAL_SQL(trace)                                                    \
    "SELECT run_id, seq, at_ms, kind, step, element, attempt, data_json, " trace \
    " FROM journal"                                                              \
    " WHERE run_id = ?1 ORDER BY seq"
constexpr int run_columns = 13;

EventRow event_from(const Query& row, int first) {
    return EventRow{.id = row.text(first),
                    .flow = row.text(first + 1),
                    .key = row.text(first + 2),
                    .dedupe_id = row.text(first + 3),
                    .trigger = row.text(first + 4),
                    .body_json = row.text(first + 5),
                    .received_at_ms = row.integer(first + 6)};
}

RunStatus status_from(const Query& row, int column) {
    // A name that the table's CHECK does not allow is damage; as parked it is shown to a person and not carried out.
    return run_status_from(row.text(column)).value_or(RunStatus::parked);
}

RunRow run_from(const Query& row) {
    return RunRow{.id = row.text(0),
                  .event_id = row.text(1),
                  .flow = row.text(2),
                  .key = row.text(3),
                  .status = status_from(row, 4),
                  .reason = row.text(5),
                  .reason_code = row.text(6),
                  .step = row.text(7),
                  .retries = static_cast<int>(row.integer(8)),
                  .created_at_ms = row.integer(9),
                  .updated_at_ms = row.integer(10),
                  .ended_at_ms = row.integer(11),
                  .summary_json = row.text(12)};
}

JournalRow journal_from(const Query& row) {
    return JournalRow{.run_id = row.text(0),
                      .seq = row.integer(1),
                      .at_ms = row.integer(2),
                      .kind = row.text(3),
                      .step = row.text(4),
                      .element = static_cast<int>(row.integer(5)),
                      .attempt = static_cast<int>(row.integer(6)),
                      .data_json = row.text(7),
                      .trace_json = row.text(8)};
}

AlertState alert_state_from(const std::string& name) {
    const auto found = std::find(alert_state_names.begin(), alert_state_names.end(), name);
    return found == alert_state_names.end() ? AlertState::failed : static_cast<AlertState>(found - alert_state_names.begin());
}

AlertRow alert_from(const Query& row) {
    return AlertRow{.id = row.text(0),
                    .cause = row.text(1),
                    .text = row.text(2),
                    .count = row.integer(3),
                    .state = alert_state_from(row.text(4)),
                    .attempts = static_cast<int>(row.integer(5)),
                    .created_at_ms = row.integer(6),
                    .due_at_ms = row.integer(7),
                    .error = row.text(8)};
}

LinkRow link_from(const Query& row) {
    return LinkRow{.connection = row.text(0),
                   .entity = row.text(1),
                   .key = row.text(2),
                   .value_json = row.text(3),
                   .run_id = row.text(4),
                   .at_ms = row.integer(5)};
}

ScheduleRow schedule_from(const Query& row) {
    return ScheduleRow{
        .flow = row.text(0), .trigger = static_cast<int>(row.integer(1)), .expression = row.text(2), .last_tick_ms = row.integer(3)};
}

CursorRow cursor_from(const Query& row) { return {row.text(0), row.text(1), row.integer(2)}; }
TokenRow token_from(const Query& row) { return {row.text(0), row.text(1), row.integer(2)}; }
OpenRun open_run_from(const Query& row) { return {row.text(0), row.text(1), row.text(2), status_from(row, 3)}; }

AuditRow audit_from(const Query& row) {
    return AuditRow{
        .at_ms = row.integer(0), .actor = row.text(1), .action = row.text(2), .subject = row.text(3), .detail_json = row.text(4)};
}

template <class Row>
Result<std::vector<Row>> every(Result<Query> query, Row (*read)(const Query&)) {
    if (!query) return fail(std::move(query).error());
    std::vector<Row> rows;
    for (;;) {
        LS_TRY_ASSIGN(const bool more, query->next());
        if (!more) return rows;
        rows.push_back(read(*query));
    }
}

template <class Row>
Result<std::optional<Row>> first(Result<Query> query, Row (*read)(const Query&)) {
    if (!query) return fail(std::move(query).error());
    LS_TRY_ASSIGN(const bool found, query->next());
    if (!found) return std::optional<Row>();
    return std::optional<Row>(read(*query));
}

EventRow lone_event_from(const Query& row) { return event_from(row, 0); }

LoadedRun run_and_event_from(const Query& row) {
    return LoadedRun{.run = run_from(row), .event = event_from(row, run_columns), .journal = {}};
}

/// The caller holds the transaction.
Result<std::optional<LoadedRun>> read_run_within(Database& database, const std::string& id, std::string_view journal_sql) {
    constexpr auto sql =
        "SELECT " LS_RUN_COLUMNS ", " LS_EVENT_COLUMNS " FROM runs AS r JOIN events AS e ON e.id = r.event_id WHERE r.id = ?1";
    LS_TRY_ASSIGN(auto loaded, first(database.query(sql, id), run_and_event_from));
    if (!loaded) return loaded;
    LS_TRY_ASSIGN(loaded->journal, every(database.query(journal_sql, id), journal_from));
    return loaded;
}

ParkedCause cause_from(const Query& row) {
    return ParkedCause{.flow = row.text(0),
                       .step = row.text(1),
                       .reason_code = row.text(2),
                       .count = row.integer(3),
                       .first_parked_ms = row.integer(4),
                       .last_parked_ms = row.integer(5),
                       .newest_run_id = row.text(6),
                       .reason = row.text(7)};
}

int at_least_zero(int limit) { return std::max(limit, 0); }

/// The index is named, so that the plan never depends on statistics. The order is that of selectivity: a key has few
/// runs, and of the statuses only the good endings have many.
/// Step and reason have no index of their own: they are asked of parked runs, and those are few.
std::string_view index_for(const RunFilter& filter) {
    if (!filter.key.empty()) return " INDEXED BY runs_by_key";
    const bool many = filter.status == RunStatus::succeeded || filter.status == RunStatus::skipped;
    if (filter.status && (!many || filter.flow.empty())) return " INDEXED BY runs_by_status";
    if (!filter.flow.empty()) return " INDEXED BY runs_by_flow";
    return "";
}

std::string list_sql(const RunFilter& filter) {
    std::string sql = "SELECT " LS_RUN_COLUMNS " FROM runs AS r";
    sql += index_for(filter);
    sql += " WHERE true";
    if (filter.status) sql += " AND r.status = ?1";
    if (!filter.flow.empty()) sql += " AND r.flow = ?2";
    if (!filter.key.empty()) sql += " AND r.key = ?3";
    if (!filter.before_id.empty()) sql += " AND r.id < ?4";
    if (!filter.after_id.empty()) sql += " AND r.id > ?5";
    if (!filter.step.empty()) sql += " AND r.step = ?6";
    if (!filter.reason_code.empty()) sql += " AND r.reason_code = ?7";
    if (filter.ended_only) sql += " AND r.ended_at_ms > 0";
    sql += filter.oldest_first ? " ORDER BY r.id" : " ORDER BY r.id DESC";
    return sql + " LIMIT ?8";
}

std::int64_t* count_of(StatusCounts& counts, RunStatus status) {
    switch (status) {
        case RunStatus::waiting:
            return &counts.waiting;
        case RunStatus::running:
            return &counts.running;
        case RunStatus::succeeded:
            return &counts.succeeded;
        case RunStatus::skipped:
            return &counts.skipped;
        case RunStatus::parked:
            return &counts.parked;
        case RunStatus::dropped:
            return &counts.dropped;
    }
    return &counts.parked;
}

}  // namespace

Result<std::optional<EventRow>> read_event(Database& database, const std::string& flow, const std::string& dedupe_id) {
    if (dedupe_id.empty()) return std::optional<EventRow>();
    return first(database.query("SELECT " LS_EVENT_COLUMNS " FROM events AS e"
                                " WHERE e.flow = ?1 AND e.dedupe_id = ?2 AND e.dedupe_id <> ''",
                                flow, dedupe_id),
                 lone_event_from);
}

Result<std::vector<OpenRun>> read_open_runs(Database& database, const std::string& after_id, int limit) {
    // Two walks over `runs_by_status`, merged in order of id: nothing is sorted, however many runs are open.
    return every(database.query("SELECT id, flow, key, status FROM runs WHERE status = 'waiting' AND id > ?1"
                                " UNION ALL"
                                " SELECT id, flow, key, status FROM runs WHERE status = 'running' AND id > ?1"
                                " ORDER BY id LIMIT ?2",
                                after_id, at_least_zero(limit)),
                 open_run_from);
}

Result<std::optional<LoadedRun>> read_run(Database& database, const std::string& id) {
    LS_TRY_ASSIGN(Transaction snapshot, Transaction::begin(database, Transaction::Kind::read));
    return read_run_within(database, id, LS_JOURNAL_SQL("trace_json"));
}

Result<std::vector<LoadedRun>> read_whole_runs(Database& database, const std::vector<std::string>& ids) {
    // Statements that stay prepared cost less here than one with a list: no list is made, parsed or sorted by.
    LS_TRY_ASSIGN(Transaction snapshot, Transaction::begin(database, Transaction::Kind::read));
    std::vector<LoadedRun> all;
    all.reserve(ids.size());
    for (const std::string& id : ids) {
        LS_TRY_ASSIGN(auto loaded, read_run_within(database, id, LS_JOURNAL_SQL("''")));
        if (loaded) all.push_back(*std::move(loaded));
    }
    return all;
}

Result<std::vector<RunRow>> read_runs(Database& database, const RunFilter& filter) {
    const std::string_view status = filter.status ? to_string(*filter.status) : std::string_view();
    return every(database.query(list_sql(filter), status, filter.flow, filter.key, filter.before_id, filter.after_id, filter.step,
                                filter.reason_code, at_least_zero(filter.limit)),
                 run_from);
}

Result<StatusCounts> read_status_counts(Database& database) {
    LS_TRY_ASSIGN(Query query, database.query("SELECT status, count(*) FROM runs GROUP BY status"));
    StatusCounts counts;
    for (;;) {
        LS_TRY_ASSIGN(const bool more, query.next());
        if (!more) return counts;
        *count_of(counts, status_from(query, 0)) += query.integer(1);
    }
}

Result<std::vector<ParkedCause>> read_parked_causes(Database& database, const std::string& flow, int limit) {
    // Only parked runs are walked, and those wait for a person: there are few.
    return every(
        database.query("WITH causes AS ("
                       "SELECT flow, step, reason_code, count(*) AS runs, min(ended_at_ms) AS first_ms, max(ended_at_ms) AS last_ms,"
                       " max(id) AS newest FROM runs INDEXED BY runs_by_status WHERE status = 'parked' AND (?1 = '' OR flow = ?1)"
                       " GROUP BY flow, step, reason_code)"
                       "SELECT c.flow, c.step, c.reason_code, c.runs, c.first_ms, c.last_ms, c.newest, r.reason"
                       " FROM causes AS c CROSS JOIN runs AS r ON r.id = c.newest"
                       " ORDER BY c.runs DESC, c.newest DESC LIMIT ?2",
                       flow, at_least_zero(limit)),
        cause_from);
}

Result<StoreSize> read_size(Database& database) {
    LS_TRY_ASSIGN(const std::int64_t page_bytes, database.number("PRAGMA page_size"));
    LS_TRY_ASSIGN(const std::int64_t pages, database.number("PRAGMA page_count"));
    LS_TRY_ASSIGN(const std::int64_t free_pages, database.number("PRAGMA freelist_count"));
    return StoreSize{.bytes = pages * page_bytes, .free_bytes = free_pages * page_bytes};
}

Result<std::optional<LinkRow>> read_link(Database& database, const std::string& connection, const std::string& entity,
                                         const std::string& key) {
    return first(database.query("SELECT connection, entity, key, value_json, run_id, at_ms FROM links"
                                " WHERE connection = ?1 AND entity = ?2 AND key = ?3",
                                connection, entity, key),
                 link_from);
}

Result<std::vector<ScheduleRow>> read_schedules(Database& database) {
    return every(database.query("SELECT flow, trigger_index, expression, last_tick_ms FROM schedules"
                                " ORDER BY flow, trigger_index"),
                 schedule_from);
}

Result<std::optional<CursorRow>> read_cursor(Database& database, const std::string& name) {
    return first(database.query("SELECT name, value, at_ms FROM cursors WHERE name = ?1", name), cursor_from);
}

Result<std::vector<AlertRow>> read_open_alerts(Database& database, int limit) {
    return every(database.query("SELECT id, cause, text, count, state, attempts, created_at_ms, due_at_ms, error"
                                " FROM alerts INDEXED BY alerts_open WHERE state IN ('pending', 'sending')"
                                " ORDER BY created_at_ms, id LIMIT ?1",
                                at_least_zero(limit)),
                 alert_from);
}

Result<std::optional<TokenRow>> read_token(Database& database, const std::string& connection) {
    return first(database.query("SELECT connection, sealed, at_ms FROM tokens WHERE connection = ?1", connection), token_from);
}

Result<std::vector<AuditRow>> read_audit(Database& database, const std::string& subject, int limit) {
    if (subject.empty())
        return every(database.query("SELECT at_ms, actor, action, subject, detail_json FROM audit ORDER BY number DESC LIMIT ?1",
                                    at_least_zero(limit)),
                     audit_from);
    return every(database.query("SELECT at_ms, actor, action, subject, detail_json"
                                " FROM audit INDEXED BY audit_by_subject WHERE subject = ?1"
                                " ORDER BY number DESC LIMIT ?2",
                                subject, at_least_zero(limit)),
                 audit_from);
}

}  // namespace lockstep::store::sqlite
