#include <fmt/format.h>

#include "api/api.h"
#include "cli/cli.h"
#include "engine/outages.h"
#include "value/json.h"

namespace lockstep::cli {

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

void print_runs(const std::vector<store::RunRow>& runs) {
    fmt::print("{:<26}  {:<20}  {:<12}  {:<18}  {:<9}  {}\n", "RUN", "CREATED", "FLOW", "KEY", "STATUS", "REASON");
    for (const auto& run : runs)
        fmt::print("{:<26}  {:<20}  {:<12}  {:<18}  {:<9}  {}{}\n", run.id, time_text(run.created_at_ms), run.flow, run.key,
                   store::to_string(run.status), run.step.empty() ? "" : run.step + ": ", run.reason);
}

namespace {

/// Why a run that has ended shows no history: when its journal went, as far as the configuration can be read.
std::string trimmed_text(const ConfigSource& source, const store::RunRow& run) {
    auto config = load_config(source);
    if (!config || config->keep.journal_ms == 0)
        return "what it did step by step is not kept any more (`retention: journal`); it ended at " + time_text(run.ended_at_ms);
    return fmt::format("what it did step by step was kept until {}, {} from its end (`retention: journal`)",
                       time_text(run.ended_at_ms + config->keep.journal_ms), engine::length_text(config->keep.journal_ms));
}

}  // namespace

int list_rows(store::Store& store, const store::RunFilter& filter, bool json_wanted) {
    auto runs = store.list_runs(filter);
    if (!runs) return report(runs.error());
    if (!json_wanted) return print_runs(*runs), exit_done;
    List all;
    for (const auto& run : *runs) all.push_back(api::run_value(run));
    fmt::print("{}\n", json::write_pretty(all));
    return exit_done;
}

int show_one(const ConfigSource& source, const std::string& id, bool json_wanted, void (*print)(const store::LoadedRun&)) {
    auto store = open_to_read(source);
    if (!store) return report(store.error());
    auto loaded = (*store)->load_run(id);
    if (!loaded) return report(loaded.error());
    if (!*loaded) return report({ErrorCode::not_found, "there is no such run: " + id});
    if (json_wanted)
        fmt::print("{}\n", json::write_pretty(api::run_detail(**loaded)));
    else
        print(**loaded);
    if (!json_wanted && api::journal_is_trimmed(**loaded)) fmt::print("{}\n", trimmed_text(source, (*loaded)->run));
    return exit_done;
}

namespace {

/// Journal data of one fact in a line: what a person needs to see.
std::string fact_text(const store::JournalRow& row) {
    auto data = json::parse(row.data_json.empty() ? "null" : row.data_json);
    if (!data) return row.data_json;
    const char* sure = (*data)["unsure"] == Value(true) ? "unsure whether it happened, and not made again: " : "";
    if (const Value* error = data->find("error")) return fmt::format("{}{}: {}", sure, (*error)["code"].text(), (*error)["message"].text());
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

}  // namespace

int list_runs(const RunsOptions& options) {
    store::RunFilter filter{.flow = options.flow, .key = options.key, .limit = options.limit};
    if (!options.status.empty()) {
        filter.status = store::run_status_from(options.status);
        if (!filter.status) {
            return wrong_usage(fmt::format("no such status: {} (waiting, running, succeeded, skipped, parked, dropped)", options.status));
        }
    }
    auto store = open_to_read(options.source);
    if (!store) return report(store.error());
    return list_rows(**store, filter, options.json);
}

int show_run(const ConfigSource& source, const std::string& id, bool json_wanted) { return show_one(source, id, json_wanted, print_run); }

}  // namespace lockstep::cli
