#include "engine/backlog.h"

#include "base/assert.h"
#include "base/defect.h"

namespace lockstep::engine {
namespace {

std::string flow_of(const std::string& key) { return key.substr(0, key.find('\n')); }

}  // namespace

void Backlog::make_ready(const std::string& key, const Key& its) {
    auto priority = static_cast<std::size_t>(its.waiting.front().priority);
    ready_[priority].push(flow_of(key), [&](Fifo<std::string>& keys) { keys.push(key); });
}

void Backlog::push(const std::string& key, Entry entry) {
    Key& its = keys_[key];
    since_.insert(entry.since_ms);
    its.waiting.push_back(std::move(entry));
    if (!its.busy && its.waiting.size() == 1) make_ready(key, its);
}

std::optional<Backlog::Taken> Backlog::take(const MayTake& may_take) {
    bool lowest_first = taken_ % lowest_first_every == lowest_first_every - 1;
    for (std::size_t i = 0; i < ready_.size(); ++i) {
        auto key = ready_[lowest_first ? ready_.size() - 1 - i : i].pop_if(may_take);
        if (!key) continue;
        ++taken_;
        Key& its = keys_.at(*key);
        LS_ASSERT(!its.busy && !its.waiting.empty());
        Taken taken{*std::move(key), std::move(its.waiting.front())};
        if (LS_DEFECT("order: the newest run of a key goes first") && !its.waiting.empty() && its.waiting.size() > 1)
            std::swap(its.waiting.back(), taken.entry);
        its.waiting.pop_front();
        its.busy = true;
        since_.erase(since_.find(taken.entry.since_ms));
        return taken;
    }
    return std::nullopt;
}

bool Backlog::has_ready(const MayTake& may_take) const {
    for (const auto& lane : ready_)
        if (lane.any(may_take)) return true;
    return false;
}

void Backlog::give_back(Taken taken) {
    since_.insert(taken.entry.since_ms);
    keys_.at(taken.key).waiting.push_front(std::move(taken.entry));
    release(taken.key);
}

void Backlog::occupy(const std::string& key) {
    Key& its = keys_[key];
    LS_ASSERT(!its.busy && its.waiting.empty());
    its.busy = true;
}

void Backlog::release(const std::string& key) {
    auto found = keys_.find(key);
    LS_ASSERT(found != keys_.end() && found->second.busy);
    found->second.busy = false;
    if (found->second.waiting.empty())
        keys_.erase(found);
    else
        make_ready(key, found->second);
}

}  // namespace lockstep::engine
