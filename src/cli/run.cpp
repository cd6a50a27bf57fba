#include <future>

#include <fmt/format.h>

#include "api/api.h"
#include "base/log.h"
#include "base/nearest.h"
#include "cli/cli.h"
#include "value/json.h"

namespace lockstep::cli {
namespace {

constexpr std::int64_t poll_ms = 100;

bool is_over(const std::string& status) { return status != "waiting" && status != "running"; }

int show_end(const Value& run, bool json_wanted) {
    std::string status = run["status"].text();
    if (json_wanted)
        fmt::print("{}\n", json::write_pretty(run));
    else {
        fmt::print("{} {}: {}\n", run["flow"].text(), run["key"].text(), status);
        if (!run["reason"].text().empty())
            fmt::print("  {}{}\n", run["step"].text().empty() ? "" : run["step"].text() + ": ", run["reason"].text());
        if (run["report"].is_map())
            for (const auto& [name, value] : run["report"].as_map())
                if (!value.is_null()) fmt::print("  {:<10} {}\n", name, value.text());
        fmt::print("  run        {}\n", run["id"].text());
    }
    return status == "succeeded" || status == "skipped" ? exit_done : exit_failed;
}

/// Asks until the run is over or the time is.
template <class Load>
int wait_for_end(Load&& load, const RunOptions& options) {
    ThreadRuntime clock;
    for (std::int64_t until = clock.monotonic_ms() + options.timeout_ms;; clock.sleep_ms(poll_ms)) {
        Result<Value> run = load();
        if (!run) return report(run.error());
        if (is_over((*run)["status"].text())) return show_end(*run, options.json);
        if (clock.monotonic_ms() > until) {
            fmt::print(stderr, "lockstep: the run is not over after {} ms: {} ({})\n", options.timeout_ms, (*run)["id"].text(),
                       (*run)["reason"].text());
            return exit_failed;
        }
    }
}

int run_there(const RunningEngine& engine, const RunOptions& options) {
    Map body;
    if (!options.key.empty()) body.set("key", options.key);
    auto accepted = engine.post("/api/v1/flows/" + options.flow + "/run", body);
    if (!accepted) return report(accepted.error());
    std::string path = "/api/v1/runs/" + (*accepted)["run"].text();
    return wait_for_end([&] { return engine.get(path); }, options);
}

Error no_such_flow(const engine::Engine& engine, const std::string& name) {
    std::vector<std::string> names;
    for (const auto& flow : engine.flows()) names.push_back(flow.name);
    return {ErrorCode::not_found, "there is no such flow: " + name + did_you_mean(name, names)};
}

int run_here(const config::Config& config, const RunOptions& options) {
    auto app = config::Application::make(config);
    if (!app) return report(app.error());
    auto& engine = (*app)->engine();
    const auto* flow = engine.find_flow(options.flow);
    if (!flow) return report(no_such_flow(engine, options.flow));
    auto key = flow::checked_key(*flow, options.key.empty() ? flow->name : options.key);
    if (!key) return report(key.error());
    if (auto started = engine.start(); !started) return report(started.error());
    std::promise<Result<engine::Accepted>> promise;
    engine.submit({.flow = flow->name, .key = *key, .trigger = "manual", .dedupe_id = {}},
                  [&](Result<engine::Accepted> accepted) { promise.set_value(std::move(accepted)); });
    auto accepted = promise.get_future().get();
    if (!accepted) return report(accepted.error());
    int result = wait_for_end(
        [&]() -> Result<Value> {
            LS_TRY_ASSIGN(auto loaded, (*app)->store().load_run(accepted->run_id));
            LS_ASSERT(loaded.has_value());
            return api::run_value(loaded->run);
        },
        options);
    engine.drain(10'000);
    return result;
}

}  // namespace

int run_flow(const RunOptions& options) {
    log::configure(log::Level::warning, log::Format::text);
    auto config = load_config(options.source);
    std::string path = !options.source.store_path.empty() ? options.source.store_path : config ? config->store_path : "lockstep.db";
    if (auto engine = RunningEngine::find(path)) return run_there(*engine, options);
    if (!config) return report(config.error());
    return run_here(*config, options);
}

}  // namespace lockstep::cli
