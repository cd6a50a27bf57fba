// The escapes of CEL's string and bytes literals.
#include "expr/code_points.h"
#include "expr/lexer.h"

namespace lockstep::expr {
namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Returns the character of a one-letter escape, or -1.
int simple_escape(char c) {
    constexpr std::string_view letters = "abfnrtv\\?\"'`";
    constexpr std::string_view characters = "\a\b\f\n\r\t\v\\?\"'`";
    const std::size_t at = letters.find(c);
    return at == std::string_view::npos ? -1 : characters[at];
}

/// Reads `count` digits of base 8 or 16; -1 if there are fewer.
std::int64_t read_digits(std::string_view text, std::size_t count, int base) {
    if (text.size() < count) return -1;
    std::int64_t value = 0;
    for (char c : text.substr(0, count)) {
        const int digit = hex_value(c);
        if (digit < 0 || digit >= base) return -1;
        value = value * base + digit;
    }
    return value;
}

struct Numeric {
    std::size_t skip = 0;  ///< letters between the backslash and the digits
    std::size_t digits = 0;
    int base = 16;
};

Numeric numeric_escape(char c) {
    if (c == 'x' || c == 'X') return {1, 2, 16};
    if (c == 'u') return {1, 4, 16};
    if (c == 'U') return {1, 8, 16};
    if (c >= '0' && c <= '3') return {0, 3, 8};
    return {};
}

bool is_code_point(std::int64_t value) { return value >= 0 && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF); }

/// Reads the escape behind the backslash at the start of `rest`; returns its length without the backslash, 0 if
/// invalid.
std::size_t read_escape(std::string_view rest, bool bytes, std::string& out) {
    if (rest.size() < 2) return 0;
    const int simple = simple_escape(rest[1]);
    if (simple >= 0) {
        out.push_back(static_cast<char>(simple));
        return 1;
    }
    const Numeric numeric = numeric_escape(rest[1]);
    if (numeric.digits == 0 || (bytes && numeric.digits >= 4)) return 0;
    const std::int64_t value = read_digits(rest.substr(1 + numeric.skip), numeric.digits, numeric.base);
    if (!is_code_point(value)) return 0;
    if (bytes) {
        out.push_back(static_cast<char>(value));
    } else {
        append_code_point(out, static_cast<char32_t>(value));
    }
    return numeric.skip + numeric.digits;
}

}  // namespace

bool unescape(std::string_view body, bool bytes, std::string& out, SyntaxError& error) {
    for (std::size_t i = 0; i < body.size(); ++i) {
        if (body[i] != '\\') {
            out.push_back(body[i]);
            continue;
        }
        const std::size_t length = read_escape(body.substr(i), bytes, out);
        if (length == 0) {
            error = {static_cast<std::uint32_t>(i), "this escape does not exist: " + std::string(body.substr(i, 2))};
            return false;
        }
        i += length;
    }
    return true;
}

}  // namespace lockstep::expr
