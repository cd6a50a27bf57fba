#pragma once

#include <string>

#include "base/result.h"
#include "sandbox/salesforce/schema.h"
#include "value/value.h"

/// Between what a client writes in JSON and what a field stores.
namespace lockstep::sandbox::salesforce {

struct Strictness {
    bool picklists = true;  ///< refuse values that a restricted picklist does not have
};
/// Checks a value against its field and returns it in the stored form: texts, exact decimals, booleans, dates, whole
/// seconds. Errors: the vendor's (`STRING_TOO_LONG`, `JSON_PARSER_ERROR`, `MALFORMED_ID`, …).
Result<Value> stored_value(const Field& field, const Value& written, Strictness strictness = {});

/// Appends a stored value as the vendor writes it in JSON.
void append_json(std::string& out, const Field& field, const Value& value);
/// The text of a number as the vendor writes it: a Java double's, `45000.0` and `1.0E7`, with all its digits.
std::string double_text(const Decimal& number);
/// `2026-02-18T10:00:00.000+0000`.
std::string datetime_text(Timestamp time);

}  // namespace lockstep::sandbox::salesforce
