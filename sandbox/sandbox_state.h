#pragma once

#include <atomic>
#include <map>
#include <unordered_map>

#include "sandbox/faults.h"
#include "sandbox/sandbox.h"

namespace lockstep::sandbox {

/// One vendor with its lock and counters.
struct Lane {
    std::unique_ptr<Vendor> vendor;
    std::mutex mutex;
    std::unordered_map<std::string, std::int64_t> calls;  ///< by `METHOD pattern`
    std::atomic<bool> wants_to_send = false;              ///< after the last request something was due to be sent
};

/// All vendors with what the control API can do to them.
struct Core {
    explicit Core(Options given);
    Lane* lane(std::string_view connector);

    Options options;
    std::atomic<std::int64_t> clock_offset_ms = 0;
    std::map<std::string, Lane, std::less<>> lanes;
    Faults faults;
};

struct Sandbox::State : Core {
    using Core::Core;
};

}  // namespace lockstep::sandbox
