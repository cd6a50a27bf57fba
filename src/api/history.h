#pragma once

#include <memory>
#include <string>
#include <vector>

#include "flow/flow.h"
#include "store/store.h"
#include "sync/sync.h"

/// What happened to one record and its partner, from the runs that the store keeps.
namespace lockstep::api {

/// A record as a sync knows it: the two ids (empty: none) and since when, by which run.
struct KnownPair {
    std::string left, right;
    bool linked = false;
    std::string run_id;
    std::int64_t at_ms = 0;
};
/// Errors: of the store.
Result<KnownPair> known_pair(store::Store& store, const sync::Sync& sync, sync::Side side, const std::string& id);

/// {linked, left_id, right_id, last_synced_at, last_run_id, changed_by, open_conflicts: [{run, field}]}.
Result<Value> record_status(store::Store& store, const sync::Sync& sync, sync::Side side, const std::string& id);

/// {id, syncs: [{sync, left, right, linked, systems}], history: [{at, run, sync, what, system, id, field, from, to, by,
/// changed_at}]}, newest first; `what` is linked, changed, created, found, deleted, conflict,
/// parked or, of another flow with this key, run.
/// Errors: `not_found` if nothing is known of the record.
/// `flows` know the one form of ids that have several.
Result<Value> record_history(store::Store& store, const std::vector<std::shared_ptr<const sync::Sync>>& syncs,
                             const std::vector<flow::Flow>& flows, const std::string& id, int limit);

}  // namespace lockstep::api
