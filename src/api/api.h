#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/application.h"
#include "net/server.h"

/// What is reached over HTTP: triggers, runs, health, metrics.
namespace lockstep::api {

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
    using Path = std::vector<std::string>;
    using Answer = std::unique_ptr<net::Responder>;
    static const std::vector<Route>& routes();

    void webhook(const net::Request& request, Answer answer, const flow::Flow& flow, const flow::Trigger& trigger);
    void run_flow(const net::Request& request, const Path& path, Answer answer);
    void list_runs(const net::Request& request, const Path& path, Answer answer);
    void show_run(const net::Request& request, const Path& path, Answer answer);
    void replay_run(const net::Request& request, const Path& path, Answer answer);
    void drop_run(const net::Request& request, const Path& path, Answer answer);
    void health(const net::Request& request, const Path& path, Answer answer);
    void livez(const net::Request& request, const Path& path, Answer answer);
    void readyz(const net::Request& request, const Path& path, Answer answer);
    void metrics(const net::Request& request, const Path& path, Answer answer);
    bool may_trigger(const net::Request& request) const;
    void submit(engine::Submission submission, Answer answer);

    config::Application& application_;
    std::int64_t started_ms_;
    bool draining_ = false;
};

/// A run as the API and the CLI show it: {id, flow, key, status, reason, …}.
Value run_value(const store::RunRow& run);
/// A run with its event and every fact of its journal, with what was said to the vendors.
Value run_detail(const store::LoadedRun& run);
/// Prometheus text of what the engine counts; the names are listed in docs/metrics.md.
std::string metrics_text(const engine::Status& status, const store::StatusCounts& counts, std::int64_t uptime_ms);
/// The HTTP answer for an error: status by class and code, `Retry-After` where there is one.
net::Response error_response(const Error& error);
/// Reads a request body that must be a JSON object. Errors: `request_invalid`, `json_syntax`.
Result<Value> json_body(const net::Request& request);

}  // namespace lockstep::api
