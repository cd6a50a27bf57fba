#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/sap/odata_names.h"

/// Builds the parts of OData V2 addresses so that no value can break out of its place: texts are quoted with their
/// quotes doubled, names are checked, and everything is percent-encoded.
namespace lockstep::connectors::sap {

/// Writes a value as a literal of the property's type, not yet percent-encoded: `'O''Brien'`, `10.50M`, `true`,
/// `datetime'2026-02-18T00:00:00'`, `datetimeoffset'2026-02-18T10:00:00Z'`, `guid'…'`, `null`.
/// Errors: `value_invalid` naming the property.
Result<std::string> literal(std::string_view property, const Value& value);

/// Writes a filter, not yet percent-encoded. A map means all of its entries: `{P: value}` equals, `{P: [a, b]}` one of,
/// `{P: {ge: 1, lt: 9}}` with eq ne gt ge lt le startswith endswith contains in, `{any: [filter, …]}` one of several.
/// A list means all of its elements, each a filter or `{property, op, value}`. Returns an empty text for no condition.
/// Errors: `value_invalid`.
Result<std::string> filter_text(const Value& filter);

/// Writes the key of one record with its parentheses, percent-encoded where needed: `('1000')`, `(A='x',B='10')`.
/// Takes a text, a whole number or a map of the key's properties. Errors: `value_invalid`.
Result<std::string> key_predicate(const Value& key);

/// What stands behind the `?` of a read.
struct QueryOptions {
    std::string filter;  ///< of `filter_text`
    std::vector<std::string> select, expand, orderby;
    std::int64_t top = 0;  ///< 0: no bound
    bool count = false;    ///< have the server say how many there are
};
/// Returns `?$filter=…&$select=…`, percent-encoded; empty if nothing is asked for.
std::string query_text(const QueryOptions& options);

}  // namespace lockstep::connectors::sap
