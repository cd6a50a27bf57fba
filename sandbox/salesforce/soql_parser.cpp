#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/limits.h"
#include "sandbox/salesforce/soql.h"

namespace lockstep::sandbox::salesforce::soql {
namespace {

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return out;
}

// Source: SOQL and SOSL Reference, "Date Formats and Date Literals".
constexpr std::array<std::string_view, 17> plain_ranges = {
    "YESTERDAY",    "TODAY",        "TOMORROW",     "LAST_WEEK",    "THIS_WEEK",    "NEXT_WEEK", "LAST_MONTH", "THIS_MONTH", "NEXT_MONTH",
    "LAST_90_DAYS", "NEXT_90_DAYS", "THIS_QUARTER", "LAST_QUARTER", "NEXT_QUARTER", "THIS_YEAR", "LAST_YEAR",  "NEXT_YEAR"};
constexpr std::array<std::string_view, 10> counted_ranges = {"LAST_N_DAYS",  "NEXT_N_DAYS",   "N_DAYS_AGO",    "LAST_N_WEEKS",
                                                             "NEXT_N_WEEKS", "LAST_N_MONTHS", "NEXT_N_MONTHS", "N_MONTHS_AGO",
                                                             "LAST_N_YEARS", "NEXT_N_YEARS"};
// Names that end a list of fields; an alias cannot be one of them.
constexpr std::array<std::string_view, 15> reserved = {"AND",   "ASC", "DESC",  "FROM",   "GROUP", "HAVING", "IN",   "LIKE",
                                                       "LIMIT", "NOT", "NULLS", "OFFSET", "OR",    "ORDER",  "WHERE"};
constexpr std::array<std::string_view, 13> functions = {
    "COUNT",          "COUNT_DISTINCT", "SUM",      "AVG",    "MIN",    "MAX", "CALENDAR_YEAR", "CALENDAR_QUARTER",
    "CALENDAR_MONTH", "DAY_IN_MONTH",   "DAY_ONLY", "FIELDS", "TOLABEL"};

template <class Names>
bool one_of(const Names& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

class Parser {
public:
    Parser(std::string_view query, std::vector<Token> tokens) : query_(query), tokens_(std::move(tokens)) {}

    Result<Query> run() {
        LS_TRY_ASSIGN(Query query, select(0));
        if (token().kind != TokenKind::end) return unexpected();
        return query;
    }

private:
    const Token& token() const { return tokens_[at_]; }
    const Token& ahead(std::size_t by) const { return tokens_[std::min(at_ + by, tokens_.size() - 1)]; }
    bool is(std::string_view keyword) const { return token().kind == TokenKind::name && upper(token().text) == keyword; }
    bool is_symbol(std::string_view symbol) const { return token().kind == TokenKind::symbol && token().text == symbol; }
    bool accept(std::string_view keyword) { return is(keyword) && ++at_ > 0; }
    bool accept_symbol(std::string_view symbol) { return is_symbol(symbol) && ++at_ > 0; }

    Unexpected unexpected() const {
        return query_error("MALFORMED_QUERY", query_, token().position, fmt::format("unexpected token: '{}'", token().text));
    }
    Result<void> expect(std::string_view keyword) {
        if (!accept(keyword)) return unexpected();
        return {};
    }
    Result<void> expect_symbol(std::string_view symbol) {
        if (!accept_symbol(symbol)) return unexpected();
        return {};
    }
    Result<std::string> name() {
        if (token().kind != TokenKind::name) return unexpected();
        return tokens_[at_++].text;
    }

    Result<Query> select(int depth) {
        Query query;
        LS_TRY(expect("SELECT"));
        do {
            LS_TRY_ASSIGN(Selected item, selected(depth));
            query.select.push_back(std::move(item));
        } while (accept_symbol(","));
        LS_TRY(expect("FROM"));
        query.from_position = token().position;
        LS_TRY_ASSIGN(query.from, name());
        if (token().kind == TokenKind::name && !one_of(reserved, upper(token().text)) && !is("FOR") && !is("WITH") && !is("ALL"))
            query.alias = tokens_[at_++].text;
        LS_TRY(clauses(query, depth));
        return query;
    }

    Result<void> clauses(Query& query, int depth) {
        if (accept("WHERE")) { LS_TRY_ASSIGN(query.where, condition(depth)); }
        if (accept("GROUP")) {
            LS_TRY(expect("BY"));
            do {
                LS_TRY_ASSIGN(Operand by, operand());
                query.group_by.push_back(std::move(by));
            } while (accept_symbol(","));
            if (accept("HAVING")) { LS_TRY_ASSIGN(query.having, condition(depth)); }
        }
        if (accept("ORDER")) {
            LS_TRY(expect("BY"));
            do {
                LS_TRY_ASSIGN(Ordering order, ordering());
                query.order_by.push_back(std::move(order));
            } while (accept_symbol(","));
        }
        if (accept("LIMIT")) { LS_TRY_ASSIGN(query.limit, count()); }
        if (accept("OFFSET")) { LS_TRY_ASSIGN(query.offset, count()); }
        if (accept("FOR") && !accept("VIEW") && !accept("REFERENCE") && !accept("UPDATE")) return unexpected();
        return {};
    }

    Result<Selected> selected(int depth) {
        Selected item;
        if (is_symbol("(") && upper(ahead(1).text) == "SELECT") {
            if (depth > 0)
                return query_error(
                    "MALFORMED_QUERY", query_, token().position,
                    "SOQL statements cannot query aggregate relationships more than 1 level away from the root entity object.");
            ++at_;
            LS_TRY_ASSIGN(Query inner, select(depth + 1));
            LS_TRY(expect_symbol(")"));
            item.subquery = std::make_shared<Query>(std::move(inner));
            return item;
        }
        LS_TRY_ASSIGN(item.operand, operand());
        const bool last = upper(ahead(1).text) == "FROM" || (ahead(1).kind == TokenKind::symbol && ahead(1).text == ",");
        if (token().kind == TokenKind::name && last && !one_of(reserved, upper(token().text))) item.alias = tokens_[at_++].text;
        return item;
    }

    Result<Operand> operand() {
        Operand out;
        const bool call = ahead(1).kind == TokenKind::symbol && ahead(1).text == "(" && token().kind == TokenKind::name;
        if (!call) {
            LS_TRY_ASSIGN(out.path, path());
            return out;
        }
        out.function = upper(token().text);
        if (!one_of(functions, out.function)) return unexpected();
        at_ += 2;
        out.path.position = token().position;
        if (out.function == "COUNT" && accept_symbol(")")) return out;
        LS_TRY_ASSIGN(out.path, path());
        LS_TRY(expect_symbol(")"));
        return out;
    }

    Result<Path> path() {
        Path out;
        out.position = token().position;
        if (token().kind != TokenKind::name || one_of(reserved, upper(token().text))) return unexpected();
        do {
            LS_TRY_ASSIGN(std::string part, name());
            out.parts.push_back(std::move(part));
        } while (accept_symbol("."));
        return out;
    }

    // Source: "Condition Expression Syntax": operands of AND and OR are simple expressions, so that both cannot be mixed
    // without parentheses and NOT needs them after AND and OR.
    Result<Condition> condition(int depth) {
        if (++nesting_ > limits::nesting_depth_max)
            return query_error("MALFORMED_QUERY", query_, token().position, "condition is nested too deeply");
        Condition out;
        if (accept("NOT")) {
            LS_TRY_ASSIGN(Condition inner, simple(depth));
            out.kind = Condition::Kind::negation;
            out.children.push_back(std::move(inner));
        } else {
            LS_TRY_ASSIGN(out, simple(depth));
        }
        const std::string_view joint = is("AND") ? "AND" : is("OR") ? "OR" : "";
        if (!joint.empty()) {
            Condition joined;
            joined.kind = joint == "AND" ? Condition::Kind::conjunction : Condition::Kind::disjunction;
            joined.children.push_back(std::move(out));
            while (accept(joint)) {
                LS_TRY_ASSIGN(Condition next, simple(depth));
                joined.children.push_back(std::move(next));
            }
            out = std::move(joined);
        }
        --nesting_;
        return out;
    }

    Result<Condition> simple(int depth) {
        if (accept_symbol("(")) {
            LS_TRY_ASSIGN(Condition inner, condition(depth));
            LS_TRY(expect_symbol(")"));
            return inner;
        }
        if (is("NOT")) return unexpected();
        return comparison(depth);
    }

    Result<Condition> comparison(int depth) {
        Condition out;
        LS_TRY_ASSIGN(out.operand, operand());
        LS_TRY_ASSIGN(out.op, comparison_operator());
        const bool chosen = out.op == Operator::includes || out.op == Operator::excludes;
        const bool list = chosen || out.op == Operator::in || out.op == Operator::not_in;
        if (!list) {
            LS_TRY_ASSIGN(Literal one, literal());
            out.literals.push_back(std::move(one));
            return out;
        }
        LS_TRY(expect_symbol("("));
        if (is("SELECT") && !chosen) {
            LS_TRY_ASSIGN(Query inner, select(depth + 1));
            out.semi_join = std::make_shared<Query>(std::move(inner));
        } else {
            do {
                LS_TRY_ASSIGN(Literal one, literal());
                out.literals.push_back(std::move(one));
            } while (accept_symbol(","));
        }
        LS_TRY(expect_symbol(")"));
        return out;
    }

    Result<Operator> comparison_operator() {
        struct Sign {
            std::string_view text;
            Operator op;
        };
        constexpr Sign signs[] = {
            {"=", Operator::equal},          {"!=", Operator::not_equal}, {"<>", Operator::not_equal},       {"<", Operator::less},
            {"<=", Operator::less_or_equal}, {">", Operator::greater},    {">=", Operator::greater_or_equal}};
        for (const Sign& sign : signs)
            if (accept_symbol(sign.text)) return sign.op;
        if (accept("LIKE")) return Operator::like;
        if (accept("IN")) return Operator::in;
        if (accept("INCLUDES")) return Operator::includes;
        if (accept("EXCLUDES")) return Operator::excludes;
        if (is("NOT") && upper(ahead(1).text) == "IN") {
            at_ += 2;
            return Operator::not_in;
        }
        return unexpected();
    }

    Result<Literal> literal() {
        Literal out;
        out.position = token().position;
        const Token& here = token();
        switch (here.kind) {
            case TokenKind::string:
                out.kind = Literal::Kind::string;
                out.value = here.text;
                break;
            case TokenKind::number:
                out.kind = Literal::Kind::number;
                out.value = *Decimal::parse(here.text);
                break;
            case TokenKind::date:
                out.kind = Literal::Kind::date;
                out.value = *parse_date(here.text);
                break;
            case TokenKind::datetime:
                out.kind = Literal::Kind::datetime;
                out.value = *parse_timestamp(here.text);
                break;
            case TokenKind::name:
                return named_literal();
            case TokenKind::symbol:
                if (here.text == ":")
                    return query_error("MALFORMED_QUERY", query_, here.position, "Bind variables only allowed in Apex code");
                return unexpected();
            case TokenKind::end:
                return unexpected();
        }
        ++at_;
        return out;
    }

    Result<Literal> named_literal() {
        Literal out;
        out.position = token().position;
        const std::string word = upper(token().text);
        if (word == "NULL") {
            ++at_;
            return out;
        }
        if (word == "TRUE" || word == "FALSE") {
            ++at_;
            out.kind = Literal::Kind::boolean;
            out.value = word == "TRUE";
            return out;
        }
        const bool counted = one_of(counted_ranges, word);
        if (!counted && !one_of(plain_ranges, word)) return unexpected();
        ++at_;
        out.kind = Literal::Kind::date_range;
        out.range = word;
        if (!counted) return out;
        LS_TRY(expect_symbol(":"));
        LS_TRY_ASSIGN(out.count, count());
        return out;
    }

    Result<Ordering> ordering() {
        Ordering out;
        LS_TRY_ASSIGN(out.operand, operand());
        if (!accept("ASC")) out.descending = accept("DESC");
        if (accept("NULLS")) {
            if (accept("FIRST"))
                out.nulls_first = true;
            else if (accept("LAST"))
                out.nulls_first = false;
            else
                return unexpected();
        }
        return out;
    }

    Result<std::int64_t> count() {
        if (token().kind != TokenKind::number) return unexpected();
        auto number = Decimal::parse(token().text);
        auto whole = number ? number->to_int64() : Result<std::int64_t>(fail(ErrorCode::decimal_invalid, ""));
        if (!whole || *whole < 0) return unexpected();
        ++at_;
        return *whole;
    }

    std::string_view query_;
    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    int nesting_ = 0;
};

}  // namespace

std::string Path::text() const {
    std::string out;
    for (const std::string& part : parts) out += (out.empty() ? "" : ".") + part;
    return out;
}

Result<Query> parse(std::string_view query) {
    LS_TRY_ASSIGN(std::vector<Token> tokens, tokenize(query));
    return Parser(query, std::move(tokens)).run();
}

}  // namespace lockstep::sandbox::salesforce::soql
