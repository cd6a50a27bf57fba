#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "engine/lock_table.h"
#include "value/value.h"

namespace lockstep::engine {

/// Who waits for a run: a person, a vendor's trigger, or nobody.
enum class Priority : std::uint8_t {
    interactive,  ///< a person waits: a manual run
    normal,       ///< a vendor has told of it; alerts too
    background,   ///< nobody waits: sweeps, schedules, backfills
};
/// By the name of the event's trigger.
Priority priority_of(std::string_view trigger);

/// One call for a worker.
struct Job {
    CallId id;
    int attempt = 0;
    std::string connection, action;
    Value input;
    std::int64_t timeout_ms = 0;
    std::string request_id;
    Timestamp first_sent;
    std::string flow;  ///< those of one flow take turns with those of another
    Priority priority = Priority::normal;
    std::string joint_name = {};  ///< calls of one name may be made together; empty: it is made alone
};

/// What came of a job.
struct JobOutcome {
    Job job;
    Result<Value> result;
    std::string trace_json;  ///< what was said to the vendor, redacted
};

}  // namespace lockstep::engine
