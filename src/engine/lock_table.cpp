#include "engine/lock_table.h"

#include <algorithm>

namespace lockstep::engine {

bool LockTable::acquire(const std::string& name, const CallId& who) {
    auto [found, fresh] = locks_.try_emplace(name, Lock{who, {}});
    if (fresh || found->second.holder == who) return true;
    auto& waiting = found->second.waiting;
    if (std::find(waiting.begin(), waiting.end(), who) == waiting.end()) waiting.push_back(who);
    return false;
}

std::optional<CallId> LockTable::release(const std::string& name, const CallId& who) {
    auto found = locks_.find(name);
    if (found == locks_.end()) return std::nullopt;
    auto& [holder, waiting] = found->second;
    if (holder != who) {
        std::erase(waiting, who);
        return std::nullopt;
    }
    if (waiting.empty()) {
        locks_.erase(found);
        return std::nullopt;
    }
    holder = std::move(waiting.front());
    waiting.pop_front();
    return holder;
}

const CallId* LockTable::holder(const std::string& name) const {
    auto found = locks_.find(name);
    return found == locks_.end() ? nullptr : &found->second.holder;
}

}  // namespace lockstep::engine
