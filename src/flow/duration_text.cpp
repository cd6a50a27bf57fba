#include "flow/duration_text.h"

#include <charconv>

#include "base/time.h"

namespace lockstep::flow {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t days_most = 36'500;

/// Whole days stand alone: `30d`.
std::optional<std::int64_t> read_days(const std::string& text) {
    std::int64_t days = 0;
    const char* last = text.data() + text.size() - 1;
    auto [end, error] = std::from_chars(text.data(), last, days);
    if (error != std::errc() || end != last || days <= 0 || days > days_most) return std::nullopt;
    return days * day_ms;
}

}  // namespace

std::optional<std::int64_t> read_duration_ms(const std::string& text) {
    if (text.ends_with('d')) return read_days(text);
    auto duration = parse_duration(text);
    if (!duration || duration->seconds < 0 || duration->nanos < 0 || duration->seconds > days_most * (day_ms / 1000)) return std::nullopt;
    std::int64_t ms = duration->seconds * 1000 + duration->nanos / 1'000'000;
    return ms > 0 || duration->nanos > 0 ? std::optional(ms) : std::nullopt;
}

}  // namespace lockstep::flow
