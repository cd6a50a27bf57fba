#include <algorithm>

#include <fmt/format.h>

#include "api/api.h"
#include "cli/cli.h"
#include "engine/operator_actions.h"
#include "value/json.h"

namespace lockstep::cli {
namespace {

constexpr std::string_view actor = "cli";

/// Where the database is: as given, else as the configuration or the environment says, else lockstep.db.
std::string store_path(const ConfigSource& source) {
    if (!source.store_path.empty()) return source.store_path;
    if (!source.config_file.empty() || !source.env_file.empty())
        if (auto config = load_config(source)) return config->store_path;
    return config::process_environment()("LOCKSTEP_STORE").value_or("lockstep.db");
}

Result<std::unique_ptr<store::Store>> open_to_read(const ConfigSource& source) {
    return store::open_sqlite({.path = store_path(source), .read_only = true});
}

std::string time_text(std::int64_t ms) { return ms == 0 ? "" : format_timestamp(Timestamp::from_ms(ms / 1000 * 1000)); }

void print_table(const std::vector<store::RunRow>& runs) {
    fmt::print("{:<26}  {:<20}  {:<12}  {:<18}  {:<9}  {}\n", "RUN", "CREATED", "FLOW", "KEY", "STATUS", "REASON");
    for (const auto& run : runs)
        fmt::print("{:<26}  {:<20}  {:<12}  {:<18}  {:<9}  {}{}\n", run.id, time_text(run.created_at_ms), run.flow, run.key,
                   store::to_string(run.status), run.step.empty() ? "" : run.step + ": ", run.reason);
}

/// Journal data of one fact in a line: what a person needs to see.
std::string fact_text(const store::JournalRow& row) {
    auto data = json::parse(row.data_json.empty() ? "null" : row.data_json);
    if (!data) return row.data_json;
    if (const Value* error = data->find("error")) return fmt::format("{}: {}", (*error)["code"].text(), (*error)["message"].text());
    if (const Value* reason = data->find("reason")) return reason->text();
    std::string text = data->is_null() ? "" : json::write(*data);
    return text;
}

void print_run(const store::LoadedRun& loaded) {
    const auto& run = loaded.run;
    fmt::print("run      {}\nflow     {}\nkey      {}\nstatus   {}\n", run.id, run.flow, run.key, store::to_string(run.status));
    if (!run.reason.empty()) fmt::print("reason   {}{}\n", run.step.empty() ? "" : run.step + ": ", run.reason);
    fmt::print("event    {} at {}: {}\n\n", loaded.event.trigger, time_text(loaded.event.received_at_ms), loaded.event.body_json);
    for (const auto& row : loaded.journal) {
        std::string where = row.element < 0 ? row.step : fmt::format("{}[{}]", row.step, row.element);
        fmt::print("{:>4}  {}  {:<9} {:<20} {}\n", row.seq, time_text(row.at_ms), row.kind, where, fact_text(row));
        if (row.trace_json.empty()) continue;
        auto calls = json::parse(row.trace_json);
        if (!calls || !calls->is_list()) continue;
        for (const auto& call : calls->as_list()) {
            fmt::print("        → {} {}\n", call["method"].text(), call["url"].text());
            if (!call["request"].text().empty()) fmt::print("          {}\n", call["request"].text());
            fmt::print("        ← {} {} ({} ms)\n", call["status"].text(), call["error"].text(), call["duration_ms"].text());
            if (!call["response"].text().empty()) fmt::print("          {}\n", call["response"].text());
        }
    }
}

Result<std::vector<std::string>> all_parked(store::Store& store, const std::string& flow) {
    std::vector<std::string> ids;
    store::RunFilter filter{.status = store::RunStatus::parked, .flow = flow, .limit = 1000};
    while (true) {
        LS_TRY_ASSIGN(auto runs, store.list_runs(filter));
        for (const auto& run : runs) ids.push_back(run.id);
        if (runs.size() < 1000) break;
        filter.before_id = runs.back().id;
    }
    std::reverse(ids.begin(), ids.end());
    return ids;
}

Result<void> replay_one(const std::string& path, const std::optional<RunningEngine>& engine, const std::string& id, bool from_start) {
    if (engine) {
        LS_TRY(engine->post("/api/v1/runs/" + id + "/replay", Map{{"from", from_start ? "start" : "failed"}}));
        return {};
    }
    LS_TRY_ASSIGN(auto store, store::open_sqlite({.path = path}));
    LS_TRY_ASSIGN(auto loaded, engine::load_parked(*store, id));
    ThreadRuntime runtime;
    return store->commit(engine::replay_batch(loaded, from_start ? engine::ReplayMode::from_start : engine::ReplayMode::from_failed,
                                              std::string(actor), runtime.now().ms()));
}

}  // namespace

int list_runs(const RunsOptions& options) {
    store::RunFilter filter{.flow = options.flow, .key = options.key, .limit = options.limit};
    if (!options.status.empty()) {
        filter.status = store::run_status_from(options.status);
        if (!filter.status) {
            fmt::print(stderr, "lockstep: no such status: {} (waiting, running, succeeded, skipped, parked, dropped)\n", options.status);
            return exit_usage;
        }
    }
    auto store = open_to_read(options.source);
    if (!store) return report(store.error());
    auto runs = (*store)->list_runs(filter);
    if (!runs) return report(runs.error());
    if (!options.json) return print_table(*runs), exit_done;
    List all;
    for (const auto& run : *runs) all.push_back(api::run_value(run));
    fmt::print("{}\n", json::write_pretty(all));
    return exit_done;
}

int show_run(const ConfigSource& source, const std::string& id, bool json_wanted) {
    auto store = open_to_read(source);
    if (!store) return report(store.error());
    auto loaded = (*store)->load_run(id);
    if (!loaded) return report(loaded.error());
    if (!*loaded) return report({ErrorCode::not_found, "there is no such run: " + id});
    if (json_wanted)
        fmt::print("{}\n", json::write_pretty(api::run_detail(**loaded)));
    else
        print_run(**loaded);
    return exit_done;
}

int replay_runs(const ReplayOptions& options) {
    if (options.ids.empty() == !options.all) {
        fmt::print(stderr, "lockstep: give run ids, or --all\n");
        return exit_usage;
    }
    std::string path = store_path(options.source);
    std::vector<std::string> wanted = options.ids;
    if (options.all) {
        auto store = store::open_sqlite({.path = path, .read_only = true});
        if (!store) return report(store.error());
        auto parked = all_parked(**store, options.flow);
        if (!parked) return report(parked.error());
        wanted = *std::move(parked);
    }
    auto engine = RunningEngine::find(path);
    int result = exit_done;
    for (const auto& id : wanted) {
        auto replayed = replay_one(path, engine, id, options.from_start);
        if (!replayed)
            result = report(replayed.error());
        else
            fmt::print("{} {}\n", id, engine ? "goes on" : "will go on when `lockstep serve` is started");
    }
    return result;
}

int drop_run(const ConfigSource& source, const std::string& id, const std::string& reason) {
    std::string path = store_path(source);
    if (auto engine = RunningEngine::find(path)) {
        auto dropped = engine->post("/api/v1/runs/" + id + "/drop", Map{{"reason", reason}});
        if (!dropped) return report(dropped.error());
    } else {
        auto store = store::open_sqlite({.path = path});
        if (!store) return report(store.error());
        auto loaded = engine::load_parked(**store, id);
        if (!loaded) return report(loaded.error());
        ThreadRuntime runtime;
        auto dropped = (*store)->commit(engine::drop_batch(*loaded, reason, std::string(actor), runtime.now().ms()));
        if (!dropped) return report(dropped.error());
    }
    fmt::print("{} dropped\n", id);
    return exit_done;
}

}  // namespace lockstep::cli
