#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sandbox/sap/table.h"
#include "value/decimal.h"

namespace lockstep::sandbox::sap {

/// A typed value while a filter is evaluated.
struct Scalar {
    enum class Kind { null, text, number, boolean, instant };
    Kind kind = Kind::null;
    std::string text = {};
    Decimal number = {};
    bool boolean = false;
    std::int64_t ticks = 0;
};

struct FilterFunction;

/// A parsed `$filter`: comparisons, `and`, `or`, `not`, parentheses and the functions of OData V2.
struct FilterNode {
    enum class Kind { literal, property, both, either, negation, equal, not_equal, less, less_equal, greater, greater_equal, function };
    Kind kind = Kind::literal;
    Scalar literal = {};
    int property = -1;
    const FilterFunction* function = nullptr;
    std::vector<FilterNode> children = {};
};

/// Parses `$filter`. Errors: `vendor_rejected` in SAP's words: syntax, unknown properties, literals of the wrong type.
Result<FilterNode> parse_filter(const EntityType& type, std::string_view text);
bool matches(const EntityType& type, const Record& record, const FilterNode& filter);
/// Returns the rows that the indexes leave as candidates, in no order; nullopt: every row is one.
std::optional<std::vector<Row>> candidates(const Table& table, const FilterNode& filter);

/// Parses one literal of an address (`'O''Brien'`, `datetimeoffset'…'`, `10.5M`, `true`, `null`).
Result<Scalar> parse_literal(std::string_view text);
/// The property's value, typed.
Scalar scalar_of(const Property& property, std::string_view text);
/// Converts a literal to the canonical text of a property. Errors: `vendor_rejected` for a wrong type.
Result<std::string> text_from_literal(const Property& property, const Scalar& literal);
/// Negative, 0 or positive; values of different kinds have no order (nullopt).
std::optional<int> compare(const Scalar& left, const Scalar& right);

}  // namespace lockstep::sandbox::sap
