#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/runtime.h"

namespace lockstep::sim {

/// Runs tasks as fibers in the calling thread, on virtual time, in an order drawn from a seed: the same seed gives the
/// same interleaving. Time passes only when every task waits.
class FiberRuntime : public Runtime {
public:
    explicit FiberRuntime(std::uint64_t seed, Timestamp start);
    ~FiberRuntime() override;

    Timestamp now() override;
    std::int64_t monotonic_ms() override;
    std::uint64_t random() override;
    void spawn(std::string name, std::function<void()> task) override;
    /// Runs until every task has ended. Requires that all of them can end (LS_ASSERT against a deadlock).
    void join_all() override;
    void sleep_ms(std::int64_t ms) override;
    std::unique_ptr<Condition> make_condition() override;

    /// Runs tasks until `done` holds, or none can run any more, or virtual time reaches `until_ms` (monotonic).
    /// Returns whether `done` holds.
    bool run_until(const std::function<bool()>& done, std::int64_t until_ms);
    /// Moves the wall clock without the passing of time.
    void jump_wall_clock(std::int64_t delta_ms) { wall_offset_ms_ += delta_ms; }
    std::uint64_t switches() const { return switches_; }

private:
    friend class FiberCondition;
    struct Fiber;
    struct Waiter { Fiber* fiber; std::uint64_t ticket; };

    bool step();                       ///< runs one ready fiber, or moves time on; false if nothing can happen
    void run(Fiber* fiber);
    void wait_current(std::int64_t until_ms);  ///< switches away until woken or until the time
    void wake(Fiber* fiber, std::uint64_t ticket);

    std::uint64_t random_state_[2];
    std::int64_t wall_start_ms_;
    std::int64_t wall_offset_ms_ = 0;
    std::int64_t now_ms_ = 1;
    std::uint64_t switches_ = 0;
    std::vector<std::unique_ptr<Fiber>> fibers_;
    std::vector<Fiber*> ready_;
    std::multimap<std::int64_t, Waiter> timers_;
    Fiber* current_ = nullptr;
};

}  // namespace lockstep::sim
