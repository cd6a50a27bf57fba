#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.h"

/// What the parts of the loop share.
namespace lockstep::engine {

/// How alerts appear among the jobs: as the calls of a run of this id.
constexpr std::string_view alert_run_id = "alert";
/// How calls of sweeps appear among them; their step is the sweep's number.
constexpr std::string_view sweep_run_id = "sweep";

/// What whoever waits is told when the process stops.
inline Error stopping_error() {
    Error error{ErrorCode::shutting_down, "the process is stopping"};
    error.retry_after_ms = 0;
    return error;
}

}  // namespace lockstep::engine
