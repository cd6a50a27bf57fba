#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/time.h"

namespace lockstep {

/// Waits for a change that another task announces. Works on threads (`ThreadRuntime`) and on the simulator's fibers.
class Condition {
public:
    virtual ~Condition() = default;
    virtual void wait(std::unique_lock<std::mutex>& lock) = 0;
    /// Returns false if `until_ms` (of `Runtime::monotonic_ms`) came first. May wake without a reason: test in a loop.
    virtual bool wait_until(std::unique_lock<std::mutex>& lock, std::int64_t until_ms) = 0;
    virtual void notify_one() = 0;
    virtual void notify_all() = 0;
};

/// Everything that comes from outside besides HTTP: time, randomness, and tasks that run at the same time.
///
/// Production is `ThreadRuntime`; the simulator runs the same code on fibers in one thread on virtual time. So code of
/// the engine and the connectors blocks only through this class and `net::HttpClient`, never holds a mutex while it
/// does, and never asks the system for time, randomness or threads itself.
class Runtime {
public:
    virtual ~Runtime() = default;
    /// Wall-clock time; may jump.
    virtual Timestamp now() = 0;
    /// Units: milliseconds since some point before the process started; never goes back.
    virtual std::int64_t monotonic_ms() = 0;
    /// Uniform over all 64-bit values.
    virtual std::uint64_t random() = 0;
    /// Starts a task. Tasks must have ended before the runtime is destroyed; `join_all` waits for them.
    virtual void spawn(std::string name, std::function<void()> task) = 0;
    virtual void join_all() = 0;
    virtual void sleep_ms(std::int64_t ms) = 0;
    virtual std::unique_ptr<Condition> make_condition() = 0;

    /// Uniform over 0 … bound-1. Requires bound > 0.
    std::uint64_t random_below(std::uint64_t bound) { return random() % bound; }
};

/// Real time, real randomness, one std::thread a task.
class ThreadRuntime : public Runtime {
public:
    ThreadRuntime();
    ~ThreadRuntime() override;
    Timestamp now() override;
    std::int64_t monotonic_ms() override;
    std::uint64_t random() override;
    void spawn(std::string name, std::function<void()> task) override;
    void join_all() override;
    void sleep_ms(std::int64_t ms) override;
    std::unique_ptr<Condition> make_condition() override;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace lockstep
