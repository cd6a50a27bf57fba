#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "value/value.h"

/// Times as OData V2 has them: `/Date(ms)/`, ISO without a zone, `PT11H00M00S`.
namespace lockstep::connectors::sap {

/// Returns the point in time that a timestamp, a date or a text of one means (a date: its midnight in UTC; a text
/// without a zone: UTC), or nullopt.
std::optional<Timestamp> to_time(const Value& value);
/// `2026-02-18T10:00:00`, with fractional digits only where they are not zero.
std::string iso_without_zone(Timestamp time);
/// `/Date(1492041600000)/` for Edm.DateTime, `/Date(1492041600000+0000)/` with `offset` for Edm.DateTimeOffset.
std::string write_date(Timestamp time, bool offset);
/// Reads `/Date(…)/` to a date (no offset, midnight) or a timestamp; nullopt if the text is something else.
std::optional<Value> read_date(std::string_view text);
/// Returns `PT11H00M00S` for a duration within a day or a text that is one already, or nullopt.
std::optional<std::string> to_edm_time(const Value& value);

}  // namespace lockstep::connectors::sap
