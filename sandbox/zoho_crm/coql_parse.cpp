// COQL. Sources: zoho/crm-oas v8.0, `coql/operations/executeCOQLQuery`; its grammar from zoho.com/crm/developer/docs/api,
// "Query (COQL)". That more than two conditions need parentheses for each pair follows from the examples there.
#include <algorithm>
#include <array>
#include <charconv>

#include "sandbox/zoho/text.h"
#include "sandbox/zoho_crm/coql.h"
#include "sandbox/zoho_crm/refusal.h"

namespace lockstep::sandbox::zoho_crm {

namespace {

constexpr std::int64_t limit_max = 200;
constexpr std::size_t columns_max = 50;
constexpr int depth_max = 25;

struct Named {
    std::string_view name;
    Operator op;
};
constexpr std::array<Named, 7> marks = {{{"=", Operator::equal},
                                         {"!=", Operator::not_equal},
                                         {"<>", Operator::not_equal},
                                         {">", Operator::greater},
                                         {"<", Operator::less},
                                         {">=", Operator::greater_equal},
                                         {"<=", Operator::less_equal}}};

class Parser {
public:
    Parser(const Crm& crm, std::vector<Token> tokens) : crm_(crm), tokens_(std::move(tokens)) {}

    Result<Query> parse() {
        if (!take("select")) return refuse("SYNTAX_ERROR", "given coql query not supported");
        LS_TRY_ASSIGN(const auto names, select_list());
        LS_TRY(from());
        LS_TRY(resolve(names));
        if (!take("where")) return refuse("SYNTAX_ERROR", "missing clause", {{"clause", "where"}});
        LS_TRY_ASSIGN(query_.where, conditions(0));
        LS_TRY(order_by());
        LS_TRY(part());
        if (peek().kind != Token::Kind::end) return unexpected();
        return std::move(query_);
    }

private:
    const Token& peek() const { return tokens_[at_]; }
    bool is(std::string_view word) const {
        const bool can = peek().kind == Token::Kind::word || peek().kind == Token::Kind::mark;
        return can && zoho::lower(peek().text) == word;
    }
    bool take(std::string_view word) {
        if (!is(word)) return false;
        ++at_;
        return true;
    }
    Unexpected unexpected() const {
        return refuse("SYNTAX_ERROR", "unexpected token",
                      {{"line", 1}, {"column", static_cast<std::int64_t>(peek().at + 1)}, {"near", peek().text}});
    }
    Unexpected invalid(std::string message, Map details) const { return refuse("INVALID_QUERY", std::move(message), std::move(details)); }

