#include "sim/campaign.h"

#include <chrono>

#include <fmt/format.h>

namespace lockstep::sim {
namespace {

std::string crash_names(const std::array<std::uint64_t, 3>& crashes) {
    return fmt::format("{} at a switch between tasks, {} right before a commit, {} right after one", crashes[0], crashes[1], crashes[2]);
}

std::string fault_counts(const std::array<std::uint64_t, fault_kinds>& faults) {
    std::string text;
    for (std::size_t i = 0; i < fault_kinds; ++i)
        text += fmt::format("{}{} {}", i == 0 ? "" : ", ", to_string(static_cast<FaultKind>(i)), faults[i]);
    return text;
}

}  // namespace

void Tally::add(const Report& report) {
    const History& history = report.history;
    ++scenarios;
    for (const auto& call : history.calls) {
        ++calls;
        writes += call.effect == net::Effect::write ? 1 : 0;
        spoilt += call.fault.empty() ? 0 : 1;
        outages += call.fault == "outage" ? 1 : 0;
    }
    retries += report.retries;
    in_doubt += report.in_doubt;
    replays += static_cast<std::uint64_t>(report.replays);
    for (const auto& commit : history.commits) ++(commit.done ? commits : commits_failed);
    for (const auto& trigger : history.triggers) {
        ++triggers;
        acknowledged += trigger.acknowledged_ms ? 1 : 0;
    }
    switches += report.switches;
    for (const auto& life : history.lives) {
        if (life.died_of == "killed at a switch") ++crashes[0];
        if (life.died_of == "killed before a commit") ++crashes[1];
        if (life.died_of == "killed after a commit") ++crashes[2];
    }
    for (std::size_t i = 0; i < fault_kinds; ++i) faults[i] += report.faults[i];
    virtual_ms += history.ended_ms;
}

std::string Tally::to_string() const {
    return fmt::format(
        "{} scenarios in {:.1f} s: {:.0f} a second; {:.1f} days of virtual time, {} switches between tasks\n"
        "{} events, {} acknowledged; {} calls, {} of them writes; {} spoilt, {} of them by outages\n"
        "spoilt: {}\n"
        "{} retries, {} in doubt, {} replays of parked runs; {} commits, {} failed\n"
        "killed: {}\n",
        scenarios, static_cast<double>(real_us) / 1e6, scenarios_a_second(), static_cast<double>(virtual_ms) / 86'400'000.0, switches,
        triggers, acknowledged, calls, writes, spoilt, outages, fault_counts(faults), retries, in_doubt, replays, commits, commits_failed,
        crash_names(crashes));
}

Report play_timed(const Scenario& scenario, Tally& tally) {
    auto begun = std::chrono::steady_clock::now();
    Report report = play(scenario);
    tally.real_us += std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun).count();
    tally.add(report);
    return report;
}

std::optional<Failure> play_seeds(std::uint64_t from, std::uint64_t seeds, Tally& tally) {
    for (std::uint64_t seed = from; seed < from + seeds; ++seed) {
        Scenario scenario = Scenario::drawn(seed);
        if (Report report = play_timed(scenario, tally); !report.ok()) return Failure{std::move(scenario), std::move(report)};
    }
    return std::nullopt;
}

}  // namespace lockstep::sim
