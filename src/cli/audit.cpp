// Who did what to which run.
#include <fmt/format.h>

#include "api/api.h"
#include "cli/cli.h"
#include "value/json.h"

namespace lockstep::cli {
namespace {

/// What a line has no column for, in a few words: `step order, from …, to …, reason …`.
std::string detail_text(const Value& row) {
    std::string text;
    for (const auto& [name, value] : row.as_map()) {
        if (name == "at" || name == "actor" || name == "action" || name == "run") continue;
        std::string shown = value.is_map() || value.is_list() || value.is_null() ? json::write(value) : value.text();
        text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", name, shown);
    }
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
