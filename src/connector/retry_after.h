#pragma once

#include <cstdint>
#include <optional>

#include "net/http.h"
#include "value/value.h"

namespace lockstep::connector {

/// Reads `Retry-After: <seconds>`, bounded to a day. A date is left to `retry_after_date_ms`, which needs the time.
/// Units: milliseconds. Source: RFC 9110, 10.2.3.
std::optional<std::int64_t> retry_after_ms(const net::Response& response);

/// Reads `Retry-After: <HTTP-date>`, as the time from `now` until then: at least a second, where the date is over or a
/// clock is wrong, and at most a day. nullopt: there is none, or it is no date.
/// Units: milliseconds. Source: RFC 9110, 10.2.3.
std::optional<std::int64_t> retry_after_date_ms(const net::Response& response, Timestamp now);

/// Reads the three forms of an HTTP-date. `now` says which century two digits are of.
/// Errors: `time_invalid`. Source: RFC 9110, 5.6.7.
Result<Timestamp> parse_http_date(std::string_view text, Timestamp now);

}  // namespace lockstep::connector
