#include "expr/place.h"

#include <algorithm>

#include "value/encoding.h"

namespace lockstep::expr {
namespace {

/// Longer expressions are cut in messages.
constexpr std::size_t shown_code_points_max = 160;

std::string shown(std::string_view text) {
    const std::string_view prefix = encoding::utf8_prefix(text, shown_code_points_max);
    std::string result(prefix);
    std::replace(result.begin(), result.end(), '\n', ' ');
    return prefix.size() < text.size() ? result + "…" : result;
}

}  // namespace

Source place_in(const Source& start, std::string_view text, std::uint32_t offset) {
    const std::string_view before = text.substr(0, std::min<std::size_t>(offset, text.size()));
    const auto lines = static_cast<int>(std::count(before.begin(), before.end(), '\n'));
    const std::size_t line_start = lines == 0 ? 0 : before.rfind('\n') + 1;
    const auto column = static_cast<int>(encoding::utf8_length(before.substr(line_start)));
    Source place{start.file, std::max(start.line, 1) + lines, column + 1};
    if (lines == 0) place.column = std::max(start.column, 1) + column;
    return place;
}

std::string describe(const Source& place, std::string_view what) {
    std::string text = place.file.empty() ? "" : place.file + ":";
    return text + std::to_string(std::max(place.line, 1)) + ":" + std::to_string(std::max(place.column, 1)) + ": " + std::string(what);
}

std::string describe(const Source& start, std::string_view text, std::uint32_t offset, std::string_view what) {
    return describe(place_in(start, text, offset), what) + ": in `" + shown(text) + "`";
}

}  // namespace lockstep::expr
