#include "engine/breaker.h"

#include <algorithm>

#include "base/defect.h"

namespace lockstep::engine {
namespace {

/// Whether the error says that the vendor could not be talked to, rather than something about a record.
bool says_away(ErrorCode code) {
    return code == ErrorCode::unreachable || code == ErrorCode::connection_lost || code == ErrorCode::vendor_unavailable ||
           code == ErrorCode::answer_lost;
}

bool needs_a_person(ErrorClass cls) { return cls == ErrorClass::misconfigured || cls == ErrorClass::unauthorized; }

}  // namespace

Breaker::Change Breaker::note_success(std::int64_t now_ms) {
    failures_ = 0;
    if (state_ != State::suspected) return Change::none;
    come_back(now_ms);  // a call that was under way already has answered what a probe would ask
    return Change::came_back;
}

Breaker::Change Breaker::note_failure(const Error& error, std::int64_t now_ms) {
    if (error.code == ErrorCode::deadline_exceeded || error.code == ErrorCode::shutting_down) return Change::none;
    // Whoever says when to come back is left alone until then, whatever else the answer means.
    if (error.cls() == ErrorClass::limited || error.retry_after_ms)
        return rest(error, error.retry_after_ms.value_or(limited_rest_ms), now_ms);
    if (needs_a_person(error.cls())) return suspect(error, 0, now_ms);
    if (!says_away(error.code)) return note_success(now_ms);
    if (++failures_ < failures_in_row_max) return Change::none;
    return suspect(error, first_probe_ms, now_ms);
}

Breaker::Change Breaker::note_probe(const Result<void>& result, std::int64_t now_ms) {
    probing_ = false;
    if (!awaits_probe()) return Change::none;
    if (!result && result.error().cls() == ErrorClass::limited) {  // it is there, and busy
        come_back(now_ms);
        return rest(result.error(), result.error().retry_after_ms.value_or(limited_rest_ms), now_ms);
    }
    if (result) {
        come_back(now_ms);
        return Change::came_back;
    }
    bool fresh = state_ == State::suspected;
    state_ = State::down;
    because_.message = result.error().message;
    because_.code = result.error().code;
    probe_wait_ms_ =
        needs_a_person(result.error().cls()) ? misconfigured_probe_ms : std::clamp(2 * probe_wait_ms_, first_probe_ms, last_probe_ms);
    until_ms_ = now_ms + probe_wait_ms_;
    return fresh ? Change::went_down : Change::none;
}

bool Breaker::is_open(std::int64_t now_ms) {
    if (state_ == State::resting && now_ms >= until_ms_) state_ = State::open;
    return state_ == State::open;
}

std::optional<std::int64_t> Breaker::next_ms() const {
    if (state_ == State::open || (awaits_probe() && probing_)) return std::nullopt;
    return until_ms_;
}

/// A shorter rest does not end a longer one, and a vendor that is down is not merely busy.
Breaker::Change Breaker::rest(const Error& error, std::int64_t ms, std::int64_t now_ms) {
    if (LS_DEFECT("limits: Retry-After is not waited for")) return Change::none;
    failures_ = 0;
    bool fresh = is_open(now_ms);
    if (!fresh && (state_ != State::resting || now_ms + ms <= until_ms_)) return Change::none;
    if (fresh) since_ms_ = now_ms;
    state_ = State::resting;
    because_ = error;
    until_ms_ = now_ms + ms;
    return Change::stopped;
}

Breaker::Change Breaker::suspect(const Error& error, std::int64_t first_ms, std::int64_t now_ms) {
    failures_ = 0;
    if (awaits_probe()) return Change::none;
    if (state_ != State::resting || now_ms >= until_ms_) since_ms_ = now_ms;
    // What fails again soon after it came back is asked less and less often.
    if (now_ms - back_at_ms_ >= healthy_ms) probe_wait_ms_ = first_ms;
    probe_wait_ms_ = std::max(probe_wait_ms_, first_ms);
    state_ = State::suspected;
    because_ = error;
    until_ms_ = now_ms + probe_wait_ms_;
    return Change::stopped;
}

void Breaker::resume(const Memory& memory, std::int64_t now_ms) {
    state_ = memory.state;
    because_ = memory.because;
    since_ms_ = memory.since_ms;
    until_ms_ = awaits_probe() ? now_ms : memory.until_ms;
}

void Breaker::come_back(std::int64_t now_ms) {
    failures_ = 0;
    state_ = State::open;
    back_at_ms_ = now_ms;
}

}  // namespace lockstep::engine
