#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "sim/act.h"

/// What happens in one play, as data: drawn from a seed, written as text, read back, made smaller.
namespace lockstep::sim {

/// What can be done to one call on purpose.
enum class FaultKind : std::uint8_t {
    refused,             ///< nobody takes the connection
    reset,               ///< the connection is reset before the request arrives
    answer_lost,         ///< the vendor applies it, the answer never comes
    late,                ///< the connection is lost; the vendor applies it later, up to just under the settle time
    slow,                ///< the answer comes late, perhaps later than anybody waits
    stuck,               ///< as slow, and it is applied as late as that
    server_error,        ///< a 5xx, nothing applied
    server_error_after,  ///< a 5xx, and it was applied
    throttled,           ///< 429 with Retry-After
    throttled_bare,      ///< 429 without
    locked,              ///< the record is locked by somebody else, in the vendor's own words
    half_failed,         ///< some records of a collection are refused, each with its own error
    token_revoked,       ///< the token of this call and all that have the same are refused from now on
    session_lost,        ///< SAP forgets the CSRF token
    malformed,           ///< applied; the answer's body is broken
    truncated,           ///< applied; the transfer ends early
    count
};
constexpr std::size_t fault_kinds = static_cast<std::size_t>(FaultKind::count);
std::string_view to_string(FaultKind kind);

/// A vendor does not work for a while.
struct Outage {
    enum class How : std::uint8_t { refused, reset, unavailable, silent };
    std::string connector;
    std::int64_t from_ms = 0, for_ms = 0;
    How how = How::refused;
    bool operator==(const Outage&) const = default;
};
/// The wall clock of the machine that runs the program is set.
struct ClockJump {
    std::int64_t at_ms = 0, by_ms = 0;
    bool operator==(const ClockJump&) const = default;
};
/// Nothing can be written for a while.
struct DiskFault {
    std::int64_t from_ms = 0, for_ms = 0;
    bool full = true;  ///< else the disk fails
    bool operator==(const DiskFault&) const = default;
};
/// The process is killed, once.
struct Crash {
    enum class Where : std::uint8_t { at_switch, before_commit, after_commit };
    Where where = Where::at_switch;
    std::uint64_t number = 1;  ///< of the switch between tasks, or of the commit, from the beginning of the play
    bool operator==(const Crash&) const = default;
};

/// What is wrong with the network or the configuration on purpose, to see whether the promises notice.
struct NetworkDefects {
    bool resends_lost_writes = false;  ///< as some HTTP libraries do when a reused connection dies
    bool operator==(const NetworkDefects&) const = default;
};

/// What happens to a business. The same scenario always takes the same course.
struct Scenario {
    std::uint64_t seed = 1;
    std::string start = "2026-02-18T08:00:00Z";
    Plan plan;                              ///< the business, and what people do in it
    int duplicate_triggers = 0;             ///< so many of the vendors' messages come twice, with the same id or another one
    std::int64_t late_ms = 0;               ///< the vendors' messages come up to so late, and so in another order
    std::array<int, fault_kinds> faults{};  ///< of a thousand calls, until `faults_ms`
    std::int64_t faults_ms = 90'000;
    int zoho_calls_per_minute = 0;
    bool own_minute = false;     ///< the connection is configured with Zoho's bound a minute, and never meets it
    int zoho_at_once = 0;        ///< requests that Zoho takes in process; 0: any number
    int zoho_calls_per_day = 0;  ///< until Berlin's midnight; 0: not limited
    int salesforce_calls_per_day = 0;
    bool vendors_tell = false;  ///< in their own words, which the program's connectors read; else the event is submitted as it is
    std::vector<Outage> outages;
    std::vector<ClockJump> clock_jumps;
    std::vector<DiskFault> disk_faults;
    std::vector<Crash> crashes;
    NetworkDefects network_defects;
    std::optional<std::int64_t> settle_ms;  ///< instead of the connections' own
    bool payments_interleave = false;       ///< runs of one invoice do not wait for each other

    bool operator==(const Scenario&) const = default;
    int& fault(FaultKind kind) { return faults[static_cast<std::size_t>(kind)]; }
    int fault(FaultKind kind) const { return faults[static_cast<std::size_t>(kind)]; }
    bool has_faults() const;
    bool has_daily_limit() const { return zoho_calls_per_day > 0 || salesforce_calls_per_day > 0; }
    /// One deal, and what becomes of it within minutes.
    bool is_short() const { return plan.deals <= 1 && !has_daily_limit(); }
    /// By how much the wall clock is set back, all in all: so much longer what is due at a time may take.
    std::int64_t set_back_ms() const;

    /// Draws one of many: how large, how crowded, how hostile. Most are short.
    static Scenario drawn(std::uint64_t seed);
    /// Deals that are closed at the same moment, and nothing else.
    static Scenario quiet(std::uint64_t seed, int accounts, int deals);
    /// A year of the reference company, which closes 2,000 deals and takes 5,000 payments a day, at a thousandth of that:
    /// two deals and five payments a day, with everything going wrong now and then. About once a week a vendor is away for
    /// up to an hour, and the process is killed; the clocks of Europe change as they do.
    static Scenario year(std::uint64_t seed);
    /// `seed=7 deals=2 fault.late=80 crash=before_commit:4`: what differs from the simplest one.
    std::string to_string() const;
    /// Errors: `request_invalid` naming the part.
    static Result<Scenario> parse(std::string_view text);
    /// Every scenario that has one thing less than this one, the larger steps first.
    std::vector<Scenario> smaller() const;
};

}  // namespace lockstep::sim
