#include "sim/campaign.h"

#include <time.h>

#include <algorithm>

#include <fmt/format.h>

#include "sim/program.h"

namespace lockstep::sim {
namespace {

/// What a core has spent on this process: what other programs do meanwhile does not count.
std::int64_t processor_us() {
    timespec spent{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
    return spent.tv_sec * 1'000'000 + spent.tv_nsec / 1'000;
}

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

void Tally::add(const Scenario& scenario, const Report& report, std::int64_t took_us) {
    const History& history = report.history;
    ++scenarios;
    spent_us += took_us;
    if (scenario.is_short()) {
        ++short_scenarios;
        short_us += took_us;
        short_calls += history.calls.size();
        short_commits += history.commits.size();
    }
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

std::string Tally::shares() const {
    auto line = [](std::string_view name, std::uint64_t plays, std::int64_t us, std::uint64_t its_calls, std::uint64_t its_commits) {
        auto number = static_cast<double>(std::max<std::uint64_t>(plays, 1));
        return plays == 0
                   ? std::string()
                   : fmt::format("{} {}: {:.0f} a second, each {:.1f} ms, {:.0f} calls, {:.0f} commits\n", plays, name,
                                 number * 1e6 / static_cast<double>(std::max<std::int64_t>(us, 1)), static_cast<double>(us) / 1e3 / number,
                                 static_cast<double>(its_calls) / number, static_cast<double>(its_commits) / number);
    };
    return line("short", short_scenarios, short_us, short_calls, short_commits) +
           line("long", scenarios - short_scenarios, spent_us - short_us, calls - short_calls, commits + commits_failed - short_commits);
}

std::string Tally::to_string() const {
    return fmt::format(
        "{} scenarios in {:.1f} s of one core: {:.0f} a second; {:.1f} days of virtual time, {} switches between tasks\n"
        "{}"
        "{} events, {} acknowledged; {} calls, {} of them writes; {} spoilt, {} of them by outages\n"
        "spoilt: {}\n"
        "{} retries, {} in doubt, {} replays of parked runs; {} commits, {} failed\n"
        "killed: {}\n",
        scenarios, static_cast<double>(spent_us) / 1e6, scenarios_a_second(), static_cast<double>(virtual_ms) / 86'400'000.0, switches,
        shares(), triggers, acknowledged, calls, writes, spoilt, outages, fault_counts(faults), retries, in_doubt, replays, commits,
        commits_failed, crash_names(crashes));
}

Report play_timed(const Scenario& scenario, Tally& tally) {
    (void)credentials();  // keys are made once a process
    const std::int64_t begun_us = processor_us();
    Report report = play(scenario);
    tally.add(scenario, report, processor_us() - begun_us);
    return report;
}

Scenario one_deal(std::uint64_t seed) {
    constexpr int of_a_thousand = 40;
    Scenario scenario = Scenario::quiet(seed, 1, 1);
    if (seed % 2 == 0) scenario.fault(FaultKind::answer_lost) = scenario.fault(FaultKind::late) = of_a_thousand;
    return scenario;
}

std::vector<Scenario> dying_everywhere(const Scenario& scenario, const Report& undisturbed, std::uint64_t switches_most) {
    std::vector<Scenario> all;
    auto die_at = [&](Crash::Where where, std::uint64_t points, std::uint64_t every) {
        for (std::uint64_t at = 1; at <= points; at += every) {
            all.push_back(scenario);
            all.back().crashes = {{where, at}};
        }
    };
    const std::uint64_t commits = undisturbed.history.commits.size(), switches = undisturbed.switches;
    die_at(Crash::Where::before_commit, commits, 1);
    die_at(Crash::Where::after_commit, commits, 1);
    die_at(Crash::Where::at_switch, switches, std::max<std::uint64_t>(1, switches / switches_most));
    return all;
}

std::optional<Failure> play_seeds(std::uint64_t from, std::uint64_t seeds, Tally& tally) {
    for (std::uint64_t seed = from; seed < from + seeds; ++seed) {
        Scenario scenario = Scenario::drawn(seed);
        if (Report report = play_timed(scenario, tally); !report.ok()) return Failure{std::move(scenario), std::move(report)};
    }
    return std::nullopt;
}

}  // namespace lockstep::sim
