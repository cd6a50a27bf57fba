#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "value/value.h"

namespace lockstep::connectors::sap {

/// An entity set of a service, as flows name it: `API_SALES_ORDER_SRV/A_SalesOrder`.
struct Entity {
    std::string service;
    std::string set;
    /// `/API_SALES_ORDER_SRV/A_SalesOrder`, to put behind the root of the services.
    std::string path() const { return "/" + service + "/" + set; }
};

/// Errors: `value_invalid` if the text is not `SERVICE/EntitySet`.
Result<Entity> parse_entity(std::string_view text);
/// Tells whether the text is a property name or a path of them (`to_Customer/CustomerGroup`): letters, digits, `_`.
bool is_property_path(std::string_view text);
bool is_property_name(std::string_view text);
/// Reads a list of property paths: a list of texts, or one text with commas. Errors: `value_invalid` naming the bad
/// one.
Result<std::vector<std::string>> property_paths(std::string_view what, const Value& names);
/// Reads the elements of `orderby`: property paths, each with ` asc` or ` desc` where wanted. Errors: `value_invalid`.
Result<std::vector<std::string>> order_terms(const Value& terms);

}  // namespace lockstep::connectors::sap
