// What the workers do: calls alone or together, and probes.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/defect.h"
#include "engine/loop.h"
#include "engine/loop_parts.h"

namespace lockstep::engine {
namespace {

/// A vendor that does not answer one cheap read within this time is not there.
constexpr std::int64_t probe_timeout_ms = 15'000;

}  // namespace

void Engine::Impl::run_worker() {
    CallDesk::Seat& seat = desk_.new_seat();
    while (auto task = desk_.take(seat)) {
        if (task->jobs.empty())
            probe(task->connection);
        else
            make_calls(*std::move(task));
        inbox_changed_->notify_one();
    }
}

void Engine::Impl::make_calls(CallDesk::Task task) {
    std::deque<connector::Trace> traces(task.jobs.size());
    std::deque<connector::CallContext> contexts;
    std::vector<connector::JointCall> calls;
    for (std::size_t i = 0; i < task.jobs.size(); ++i) {
        const Job& job = task.jobs[i];
        contexts.push_back({.runtime = runtime_,
                            .http = http_,
                            .trace = traces[i],
                            .deadline_ms = runtime_.monotonic_ms() + job.timeout_ms,
                            .request_id = job.request_id,
                            .first_sent = job.first_sent,
                            .first_attempt = job.attempt == 1 || LS_DEFECT("journal: an earlier attempt is forgotten")});
        calls.push_back({job.input, contexts.back()});
    }
    connector::Connection& connection = *desk_.connection(task.connection);
    const std::string& action = task.jobs.front().action;
    const std::int64_t began_ms = runtime_.monotonic_ms();
    std::vector<Result<Value>> results;
    if (calls.size() == 1)
        results.push_back(connection.perform(action, calls[0].input, calls[0].context));
    else
        results = connection.perform_jointly(action, calls);
    LS_ASSERT(results.size() == calls.size());
    if (LS_DEFECT("joint calls: answers go to the wrong runs")) std::reverse(results.begin(), results.end());
    const std::int64_t duration_ms = runtime_.monotonic_ms() - began_ms;
    std::vector<std::string> told;
    for (const auto& trace : traces) told.push_back(trace.to_json());

    std::lock_guard lock(mutex_);
    auto effect = desk_.settle(task, results);
    count_requests(task.connection, traces);
    for (std::size_t i = 0; i < results.size(); ++i) {
        Job& job = task.jobs[i];
        count_call(job, results[i], duration_ms);
        if (job.id.run_id == alert_run_id) {
            Result<void> outcome = results[i] ? Result<void>() : Result<void>(fail(results[i].error()));
            inbox_.emplace_back(AlertOutcome{job.request_id, std::move(outcome)});
        } else if (job.id.run_id == sweep_run_id) {
            inbox_.emplace_back(SweepOutcome{static_cast<std::size_t>(job.id.step), std::move(results[i])});
        } else {
            inbox_.emplace_back(JobOutcome{std::move(job), std::move(results[i]), std::move(told[i])});
        }
    }
    note_effect(task.connection, std::move(effect));
}

/// Signs in and makes one cheap read.
Result<void> Engine::Impl::read_one_thing(const std::string& connection) {
    connector::Trace trace;
    connector::CallContext call{.runtime = runtime_,
                                .http = http_,
                                .trace = trace,
                                .deadline_ms = runtime_.monotonic_ms() + probe_timeout_ms,
                                .request_id = {},
                                .first_sent = runtime_.now()};
    return desk_.connection(connection)->probe(call);
}

std::vector<std::pair<std::string, Result<void>>> Engine::Impl::probe_connections() {
    std::vector<std::pair<std::string, Result<void>>> all;
    for (const auto& its : desk_.status()) all.emplace_back(its.name, read_one_thing(its.name));
    return all;
}

/// Learns whether the vendor is back.
void Engine::Impl::probe(const std::string& connection) {
    auto result = read_one_thing(connection);
    std::lock_guard lock(mutex_);
    note_effect(connection, desk_.settle_probe(connection, result));
}

/// Requires that `mutex_` is held.
void Engine::Impl::note_effect(const std::string& connection, CallDesk::Effect effect) {
    Error unsent{ErrorCode::connection_paused, fmt::format("{} is paused: {}", connection, effect.because.message)};
    for (Job& job : effect.recalled) report_unsent(std::move(job), unsent);
    if (effect.change != Breaker::Change::none) inbox_.emplace_back(ConnectionChange{connection, effect.change, std::move(effect.because)});
}

}  // namespace lockstep::engine
