#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/cli.h"
#include "sync/sync.h"

/// The commands about syncs.
namespace lockstep::cli {

struct SyncRunOptions {
    ConfigSource source;
    std::string sync, left, right;  ///< exactly one id
    std::int64_t wait_ms = 60'000;
    bool json = false;
};
int run_sync(const SyncRunOptions& options);

struct ConflictsOptions {
    ConfigSource source;
    std::string sync;
    bool all = false;
    int limit = 50;
    bool json = false;
};
int list_conflicts(const ConflictsOptions& options);
int show_conflict(const ConfigSource& source, const std::string& run_id, bool json);

struct DecideOptions {
    ConfigSource source;
    std::string run, take;            ///< `left` or `right` for all that is open; or empty
    std::vector<std::string> fields;  ///< `Phone=left`, `Phone=right`, `Phone=anything else is the value`
    bool json = false;
};
int decide_conflict(const DecideOptions& options);

struct RecordOptions {
    ConfigSource source;
    std::string id;
    int limit = 200;
    bool json = false;
};
int show_record(const RecordOptions& options);

struct PlanOptions {
    ConfigSource source;
    std::string sync, decisions_file, csv_file;
    std::vector<std::string> accept, reject;  ///< proposal ids; of `accept` also `all`
    std::optional<int> score_min;             ///< with `accept`: only proposals with so much
    int limit = 20;                           ///< lines of each part that are shown
    bool json = false;
};
int plan_sync(const PlanOptions& options);

struct BackfillOptions {
    ConfigSource source;
    std::string sync, decisions_file;
    int in_flight = 200;
    bool json = false;
};
int backfill_sync(const BackfillOptions& options);

/// Prints what the engine says of a run of a sync; returns the exit code.
int tell_outcome(const std::string& what, const RunningEngine::Reply& reply, bool json);

/// Errors: `not_found` with the nearest name.
Result<std::shared_ptr<const sync::Sync>> find_sync(const std::vector<std::shared_ptr<const sync::Sync>>& syncs, const std::string& name);

}  // namespace lockstep::cli
