#pragma once

#include <string>
#include <string_view>

namespace lockstep::sandbox::salesforce {

/// Folds case as the vendor's text comparison does, for ASCII and the letters of Western European languages.
std::string fold(std::string_view text);
/// Tells whether a folded text fits a folded LIKE pattern (`%`, `_`, and `\` before either or before itself).
bool like(std::string_view text, std::string_view pattern);
/// Takes the backslashes out of a pattern that is used as a plain text.
std::string unescaped(std::string_view pattern);

}  // namespace lockstep::sandbox::salesforce
