#pragma once

#include <cstdint>
#include <string>

namespace lockstep::engine {

/// What people see of a sweep.
struct SweepStatus {
    std::string flow, name, connection;
    std::int64_t every_ms = 0;     ///< 0: switched off
    std::int64_t at_ms = 0;        ///< the cursor
    std::int64_t complete_ms = 0;  ///< when it was last through; 0: never
    bool under_way = false;
    std::string waits_for;  ///< why it makes no calls now though it is due
    std::string error;      ///< of the last call; empty: all is well
    std::int64_t failing_since_ms = 0;
    std::string refused;  ///< what was wrong with a row of the last page that had such
    std::uint64_t calls = 0, rows = 0, events = 0, rows_refused = 0, failures = 0;
};

}  // namespace lockstep::engine
