#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "flow/flow.h"

namespace lockstep::flow {

/// A step kind that is no action of a connector, as `uses:` names it.
struct BuiltIn {
    StepKind kind = StepKind::set;
    schema::Action action;  ///< its inputs; of `require` and `set` only the name
};
/// Returns nullptr if `uses` names none.
const BuiltIn* find_built_in(std::string_view uses);
std::vector<std::string> built_in_names();

/// Whether steps of this kind make calls, which the journal has with intent and outcome.
constexpr bool makes_calls(StepKind kind) { return kind == StepKind::action || kind == StepKind::find_link || kind == StepKind::lock; }

}  // namespace lockstep::flow
