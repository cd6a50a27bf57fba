#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/breaker.h"

namespace lockstep::engine {

/// Both clocks at one moment. Units: ms.
struct Clocks {
    std::int64_t wall_ms = 0, monotonic_ms = 0;
};

/// The store's cursor that keeps why a connection is paused; its value is empty when it is not.
std::string pause_cursor(std::string_view connection);

/// Writes what the next process should know of a connection. Empty: nothing.
std::string write_pause(const Breaker::Memory& memory, Clocks now);
/// Reads it in another process. A rest that is over is `open`, and none becomes longer than it was, whatever happened to
/// the wall clock meanwhile. Errors: `json_syntax`, `internal`.
Result<Breaker::Memory> read_pause(std::string_view text, Clocks now);

}  // namespace lockstep::engine
