#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "value/value.h"

/// SOQL: text → tokens → syntax tree. Names are resolved afterwards (`soql_plan.h`).
/// Source: SOQL and SOSL Reference, "SOQL SELECT Syntax", "Condition Expression Syntax", "Quoted String Escape Sequences".
namespace lockstep::sandbox::salesforce::soql {

/// A dotted name; `position` is where it starts in the query text.
struct Path {
    std::vector<std::string> parts;
    std::size_t position = 0;
    std::string text() const;
};

struct Literal {
    enum class Kind : std::uint8_t { null, boolean, number, string, date, datetime, date_range };
    Kind kind = Kind::null;
    Value value;             ///< of all but date_range
    std::string range;       ///< `TODAY`, `LAST_N_DAYS`, upper case
    std::int64_t count = 0;  ///< of `…_N_…:n`
    std::size_t position = 0;
};

enum class Operator : std::uint8_t {
    equal,
    not_equal,
    less,
    less_or_equal,
    greater,
    greater_or_equal,
    like,
    in,
    not_in,
    includes,
    excludes
};

struct Query;

/// A field, or a function of one (`COUNT(Id)`, `CALENDAR_YEAR(CloseDate)`); the path of a bare `COUNT()` is empty.
struct Operand {
    std::string function;  ///< upper case; empty: the field itself
    Path path;
};

struct Condition {
    enum class Kind : std::uint8_t { conjunction, disjunction, negation, comparison };
    Kind kind = Kind::comparison;
    std::vector<Condition> children;
    Operand operand;
    Operator op = Operator::equal;
    std::vector<Literal> literals;     ///< one, or those of a list
    std::shared_ptr<Query> semi_join;  ///< `IN (SELECT …)`
};

struct Selected {
    Operand operand;
    std::shared_ptr<Query> subquery;
    std::string alias;
};

struct Ordering {
    Operand operand;
    bool descending = false;
    std::optional<bool> nulls_first;
};

struct Query {
    std::vector<Selected> select;
    std::string from;
    std::string alias;
    std::size_t from_position = 0;
    std::optional<Condition> where;
    std::vector<Operand> group_by;
    std::optional<Condition> having;
    std::vector<Ordering> order_by;
    std::optional<std::int64_t> limit, offset;

    /// `SELECT COUNT() FROM …`: an answer with a size and no records.
    bool counts_only() const { return select.size() == 1 && select[0].operand.function == "COUNT" && select[0].operand.path.parts.empty(); }
};

enum class TokenKind : std::uint8_t { name, string, number, date, datetime, symbol, end };
struct Token {
    TokenKind kind = TokenKind::end;
    std::string text;  ///< of a string: without quotes and escapes (but `\_` and `\%` stay, for LIKE)
    std::size_t position = 0;
};
/// Errors: `MALFORMED_QUERY`.
Result<std::vector<Token>> tokenize(std::string_view query);
/// Errors: `MALFORMED_QUERY` in the vendor's shape.
Result<Query> parse(std::string_view query);

/// The vendor's form of a query error: the part of the query, a caret, row and column, and the message.
Unexpected query_error(std::string_view code, std::string_view query, std::size_t position, std::string message);

}  // namespace lockstep::sandbox::salesforce::soql
