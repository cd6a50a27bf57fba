#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace lockstep::flow {

/// Reads what is written as `30d`, `15m` or `1h30m`. Units: milliseconds; nullopt: it is no duration above zero.
std::optional<std::int64_t> read_duration_ms(const std::string& text);

}  // namespace lockstep::flow
