#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

/// Text encodings of the wire.
namespace lockstep::encoding {

std::string base64(std::string_view bytes);
std::string base64url(std::string_view bytes);  ///< no padding, as JWT has it
/// Errors: `value_invalid`.
Result<std::string> from_base64(std::string_view text);  ///< padding optional
Result<std::string> from_base64url(std::string_view text);
std::string hex(std::string_view bytes);
/// Percent-encodes everything but RFC 3986's unreserved characters.
std::string percent_encode(std::string_view text);
/// Decodes %XX; `plus_is_space` for form bodies and query strings. Errors: `url_invalid` on a broken escape.
Result<std::string> percent_decode(std::string_view text, bool plus_is_space);
bool is_valid_utf8(std::string_view text);
/// Returns the text with U+FFFD for every byte that is not part of well-formed UTF-8.
std::string replace_invalid_utf8(std::string_view text);
/// Cuts to at most `code_points_max` code points, never inside one.
std::string_view utf8_prefix(std::string_view text, std::size_t code_points_max);
std::size_t utf8_length(std::string_view text);

}  // namespace lockstep::encoding
