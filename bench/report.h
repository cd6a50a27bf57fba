#pragma once

#include <string>

#include "bench/load.h"

namespace lockstep::bench {

/// The outcome for people.
std::string report_text(const Options& options, const Outcome& outcome);
/// The outcome for scripts: one line of JSON. Times in milliseconds, but `seconds` and `cpu_seconds`.
std::string report_json(const Options& options, const Outcome& outcome);

}  // namespace lockstep::bench
