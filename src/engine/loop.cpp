#include "engine/loop.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/defect.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/random_id.h"
#include "engine/loop_parts.h"
#include "engine/run_codec.h"
#include "value/json.h"

namespace lockstep::engine {
namespace {

/// A commit that failed is tried again this often.
constexpr std::int64_t commit_retry_ms = 500;
constexpr std::string_view alert_action = "slack.post";
constexpr std::int64_t alert_timeout_ms = 20'000;

std::string call_name(const CallId& id) { return fmt::format("{}/{}/{}", id.run_id, id.step, id.element); }

/// 32 hexadecimal digits: two FNV-1a hashes with different starts. They stay the same for a step of a run over retries and
/// doubts. A replay decides on the step anew, maybe with other values, and a vendor that keeps answers under them must not
/// give the old one.
std::string request_id(const CallId& id, std::int64_t first_intended_ms) {
    std::string name = fmt::format("{}/{}", call_name(id), first_intended_ms);
    auto hash = [&](std::uint64_t h) {
        for (unsigned char c : name) h = (h ^ c) * 1099511628211ull;
        return h;
    };
    return fmt::format("{:016x}{:016x}", hash(14695981039346656037ull), hash(0x9e3779b97f4a7c15ull));
}

}  // namespace
Engine::Impl::Impl(Parts parts)
    : kept_flows(std::move(parts.flows)),
      runtime_(parts.runtime),
      store_(parts.store),
      http_(parts.http),
      options_(parts.options),
      desk_(parts.runtime, std::move(parts.connections)),
      alerts_(parts.runtime, options_.alert_delay_ms, options_.alert_window_ms, options_.alert_delivery),
      inbox_changed_(parts.runtime.make_condition()),
      quiet_changed_(parts.runtime.make_condition()) {}

// ---- the loop ----

std::optional<std::int64_t> Engine::Impl::next_timer_ms() {
    std::optional<std::int64_t> next;
    auto consider = [&](std::int64_t at) { next = next ? std::min(*next, at) : at; };
    if (!timers_.empty()) consider(timers_.begin()->first);
    if (auto due = schedules_->next_ms()) consider(to_monotonic(*due));
    if (auto due = sweeps_->next_ms()) consider(*due);
    if (auto due = alerts_.next_due_ms()) consider(to_monotonic(*due));
    if (auto due = retention_.next_ms()) consider(*due);
    if (auto opening = next_opening_ms()) consider(*opening);
    if (auto over = endings_.next_ms()) consider(*over);
    bool room = active_.size() < static_cast<std::size_t>(options_.active_runs_max);
    if (!postponed_.empty() || (!waking_.empty() && room)) consider(claim_not_before_ms_);
    if (recovery_) consider(claim_not_before_ms_);
    if (may_claim(claim_not_before_ms_)) consider(std::max(claim_not_before_ms_, company_until_ms_));
    return next;
}

bool Engine::Impl::may_claim(std::int64_t now_ms) const {
    return !recovery_ && claim_not_before_ms_ <= now_ms && backlog_.has_ready([this](const std::string& flow) { return has_room(flow); });
}

/// Whether another run of the flow may begin: some places are always left to other flows.
bool Engine::Impl::has_room(const std::string& flow) const {
    auto places = static_cast<std::size_t>(options_.active_runs_max);
    auto its = active_of_flow_.find(flow);
    std::size_t reserved = flows.size() > 1 ? places / 4 : 0;
    return active_.size() < places && (its == active_of_flow_.end() || its->second < places - reserved);
}

Engine::Impl::ActiveRun& Engine::Impl::add_active(const std::string& run_id, ActiveRun run) {
    ++active_of_flow_[run.row.flow];
    return active_.emplace(run_id, std::move(run)).first->second;
}

void Engine::Impl::drop_active(const std::string& run_id) {
    auto found = active_.find(run_id);
    LS_ASSERT(found != active_.end());
    --active_of_flow_.at(found->second.row.flow);
    active_.erase(found);
}

std::int64_t Engine::Impl::to_monotonic(std::int64_t wall_ms) const {
    return runtime_.monotonic_ms() + std::max<std::int64_t>(0, wall_ms - runtime_.now().ms());
}

/// Waits until there is something to do. Returns false when the loop must end.
bool Engine::Impl::wait_for_work(std::deque<Message>& messages) {
    std::unique_lock lock(mutex_);
    while (true) {
        if (stopping_ || (draining_ && inbox_.empty() && desk_.under_way() == 0)) return false;
        if (!inbox_.empty()) break;
        if (!draining_ && company_until_ms_ <= runtime_.monotonic_ms() && may_claim(runtime_.monotonic_ms())) break;
        auto timer = draining_ ? std::nullopt : next_timer_ms();
        if (timer && *timer <= runtime_.monotonic_ms()) break;
        busy_ = false;
        quiet_changed_->notify_all();
        if (timer)
            (void)inbox_changed_->wait_until(lock, *timer);
        else
            inbox_changed_->wait(lock);
        busy_ = true;
    }
    for (std::size_t inputs = 0; !inbox_.empty() && inputs < options_.round_inputs_max;) {
        const auto* submitted = std::get_if<SubmitMessage>(&inbox_.front());
        inputs += submitted ? submitted->submissions.size() : 1;
        messages.push_back(std::move(inbox_.front()));
        inbox_.pop_front();
    }
    return true;
}

void Engine::Impl::run_loop() {
    std::deque<Message> messages;
    while (wait_for_work(messages)) {
        Round round;
        if (runtime_.monotonic_ms() >= claim_not_before_ms_)
            for (; !postponed_.empty(); postponed_.pop_back()) messages.push_front(std::move(postponed_.back()));
        for (auto& message : messages) std::visit([&](auto& what) { take(round, std::move(what)); }, message);
        messages.clear();
        bool draining;
        {
            std::lock_guard lock(mutex_);
            draining = draining_;
        }
        if (draining)
            give_back_locked_calls(round);
        else {
            recover();
            take_timers(round);
            if (!recovery_) take_schedules(round), take_sweeps(round);
            take_awaited_connections();
            take_woken(round);
            claim_runs(round);
        }
        if (LS_DEFECT("loop: calls go out before they are written")) hand_out(std::exchange(round.jobs, {})), runtime_.sleep_ms(50);
        if (LS_DEFECT("loop: events are acknowledged before they are written"))
            accept_events(round), round.events.clear(), round.waiting.clear();
        if (commit(round)) act(round);
        if (!draining) trim_store();
    }
    std::deque<Message> left;
    {
        std::lock_guard lock(mutex_);
        loop_ended_ = true;
        status_.running = false;
        draining_ = true;  // nothing more is taken
        left.swap(inbox_);
        quiet_changed_->notify_all();
    }
    refuse_messages(left, stopping_error());
    endings_.give_up_all();
}

void Engine::Impl::take(Round& round, JobOutcome outcome) {
    ActiveRun* run = awake(outcome.job.id.run_id);
    if (!run) return postponed_.emplace_back(std::move(outcome)), void();
    CallId id = outcome.job.id;
    if (--handed_out_[id.run_id] == 0) handed_out_.erase(id.run_id);
    if (run->flow->steps[static_cast<std::size_t>(id.step)].kind == flow::StepKind::lock) end_wait_for_names(round, *run);
    decide(round, *run, flow::input::Outcome{id.step, id.element, outcome.job.attempt, std::move(outcome.result)},
           std::move(outcome.trace_json));
    count_step(*run, id);
    const auto& step = run->state.steps[static_cast<std::size_t>(id.step)];
    auto phase = step.elements[static_cast<std::size_t>(std::max(id.element, 0))].phase;
    if (phase != flow::Phase::in_doubt && phase != flow::Phase::intended) release_lock(round, id);
}

void Engine::Impl::take(Round& round, AlertOutcome outcome) {
    auto row = alerts_.settle(outcome.id, outcome.result, runtime_.now().ms());
    round.batch.alerts.push_back(row);
    std::lock_guard lock(mutex_);
    if (row.state == store::AlertState::sent) ++status_.counters.alerts_sent;
    if (row.state == store::AlertState::failed) ++status_.counters.alerts_failed;
    if (row.state == store::AlertState::pending) ++status_.counters.alerts_retried;
    status_.alert_error = row.state == store::AlertState::sent ? "" : row.error;
    if (row.state == store::AlertState::pending)
        log::warning("an alert did not arrive; it is sent again", {{"alert", row.id}, {"error", row.error}});
    if (row.state == store::AlertState::failed) log::error("an alert was given up", {{"alert", row.id}, {"error", row.error}});
}

void Engine::Impl::take_timers(Round& round) {
    std::int64_t now = runtime_.monotonic_ms();
    while (!timers_.empty() && timers_.begin()->first <= now) {
        auto [at, run_id] = *timers_.begin();
        timers_.erase(timers_.begin());
        auto found = active_.find(run_id);
        if (found != active_.end() && found->second.timer_ms == at) decide(round, found->second, flow::input::Wake{});
        auto sleeper = asleep_.find(run_id);
        if (sleeper != asleep_.end() && sleeper->second.timer_ms == at) waking_.push_back(run_id);
    }
    auto due = alerts_.take_due(runtime_.now().ms());
    for (auto& row : due) {
        round.batch.alerts.push_back(row);
        round.alerts_to_send.push_back(std::move(row));
    }
}

void Engine::Impl::take_schedules(Round& round) {
    for (auto& due : schedules_->take_due(runtime_.now())) {
        round.batch.schedules.push_back(due.row);
        if (backlog_.contains(due.flow + "\n" + due.key)) {
            log::info("a scheduled run is skipped: the one before is not over", {{"flow", due.flow}});
            continue;
        }
        take(round,
             SubmitMessage{{{.flow = due.flow, .key = due.key, .trigger = "schedule"}},
                           [flow = due.flow](const Result<std::vector<Accepted>>& accepted) {
                               if (!accepted)
                                   log::error("a scheduled run could not be stored",
                                              {{"flow", flow}, {"error", accepted.error().to_text()}});
                           }},
             true);
    }
}

/// Calls that wait for a lock while the process stops were surely not sent: say so, or the next start would doubt it.
void Engine::Impl::give_back_locked_calls(Round& round) {
    auto waiting = std::exchange(waiting_for_lock_, {});
    for (auto& [name, entry] : waiting) {
        auto& [lock, job] = entry;
        (void)locks_.release(lock, job.id);
        ActiveRun* run = awake(job.id.run_id);
        if (!run) continue;  // the next start doubts it
        decide(round, *run, flow::input::Outcome{job.id.step, job.id.element, job.attempt, fail(stopping_error())});
    }
}

void Engine::Impl::claim_runs(Round& round) {
    for (std::size_t claimed = 0; claimed < options_.round_inputs_max && may_claim(runtime_.monotonic_ms()); ++claimed)
        if (!claim(round, *backlog_.take([this](const std::string& flow) { return has_room(flow); }))) return;
}

/// Returns false if the store cannot be read now; the run keeps its place.
bool Engine::Impl::claim(Round& round, const Backlog::Taken& taken) {
    auto loaded = read_run(taken.entry.run_id);
    if (!loaded) {
        log::error("a run cannot be read; it is tried again", {{"run", taken.entry.run_id}, {"error", loaded.error().to_text()}});
        backlog_.give_back(taken);
        claim_not_before_ms_ = runtime_.monotonic_ms() + commit_retry_ms;
        return false;
    }
    if (!*loaded) {
        log::error("a run that was open is gone from the store", {{"run", taken.entry.run_id}});
        backlog_.release(taken.key);
        return true;
    }
    auto& run = **loaded;
    const flow::Flow* flow = find_flow(run.run.flow);
    if (!flow)
        return park_unreadable(round, std::move(run), {ErrorCode::gone_from_flow, "there is no such flow any more: " + run.run.flow},
                               taken.key),
               true;
    auto state = restore(*flow, run);
    if (!state) return park_unreadable(round, std::move(run), state.error(), taken.key), true;
    std::int64_t next_seq = run.journal.empty() ? 1 : run.journal.back().seq + 1;
    ActiveRun& active = add_active(run.run.id, ActiveRun{.row = run.run,
                                                         .flow = flow,
                                                         .state = *std::move(state),
                                                         .next_seq = next_seq,
                                                         .backlog_key = taken.key,
                                                         .priority = priority_of(run.event.trigger)});
    take_locks(active.row.id, *flow, active.state);
    take_run_locks(active.row.id, *flow, active.state);
    if (active.state.begun)
        decide(round, active, flow::input::Interrupted{}), LS_DEFECT("restart: timers are lost") ? timers_.clear() : void();
    else
        decide(round, active, flow::input::Start{});
    return true;
}

void Engine::Impl::park_unreadable(Round& round, store::LoadedRun loaded, const Error& error, const std::string& key) {
    auto& run = loaded.run;
    run.status = store::RunStatus::parked;
    run.reason = error.message;
    run.reason_code = std::string(to_string(error.code));
    run.updated_at_ms = run.ended_at_ms = runtime_.now().ms();
    round.batch.runs.push_back(run);
    raise(round, run,
          {.kind = flow::Notice::Kind::parked, .step = run.step, .connection = {}, .reason = run.reason, .code = run.reason_code});
    parked_keys_.note(run.flow, run.key);
    count_end(run);
    round.after.push_back([this, key, run](const Result<void>& written) {
        backlog_.release(key);
        if (written) endings_.tell(run);
    });
}

// ---- deciding ----

flow::DecisionContext Engine::Impl::context(const ActiveRun& run, std::int64_t now_ms) {
    bool hold;
    {
        std::lock_guard lock(mutex_);
        hold = draining_;
    }
    return {.now_ms = now_ms,
            .calendar_ms = runtime_.now().ms(),
            .random = [this] { return runtime_.random(); },
            .policy =
                [this](const std::string& name) {
                    const auto* limits = desk_.limits(name);
                    if (!limits) return flow::Policy{};
                    return flow::Policy{limits->retries_max, limits->retry_base_ms, limits->settle_ms, limits->call_timeout_ms};
                },
            .hold = hold,
            .pause_of = pause_of(run.priority)};
}

namespace {

/// Whether the run has gone back to before its `lock` step: it will take names anew, perhaps others.
bool gives_names_back(const flow::Flow& flow, const flow::Decision& decision) {
    for (const auto& fact : decision.facts) {
        if (fact.kind != flow::Fact::Kind::rewound) continue;
        for (std::size_t i = static_cast<std::size_t>(fact.step); i < flow.steps.size(); ++i)
            if (flow.steps[i].kind == flow::StepKind::lock) return true;
    }
    return false;
}

}  // namespace

void Engine::Impl::decide(Round& round, ActiveRun& run, const flow::Input& input, std::string trace_json) {
    // Runs wait by a clock that cannot be set: a settle time is as long as it says, whatever happens to the wall clock.
    const std::int64_t now = time_ms();
    auto decision = flow::advance(*run.flow, run.state, input, context(run, now));
    const auto* outcome = std::get_if<flow::input::Outcome>(&input);
    for (const auto& fact : decision.facts) {
        auto row = to_row(*run.flow, run.row.id, run.next_seq++, fact);
        if (outcome && fact.step == outcome->step && fact.element == outcome->element) row.trace_json = std::exchange(trace_json, {});
        round.batch.journal.push_back(std::move(row));
    }
    if (gives_names_back(*run.flow, decision)) release_run_locks(run.row.id);
    for (const auto& link : decision.links) round.batch.links.push_back(link_row(link, run.row.id, now));
    keep_row(round, run, decision);
    for (const auto& notice : decision.notices) raise(round, run.row, notice);
    for (auto& call : decision.calls) plan_call(round, run, std::move(call));
    if (decision.end) {
        settle_older(round, run);
        round.ended.push_back(run.row.id);
    } else
        set_timer(run);
    round.decided.insert(run.row.id);
}

/// Writes the run's row where people would see a difference.
void Engine::Impl::keep_row(Round& round, ActiveRun& run, const flow::Decision& decision) {
    bool changed = false;
    for (const auto& fact : decision.facts) {
        using Kind = flow::Fact::Kind;
        changed |= fact.kind == Kind::started || fact.kind == Kind::parking || fact.kind == Kind::ended;
        if (fact.kind == Kind::retry || fact.kind == Kind::in_doubt || fact.kind == Kind::held) {
            changed = true;
            run.row.reason = fact.data["error"]["message"].text();
            count_trouble(run, fact);
        }
    }
    if (!changed) return;
    run.row.status = store::RunStatus::running;
    run.row.retries = run.state.retries;
    run.row.updated_at_ms = runtime_.now().ms();
    if (run.state.parking) {
        run.row.reason = run.state.reason;
        run.row.reason_code = run.state.reason_code;
        run.row.step = run.state.failed_step;
    }
    if (decision.end) {
        static constexpr store::RunStatus statuses[] = {store::RunStatus::succeeded, store::RunStatus::skipped, store::RunStatus::parked};
        run.row.status = statuses[static_cast<int>(decision.end->status)];
        run.row.reason = decision.end->reason;
        run.row.ended_at_ms = run.row.updated_at_ms;
        if (!decision.end->report.is_null()) run.row.summary_json = json::write(decision.end->report);
        count_end(run.row);
    }
    round.batch.runs.push_back(run.row);
}

/// Tells people, by the log and by an alert.
void Engine::Impl::raise(Round& round, const store::RunRow& run, const flow::Notice& notice) {
    bool parked = notice.kind == flow::Notice::Kind::parked;
    log::warning(parked ? "run parked" : "connection paused",
                 {{"run", run.id}, {"flow", run.flow}, {"step", notice.step}, {"key", run.key}, {"reason", notice.reason}});
    if (!tells_of(notice.connection)) return;
    Happening happening;
    happening.cause = parked ? fmt::format("{}|{}|{}", run.flow, notice.step, notice.code) : fmt::format("paused|{}", notice.connection);
    happening.title = parked ? fmt::format("{}: parked at step `{}`", run.flow, notice.step)
                             : fmt::format("{}: refused by {} at step `{}`", run.flow, notice.connection, notice.step);
    happening.subject = fmt::format("{} (run {})", run.key, run.id);
    happening.reason = notice.reason;
    happening.advice = parked ? fmt::format("Look: lockstep parked show {0}. Mend the cause, then: lockstep parked replay {0}", run.id)
                              : "Mend the configuration or the vendor's permissions; the runs go on by themselves.";
    happening.advice_for_many = parked ? fmt::format("Look: lockstep parked. Mend the cause, then: lockstep parked replay --cause {}/{}/{}",
                                                     run.flow, notice.step, notice.code)
                                       : happening.advice;
    round.batch.alerts.push_back(alerts_.note(happening, runtime_.now().ms()));
}

/// Whether people can be told of what happens to a connection: not by itself, of itself.
bool Engine::Impl::tells_of(const std::string& connection) const {
    const std::string& by = options_.alert_connection;
    return !by.empty() && desk_.limits(by) && connection != by;
}

/// A vendor that cannot be reached, or refuses the credentials. Joined with what the runs say that met it.
void Engine::Impl::raise_down(Round& round, const std::string& connection, const Error& because) {
    if (!tells_of(connection)) return;
    Happening happening;
    happening.cause = fmt::format("paused|{}", connection);
    happening.title = fmt::format("The connection {} is paused", connection);
    happening.subject = "all runs that need it wait";
    happening.reason = because.message;
    happening.advice = "Mend the configuration, or wait for the vendor; the runs go on by themselves.";
    happening.advice_for_many = happening.advice;
    round.batch.alerts.push_back(alerts_.note(happening, runtime_.now().ms()));
}

void Engine::Impl::plan_call(Round& round, ActiveRun& run, flow::Call call) {
    CallId id{run.row.id, call.step, call.element};
    Job job{.id = id,
            .attempt = call.attempt,
            .connection = std::move(call.connection),
            .action = std::move(call.action),
            .input = std::move(call.input),
            .timeout_ms = call.timeout_ms,
            .request_id = request_id(id, call.first_intended_ms),
            .first_sent = Timestamp::from_ms(call.first_intended_ms),
            .flow = run.row.flow,
            .priority = run.priority};
    if (job.connection == flow::own_connection) return plan_own_call(round, run, std::move(job));
    if (!call.lock_key.empty() && !LS_DEFECT("locks: two calls of one link at once") && !locks_.acquire(call.lock_key, id)) {
        waiting_for_lock_.insert_or_assign(call_name(id), std::pair(call.lock_key, std::move(job)));
        return;
    }
    round.jobs.push_back(std::move(job));
}

/// Gives back the lock of a call that is settled, and lets the next one go.
void Engine::Impl::release_lock(Round& round, const CallId& id) {
    const ActiveRun& run = active_.at(id.run_id);
    const auto& element = run.state.steps[static_cast<std::size_t>(id.step)].elements[static_cast<std::size_t>(std::max(id.element, 0))];
    std::string name = flow::lock_key(run.flow->steps[static_cast<std::size_t>(id.step)], element.input);
    if (name.empty()) return;
    auto next = locks_.release(name, id);
    if (!next) return;
    auto waiting = waiting_for_lock_.find(call_name(*next));
    if (waiting == waiting_for_lock_.end()) return;  // it is in doubt and comes back for its lock at its time
    round.jobs.push_back(std::move(waiting->second.second));
    waiting_for_lock_.erase(waiting);
}

void Engine::Impl::set_timer(ActiveRun& run) {
    auto wake = flow::next_wake_ms(*run.flow, run.state, pause_of(run.priority));
    for (const auto& connection : flow::awaited_connections(*run.flow, run.state, pause_of(run.priority)))
        held_[connection].insert_or_assign(run.row.id, run.priority);
    run.timer_ms = wake ? began_ms_ + std::max<std::int64_t>(1, *wake - began_wall_ms_) : 0;
    if (wake) timers_.emplace(run.timer_ms, run.row.id);
}

// ---- writing and acting ----

Result<void> Engine::Impl::commit_once(Round& round) {
    if (round.batch.empty()) return {};
    auto committed = store_.commit(round.batch);
    {
        std::lock_guard lock(mutex_);
        status_.store_ok = committed.has_value();
        status_.store_error = committed ? "" : committed.error().message;
        ++(committed ? status_.counters.commits : status_.counters.commit_failures);
        if (committed) status_.counters.rows += round.batch.events.size() + round.batch.runs.size() + round.batch.journal.size();
    }
    if (!committed) refuse_events(round, committed.error());
    return committed;
}

/// Returns false if the process stops before the round could be written.
bool Engine::Impl::commit(Round& round) {
    while (true) {
        auto written = commit_once(round);
        if (written || LS_DEFECT("store: a commit that failed passes for done")) return true;
        bool stopping;
        {
            std::lock_guard lock(mutex_);
            stopping = stopping_;
        }
        if (stopping) {
            for (auto& then : round.after) then(fail(stopping_error()));
            return false;
        }
        refuse_waiting_events(written.error());
        runtime_.sleep_ms(commit_retry_ms);
    }
}

void Engine::Impl::act(Round& round) {
    accept_events(round);
    for (auto& then : round.after) then({});
    for (const auto& row : round.alerts_to_send) round.jobs.push_back(alert_job(row));
    hand_out(std::move(round.jobs));
    for (const auto& run_id : round.ended) end_run(run_id);
    let_sleep(round);
    endings_.give_up(runtime_.monotonic_ms());
    publish_status();
}

/// Gives jobs to the workers; while the process stops, reports at once that they were not sent.
void Engine::Impl::hand_out(std::vector<Job> jobs) {
    for (const Job& job : jobs)
        if (job.id.run_id != alert_run_id && job.id.run_id != sweep_run_id) ++handed_out_[job.id.run_id];
    auto own = std::stable_partition(jobs.begin(), jobs.end(), [](const Job& job) { return job.connection != flow::own_connection; });
    for (auto job = own; job != jobs.end(); ++job) answer_own_call(std::move(*job));
    jobs.erase(own, jobs.end());
    auto back = desk_.put(std::move(jobs));
    std::lock_guard lock(mutex_);
    for (auto& unsent : back) report_unsent(std::move(unsent.job), unsent.result.error());
}

/// Requires that `mutex_` is held.
void Engine::Impl::report_unsent(Job job, const Error& error) {
    if (job.id.run_id == alert_run_id)
        inbox_.emplace_back(AlertOutcome{job.request_id, fail(error)});
    else if (job.id.run_id == sweep_run_id)
        inbox_.emplace_back(SweepOutcome{static_cast<std::size_t>(job.id.step), fail(error)});
    else
        inbox_.emplace_back(JobOutcome{std::move(job), fail(error), {}});
}

void Engine::Impl::end_run(const std::string& run_id) {
    auto found = active_.find(run_id);
    LS_ASSERT(found != active_.end());
    log::info("run ended", {{"run", run_id},
                            {"flow", found->second.row.flow},
                            {"key", found->second.row.key},
                            {"status", std::string(store::to_string(found->second.row.status))},
                            {"reason", found->second.row.reason}});
    backlog_.release(found->second.backlog_key);
    const store::RunRow row = endings_.awaits(run_id) ? found->second.row : store::RunRow();
    drop_active(run_id);
    release_run_locks(run_id);
    if (!row.id.empty()) endings_.tell(row);
}

Job Engine::Impl::alert_job(const store::AlertRow& row) const {
    return {.id = {std::string(alert_run_id), -1, -1},
            .connection = options_.alert_connection,
            .action = std::string(alert_action),
            .input = Map{{"text", row.text}},
            .timeout_ms = alert_timeout_ms,
            .request_id = row.id,
            .first_sent = runtime_.now()};
}

const flow::Flow* Engine::Impl::find_flow(std::string_view name) const {
    auto found = std::find_if(flows.begin(), flows.end(), [&](const flow::Flow& flow) { return flow.name == name; });
    return found == flows.end() ? nullptr : &*found;
}

}  // namespace lockstep::engine
