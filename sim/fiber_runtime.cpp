#include "sim/fiber_runtime.h"

#include <algorithm>

#include "base/assert.h"
#include "sim/fiber_context.h"

namespace lockstep::sim {
namespace {

constexpr std::int64_t never_ms = INT64_MAX;

/// Thrown through a task that is abandoned: nobody but its first function catches it.
struct Abandoned {};

}  // namespace

struct FiberRuntime::Fiber {
    Fiber(std::string its_name, std::function<void()> its_task)
        : name(std::move(its_name)), task(std::move(its_task)), context([this] { run(); }) {}

    void run() {
        try {
            task();
        } catch (const Abandoned&) {}
    }

    std::string name;
    std::function<void()> task;
    FiberContext context;
    bool timed_out = false;
};

/// A condition whose waiters are fibers. Outside of fibers (the test's own thread) waiting runs the fibers meanwhile.
class FiberCondition : public Condition {
public:
    explicit FiberCondition(FiberRuntime& runtime) : runtime_(runtime) {}

    void wait(std::unique_lock<std::mutex>& lock) override { (void)wait_until(lock, never_ms); }

    bool wait_until(std::unique_lock<std::mutex>& lock, std::int64_t until_ms) override {
        if (!runtime_.current_) return wait_outside(lock, until_ms);
        std::uint64_t ticket = runtime_.take_ticket();
        waiters_.push_back(ticket);
        lock.unlock();
        bool woken = runtime_.wait_current(ticket, until_ms);
        lock.lock();
        return woken;
    }

    void notify_one() override { notify(1); }
    void notify_all() override { notify(waiters_.size()); }

private:
    bool wait_outside(std::unique_lock<std::mutex>& lock, std::int64_t until_ms) {
        std::uint64_t before = notified_;
        lock.unlock();
        bool woken = runtime_.run_until([&] { return notified_ != before; }, until_ms);
        lock.lock();
        return woken;
    }

    void notify(std::size_t count) {
        ++notified_;
        while (count > 0 && !waiters_.empty()) {
            bool waited = runtime_.wake(waiters_.front(), false);
            waiters_.pop_front();
            count -= waited ? 1 : 0;  // the others' time came meanwhile
        }
    }

    FiberRuntime& runtime_;
    std::deque<std::uint64_t> waiters_;
    std::uint64_t notified_ = 0;
};

FiberRuntime::FiberRuntime(std::uint64_t seed, Timestamp start)
    : random_state_{seed * 0x9e3779b97f4a7c15ull + 1, seed ^ 0xbf58476d1ce4e5b9ull}, wall_start_ms_(start.ms()) {
    for (int i = 0; i < 16; ++i) (void)random();
}

FiberRuntime::~FiberRuntime() { abandon(); }

Timestamp FiberRuntime::now() { return Timestamp::from_ms(wall_start_ms_ + wall_offset_ms_ + now_ms_); }
std::int64_t FiberRuntime::monotonic_ms() { return now_ms_; }

/// xorshift128+.
std::uint64_t FiberRuntime::random() {
    std::uint64_t x = random_state_[0];
    const std::uint64_t y = random_state_[1];
    random_state_[0] = y;
    x ^= x << 23;
    random_state_[1] = x ^ y ^ (x >> 17) ^ (y >> 26);
    return random_state_[1] + y;
}

void FiberRuntime::spawn(std::string name, std::function<void()> task) {
    fibers_.push_back(std::make_unique<Fiber>(std::move(name), std::move(task)));
    ready_.push_back(fibers_.back().get());
}

std::unique_ptr<Condition> FiberRuntime::make_condition() { return std::make_unique<FiberCondition>(*this); }

void FiberRuntime::run(Fiber* fiber) {
    ++switches_;
    current_ = fiber;
    fiber->context.enter();
    current_ = nullptr;
    if (fiber->context.has_ended()) std::erase_if(fibers_, [&](const auto& its) { return its.get() == fiber; });
}

bool FiberRuntime::wait_current(std::uint64_t ticket, std::int64_t until_ms) {
    Fiber* fiber = current_;
    LS_ASSERT(fiber && !abandoning_);
    waiting_.emplace(ticket, fiber);
    if (until_ms != never_ms) timers_.emplace(until_ms, ticket);
    fiber->context.leave();
    if (abandoning_) throw Abandoned();
    return !fiber->timed_out;
}

bool FiberRuntime::wake(std::uint64_t ticket, bool timed_out) {
    auto found = waiting_.find(ticket);
    if (found == waiting_.end()) return false;
    found->second->timed_out = timed_out;
    ready_.push_back(found->second);
    waiting_.erase(found);
    return true;
}

void FiberRuntime::call_at(std::int64_t at_ms, std::function<void()> what) { calls_.emplace(at_ms, std::move(what)); }

void FiberRuntime::abandon() {
    LS_ASSERT(!current_);
    ready_.clear();
    waiting_.clear();
    timers_.clear();
    abandoning_ = true;
    for (auto& fiber : fibers_) {
        current_ = fiber.get();
        if (fiber->context.has_begun()) fiber->context.enter();
    }
    current_ = nullptr;
    abandoning_ = false;
    fibers_.clear();
    ready_.clear();
}

bool FiberRuntime::stop_here() {
    if (!current_) return false;
    for (;;) (void)wait_current(take_ticket(), never_ms);
}

void FiberRuntime::sleep_ms(std::int64_t ms) {
    if (current_) return (void)wait_current(take_ticket(), now_ms_ + ms);
    std::int64_t until = now_ms_ + ms;
    (void)run_until([] { return false; }, until);
    now_ms_ = std::max(now_ms_, until);
}

bool FiberRuntime::step() {
    if (!ready_.empty()) {
        auto at = ready_.begin() + static_cast<std::ptrdiff_t>(random() % ready_.size());
        Fiber* fiber = *at;
        ready_.erase(at);
        run(fiber);
        return true;
    }
    std::int64_t at = next_event_ms();
    if (at == never_ms) return false;
    now_ms_ = std::max(now_ms_, at);
    if (!calls_.empty() && calls_.begin()->first <= at) {
        auto call = calls_.extract(calls_.begin());
        call.mapped()();
        return true;
    }
    std::uint64_t ticket = timers_.begin()->second;
    timers_.erase(timers_.begin());
    return wake(ticket, true);
}

std::int64_t FiberRuntime::next_event_ms() {
    while (!timers_.empty() && !waiting_.contains(timers_.begin()->second)) timers_.erase(timers_.begin());
    std::int64_t timer = timers_.empty() ? never_ms : timers_.begin()->first;
    return calls_.empty() ? timer : std::min(timer, calls_.begin()->first);
}

bool FiberRuntime::run_until(const std::function<bool()>& done, std::int64_t until_ms) {
    LS_ASSERT(!current_);
    while (!done()) {
        if (ready_.empty() && next_event_ms() > until_ms) {
            now_ms_ = std::max(now_ms_, until_ms);
            return false;
        }
        if (!step()) return false;
    }
    return true;
}

void FiberRuntime::join_all() {
    while (!fibers_.empty()) {
        bool moved = step();
        LS_ASSERT(moved && "every task waits for something that will not happen");
    }
}

}  // namespace lockstep::sim
