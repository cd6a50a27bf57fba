#include "engine/call_desk.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace lockstep::engine {
namespace {

/// The allowance is a figure of the last call: it is looked at this often while it holds calls back.
constexpr std::int64_t allowance_look_ms = 600'000;
/// Names of calls that are made together come from flow files; those not used for long are forgotten beyond so many.
constexpr std::size_t joint_names_max = 1000;

void keep_earlier(std::optional<std::int64_t>& earliest, std::optional<std::int64_t> at) {
    if (at) earliest = earliest ? std::min(*earliest, *at) : *at;
}

bool needs_a_person(ErrorClass cls) { return cls == ErrorClass::misconfigured || cls == ErrorClass::unauthorized; }

}  // namespace

CallDesk::CallDesk(Runtime& runtime, std::vector<ConnectionEntry> connections) : runtime_(runtime) {
    for (auto& entry : connections) {
        std::string name = entry.name;
        gates_[name].entry = std::move(entry);
    }
}

std::vector<std::string> CallDesk::names() const {
    std::vector<std::string> all;
    for (const auto& [name, gate] : gates_) all.push_back(name);
    return all;
}

connector::Connection* CallDesk::connection(const std::string& name) {
    auto found = gates_.find(name);
    return found == gates_.end() ? nullptr : found->second.entry.connection.get();
}

const connector::ConnectionLimits* CallDesk::limits(const std::string& name) const {
    auto found = gates_.find(name);
    return found == gates_.end() ? nullptr : &found->second.entry.limits;
}

int CallDesk::concurrency_max() const {
    return std::accumulate(gates_.begin(), gates_.end(), 0,
                           [](int sum, const auto& entry) { return sum + entry.second.entry.limits.concurrency_max; });
}

CallDesk::Seat& CallDesk::new_seat() {
    std::lock_guard lock(mutex_);
    return seats_.emplace_back(runtime_.make_condition());
}

// ---- putting ----

std::vector<JobOutcome> CallDesk::put(std::vector<Job> jobs) {
    std::vector<JobOutcome> unsent;
    std::vector<Seat*> called;
    {
        std::lock_guard lock(mutex_);
        std::int64_t now_ms = runtime_.monotonic_ms();
        for (Job& job : jobs) {
            Gate& gate = gates_.at(job.connection);
            if (closed_) {
                Error stopping{ErrorCode::shutting_down, "the process is stopping"};
                stopping.retry_after_ms = 0;
                unsent.push_back({std::move(job), fail(std::move(stopping)), {}});
            } else if (auto pause = pause_of(gate, job.priority, now_ms)) {
                unsent.push_back({std::move(job), fail(pause->because), {}});
            } else {
                bool at_once = gate.under_way + static_cast<int>(gate.queue.size()) < gate.entry.limits.concurrency_max;
                queue(gate, std::move(job), now_ms);
                if (Seat* seat = at_once ? call_idle() : nullptr) called.push_back(seat);
            }
        }
    }
    for (Seat* seat : called) seat->wake_->notify_one();
    return unsent;
}

/// A call that can be made together with others waits for them where they come thick enough for it to be worth the while:
/// it is the third within the time that it would wait, and one of them is under way or was begun just now.
void CallDesk::queue(Gate& gate, Job job, std::int64_t now_ms) {
    const auto* connection = gate.entry.connection.get();
    std::string name = connection ? connection->joint_name(job.action, job.input) : "";
    if (name.empty()) return gate.queue.push(std::move(job));
    std::string record = connection->joint_record(job.action, job.input);
    job.joint_name = name = job.action + "\n" + name;
    if (gate.joint.size() > joint_names_max) std::erase_if(gate.joint, [](const auto& entry) { return entry.second.under_way == 0; });
    Gate::Joint& its = gate.joint[name];
    std::int64_t wait_ms = job.priority == Priority::interactive ? 0 : gate.entry.limits.joint_wait_ms;
    const bool thick = now_ms - its.came_ms[0] <= wait_ms;
    its.came_ms = {its.came_ms[1], now_ms};
    std::int64_t ready_ms = !thick ? now_ms : its.under_way > 0 ? now_ms + wait_ms : std::max(now_ms, its.begun_ms + wait_ms);
    gate.queue.push_joint(std::move(job), {name, record, connection->joint_max()}, ready_ms);
}

/// Calls a worker that waits, if one does; the caller notifies it once the mutex is free.
CallDesk::Seat* CallDesk::call_idle() {
    if (idle_.empty()) return nullptr;
    Seat* seat = idle_.back();
    idle_.pop_back();
    seat->called_ = true;
    return seat;
}

// ---- taking ----

bool CallDesk::needs_probe(const Gate& gate, std::int64_t now_ms) const {
    return gate.breaker.probe_is_due(now_ms) || (gate.lowest != Priority::background && gate.look_at_ms <= now_ms);
}

