#pragma once

#include <cstdint>
#include <optional>

#include "base/runtime.h"
#include "store/store.h"

namespace lockstep::engine {

/// How long what is closed is kept. Units: milliseconds; 0: for ever.
struct KeepFor {
    std::int64_t runs_ms = 0;     ///< runs that succeeded, were skipped or dropped, with their events; and alerts
    std::int64_t journal_ms = 0;  ///< the journals of those runs
    std::int64_t audit_ms = 0;    ///< who replayed or dropped what
};

/// Trims the store in slices so small that nobody waits for one: often while there is work, else seldom. What is open or
/// parked is never touched. Used by the engine's loop only.
class Retention {
public:
    Retention(Runtime& runtime, store::Store& store, KeepFor keep);

    /// When the next slice is due; nullopt: never, everything is kept. Units: monotonic milliseconds.
    std::optional<std::int64_t> next_ms() const;
    /// Carries out a slice if one is due: a transaction of its own. Returns how many runs it touched.
    std::int64_t trim_if_due();

private:
    store::TrimLimits limits() const;
    void adapt(std::int64_t took_ms);

    Runtime& runtime_;
    store::Store& store_;
    KeepFor keep_;
    std::int64_t check_every_ms_;
    std::int64_t next_ms_;
    int runs_max_;
};

}  // namespace lockstep::engine
