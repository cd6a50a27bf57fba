#pragma once

#include <string>
#include <vector>

#include "value/value.h"

/// Values as Zoho CRM has them, and as syncs and flows have them.
namespace lockstep::connectors::zoho_crm {

/// A value as read, in the form of `connector/records.h`: what Zoho shows of another record (`{id, name}`) is its id,
/// an empty text is null, a time (`2026-02-18T10:00:00+05:30`) is in UTC.
Value field_value(const Value& given);

/// The fields that were asked for, none else; null where Zoho has nothing.
Map field_values(const Value& record, const std::vector<std::string>& names);

/// A value to write: times without a fraction and with an offset in digits, an empty text as null.
/// Source: zoho.com/crm/developer/docs/api/v8/insert-records, "Sample attributes": datetime, ISO 8601.
Value written_value(const Value& given);

/// Whether a text can be a record's id: digits. Source: the API's pages; ids have up to 19.
bool is_record_id(std::string_view text);

/// A time that Zoho wrote. Errors: `vendor_protocol` naming `what`.
Result<Timestamp> time_in(const Value& given, std::string_view what);

/// An API name, which may stand in an address or in a query. Errors: `value_invalid` naming `what`.
Result<std::string> checked_name(std::string_view name, std::string_view what);

}  // namespace lockstep::connectors::zoho_crm
