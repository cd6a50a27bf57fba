R"sql(
-- The text columns hold '' for "none", never NULL. Times are milliseconds since 1970 UTC. Ids are sortable texts.
-- docs/store.md says what each table is for and why it is laid out so.

CREATE TABLE events (
    id             TEXT    NOT NULL PRIMARY KEY CHECK (id <> ''),
    flow           TEXT    NOT NULL,
    key            TEXT    NOT NULL,
    dedupe_id      TEXT    NOT NULL,
    trigger_kind   TEXT    NOT NULL,
    body_json      TEXT    NOT NULL,
    received_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX events_by_dedupe_id ON events (flow, dedupe_id) WHERE dedupe_id <> '';

CREATE TABLE runs (
    id            TEXT    NOT NULL PRIMARY KEY CHECK (id <> ''),
    event_id      TEXT    NOT NULL,
    flow          TEXT    NOT NULL,
    key           TEXT    NOT NULL,
    status        TEXT    NOT NULL
                  CHECK (status IN ('waiting', 'running', 'succeeded', 'skipped', 'parked', 'dropped')),
    reason        TEXT    NOT NULL,
    reason_code   TEXT    NOT NULL,
    step          TEXT    NOT NULL,
    retries       INTEGER NOT NULL CHECK (retries >= 0),
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    ended_at_ms   INTEGER NOT NULL,
    summary_json  TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX runs_by_status ON runs (status, id);
CREATE INDEX runs_by_flow ON runs (flow, id);
CREATE INDEX runs_by_key ON runs (key, id);

CREATE TABLE journal (
    number     INTEGER NOT NULL PRIMARY KEY,
    run_id     TEXT    NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    seq        INTEGER NOT NULL CHECK (seq >= 1),
    at_ms      INTEGER NOT NULL,
    kind       TEXT    NOT NULL,
    step       TEXT    NOT NULL,
    element    INTEGER NOT NULL CHECK (element >= -1),
    attempt    INTEGER NOT NULL CHECK (attempt >= 0),
    data_json  TEXT    NOT NULL,
    trace_json TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX journal_by_run ON journal (run_id, seq);

CREATE TABLE links (
    connection TEXT    NOT NULL,
    entity     TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    value_json TEXT    NOT NULL,
    run_id     TEXT    NOT NULL,
    at_ms      INTEGER NOT NULL,
    PRIMARY KEY (connection, entity, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE schedules (
    flow          TEXT    NOT NULL,
    trigger_index INTEGER NOT NULL CHECK (trigger_index >= 0),
    expression    TEXT    NOT NULL,
    last_tick_ms  INTEGER NOT NULL,
    PRIMARY KEY (flow, trigger_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE cursors (
    name  TEXT    NOT NULL PRIMARY KEY,
    value TEXT    NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE alerts (
    id            TEXT    NOT NULL PRIMARY KEY CHECK (id <> ''),
    cause         TEXT    NOT NULL,
    text          TEXT    NOT NULL,
    count         INTEGER NOT NULL CHECK (count >= 1),
    state         TEXT    NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'failed')),
    attempts      INTEGER NOT NULL CHECK (attempts >= 0),
    created_at_ms INTEGER NOT NULL,
    due_at_ms     INTEGER NOT NULL,
    error         TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX alerts_open ON alerts (created_at_ms, id) WHERE state IN ('pending', 'sending');

CREATE TABLE tokens (
    connection TEXT    NOT NULL PRIMARY KEY,
    sealed     TEXT    NOT NULL CHECK (sealed <> ''),
    at_ms      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    number      INTEGER NOT NULL PRIMARY KEY,
    at_ms       INTEGER NOT NULL,
    actor       TEXT    NOT NULL,
    action      TEXT    NOT NULL,
    subject     TEXT    NOT NULL,
    detail_json TEXT    NOT NULL
) STRICT;
CREATE INDEX audit_by_subject ON audit (subject, number);
)sql"
