#include "engine/retention.h"

#include <algorithm>

#include "base/log.h"

namespace lockstep::engine {
namespace {

/// A slice holds the loop up, and everybody who waits for a commit.
constexpr std::int64_t slice_ms_most = 5;
constexpr int slice_runs_most = 200;
constexpr int slice_runs_least = 10;
constexpr int slice_runs_first = 50;
/// Between two slices the loop is free for ten times as long as one may take.
constexpr std::int64_t pause_ms = 50;
/// A start has better things to do.
constexpr std::int64_t first_check_ms = 60'000;
constexpr std::int64_t retry_ms = 60'000;
/// With short times to keep it looks more often, so that what is over the time stays a small part.
constexpr std::int64_t checks_in_keeping_time = 20;
constexpr std::int64_t check_every_ms_least = 1'000;
constexpr std::int64_t check_every_ms_most = 3'600'000;

/// The shortest time that is kept; 0 if everything is kept for ever.
std::int64_t shortest(const KeepFor& keep) {
    std::int64_t least = 0;
    for (std::int64_t ms : {keep.runs_ms, keep.journal_ms, keep.audit_ms})
        if (ms > 0) least = least == 0 ? ms : std::min(least, ms);
    return least;
}

}  // namespace

Retention::Retention(Runtime& runtime, store::Store& store, KeepFor keep)
    : runtime_(runtime),
      store_(store),
      keep_(keep),
      check_every_ms_(std::clamp(shortest(keep) / checks_in_keeping_time, check_every_ms_least, check_every_ms_most)),
      next_ms_(runtime.monotonic_ms() + std::min(first_check_ms, check_every_ms_)),
      runs_max_(slice_runs_first) {}

std::optional<std::int64_t> Retention::next_ms() const { return shortest(keep_) == 0 ? std::nullopt : std::optional(next_ms_); }

store::TrimLimits Retention::limits() const {
    const std::int64_t now = runtime_.now().ms();
    const auto before = [now](std::int64_t keep_ms) { return keep_ms == 0 ? 0 : std::max<std::int64_t>(0, now - keep_ms); };
    return {.ended_before_ms = before(keep_.runs_ms),
            .journal_before_ms = before(keep_.journal_ms),
            .runs_max = runs_max_,
            .audit_before_ms = before(keep_.audit_ms)};
}

std::int64_t Retention::trim_if_due() {
    const std::int64_t began_ms = runtime_.monotonic_ms();
    if (shortest(keep_) == 0 || began_ms < next_ms_) return 0;
    const auto runs = store_.trim(limits());
    const std::int64_t now_ms = runtime_.monotonic_ms();
    if (!runs) {
        log::warning("old runs could not be trimmed; it is tried again", {{"error", runs.error().to_text()}});
        next_ms_ = now_ms + retry_ms;
        return 0;
    }
    next_ms_ = now_ms + (*runs < runs_max_ ? check_every_ms_ : pause_ms);
    if (*runs > 0) adapt(now_ms - began_ms);
    return *runs;
}

void Retention::adapt(std::int64_t took_ms) {
    if (took_ms > slice_ms_most) runs_max_ = std::max(slice_runs_least, runs_max_ / 2);
    if (took_ms < slice_ms_most / 2) runs_max_ = std::min(slice_runs_most, runs_max_ + runs_max_ / 4);
}

}  // namespace lockstep::engine
