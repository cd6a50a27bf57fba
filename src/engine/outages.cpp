#include "engine/outages.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace lockstep::engine {

std::string length_text(std::int64_t ms) {
    struct Unit {
        std::int64_t seconds;
        const char* name;
    };
    static constexpr std::array<Unit, 4> units = {{{86'400, "d"}, {3'600, "h"}, {60, "min"}, {1, "s"}}};
    const std::int64_t seconds = std::max<std::int64_t>(0, ms) / 1000;
    auto unit = std::find_if(units.begin(), units.end() - 1, [&](const Unit& its) { return seconds >= its.seconds; });
    std::string text = fmt::format("{} {}", seconds / unit->seconds, unit->name);
    if (unit + 1 == units.end()) return text;
    const std::int64_t rest = seconds % unit->seconds / (unit + 1)->seconds;
    return rest == 0 ? text : fmt::format("{} {} {}", text, rest, (unit + 1)->name);
}

void Outages::suspect(const std::string& connection, std::int64_t now_ms) {
    if (!is_away(connection)) all_[connection] = {.since_ms = now_ms};
}

void Outages::confirm(const std::string& connection, std::int64_t now_ms) {
    all_.try_emplace(connection, Outage{.since_ms = now_ms}).first->second.away = true;
}

void Outages::note_going_on(const std::string& connection, std::size_t runs) {
    if (auto found = all_.find(connection); found != all_.end()) found->second.runs += runs;
}

bool Outages::is_away(const std::string& connection) const {
    auto found = all_.find(connection);
    return found != all_.end() && found->second.away;
}

std::optional<Outages::Over> Outages::end(const std::string& connection, std::size_t waiting, std::int64_t now_ms) {
    auto found = all_.find(connection);
    if (found == all_.end()) return std::nullopt;
    const Outage outage = found->second;
    all_.erase(found);
    if (!outage.away) return std::nullopt;
    return Over{.away_ms = now_ms - outage.since_ms, .runs = outage.runs + waiting};
}

}  // namespace lockstep::engine
