// `lockstep conflicts`: fields that both sides changed, and what a person decides about them.
#include <fmt/format.h>

#include "api/merges.h"
#include "cli/operator_desk.h"
#include "cli/syncs.h"
#include "net/http.h"
#include "value/json.h"

namespace lockstep::cli {
namespace {

constexpr std::int64_t wait_ms = 20'000;
constexpr std::int64_t way_ms = 10'000;

std::string shown(const Value& value) { return value.is_null() ? "(empty)" : json::write(value); }

std::string fields_text(const Value& conflicts, bool open) {
    std::string text;
    for (const Value& its : conflicts.as_list())
        if ((its["open"] == Value(true)) == open) text += (text.empty() ? "" : ", ") + its["field"].text();
    return text;
}

std::string problem_text(const Value& entry) {
    std::string text;
    for (const Value& its : entry["problems"].as_list()) text += (text.empty() ? "" : "; ") + its["message"].text();
    return text.empty() ? entry["reason"].text() : text;
}

std::string summary_text(const Value& entry) {
    const std::string open = fields_text(entry["conflicts"], true);
    if (entry["status"].text() != "parked") {
        std::string text;
        for (const Value& its : entry["conflicts"].as_list())
            text += fmt::format(
                "{}{} {}", text.empty() ? "" : ", ", its["field"].text(),
                its["open"] == Value(true) ? "left open" : fmt::format("took {} ({})", its["taken"].text(), its["rule"].text()));
        return text;
    }
    return open.empty() ? problem_text(entry) : "decide " + open;
}

void print_list(const List& all) {
    fmt::print("{:<26}  {:<20}  {:<10}  {:<9}  {:<18}  {:<20}  {}\n", "RUN", "AT", "SYNC", "STATUS", "LEFT", "RIGHT", "WHAT");
    for (const Value& its : all)
        fmt::print("{:<26}  {:<20}  {:<10}  {:<9}  {:<18}  {:<20}  {}\n", its["run"].text(), its["at"].text().substr(0, 19) + "Z",
                   its["sync"].text(), its["status"].text(), its["left"].text(), its["right"].text(), summary_text(its));
}

std::string changed_text(const Value& conflict, const char* by, const char* at) {
    if (conflict[at].is_null() && conflict[by].is_null()) return "";
    return fmt::format("   (record last changed {}{}{})", conflict[at].text(), conflict[by].is_null() ? "" : " by ", conflict[by].text());
}

void print_conflict(const Value& its) {
    const Value& base = its["base"];
    fmt::print("\n{}  ({} on the right){}\n", its["field"].text(), its["right_field"].text(),
               its["open"] == Value(true) ? "" : ", decided");
    fmt::print("  agreed before  {}{}\n", shown(base["left"]), base["right"] == base["left"] ? "" : " / " + shown(base["right"]));
    fmt::print("  left           {}{}\n", shown(its["left"]), changed_text(its, "left_by", "left_at"));
    fmt::print("  right          {}{}\n", shown(its["right"]), changed_text(its, "right_by", "right_at"));
    if (its["open"] != Value(true)) {
        fmt::print("  taken          {} ({})\n", its["taken"].text(), its["rule"].text());
        return;
    }
    if (!its["proposed"].is_null()) fmt::print("  proposed       {}, which was changed later\n", its["proposed"].text());
    if (const Value& before = its["decided"]; before.is_map())
        fmt::print("  decided        {} of left {} and right {}, which have changed since\n",
                   before["take"].text() == "value" ? shown(before["value"]) : before["take"].text(), shown(before["left"]),
                   shown(before["right"]));
}

void print_one(const Value& entry) {
    fmt::print("run      {}\nsync     {}\nleft     {}\nright    {}\nstatus   {}\n", entry["run"].text(), entry["sync"].text(),
               entry["left"].text(), entry["right"].text(), entry["status"].text());
    if (!entry["reason"].is_null()) fmt::print("reason   {}\n", entry["reason"].text());
    for (const Value& its : entry["conflicts"].as_list()) print_conflict(its);
    for (const Value& its : entry["problems"].as_list())
        fmt::print("\n{} cannot go to the {}: {}\n", its["field"].text(), its["side"].text(), its["message"].text());
    const std::string open = fields_text(entry["conflicts"], true);
    if (entry["status"].text() != "parked") return;
    const std::string run = entry["run"].text();
    if (open.empty())
        fmt::print("\nmend the cause where it is, then\n    lockstep parked replay {} --from-start\n", run);
    else
        fmt::print(
            "\nwhat you can do\n  all fields as one side has them\n    lockstep conflicts decide {0} left|right\n  field by field; any "
            "other "
            "text is what both shall say\n    lockstep conflicts decide {0} --field {1}=left --field {1}=\"a new value\"\n",
            run, open.substr(0, open.find(',')));
}

/// `Phone=left`; quotes around the text say that it is a value even if it is left or right.
Result<api::FieldDecision> field_decision(const std::string& text) {
    const auto at = text.find('=');
    if (at == std::string::npos || at == 0)
        return fail(ErrorCode::request_invalid, "--field is FIELD=left, FIELD=right or FIELD=VALUE: " + text);
    api::FieldDecision decision{.field = text.substr(0, at), .take = text.substr(at + 1), .value = {}};
    if (decision.take == "left" || decision.take == "right") return decision;
    const bool quoted = decision.take.size() >= 2 && decision.take.front() == '"' && decision.take.back() == '"';
    auto as_json = quoted || decision.take == "null" ? json::parse(decision.take) : Result<Value>(Value(decision.take));
    decision.value = as_json ? *as_json : Value(decision.take);
    decision.take = "value";
    return decision;
}

Result<std::vector<api::FieldDecision>> decisions_of(const DecideOptions& options) {
    std::vector<api::FieldDecision> all;
    if (!options.take.empty()) all.push_back({.field = {}, .take = options.take, .value = {}});
    for (const auto& text : options.fields) { LS_TRY_ASSIGN(all.emplace_back(), field_decision(text)); }
    if (all.empty()) return fail(ErrorCode::request_invalid, "say what is decided: left, right, or --field FIELD=left|right|VALUE");
    return all;
}

Value body_of(const std::vector<api::FieldDecision>& decisions) {
    Map body{{"wait_ms", wait_ms}}, fields;
    for (const auto& its : decisions) {
        if (its.field.empty())
            body.set("take", its.take);
        else
            fields.set(its.field, its.take == "value" ? Value(Map{{"value", its.value}}) : Value(its.take));
    }
    if (!fields.empty()) body.set("decisions", std::move(fields));
    return Value(std::move(body));
}

Result<store::LoadedRun> load_run(const ConfigSource& source, const std::string& id) {
    LS_TRY_ASSIGN(auto store, open_to_read(source));
    LS_TRY_ASSIGN(auto loaded, store->load_run(id));
    if (!loaded) return fail(ErrorCode::not_found, "there is no such run: " + id);
    if (api::merged_of(*loaded).is_null()) return fail(ErrorCode::request_invalid, "the run has merged nothing: " + id);
    return *std::move(loaded);
}

/// Without a configuration nobody knows which syncs there are.
Result<void> check_sync(const ConflictsOptions& options) {
    if (options.sync.empty()) return {};
    auto config = load_config(options.source);
    if (!config) return {};
    LS_TRY_ASSIGN(auto syncs, config::load_syncs(*config));
    LS_TRY(find_sync(syncs, options.sync));
    return {};
}

}  // namespace

int list_conflicts(const ConflictsOptions& options) {
    if (auto known = check_sync(options); !known) return report(known.error());
    auto store = open_to_read(options.source);
    if (!store) return report(store.error());
    auto all = api::list_conflicts(**store, {.sync = options.sync, .all = options.all, .limit = options.limit});
    if (!all) return report(all.error());
    if (options.json)
        fmt::print("{}\n", json::write_pretty(*all));
    else if (all->empty())
        fmt::print("nothing waits to be decided{}\n", options.all ? "" : "; --all lists what was decided by a rule too");
    else
        print_list(*all);
    return exit_done;
}

int show_conflict(const ConfigSource& source, const std::string& run_id, bool json_wanted) {
    auto loaded = load_run(source, run_id);
    if (!loaded) return report(loaded.error());
    const Value entry = api::conflict_value(*loaded);
    if (json_wanted)
        fmt::print("{}\n", json::write_pretty(entry));
    else
        print_one(entry);
    return exit_done;
}

int decide_conflict(const DecideOptions& options) {
    auto decisions = decisions_of(options);
    if (!decisions) return wrong_usage(decisions.error().message);
    auto loaded = load_run(options.source, options.run);
    if (!loaded) return report(loaded.error());
    auto replay = api::decision_replay(*loaded, *decisions, operator_name());
    if (!replay) return report(replay.error());
    if (auto engine = RunningEngine::find(store_path(options.source))) {
        auto reply = engine->ask(net::join_path({"api", "v1", "syncs", loaded->run.flow, "conflicts", options.run}), body_of(*decisions),
                                 wait_ms + way_ms);
        if (!reply) return report(reply.error());
        return tell_outcome(fmt::format("{} {}", loaded->run.flow, loaded->run.key), *reply, options.json);
    }
    OperatorDesk desk(options.source);
    if (auto done = desk.replay(options.run, *replay); !done) return report(done.error());
    fmt::print("{} {}: {}\n", options.run, replay->note, desk.goes_on());
    return exit_done;
}

}  // namespace lockstep::cli
