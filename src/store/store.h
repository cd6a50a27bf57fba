#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

/// The durable state: events, runs, their journal, links, schedules, cursors, alerts, tokens and the audit trail.
/// The schema is described in `docs/store.md`. All times are milliseconds since 1970 UTC.
namespace lockstep::store {

/// waiting → running → succeeded | skipped | parked;  parked → running (replay) | dropped
enum class RunStatus : std::uint8_t { waiting, running, succeeded, skipped, parked, dropped };
std::string_view to_string(RunStatus status);
std::optional<RunStatus> run_status_from(std::string_view name);

struct EventRow {
    std::string id;  ///< sortable id
    std::string flow;
    std::string key;        ///< the record it is about
    std::string dedupe_id;  ///< empty: none; otherwise unique per flow
    std::string trigger;    ///< `webhook`, `manual`, `schedule`, `outbound_message`, …
    std::string body_json;
    std::int64_t received_at_ms = 0;
};

struct RunRow {
    std::string id;  ///< sortable id; runs of one key are carried out in the order of their ids
    std::string event_id;
    std::string flow;
    std::string key;
    RunStatus status = RunStatus::waiting;
    std::string reason;       ///< why parked, skipped or dropped; why it waits while retrying; one sentence
    std::string reason_code;  ///< error code or step id: the cause that parked runs are grouped by
    std::string step;         ///< the step that parked it
    int retries = 0;
    std::int64_t created_at_ms = 0;
    std::int64_t updated_at_ms = 0;
    std::int64_t ended_at_ms = 0;  ///< 0 while open
    std::string summary_json;      ///< what the flow reports at its end (`report:`), for /health and lists
};

/// One fact of a run's history; never changed once written.
struct JournalRow {
    std::string run_id;
    std::int64_t seq = 0;  ///< 1, 2, 3 … within the run; unique
    std::int64_t at_ms = 0;
    std::string kind;  ///< see flow/run_state.h
    std::string step;  ///< empty for facts about the whole run
    int element = -1;  ///< index within a for_each, else -1
    int attempt = 0;
    std::string data_json;   ///< what later decisions need: input, output, error
    std::string trace_json;  ///< what was said to the vendor, redacted: for people only
};

/// Which record in one system is which record in another; also where an effect that was made is found again.
struct LinkRow {
    std::string connection;  ///< `sap`
    std::string entity;      ///< `API_BUSINESS_PARTNER/A_BusinessPartner`
    std::string key;         ///< the link key: the other side's id, or the unique value
    std::string value_json;  ///< what the action returned
    std::string run_id;
    std::int64_t at_ms = 0;
};

struct ScheduleRow {
    std::string flow;
    int trigger = 0;                ///< index within the flow's `on:`
    std::string expression;         ///< cron text and zone, to notice a change
    std::int64_t last_tick_ms = 0;  ///< the newest tick an event was made for
};

struct CursorRow {
    std::string name;
    std::string value;
    std::int64_t at_ms = 0;
};

enum class AlertState : std::uint8_t { pending, sending, sent, failed };
struct AlertRow {
    std::string id;
    std::string cause;  ///< alerts of one cause within the window are one message
    std::string text;
    std::int64_t count = 1;  ///< how many happenings the message stands for
    AlertState state = AlertState::pending;
    int attempts = 0;
    std::int64_t created_at_ms = 0;
    std::int64_t due_at_ms = 0;
    std::string error;
};

/// A vendor's access token, sealed by the vault; the store never sees it in the clear.
struct TokenRow {
    std::string connection;
    std::string sealed;
    std::int64_t at_ms = 0;
};

struct AuditRow {
    std::int64_t at_ms = 0;
    std::string actor;    ///< `cli`, `api`, …
    std::string action;   ///< `replay`, `drop`, …
    std::string subject;  ///< run id
    std::string detail_json;
};

/// Everything one decision (or many) makes durable; all or nothing.
struct Batch {
    std::vector<EventRow> events;        ///< insert
    std::vector<RunRow> runs;            ///< insert or replace by id; the event must be there, and event, flow and key stay
    std::vector<JournalRow> journal;     ///< insert
    std::vector<LinkRow> links;          ///< insert or replace by (connection, entity, key)
    std::vector<ScheduleRow> schedules;  ///< insert or replace by (flow, trigger)
    std::vector<CursorRow> cursors;      ///< insert or replace by name
    std::vector<AlertRow> alerts;        ///< insert or replace by id
    std::vector<TokenRow> tokens;        ///< insert or replace by connection; an empty `sealed` deletes
    std::vector<AuditRow> audit;         ///< insert

