#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "sandbox/sap/model.h"
#include "value/value.h"

/// The Edm types: between JSON, URL literals and the canonical text that records keep.
///
/// Canonical texts: strings as they are (numbers without leading zeros where the property is `alpha`), booleans `true`
/// or empty, decimals in plain notation, dates and times of day with date as ticks of 100 ns since 1970, the rest as sent.
/// The empty text is the initial value of every type.
namespace lockstep::sandbox::sap {

std::int64_t ticks_of(Timestamp time);
Timestamp timestamp_of(std::int64_t ticks);

/// Reads what a client sends for a property. Errors: `vendor_rejected` in SAP's words for a wrong type, a text that is too long,
/// a number with too many digits.
Result<std::string> text_from_json(const Property& property, const Value& value);
/// Appends the JSON that SAP answers for the text.
void append_json(std::string& out, const Property& property, std::string_view text);
/// The value as it stands in Atom and behind `/$value`; nullopt: null.
std::optional<std::string> plain_text(const Property& property, std::string_view text);
/// Removes the leading zeros of an `alpha` property's number.
std::string without_zeros(const Property& property, std::string_view text);
/// Reads `/Date(ms)/`, `/Date(ms+0000)/` and ISO forms into ticks.
std::optional<std::int64_t> parse_ticks(std::string_view text);
/// Writes a key value as it stands in an address: `'10'`, `datetimeoffset'2026-…Z'`, percent-encoded.
std::string key_literal(const Property& property, std::string_view text);
/// Writes ticks as `2026-02-18T10:00:00.1234567Z`.
std::string iso_ticks(std::int64_t ticks, int digits);
/// The ticks of the day (UTC) that the ticks lie in, as canonical texts.
std::string day_of(std::string_view ticks);
std::string_view edm_name(Edm type);

}  // namespace lockstep::sandbox::sap
