#pragma once

#include <string>
#include <string_view>

#include "value/value.h"

namespace lockstep::json {

/// Reads one JSON document. A number without fraction and exponent that fits 64 bits is an integer, every other number
/// a decimal with the digits as written. Duplicate keys: the last one wins. Invalid UTF-8 is refused.
/// Errors: `json_syntax` with line and column; `decimal_overflow` for a number of more than 38 digits; nesting deeper
/// than `limits::nesting_depth_max`.
Result<Value> parse(std::string_view text);

/// Writes compact JSON. Decimals as numbers with their digits; timestamps, dates and durations as text; bytes base64.
/// Opaque values are written as null.
std::string write(const Value& value);
/// Writes JSON indented by two spaces, for people.
std::string write_pretty(const Value& value);
/// Appends the quoted, escaped form of a text.
void append_quoted(std::string& out, std::string_view text);

}  // namespace lockstep::json
