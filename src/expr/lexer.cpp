#include "expr/lexer.h"

#include <algorithm>
#include <array>

#include "value/encoding.h"

namespace lockstep::expr {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

/// Longest first, so that the first match is the right one.
constexpr std::array<std::string_view, 24> symbols = {"==", "!=", "<=", ">=", "&&", "||", "(", ")", "[", "]", "{", "}",
                                                      ".",  ",",  "?",  ":",  "+",  "-",  "*", "/", "%", "!", "<", ">"};

struct Prefix {
    std::size_t length = 0;
    bool bytes = false;
    bool raw = false;
};

/// Reads `b`, `r` and `br` in front of a quote; length 0 with no quote behind it means: not a literal.
Prefix literal_prefix(std::string_view rest) {
    Prefix prefix;
    if (prefix.length < rest.size() && (rest[prefix.length] == 'b' || rest[prefix.length] == 'B')) {
        prefix.bytes = true;
        ++prefix.length;
    }
    if (prefix.length < rest.size() && (rest[prefix.length] == 'r' || rest[prefix.length] == 'R')) {
        prefix.raw = true;
        ++prefix.length;
    }
    return prefix;
}

/// Returns the length of the quote at the start of `rest` (1 or 3), or 0.
std::size_t quote_length(std::string_view rest) {
    if (rest.empty() || (rest[0] != '\'' && rest[0] != '"')) return 0;
    return rest.size() >= 3 && rest[1] == rest[0] && rest[2] == rest[0] ? 3 : 1;
}

/// Returns the offset of the closing quote from `start`, or npos if the literal does not end.
std::size_t closing_quote(std::string_view text, std::size_t start, std::string_view quote, bool raw) {
    for (std::size_t i = start; i < text.size(); ++i) {
        if (text.substr(i, quote.size()) == quote) return i;
        if (quote.size() == 1 && (text[i] == '\n' || text[i] == '\r')) return std::string_view::npos;
        if (text[i] == '\\' && !raw) ++i;
    }
    return std::string_view::npos;
}

class Lexer {
public:
    Lexer(std::string_view text, std::vector<Token>& tokens, SyntaxError& error) : text_(text), tokens_(tokens), error_(error) {}

