#pragma once

#include <cstddef>
#include <string_view>

namespace lockstep {

/// Where in a text something stands; both from 1, the column in code points.
struct TextPlace {
    int line = 1;
    int column = 1;
};

/// Finds line and column of a byte of the text.
TextPlace place_of(std::string_view text, std::size_t offset);

}  // namespace lockstep
