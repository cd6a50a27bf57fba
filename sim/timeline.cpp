#include "sim/timeline.h"

#include <algorithm>

#include <fmt/format.h>

namespace lockstep::sim {
namespace {

constexpr std::size_t body_characters = 160;

struct Line {
    std::int64_t at_ms = 0;
    int rank = 0;  ///< among those of one moment
    std::string text;
};

std::string shown(const SentCall& call, const std::string& body) {
    bool signs_in = call.url.find("oauth") != std::string::npos || call.url.find("services/T") != std::string::npos;
    if (signs_in || body.empty()) return {};
    return " " + (body.size() > body_characters ? body.substr(0, body_characters) + "…" : body);
}

std::string outcome(const SentCall& call) {
    std::string text = call.error.empty() ? fmt::format("{}", call.status) : call.error;
    if (call.vendor_status != 0 && call.vendor_status != call.status) text += fmt::format(", the vendor said {}", call.vendor_status);
    if (call.retry_after_ms) text += fmt::format(", not before {} s", *call.retry_after_ms / 1000);
    if (!call.fault.empty()) text += " (" + call.fault + ")";
    return text;
}

void add_calls(const History& history, std::vector<Line>& lines) {
    for (const auto& call : history.calls) {
        std::string name = fmt::format("#{} {} {} {}", call.number, call.connector, call.method, call.url);
        lines.push_back({call.sent_ms, 4, "→ " + name + shown(call, call.body)});
        if (call.answered_ms)
            lines.push_back({*call.answered_ms, 2, fmt::format("← #{} {}{}", call.number, outcome(call), shown(call, call.answer))});
        if (call.applied_ms && (!call.answered_ms || *call.applied_ms > *call.answered_ms))
            lines.push_back({*call.applied_ms, 1, fmt::format("! applied now: {} → {}", name, call.vendor_status)});
        if (!call.answered_ms && !call.applied_ms) lines.push_back({call.sent_ms, 5, fmt::format("× #{} came to nothing", call.number)});
    }
}

std::string sizes(const Commit& commit) {
    std::string text;
    auto add = [&](std::string_view name, std::size_t count) {
        if (count > 0) text += fmt::format(" {} {}", count, name);
    };
    add("events", commit.events);
    add("runs", commit.runs);
    add("journal", commit.journal);
    add("links", commit.links);
    add("schedules", commit.schedules);
    add("cursors", commit.cursors);
    add("alerts", commit.alerts);
    add("tokens", commit.tokens);
    add("audit", commit.audit);
    return text;
}

void add_program(const History& history, std::vector<Line>& lines) {
    for (const auto& commit : history.commits)
        lines.push_back({commit.at_ms, 3, "commit" + sizes(commit) + (commit.done ? "" : " FAILED: " + commit.error)});
    for (const auto& life : history.lives) {
        lines.push_back({life.started_ms, 0, "STARTED"});
        if (life.died_ms) lines.push_back({*life.died_ms, 8, "ENDED: " + life.died_of});
    }
    for (const auto& log : history.log) lines.push_back({log.at_ms, 6, "log " + log.text.substr(0, log.text.find('\n'))});
}

void add_world(const History& history, std::vector<Line>& lines) {
    for (const auto& trigger : history.triggers) {
        std::string name = fmt::format("{} {} {} {}", trigger.what, trigger.flow, trigger.key, trigger.body);
        if (trigger.lost) lines.push_back({trigger.due_ms, 4, "LOST " + name});
        if (trigger.given_ms) lines.push_back({*trigger.given_ms, 4, "GIVEN " + name});
        if (trigger.acknowledged_ms)
            lines.push_back({*trigger.acknowledged_ms, 5,
                             fmt::format("ACKNOWLEDGED {}: {}", trigger.key, trigger.duplicate ? "a duplicate" : "run " + trigger.run_id)});
    }
    for (const auto& act : history.acts) lines.push_back({act.at_ms, 4, "* " + act.kind + " " + act.what});
}

}  // namespace

std::vector<std::string> timeline(const History& history) {
    std::vector<Line> lines;
    add_program(history, lines);
    add_calls(history, lines);
    add_world(history, lines);
    std::stable_sort(lines.begin(), lines.end(),
                     [](const Line& a, const Line& b) { return std::tie(a.at_ms, a.rank) < std::tie(b.at_ms, b.rank); });
    std::vector<std::string> texts;
    for (const auto& line : lines) texts.push_back(fmt::format("{:>9} ms  {}", line.at_ms, line.text));
    return texts;
}

}  // namespace lockstep::sim
