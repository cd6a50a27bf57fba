#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "bench/histogram.h"
#include "bench/requests.h"

namespace lockstep::bench {

/// What came of a run.
struct Outcome {
    std::uint64_t succeeded = 0, failed = 0;
    std::map<int, std::uint64_t> statuses;
    std::map<std::string, std::uint64_t> errors;  ///< no answer, by what went wrong
    Histogram latency;                            ///< of answered requests; open loop: from their scheduled times
    Histogram late;                               ///< open loop: how long after their scheduled times requests were sent
    double seconds = 0;                           ///< from the first request to the last answer
    double cpu_seconds = 0;                       ///< that this program itself used
};

/// Sends all requests and waits for their answers, on the calling thread.
/// Errors: `unreachable` if the first connections cannot be opened; nothing has been sent then.
Result<Outcome> run_load(const Options& options, const Requests& requests);

}  // namespace lockstep::bench
