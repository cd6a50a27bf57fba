#pragma once

#include <string>
#include <vector>

#include "sim/history.h"

namespace lockstep::sim {

/// A history as people read it: a line for everything that happened, in order. Sign-ins are shown without their bodies.
std::vector<std::string> timeline(const History& history);

}  // namespace lockstep::sim
