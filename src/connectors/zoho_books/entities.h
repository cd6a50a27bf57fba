#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "value/value.h"

namespace lockstep::connectors::zoho_books {

/// A kind of record of Zoho Books: where it lives and under which names it stands in answers.
struct Entity {
    std::string_view name;        ///< in flows
    std::string_view path;        ///< behind `/books/v3`
    std::string_view list_key;    ///< of a list answer
    std::string_view record_key;  ///< of the answer to one record
    std::string_view id_key;
    bool upserts = false;  ///< takes PUT with the unique-identifier headers
    bool writable = false;
    std::string_view filters;  ///< list parameters that a look-up may go by, separated by spaces
};

/// Errors: `value_invalid` with the nearest name.
Result<const Entity*> find_entity(std::string_view name);
bool can_filter_by(const Entity& entity, std::string_view field);

/// Checks the id of a record: digits only. Errors: `value_invalid` naming `what`.
Result<std::string> record_id(std::string_view what, const Value& id);

/// Makes an answer fit for flows: ids are texts, money and quantities decimals, whatever form Zoho sent.
/// Source: Zoho Books API: ids exceed 2^53 and come as numbers or texts; `balance` is described as a text and sent as a
/// number.
Value tidy(const Value& answer);

}  // namespace lockstep::connectors::zoho_books
