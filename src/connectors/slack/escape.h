#pragma once

#include <string>
#include <string_view>

namespace lockstep::connectors::slack {

/// Escapes `&`, `<` and `>`, so that a text from outside cannot mention anyone or hide a link.
/// Source: docs.slack.dev, "Formatting message text".
std::string escape(std::string_view text);

/// Cuts an escaped text to at most `code_points_max` code points, never within an entity, and says that it was cut.
/// Requires `code_points_max` ≥ 20.
std::string cut(std::string_view escaped, std::size_t code_points_max);

}  // namespace lockstep::connectors::slack
