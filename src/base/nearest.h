#pragma once

#include <span>
#include <string>
#include <string_view>

namespace lockstep {

/// Returns the candidate with the smallest edit distance, or an empty text if none is close (more than a third of the
/// letters differ). Used in messages: "no such step: ordre (did you mean `order`?)".
std::string nearest_name(std::string_view wanted, std::span<const std::string> candidates);
/// Returns ` (did you mean `x`?)` or an empty text.
std::string did_you_mean(std::string_view wanted, std::span<const std::string> candidates);

}  // namespace lockstep
