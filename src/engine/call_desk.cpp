#include "engine/call_desk.h"

#include <algorithm>

namespace lockstep::engine {

CallDesk::CallDesk(Runtime& runtime, std::vector<ConnectionEntry> connections) : runtime_(runtime), changed_(runtime.make_condition()) {
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

std::optional<Job> CallDesk::put(Job job) {
    std::lock_guard lock(mutex_);
    if (closed_) return job;
    gates_.at(job.connection).queue.push_back(std::move(job));
    changed_->notify_one();
    return std::nullopt;
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

bool CallDesk::has_work(std::int64_t now_ms) const {
    return std::any_of(gates_.begin(), gates_.end(),
                       [&](const auto& entry) { return entry.second.could_serve() && entry.second.paused_until_ms <= now_ms; });
}

std::optional<Job> CallDesk::take() {
    std::unique_lock lock(mutex_);
    while (!closed_) {
        std::optional<std::int64_t> earliest_pause;
        std::int64_t now = runtime_.monotonic_ms();
        if (Gate* gate = next_gate(now, earliest_pause)) {
            Job job = std::move(gate->queue.front());
            gate->queue.pop_front();
            ++gate->under_way;
            // One who wakes wakes the next while there is work: the end of a pause, say, is noticed by one only.
            if (has_work(now)) changed_->notify_one();
            return job;
        }
        if (earliest_pause)
            (void)changed_->wait_until(lock, *earliest_pause);
        else
            changed_->wait(lock);
    }
    return std::nullopt;
}

void CallDesk::settle(const std::string& connection) {
    std::lock_guard lock(mutex_);
    --gates_.at(connection).under_way;
    changed_->notify_one();
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
    changed_->notify_all();
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
