#pragma once

#include "base/error.h"
#include "value/value.h"

namespace lockstep::flow {

/// Writes an error as the journal keeps it: {code, message, vendor_code, field}.
Value error_to_value(const Error& error);
/// Reads it back; an unknown code (of a newer version) becomes `internal` with its text.
Error error_from_value(const Value& value);

}  // namespace lockstep::flow
