#pragma once

#include <functional>
#include <string_view>

namespace lockstep::log {

/// Gets every finished line instead of stderr; an empty one gives them back to stderr. For tests and the simulator: call
/// it while nothing logs.
void set_sink(std::function<void(std::string_view line)> sink);

}  // namespace lockstep::log
