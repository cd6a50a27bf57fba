#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "value/value.h"

/// The query language of Salesforce, as far as it must be read to bind values and to recognise subqueries.
namespace lockstep::connectors::salesforce {

/// Writes a value as a literal: text quoted and escaped, numbers, booleans, null, dates and times bare, a list for IN.
/// Times keep whole milliseconds. A `%` or `_` in a text stays a wildcard where the query says LIKE.
/// Errors: `value_invalid` for kinds without a literal, an empty list, text that is not UTF-8.
/// Source: SOQL and SOSL Reference, "Quoted String Escape Sequences", "Date Formats and Date Literals".
Result<std::string> soql_literal(const Value& value);

/// Replaces each `:name` outside of string literals by the literal of its value.
/// Errors: `value_invalid` for a name that `bind` lacks, an entry of `bind` that is not used, an unclosed string.
Result<std::string> bind_soql(std::string_view soql, const Map& bind);

/// A `(SELECT … FROM Name)` within a field list.
struct Subquery {
    std::string name;
    std::vector<Subquery> children;
};
/// The subqueries in the field list of a query, in order. A query that cannot be read has none: Salesforce refuses it.
std::vector<Subquery> subqueries_of(std::string_view soql);

/// The name behind the outermost FROM; empty if there is none. For messages.
std::string object_of(std::string_view soql);

}  // namespace lockstep::connectors::salesforce
