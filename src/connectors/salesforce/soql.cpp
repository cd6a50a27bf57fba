#include "connectors/salesforce/soql.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "base/nearest.h"

namespace lockstep::connectors::salesforce {
namespace {

bool is_word_start(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool is_word_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }
bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

std::size_t word_end(std::string_view text, std::size_t at) {
    while (at < text.size() && is_word_char(text[at])) ++at;
    return at;
}

/// Returns where the string literal that begins at `at` ends (behind its quote), or npos if it does not.
std::size_t string_end(std::string_view text, std::size_t at) {
    for (++at; at < text.size(); ++at) {
        if (text[at] == '\\')
            ++at;
        else if (text[at] == '\'')
            return at + 1;
    }
    return std::string_view::npos;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// Words, parentheses and commas of a query; strings and everything else are left out.
std::vector<std::string_view> words_of(std::string_view soql) {
    std::vector<std::string_view> words;
    for (std::size_t at = 0; at < soql.size();) {
        if (soql[at] == '\'') {
            at = std::min(string_end(soql, at), soql.size());
        } else if (is_word_char(soql[at])) {
            std::size_t end = word_end(soql, at);
            words.push_back(soql.substr(at, end - at));
            at = end;
        } else {
            if (soql[at] == '(' || soql[at] == ')') words.push_back(soql.substr(at, 1));
            ++at;
        }
    }
    return words;
}

using Words = std::vector<std::string_view>;

bool is_word(const Words& words, std::size_t at, std::string_view wanted) {
    return at < words.size() && equals_ignoring_case(words[at], wanted);
}

/// Reads a query whose SELECT is at `at`; leaves `at` behind the name that follows its FROM.
Subquery read_select(const Words& words, std::size_t& at, int depth) {
    Subquery query;
    int open = 0;
    for (++at; at < words.size(); ++at) {
        if (open == 0 && is_word(words, at, "FROM")) {
            if (++at < words.size()) query.name = words[at++];
            return query;
        }
        if (words[at] == ")") --open;
        if (open < 0) return query;
        if (words[at] != "(") continue;
        ++open;
        if (depth == 0 || !is_word(words, at + 1, "SELECT")) continue;
        ++at;
        query.children.push_back(read_select(words, at, depth - 1));
        for (int inner = 0; at < words.size() && inner >= 0; ++at) inner += words[at] == "(" ? 1 : words[at] == ")" ? -1 : 0;
        --open;
        --at;
    }
    return query;
}

/// Subqueries nest at most this deep. Source: SOQL and SOSL Reference, "Relationship Queries" (five levels from v58.0).
constexpr int subquery_depth_max = 5;

Subquery outermost(std::string_view soql) {
    Words words = words_of(soql);
    std::size_t at = 0;
    while (at < words.size() && !is_word(words, at, "SELECT")) ++at;
    return at < words.size() ? read_select(words, at, subquery_depth_max) : Subquery{};
}

/// One pass over a query that replaces its bound names.
class Binder {
public:
    Binder(std::string_view soql, const Map& bind) : soql_(soql), bind_(bind) {}

    Result<std::string> run() {
        while (at_ < soql_.size()) {
            if (soql_[at_] == '\'') {
                LS_TRY(copy_string());
            } else if (soql_[at_] == ':' && name_follows()) {
                LS_TRY(replace_name());
            } else {
                out_ += soql_[at_++];
            }
        }
        LS_TRY(all_used());
        return std::move(out_);
    }

private:
    Result<void> copy_string() {
        std::size_t end = string_end(soql_, at_);
        if (end == std::string_view::npos)
            return fail(ErrorCode::value_invalid,
                        "the query has a string without its closing quote: " + std::string(soql_.substr(at_, 40)));
        out_ += soql_.substr(at_, end - at_);
        at_ = end;
        return {};
    }

    /// A colon before a digit belongs to a time (`10:00:00`) or a date literal (`LAST_N_DAYS:30`).
    bool name_follows() {
        name_at_ = at_ + 1;
        while (name_at_ < soql_.size() && is_space(soql_[name_at_])) ++name_at_;
        return name_at_ < soql_.size() && is_word_start(soql_[name_at_]);
    }

    Result<void> replace_name() {
        std::size_t end = word_end(soql_, name_at_);
        std::string name(soql_.substr(name_at_, end - name_at_));
        if (end < soql_.size() && soql_[end] == '.')
            return fail(ErrorCode::value_invalid, "a bound name has no parts, give the value itself under `bind`: :" + name + ".…");
        const Value* value = bind_.find(name);
        if (!value)
            return fail(ErrorCode::value_invalid,
                        "the query names a value that `bind` does not have: :" + name + did_you_mean(name, bound_names()));
        LS_TRY_ASSIGN(std::string literal, soql_literal(*value));
        if (counts_units())
            out_ += ':';
        else if (!out_.empty() && is_word_char(out_.back()))
            out_ += ' ';
        out_ += literal;
        if (end < soql_.size() && is_word_char(soql_[end])) out_ += ' ';
        used_.insert(name);
        at_ = end;
        return {};
    }

    /// Whether the word before the colon is a date literal that takes a number, as in `LAST_N_DAYS:days`.
    bool counts_units() const {
        std::size_t begin = out_.size();
        while (begin > 0 && is_word_char(out_[begin - 1])) --begin;
        std::string_view word = std::string_view(out_).substr(begin);
        return word.find("_N_") != std::string_view::npos || word.starts_with("N_");
    }

    std::vector<std::string> bound_names() const {
        std::vector<std::string> names;
        for (const auto& [name, value] : bind_) names.push_back(name);
        return names;
    }

    Result<void> all_used() const {
        for (const auto& [name, value] : bind_)
            if (!used_.contains(name)) return fail(ErrorCode::value_invalid, "`bind` has a value that the query does not use: " + name);
        return {};
    }

    std::string_view soql_;
    const Map& bind_;
    std::size_t at_ = 0;
    std::size_t name_at_ = 0;
    std::string out_;
    std::set<std::string, std::less<>> used_;
};

}  // namespace

Result<std::string> bind_soql(std::string_view soql, const Map& bind) { return Binder(soql, bind).run(); }

std::vector<Subquery> subqueries_of(std::string_view soql) { return outermost(soql).children; }

std::string object_of(std::string_view soql) { return outermost(soql).name; }

}  // namespace lockstep::connectors::salesforce
