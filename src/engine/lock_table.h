#pragma once

#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

namespace lockstep::engine {

/// Who makes a call: one element of one step of one run.
struct CallId {
    std::string run_id;
    int step = -1;
    int element = -1;
    bool operator==(const CallId&) const = default;
};

/// Locks by name, first come first served. A holder keeps its lock until it is released, also over retries that are in
/// doubt. Used by the engine's loop only.
class LockTable {
public:
    /// Takes the lock, or queues for it. Returns whether it is held now (also if it was held by the same call).
    bool acquire(const std::string& name, const CallId& who);
    /// Gives the lock back, and returns who holds it next. Does nothing if `who` neither holds nor waits.
    std::optional<CallId> release(const std::string& name, const CallId& who);
    /// Who holds the lock; nullptr: it is free.
    const CallId* holder(const std::string& name) const;
    std::size_t size() const { return locks_.size(); }

private:
    struct Lock {
        CallId holder;
        std::deque<CallId> waiting;
    };
    std::unordered_map<std::string, Lock> locks_;
};

}  // namespace lockstep::engine
