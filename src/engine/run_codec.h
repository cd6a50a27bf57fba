#pragma once

#include "base/result.h"
#include "flow/flow.h"
#include "flow/run_state.h"
#include "store/store.h"

/// Between a run's facts and the rows of its journal.
namespace lockstep::engine {

store::JournalRow to_row(const flow::Flow& flow, const std::string& run_id, std::int64_t seq, const flow::Fact& fact);
/// Errors: `gone_from_flow` if the flow has no such step any more; `internal` if the row cannot be read.
Result<flow::Fact> to_fact(const flow::Flow& flow, const store::JournalRow& row);
/// Builds the state of a run from its rows. Errors: as `to_fact`, `json_syntax`.
Result<flow::RunState> restore(const flow::Flow& flow, const store::LoadedRun& loaded);

}  // namespace lockstep::engine
