#include "engine/backlog.h"

#include "base/assert.h"

namespace lockstep::engine {

void Backlog::push(const std::string& key, Entry entry) {
    Key& its = keys_[key];
    if (!its.busy && its.waiting.empty()) ready_.push_back(key);
    its.waiting.push_back(std::move(entry));
    ++size_;
}

std::optional<Backlog::Taken> Backlog::take() {
    if (ready_.empty()) return std::nullopt;
    std::string key = std::move(ready_.front());
    ready_.pop_front();
    Key& its = keys_.at(key);
    LS_ASSERT(!its.busy && !its.waiting.empty());
    Taken taken{key, std::move(its.waiting.front())};
    its.waiting.pop_front();
    its.busy = true;
    --size_;
    return taken;
}

void Backlog::give_back(Taken taken) {
    keys_.at(taken.key).waiting.push_front(std::move(taken.entry));
    ++size_;
    release(taken.key);
}

void Backlog::release(const std::string& key) {
    auto found = keys_.find(key);
    LS_ASSERT(found != keys_.end() && found->second.busy);
    found->second.busy = false;
    if (found->second.waiting.empty())
        keys_.erase(found);
    else
        ready_.push_back(key);
}

std::int64_t Backlog::oldest_since_ms() const { return ready_.empty() ? 0 : keys_.at(ready_.front()).waiting.front().since_ms; }

}  // namespace lockstep::engine
