// `lockstep records show`: what happened to one record and its partner.
#include <fmt/format.h>

#include "api/history.h"
#include "cli/syncs.h"
#include "value/json.h"

namespace lockstep::cli {
namespace {

std::string shown(const Value& value) { return value.is_null() ? "(empty)" : json::write(value); }

std::string conflict_text(const Value& its) {
    const std::string taken =
        its["open"] == Value(true) ? "not decided yet" : fmt::format("{} was taken ({})", its["taken"].text(), its["rule"].text());
    return fmt::format("both changed {}: left {}, right {}; {}", its["field"].text(), shown(its["left"]), shown(its["right"]), taken);
}

std::string entry_text(const Value& its) {
    const std::string what = its["what"].text();
    if (what == "changed")
        return fmt::format(
            "{} {} {}: {} → {}{}", its["system"].text(), its["object"].text(), its["field"].text(), shown(its["from"]), shown(its["to"]),
            its["by"].is_null() && its["changed_at"].is_null()
                ? ""
                : fmt::format(", as changed {}{}{}", its["changed_at"].text(), its["by"].is_null() ? "" : " by ", its["by"].text()));
    if (what == "conflict") return conflict_text(its);
    if (what == "linked") return "the two were linked";
    if (what == "parked") return "parked: " + its["reason"].text();
    if (what == "run") return fmt::format("{}: {} {}", its["flow"].text(), its["status"].text(), its["reason"].text());
    return fmt::format("{} {} {} {}", its["system"].text(), its["object"].text(), its["id"].text(), what);
}

void print_history(const Value& history) {
    for (const Value& its : history["syncs"].as_list())
        fmt::print("{}  {} {}  ↔  {} {}{}\n", its["sync"].text(), its["systems"].as_list()[0].text(), its["left"].text(),
                   its["systems"].as_list()[1].text(), its["right"].text(), its["linked"] == Value(true) ? "" : "  (not linked)");
    for (const Value& its : history["history"].as_list()) fmt::print("{}  {}  {}\n", its["at"].text(), its["run"].text(), entry_text(its));
}

}  // namespace

int show_record(const RecordOptions& options) {
    auto config = load_config(options.source);
    if (!config) return report(config.error());
    auto syncs = config::load_syncs(*config);
    if (!syncs) return report(syncs.error());
    auto flows = config::load_flows(*config);
    if (!flows) return report(flows.error());
    auto store = open_to_read(options.source);
    if (!store) return report(store.error());
    auto history = api::record_history(**store, *syncs, *flows, options.id, options.limit);
    if (!history) return report(history.error());
    if (options.json)
        fmt::print("{}\n", json::write_pretty(*history));
    else
        print_history(*history);
    return exit_done;
}

}  // namespace lockstep::cli
