#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/application.h"
#include "sim/company.h"
#include "sim/network.h"

/// The real engine, flows, connectors and store among emulated vendors, in one thread on virtual time, from one seed.
namespace lockstep::sim {

/// What happens to a company. The same scenario always takes the same course.
struct Scenario {
    std::uint64_t seed = 1;
    Company company;
    int duplicate_triggers = 0;  ///< besides one for every deal
    int finance_acts = 0;        ///< what people do with payments, once there are invoices
    std::int64_t spread_ms = 0;  ///< the triggers come within this time; 0: all at once
    bool faults = false;         ///< vendors and network fail, as the seed says, until `faults_ms`
    std::int64_t faults_ms = 90'000;
    int crashes = 0;                               ///< at moments that the seed says
    std::optional<std::uint64_t> crash_at_switch;  ///< once, after so many switches between tasks
    NetworkDefects network_defects;
    std::optional<std::int64_t> settle_ms;  ///< instead of the connections' own
    bool payments_interleave = false;       ///< runs of one invoice do not wait for each other

    /// Draws one of many: how large, how crowded, how hostile.
    static Scenario drawn(std::uint64_t seed);
    static Scenario drawn_with_payments(std::uint64_t seed);
    std::string to_string() const;
};

/// What became of it.
struct Report {
    std::vector<std::string> broken;  ///< promises that did not hold, a sentence each
    std::vector<std::string> timeline;
    std::uint64_t trace_hash = 0;
    std::uint64_t switches = 0;  ///< between tasks: so many points there were at which to crash
    std::uint64_t requests = 0, creations = 0, retries = 0, in_doubt = 0;
    int crashes = 0, replays = 0;
    std::int64_t virtual_ms = 0;
    bool ok() const { return broken.empty(); }
    /// The scenario's broken promises and the end of its timeline.
    std::string to_string() const;
};

/// Plays one scenario to its end and looks at what the promises say about it.
Report play(const Scenario& scenario);

}  // namespace lockstep::sim
