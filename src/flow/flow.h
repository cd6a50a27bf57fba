#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "expr/expr.h"
#include "schema/action.h"
#include "schema/vendor_trigger.h"
#include "value/yaml.h"

/// Flows: YAML files that say what happens when a trigger fires. Pure: no I/O, no clock.
namespace lockstep::flow {

/// Overrides of the connection's policy; absent ones are the connection's.
struct RetryPolicy {
    std::optional<int> retries_max;
    std::optional<std::int64_t> base_ms;
};

/// When a step belongs to what happens after the main steps.
enum class Section : std::uint8_t {
    main,        ///< `steps:`
    on_waiting,  ///< once, when the run has been retrying for `waiting_after_ms`; its failures are only noted
    on_parked,   ///< once, when the run parks; its failures are only noted
};

/// Stands for the engine itself where a call names its connection.
inline constexpr std::string_view own_connection = "own store";

/// What becomes of an untraceable effect whose answer was lost.
enum class Delivery : std::uint8_t {
    at_most_once,   ///< it is not made again: it may be missing
    at_least_once,  ///< it is made again: it may be there twice
};

enum class StepKind : std::uint8_t {
    action,     ///< performed by a connection
    require,    ///< goes on only if `that` is true; else parks or skips the run
    set,        ///< its value is its rendered `with`
    link,       ///< remembers a value for a record, in the same commit as that the step is done
    find_link,  ///< what was remembered; a call that the engine answers from the store
    lock,       ///< names that no other run has until this one ends; a call that the engine answers when it has them all
    compute,    ///< its value is what a pure function of the program makes of its rendered `with`
};

/// A pure function that steps may use, as `uses:` names it.
struct Computation {
    schema::Action action;  ///< its name and inputs
    /// Errors: of class `conflict` if what it was given must be read again (`on_conflict:`); else the step fails.
    std::function<Result<Value>(const Value& with)> perform;
};

struct Step {
    std::string id;  ///< given, or made from its place (`require_2`); unique in the flow, over all sections
    StepKind kind = StepKind::action;
    Section section = Section::main;
    std::string uses;
    std::string connection;  ///< name of the connection that performs it; `own_connection` of what the engine answers
    schema::Action action;   ///< what `uses` declares
    yaml::Place place;
    expr::Template with;
    std::optional<expr::Template> condition;  ///< `if:`
    std::vector<int> needs;                   ///< indexes of the steps it waits for: those named, else all above in its section
    std::optional<expr::Template> for_each;
    std::string as = "item";
    RetryPolicy retry;
    std::optional<std::int64_t> timeout_ms;
    std::optional<Delivery> delivery;  ///< of an untraceable effect, which must name it
    bool continue_on_error = false;    ///< `on_error: continue`: a failure makes the step's value null
    /// `on_conflict:` the step that the run goes back to when this one learns that what was read is no longer so; -1: none.
    int on_conflict = -1;
    std::function<Result<Value>(const Value&)> compute;  ///< of a compute step
};

/// A call that a sweep makes; it only reads.
struct Reading {
    schema::Action action;
    std::string connection;
    expr::Template with;
    std::string as;  ///< the name of what it gives: of one row, or of all that is compared with
};

/// Asks a vendor from time to time what it should have told of.
struct Sweep {
    /// How more rows are got than one call gives.
    enum class Paging : std::uint8_t {
        whole,     ///< one call gives all
        after,     ///< rows come in order of position and key; the next page begins after the last one: `since`, `after`
        numbered,  ///< in any order, page after page: `page`
    };
    std::string name;        ///< unique in the flow; its cursor is kept under it
    std::string definition;  ///< as the file has it: where it is another, the cursor holds no longer
    std::int64_t every_ms = 0;
    std::int64_t overlap_ms = 600'000;  ///< `since` is the cursor less this: records come to light late
    std::int64_t starts_ms = 0;         ///< how far back the first sweep looks
    int page_rows = 0;                  ///< a page with fewer rows is the last; 0: there are no pages
    int calls_max = 10;                 ///< in one go; the rest comes with the next
    Paging paging = Paging::whole;
    Reading rows;
    std::optional<Reading> against;           ///< once a page: what its rows are compared with
    std::optional<expr::Template> condition;  ///< `if:` of a row
    expr::Template position;                  ///< of a row: when it changed
};

struct Trigger {
    enum class Kind : std::uint8_t { webhook, schedule, sweep };
    Kind kind = Kind::webhook;
    yaml::Place place;
    std::string name = "webhook";  ///< its key in the file, as events and metrics have it: `outbound_message`
    std::string path;              ///< webhook
    std::string connection;        ///< webhook: the connection that understands what comes; empty: it is plain JSON
    std::string topic;             ///< webhook: the object its notifications are about; empty: whatever comes
    expr::Template key;            ///< from `body` (webhook), also called `notification` if there is a topic
    std::optional<expr::Template> dedupe;
    std::string cron, time_zone = "UTC";  ///< schedule
    std::optional<Sweep> sweep;           ///< sweep; `key` is of a row
};

struct Flow {
    std::string name;
    std::string summary;
    std::string file;
    Map config;                              ///< after overrides
    std::optional<expr::Template> key_must;  ///< `key: { must, says }`: what a key looks like
    std::optional<expr::Template> key_as;    ///< `key: { as }`: the one form of a key that has several
    std::string key_says;
    std::vector<Trigger> triggers;
    std::vector<Step> steps;  ///< all sections; main first
    std::int64_t waiting_after_ms = 60'000;
    bool supersedes = true;  ///< `supersedes:` whether its success closes older parked runs of its record
    /// `supersedes: { keys }`: also those of these keys, a list; null: of no others.
    std::optional<expr::Template> supersedes_keys;
    bool parking_supersedes = false;       ///< `supersedes: { parked: true }`: a run that parks too, for it looks at everything anew
    std::optional<expr::Template> report;  ///< what the run says about itself at its end

