#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "flow/run_state.h"

/// What a person may decide about a parked run before it is replayed. Pure, as `advance`.
namespace lockstep::flow {

/// The step (or the element of its `for_each`) uses this input from the next replay on, instead of what its `with:`
/// renders to.
struct Correction {
    std::string step;
    int element = -1;            ///< -1: the step itself
    std::optional<Value> input;  ///< absent: what was decided about the step before holds no longer
};

/// The step (or the element) counts as done from the next replay on, though it was not made.
struct Waiver {
    std::string step;
    int element = -1;             ///< -1: the step itself; of a `for_each`: all of it
    std::optional<Value> output;  ///< absent: true for a `require`, an empty list for a `for_each`, else null
    std::string reason;
};

struct Mending {
    std::string actor;
    std::string note;           ///< why, for the corrections
    std::optional<Value> body;  ///< the event's body as the run sees it from now on
    std::vector<Correction> corrections;
    std::vector<Waiver> waivers;
};

/// Checks what a person decided about a parked run and returns the facts that make it so; they have been applied to
/// `state`. `trigger` is the name of the one that brought the event.
/// Errors: `request_invalid`, saying what cannot be decided and why.
Result<std::vector<Fact>> mend(const Flow& flow, RunState& state, const Mending& mending, const std::string& trigger, std::int64_t now_ms);

/// The input a step would be called with now: as corrected, as it was last rendered, or as it renders.
/// Errors: `request_invalid` if there is no such step or element; those of its expressions.
Result<Value> current_input(const Flow& flow, const RunState& state, const std::string& step, int element);
/// The output that a step has, or that a person gave it; null if it has none.
Value current_output(const Flow& flow, const RunState& state, const std::string& step, int element);

/// Splits `order/2` into step and element; without a number the element is -1. Errors: `request_invalid`.
struct StepName {
    std::string step;
    int element = -1;
};
Result<StepName> parse_step_name(std::string_view text);
/// The inverse: `order`, `order/2`.
std::string step_name(const std::string& step, int element);

/// Whether two values are the same, one of which may have been kept as JSON.
bool is_same(const Value& a, const Value& b);

}  // namespace lockstep::flow
