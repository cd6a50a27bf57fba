#pragma once

#include <algorithm>
#include <cstdint>

namespace lockstep {

/// No wait between two tries is longer than this on average, however many there were.
inline constexpr std::int64_t backoff_mean_max_ms = 5 * 60'000;

/// Exponential backoff with full jitter: uniform over 0 … twice the mean, where the mean is base, 2·base, 4·base … for
/// retry 1, 2, 3 …. Full jitter keeps many runs that failed together from coming back together.
/// Units: milliseconds. Requires retry ≥ 1.
inline std::int64_t backoff_ms(int retry, std::int64_t base_ms, std::uint64_t random) {
    std::int64_t mean = base_ms;
    for (int i = 1; i < retry && mean < backoff_mean_max_ms; ++i) mean *= 2;
    mean = std::min(mean, backoff_mean_max_ms);
    return static_cast<std::int64_t>(random % static_cast<std::uint64_t>(2 * mean + 1));
}

}  // namespace lockstep
