// Who did what to which run.
#include <algorithm>

#include <fmt/format.h>

#include "api/api.h"
#include "cli/cli.h"
#include "value/json.h"

namespace lockstep::cli {
namespace {

/// So many changed values are shown; the others are counted (`--json` has all).
constexpr std::size_t changes_max = 8;

std::string shown(const Value& value) { return value.is_map() || value.is_list() || value.is_null() ? json::write(value) : value.text(); }

/// The values in which two differ, each `path: old → new`.
void add_changes(const std::string& path, const Value& from, const Value& to, std::vector<std::string>& all) {
    auto below = [&](const std::string& name) { return path.empty() ? name : path + "." + name; };
    if (from == to) return;
    if (from.is_map() && to.is_map()) {
        for (const auto& [name, value] : from.as_map()) add_changes(below(name), value, to[name], all);
        for (const auto& [name, value] : to.as_map())
            if (!from.find(name)) add_changes(below(name), Value(), value, all);
    } else if (from.is_list() && to.is_list() && from.as_list().size() == to.as_list().size()) {
        for (std::size_t i = 0; i < from.as_list().size(); ++i)
            add_changes(below(std::to_string(i)), from.as_list()[i], to.as_list()[i], all);
    } else {
        all.push_back(fmt::format("{}{}{} → {}", path, path.empty() ? "" : ": ", shown(from), shown(to)));
    }
}

std::string changes_text(const Value& from, const Value& to) {
    std::vector<std::string> all;
    add_changes("", from, to, all);
    std::string text;
    for (std::size_t i = 0; i < std::min(all.size(), changes_max); ++i) text += (i == 0 ? "" : ", ") + all[i];
    if (all.size() > changes_max) text += fmt::format(" and {} more", all.size() - changes_max);
    return text;
}

/// What a line has no column for: `step: order; body.x: 1 → 2; reason: …`.
std::string detail_text(const Value& row) {
    std::string text;
    auto add = [&](const std::string& what) { text += (text.empty() ? "" : "; ") + what; };
    const Value* to = row.find("to");
    for (const auto& [name, value] : row.as_map()) {
        if (name == "at" || name == "actor" || name == "action" || name == "run" || name == "to") continue;
        if (name != "from" || !to) add(name + ": " + shown(value));
        if (name == "from" && to) add(changes_text(value, *to));
    }
    if (to && !row.find("from")) add("to: " + shown(*to));
    return text;
}

}  // namespace

int show_audit(const AuditOptions& options) {
    auto store = open_to_read(options.source);
    if (!store) return report(store.error());
    auto rows = (*store)->audit(options.run, options.limit);
    if (!rows) return report(rows.error());
    List all;
    for (const auto& row : *rows) all.push_back(api::audit_value(row));
    if (options.json) return fmt::print("{}\n", json::write_pretty(all)), exit_done;
    fmt::print("{:<20}  {:<14}  {:<13}  {:<26}  {}\n", "AT", "WHO", "WHAT", "RUN", "DETAIL");
    for (std::size_t i = 0; i < all.size(); ++i)
        fmt::print("{:<20}  {:<14}  {:<13}  {:<26}  {}\n", time_text((*rows)[i].at_ms), (*rows)[i].actor, (*rows)[i].action,
                   (*rows)[i].subject, detail_text(all[i]));
    return exit_done;
}

}  // namespace lockstep::cli
