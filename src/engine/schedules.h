#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/cron.h"
#include "flow/flow.h"
#include "store/store.h"

namespace lockstep::engine {

/// Knows when the schedules of the flows are due. A tick that was missed while the process was down is made up for once,
/// however many were missed. Used by the engine's loop only.
class Schedules {
public:
    /// Errors: `cron_invalid`, `time_invalid`.
    static Result<Schedules> make(const std::vector<flow::Flow>& flows, const std::vector<store::ScheduleRow>& known, Timestamp now);

    /// Schedules that the store does not know yet, as of now: stored at once, so that even their first tick can be missed
    /// and made up for.
    const std::vector<store::ScheduleRow>& fresh() const { return fresh_; }

    struct Due {
        std::string flow;
        std::string key;
        store::ScheduleRow row;
    };
    /// The schedules whose tick has come; each names the row to store with its event.
    std::vector<Due> take_due(Timestamp now);
    std::optional<std::int64_t> next_ms() const;

private:
    struct Entry {
        std::string flow, key, zone, expression;
        int trigger = 0;
        Cron cron;
        std::int64_t next_ms = 0;
    };
    std::vector<Entry> entries_;
    std::vector<store::ScheduleRow> fresh_;
};

}  // namespace lockstep::engine
