#include "engine/end_watch.h"

namespace lockstep::engine {

void EndWatch::add(const std::string& run_id, std::int64_t until_ms, Ended done) {
    waiting_.emplace(run_id, Waiter{until_ms, std::move(done)});
    by_time_.emplace(until_ms, run_id);
}

/// What they do may add others: nothing of the maps is held on to meanwhile.
void EndWatch::tell_all(std::vector<Waiter> waiters, const std::optional<store::RunRow>& run) {
    for (auto& waiter : waiters) waiter.done(run);
}

void EndWatch::tell(const store::RunRow& run) {
    auto [first, last] = waiting_.equal_range(run.id);
    if (first == last) return;
    std::vector<Waiter> waiters;
    for (auto its = first; its != last; ++its) waiters.push_back(std::move(its->second));
    waiting_.erase(first, last);
    tell_all(std::move(waiters), run);
}

void EndWatch::give_up(std::int64_t now_ms) {
    std::vector<Waiter> waiters;
    for (; !by_time_.empty() && by_time_.begin()->first <= now_ms; by_time_.erase(by_time_.begin())) {
        auto [its, last] = waiting_.equal_range(by_time_.begin()->second);
        while (its != last) {
            if (its->second.until_ms > now_ms) {
                ++its;
                continue;
            }
            waiters.push_back(std::move(its->second));
            its = waiting_.erase(its);
        }
    }
    tell_all(std::move(waiters), std::nullopt);
}

void EndWatch::give_up_all() {
    by_time_.clear();
    std::vector<Waiter> waiters;
    for (auto& [run_id, waiter] : waiting_) waiters.push_back(std::move(waiter));
    waiting_.clear();
    tell_all(std::move(waiters), std::nullopt);
}

std::optional<std::int64_t> EndWatch::next_ms() const {
    if (waiting_.empty()) return std::nullopt;
    return by_time_.begin()->first;
}

}  // namespace lockstep::engine
