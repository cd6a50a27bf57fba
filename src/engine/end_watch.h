#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace lockstep::engine {

/// Told once: the run as it ended; nullopt if it had not ended within the time.
using Ended = std::function<void(Result<std::optional<store::RunRow>>)>;

/// Who waits for the end of which run, and how long. Used by the engine's loop only.
class EndWatch {
public:
    /// `until_ms`: monotonic.
    void add(const std::string& run_id, std::int64_t until_ms, Ended done);
    /// Tells those who wait for the run.
    void tell(const store::RunRow& run);
    /// Tells those whose time is over.
    void give_up(std::int64_t now_ms);
    /// Tells everybody that nothing is known: the process stops.
    void give_up_all();
    std::optional<std::int64_t> next_ms() const;
    bool awaits(const std::string& run_id) const { return waiting_.contains(run_id); }
    std::size_t size() const { return waiting_.size(); }

private:
    struct Waiter {
        std::int64_t until_ms = 0;
        Ended done;
    };
    using Waiters = std::multimap<std::string, Waiter>;
    void tell_all(std::vector<Waiter> waiters, const std::optional<store::RunRow>& run);

    Waiters waiting_;                                   // by run
    std::multimap<std::int64_t, std::string> by_time_;  // monotonic ms → run; some have been told already
};

}  // namespace lockstep::engine
