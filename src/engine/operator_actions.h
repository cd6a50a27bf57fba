#pragma once

#include "engine/engine.h"

/// What an operator does to a parked run, as the rows that make it so. The running engine commits them in its loop; the
/// command line commits them itself when no engine runs.
namespace lockstep::engine {

/// Loads a run that is to be replayed or dropped. Errors: `not_found`; `request_invalid` if it is not parked.
Result<store::LoadedRun> load_parked(store::Store& store, const std::string& run_id);
/// The run is open again; a running engine still has to take it up.
store::Batch replay_batch(const store::LoadedRun& loaded, ReplayMode mode, const std::string& actor, std::int64_t now_ms);
store::Batch drop_batch(const store::LoadedRun& loaded, const std::string& reason, const std::string& actor, std::int64_t now_ms);

}  // namespace lockstep::engine
