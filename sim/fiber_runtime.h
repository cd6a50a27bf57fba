#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
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
    /// Lets the world do something at its time (monotonic), outside of the tasks; it must not wait. Survives `abandon`.
    void call_at(std::int64_t at_ms, std::function<void()> what);
    /// Ends every task where it waits, as the death of a process does: only destructors still run, and they must not wait.
    void abandon();
    /// The task that calls it goes no further until it is abandoned. Returns false, at once, outside of the tasks.
    bool stop_here();
    /// Moves the wall clock without the passing of time.
    void jump_wall_clock(std::int64_t delta_ms) { wall_offset_ms_ += delta_ms; }
    std::uint64_t switches() const { return switches_; }

private:
    friend class FiberCondition;
    struct Fiber;

    bool step();  ///< runs one ready fiber, or moves time on; false if nothing can happen
    void run(Fiber* fiber);
    std::uint64_t take_ticket() { return ++tickets_; }
    /// Switches away until woken or until the time. Returns false if the time came first.
    bool wait_current(std::uint64_t ticket, std::int64_t until_ms);
    bool wake(std::uint64_t ticket, bool timed_out);  ///< false if nobody waits with this ticket any more
    std::int64_t next_event_ms();                     ///< of timers and calls; `never_ms` if there is none

    std::uint64_t random_state_[2];
    std::int64_t wall_start_ms_;
    std::int64_t wall_offset_ms_ = 0;
    std::int64_t now_ms_ = 1;
    std::uint64_t switches_ = 0;
    std::vector<std::unique_ptr<Fiber>> fibers_;
    std::vector<Fiber*> ready_;
    std::uint64_t tickets_ = 0;                          ///< every wait has one of its own
    std::unordered_map<std::uint64_t, Fiber*> waiting_;  ///< by ticket
    std::multimap<std::int64_t, std::uint64_t> timers_;  ///< time → ticket; stale ones are skipped
    std::multimap<std::int64_t, std::function<void()>> calls_;
    Fiber* current_ = nullptr;
    bool abandoning_ = false;
};

}  // namespace lockstep::sim
