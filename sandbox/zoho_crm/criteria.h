#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/zoho_crm/crm.h"

namespace lockstep::sandbox::zoho_crm {

/// A column of a query: a field, or one of the record or user that a lookup names (`Owner.last_name`).
struct Column {
    int position = -1;
    std::string sub;  ///< empty: the field itself

    bool operator==(const Column&) const = default;
};
/// Finds a column by its name; nullopt: there is none.
std::optional<Column> find_column(const Crm& crm, const Table& table, std::string_view name);
/// What a column compares and sorts by: numbers as decimals, times as points in time, lookups by id.
Value comparable(const Crm& crm, const Table& table, const Record& record, const Column& column);
/// The text of a query as the column's own type; nullopt: it does not fit.
std::optional<Value> literal_of(const Crm& crm, const Table& table, const Column& column, const Value& given);
/// Less than 0: `a` comes first. Texts compare without case; null comes first.
int compare(const Value& a, const Value& b);

enum class Operator : std::uint8_t {
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    like,
    not_like,
    starts_with,
    contains,
    in,
    not_in,
    between,
    is_null,
    is_not_null
};

/// A condition, or several joined by `and` or `or`.
struct Criterion {
    enum class Kind : std::uint8_t { compare, all, any };
    Kind kind = Kind::compare;
    std::vector<Criterion> parts{};
    Column column{};
    Operator op = Operator::equal;
    std::vector<Value> values{};
};
bool fits(const Crm& crm, const Table& table, const Record& record, const Criterion& criterion);
/// The records that can fit, the oldest first, where an index or the times say so; nullopt: any can.
std::optional<std::vector<RecordId>> candidates(const Table& table, const Criterion& criterion);

/// Reads `((Phone:equals:123)and(Account_Name:starts_with:A))`. Errors: refusals.
Result<Criterion> parse_criteria(const Crm& crm, const Table& table, std::string_view text);

}  // namespace lockstep::sandbox::zoho_crm
