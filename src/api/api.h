#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "config/application.h"
#include "net/server.h"

/// What is reached over HTTP: triggers, runs, health, metrics.
namespace lockstep::api {

/// Requests to triggers that were refused, by the trigger's name and the error's code.
using Refusals = engine::Counters::By<std::uint64_t>;

/// Serves an application. Threads: `handle` may be called from any.
class Api {
public:
    explicit Api(config::Application& application);
    /// Answers now, or after the commit that the answer promises.
    void handle(net::Request request, std::unique_ptr<net::Responder> responder);
    /// From now on /readyz says no and triggers are refused.
    void begin_drain() { draining_ = true; }

private:
    struct Route;
    /// What was refused; shared with answers that are still under way when the API ends.
    struct Refused {
        std::mutex mutex;
        Refusals count;
        std::set<std::string> told;  ///< what was logged because nobody listens to it
    };
    /// Who listens to a path: the flows, and the connection that understands what comes (null: it is plain JSON).
    struct Listener {
        const connector::Connection* connection = nullptr;
        std::vector<std::pair<const flow::Flow*, const flow::Trigger*>> flows;
    };
    using Path = std::vector<std::string>;
    using Answer = std::unique_ptr<net::Responder>;
    static const std::vector<Route>& routes();

    void trigger(const net::Request& request, Answer answer, const Listener& listener);
    Result<std::vector<engine::Submission>> read_events(const net::Request& request, const Listener& listener);
    Result<std::vector<engine::Submission>> events_of(const Listener& listener, const connector::Delivery& delivery);
    Unexpected nobody_listens(const Listener& listener, const std::string& topic);
    void run_flow(const net::Request& request, const Path& path, Answer answer);
    void sweep_flow(const net::Request& request, const Path& path, Answer answer);
    void list_runs(const net::Request& request, const Path& path, Answer answer);
    void show_run(const net::Request& request, const Path& path, Answer answer);
    void replay_run(const net::Request& request, const Path& path, Answer answer);
    void show_input(const net::Request& request, const Path& path, Answer answer);
    void skip_step(const net::Request& request, const Path& path, Answer answer);
    void drop_run(const net::Request& request, const Path& path, Answer answer);
    void list_parked(const net::Request& request, const Path& path, Answer answer);
    void replay_parked(const net::Request& request, const Path& path, Answer answer);
    void drop_parked(const net::Request& request, const Path& path, Answer answer);
    void list_audit(const net::Request& request, const Path& path, Answer answer);
    void list_syncs(const net::Request& request, const Path& path, Answer answer);
    void run_sync(const net::Request& request, const Path& path, Answer answer);
    void sync_record(const net::Request& request, const Path& path, Answer answer);
    void sync_conflicts(const net::Request& request, const Path& path, Answer answer);
    void show_conflict(const net::Request& request, const Path& path, Answer answer);
    void decide_conflict(const net::Request& request, const Path& path, Answer answer);
    void backfill_sync(const net::Request& request, const Path& path, Answer answer);
    void record_history_of(const net::Request& request, const Path& path, Answer answer);
    void health(const net::Request& request, const Path& path, Answer answer);
    void livez(const net::Request& request, const Path& path, Answer answer);
    void readyz(const net::Request& request, const Path& path, Answer answer);
    void metrics(const net::Request& request, const Path& path, Answer answer);
    bool may_trigger(const net::Request& request) const;
    Result<void> may_use_token_route(const net::Request& request, bool is_local) const;

    config::Application& application_;
    std::map<std::string, Listener, std::less<>> listeners_;  // by path
    std::shared_ptr<Refused> refused_;
    std::int64_t started_ms_;
    bool draining_ = false;
};

/// A run as the API and the CLI show it: {id, flow, key, status, reason, …}.
Value run_value(const store::RunRow& run);
/// What /health says of the sweeps.
Value sweeps_value(const std::vector<engine::SweepStatus>& sweeps, std::int64_t now_ms);
/// Whether the run has ended so long ago that its journal is not kept any more. What parked before it began, and was
/// dropped, never had one.
bool journal_is_trimmed(const store::LoadedRun& run);
/// A run with its event and every fact of its journal, with what was said to the vendors.
Value run_detail(const store::LoadedRun& run);
/// Parked runs of one cause: {cause, count, …, replay: the command that replays them}.
Value cause_value(const store::ParkedCause& cause);
/// What somebody did to a run: {at, actor, action, run, …}.
Value audit_value(const store::AuditRow& row);
/// Prometheus text of what the engine counts; the names are listed in docs/metrics.md.
std::string metrics_text(const engine::Status& status, const store::StatusCounts& counts, const store::StoreSize& size,
                         const Refusals& refusals, std::int64_t uptime_ms);
/// The HTTP answer for an error: status by class and code, `Retry-After` where there is one.
net::Response error_response(const Error& error);
/// Reads a request body that must be a JSON object. Errors: `request_invalid`, `json_syntax`.
Result<Value> json_body(const net::Request& request);
/// Reads a request body that has no other names than these. Errors: `request_invalid`, `json_syntax`.
Result<Value> body_with(const net::Request& request, const std::vector<std::string>& known);
/// Errors: `request_invalid` if the value is no map, or has other names.
Result<void> only_names(const Value& map, const std::vector<std::string>& known, std::string_view where);
/// Who says it, as the request's `X-Lockstep-Actor` has it; what is no plain letter is not taken over.
std::string actor_of(const net::Request& request);
/// As many objects as a list in a request may have: as an Outbound Message has notifications.
inline constexpr std::size_t bodies_max = 100;
/// Reads a request body that must be a JSON object, or a list of 1 to `bodies_max` of them. Errors: the same.
Result<List> json_bodies(const net::Request& request);
/// What those who sent events learn, in the order of the submissions: one event as a map, several as a list of them.
Value accepted_value(const std::vector<engine::Submission>& submissions, const std::vector<engine::Accepted>& accepted);

}  // namespace lockstep::api
