#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/http.h"
#include "value/value.h"

namespace lockstep::sandbox {

/// One rule that spoils requests.
struct Fault {
    enum class Kind : std::uint8_t { status, delay, drop_before, drop_after, late_apply, throttle, malformed };
    std::string connector = "*", method = "*", route = "*";  ///< route: `*` or the beginning of a path or of its pattern
    Kind kind = Kind::status;
    int status = 500;
    std::int64_t delay_ms = 0;
    std::int64_t retry_after_s = 1;
    std::optional<std::uint64_t> threshold;      ///< of 2^32: the probability
    std::optional<std::int64_t> count;           ///< how many requests at most
    std::int64_t skip = 0;                       ///< requests that pass first
    std::optional<std::int64_t> truncate_bytes;  ///< of malformed: the transfer ends after so many bytes of the body
    Value as_given;                              ///< for GET /faults

    std::uint64_t random = 0;
    std::int64_t fired = 0, seen = 0;
};

/// What the rules make of one request.
struct FaultDraw {
    std::int64_t delay_ms = 0;
    std::optional<Fault::Kind> kind;  ///< none: only the delay
    int status = 0;
    std::int64_t retry_after_s = 0, late_ms = 0;
    std::optional<std::int64_t> truncate_bytes;
};

/// The active faults. Each rule draws from a generator of its own, so that the n-th request it regards has the same fate
/// for the same seed, whatever other requests come in between. Threads: any.
class Faults {
public:
    /// Replaces all rules by `{"seed":n,"faults":[…]}`. Errors: `request_invalid` naming the rule and the member.
    Result<void> set(const Value& body);
    void clear();
    Value to_value() const;
    FaultDraw draw(std::string_view connector, std::string_view method, std::string_view path, std::string_view pattern);

private:
    mutable std::mutex mutex_;
    std::atomic<bool> any_ = false;
    std::int64_t seed_ = 0;
    std::vector<Fault> faults_;
};

/// The answer a vendor gives with this status, in its own form.
net::Response fault_response(std::string_view connector, int status);
net::Response throttle_response(std::string_view connector, std::int64_t retry_after_s);
/// Breaks a body: what should be JSON ends in the middle.
void make_malformed(net::Response& response);

/// The pattern of a path: ids and keys replaced by placeholders (`/services/data/v60.0/sobjects/Opportunity/{id}`).
std::string route_pattern(std::string_view connector, std::string_view path);

}  // namespace lockstep::sandbox
