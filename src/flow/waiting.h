#pragma once

#include <optional>

#include "flow/advance.h"

/// What of a run waits, and whether it may be called now.
namespace lockstep::flow {

/// Whether the element waits for its time.
bool waits(const ElementState& its);
/// Whether main steps may be called.
bool main_may_call(const Flow& flow, const RunState& state);
/// Whether steps of on_waiting may be called.
bool on_waiting_may_call(const Flow& flow, const RunState& state);
/// Whether the run may go back to an earlier step.
bool may_go_back(const Flow& flow, const RunState& state);
/// Whether a step that waits may be called when its time has come.
bool may_call(const Flow& flow, const RunState& state, const Step& step, const ElementState& its);
/// Why the step's connection is not called now.
std::optional<Pause> pause_of_step(const Step& step, const PauseOf& pause_of);

}  // namespace lockstep::flow
