// Sweeps: asking vendors for what they should have told of, and making events of what nobody has.
#include <algorithm>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "engine/loop.h"
#include "engine/loop_parts.h"
#include "value/json.h"

namespace lockstep::engine {
namespace {

/// A sweep that must wait for room, for the vendor or for its allowance looks again after this.
constexpr std::int64_t look_again_ms = 30'000;
/// So many of a record's newest runs are looked at.
constexpr int runs_looked_at = 20;

std::string body_of(const flow::Sweep& sweep, const Sweeps::Found& found) {
    return json::write(Value(Map{{"sweep", sweep.name}, {"position", format_timestamp(Timestamp::from_ms(found.position_ms))}}));
}

/// Whether the record's runs leave nothing to do for this version of it. One that waits will read it as it is now; one that
/// is under way may have read it before it changed, so it does not count. What is parked is a person's, and so is what a
/// person gave up after it changed.
bool is_taken_care_of(const std::vector<store::RunRow>& newest_first, std::int64_t position_ms) {
    using Status = store::RunStatus;
    if (newest_first.empty()) return false;
    const auto& newest = newest_first.front();
    if (newest.status == Status::dropped && newest.ended_at_ms >= position_ms) return true;
    return std::any_of(newest_first.begin(), newest_first.end(),
                       [](const auto& run) { return run.status == Status::waiting || run.status == Status::parked; });
}

}  // namespace

SweepClock Engine::Impl::sweep_clock() const { return {.now_ms = runtime_.now().ms(), .monotonic_ms = runtime_.monotonic_ms()}; }

void Engine::Impl::sweep(std::string flow, std::function<void(Result<void>)> done) {
    std::unique_lock lock(mutex_);
    if (draining_ || stopping_) {
        lock.unlock();
        return done(fail(stopping_error()));
    }
    inbox_.emplace_back(HurryMessage{std::move(flow), std::move(done)});
    inbox_changed_->notify_one();
}

void Engine::Impl::take(Round&, HurryMessage message) {
    if (sweeps_->hurry(message.flow, sweep_clock())) return message.done({});
    message.done(fail(ErrorCode::not_found, "the flow has no sweep, or it is switched off: " + message.flow));
}

void Engine::Impl::take_sweeps(Round& round) {
    for (std::size_t sweep : sweeps_->due(sweep_clock())) call_for_sweep(round, sweep);
}

/// Plans the next call of a sweep, unless everything else goes before it.
void Engine::Impl::call_for_sweep(Round& round, std::size_t sweep) {
    const SweepClock clock = sweep_clock();
    const std::string& connection = sweeps_->next_connection(sweep);
    auto page_rows = static_cast<std::size_t>(std::max(sweeps_->definition(sweep).page_rows, 1));
    if (backlog_.size() + std::min(page_rows, options_.backlog_max / 2) > options_.backlog_max)
        return sweeps_->put_off(sweep, look_again_ms, "so many events wait that no more fit", clock);
    // What cannot be compared need not be asked for: else one vendor's pause would cost the other's calls.
    const auto& against = sweeps_->definition(sweep).against;
    for (const std::string& needed : {connection, against ? against->connection : connection})
        if (auto pause = desk_.pause_of(needed, Priority::background))
            return sweeps_->put_off(sweep, look_again_ms, pause->because.message, clock);
    const std::string action = sweeps_->next_action(sweep).name;
    auto input = sweeps_->next_call(sweep, clock);
    if (!input) return fail_sweep(round, sweep, input.error());
    const auto* limits = desk_.limits(connection);
    round.jobs.push_back({.id = {std::string(sweep_run_id), static_cast<int>(sweep), -1},
                          .attempt = 1,
                          .connection = connection,
                          .action = action,
                          .input = *std::move(input),
                          .timeout_ms = limits->call_timeout_ms,
                          .request_id = {},
                          .first_sent = runtime_.now(),
                          .flow = sweeps_->flow_of(sweep).name,
                          .priority = Priority::background});
}

void Engine::Impl::take(Round& round, SweepOutcome outcome) {
    if (!outcome.result) return fail_sweep(round, outcome.sweep, outcome.result.error());
    auto page = sweeps_->take(outcome.sweep, *outcome.result, sweep_clock());
    if (!page) return fail_sweep(round, outcome.sweep, page.error());
    if (*page) return take_page(round, outcome.sweep, **page);
    call_for_sweep(round, outcome.sweep);
}

/// Makes events of what is news, and moves the cursor: both are in the round, so both are stored or neither. Everything is
/// read before anything is added.
void Engine::Impl::take_page(Round& round, std::size_t sweep, const Sweeps::Page& page) {
    const flow::Flow& flow = sweeps_->flow_of(sweep);
    const flow::Sweep& its = sweeps_->definition(sweep);
    std::unordered_set<std::string> coming;  // what has a run that begins later anyway
    for (const auto& event : round.events) coming.insert(event.backlog_key);
    std::vector<const Sweeps::Found*> news;
    for (const auto& found : page.found) {
        auto is_new = is_news(flow, found);
        if (!is_new) return fail_sweep(round, sweep, is_new.error());
        if (*is_new && coming.insert(flow.name + "\n" + found.key).second) news.push_back(&found);
    }
    std::size_t made = 0;
    for (; made < news.size() && backlog_.size() + round.events.size() < options_.backlog_max; ++made)
        (void)add_event(round,
                        {.flow = flow.name,
                         .key = news[made]->key,
                         .trigger = "sweep",
                         .dedupe_id = news[made]->dedupe_id,
                         .body_json = body_of(its, *news[made])},
                        true);
    // What did not fit is found again: the cursor stays where it is.
    if (made < news.size()) return sweeps_->put_off(sweep, look_again_ms, "so many events wait that no more fit", sweep_clock());
    round.batch.cursors.push_back(sweeps_->accept(sweep, page, made, sweep_clock()));
    if (made > 0)
        log::info("a sweep found what nobody had told of", {{"flow", flow.name}, {"sweep", its.name}, {"records", std::to_string(made)}});
    if (!page.refused.empty() && sweeps_->is_first_refusal(sweep))
        tell_of_sweep(round, sweep, fmt::format("{}: the sweep `{}` cannot read a record", flow.name, its.name), page.refused.front());
    if (sweeps_->goes_on(sweep)) call_for_sweep(round, sweep);
}

/// Whether an event is to be made of it. Errors: of the store.
Result<bool> Engine::Impl::is_news(const flow::Flow& flow, const Sweeps::Found& found) {
    LS_TRY_ASSIGN(auto known, store_.event_by_dedupe_id(flow.name, found.dedupe_id));
    if (known) return false;
    LS_TRY_ASSIGN(auto runs, store_.list_runs({.flow = flow.name, .key = found.key, .limit = runs_looked_at}));
    return !is_taken_care_of(runs, found.position_ms);
}

/// A sweep that fails stops nothing else; people hear of it if it has failed for long.
void Engine::Impl::fail_sweep(Round& round, std::size_t sweep, const Error& error) {
    if (error.code == ErrorCode::connection_paused || error.code == ErrorCode::shutting_down)
        return sweeps_->put_off(sweep, look_again_ms, error.message, sweep_clock());
    auto reason = sweeps_->fail(sweep, error, sweep_clock());
    const auto& name = sweeps_->definition(sweep).name;
    log::warning("a sweep failed; it is made again", {{"flow", sweeps_->flow_of(sweep).name}, {"sweep", name}, {"error", error.to_text()}});
    if (reason)
        tell_of_sweep(round, sweep, fmt::format("{}: the sweep `{}` has failed for long", sweeps_->flow_of(sweep).name, name), *reason);
}

void Engine::Impl::tell_of_sweep(Round& round, std::size_t sweep, const std::string& title, const std::string& reason) {
    if (options_.alert_connection.empty() || !desk_.limits(options_.alert_connection)) return;
    Happening happening{.cause = "sweep|" + title,
                        .title = title,
                        .subject = sweeps_->definition(sweep).name,
                        .reason = reason,
                        .advice = "What is missing is not looked for until this is mended; triggers work as ever.",
                        .advice_for_many = {}};
    happening.advice_for_many = happening.advice;
    round.batch.alerts.push_back(alerts_.note(happening, runtime_.now().ms()));
}

}  // namespace lockstep::engine
