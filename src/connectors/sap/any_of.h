#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "value/value.h"

namespace lockstep::connectors::sap {

/// One property and the values it may have, however many.
struct AnyOf {
    std::string property;
    List values;
};
/// Reads `any_of`: a map of one property and a list; nullopt if it is not there. Errors: `value_invalid`.
Result<std::optional<AnyOf>> any_of_input(const Value& input);

/// Makes the filters of the reads that ask for all values, each short enough for an address; a value that comes twice is
/// asked for once. No value: no filter. `filter` (of `filter_text`) holds in each of them; `rest_bytes` is how much else
/// the address has. Errors: `value_invalid` for a value that is no literal.
Result<std::vector<std::string>> any_of_filters(const AnyOf& any_of, const std::string& filter, std::size_t rest_bytes);

}  // namespace lockstep::connectors::sap
