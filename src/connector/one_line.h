#pragma once

#include <string>
#include <string_view>

namespace lockstep::connector {

/// Makes a text of a vendor's fit for a message: spaces, line ends and control characters become one space each run,
/// what is longer than `code_points_max` is cut and says so by `…`. A text that is not UTF-8 is only named.
std::string one_line(std::string_view text, std::size_t code_points_max);

}  // namespace lockstep::connector
