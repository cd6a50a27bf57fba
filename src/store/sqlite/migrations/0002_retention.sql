R"sql(
-- Finds what retention may delete without a look at what stays: of the runs that are closed those that still have their
-- journal, and those that have lost it, each in the order in which they ended.
ALTER TABLE runs ADD COLUMN journal_kept INTEGER NOT NULL DEFAULT 1 CHECK (journal_kept IN (0, 1));
CREATE INDEX runs_closed ON runs (journal_kept, ended_at_ms) WHERE status IN ('succeeded', 'skipped', 'dropped');
)sql"
