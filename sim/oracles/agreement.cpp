#include <algorithm>

#include <fmt/format.h>

#include "sim/oracles/evidence.h"

/// After the faults stop everything reaches agreement within a bounded time, and then nobody writes anything any more.
namespace lockstep::sim::oracles {
namespace {

/// From the last fault, or the last thing that anybody did, to agreement. Most of it is the wait for sweeps. Whoever starts
/// after the clock was set back waits for the times that are written down by so much longer.
constexpr std::int64_t agreement_ms_max = 60 * 60'000;

std::int64_t last_cause_ms(const History& history) {
    std::int64_t last = history.faults_over_ms.value_or(0);
    for (const auto& trigger : history.triggers) last = std::max(last, trigger.given_ms.value_or(0));
    for (const auto& act : history.acts) last = std::max(last, act.at_ms);
    return last;
}

std::int64_t set_back_ms(const History& history) {
    std::int64_t all_ms = 0;
    for (const auto& act : history.acts)
        if (act.kind == "clock") all_ms += std::max<std::int64_t>(0, -act.amount);
    return all_ms;
}

bool signs_in(const SentCall& call) {
    return call.url.find("/oauth") != std::string::npos || call.url.find("/services/Soap") != std::string::npos;
}
/// What was to be told before may be told now: alerts are gathered.
bool is_alert(const SentCall& call) { return call.connector == "slack" && call.body.find("Alert ") != std::string::npos; }

/// The first run of the stock flow finds products without any stock.
bool stock_was_shown(const Evidence& evidence) {
    return std::any_of(evidence.history->triggers.begin(), evidence.history->triggers.end(),
                       [](const GivenTrigger& trigger) { return trigger.flow == "inventory"; });
}

}  // namespace

Sentences agreement_is_reached(const Evidence& evidence) {
    Sentences broken;
    const auto& history = *evidence.history;
    for (const auto& run : evidence.runs)
        if (run.run.status == store::RunStatus::parked)
            broken.push_back(fmt::format("{} {} is still parked: {}", run.run.flow, run.run.key, run.run.reason));
    if (!history.agreement_ms) {
        broken.emplace_back("no agreement was reached");
        return broken;
    }
    std::int64_t took_ms = *history.agreement_ms - last_cause_ms(history);
    if (took_ms > agreement_ms_max + set_back_ms(history) + evidence.until_tomorrow_ms)
        broken.push_back(fmt::format("agreement took {} s", took_ms / 1000));
    bool shown = stock_was_shown(evidence);
    for (std::size_t i = history.calls_at_agreement; i < history.calls.size(); ++i) {
        const auto& call = history.calls[i];
        if (call.effect != net::Effect::write || signs_in(call) || is_alert(call)) continue;
        if (!shown && (call.body.find("Available_Stock__c") != std::string::npos || call.connector == "slack")) continue;
        broken.push_back(fmt::format("in a quiet landscape: {} {} {} {}", call.connector, call.method, call.url, call.body.substr(0, 200)));
    }
    return broken;
}

}  // namespace lockstep::sim::oracles
