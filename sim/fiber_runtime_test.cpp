#include "sim/fiber_runtime.h"

#include <gtest/gtest.h>

namespace lockstep::sim {
namespace {

const Timestamp start = Timestamp::from_ms(1'771'401'600'000);

TEST(FiberRuntime, TheSeedDecidesTheOrderAndNothingElse) {
    auto order = [](std::uint64_t seed) {
        FiberRuntime runtime(seed, start);
        std::string seen;
        for (char name = 'a'; name < 'k'; ++name) runtime.spawn(std::string(1, name), [&seen, name] { seen += name; });
        runtime.join_all();
        return seen;
    };
    EXPECT_EQ(order(1), order(1));
    EXPECT_NE(order(1), order(2));
    EXPECT_EQ(order(1).size(), 10u);
}

TEST(FiberRuntime, TimePassesOnlyWhenAllWait) {
    FiberRuntime runtime(1, start);
    std::vector<std::int64_t> woken;
    for (std::int64_t ms : {3'600'000, 50, 700})
        runtime.spawn("sleeper", [&, ms] {
            runtime.sleep_ms(ms);
            woken.push_back(runtime.monotonic_ms());
        });
    runtime.join_all();
    EXPECT_EQ(woken, (std::vector<std::int64_t>{51, 701, 3'600'001}));
}

/// What a destructor does when its task is abandoned.
struct Leaving {
    int& left;
    ~Leaving() { ++left; }
};

TEST(FiberRuntime, AnAbandonedTaskLeavesThroughItsDestructorsWhereverItIs) {
    FiberRuntime runtime(1, start);
    int left = 0;
    std::mutex mutex;
    auto never = runtime.make_condition();
    for (int i = 0; i < 20; ++i)
        runtime.spawn("waiting", [&] {
            Leaving leaving{left};
            std::unique_lock lock(mutex);
            for (;;) never->wait(lock);
        });
    (void)runtime.run_until([] { return false; }, 10);
    runtime.spawn("never begun", [&] { Leaving leaving{left}; });
    runtime.abandon();
    EXPECT_EQ(left, 20);
    EXPECT_TRUE(mutex.try_lock()) << "nobody holds it any more";
    mutex.unlock();
    bool ran = false;
    runtime.spawn("after it", [&] { ran = true; });
    runtime.join_all();
    EXPECT_TRUE(ran);
}

/// Uses some of the stack, with exceptions on the way.
int deep(int levels) {
    volatile char some[512] = {};
    some[static_cast<std::size_t>(levels) % sizeof some] = 1;
    if (levels == 0) throw std::runtime_error("bottom");
    return deep(levels - 1) + some[0];
}

TEST(FiberRuntime, TasksMayGoDeepAndThrowAndManyHaveRunOnTheSameStack) {
    FiberRuntime runtime(1, start);
    int caught = 0;
    for (int i = 0; i < 500; ++i) {
        runtime.spawn("deep", [&] {
            runtime.sleep_ms(1);
            try {
                (void)deep(300);
            } catch (const std::runtime_error&) { ++caught; }
            runtime.sleep_ms(1);
        });
        if (i % 10 == 9) runtime.join_all();
    }
    EXPECT_EQ(caught, 500);
}

}  // namespace
}  // namespace lockstep::sim
