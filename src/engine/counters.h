#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace lockstep::engine {

/// How often something took how long. Units: milliseconds.
struct Histogram {
    /// From an answer out of memory to a run that waited for a person's lunch.
    static constexpr std::array<std::int64_t, 15> bounds_ms = {5,     10,    25,     50,     100,    250,     500,      1'000,
                                                               2'500, 5'000, 10'000, 30'000, 60'000, 300'000, 1'800'000};
    std::array<std::uint64_t, bounds_ms.size() + 1> counts = {};  ///< up to each bound, the last above all
    std::int64_t sum_ms = 0;

    void note(std::int64_t ms);
    std::uint64_t count() const;
};

/// What the engine counts since it started. Names of flows, steps, connections and actions come from files that people
/// wrote, so each map stays small.
struct Counters {
    template <class T>
    using By = std::map<std::pair<std::string, std::string>, T>;

    std::uint64_t events = 0, duplicates = 0, refused = 0;
    By<std::uint64_t> events_by;                                     ///< by flow and trigger
    By<std::uint64_t> runs_ended;                                    ///< by flow and outcome
    By<Histogram> run_durations;                                     ///< by flow and outcome: from the event to the end
    By<Histogram> step_durations;                                    ///< by flow and step: from the first call's decision to its end
    By<std::uint64_t> calls;                                         ///< by connection and outcome (ok or error class), alerts too
    By<Histogram> call_durations;                                    ///< by connection and action
    std::map<std::string, std::uint64_t> requests;                   ///< HTTP requests by connection, alerts too
    std::map<std::pair<std::string, int>, std::uint64_t> responses;  ///< by connection and HTTP status; 0: no answer
    std::uint64_t retries = 0, in_doubt = 0;
    std::map<std::string, std::uint64_t> retries_by, in_doubt_by;  ///< by connection
    By<std::uint64_t> doubts_settled;                              ///< by connection and what became of it
    std::uint64_t alerts_sent = 0, alerts_retried = 0, alerts_failed = 0;
    std::uint64_t commits = 0, commit_failures = 0, rows = 0;
    std::uint64_t trimmed_runs = 0;  ///< a run whose journal goes before it counts twice
};

}  // namespace lockstep::engine
