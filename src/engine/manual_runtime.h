#pragma once

#include <gtest/gtest.h>

#include "base/runtime.h"

namespace lockstep::engine::testing {

/// Time that passes only when something waits for it, in one thread; only `*_test.cpp` may include it.
class ManualRuntime : public Runtime {
public:
    Timestamp now() override { return Timestamp::from_ms(1'000'000'000'000 + now_ms); }
    std::int64_t monotonic_ms() override { return now_ms; }
    std::uint64_t random() override { return ++drawn; }
    void spawn(std::string, std::function<void()>) override { ADD_FAILURE() << "there are no tasks here"; }
    void join_all() override {}
    void sleep_ms(std::int64_t ms) override { now_ms += ms; }
    std::unique_ptr<Condition> make_condition() override { return std::make_unique<Waiting>(*this); }

    std::int64_t now_ms = 1'000;
    std::uint64_t drawn = 0;
    int notified = 0;

private:
    struct Waiting : Condition {
        explicit Waiting(ManualRuntime& its) : runtime(its) {}
        void wait(std::unique_lock<std::mutex>&) override { throw std::logic_error("nothing would ever end this wait"); }
        bool wait_until(std::unique_lock<std::mutex>&, std::int64_t until_ms) override {
            runtime.now_ms = std::max(runtime.now_ms, until_ms);
            return false;
        }
        void notify_one() override { ++runtime.notified; }
        void notify_all() override { ++runtime.notified; }
        ManualRuntime& runtime;
    };
};

}  // namespace lockstep::engine::testing