/// What can be done for one connection now; otherwise notes when that may change.
std::optional<CallDesk::Task> CallDesk::task_of(Gate& gate, std::int64_t now_ms, std::optional<std::int64_t>& next_ms) {
    if (needs_probe(gate, now_ms)) {
        gate.breaker.begin_probe();
        gate.look_at_ms = now_ms + allowance_look_ms;
        return Task{gate.entry.name, {}, {}};
    }
    if (!gate.breaker.is_open(now_ms)) keep_earlier(next_ms, gate.breaker.next_ms());
    if (gate.lowest != Priority::background) keep_earlier(next_ms, gate.look_at_ms);
    if (!gate.breaker.is_open(now_ms) || !gate.has_room()) return std::nullopt;
    auto parcel = gate.queue.pop(now_ms, gate.lowest);
    if (!parcel) {
        keep_earlier(next_ms, gate.queue.next_ready_ms());
        return std::nullopt;
    }
    ++gate.under_way;
    Task task{gate.entry.name, *std::move(parcel), {}};
    task.joint_name = task.jobs.front().joint_name;
    if (!task.joint_name.empty()) {
        auto& joint = gate.joint[task.joint_name];
        ++joint.under_way;
        joint.begun_ms = now_ms;
    }
    return task;
}

/// Serves the connections in turn, so that a busy one cannot keep the workers from the others.
std::optional<CallDesk::Task> CallDesk::next_task(std::int64_t now_ms, std::optional<std::int64_t>& next_ms) {
    auto at = gates_.upper_bound(last_served_);
    for (std::size_t i = 0; i < gates_.size(); ++i, ++at) {
        if (at == gates_.end()) at = gates_.begin();
        auto task = task_of(at->second, now_ms, next_ms);
        if (!task) continue;
        last_served_ = at->first;
        return task;
    }
    return std::nullopt;
}

/// Whether something is left that no worker has, also what waits for its time: somebody must wait for it.
bool CallDesk::has_more(std::int64_t now_ms) {
    return std::any_of(gates_.begin(), gates_.end(), [&](auto& entry) {
        Gate& gate = entry.second;
        if (!gate.breaker.is_open(now_ms)) return gate.breaker.next_ms().has_value();
        return gate.has_room() && (gate.queue.has_ready(now_ms, gate.lowest) || gate.queue.next_ready_ms());
    });
}

std::optional<CallDesk::Task> CallDesk::take(Seat& seat) {
    std::unique_lock lock(mutex_);
    while (!closed_) {
        std::optional<std::int64_t> next_ms;
        std::int64_t now_ms = runtime_.monotonic_ms();
        if (auto task = next_task(now_ms, next_ms)) {
            Seat* next = has_more(now_ms) ? call_idle() : nullptr;
            lock.unlock();
            if (next) next->wake_->notify_one();
            return task;
        }
        seat.called_ = false;
        idle_.push_back(&seat);
        if (next_ms)
            (void)seat.wake_->wait_until(lock, *next_ms);
        else
            seat.wake_->wait(lock);
        if (!seat.called_) std::erase(idle_, &seat);
    }
    return std::nullopt;
}

// ---- settling ----

CallDesk::Effect CallDesk::settle(const Task& task, const std::vector<Result<Value>>& results) {
    std::lock_guard lock(mutex_);
    Gate& gate = gates_.at(task.connection);
    --gate.under_way;
    if (!task.joint_name.empty()) --gate.joint[task.joint_name].under_way;
    std::int64_t now_ms = runtime_.monotonic_ms();
    auto change = Breaker::Change::none;
    // Calls that were made together and failed together are one failure.
    std::optional<ErrorCode> counted;
    for (const auto& result : results) {
        if (!result && counted == result.error().code) continue;
        if (!result) counted = result.error().code;
        auto its = result ? gate.breaker.note_success(now_ms) : gate.breaker.note_failure(result.error(), now_ms);
        if (its != Breaker::Change::none) change = its;
    }
    if (look_at_allowance(gate, now_ms) && change == Breaker::Change::none) change = Breaker::Change::stopped;
    return effect_of(gate, change, now_ms);
}

CallDesk::Effect CallDesk::settle_probe(const std::string& connection, const Result<void>& result) {
    std::lock_guard lock(mutex_);
    Gate& gate = gates_.at(connection);
    std::int64_t now_ms = runtime_.monotonic_ms();
    Priority before = gate.lowest;
    auto change = gate.breaker.note_probe(result, now_ms);
    (void)look_at_allowance(gate, now_ms);
    if (gate.lowest > before && change == Breaker::Change::none) change = Breaker::Change::came_back;
    return effect_of(gate, change, now_ms);
}

