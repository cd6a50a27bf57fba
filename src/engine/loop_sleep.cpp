// Runs that only wait: how they give up their place in memory and come back when there is something to do.
#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "engine/loop.h"
#include "engine/run_codec.h"

namespace lockstep::engine {
namespace {

/// A run that is to go on within this time keeps its place.
constexpr std::int64_t short_sleep_ms = 1'000;
/// Up to this part of the places is kept by runs that only wait: reading one again costs more than its memory.
constexpr int awake_share = 8;
/// A run that cannot be read now is tried again after this time.
constexpr std::int64_t read_retry_ms = 500;

}  // namespace

/// As the store has it, without traces: nothing is decided by them. nullopt: it is gone.
Result<std::optional<store::LoadedRun>> Engine::Impl::read_run(const std::string& run_id) {
    LS_TRY_ASSIGN(auto found, store_.load_runs({run_id}));
    return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

/// The run in memory, read again if it sleeps. nullptr: the store cannot be read now.
Engine::Impl::ActiveRun* Engine::Impl::awake(const std::string& run_id) {
    if (auto found = active_.find(run_id); found != active_.end()) return &found->second;
    auto sleeper = asleep_.find(run_id);
    LS_ASSERT(sleeper != asleep_.end());
    auto loaded = read_run(run_id);
    if (!loaded || !*loaded) {
        log::error("a run cannot be read; it is tried again",
                   {{"run", run_id}, {"error", loaded ? "it is gone from the store" : loaded.error().to_text()}});
        claim_not_before_ms_ = runtime_.monotonic_ms() + read_retry_ms;
        return nullptr;
    }
    const flow::Flow* flow = find_flow((*loaded)->run.flow);
    auto state = restore(*flow, **loaded);
    LS_ASSERT(state.has_value());  // it was written by this process
    ActiveRun run{.row = (*loaded)->run,
                  .flow = flow,
                  .state = *std::move(state),
                  .next_seq = (*loaded)->journal.back().seq + 1,
                  .backlog_key = std::move(sleeper->second.backlog_key),
                  .priority = priority_of((*loaded)->event.trigger)};
    asleep_.erase(sleeper);
    return &add_active(run_id, std::move(run));
}

/// Runs whose connection can be used again are to go on, in the order of their events.
void Engine::Impl::take_awaited_connections() {
    for (auto at = held_.begin(); at != held_.end();) {
        auto& runs = at->second;
        std::array<bool, 3> paused;  // by priority, asked once for all the runs
        for (std::size_t i = 0; i < paused.size(); ++i) paused[i] = desk_.pause_of(at->first, static_cast<Priority>(i)).has_value();
        if (std::all_of(paused.begin(), paused.end(), [](bool is) { return is; })) {
            ++at;
            continue;
        }
        const std::size_t going_on = std::erase_if(runs, [&](const auto& entry) {
            if (paused[static_cast<std::size_t>(entry.second)]) return false;
            waking_.push_back(entry.first);
            return true;
        });
        outages_.note_going_on(at->first, going_on);
        at = runs.empty() ? held_.erase(at) : std::next(at);
    }
}

/// When a connection that somebody waits for can be used again, as far as that is known.
std::optional<std::int64_t> Engine::Impl::next_opening_ms() {
    std::optional<std::int64_t> next;
    for (const auto& [connection, runs] : held_) {
        auto pause = desk_.pause_of(connection, runs.begin()->second);
        std::int64_t at = pause ? pause->ends_ms : runtime_.monotonic_ms();
        if (at > 0 || !pause) next = next ? std::min(*next, at) : at;
    }
    return next;
}

void Engine::Impl::take_woken(Round& round) {
    for (std::size_t woken = 0; !waking_.empty() && woken < options_.round_inputs_max; ++woken) {
        bool room = active_.size() < static_cast<std::size_t>(options_.active_runs_max);
        std::string run_id = std::move(waking_.front());
        waking_.pop_front();
        bool sleeps = asleep_.contains(run_id);
        if (!sleeps && !active_.contains(run_id)) continue;  // it has ended
        ActiveRun* run = sleeps && !room ? nullptr : awake(run_id);
        if (!run) return waking_.push_front(std::move(run_id));
        decide(round, *run, flow::input::Wake{});
    }
}

/// Whether nothing of the run is under way: it waits for its time, for a connection, or for a lock that another run has.
bool Engine::Impl::may_sleep(const ActiveRun& run) const {
    if (handed_out_.contains(run.row.id)) return false;
    return run.timer_ms == 0 || run.timer_ms > runtime_.monotonic_ms() + short_sleep_ms;
}

/// What these runs are is durable now: where there are many, they are read again when there is something to do.
void Engine::Impl::let_sleep(const Round& round) {
    for (const auto& run_id : round.decided) {
        if (active_.size() <= static_cast<std::size_t>(options_.active_runs_max / awake_share)) return;
        auto found = active_.find(run_id);
        if (found == active_.end() || !may_sleep(found->second)) continue;
        ActiveRun& run = found->second;
        asleep_.insert_or_assign(run_id,
                                 Sleeper{.flow = run.row.flow, .backlog_key = std::move(run.backlog_key), .timer_ms = run.timer_ms});
        drop_active(run_id);
    }
}

flow::PauseOf Engine::Impl::pause_of(Priority priority) {
    return [this, priority](const std::string& connection) -> std::optional<flow::Pause> {
        auto pause = desk_.pause_of(connection, priority);
        if (!pause) return std::nullopt;
        std::int64_t now = time_ms();
        std::int64_t ends = pause->ends_ms == 0 ? now : now + std::max<std::int64_t>(0, pause->ends_ms - runtime_.monotonic_ms());
        return flow::Pause{std::move(pause->because), ends, pause->needs_a_person};
    };
}

}  // namespace lockstep::engine
