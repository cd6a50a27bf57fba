#pragma once

#include <cstddef>
#include <string_view>

namespace lockstep {

/// The length of the well-formed UTF-8 sequence at the start of a text that is not empty, or 0 if there is none.
/// Source: Unicode 15, table 3-7.
std::size_t utf8_sequence_length(std::string_view text);

}  // namespace lockstep
