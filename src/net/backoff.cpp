#include "net/backoff.h"

#include <algorithm>
#include <limits>

namespace lockstep::net {
namespace {

/// Doubles `value` until it has been doubled `times` times or has reached `cap`.
std::int64_t doubled_up_to(std::int64_t value, int times, std::int64_t cap) {
    if (value == 0) return 0;
    for (; times > 0 && value < cap; --times) value = value > cap / 2 ? cap : value * 2;
    return std::min(value, cap);
}

/// Maps a uniform 64-bit value to 0 … bound without the division of `%` (Lemire's multiply and shift).
std::uint64_t scaled(std::uint64_t random, std::uint64_t bound) {
    if (bound == std::numeric_limits<std::uint64_t>::max()) return random;
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(random) * (bound + 1)) >> 64);
}

}  // namespace

std::int64_t backoff_delay_ms(int attempt, std::int64_t base_ms, std::int64_t cap_ms, std::uint64_t random) {
    const auto base = std::max<std::int64_t>(base_ms, 0);
    const auto cap = std::max<std::int64_t>(cap_ms, 0);
    const auto widest = doubled_up_to(base, std::max(attempt, 1), cap);
    return static_cast<std::int64_t>(scaled(random, static_cast<std::uint64_t>(widest)));
}

}  // namespace lockstep::net
