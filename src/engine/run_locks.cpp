#include "engine/run_locks.h"

#include <utility>

#include "base/defect.h"

namespace lockstep::engine {

bool RunLocks::take_more(Claim& claim) {
    while (!claim.complete() && table_.acquire(claim.names[claim.held], claim.who)) ++claim.held;
    return claim.complete();
}

bool RunLocks::acquire(const CallId& who, std::vector<std::string> names) {
    if (LS_DEFECT("run locks: names are not waited for")) return true;
    auto [found, fresh] = claims_.try_emplace(who.run_id, Claim{who, std::move(names), 0});
    return fresh ? take_more(found->second) : found->second.complete();
}

std::vector<CallId> RunLocks::release(const std::string& run_id) {
    auto found = claims_.find(run_id);
    if (found == claims_.end()) return {};
    Claim claim = std::move(found->second);
    claims_.erase(found);
    std::vector<CallId> complete;
    std::size_t last = claim.complete() ? claim.names.size() : claim.held + 1;  // it queues for the one after those it has
    for (std::size_t i = 0; i < last; ++i) {
        auto next = table_.release(claim.names[i], claim.who);
        if (!next) continue;
        Claim& its = claims_.at(next->run_id);
        ++its.held;
        if (take_more(its)) complete.push_back(its.who);
    }
    return complete;
}

std::optional<RunLocks::Wait> RunLocks::waits_for(const std::string& run_id) const {
    auto found = claims_.find(run_id);
    if (found == claims_.end() || found->second.complete()) return std::nullopt;
    const std::string& name = found->second.names[found->second.held];
    const CallId* holder = table_.holder(name);
    return Wait{name, holder ? holder->run_id : std::string()};
}

}  // namespace lockstep::engine
