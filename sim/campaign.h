#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/world.h"

namespace lockstep::sim {

/// What many plays came to.
struct Tally {
    std::uint64_t scenarios = 0, calls = 0, writes = 0, spoilt = 0, outages = 0, retries = 0, in_doubt = 0, replays = 0;
    std::uint64_t commits = 0, commits_failed = 0, triggers = 0, acknowledged = 0, switches = 0;
    std::array<std::uint64_t, 3> crashes{};  ///< by `Crash::Where`
    std::array<std::uint64_t, fault_kinds> faults{};
    std::int64_t virtual_ms = 0, spent_us = 0;
    std::uint64_t short_scenarios = 0, short_calls = 0, short_commits = 0;
    std::int64_t short_us = 0;

    /// `took_us` is how long it was played.
    void add(const Scenario& scenario, const Report& report, std::int64_t took_us);
    double scenarios_a_second() const { return spent_us > 0 ? static_cast<double>(scenarios) * 1e6 / static_cast<double>(spent_us) : 0; }
    /// Several lines for people.
    std::string to_string() const;

private:
    std::string shares() const;
};

struct Failure {
    Scenario scenario;
    Report report;
};

/// Plays one and adds it.
Report play_timed(const Scenario& scenario, Tally& tally);
/// One deal of a new account; every second time answers are lost and requests applied late.
Scenario one_deal(std::uint64_t seed);
/// The scenario once for every point at which the process can die in it: right before and right after each commit, and at
/// the switches between tasks, or at `switches_most` of them. `undisturbed` is how it goes by itself.
std::vector<Scenario> dying_everywhere(const Scenario& scenario, const Report& undisturbed, std::uint64_t switches_most = UINT64_MAX);
/// Plays seeds `from` … `from + seeds - 1` until one breaks a promise.
std::optional<Failure> play_seeds(std::uint64_t from, std::uint64_t seeds, Tally& tally);

}  // namespace lockstep::sim