    Result<std::string> name() {
        if (peek().kind != Token::Kind::word) return unexpected();
        return tokens_[at_++].text;
    }
    Result<std::vector<Query::Selected>> select_list() {
        std::vector<Query::Selected> names;
        do {
            Query::Selected one;
            LS_TRY_ASSIGN(one.name, name());
            if (is("(")) return refuse("SYNTAX_ERROR", "given coql query not supported");
            if (take("as")) { LS_TRY_ASSIGN(one.alias, alias(one.name)); }
            names.push_back(std::move(one));
        } while (take(","));
        if (names.size() > columns_max) return refuse("LIMIT_EXCEEDED", "select columns limit exceeded", {{"limit", 50}});
        return names;
    }
    Result<std::string> alias(const std::string& column) {
        if (peek().kind != Token::Kind::word && peek().kind != Token::Kind::text) return unexpected();
        std::string text = tokens_[at_++].text;
        if (text.empty()) return refuse("INVALID_ALIAS", "alias name cannot be an empty string", {{"column_name", column}, {"alias", ""}});
        return text;
    }
    Result<void> from() {
        if (!take("from")) return refuse("SYNTAX_ERROR", "missing clause", {{"clause", "from"}});
        LS_TRY_ASSIGN(const std::string module, name());
        query_.table = crm_.table(module);
        if (query_.table == nullptr) return refuse("INVALID_MODULE", "the given module is not supported in api");
        return {};
    }
    Result<Column> column(const std::string& name, std::string_view clause) const {
        const auto found = find_column(crm_, *query_.table, name);
        if (!found) return invalid("column given seems to be invalid", {{"column_name", name}, {"clause", clause}});
        return *found;
    }
    Result<void> resolve(const std::vector<Query::Selected>& names) {
        for (Query::Selected one : names) {
            LS_TRY_ASSIGN(one.column, column(one.name, "select"));
            for (const Query::Selected& other : query_.columns)
                if (other.name == one.name) return refuse("DUPLICATE_DATA", "duplicate select column", {{"column_name", one.name}});
            query_.columns.push_back(std::move(one));
        }
        return {};
    }
    /// One condition, or two with `and` or `or` between them.
    Result<Criterion> conditions(int depth) {
        LS_TRY_ASSIGN(Criterion first, condition(depth));
        const bool all = take("and"), any = !all && take("or");
        if (!all && !any) return first;
        Criterion both{.kind = all ? Criterion::Kind::all : Criterion::Kind::any};
        both.parts.push_back(std::move(first));
        LS_TRY_ASSIGN(Criterion second, condition(depth));
        both.parts.push_back(std::move(second));
        if (is("and") || is("or")) return refuse("SYNTAX_ERROR", "error occured while parsing the query", {{"near", peek().text}});
        return both;
    }
    Result<Criterion> condition(int depth) {
        if (depth > depth_max) return refuse("LIMIT_EXCEEDED", "criteria limit exceeded", {{"limit", depth_max}});
        if (!take("(")) return comparison();
        LS_TRY_ASSIGN(Criterion inner, conditions(depth + 1));
        if (!take(")")) return unexpected();
        return inner;
    }
    Result<Criterion> comparison() {
        LS_TRY_ASSIGN(const std::string text, name());
        LS_TRY_ASSIGN(const Column where, column(text, "where"));
        Criterion criterion{.column = where};
        LS_TRY(read_operator(criterion));
        const bool asks_null = criterion.op == Operator::is_null || criterion.op == Operator::is_not_null;
        if (!asks_null) LS_TRY(read_values(criterion, text));
        return criterion;
    }
    Result<void> read_operator(Criterion& criterion) {
        for (const Named& known : marks)
            if (take(known.name)) {
                criterion.op = known.op;
                return {};
            }
        if (take("is")) {
            criterion.op = take("not") ? Operator::is_not_null : Operator::is_null;
            return take("null") ? Result<void>() : unexpected();
        }
        const bool negated = take("not");
        if (take("like")) {
            criterion.op = negated ? Operator::not_like : Operator::like;
        } else if (take("in")) {
            criterion.op = negated ? Operator::not_in : Operator::in;
        } else if (!negated && take("between")) {
            criterion.op = Operator::between;
        } else {
            return refuse("SYNTAX_ERROR", "operator not supported", {{"operator", negated ? "not" : peek().text}});
        }
        return {};
    }
    Result<Value> literal(const Criterion& criterion, const std::string& column_name) {
        const Token& token = peek();
        const bool is_flag = token.kind == Token::Kind::word && (is("true") || is("false"));
        if (token.kind != Token::Kind::text && token.kind != Token::Kind::number && !is_flag) return unexpected();
        ++at_;
        const bool pattern = criterion.op == Operator::like || criterion.op == Operator::not_like;
        const Value given(is_flag ? zoho::lower(token.text) : token.text);
        auto value = pattern ? std::optional<Value>(given) : literal_of(crm_, *query_.table, criterion.column, given);
        if (!value) return invalid("value given seems to be invalid for the column", {{"column_name", column_name}});
        return *std::move(value);
    }
    Result<void> read_values(Criterion& criterion, const std::string& column_name) {
        const bool list = criterion.op == Operator::in || criterion.op == Operator::not_in;
        if (list && !take("(")) return unexpected();
        do {
            LS_TRY_ASSIGN(Value value, literal(criterion, column_name));
            criterion.values.push_back(std::move(value));
        } while (list && take(","));
        if (list && !take(")")) return unexpected();
        if (criterion.values.size() > 50) return refuse("LIMIT_EXCEEDED", "in values limit exceeded", {{"limit", 50}});
        if (criterion.op != Operator::between) return {};
        if (!take("and")) return unexpected();
        LS_TRY_ASSIGN(Value last, literal(criterion, column_name));
        criterion.values.push_back(std::move(last));
        return {};
    }
    Result<void> order_by() {
        if (!take("order")) return {};
        if (!take("by")) return unexpected();
        do {
            LS_TRY_ASSIGN(const std::string text, name());
            Query::Order order;
            LS_TRY_ASSIGN(order.column, column(text, "order by"));
            order.descending = take("desc");
            if (!order.descending) static_cast<void>(take("asc"));
            query_.order.push_back(order);
        } while (take(","));
        return {};
    }
    Result<std::int64_t> number(std::string_view what) {
        const std::string text = peek().text;
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (peek().kind != Token::Kind::number || error != std::errc() || end != text.data() + text.size() || value < 0)
            return invalid(std::string(what) + " given seems to be invalid", {{std::string(what), text}});
        ++at_;
        return value;
    }
    /// `limit 200`, `limit 400, 200` (the offset first) or `limit 200 offset 400`.
    Result<void> part() {
        if (!take("limit")) return {};
        LS_TRY_ASSIGN(query_.limit, number("limit"));
        if (take(",")) {
            query_.offset = query_.limit;
            LS_TRY_ASSIGN(query_.limit, number("limit"));
        } else if (take("offset")) {
            LS_TRY_ASSIGN(query_.offset, number("offset"));
        }
        if (query_.limit == 0) return refuse("INVALID_DATA", "limit should be greater than 0");
        if (query_.limit > limit_max) return refuse("LIMIT_EXCEEDED", "limit exceeded", {{"limit", limit_max}});
        return {};
    }

    const Crm& crm_;
    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    Query query_;
};

}  // namespace

Result<Query> parse_query(const Crm& crm, std::string_view text) {
    LS_TRY_ASSIGN(std::vector<Token> tokens, query_tokens(text));
    return Parser(crm, std::move(tokens)).parse();
}

}  // namespace lockstep::sandbox::zoho_crm
