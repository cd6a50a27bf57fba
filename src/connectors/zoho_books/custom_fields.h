#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "value/value.h"

/// Custom fields: `cf_…` names in flows, a list of `{api_name, value}` on the wire.
namespace lockstep::connectors::zoho_books {

/// Tells whether the name is a custom field's API name: `cf_` and small letters, digits, `_`.
bool is_custom_field(std::string_view name);

/// What a record shows of a custom field. Answers have it in one of three places: a key of its own (list rows), in
/// `custom_field_hash`, or in the list `custom_fields`. Returns nullopt if the record does not show it: it is not set,
/// or the list leaves it out. Source: observed answers; the OpenAPI lists `custom_fields` alone, and not for rows of
/// contacts.
std::optional<std::string> custom_field_text(const Value& record, std::string_view name);

/// Sets a custom field of a body. Errors: `value_invalid` if the body has another value there already.
Result<void> put_custom_field(Map& body, const std::string& name, const Value& value);

/// Moves entries named `cf_…` at the top of a body into its `custom_fields`. Errors: as `put_custom_field`.
Result<Map> with_custom_fields(const Map& body);

}  // namespace lockstep::connectors::zoho_books
