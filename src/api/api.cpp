#include "api/api.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/nearest.h"
#include "value/json.h"

namespace lockstep::api {
namespace {

constexpr int syncs_shown = 50;

bool is_loopback(std::string_view peer) { return peer.starts_with("127.") || peer == "::1" || peer.starts_with("::ffff:127."); }

/// Whether the client asked for this machine by a name of its own: a page of the web that has a name of its own point
/// here does not, and a proxy that serves others does not either.
bool names_loopback(std::string_view host) {
    host = host.substr(0, host.starts_with('[') ? host.find(']') + 1 : host.find(':'));
    return host.empty() || host == "localhost" || host == "[::1]" || is_loopback(host);
}

/// Whether the machine itself asks, and not somebody behind a proxy on it. Proxies are known by what they add, or by
/// the name that their client asked for; one that hides both cannot be told from the machine.
bool is_from_this_machine(const net::Request& request) {
    for (std::string_view added : {"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via"})
        if (request.headers.contains(added)) return false;
    return is_loopback(request.peer) && names_loopback(request.headers.get("Host").value_or(""));
}

void refuse(std::unique_ptr<net::Responder> answer, ErrorCode code, std::string message) {
    answer->send(error_response({code, std::move(message)}));
}

}  // namespace

struct Api::Route {
    std::string method;
    std::vector<std::string> path;  ///< `*` stands for any segment
    void (Api::*handler)(const net::Request&, const Path&, Answer);
    bool local_only = false;  ///< answers to this machine only
    bool token_too = false;   ///< and to whoever brings the API token
};

const std::vector<Api::Route>& Api::routes() {
    static const std::vector<Route> all = {
        {"GET", {"livez"}, &Api::livez},
        {"GET", {"readyz"}, &Api::readyz},
        {"GET", {"health"}, &Api::health},
        {"GET", {"metrics"}, &Api::metrics, true},
        {"GET", {"api", "v1", "runs"}, &Api::list_runs, true},
        {"GET", {"api", "v1", "runs", "*"}, &Api::show_run, true},
        {"POST", {"api", "v1", "runs", "*", "replay"}, &Api::replay_run, true},
        {"GET", {"api", "v1", "runs", "*", "input"}, &Api::show_input, true},
        {"POST", {"api", "v1", "runs", "*", "skip"}, &Api::skip_step, true},
        {"POST", {"api", "v1", "runs", "*", "drop"}, &Api::drop_run, true},
        {"GET", {"api", "v1", "parked"}, &Api::list_parked, true},
        {"POST", {"api", "v1", "parked", "replay"}, &Api::replay_parked, true},
        {"POST", {"api", "v1", "parked", "drop"}, &Api::drop_parked, true},
        {"GET", {"api", "v1", "audit"}, &Api::list_audit, true},
        {"POST", {"api", "v1", "flows", "*", "run"}, &Api::run_flow, true},
        {"POST", {"api", "v1", "flows", "*", "sweep"}, &Api::sweep_flow, true},
        {"GET", {"api", "v1", "syncs"}, &Api::list_syncs, true},
        {"POST", {"api", "v1", "syncs", "*", "run"}, &Api::run_sync, true, true},
        {"GET", {"api", "v1", "syncs", "*", "records", "*", "*"}, &Api::sync_record, true, true},
        {"GET", {"api", "v1", "syncs", "*", "conflicts"}, &Api::sync_conflicts, true},
        {"GET", {"api", "v1", "syncs", "*", "conflicts", "*"}, &Api::show_conflict, true},
        {"POST", {"api", "v1", "syncs", "*", "conflicts", "*"}, &Api::decide_conflict, true},
        {"POST", {"api", "v1", "syncs", "*", "backfill"}, &Api::backfill_sync, true},
        {"GET", {"api", "v1", "records", "*"}, &Api::record_history_of, true},
    };
    return all;
}

Api::Api(config::Application& application)
    : application_(application), refused_(std::make_shared<Refused>()), started_ms_(application.runtime().monotonic_ms()) {
    for (const auto& flow : application_.engine().flows())
        for (const auto& trigger : flow.triggers) {
            if (trigger.kind != flow::Trigger::Kind::webhook) continue;
            Listener& listener = listeners_[trigger.path];
            listener.connection = application_.connection(trigger.connection);
            listener.flows.emplace_back(&flow, &trigger);
        }
}

void Api::handle(net::Request request, std::unique_ptr<net::Responder> responder) {
    if (auto listener = listeners_.find(request.path()); listener != listeners_.end())
        return trigger(request, std::move(responder), listener->second);
    auto path = net::split_path(request.path());
    if (!path) return responder->send(error_response(path.error()));
    std::string allowed;
    for (const auto& route : routes()) {
        bool fits = std::equal(route.path.begin(), route.path.end(), path->begin(), path->end(),
                               [](const auto& a, const auto& b) { return a == "*" || a == b; });
        if (!fits) continue;
        bool method = route.method == request.method || (route.method == "GET" && request.method == "HEAD");
        if (!method) {
            allowed += (allowed.empty() ? "" : ", ") + route.method;
            continue;
        }
        if (route.token_too) {
            if (auto may = may_use_token_route(request, is_from_this_machine(request)); !may) return responder->send(error_response(may.error()));
        } else if (route.local_only && !is_from_this_machine(request))
            return refuse(std::move(responder), ErrorCode::permission_missing, "this address answers only to the machine itself");
        return (this->*route.handler)(request, *path, std::move(responder));
    }
    if (allowed.empty()) return refuse(std::move(responder), ErrorCode::not_found, "there is nothing at " + std::string(request.path()));
    auto response = net::json_response(
        405, Map{{"error", Map{{"code", "request_invalid"},
                               {"message", fmt::format("{} takes {}, not {}", request.path(), allowed, request.method)}}}});
    response.headers.set("Allow", allowed);
    responder->send(std::move(response));
}

void Api::run_flow(const net::Request& request, const Path& path, Answer answer) {
    const auto* flow = application_.engine().find_flow(path[3]);
    if (!flow) {
        std::vector<std::string> names;
        for (const auto& its : application_.engine().flows()) names.push_back(its.name);
        return refuse(std::move(answer), ErrorCode::not_found, "there is no such flow: " + path[3] + did_you_mean(path[3], names));
    }
    auto body = json_body(request);
    if (!body) return answer->send(error_response(body.error()));
    const Value& given = (*body)["key"];
    auto key = flow::checked_key(*flow, given.is_null() ? flow->name : given.text());
    if (!key) return answer->send(error_response(key.error()));
    std::vector<engine::Submission> one(1);
    one[0] = {.flow = flow->name,
              .key = *key,
              .trigger = "manual",
              .body_json = json::write((*body)["body"].is_map() ? (*body)["body"] : Value(Map{}))};
    auto shared = std::make_shared<Answer>(std::move(answer));
    application_.engine().submit_all(one, [one, shared](Result<std::vector<engine::Accepted>> accepted) {
        (*shared)->send(accepted ? net::json_response(202, accepted_value(one, *accepted)) : error_response(accepted.error()));
    });
}

void Api::sweep_flow(const net::Request&, const Path& path, Answer answer) {
    auto shared = std::make_shared<Answer>(std::move(answer));
    application_.engine().sweep(path[3], [shared](Result<void> done) {
        (*shared)->send(done ? net::json_response(202, Map{{"accepted", true}}) : error_response(done.error()));
    });
}

// ---- runs ----

void Api::list_runs(const net::Request& request, const Path&, Answer answer) {
    auto query = net::parse_form(request.query());
    if (!query) return answer->send(error_response(query.error()));
    store::RunFilter filter;
    for (const auto& [name, value] : *query) {
        if (name == "flow")
            filter.flow = value;
        else if (name == "key")
            filter.key = value;
        else if (name == "before")
            filter.before_id = value;
        else if (name == "status") {
            filter.status = store::run_status_from(value);
            if (!filter.status)
                return refuse(std::move(answer), ErrorCode::request_invalid,
                              "no such status: " + value + " (waiting, running, succeeded, skipped, parked, dropped)");
        } else if (name == "limit") {
            auto limit = Decimal::parse(value);
            auto number = limit ? limit->to_int64() : Result<std::int64_t>(fail(limit.error()));
            if (!number || *number < 1 || *number > 1000)
                return refuse(std::move(answer), ErrorCode::request_invalid, "limit is a number from 1 to 1000: " + value);
            filter.limit = static_cast<int>(*number);
        } else
            return refuse(std::move(answer), ErrorCode::request_invalid,
                          "no such parameter: " + name + " (status, flow, key, before, limit)");
    }
    auto rows = application_.store().list_runs(filter);
    if (!rows) return answer->send(error_response(rows.error()));
    List runs;
    for (const auto& row : *rows) runs.push_back(run_value(row));
    answer->send(net::json_response(200, Map{{"runs", std::move(runs)}}));
}

void Api::show_run(const net::Request&, const Path& path, Answer answer) {
    auto run = application_.store().load_run(path[3]);
    if (!run) return answer->send(error_response(run.error()));
    if (!*run) return refuse(std::move(answer), ErrorCode::not_found, "there is no such run: " + path[3]);
    answer->send(net::json_response(200, run_detail(**run)));
}

// ---- health ----

void Api::livez(const net::Request&, const Path&, Answer answer) { answer->send(net::text_response(200, "ok\n")); }

void Api::readyz(const net::Request&, const Path&, Answer answer) {
    auto status = application_.engine().status();
    auto store = application_.store().ping();
    std::string why = draining_          ? "stopping"
                      : !status.running  ? "the engine is not running"
                      : !store           ? store.error().message
                      : !status.store_ok ? status.store_error
                                         : "";
    answer->send(net::text_response(why.empty() ? 200 : 503, why.empty() ? "ok\n" : why + "\n"));
}

void Api::health(const net::Request& request, const Path&, Answer answer) {
    auto status = application_.engine().status();
    auto counts = application_.store().status_counts();
    auto recent = application_.store().list_runs({.ended_only = true, .limit = syncs_shown});
    List problems;
    if (!status.store_ok) problems.push_back("store: " + status.store_error);
    if (!counts) problems.push_back("store: " + counts.error().message);
    if (!status.alert_error.empty()) problems.push_back("alerts: " + status.alert_error);
    for (const auto& connection : status.connections)
        if (connection.paused_ms > 0)
            problems.push_back(fmt::format("connection {} is paused: {}", connection.name, connection.paused_because));
    for (const auto& sweep : status.sweeps)
        if (sweep.failing_since_ms > 0)
            problems.push_back(fmt::format("the sweep {} of {} fails: {}", sweep.name, sweep.flow, sweep.error));
    bool down = !status.running || !status.store_ok || !counts || draining_;
    Map body{{"status", down               ? "down"
                        : problems.empty() ? "ok"
                                           : "degraded"},
             {"uptime", (application_.runtime().monotonic_ms() - started_ms_) / 1000}};
    if (is_from_this_machine(request)) {
        body.set("problems", std::move(problems));
        body.set("runs", counts ? Value(Map{{"waiting", counts->waiting},
                                            {"running", counts->running},
                                            {"succeeded", counts->succeeded},
                                            {"skipped", counts->skipped},
                                            {"parked", counts->parked},
                                            {"dropped", counts->dropped}})
                                : Value());
        List connections;
        for (const auto& its : status.connections) {
            Map connection{{"name", its.name},
                           {"under_way", static_cast<std::int64_t>(its.under_way)},
                           {"queued", static_cast<std::int64_t>(its.queued)},
                           {"paused_ms", its.paused_ms}};
            if (its.budget) connection.set("calls", Map{{"used", its.budget->used}, {"allowed", its.budget->allowed}});
            connections.push_back(std::move(connection));
        }
        body.set("connections", std::move(connections));
        body.set("sweeps", sweeps_value(status.sweeps, application_.runtime().now().ms()));
        List syncs;
        if (recent)
            for (const auto& run : *recent) syncs.push_back(run_value(run));
        body.set("syncs", std::move(syncs));
    }
    answer->send(net::json_response(down ? 503 : 200, body));
}

void Api::metrics(const net::Request&, const Path&, Answer answer) {
    auto counts = application_.store().status_counts();
    auto size = application_.store().size();
    Refusals refusals;
    {
        std::lock_guard lock(refused_->mutex);
        refusals = refused_->count;
    }
    auto text = metrics_text(application_.engine().status(), counts ? *counts : store::StatusCounts{},
                             size ? *size : store::StoreSize{}, refusals, application_.runtime().monotonic_ms() - started_ms_);
    answer->send(net::text_response(200, std::move(text), "text/plain; version=0.0.4; charset=utf-8"));
}

}  // namespace lockstep::api
