#pragma once

#include "connector/inputs.h"
#include "value/value.h"

namespace lockstep::connectors::salesforce {

/// The one record of a query's result. Errors: `not_found`, `not_unique`, with what was asked.
Result<Value> the_one_record(const connector::Inputs& inputs, const List& records);

}  // namespace lockstep::connectors::salesforce