    bool empty() const;
    /// Moves everything of `other` behind what is here.
    void append(Batch&& other);
};

struct RunFilter {
    std::optional<RunStatus> status;
    std::string flow;       ///< empty: any
    std::string key;        ///< empty: any
    std::string before_id;  ///< only runs older than this id
    bool ended_only = false;
    int limit = 50;
    std::string step;           ///< empty: any
    std::string reason_code;    ///< empty: any
    std::string after_id;       ///< only runs newer than this id
    bool oldest_first = false;  ///< else newest first
};

/// Parked runs that one thing holds up: those of one flow that parked at one step for one reason.
struct ParkedCause {
    std::string flow, step, reason_code;
    std::int64_t count = 0;
    std::int64_t first_parked_ms = 0, last_parked_ms = 0;
    std::string newest_run_id;
    std::string reason;  ///< the newest one's
};

struct LoadedRun {
    RunRow run;
    EventRow event;
    std::vector<JournalRow> journal;
};
struct OpenRun {
    std::string id, flow, key;
    RunStatus status;
};
struct StatusCounts {
    std::int64_t waiting = 0, running = 0, succeeded = 0, skipped = 0, parked = 0, dropped = 0;
};

/// What may go. 0: nothing for this reason.
struct TrimLimits {
    std::int64_t ended_before_ms = 0;    ///< runs that ended before go whole, and so do alerts that are done with
    std::int64_t journal_before_ms = 0;  ///< runs that ended before lose their journal; run and event stay
    int runs_max = 200;                  ///< at most so many runs in one go, and of alerts and audit entries as many again
    std::int64_t audit_before_ms = 0;    ///< audit entries before go
};

struct StoreSize {
    std::int64_t bytes = 0;       ///< the database
    std::int64_t free_bytes = 0;  ///< of those: freed, used again by what comes next
    std::int64_t log_bytes = 0;   ///< the write-ahead log beside it
};

/// One store for one engine. Reads may run beside the one writer.
/// Errors of every operation: `store_locked`, `store_read_only`, `store_full`, `store_corrupt`, `store_failed`; each
/// message names the file and what to do.
/// Threads: any; `commit` callers are served one at a time.
class Store {
public:
    virtual ~Store() = default;

    /// Writes the batch in one transaction and returns when it is on disk. A failed commit has changed nothing and may
    /// be tried again. Errors: also `internal` if a journal seq or an event's dedupe id exists already, a run's event
    /// or a journal row's run does not, or a replaced run has another event, flow or key.
    virtual Result<void> commit(const Batch& batch) = 0;

    virtual Result<std::optional<EventRow>> event_by_dedupe_id(const std::string& flow, const std::string& dedupe_id) = 0;
    /// Waiting and running runs in order of id, after `after_id`.
    virtual Result<std::vector<OpenRun>> open_runs(const std::string& after_id, int limit) = 0;
    virtual Result<std::optional<LoadedRun>> load_run(const std::string& id) = 0;
    /// Many runs from one state, in the order of `ids`, without those that are gone. Their journals are without traces,
    /// which are large and only for people.
    virtual Result<std::vector<LoadedRun>> load_runs(const std::vector<std::string>& ids) = 0;
    virtual Result<std::vector<RunRow>> list_runs(const RunFilter& filter) = 0;
    virtual Result<StatusCounts> status_counts() = 0;
    /// Most frequent first; an empty `flow` means all.
    virtual Result<std::vector<ParkedCause>> parked_causes(const std::string& flow, int limit) = 0;
    virtual Result<std::optional<LinkRow>> find_link(const std::string& connection, const std::string& entity, const std::string& key) = 0;
    virtual Result<std::vector<ScheduleRow>> schedules() = 0;
    virtual Result<std::optional<CursorRow>> cursor(const std::string& name) = 0;
    /// Alerts that are not sent or failed, oldest first.
    virtual Result<std::vector<AlertRow>> open_alerts(int limit) = 0;
    virtual Result<std::optional<TokenRow>> token(const std::string& connection) = 0;
    /// What was done to the subject (empty: to any), newest first.
    virtual Result<std::vector<AuditRow>> audit(const std::string& subject, int limit) = 0;
    /// Deletes, in one transaction, what the limits let go: runs that succeeded, were skipped or dropped, oldest end first,
    /// with journal and event. What waits, runs or is parked stays, and so do links, tokens, schedules and cursors.
    /// Returns how many runs it touched; 0: nothing is left to do.
    virtual Result<std::int64_t> trim(const TrimLimits& limits) = 0;
    virtual Result<StoreSize> size() = 0;
    /// Whether the database answers, for /readyz.
    virtual Result<void> ping() = 0;
};

struct SqliteOptions {
    std::string path;         ///< created if absent; `:memory:` for tests
    bool read_only = false;   ///< for `lockstep runs` beside a running engine; does not take the engine's lock
    int lock_wait_ms = 5000;  ///< how long a commit waits for another program that writes to the file
};
/// Opens the database, takes its lock (one engine a file), runs the missing migrations.
/// Errors: also `store_from_future`.
Result<std::unique_ptr<Store>> open_sqlite(const SqliteOptions& options);

}  // namespace lockstep::store
