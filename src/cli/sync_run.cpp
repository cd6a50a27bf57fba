// `lockstep sync run`: one record now, and what came of it.
#include <fmt/format.h>

#include "base/nearest.h"
#include "cli/syncs.h"
#include "net/http.h"
#include "value/json.h"

namespace lockstep::cli {

Result<std::shared_ptr<const sync::Sync>> find_sync(const std::vector<std::shared_ptr<const sync::Sync>>& syncs, const std::string& name) {
    std::vector<std::string> names;
    for (const auto& its : syncs) {
        if (its->name == name) return its;
        names.push_back(its->name);
    }
    return fail(ErrorCode::not_found, "there is no such sync: " + name + did_you_mean(name, names));
}

namespace {

/// The engine answers within its bound; the rest is for the way.
constexpr std::int64_t way_ms = 10'000;

std::string fields_text(const Value& fields) {
    std::string text;
    if (fields.is_list())
        for (const Value& field : fields.as_list()) text += (text.empty() ? "" : ", ") + field.text();
    return text;
}

void print_line(std::string_view name, const std::string& text) {
    if (!text.empty()) fmt::print("  {:<14} {}\n", name, text);
}

void print_outcome(const std::string& what, const Value& outcome) {
    fmt::print("{}: {}\n", what, outcome["status"].text());
    print_line("left", outcome["left_id"].text());
    print_line("right", outcome["right_id"].text());
    print_line("created", outcome["created"].text());
    print_line("changed left", fields_text(outcome["changed"]["left"]));
    print_line("changed right", fields_text(outcome["changed"]["right"]));
    print_line("reason", outcome["reason"].text());
    const Value error = outcome["error"];
    if (error.is_map()) {
        print_line("reason", error["message"].text());
        print_line("field", error["field"].text());
        print_line("record", error["record"].text());
    }
    print_line("run", outcome["run_id"].text());
}

}  // namespace

int tell_outcome(const std::string& what, const RunningEngine::Reply& reply, bool json_wanted) {
    if (reply.body["status"].text().empty()) {
        const Value error = reply.body["error"];
        return report({error_code_from(error["code"].text()).value_or(ErrorCode::internal), error["message"].text()});
    }
    if (json_wanted)
        fmt::print("{}\n", json::write_pretty(reply.body));
    else
        print_outcome(what, reply.body);
    return reply.status == 200 || reply.status == 202 ? exit_done : exit_failed;
}

int run_sync(const SyncRunOptions& options) {
    if (options.left.empty() == options.right.empty()) return wrong_usage("name one record: its id, or --right and the id on the right");
    const std::string path = store_path(options.source);
    auto engine = RunningEngine::find(path);
    const std::string side = options.left.empty() ? "right" : "left", id = options.left.empty() ? options.right : options.left;
    if (!engine)
        return report({ErrorCode::unreachable,
                       fmt::format("no engine works on {}: start `lockstep serve`, or let `lockstep run {} --key {}:{}` carry the record "
                                   "through by itself",
                                   path, options.sync, side, id)});
    auto reply = engine->ask(net::join_path({"api", "v1", "syncs", options.sync, "run"}),
                             Map{{"side", side}, {"id", id}, {"wait_ms", options.wait_ms}}, options.wait_ms + way_ms);
    if (!reply) return report(reply.error());
    return tell_outcome(fmt::format("{} {} {}", options.sync, side, id), *reply, options.json);
}

}  // namespace lockstep::cli
