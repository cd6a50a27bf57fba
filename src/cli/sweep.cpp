#include <fmt/format.h>

#include "cli/cli.h"
#include "value/json.h"

namespace lockstep::cli {
namespace {

std::string state_of(const Value& sweep) {
    if (sweep["every_s"] == Value(0)) return "switched off";
    if (!sweep["error"].text().empty()) return "fails: " + sweep["error"].text();
    if (!sweep["waits_for"].text().empty()) return "waits: " + sweep["waits_for"].text();
    return sweep["under_way"] == Value(true) ? "under way" : "ok";
}

void print_sweeps(const Value& sweeps) {
    fmt::print("{:<12}  {:<18}  {:>7}  {:<20}  {:>7}  {:>7}  {}\n", "FLOW", "SWEEP", "EVERY", "LAST SUCCESS", "ROWS", "EVENTS", "STATE");
    for (const Value& its : sweeps.as_list())
        fmt::print("{:<12}  {:<18}  {:>6}s  {:<20}  {:>7}  {:>7}  {}\n", its["flow"].text(), its["sweep"].text(), its["every_s"].text(),
                   its["last_success"].text().substr(0, 19), its["rows"].text(), its["events"].text(), state_of(its));
}

}  // namespace

int sweep(const SweepOptions& options) {
    auto engine = RunningEngine::find(store_path(options.source));
    if (!engine)
        return report(
            {ErrorCode::unreachable, "no engine works on this store: " + store_path(options.source) + "; start `lockstep serve`"});
    if (!options.flow.empty()) {
        auto accepted = engine->post("/api/v1/flows/" + options.flow + "/sweep", Map{});
        if (!accepted) return report(accepted.error());
        fmt::print("the sweeps of {} are being made\n", options.flow);
        return exit_done;
    }
    auto health = engine->get("/health");
    if (!health) return report(health.error());
    const Value& sweeps = (*health)["sweeps"];
    if (!sweeps.is_list()) return report({ErrorCode::internal, "the engine says nothing of its sweeps"});
    if (options.json)
        fmt::print("{}\n", json::write_pretty(sweeps));
    else
        print_sweeps(sweeps);
    return exit_done;
}

}  // namespace lockstep::cli