    bool run() {
        if (!encoding::is_valid_utf8(text_)) return refuse("the expression is not valid UTF-8");
        while (skip_space(), at_ < text_.size()) {
            if (!next()) return false;
        }
        add(Token::Kind::end, 0);
        return true;
    }

private:
    bool next() {
        const char c = text_[at_];
        const Prefix prefix = literal_prefix(rest());
        if (quote_length(rest().substr(prefix.length)) > 0) return quoted(prefix);
        if (is_letter(c)) return identifier();
        if (is_digit(c) || (c == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) return number();
        if (c == '`') return quoted_identifier();
        return symbol();
    }

    std::string_view rest() const { return text_.substr(at_); }
    char peek(std::size_t ahead) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

    bool refuse(std::string message) {
        error_ = {static_cast<std::uint32_t>(at_), std::move(message)};
        return false;
    }

    Token& add(Token::Kind kind, std::size_t length) {
        tokens_.push_back({kind, static_cast<std::uint32_t>(at_), text_.substr(at_, length), {}});
        at_ += length;
        return tokens_.back();
    }

    void skip_space() {
        while (at_ < text_.size()) {
            if (is_space(text_[at_])) {
                ++at_;
            } else if (rest().starts_with("//")) {
                at_ = std::min(text_.find('\n', at_), text_.size());
            } else {
                return;
            }
        }
    }

    bool identifier() {
        std::size_t length = 1;
        while (is_letter(peek(length)) || is_digit(peek(length))) ++length;
        add(Token::Kind::identifier, length);
        return true;
    }

    bool quoted_identifier() {
        const std::size_t close = text_.find('`', at_ + 1);
        if (close == std::string_view::npos) return refuse("the quoted name does not end: ` is missing");
        if (close == at_ + 1) return refuse("the quoted name is empty");
        Token& token = add(Token::Kind::quoted_identifier, close + 1 - at_);
        token.text = std::string(token.source.substr(1, token.source.size() - 2));
        return true;
    }

    std::size_t digits(std::size_t from) const {
        while (is_digit(peek(from))) ++from;
        return from;
    }

    bool number() {
        if (text_[at_] == '0' && (peek(1) == 'x' || peek(1) == 'X')) return hex_number();
        std::size_t length = digits(0);
        bool real = false;
        if (peek(length) == '.' && is_digit(peek(length + 1))) {
            real = true;
            length = digits(length + 1);
        }
        const std::size_t sign = peek(length + 1) == '+' || peek(length + 1) == '-' ? 1 : 0;
        if ((peek(length) == 'e' || peek(length) == 'E') && is_digit(peek(length + 1 + sign))) {
            real = true;
            length = digits(length + 1 + sign);
        }
        return finish_number(length, real);
    }

    bool hex_number() {
        std::size_t length = 2;
        while (is_hex_digit(peek(length))) ++length;
        if (length == 2) return refuse("a hexadecimal number needs digits");
        return finish_number(length, false);
    }

    bool finish_number(std::size_t length, bool real) {
        const bool is_unsigned = !real && (peek(length) == 'u' || peek(length) == 'U');
        if (is_unsigned) ++length;
        if (is_letter(peek(length)) || is_digit(peek(length))) return refuse("a number is followed by a letter");
        add(real ? Token::Kind::real : is_unsigned ? Token::Kind::unsigned_integer : Token::Kind::integer, length);
        return true;
    }

    bool quoted(Prefix prefix) {
        const std::size_t start = at_ + prefix.length;
        const std::string_view quote = text_.substr(start, quote_length(text_.substr(start)));
        const std::size_t body = start + quote.size();
        const std::size_t close = closing_quote(text_, body, quote, prefix.raw);
        if (close == std::string_view::npos) return refuse("the text does not end: the closing quote is missing");
        const std::string_view source = text_.substr(body, close - body);
        Token& token = add(prefix.bytes ? Token::Kind::bytes : Token::Kind::string, close + quote.size() - at_);
        if (prefix.raw) {
            token.text = std::string(source);
            return true;
        }
        if (unescape(source, prefix.bytes, token.text, error_)) return true;
        error_.offset += static_cast<std::uint32_t>(body);
        return false;
    }

    bool symbol() {
        for (std::string_view candidate : symbols) {
            if (!rest().starts_with(candidate)) continue;
            add(Token::Kind::symbol, candidate.size());
            return true;
        }
        if (text_[at_] == '=') return refuse("`=` does not compare: write `==`");
        if (text_[at_] == '|' || text_[at_] == '&') return refuse("write `&&` and `||`");
        return refuse("this character means nothing here: " + std::string(encoding::utf8_prefix(rest(), 1)));
    }

    std::string_view text_;
    std::vector<Token>& tokens_;
    SyntaxError& error_;
    std::size_t at_ = 0;
};

/// Returns the offset behind the string literal whose quote is at `at`.
std::size_t skip_literal(std::string_view text, std::size_t at) {
    const bool raw = at > 0 && (text[at - 1] == 'r' || text[at - 1] == 'R') &&
                     (at < 2 || !(is_letter(text[at - 2]) || is_digit(text[at - 2])) || text[at - 2] == 'b' || text[at - 2] == 'B');
    const std::string_view quote = text.substr(at, quote_length(text.substr(at)));
    const std::size_t close = closing_quote(text, at + quote.size(), quote, raw);
    return close == std::string_view::npos ? close : close + quote.size();
}

}  // namespace

bool tokenize(std::string_view text, std::vector<Token>& tokens, SyntaxError& error) { return Lexer(text, tokens, error).run(); }

std::size_t find_expression_end(std::string_view text, std::size_t start) {
    int open = 1;
    std::size_t i = start;
    while (i < text.size()) {
        const char c = text[i];
        if (c == '\'' || c == '"') {
            i = skip_literal(text, i);
            if (i == std::string_view::npos) return i;
            continue;
        }
        if (c == '`') i = std::min(text.find('`', i + 1), text.size());
        if (text.substr(i).starts_with("//")) i = std::min(text.find('\n', i), text.size());
        if (c == '{') ++open;
        if (c == '}' && --open == 0) return i + 1;
        ++i;
    }
    return std::string_view::npos;
}

}  // namespace lockstep::expr
