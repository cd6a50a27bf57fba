#include <algorithm>

#include "connector/session.h"

namespace lockstep::connector {

MinuteBudget::MinuteBudget(Runtime& runtime, int per_minute) : runtime_(runtime), per_minute_(per_minute) {}

Result<void> MinuteBudget::take() {
    if (per_minute_ <= 0) return {};
    constexpr std::int64_t minute_ms = 60'000;
    std::int64_t now_ms = runtime_.monotonic_ms();
    std::lock_guard lock(mutex_);
    auto recent = std::find_if(taken_at_ms_.begin(), taken_at_ms_.end(), [&](std::int64_t at_ms) { return at_ms > now_ms - minute_ms; });
    taken_at_ms_.erase(taken_at_ms_.begin(), recent);
    if (taken_at_ms_.size() < static_cast<std::size_t>(per_minute_)) {
        taken_at_ms_.push_back(now_ms);
        return {};
    }
    Error error{ErrorCode::rate_limited, "the connection's own bound of calls a minute is reached: " + std::to_string(per_minute_)};
    error.retry_after_ms = taken_at_ms_.front() + minute_ms - now_ms;
    return fail(std::move(error));
}

}  // namespace lockstep::connector
