#include <fmt/format.h>

#include "sandbox/salesforce/refusal.h"
#include "sandbox/salesforce/soql.h"

namespace lockstep::sandbox::salesforce::soql {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

void append_code_point(std::string& out, unsigned code) {
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xC0 | (code >> 6));
        out += static_cast<char>(0x80 | (code & 0x3F));
    } else {
        out += static_cast<char>(0xE0 | (code >> 12));
        out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (code & 0x3F));
    }
}

class Lexer {
public:
    explicit Lexer(std::string_view query) : query_(query) {}

    Result<std::vector<Token>> run() {
        std::vector<Token> tokens;
        for (;;) {
            while (at_ < query_.size() && is_space(query_[at_])) ++at_;
            if (at_ == query_.size()) break;
            LS_TRY_ASSIGN(Token token, next());
            tokens.push_back(std::move(token));
        }
        tokens.push_back({TokenKind::end, "<EOF>", query_.size()});
        return tokens;
    }

private:
    Result<Token> next() {
        const char c = query_[at_];
        if (c == '\'') return string();
        if (is_letter(c)) return name();
        const bool signed_number =
            (c == '-' || c == '+') && at_ + 1 < query_.size() && (is_digit(query_[at_ + 1]) || query_[at_ + 1] == '.');
        if (is_digit(c) || signed_number || (c == '.' && at_ + 1 < query_.size() && is_digit(query_[at_ + 1]))) return number_or_time();
        return symbol();
    }

    Token take(TokenKind kind, std::size_t length) {
        Token token{kind, std::string(query_.substr(at_, length)), at_};
        at_ += length;
        return token;
    }

    Result<Token> name() {
        std::size_t end = at_;
        while (end < query_.size() && (is_letter(query_[end]) || is_digit(query_[end]))) ++end;
        return take(TokenKind::name, end - at_);
    }

    Result<Token> symbol() {
        constexpr std::string_view two[] = {"!=", "<=", ">=", "<>"};
        for (const std::string_view wide : two)
            if (query_.substr(at_, 2) == wide) return take(TokenKind::symbol, 2);
        constexpr std::string_view one = "(),.=<>:";
        if (one.find(query_[at_]) != std::string_view::npos) return take(TokenKind::symbol, 1);
        return query_error("MALFORMED_QUERY", query_, at_, fmt::format("unexpected token: '{}'", query_[at_]));
    }

    // `2026-02-18`, `2026-02-18T10:00:00Z`, `…+01:00`, `12.5`, `1e3`, `USD5000` is a name.
    Result<Token> number_or_time() {
        const std::string_view rest = query_.substr(at_);
        const bool date = rest.size() >= 10 && rest[4] == '-' && rest[7] == '-';
        constexpr std::string_view time_letters = "0123456789-:.TtZz+";
        constexpr std::string_view number_letters = "0123456789.eE+-";
        std::size_t end = 1;
        const std::string_view allowed = date ? time_letters : number_letters;
        while (end < rest.size() && allowed.find(rest[end]) != std::string_view::npos) ++end;
        const std::string_view text = rest.substr(0, end);
        if (end < rest.size() && is_letter(rest[end]))
            return query_error("MALFORMED_QUERY", query_, at_, fmt::format("unexpected token: '{}{}'", text, rest[end]));
        if (!date) {
            if (!Decimal::parse(text)) return query_error("MALFORMED_QUERY", query_, at_, fmt::format("unexpected token: '{}'", text));
            return take(TokenKind::number, end);
        }
        if (text.size() == 10) {
            if (!parse_date(text)) return query_error("MALFORMED_QUERY", query_, at_, fmt::format("unexpected token: '{}'", text));
            return take(TokenKind::date, end);
        }
        if (!parse_timestamp(text)) return query_error("MALFORMED_QUERY", query_, at_, fmt::format("unexpected token: '{}'", text));
        return take(TokenKind::datetime, end);
    }

    Result<Token> string() {
        Token token{TokenKind::string, {}, at_};
        for (std::size_t i = at_ + 1; i < query_.size(); ++i) {
            const char c = query_[i];
            if (c == '\'') {
                at_ = i + 1;
                return token;
            }
            if (c != '\\') {
                token.text += c;
                continue;
            }
            LS_TRY(escape(i, token.text));
        }
        return query_error("MALFORMED_QUERY", query_, at_,
                           "line 1:" + std::to_string(query_.size()) + " mismatched character '<EOF>' expecting '''");
    }

    // Leaves `i` on the last character of the escape.
    Result<void> escape(std::size_t& i, std::string& out) {
        constexpr std::string_view codes = "nNrRtTbBfF\\'\"";
        constexpr std::string_view meanings = "\n\n\r\r\t\t\b\b\f\f\\'\"";
        const char c = i + 1 < query_.size() ? query_[i + 1] : '\0';
        if (c == '_' || c == '%') {
            out += '\\';
            out += c;
            ++i;
            return {};
        }
        if (const std::size_t code = c == '\0' ? std::string_view::npos : codes.find(c); code != std::string_view::npos) {
            // A backslash stays doubled where a LIKE pattern would otherwise read it as its own escape.
            if (c == '\\') out += '\\';
            out += meanings[code];
            ++i;
            return {};
        }
        if ((c == 'u' || c == 'U') && i + 5 < query_.size()) {
            unsigned point = 0;
            std::size_t digits = 0;
            for (; digits < 4; ++digits) {
                const char h = query_[i + 2 + digits];
                if (is_digit(h))
                    point = point * 16 + static_cast<unsigned>(h - '0');
                else if (h >= 'a' && h <= 'f')
                    point = point * 16 + static_cast<unsigned>(h - 'a' + 10);
                else if (h >= 'A' && h <= 'F')
                    point = point * 16 + static_cast<unsigned>(h - 'A' + 10);
                else
                    break;
            }
            if (digits == 4) {
                append_code_point(out, point);
                i += 5;
                return {};
            }
        }
        return query_error("MALFORMED_QUERY", query_, i,
                           fmt::format("Illegal character sequence '\\{}' in string literal", c == '\0' ? ' ' : c));
    }

    std::string_view query_;
    std::size_t at_ = 0;
};

}  // namespace

Result<std::vector<Token>> tokenize(std::string_view query) { return Lexer(query).run(); }

Unexpected query_error(std::string_view code, std::string_view query, std::size_t position, std::string message) {
    position = std::min(position, query.size());
    std::size_t row = 1, line_start = 0;
    for (std::size_t i = 0; i < position; ++i)
        if (query[i] == '\n') {
            ++row;
            line_start = i + 1;
        }
    const std::size_t from = position - line_start > 40 ? position - 40 : line_start;
    std::string part(query.substr(from, position - from + 20));
    if (const std::size_t end = part.find('\n'); end != std::string::npos) part.resize(end);
    return refuse(code, fmt::format("\n{}\n{}^\nERROR at Row:{}:Column:{}\n{}", part, std::string(position - from, ' '), row,
                                    position - line_start + 1, message));
}

}  // namespace lockstep::sandbox::salesforce::soql
