#pragma once

#include <cstdint>

namespace lockstep::net {

/// Chooses how long to wait before the next try: exponential backoff with full jitter.
///
/// After failed attempt `attempt` (1 is the first) the wait is uniform over 0 … 2·base·2^(attempt-1), so that its mean
/// is base·2^(attempt-1): about 2, 4, 8 s for a base of 2 s. Full jitter spreads callers that failed together over the
/// whole interval, where a fixed or slightly jittered wait would bring them back together (AWS Architecture Blog,
/// "Exponential Backoff And Jitter"). The upper end of the interval is bounded by `cap_ms`.
/// Units: milliseconds. `random` is uniform over all 64-bit values (`Runtime::random`).
/// Attempts below 1 count as 1; a negative base or cap as 0. Never overflows, however many the attempts.
std::int64_t backoff_delay_ms(int attempt, std::int64_t base_ms, std::int64_t cap_ms, std::uint64_t random);

}  // namespace lockstep::net
