#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "value/value.h"

namespace lockstep::connectors::sap {

/// Tells whether what SAP holds in a property is what was asked for: numbers by value, times by instant, texts without
/// regard to the case of ASCII letters (some fields are kept in capitals), record numbers without their leading zeros.
/// A list means one of its elements. Operators (`{ge: 1}`) are not judged: true.
bool fits(std::string_view property, const Value& wanted, const Value& actual);

/// Returns the first property of `wanted` in which `record` differs; one that the record does not show is passed over.
std::optional<std::string> first_difference(const Map& wanted, const Value& record);

}  // namespace lockstep::connectors::sap
