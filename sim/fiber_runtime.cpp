#include "sim/fiber_runtime.h"

#include <algorithm>

#include <boost/context/fiber.hpp>
#include <boost/context/fixedsize_stack.hpp>

#include "base/assert.h"

namespace lockstep::sim {
namespace {

/// Enough for the deepest expression and a connector's call beneath it.
constexpr std::size_t stack_bytes = 512 * 1024;
constexpr std::int64_t never_ms = INT64_MAX;

}  // namespace

struct FiberRuntime::Fiber {
    std::string name;
    boost::context::fiber context;
    boost::context::fiber scheduler;
    std::uint64_t ticket = 0;  ///< counts its waits, so that a late timer does not wake a later wait
    bool waiting = false;
    bool timed_out = false;
    bool ended = false;
};

/// A condition whose waiters are fibers. Outside of fibers (the test's own thread) waiting runs the fibers meanwhile.
class FiberCondition : public Condition {
public:
    explicit FiberCondition(FiberRuntime& runtime) : runtime_(runtime) {}

    void wait(std::unique_lock<std::mutex>& lock) override { (void)wait_until(lock, never_ms); }

    bool wait_until(std::unique_lock<std::mutex>& lock, std::int64_t until_ms) override {
        if (!runtime_.current_) return wait_outside(lock, until_ms);
        auto* fiber = runtime_.current_;
        waiters_.push_back({fiber, fiber->ticket + 1});
        lock.unlock();
        runtime_.wait_current(until_ms);
        lock.lock();
        return !fiber->timed_out;
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
            auto waiter = waiters_.front();
            waiters_.pop_front();
            bool waits = waiter.fiber->waiting && waiter.fiber->ticket == waiter.ticket;
            if (!waits) continue;  // it timed out meanwhile
            runtime_.wake(waiter.fiber, waiter.ticket);
            --count;
        }
    }

    FiberRuntime& runtime_;
    std::deque<FiberRuntime::Waiter> waiters_;
    std::uint64_t notified_ = 0;
};

FiberRuntime::FiberRuntime(std::uint64_t seed, Timestamp start)
    : random_state_{seed * 0x9e3779b97f4a7c15ull + 1, seed ^ 0xbf58476d1ce4e5b9ull}, wall_start_ms_(start.ms()) {
    for (int i = 0; i < 16; ++i) (void)random();
}

FiberRuntime::~FiberRuntime() = default;

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
    auto fiber = std::make_unique<Fiber>();
    fiber->name = std::move(name);
    Fiber* its = fiber.get();
    fiber->context = boost::context::fiber(std::allocator_arg, boost::context::fixedsize_stack(stack_bytes),
                                           [its, task = std::move(task)](boost::context::fiber&& scheduler) {
                                               its->scheduler = std::move(scheduler);
                                               task();
                                               its->ended = true;
                                               return std::move(its->scheduler);
                                           });
    ready_.push_back(its);
    fibers_.push_back(std::move(fiber));
}

std::unique_ptr<Condition> FiberRuntime::make_condition() { return std::make_unique<FiberCondition>(*this); }

void FiberRuntime::run(Fiber* fiber) {
    ++switches_;
    current_ = fiber;
    fiber->context = std::move(fiber->context).resume();
    current_ = nullptr;
    if (fiber->ended) std::erase_if(fibers_, [&](const auto& its) { return its.get() == fiber; });
}

void FiberRuntime::wait_current(std::int64_t until_ms) {
    Fiber* fiber = current_;
    LS_ASSERT(fiber);
    ++fiber->ticket;
    fiber->waiting = true;
    fiber->timed_out = false;
    if (until_ms != never_ms) timers_.emplace(until_ms, Waiter{fiber, fiber->ticket});
    fiber->scheduler = std::move(fiber->scheduler).resume();
}

void FiberRuntime::wake(Fiber* fiber, std::uint64_t ticket) {
    LS_ASSERT(fiber->waiting && fiber->ticket == ticket);
    fiber->waiting = false;
    ready_.push_back(fiber);
}

void FiberRuntime::sleep_ms(std::int64_t ms) {
    if (current_) return wait_current(now_ms_ + ms);
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
    while (!timers_.empty()) {
        auto [at, waiter] = *timers_.begin();
        timers_.erase(timers_.begin());
        bool alive = std::any_of(fibers_.begin(), fibers_.end(), [&, fiber = waiter.fiber](const auto& its) { return its.get() == fiber; });
        if (!alive || !waiter.fiber->waiting || waiter.fiber->ticket != waiter.ticket) continue;
        now_ms_ = std::max(now_ms_, at);
        waiter.fiber->timed_out = true;
        wake(waiter.fiber, waiter.ticket);
        return true;
    }
    return false;
}

bool FiberRuntime::run_until(const std::function<bool()>& done, std::int64_t until_ms) {
    LS_ASSERT(!current_);
    while (!done()) {
        if (ready_.empty() && (timers_.empty() || timers_.begin()->first > until_ms)) {
            if (until_ms != never_ms) now_ms_ = std::max(now_ms_, until_ms);
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