    const Step* find_step(std::string_view id) const;
    int step_index(std::string_view id) const;  ///< -1 if there is none
};

/// What a flow is checked against.
struct FlowContext {
    const schema::Catalogue& actions;
    /// Names of the configured connections, each with its connector: `{"salesforce", "salesforce"}`.
    std::vector<std::pair<std::string, std::string>> connections;
    /// Overrides of the flow's `config:`, from lockstep.yaml.
    Map config;
    /// What the connectors understand when their vendors call.
    std::vector<schema::VendorTrigger> vendor_triggers = {};
    /// How often the flow's sweeps are made instead of what the file says: a duration, or `off`. Empty: as the file says.
    std::string sweep_every = {};
    /// What its steps may use besides actions.
    std::vector<Computation> computations = {};
};

/// Every problem found in a flow file, each `file:line:column: what (and how to mend it)`.
struct Problems {
    std::vector<std::string> messages;
    bool empty() const { return messages.empty(); }
};

/// Reads and checks a flow file: syntax, unknown names with the nearest right one, references of expressions, effects
/// that could be doubled. Errors: `flow_invalid`, all problems in one message, a line each.
Result<Flow> parse_flow(std::string_view text, const std::string& file, const FlowContext& context);

/// Renders the key of an event and checks it against `key:`. Errors: `request_invalid` saying what a key looks like.
Result<std::string> event_key(const Flow& flow, const Trigger& trigger, const Value& body);
/// Renders the trigger's `dedupe:`; empty if it has none. Errors: `request_invalid`.
Result<std::string> event_dedupe_id(const Flow& flow, const Trigger& trigger, const Value& body);
/// Checks and normalises a key given by hand. Errors: as `event_key`.
Result<std::string> checked_key(const Flow& flow, const std::string& key);

}  // namespace lockstep::flow
