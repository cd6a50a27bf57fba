#pragma once

#include "engine/engine.h"

/// What an operator does to a parked run, as the rows that make it so. The running engine commits them in its loop; the
/// command line commits them itself when no engine runs.
namespace lockstep::engine {

/// Loads a run that is to be replayed or dropped. Errors: `not_found`; `request_invalid` if it is not parked.
Result<store::LoadedRun> load_parked(store::Store& store, const std::string& run_id);

/// A page of the parked runs that are meant, oldest first. Their journals are without traces.
struct ParkedPage {
    std::vector<store::LoadedRun> runs;
    std::string last_id;  ///< where the next page begins
    bool is_last = true;
};
/// Runs that parked after `parked_until_ms` are left out: what is replayed and parks again is not replayed for ever.
Result<ParkedPage> parked_page(store::Store& store, const ParkedSelection& which, const std::string& after_id,
                               std::int64_t parked_until_ms);

/// Whether there is a flow of this name, or was: then there are runs of it. Errors: `not_found`, with the nearest name.
Result<void> check_flow_name(store::Store& store, const std::vector<flow::Flow>& flows, const std::string& name);

/// `FLOW/STEP/CODE`, as people name a cause; the step is empty where a run parked before its first. Errors:
/// `request_invalid`.
Result<ParkedSelection> parse_cause(const std::string& text);
std::string cause_name(const std::string& flow, const std::string& step, const std::string& reason_code);

/// What a person starts from who corrects a run: the input that a step (`order`, `order/2`) would be called with now, or
/// the event's body if `step` is empty. Errors: `request_invalid` if there is no such step; those of its expressions.
Result<Value> input_to_correct(const flow::Flow& flow, const store::LoadedRun& loaded, const std::string& step);

/// The run is open again; a running engine still has to take it up. `flow` may be null if nothing is corrected or skipped.
/// Errors: `request_invalid`, saying what cannot be corrected or skipped and why.
Result<store::Batch> replay_batch(const flow::Flow* flow, const store::LoadedRun& loaded, const Replay& replay, std::int64_t now_ms);
store::Batch drop_batch(const store::LoadedRun& loaded, const std::string& reason, const std::string& actor, std::int64_t now_ms);

/// Who closes runs that nobody needs any more.
inline constexpr std::string_view engine_actor = "engine";
inline constexpr std::string_view superseded_code = "superseded";
/// A later run of the same record has succeeded: this one is dropped.
store::Batch superseded_batch(store::RunRow run, const std::string& by_run_id, std::int64_t now_ms);

}  // namespace lockstep::engine