/// What the vendor says is left of the day, less the reserve, decides which priorities are served. Returns whether fewer.
bool CallDesk::look_at_allowance(Gate& gate, std::int64_t now_ms) {
    auto budget = gate.entry.connection ? gate.entry.connection->budget() : std::nullopt;
    if (!budget || budget->allowed <= 0) return false;
    std::int64_t left_percent = (budget->allowed - budget->used) * 100 / budget->allowed;
    std::int64_t reserve = gate.entry.limits.daily_reserve_percent;
    Priority lowest = left_percent < reserve ? Priority::interactive : left_percent < 2 * reserve ? Priority::normal : Priority::background;
    bool fewer = lowest < gate.lowest;
    if (fewer) gate.look_at_ms = now_ms + allowance_look_ms;
    gate.lowest = lowest;
    return fewer;
}

CallDesk::Effect CallDesk::effect_of(Gate& gate, Breaker::Change change, std::int64_t now_ms) {
    Effect effect{.change = change, .because = gate.breaker.because(), .recalled = {}};
    if (change != Breaker::Change::stopped) return effect;
    if (gate.breaker.is_open(now_ms)) {
        effect.because = pause_of(gate, Priority::background, now_ms).value_or(Pause{.because = effect.because}).because;
        effect.recalled = gate.queue.take_below(gate.lowest);
    } else if (pause_of(gate, Priority::interactive, now_ms)) {
        effect.recalled = gate.queue.take_below({});
    }
    return effect;
}

// ---- asking ----

std::optional<CallDesk::Pause> CallDesk::pause_of(Gate& gate, Priority priority, std::int64_t now_ms) {
    const std::string& name = gate.entry.name;
    auto pause = [](std::string message, std::int64_t ends_ms, bool person) {
        return Pause{{ErrorCode::connection_paused, std::move(message)}, ends_ms, person};
    };
    if (!gate.breaker.is_open(now_ms)) {
        const Error& because = gate.breaker.because();
        bool rests = gate.breaker.state() == Breaker::State::resting;
        if (rests && gate.breaker.until_ms() - now_ms <= short_rest_ms) return std::nullopt;
        return pause(fmt::format("{} is paused: {}", name, because.message), rests ? gate.breaker.until_ms() : 0,
                     needs_a_person(because.cls()));
    }
    if (priority <= gate.lowest) return std::nullopt;
    auto budget = gate.entry.connection->budget();
    return pause(
        fmt::format("{} is paused: of the {} calls of the day {} are used, and {} % are left to others", name, budget ? budget->allowed : 0,
                    budget ? budget->used : 0, gate.entry.limits.daily_reserve_percent * (priority == Priority::background ? 2 : 1)),
        0, false);
}

std::optional<CallDesk::Pause> CallDesk::pause_of(const std::string& connection, Priority priority) {
    std::lock_guard lock(mutex_);
    auto found = gates_.find(connection);
    return found == gates_.end() ? std::nullopt : pause_of(found->second, priority, runtime_.monotonic_ms());
}

Breaker::Memory CallDesk::memory_of(const std::string& connection) const {
    std::lock_guard lock(mutex_);
    auto found = gates_.find(connection);
    auto memory = found == gates_.end() ? Breaker::Memory() : found->second.breaker.memory();
    const bool brief = memory.state == Breaker::State::resting && memory.until_ms - runtime_.monotonic_ms() <= short_rest_ms;
    return brief ? Breaker::Memory() : memory;
}

void CallDesk::resume(const std::string& connection, const Breaker::Memory& memory) {
    std::lock_guard lock(mutex_);
    if (auto found = gates_.find(connection); found != gates_.end()) found->second.breaker.resume(memory, runtime_.monotonic_ms());
}

std::vector<Job> CallDesk::close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    std::vector<Job> left;
    for (auto& [name, gate] : gates_) {
        auto its = gate.queue.take_below({});
        std::move(its.begin(), its.end(), std::back_inserter(left));
    }
    for (Seat* seat : idle_) seat->wake_->notify_one();
    return left;
}

std::size_t CallDesk::under_way() const {
    std::lock_guard lock(mutex_);
    std::size_t total = 0;
    for (const auto& [name, gate] : gates_) total += static_cast<std::size_t>(gate.under_way);
    return total;
}

std::vector<ConnectionStatus> CallDesk::status() const {
    std::lock_guard lock(mutex_);
    std::vector<ConnectionStatus> all;
    std::int64_t now_ms = runtime_.monotonic_ms();
    for (const auto& [name, gate] : gates_) {
        const Breaker& breaker = gate.breaker;
        bool open = breaker.state() == Breaker::State::open || (breaker.state() == Breaker::State::resting && breaker.until_ms() <= now_ms);
        all.push_back({name, gate.under_way, gate.queue.size(), open ? 0 : std::max<std::int64_t>(1, breaker.until_ms() - now_ms),
                       open ? "" : breaker.because().message, gate.entry.connection ? gate.entry.connection->budget() : std::nullopt});
    }
    return all;
}

}  // namespace lockstep::engine
