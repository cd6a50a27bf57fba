#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/history.h"
#include "sim/scenario.h"

/// The real engine, flows, connectors and store among emulated vendors, in one thread on virtual time, from one seed.
namespace lockstep::sim {

/// What became of a scenario.
struct Report {
    std::vector<std::string> broken;  ///< promises that did not hold, a sentence each
    History history;
    std::uint64_t trace_hash = 0;
    std::uint64_t switches = 0;  ///< between tasks: so many points there were at which to crash
    std::uint64_t creations = 0, retries = 0, in_doubt = 0;
    std::array<std::uint64_t, fault_kinds> faults{};
    int crashes = 0, replays = 0;
    bool ok() const { return broken.empty(); }
    /// The broken promises, and what happened, in order.
    std::string to_string() const;
};

/// Plays one scenario to its end and looks at what the promises say about it. Not from two threads at once.
Report play(const Scenario& scenario);

}  // namespace lockstep::sim
