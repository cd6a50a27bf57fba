#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace lockstep::sandbox {

/// A time as headers have it: `Sun, 22 Nov 2026 05:16:44 GMT`. Source: RFC 9110, 5.6.7.
std::string http_date(Timestamp time);
/// Errors: `time_invalid`.
Result<Timestamp> parse_http_date(std::string_view text);

}  // namespace lockstep::sandbox
