#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/lock_table.h"

namespace lockstep::engine {

/// The names that runs have from their `lock` step until they end. Each run takes its names one after the other in one
/// order over all runs, so none waits for one that waits for it. Used by the engine's loop only.
class RunLocks {
public:
    /// Takes the names, which are sorted. Returns whether all are held; otherwise the run has those before the first that
    /// is not free, and queues for that one.
    bool acquire(const CallId& who, std::vector<std::string> names);
    /// Gives back what the run has or waits for. Returns whose names are complete now.
    std::vector<CallId> release(const std::string& run_id);

    struct Wait {
        std::string name, holder_run_id;
    };
    /// What the run waits for; nullopt: for nothing.
    std::optional<Wait> waits_for(const std::string& run_id) const;
    /// Runs that have or wait for names.
    std::size_t size() const { return claims_.size(); }

private:
    struct Claim {
        CallId who;
        std::vector<std::string> names;
        std::size_t held = 0;
        bool complete() const { return held == names.size(); }
    };
    bool take_more(Claim& claim);

    LockTable table_;
    std::unordered_map<std::string, Claim> claims_;  // by run
};

}  // namespace lockstep::engine
