#pragma once

#include <cstdint>
#include <optional>

#include "net/http.h"

namespace lockstep::connector {

/// Reads `Retry-After: <seconds>`, bounded to a day. Dates are not read: no vendor here sends them.
/// Units: milliseconds. Source: RFC 9110, 10.2.3.
std::optional<std::int64_t> retry_after_ms(const net::Response& response);

}  // namespace lockstep::connector
