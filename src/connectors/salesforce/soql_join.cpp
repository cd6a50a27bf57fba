#include "connectors/salesforce/soql_join.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace lockstep::connectors::salesforce {
namespace {

bool is_word_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// A word (with its dots), a string or a single sign. Parentheses have the depth of what they stand in.
struct Token {
    std::string_view text;
    std::size_t at = 0;
    int depth = 0;
    std::size_t end() const { return at + text.size(); }
};

/// Where the token that begins at `at` ends; npos for a string without its closing quote.
std::size_t token_end(std::string_view soql, std::size_t at) {
    if (soql[at] == '\'') {
        for (std::size_t end = at + 1; end < soql.size(); ++end) {
            if (soql[end] == '\\')
                ++end;
            else if (soql[end] == '\'')
                return end + 1;
        }
        return std::string_view::npos;
    }
    std::size_t end = at + 1;
    while (is_word_char(soql[at]) && end < soql.size() && is_word_char(soql[end])) ++end;
    return end;
}

/// Empty if quotes or parentheses do not match.
std::vector<Token> tokens_of(std::string_view soql) {
    std::vector<Token> tokens;
    int depth = 0;
    for (std::size_t at = 0; at < soql.size();) {
        if (is_space(soql[at])) {
            ++at;
            continue;
        }
        const std::size_t end = token_end(soql, at);
        if (end == std::string_view::npos) return {};
        if (soql[at] == ')' && --depth < 0) return {};
        tokens.push_back({soql.substr(at, end - at), at, depth});
        if (soql[at] == '(') ++depth;
        at = end;
    }
    return depth == 0 ? tokens : std::vector<Token>();
}

/// What makes the result for several ids another one than the results for each, where it stands outside of parentheses
/// behind WHERE.
constexpr std::array<std::string_view, 12> alone_words = {"OR",  "NOT",  "GROUP", "HAVING", "LIMIT", "OFFSET",
                                                          "FOR", "WITH", "USING", "UPDATE", "ALL",   "WHERE"};

class JoinableReader {
public:
    explicit JoinableReader(std::string_view soql) : soql_(soql), tokens_(tokens_of(soql)) {}

    std::optional<JoinableQuery> read() {
        if (!find_clauses() || !plain_field_list() || !only_conditions() || !find_condition()) return std::nullopt;
        const Token& field = tokens_[name_ - 3];
        JoinableQuery query{.field = std::string(field.text), .bound = std::string(tokens_[name_].text)};
        if (names_with_object(query.field)) return std::nullopt;
        query.field_added = !selects(query.field);
        const std::size_t list_end = tokens_[from_ - 1].end();
        query.before = std::string(soql_.substr(0, list_end)) + (query.field_added ? ", " + query.field : "");
        query.before += soql_.substr(list_end, field.end() - list_end);
        query.after = soql_.substr(tokens_[name_].end());
        return query;
    }

private:
    bool is(std::size_t i, std::string_view word) const { return i < tokens_.size() && equals_ignoring_case(tokens_[i].text, word); }
    bool is_top(std::size_t i, std::string_view word) const { return is(i, word) && tokens_[i].depth == 0; }
    bool is_word(std::size_t i) const { return i < tokens_.size() && is_word_char(tokens_[i].text.front()); }

    /// SELECT … FROM Object WHERE …, without an alias or a scope.
    bool find_clauses() {
        if (!is(0, "SELECT")) return false;
        while (from_ < tokens_.size() && !is_top(from_, "FROM")) ++from_;
        return from_ > 1 && is_word(from_ + 1) && tokens_[from_ + 1].text.find('.') == std::string_view::npos && is_top(from_ + 2, "WHERE");
    }

    /// Names and subqueries, separated by commas: no functions, no aliases, no TYPEOF.
    bool plain_field_list() const {
        for (std::size_t i = 1; i < from_; ++i) {
            if (tokens_[i].depth > 0) continue;
            const bool first = is(i - 1, ",") || i == 1;
            const bool subquery = is(i, "(") && is(i + 1, "SELECT");
            if (is(i, ")") || (is(i, ",") && !first)) continue;
            if (!first || !(subquery || is_word(i))) return false;
        }
        return true;
    }

    bool only_conditions() const {
        for (std::size_t i = from_ + 3; i < tokens_.size(); ++i)
            if (tokens_[i].depth == 0 && std::any_of(alone_words.begin(), alone_words.end(), [&](auto word) { return is(i, word); }))
                return false;
        return true;
    }

    /// The one bound name of the whole query must be the end of `WHERE|AND Field = :name`, before AND, ORDER or the end.
    bool find_condition() {
        for (std::size_t i = 0; i + 1 < tokens_.size(); ++i) {
            if (tokens_[i].text != ":" || !is_word(i + 1) || is_digit(tokens_[i + 1].text.front())) continue;
            if (name_ != 0) return false;
            name_ = i + 1;
        }
        if (name_ < from_ + 6 || tokens_[name_].depth != 0 || tokens_[name_].text.find('.') != std::string_view::npos) return false;
        for (std::size_t i = from_; i < name_; ++i)
            if (is_top(i, "ORDER")) return false;
        const bool begins = is_top(name_ - 4, "WHERE") || is_top(name_ - 4, "AND");
        const bool ends = name_ + 1 == tokens_.size() || is_top(name_ + 1, "AND") || is_top(name_ + 1, "ORDER");
        return begins && ends && is(name_ - 2, "=") && holds_ids(tokens_[name_ - 3].text);
    }

    static bool holds_ids(std::string_view field) {
        if (field.find('.') != std::string_view::npos || is_digit(field.front())) return false;
        return equals_ignoring_case(field, "Id") || field.ends_with("Id");
    }

    bool selects(std::string_view field) const {
        for (std::size_t i = 1; i < from_; ++i)
            if (is_top(i, field)) return true;
        return false;
    }

    /// `Opportunity.Id` is the field again, and a query that selects one twice is refused.
    bool names_with_object(const std::string& field) const { return selects(std::string(tokens_[from_ + 1].text) + "." + field); }

    std::string_view soql_;
    std::vector<Token> tokens_;
    std::size_t from_ = 1;
    std::size_t name_ = 0;
};

}  // namespace

std::optional<JoinableQuery> joinable_query(std::string_view soql) { return JoinableReader(soql).read(); }

std::string joined_query(const JoinableQuery& query, const std::vector<std::string>& ids) {
    std::string text = query.before + " IN (";
    for (std::size_t i = 0; i < ids.size(); ++i) text += (i == 0 ? "'" : ",'") + ids[i] + "'";
    return text + ")" + query.after;
}

}  // namespace lockstep::connectors::salesforce
