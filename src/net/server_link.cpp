#include "net/server_link.h"

#include <microhttpd.h>

#include <ctime>

namespace lockstep::net {

std::int64_t coarse_ms() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

Link::Turn Link::begin(const std::atomic<bool>& stopping) {
    std::lock_guard lock(mutex_);
    if (reply_ == Reply::answered) return Turn::answer;
    if (reply_ != Reply::none || stopping || !phase.step(Phase::Kind::handling)) return Turn::close;
    reply_ = Reply::awaited;
    return Turn::call_handler;
}

Link::Turn Link::park() {
    std::lock_guard lock(mutex_);
    if (reply_ == Reply::answered) return Turn::answer;
    if (reply_ != Reply::awaited) return Turn::close;
    MHD_suspend_connection(handle_);
    reply_ = Reply::parked;
    return Turn::wait;
}

void Link::settle(Answer answer) {
    std::lock_guard lock(mutex_);
    if (reply_ != Reply::awaited && reply_ != Reply::parked) return;
    answer_ = std::move(answer);
    const bool was_parked = reply_ == Reply::parked;
    reply_ = Reply::answered;
    if (was_parked) MHD_resume_connection(handle_);
}

void Link::abandon() {
    std::lock_guard lock(mutex_);
    const bool was_parked = reply_ == Reply::parked;
    if (was_parked || reply_ == Reply::awaited) reply_ = Reply::abandoned;
    if (was_parked) MHD_resume_connection(handle_);
}

void Link::reset() {
    {
        std::lock_guard lock(mutex_);
        reply_ = Reply::none;
    }
    answer_ = {};
    request = {};
    head_seen = false;
    body_too_large = false;
    discarded_bytes = 0;
    phase.step(Phase::Kind::idle);
}

}  // namespace lockstep::net
