#include "engine/call_queue.h"

#include <algorithm>
#include <iterator>

namespace lockstep::engine {
Priority priority_of(std::string_view trigger) {
    if (trigger == "manual" || trigger == "button") return Priority::interactive;
    bool nobody_waits = trigger == "schedule" || trigger == "sweep" || trigger == "backfill";
    return nobody_waits ? Priority::background : Priority::normal;
}

void CallQueue::push(Job job) {
    ++size_;
    Parcel one;
    one.push_back(std::move(job));
    queue(std::move(one));
}

void CallQueue::push_joint(Job job, const Joint& joint, std::int64_t ready_ms) {
    ++size_;
    auto [at, fresh] = gathering_.try_emplace(std::to_string(static_cast<int>(job.priority)) + joint.name);
    Gathering& its = at->second;
    if (!joint.record.empty() && its.records.contains(joint.record)) {  // the one before goes first, and this one begins anew
        queue(std::exchange(its.jobs, {}));
        its.records.clear();
    }
    if (its.jobs.empty()) its.ready_ms = ready_ms;
    its.records.insert(joint.record);
    its.jobs.push_back(std::move(job));
    if (its.jobs.size() < joint.max) return;
    queue(std::move(its.jobs));
    gathering_.erase(at);
}

/// A parcel stands where its first job would.
void CallQueue::queue(Parcel parcel) {
    const Job& first = parcel.front();
    std::string flow = first.flow, run = first.id.run_id;
    lanes_[static_cast<std::size_t>(first.priority)].push(
        flow, [&](Runs& runs) { runs.push(run, [&](Fifo<Parcel>& parcels) { parcels.push(std::move(parcel)); }); });
}

void CallQueue::ripen(std::int64_t now_ms) {
    for (auto at = gathering_.begin(); at != gathering_.end();) {
        if (at->second.ready_ms > now_ms) {
            ++at;
            continue;
        }
        queue(std::move(at->second.jobs));
        at = gathering_.erase(at);
    }
}

CallQueue::Lane* CallQueue::next_lane(Priority lowest) {
    std::size_t lanes = static_cast<std::size_t>(lowest) + 1;
    bool lowest_first = served_ % lowest_first_every == lowest_first_every - 1;
    for (std::size_t i = 0; i < lanes; ++i) {
        Lane& lane = lanes_[lowest_first ? lanes - 1 - i : i];
        if (!lane.empty()) return &lane;
    }
    return nullptr;
}

std::optional<CallQueue::Parcel> CallQueue::pop(std::int64_t now_ms, Priority lowest) {
    ripen(now_ms);
    Lane* lane = next_lane(lowest);
    if (!lane) return std::nullopt;
    ++served_;
    Parcel parcel = lane->pop();
    size_ -= parcel.size();
    return parcel;
}

bool CallQueue::has_ready(std::int64_t now_ms, Priority lowest) {
    ripen(now_ms);
    return next_lane(lowest) != nullptr;
}

std::optional<std::int64_t> CallQueue::next_ready_ms() const {
    std::optional<std::int64_t> next;
    for (const auto& [name, its] : gathering_) next = next ? std::min(*next, its.ready_ms) : its.ready_ms;
    return next;
}

std::vector<Job> CallQueue::take_below(std::optional<Priority> lowest) {
    std::vector<Job> all;
    std::size_t from = lowest ? static_cast<std::size_t>(*lowest) + 1 : 0;
    auto add = [&](Parcel parcel) { std::move(parcel.begin(), parcel.end(), std::back_inserter(all)); };
    for (std::size_t i = from; i < lanes_.size(); ++i)
        while (!lanes_[i].empty()) add(lanes_[i].pop());
    for (auto at = gathering_.begin(); at != gathering_.end();) {
        bool stays = static_cast<std::size_t>(at->second.jobs.front().priority) < from;
        if (!stays) add(std::move(at->second.jobs));
        at = stays ? std::next(at) : gathering_.erase(at);
    }
    size_ -= all.size();
    return all;
}

}  // namespace lockstep::engine
