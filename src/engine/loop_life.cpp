// The loop's beginning and end, and what is asked of it from outside.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/defect.h"
#include "base/log.h"
#include "engine/loop.h"
#include "engine/loop_parts.h"
#include "engine/run_codec.h"

namespace lockstep::engine {
namespace {

/// Open runs are read from the store in pages of this size: so long at most is a new event kept waiting meanwhile.
constexpr int open_runs_page = 250;
constexpr std::int64_t read_retry_ms = 500;

bool is_at_a_vendor(const flow::ElementState& element) {
    return element.phase == flow::Phase::intended || element.phase == flow::Phase::in_doubt;
}

bool is(const store::JournalRow& row, flow::Fact::Kind kind) { return row.kind == flow::to_string(kind); }

/// Whether the flow locks names, or a call of the run may be at a vendor: told by the kinds of the rows alone, for most
/// open runs only wait, and reading what is in their rows would take most of a start's time.
bool may_hold_locks(const flow::Flow& flow, const std::vector<store::JournalRow>& journal) {
    for (const auto& step : flow.steps)
        if (step.kind == flow::StepKind::lock) return true;
    using Kind = flow::Fact::Kind;
    std::set<std::pair<std::string_view, int>> settled;
    for (auto row = journal.rbegin(); row != journal.rend(); ++row) {
        const bool open = is(*row, Kind::intended) || is(*row, Kind::in_doubt);
        if (open && !settled.contains({row->step, row->element})) return true;
        if (is(*row, Kind::done) || is(*row, Kind::retry) || is(*row, Kind::failed)) settled.emplace(row->step, row->element);
    }
    return false;
}

/// Whether the run was in the middle: begun, and not about to be taken up again.
bool has_begun(const std::vector<store::JournalRow>& journal) {
    if (is(journal.back(), flow::Fact::Kind::replayed)) return false;
    return std::any_of(journal.begin(), journal.end(), [](const auto& row) { return is(row, flow::Fact::Kind::started); });
}

}  // namespace

Result<void> Engine::Impl::start() {
    began_ms_ = runtime_.monotonic_ms();
    began_wall_ms_ = runtime_.now().ms();
    LS_TRY_ASSIGN(auto rows, store_.schedules());
    LS_TRY_ASSIGN(auto schedules, Schedules::make(flows, rows, runtime_.now()));
    schedules_ = std::move(schedules);
    if (store::Batch first{.schedules = schedules_->fresh()}; !first.empty()) LS_TRY(store_.commit(first));
    LS_TRY_ASSIGN(auto sweeps, Sweeps::make(
                                   flows, [this](const std::string& name) { return store_.cursor(name); }, sweep_clock(),
                                   [this] { return runtime_.random(); }));
    sweeps_ = std::move(sweeps);
    if (store::Batch first{.cursors = sweeps_->fresh()}; !first.empty()) LS_TRY(store_.commit(first));
    LS_TRY_ASSIGN(auto alerts, store_.open_alerts(10'000));
    if (store::Batch unsure{.alerts = alerts_.restore(std::move(alerts))}; !unsure.empty()) LS_TRY(store_.commit(unsure));
    LS_TRY(read_parked_keys());
    LS_TRY(resume_pauses());
    publish_status();
    status_.running = true;
    runtime_.spawn("engine", [this] { run_loop(); });
    int workers = std::min(options_.workers, desk_.concurrency_max());  // more could never be busy
    for (int i = 0; i < workers; ++i) runtime_.spawn("worker", [this] { run_worker(); });
    return {};
}

/// A run waits for its turn; while older ones are still being read, behind all of those.
void Engine::Impl::push_waiting(const std::string& key, Backlog::Entry entry) {
    if (!recovery_) return backlog_.push(key, std::move(entry));
    recovery_->known.insert(entry.run_id);
    recovery_->behind.emplace_back(key, std::move(entry));
}

/// Reads the next page of what an earlier process left open; with the last one, runs may be claimed.
void Engine::Impl::recover() {
    if (!recovery_ || runtime_.monotonic_ms() < claim_not_before_ms_) return;
    auto more = read_open_runs();
    if (!more) {
        log::error("open runs cannot be read; it is tried again", {{"error", more.error().to_text()}});
        claim_not_before_ms_ = runtime_.monotonic_ms() + read_retry_ms;
        return;
    }
    if (*more) return;
    auto recovered = *std::exchange(recovery_, std::nullopt);
    if (LS_DEFECT("restart: an open run is overlooked") && !recovered.later.empty()) recovered.later.pop_back();
    for (const auto& run : recovered.later) backlog_.push(run.flow + "\n" + run.key, {run.id, runtime_.now().ms()});
    for (auto& [key, entry] : recovered.behind) backlog_.push(key, std::move(entry));
}

/// Runs that were in the middle come first, within their keys and over all, and hold their locks before anything is
/// claimed: so nobody makes again what they may have made, or decides on what they have not finished. All others follow in
/// the order of their events. Returns whether there are more. Errors: of the store, nothing of the page is taken then.
Result<bool> Engine::Impl::read_open_runs() {
    LS_TRY_ASSIGN(auto open, store_.open_runs(recovery_->after, open_runs_page));
    bool more = open.size() == static_cast<std::size_t>(open_runs_page);
    std::string last = open.empty() ? recovery_->after : open.back().id;
    std::erase_if(open, [&](const store::OpenRun& run) { return recovery_->known.contains(run.id); });
    LS_TRY_ASSIGN(auto in_work, find_in_work(open));
    for (auto& run : open)
        if (in_work.contains(run.id))
            backlog_.push(run.flow + "\n" + run.key, {run.id, runtime_.now().ms()});
        else
            recovery_->later.push_back(std::move(run));
    recovery_->after = std::move(last);
    return more;
}

/// The runs of a page that were in the middle. Errors: of the store, for another run could get their locks.
Result<std::unordered_set<std::string>> Engine::Impl::find_in_work(const std::vector<store::OpenRun>& open) {
    std::vector<std::string> running;
    for (const auto& run : open)
        if (run.status == store::RunStatus::running) running.push_back(run.id);
    LS_TRY_ASSIGN(auto loaded, store_.load_runs(running));
    std::unordered_set<std::string> in_work;
    for (const auto& run : loaded)
        if (was_in_work(run)) in_work.insert(run.run.id);
    return in_work;
}

/// Whether the run was in the middle, rather than waiting or about to be taken up again; takes its locks and those of its
/// calls. What does not fit its flow is parked when it is claimed.
bool Engine::Impl::was_in_work(const store::LoadedRun& loaded) {
    const flow::Flow* flow = find_flow(loaded.run.flow);
    if (!flow || loaded.journal.empty()) return false;
    if (may_hold_locks(*flow, loaded.journal)) {
        auto state = restore(*flow, loaded);
        if (!state) return false;
        take_locks(loaded.run.id, *flow, *state);
        take_run_locks(loaded.run.id, *flow, *state);
    }
    return has_begun(loaded.journal);
}

void Engine::Impl::take_locks(const std::string& run_id, const flow::Flow& flow, const flow::RunState& state) {
    for (std::size_t s = 0; s < state.steps.size(); ++s)
        for (std::size_t e = 0; e < state.steps[s].elements.size(); ++e) {
            const auto& element = state.steps[s].elements[e];
            std::string name = is_at_a_vendor(element) ? flow::lock_key(flow.steps[s], element.input) : "";
            if (!name.empty()) (void)locks_.acquire(name, {run_id, static_cast<int>(s), state.steps[s].is_list ? static_cast<int>(e) : -1});
        }
}

void Engine::Impl::trim_store() {
    const std::int64_t runs = retention_.trim_if_due();
    if (runs == 0) return;
    std::lock_guard lock(mutex_);
    status_.counters.trimmed_runs += static_cast<std::uint64_t>(runs);
}

void Engine::Impl::publish_status() {
    std::lock_guard lock(mutex_);
    status_.recovering = recovery_.has_value();
    status_.waiting = backlog_.size() + (recovery_ ? recovery_->later.size() + recovery_->behind.size() : 0);
    backlog_size_ = status_.waiting;
    status_.active = active_.size() + asleep_.size();
    status_.waiting_for_locks = waiting_for_names_.size();
    status_.alerts_open = alerts_.open();
    if (sweeps_->take_changed()) status_.sweeps = sweeps_->status();
    std::int64_t since = backlog_.oldest_since_ms();
    status_.oldest_waiting_ms = since == 0 ? 0 : std::max<std::int64_t>(0, runtime_.now().ms() - since);
}

Status Engine::Impl::status() const {
    auto connections = desk_.status();
    std::size_t under_way = desk_.under_way();
    std::lock_guard lock(mutex_);
    Status status = status_;
    status.connections = std::move(connections);
    status.calls_under_way = under_way;
    return status;
}

bool Engine::Impl::has_work() const {
    std::lock_guard lock(mutex_);
    return status_.recovering || status_.waiting > 0 || status_.active > 0 || status_.alerts_open > 0;
}

bool Engine::Impl::wait_until_quiet(std::int64_t timeout_ms) {
    std::int64_t until = runtime_.monotonic_ms() + timeout_ms;
    std::unique_lock lock(mutex_);
    while (!loop_ended_ && (busy_ || !inbox_.empty() || status_.recovering || status_.waiting > 0 || status_.active > 0))
        if (!quiet_changed_->wait_until(lock, until)) return false;
    return true;
}

void Engine::Impl::drain(std::int64_t timeout_ms) {
    std::int64_t until = runtime_.monotonic_ms() + timeout_ms;
    std::unique_lock lock(mutex_);
    draining_ = true;
    for (auto& job : desk_.close()) report_unsent(std::move(job), stopping_error());  // under the same lock: the loop must not end before
    inbox_changed_->notify_all();
    while (!loop_ended_ && status_.running)
        if (!quiet_changed_->wait_until(lock, until)) break;
}

void Engine::Impl::stop() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
        inbox_changed_->notify_all();
    }
    (void)desk_.close();
    runtime_.join_all();
}

}  // namespace lockstep::engine
