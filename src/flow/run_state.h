#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "flow/flow.h"

namespace lockstep::flow {

/// State of one step, or of one element of a `for_each`:
///
///     ready → intended → done
///                      → retrying (nothing happened; at wake_at_ms again) → intended
///                      → in_doubt (may have happened; at wake_at_ms look and adopt, or send again) → intended
///                      → failed
///     ready → skipped
///     ready → retrying (held: its connection is down)
enum class Phase : std::uint8_t { ready, intended, retrying, in_doubt, done, skipped, failed };
std::string_view to_string(Phase phase);

struct ElementState {
    Phase phase = Phase::ready;
    int attempt = 0;  ///< calls decided so far
    int retries = 0;  ///< counted failures
    int doubts = 0;   ///< lost answers
    Value input;      ///< rendered once, the same for every attempt
    Value output;
    std::optional<Error> error;   ///< the latest
    std::int64_t wake_at_ms = 0;  ///< wall clock, of retrying and in_doubt
    std::int64_t first_intended_ms = 0;
    std::int64_t last_intended_ms = 0;
};

struct StepState {
    bool opened = false;  ///< condition and for_each were evaluated; elements are known
    bool skipped = false;
    bool is_list = false;  ///< a for_each step: its value is the list of its elements' outputs
    std::vector<ElementState> elements;
    /// What it had set before a replay, each input with its output: set again only where the input is another now.
    std::vector<std::pair<Value, Value>> kept;
    /// By what the effects are found again that were called for before a replay, by element (-1: the step): such an effect
    /// may exist, so its name may not change.
    std::map<int, Value> named;

    bool finished() const;  ///< skipped, or every element done or failed
};

/// What a person decided about a step (element -1) or an element. It holds over replays, until another decision.
struct Ruling {
    std::optional<Value> input;   ///< taken instead of what `with:` renders to
    std::optional<Value> output;  ///< the step counts as done with this and is not made
    Value item;                   ///< of an element: what of the list it was decided for
};

/// A fact of a run's history, as the journal keeps it. Facts are made by `advance` and `apply`d by it and when a run is
/// loaded: there is no other way to change a RunState.
struct Fact {
    enum class Kind : std::uint8_t {
        started,    ///< {now}
        opened,     ///< {elements, list}: the step begins with this many elements
        skipped,    ///< {because}: the step's `if` is false
        intended,   ///< {input} on the first attempt: the call may be sent once this is durable
        done,       ///< {output}; of what is kept over a replay {input, output}
        held,       ///< {input, error, wake_at_ms}: not called, because its connection is down; later as after a retry
        retry,      ///< {error, wake_at_ms, counted}
        in_doubt,   ///< {error, wake_at_ms, again}: `again` after a restart, of what was in doubt already
        failed,     ///< {error}
        parking,    ///< {reason, code, step}: no new main steps; what is under way is brought to an end
        waiting,    ///< {reason}: the run has been retrying for long; on_waiting begins
        ended,      ///< {status, reason}
        corrected,  ///< {input} of a step (element), or {body} of the event, as a person gave it; a replay follows. With
                    ///< neither, what was decided about the step holds no longer. Also {item}, {actor}, {because}
        waived,     ///< {output, reason}: a person decided that the step is done as it is; a replay follows
        replayed,   ///< {from_start, actor}
        rewound,    ///< {because, error}: what was read is no longer so; the main steps from this one on begin anew
    };
    Kind kind = Kind::started;
    std::int64_t at_ms = 0;
    int step = -1;
    int element = -1;
    int attempt = 0;
    Value data;
};
std::string_view to_string(Fact::Kind kind);
std::optional<Fact::Kind> fact_kind_from(std::string_view name);

struct RunState {
    std::string id;
    std::string key;
    Value body;         ///< of the event
    Timestamp started;  ///< what now() and today() say
    bool begun = false;
    std::vector<StepState> steps;                   ///< as Flow::steps
    std::map<std::pair<int, int>, Ruling> rulings;  ///< by step and element
    bool parking = false;
    bool skipping = false;  ///< with `parking`: the run ends skipped, not parked
    std::string reason, reason_code, failed_step;
    bool announced_waiting = false;
    std::int64_t trouble_since_ms = 0;  ///< since when some step has been retrying; 0: none is
    bool ended = false;
    int retries = 0;
    int rewinds = 0;  ///< since the beginning, or a replay
    std::int64_t last_at_ms = 0;

    explicit RunState(const Flow& flow) : steps(flow.steps.size()) {}
    RunState() = default;
};

/// The ruling about a step (element -1) or an element of it; nullptr: there is none.
const Ruling* find_ruling(const RunState& state, int step, int element);
/// The inputs of an action by whose values its effect is found again: changing one of them would make a second effect.
/// Empty for what only reads or sets values.
Value effect_name(const Step& step, const Value& input);
/// Whether the element waits to send its run back to an earlier step instead of being called again.
bool goes_back(const Step& step, const ElementState& element);
/// Whether a main step may have happened without the run knowing.
bool is_in_doubt(const Flow& flow, const RunState& state);

/// Applies one fact. Requires that the fact fits the state (LS_ASSERT).
void apply(const Flow& flow, RunState& state, const Fact& fact);

}  // namespace lockstep::flow
