#include <algorithm>
#include <deque>

#include <fmt/format.h>

#include "sim/oracles/evidence.h"

/// "Vendor limits are respected": what a vendor asked for by Retry-After, and the bounds of the connection. Each life is
/// judged by what it was told itself, and by what an earlier one had written down when it died.
namespace lockstep::sim::oracles {
namespace {

constexpr std::int64_t minute_ms = 60'000;
/// What an action that is under way may still have to ask or write; and how often somebody looks whether a day has begun.
constexpr std::int64_t requests_more = 3, look_ms = 600'000;

using Calls = std::vector<const SentCall*>;

/// No call is sent from the moment the answer was there until it allows.
void check_retry_after(const std::string& connector, const Calls& calls, Sentences& broken) {
    struct Window {
        std::int64_t from_ms, to_ms;
        std::uint64_t call;
        int life;
    };
    std::vector<Window> windows;
    for (const auto* call : calls)
        if (call->answered_ms && call->retry_after_ms && (call->status == 429 || call->status == 503))
            windows.push_back({*call->answered_ms, *call->answered_ms + *call->retry_after_ms, call->number, call->life});
    for (const auto& window : windows)
        for (const auto* call : calls)
            if (call->life == window.life && call->sent_ms > window.from_ms && call->sent_ms < window.to_ms)
                broken.push_back(fmt::format("{}: call {} was sent {} ms before call {} allowed", connector, call->number,
                                             window.to_ms - call->sent_ms, window.call));
}

/// No process calls before a time that an earlier one had written down.
void check_rests(const History& history, const std::map<std::string, Calls>& by_connector, Sentences& broken) {
    // Where somebody sets the clock, a time of the wall clock says nothing.
    if (std::any_of(history.acts.begin(), history.acts.end(), [](const WorldAct& act) { return act.kind == "clock"; })) return;
    std::map<std::pair<std::string, int>, std::int64_t> last_said;  // connection and life → until
    for (const auto& commit : history.commits)
        for (const auto& rest : commit.rests)
            if (commit.done) last_said[{rest.connection, commit.life}] = rest.until_wall_ms - history.wall_start_ms;
    std::map<std::string, std::int64_t> known;
    for (int life = 1; life < static_cast<int>(history.lives.size()); ++life)
        for (const auto& [connector, calls] : by_connector) {
            if (auto said = last_said.find({connector, life - 1}); said != last_said.end()) known[connector] = said->second;
            for (const auto* call : calls)
                if (call->life == life && call->sent_ms < known[connector])
                    broken.push_back(fmt::format("{}: call {} was sent {} ms before what the process before had written down", connector,
                                                 call->number, known[connector] - call->sent_ms));
        }
}

void check_at_once(const std::string& connector, const Calls& calls, int most, Sentences& broken) {
    struct Edge {
        std::int64_t at_ms;
        int step;
    };
    std::vector<Edge> edges;
    for (const auto* call : calls) {
        edges.push_back({call->sent_ms, 1});
        edges.push_back({call->answered_ms.value_or(INT64_MAX), -1});
    }
    std::sort(edges.begin(), edges.end(),
              [](const Edge& a, const Edge& b) { return a.at_ms != b.at_ms ? a.at_ms < b.at_ms : a.step < b.step; });
    int now = 0, highest = 0;
    for (const auto& edge : edges) highest = std::max(highest, now += edge.step);
    if (highest > most) broken.push_back(fmt::format("{}: {} calls at once, {} are allowed", connector, highest, most));
}

bool signs_in(const SentCall& call) {
    return call.url.find("oauth") != std::string::npos || call.url.find("services/T") != std::string::npos;
}

/// What vendors count: neither sign-ins nor what they refuse unseen for its token.
void check_minute(const std::string& connector, const Calls& calls, int most, Sentences& broken) {
    std::deque<std::int64_t> recent;
    for (const auto* call : calls) {
        if (signs_in(*call) || call->status == 401) continue;
        while (!recent.empty() && recent.front() <= call->sent_ms - minute_ms) recent.pop_front();
        recent.push_back(call->sent_ms);
        if (recent.size() > static_cast<std::size_t>(most)) {
            broken.push_back(fmt::format("{}: {} calls within a minute, {} are allowed", connector, recent.size(), most));
            return;
        }
    }
}

/// Whether an answer said that no more is left of the day than the part that is others'.
bool says_enough(const SentCall& call, int reserve_percent) {
    return call.answered_ms && call.status / 100 == 2 && call.day_allowed > 0 &&
           (call.day_allowed - call.day_used) * 100 < reserve_percent * call.day_allowed;
}

/// Once the vendor has said so, only what is under way goes on, and somebody looks now and then whether a new day has begun.
void check_reserve(const std::string& connector, const Calls& calls, int percent, Sentences& broken) {
    auto first = std::find_if(calls.begin(), calls.end(), [&](const auto* call) { return says_enough(*call, percent); });
    if (first == calls.end()) return;
    const std::int64_t told_ms = *(*first)->answered_ms;
    std::int64_t over_ms = INT64_MAX;  // the day
    for (const auto* call : calls)
        if (call->sent_ms > told_ms && call->answered_ms && call->day_allowed > 0 && !says_enough(*call, percent))
            over_ms = std::min(over_ms, call->sent_ms);
    std::int64_t under_way = 0, later = 0, last_ms = told_ms;
    for (const auto* call : calls) {
        if (signs_in(*call)) continue;
        under_way += call->sent_ms <= told_ms && call->answered_ms.value_or(INT64_MAX) > told_ms ? 1 : 0;
        if (call->sent_ms <= told_ms || call->sent_ms >= over_ms) continue;
        ++later;
        last_ms = call->sent_ms;
    }
    const std::int64_t allowed = requests_more * (under_way + 1) + 1 + (last_ms - told_ms) / look_ms;
    if (later > allowed)
        broken.push_back(fmt::format("{}: {} calls after call {} was told that the rest of the day's {} is for others", connector, later,
                                     (*first)->number, (*first)->day_allowed));
}

}  // namespace

Sentences limits_are_kept(const Evidence& evidence) {
    Sentences broken;
    std::map<std::string, Calls> by_connector;
    std::map<std::pair<std::string, int>, Calls> by_life;
    for (const auto& call : evidence.history->calls) {
        by_connector[call.connector].push_back(&call);
        by_life[{call.connector, call.life}].push_back(&call);
    }
    for (const auto& [connector, calls] : by_connector) check_retry_after(connector, calls, broken);
    check_rests(*evidence.history, by_connector, broken);
    for (const auto& [of, calls] : by_life) {
        auto bounds = evidence.bounds.find(of.first);
        if (bounds == evidence.bounds.end()) continue;
        if (bounds->second.at_once > 0) check_at_once(of.first, calls, bounds->second.at_once, broken);
        if (bounds->second.a_minute > 0) check_minute(of.first, calls, bounds->second.a_minute, broken);
        if (bounds->second.reserve_percent > 0) check_reserve(of.first, calls, bounds->second.reserve_percent, broken);
    }
    return broken;
}

}  // namespace lockstep::sim::oracles
