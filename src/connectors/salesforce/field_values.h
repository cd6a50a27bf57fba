#pragma once

#include "value/value.h"

namespace lockstep::connectors::salesforce {

/// Writes the fields of a record as Salesforce takes them: times in UTC with whole seconds (what a custom field keeps),
/// numbers with their digits, a map for the parent that an external id names.
/// Errors: `value_invalid` for names that cannot be fields, for `Id`, and for kinds that no field takes.
Result<Map> field_values(const Map& fields);

}  // namespace lockstep::connectors::salesforce
