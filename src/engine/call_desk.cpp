#include "engine/call_desk.h"

#include <algorithm>
#include <numeric>

namespace lockstep::engine {

CallDesk::CallDesk(Runtime& runtime, std::vector<ConnectionEntry> connections) : runtime_(runtime) {
    for (auto& entry : connections) {
        std::string name = entry.name;
        gates_.emplace(name, Gate{.entry = std::move(entry), .queue = {}, .paused_because = {}});
    }
}

connector::Connection* CallDesk::connection(const std::string& name) {
    auto found = gates_.find(name);
    return found == gates_.end() ? nullptr : found->second.entry.connection.get();
}

const connector::ConnectionLimits* CallDesk::limits(const std::string& name) const {
    auto found = gates_.find(name);
    return found == gates_.end() ? nullptr : &found->second.entry.limits;
}

int CallDesk::concurrency_max() const {
    return std::accumulate(gates_.begin(), gates_.end(), 0,
                           [](int sum, const auto& entry) { return sum + entry.second.entry.limits.concurrency_max; });
}

CallDesk::Seat& CallDesk::new_seat() {
    std::lock_guard lock(mutex_);
    return seats_.emplace_back(runtime_.make_condition());
}

std::vector<Job> CallDesk::put(std::vector<Job> jobs) {
    std::vector<Seat*> called;
    {
        std::lock_guard lock(mutex_);
        if (closed_) return jobs;
        for (Job& job : jobs) {
            Gate& gate = gates_.at(job.connection);
            gate.queue.push_back(std::move(job));
            bool at_once = gate.under_way + static_cast<int>(gate.queue.size()) <= gate.entry.limits.concurrency_max;
            if (Seat* seat = at_once ? call_idle() : nullptr) called.push_back(seat);
        }
    }
    for (Seat* seat : called) seat->wake_->notify_one();
    return {};
}

/// Calls a worker that waits, if one does; the caller notifies it once the mutex is free.
CallDesk::Seat* CallDesk::call_idle() {
    if (idle_.empty()) return nullptr;
    Seat* seat = idle_.back();
    idle_.pop_back();
    seat->called_ = true;
    return seat;
}

/// Serves the connections in turn, so that a busy one cannot keep the workers from the others.
CallDesk::Gate* CallDesk::next_gate(std::int64_t now_ms, std::optional<std::int64_t>& earliest_pause) {
    auto at = gates_.upper_bound(last_served_);
    for (std::size_t i = 0; i < gates_.size(); ++i, ++at) {
        if (at == gates_.end()) at = gates_.begin();
        Gate& gate = at->second;
        if (!gate.could_serve()) continue;
        if (gate.paused_until_ms <= now_ms) {
            last_served_ = at->first;
            return &gate;
        }
        earliest_pause = earliest_pause ? std::min(*earliest_pause, gate.paused_until_ms) : gate.paused_until_ms;
    }
    return nullptr;
}

/// Whether some job is left that no worker has; that of a paused connection needs one who waits for the pause's end.
bool CallDesk::has_more() const {
    return std::any_of(gates_.begin(), gates_.end(), [](const auto& entry) { return entry.second.could_serve(); });
}

std::optional<Job> CallDesk::take(Seat& seat) {
    std::unique_lock lock(mutex_);
    while (!closed_) {
        std::optional<std::int64_t> earliest_pause;
        if (Gate* gate = next_gate(runtime_.monotonic_ms(), earliest_pause)) {
            Job job = std::move(gate->queue.front());
            gate->queue.pop_front();
            ++gate->under_way;
            Seat* next = has_more() ? call_idle() : nullptr;
            lock.unlock();
            if (next) next->wake_->notify_one();
            return job;
        }
        seat.called_ = false;
        idle_.push_back(&seat);
        if (earliest_pause)
            (void)seat.wake_->wait_until(lock, *earliest_pause);
        else
            seat.wake_->wait(lock);
        if (!seat.called_) std::erase(idle_, &seat);
    }
    return std::nullopt;
}

void CallDesk::settle(const std::string& connection) {
    std::lock_guard lock(mutex_);
    --gates_.at(connection).under_way;
}

void CallDesk::pause(const std::string& connection, std::int64_t ms, const std::string& because) {
    std::lock_guard lock(mutex_);
    Gate& gate = gates_.at(connection);
    gate.paused_until_ms = std::max(gate.paused_until_ms, runtime_.monotonic_ms() + ms);
    gate.paused_because = because;
}

std::vector<Job> CallDesk::close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    std::vector<Job> left;
    for (auto& [name, gate] : gates_) {
        std::move(gate.queue.begin(), gate.queue.end(), std::back_inserter(left));
        gate.queue.clear();
    }
    for (Seat* seat : idle_) seat->wake_->notify_one();
    return left;
}

std::size_t CallDesk::under_way() const {
    std::lock_guard lock(mutex_);
    std::size_t total = 0;
    for (const auto& [name, gate] : gates_) total += static_cast<std::size_t>(gate.under_way);
    return total;
}

std::vector<ConnectionStatus> CallDesk::status() const {
    std::lock_guard lock(mutex_);
    std::vector<ConnectionStatus> all;
    for (const auto& [name, gate] : gates_) {
        std::int64_t paused = std::max<std::int64_t>(0, gate.paused_until_ms - runtime_.monotonic_ms());
        all.push_back({name, gate.under_way, gate.queue.size(), paused, paused > 0 ? gate.paused_because : "",
                       gate.entry.connection ? gate.entry.connection->budget() : std::nullopt});
    }
    return all;
}

}  // namespace lockstep::engine
