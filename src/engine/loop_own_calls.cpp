// Calls that the engine answers itself: what is remembered about a record, and the names that a run has to itself.
#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "engine/loop.h"
#include "value/json.h"

namespace lockstep::engine {
namespace {

constexpr std::string_view lock_action = "lock";

std::pair<std::string, std::string> connection_and_entity(const std::string& entity) {
    std::size_t slash = entity.find('/');
    return {entity.substr(0, slash), entity.substr(slash + 1)};
}

}  // namespace

store::LinkRow Engine::Impl::link_row(const flow::Link& link, const std::string& run_id, std::int64_t at_ms) const {
    auto [connection, entity] = connection_and_entity(link.entity);
    return {.connection = std::move(connection),
            .entity = std::move(entity),
            .key = link.id,
            .value_json = json::write(link.value),
            .run_id = run_id,
            .at_ms = at_ms};
}

/// A call is answered after the commit of its intent, as calls of vendors are made; one for names that another run has
/// is answered when that run has ended.
void Engine::Impl::plan_own_call(Round& round, ActiveRun& run, Job job) {
    if (job.action != lock_action || run_locks_.acquire(job.id, flow::lock_names(job.input))) {
        round.jobs.push_back(std::move(job));
        return;
    }
    auto wait = run_locks_.waits_for(job.id.run_id);
    LS_ASSERT(wait.has_value());
    run.row.reason = fmt::format("waits for {}, which run {} has", wait->name, wait->holder_run_id);
    run.row.updated_at_ms = runtime_.now().ms();
    round.batch.runs.push_back(run.row);
    waiting_for_names_.insert_or_assign(job.id.run_id, std::move(job));
}

void Engine::Impl::answer_own_call(Job job) {
    auto result = job.action == lock_action ? Result<Value>(job.input["names"]) : find_link(job.input);
    std::lock_guard lock(mutex_);
    inbox_.emplace_back(JobOutcome{std::move(job), std::move(result), {}});
}

Result<Value> Engine::Impl::find_link(const Value& record) {
    auto [connection, entity] = connection_and_entity(record["entity"].text());
    LS_TRY_ASSIGN(auto link, store_.find_link(connection, entity, record["id"].text()));
    if (!link) return Value();
    return json::parse(link->value_json);
}

/// The run has what it waited for.
void Engine::Impl::end_wait_for_names(Round& round, ActiveRun& run) {
    if (run.row.reason.empty()) return;
    run.row.reason.clear();
    run.row.updated_at_ms = runtime_.now().ms();
    round.batch.runs.push_back(run.row);
}

/// Takes the names that the run had when the process ended: nobody else can have them yet, unless the flow's file has
/// changed meanwhile and what was another step has become a `lock`.
void Engine::Impl::take_run_locks(const std::string& run_id, const flow::Flow& flow, const flow::RunState& state) {
    auto locks = flow::run_locks(flow, state);
    if (locks.step < 0) return;
    if (!run_locks_.acquire({run_id, locks.step, -1}, std::move(locks.names)))
        log::warning("two runs have the same lock", {{"run", run_id}, {"lock", run_locks_.waits_for(run_id)->name}});
}

void Engine::Impl::release_run_locks(const std::string& run_id) {
    for (const auto& next : run_locks_.release(run_id)) {
        auto waiting = waiting_for_names_.find(next.run_id);
        if (waiting == waiting_for_names_.end()) continue;  // it went on without
        ++handed_out_[next.run_id];
        answer_own_call(std::move(waiting->second));
        waiting_for_names_.erase(waiting);
    }
}

}  // namespace lockstep::engine
