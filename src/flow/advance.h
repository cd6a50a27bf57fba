#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "flow/run_state.h"

namespace lockstep::flow {

/// What happened to a run.
namespace input {
struct Start {};  ///< it was claimed for the first time
struct Outcome {
    int step;
    int element;
    int attempt;
    Result<Value> result;
};
struct Interrupted {};  ///< the process ended while it was open: what was intended is in doubt
struct Wake {};         ///< its wake time has come
struct Replay {
    bool from_start = false;
    std::string actor;
};
}  // namespace input
using Input = std::variant<input::Start, input::Outcome, input::Interrupted, input::Wake, input::Replay>;

/// What the connection of a step allows; from its configuration.
struct Policy {
    int retries_max = 3;
    std::int64_t retry_base_ms = 2'000;
    std::int64_t settle_ms = 10'000;
    std::int64_t call_timeout_ms = 60'000;
};

/// Why a connection cannot be used now.
struct Pause {
    Error because;                ///< `connection_paused`
    std::int64_t wake_at_ms = 0;  ///< wall clock: what is not called because of it is due from then on
    bool needs_a_person = false;  ///< it does not mend itself
};
using PauseOf = std::function<std::optional<Pause>(const std::string& connection)>;

/// Everything from outside that a decision depends on besides the run itself.
struct DecisionContext {
    /// What waits are reckoned by: the wall clock at the start of the process, and what has passed since.
    std::int64_t now_ms = 0;
    std::int64_t calendar_ms = 0;  ///< the wall clock now: what now() and today() say of a run that begins; 0: as `now_ms`
    std::function<std::uint64_t()> random;
    std::function<Policy(const std::string& connection)> policy;
    bool hold = false;  ///< the process is stopping: note what happened, begin nothing
    /// nullopt: it can be used. While it cannot, the main steps do not call it and no retry of theirs counts.
    PauseOf pause_of = [](const std::string&) { return std::nullopt; };
};

/// A call that may be made once the decision is durable.
struct Call {
    int step = -1;
    int element = -1;
    int attempt = 0;
    std::string connection;
    std::string action;
    Value input;
    std::string lock_key;  ///< calls with the same one never run at the same time; empty: none
    std::int64_t timeout_ms = 0;
    std::int64_t first_intended_ms = 0;
};

/// What is remembered about a record of another system.
struct Link {
    std::string entity;  ///< `zoho_books/invoices`: connection and entity
    std::string id;
    Value value;  ///< null: nothing any more
};

struct End {
    enum class Status : std::uint8_t { succeeded, skipped, parked };
    Status status = Status::succeeded;
    std::string reason;
    Value report;
};

/// Something a person should hear of.
struct Notice {
    enum class Kind : std::uint8_t { parked, connection_paused };
    Kind kind = Kind::parked;
    std::string step, connection, reason, code;
};

struct Decision {
    std::vector<Fact> facts;
    std::vector<Call> calls;
    std::vector<Link> links;  ///< written in one commit with the facts
    std::optional<End> end;
    std::vector<Notice> notices;
};

/// Decides what a run does next. Pure: the same arguments give the same decision. The facts of the decision have been
/// applied to `state` when it returns; nothing may be done outside before they are durable.
Decision advance(const Flow& flow, RunState& state, const Input& input, const DecisionContext& context);

/// When the run wants to be woken, leaving aside what waits for a paused connection. Units: wall-clock milliseconds;
/// nullopt: not by time.
std::optional<std::int64_t> next_wake_ms(const Flow& flow, const RunState& state, const PauseOf& pause_of = {});
/// The connections that the run's waiting calls wait for: it wants to be woken when one of them can be used again.
std::set<std::string> awaited_connections(const Flow& flow, const RunState& state, const PauseOf& pause_of);

/// The keys besides its own whose older parked runs the run has made pointless by its end.
std::vector<std::string> superseded_keys(const Flow& flow, const RunState& state);

/// The lock key of a step's rendered input: `connection|entity|…`; empty if the action takes no lock.
std::string lock_key(const Step& step, const Value& input);
/// The lock keys of calls that may have been sent and whose outcome is unknown.
std::vector<std::string> held_locks(const Flow& flow, const RunState& state);

/// The most names that one `lock` step takes.
constexpr std::size_t run_locks_max = 1000;
/// The names that the run has from its `lock` step until it ends, in their order.
struct RunLocks {
    int step = -1;  ///< -1: it has none
    std::vector<std::string> names;
};
RunLocks run_locks(const Flow& flow, const RunState& state);
/// The names of a `lock` step's rendered input.
std::vector<std::string> lock_names(const Value& input);

}  // namespace lockstep::flow
