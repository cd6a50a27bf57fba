#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "store/store.h"
#include "sync/sync.h"

/// What runs of syncs came to, read from what the store keeps of them: for the API and the command line.
namespace lockstep::api {

/// The steps at which a sync's run waits for a person: fields that both sides changed, values that cannot go over, and
/// whatever else must be looked at before anything is done.
inline constexpr const char* merge_steps[] = {"conflicts_decided", "values_fit", "is_clear"};

/// What `merge` last gave in the run; null if it did not come to that.
Value merged_of(const store::LoadedRun& run);
/// The event's body as the run sees it: as a person last corrected it.
Value body_of_event(const store::LoadedRun& run);

/// What whoever asked for the run is told of its end: {status, run_id, left_id, right_id, changed: {left, right}, created}
/// with `reason` of one that was skipped, and `error` {code, message, field, record} of one that is parked.
Value outcome_value(const store::LoadedRun& run, const sync::Sync& sync);

/// A parked or decided merge: {run, sync, key, status, at, left, right, conflicts: [{field, right_field, base, left, right,
/// left_at, right_at, left_by, right_by, rule, taken, open, proposed, decided}], problems, reason}. `decided` is what a person
/// decided before the values changed once more.
Value conflict_value(const store::LoadedRun& run);

struct ConflictFilter {
    std::string sync;  ///< empty: of all
    bool all = false;  ///< also what the policy decided, or a person
    int limit = 50;
};
/// Newest first.
Result<List> list_conflicts(store::Store& store, const ConflictFilter& filter);

/// What a person decides about one field.
struct FieldDecision {
    std::string field;  ///< the left field's name; empty: every open one
    std::string take;   ///< `left`, `right` or `value`
    Value value;        ///< the left side shall say it
};
/// The replay that carries the decisions out: the run reads both sides anew, and a decision holds only for the values that
/// it was made about. Errors: `request_invalid` if the run has no open conflict, or not in that field; if one field is
/// decided twice.
Result<engine::Replay> decision_replay(const store::LoadedRun& run, const std::vector<FieldDecision>& decisions, std::string actor);

}  // namespace lockstep::api
