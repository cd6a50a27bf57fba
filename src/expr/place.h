#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "expr/expr.h"

namespace lockstep::expr {

/// The place of a byte of an expression in its file.
Source place_in(const Source& start, std::string_view text, std::uint32_t offset);
/// `file:line:column: what: in `expression``.
std::string describe(const Source& start, std::string_view text, std::uint32_t offset, std::string_view what);
/// `file:line:column: what`.
std::string describe(const Source& place, std::string_view what);

}  // namespace lockstep::expr
