#pragma once

#include <compare>

#include "expr/evaluation.h"

/// The operators on values, apart from how expressions are walked.
namespace lockstep::expr {

/// Equality of CEL: numbers by value across kinds, other kinds never equal another kind; lists and maps by content.
Result<bool> equal(Evaluation& evaluation, const Value& left, const Value& right);
/// Errors: `expression_failed` for kinds that have no order or differ (numbers compare across kinds).
Result<std::strong_ordering> compare(const Value& left, const Value& right);
/// `element in container`.
Result<bool> contains(Evaluation& evaluation, const Value& element, const Value& container);

/// + - * / %. Numbers of one kind stay that kind; with a decimal on either side the result is a decimal.
/// Errors: `expression_failed` (overflow, division by zero, kinds that do not go together), `decimal_overflow`.
Result<Value> arithmetic(Evaluation& evaluation, Operator op, const Value& left, const Value& right);
Result<Value> negate(const Value& value);

/// The entry of a map or list, or nullptr; `index` errors for what is neither. Missing entries are not an error here.
Result<const Value*> find_entry(const Value& container, const Value& key);
/// ` (did you mean `x`?)` over the keys of a map.
std::string nearest_key(const Value& container, std::string_view wanted);
/// What a missing entry is called in an error: `no such key: Nmae (did you mean `Name`?)`.
std::string missing_entry(const Value& container, const Value& key);

std::string_view symbol(Operator op);

/// A timestamp or duration within CEL's range. Errors: `expression_failed`.
Result<Value> checked_timestamp(__int128 nanoseconds);
Result<Value> checked_duration(__int128 nanoseconds);

}  // namespace lockstep::expr
