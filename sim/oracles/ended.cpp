#include <fmt/format.h>

#include "sim/oracles/evidence.h"

/// "Nothing acknowledged is ever lost" and "every event ends succeeded, skipped with a reason, or parked with a reason".
namespace lockstep::sim::oracles {
namespace {

using store::RunStatus;

void check_end(const store::RunRow& run, Sentences& broken) {
    if (run.status == RunStatus::waiting || run.status == RunStatus::running)
        broken.push_back(fmt::format("{} {} has not ended: {} {}", run.flow, run.key, store::to_string(run.status), run.reason));
    else if (run.status != RunStatus::succeeded && run.reason.empty())
        broken.push_back(fmt::format("{} {} is {} without a reason", run.flow, run.key, store::to_string(run.status)));
}

/// An hour may be full in the very last moment: then the run that comes of it is still making its calls.
bool is_busy_at_the_end(const History& history) {
    constexpr std::int64_t a_call_ms = 60'000;
    return !history.calls.empty() && history.calls.back().sent_ms + a_call_ms > history.ended_ms;
}

}  // namespace

Sentences every_event_has_ended(const Evidence& evidence) {
    Sentences broken;
    std::map<std::string_view, const store::LoadedRun*> by_run, by_event;
    for (const auto& run : evidence.runs) {
        by_run.emplace(run.run.id, &run);
        by_event.emplace(run.event.id, &run);
        bool just_begun = run.event.trigger == "schedule" && run.run.ended_at_ms == 0 && is_busy_at_the_end(*evidence.history);
        if (!just_begun) check_end(run.run, broken);
    }
    for (const auto& trigger : evidence.history->triggers) {
        if (!trigger.acknowledged_ms) continue;
        auto event = by_event.find(trigger.event_id);
        if (event == by_event.end()) {
            broken.push_back("an acknowledged event is gone: " + trigger.flow + " " + trigger.key);
            continue;
        }
        if (event->second->run.key != trigger.key && event->second->event.dedupe_id.empty())
            broken.push_back("an acknowledged event is another's: " + trigger.key + " became " + event->second->run.key);
        if (!trigger.duplicate && !by_run.contains(trigger.run_id))
            broken.push_back("an acknowledged event has no run: " + trigger.flow + " " + trigger.key);
        if (trigger.duplicate && trigger.dedupe_id.empty())
            broken.push_back("an event without an id was taken for another's duplicate: " + trigger.key);
    }
    return broken;
}

}  // namespace lockstep::sim::oracles
