#pragma once

#include <functional>

#include "sim/scenario.h"

namespace lockstep::sim {

/// Takes one thing after another out of a failing scenario as long as it still fails, trying at most `tries` of them.
Scenario shrunk(Scenario failing, const std::function<bool(const Scenario&)>& fails, int tries);

}  // namespace lockstep::sim
