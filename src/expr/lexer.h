#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lockstep::expr {

struct Token {
    enum class Kind : std::uint8_t { end, identifier, quoted_identifier, integer, unsigned_integer, real, string, bytes, symbol };
    Kind kind = Kind::end;
    std::uint32_t offset = 0;
    std::string_view source;  ///< as written
    std::string text;         ///< string, bytes, quoted_identifier: unescaped

    bool is(std::string_view symbol) const { return kind == Kind::symbol && source == symbol; }
    bool is_word(std::string_view word) const { return kind == Kind::identifier && source == word; }
};

/// Where and why a text is not an expression.
struct SyntaxError {
    std::uint32_t offset = 0;
    std::string message;
};

/// Splits a text into tokens; the last is `end`. On a mistake returns false and fills `error`.
bool tokenize(std::string_view text, std::vector<Token>& tokens, SyntaxError& error);

/// Resolves the escapes of a string or bytes literal. Returns false and fills `error` (offset within `body`).
bool unescape(std::string_view body, bool bytes, std::string& out, SyntaxError& error);

/// Returns the offset just behind the `}` that closes an expression starting at `start`, or npos.
std::size_t find_expression_end(std::string_view text, std::size_t start);

}  // namespace lockstep::expr
