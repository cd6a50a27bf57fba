#include <algorithm>

#include "sandbox/zoho_crm/coql.h"
#include "sandbox/zoho_crm/refusal.h"

namespace lockstep::sandbox::zoho_crm {

namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '$'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// A literal in quotes; a backslash takes the next letter as it is.
Result<Token> quoted(std::string_view text, std::size_t& at) {
    Token token{Token::Kind::text, {}, at};
    const char quote = text[at];
    for (++at; at < text.size() && text[at] != quote; ++at) {
        if (text[at] == '\\' && at + 1 < text.size()) ++at;
        token.text += text[at];
    }
    if (at == text.size()) return refuse("SYNTAX_ERROR", "error occured while parsing the query", {{"near", text.substr(token.at, 40)}});
    ++at;
    return token;
}

Token run(std::string_view text, std::size_t& at, Token::Kind kind) {
    const std::size_t start = at++;
    while (at < text.size() && is_word(text[at])) ++at;
    return {kind, std::string(text.substr(start, at - start)), start};
}

Token mark(std::string_view text, std::size_t& at) {
    const std::size_t start = at;
    const std::string_view two = text.substr(at, 2);
    at += two == "!=" || two == ">=" || two == "<=" || two == "<>" ? 2 : 1;
    return {Token::Kind::mark, std::string(text.substr(start, at - start)), start};
}

}  // namespace

Result<std::vector<Token>> query_tokens(std::string_view text) {
    std::vector<Token> tokens;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        const bool negative = c == '-' && at + 1 < text.size() && is_digit(text[at + 1]);
        if (is_blank(c)) {
            ++at;
        } else if (c == '\'' || c == '"') {
            LS_TRY_ASSIGN(Token token, quoted(text, at));
            tokens.push_back(std::move(token));
        } else if (is_digit(c) || negative) {
            tokens.push_back(run(text, at, Token::Kind::number));
        } else if (is_word(c)) {
            tokens.push_back(run(text, at, Token::Kind::word));
        } else {
            tokens.push_back(mark(text, at));
        }
    }
    tokens.push_back({Token::Kind::end, {}, text.size()});
    return tokens;
}

}  // namespace lockstep::sandbox::zoho_crm
