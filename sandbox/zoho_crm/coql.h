#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sandbox/zoho_crm/criteria.h"

namespace lockstep::sandbox::zoho_crm {

/// A query as it is understood: columns, condition, order and part.
struct Query {
    const Table* table = nullptr;
    struct Selected {
        std::string name, alias;
        Column column;
    };
    std::vector<Selected> columns;
    Criterion where;
    struct Order {
        Column column;
        bool descending = false;
    };
    std::vector<Order> order;
    std::int64_t offset = 0, limit = 200;
};

/// Reads `select … from … where … order by … limit …`. More than two conditions need parentheses around each pair; subqueries,
/// aggregates and `group by` are not read. Errors: SYNTAX_ERROR, INVALID_QUERY and the vendor's others.
Result<Query> parse_query(const Crm& crm, std::string_view text);

/// The words, marks and literals of a query.
struct Token {
    enum class Kind : std::uint8_t { word, text, number, mark, end };
    Kind kind = Kind::end;
    std::string text;
    std::size_t at = 0;
};
/// Errors: SYNTAX_ERROR for a text that does not end.
Result<std::vector<Token>> query_tokens(std::string_view text);

}  // namespace lockstep::sandbox::zoho_crm
