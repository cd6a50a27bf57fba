#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/runtime.h"
#include "connector/connector.h"
#include "engine/counters.h"
#include "engine/end_watch.h"
#include "engine/retention.h"
#include "engine/sweep_status.h"
#include "flow/flow.h"
#include "flow/mending.h"
#include "net/client.h"
#include "store/store.h"

/// Carries events through flows by *decide, write, then act*: one loop takes what happened, lets `flow::advance` decide,
/// commits all decisions of the round together, and only then lets workers make the calls and answers who waits.
namespace lockstep::engine {

/// Bounds and rhythms; each with the reason for its default.
struct Options {
    int workers = 48;                                   ///< calls under way at once over all connections; each a thread
    int active_runs_max = 512;                          ///< runs held in memory; the others wait as rows
    std::size_t backlog_max = 200'000;                  ///< waiting events; more are refused with `overloaded`
    std::size_t round_inputs_max = 512;                 ///< decided together and committed together
    std::int64_t alert_delay_ms = 2'000;                ///< a flood of one cause is gathered this long before its first message
    std::int64_t alert_window_ms = 600'000;             ///< further alerts of one cause within it become one more message
    std::string alert_connection = "slack";             ///< empty: no alerts are sent
    std::optional<flow::Delivery> alert_delivery = {};  ///< of alerts whose answer was lost; none: sent once more, not oftener
    KeepFor keep = {};                                  ///< all for ever, unless the configuration says otherwise
};

/// A configured connection and how the engine treats it.
struct ConnectionEntry {
    std::string name;
    std::unique_ptr<connector::Connection> connection;
    connector::ConnectionLimits limits;
};

struct Submission {
    std::string flow;
    std::string key;
    std::string trigger;    ///< `webhook`, `outbound_message`, `manual`, `schedule`
    std::string dedupe_id;  ///< empty: none
    std::string body_json = "{}";
};

/// Events that one request may bring: 100 records, each an event of every flow that listens.
constexpr std::size_t submissions_max = 1000;

/// What a submission became. `duplicate`: an event with this dedupe id was there already; it is named, its run is not.
struct Accepted {
    std::string event_id, run_id;
    bool duplicate = false;
};

struct ConnectionStatus {
    std::string name;
    int under_way = 0;
    std::size_t queued = 0;
    std::int64_t paused_ms = 0;
    std::string paused_because;
    std::optional<connector::CallBudget> budget;
};

struct Status {
    bool running = false;
    bool recovering = false;  ///< what an earlier process left open is still being read; new events are taken already
    bool store_ok = true;
    std::string store_error;
    std::size_t waiting = 0;            ///< runs not begun
    std::size_t active = 0;             ///< runs begun and not ended
    std::size_t waiting_for_locks = 0;  ///< active runs whose `lock` step waits for another run
    std::size_t calls_under_way = 0;
    std::int64_t oldest_waiting_ms = 0;  ///< age of the oldest waiting run
    std::size_t alerts_open = 0;
    std::string alert_error;  ///< why the last alert could not be sent; empty: all is well
    std::vector<SweepStatus> sweeps;
    std::vector<ConnectionStatus> connections;
    Counters counters;
};

enum class ReplayMode : std::uint8_t { from_failed, from_start };

/// How a parked run is taken up again, and what a person has decided about it before.
struct Replay {
    ReplayMode mode = ReplayMode::from_failed;
    std::string actor;                  ///< who; kept in the audit trail
    std::string note = {};              ///< why; kept in the audit trail
    std::optional<Value> decided = {};  ///< what `body` decides, for the audit trail instead of the whole body
    std::optional<Value> body = {};     ///< the event's body as the run sees it from now on; the stored event stays
    std::vector<flow::Correction> corrections = {};
    std::vector<flow::Waiver> waivers = {};

    bool mends() const { return body || !corrections.empty() || !waivers.empty(); }
};

/// Which parked runs are meant: all, of a flow, of a cause.
struct ParkedSelection {
    std::string flow;                                        ///< empty: of any
    std::optional<std::string> step = {}, reason_code = {};  ///< absent: of any
};

/// What became of many parked runs.
struct ManyOperated {
    std::int64_t done = 0;
    std::int64_t refused = 0;  ///< they stay parked
    std::string why_refused;   ///< of the first that was
    bool more = false;         ///< the backlog is full: there are more, for later
};

struct Parts {
    Runtime& runtime;
    store::Store& store;
    net::HttpClient& http;
    std::shared_ptr<const std::vector<flow::Flow>> flows;  ///< they may serve several engines
    std::vector<ConnectionEntry> connections;
    Options options;
};

class Engine {
public:
    explicit Engine(Parts parts);
    ~Engine();  ///< stops at once; what was under way is in doubt for the next start

    /// Reads what is open, starts the loop and the workers. Errors: of the store.
    Result<void> start();

    /// Called once from the engine's loop, after the commit. Errors: `overloaded`, the store's, `shutting_down`.
    using Done = std::function<void(Result<Accepted>)>;
    /// Takes an event; `done` is called when it is durable. Threads: any; never blocks.
    void submit(Submission submission, Done done);
    using AllDone = std::function<void(Result<std::vector<Accepted>>)>;
    /// Takes 1 to `submissions_max` events that become durable in one commit: all of them, or none. `done` has one answer
    /// for each, in their order; an event whose dedupe id is known, also from one before it, is a `duplicate`.
    /// Errors: as `Done`. Threads: any; never blocks.
    void submit_all(std::vector<Submission> submissions, AllDone done);
    /// Calls `done` once, from the loop, with the run as it has ended (also: parked), or with nullopt when `wait_ms` are
    /// over or the process stops before. Errors: `not_found`, the store's. Threads: any; never blocks.
    void when_ended(std::string run_id, std::int64_t wait_ms, Ended done);
    /// Makes the sweeps of a flow now instead of when they are due. Errors: `not_found` if it has none.
    void sweep(std::string flow, std::function<void(Result<void>)> done);
    /// Takes a parked run up again. Errors: `not_found`; `request_invalid` if it is not parked, or if something cannot be
    /// corrected or skipped: then nothing is changed; `gone_from_flow`.
    void replay(std::string run_id, Replay how, std::function<void(Result<void>)> done);
    /// Ends a parked run for good. Errors: as `replay`.
    void drop(std::string run_id, std::string reason, std::string actor, std::function<void(Result<void>)> done);
    using ManyDone = std::function<void(Result<ManyOperated>)>;
    /// Takes up all runs that are meant and parked now, oldest first, in commits of a bounded size; nothing is corrected.
    /// An error after some commits leaves those as they are.
    void replay_all(ParkedSelection which, Replay how, ManyDone done);
    /// Ends all runs that are meant and parked now.
    void drop_all(ParkedSelection which, std::string reason, std::string actor, ManyDone done);

    /// Takes nothing new and lets the calls under way come to their end, up to `timeout_ms`; runs that are not over go
    /// on with the next start.
    void drain(std::int64_t timeout_ms);

    const flow::Flow* find_flow(std::string_view name) const;
    const std::vector<flow::Flow>& flows() const;
    Status status() const;
    /// Whether anything is left to do: a run that waits or is under way, one of an earlier process, an alert to be sent.
    bool has_work() const;
    /// Signs in to every connection and reads one thing. Blocks; each at most 15 s.
    std::vector<std::pair<std::string, Result<void>>> probe_connections();
    /// Waits until no run is waiting or active, or `timeout_ms` is over. Returns whether it is quiet. For tests and demo.
    bool wait_until_quiet(std::int64_t timeout_ms);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace lockstep::engine
