// What the loop and its workers count, for /metrics and the demo's report.
#include <set>
#include <tuple>

#include "engine/loop.h"

namespace lockstep::engine {
namespace {

/// What became of a call whose answer was lost before. Actions that look for their effect say whether they made it.
std::string_view settled_as(const flow::Step& step, const flow::ElementState& element) {
    if (element.phase == flow::Phase::failed) return "failed";
    const bool found = element.output["created"] == Value(false) || element.output["adopted"] == Value(true);
    return step.action.effect != schema::ActionEffect::read && found ? "adopted" : "sent_again";
}

}  // namespace

/// Requires that `mutex_` is held.
void Engine::Impl::count_call(const Job& job, const Result<Value>& result, std::int64_t duration_ms) {
    Counters& counters = status_.counters;
    ++counters.calls[{job.connection, result ? "ok" : std::string(to_string(result.error().cls()))}];
    counters.call_durations[{job.connection, job.action}].note(duration_ms);
}

/// Calls that were made together show the same requests, each its own part of them: those count once.
/// Requires that `mutex_` is held.
void Engine::Impl::count_requests(const std::string& connection, const std::deque<connector::Trace>& traces) {
    Counters& counters = status_.counters;
    std::set<std::tuple<std::int64_t, std::string_view, std::string_view>> seen;
    for (const auto& trace : traces)
        for (const auto& exchange : trace.exchanges()) {
            const bool shared = traces.size() > 1 && !seen.emplace(exchange.at_ms, exchange.method, exchange.url).second;
            if (shared) continue;
            ++counters.requests[connection];
            ++counters.responses[{connection, exchange.status}];
        }
}

/// An outcome has been decided on: counts the step's time, and how its doubt ended, if that was its end.
void Engine::Impl::count_step(const ActiveRun& run, const CallId& id) {
    const flow::Step& step = run.flow->steps[static_cast<std::size_t>(id.step)];
    const auto& element = run.state.steps[static_cast<std::size_t>(id.step)].elements[static_cast<std::size_t>(std::max(id.element, 0))];
    const bool over = element.phase == flow::Phase::done || element.phase == flow::Phase::failed;
    if (!over || element.first_intended_ms == 0) return;
    const std::int64_t now_ms = time_ms();
    std::lock_guard lock(mutex_);
    status_.counters.step_durations[{run.row.flow, step.id}].note(now_ms - element.first_intended_ms);
    if (element.doubts > 0) ++status_.counters.doubts_settled[{step.connection, std::string(settled_as(step, element))}];
}

void Engine::Impl::count_trouble(const ActiveRun& run, const flow::Fact& fact) {
    const std::string& connection = run.flow->steps[static_cast<std::size_t>(fact.step)].connection;
    const bool retry = fact.kind == flow::Fact::Kind::retry;
    std::lock_guard lock(mutex_);
    Counters& counters = status_.counters;
    ++(retry ? counters.retries : counters.in_doubt);
    ++(retry ? counters.retries_by : counters.in_doubt_by)[connection];
}

void Engine::Impl::count_end(const store::RunRow& run) {
    const std::pair<std::string, std::string> labels{run.flow, std::string(store::to_string(run.status))};
    std::lock_guard lock(mutex_);
    ++status_.counters.runs_ended[labels];
    status_.counters.run_durations[labels].note(run.ended_at_ms - run.created_at_ms);
}

/// Requires that the round is durable.
void Engine::Impl::count_events(const Round& round) {
    std::lock_guard lock(mutex_);
    status_.counters.events += round.events.size();
    for (const auto& event : round.batch.events) ++status_.counters.events_by[{event.flow, event.trigger}];
    for (const auto& waiting : round.waiting)
        for (const auto& accepted : waiting.accepted) status_.counters.duplicates += accepted.duplicate ? 1 : 0;
}

}  // namespace lockstep::engine
