#include "base/runtime.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>

#include "base/random_id.h"

namespace lockstep {
namespace {

class FixedRuntime : public ThreadRuntime {
public:
    Timestamp now() override { return time; }
    std::uint64_t random() override { return bits; }
    Timestamp time;
    std::uint64_t bits = 0;
};

TEST(ThreadRuntime, RunsTasksAtTheSameTimeAndWaitsForAll) {
    ThreadRuntime runtime;
    std::mutex mutex;
    auto condition = runtime.make_condition();
    int arrived = 0;
    for (int i = 0; i < 4; ++i) {
        runtime.spawn("task with a name longer than Linux allows", [&] {
            std::unique_lock lock(mutex);
            ++arrived;
            condition->notify_all();
            while (arrived < 4) condition->wait(lock);
        });
    }
    runtime.join_all();
    EXPECT_EQ(arrived, 4);
}

TEST(ThreadRuntime, WaitsAlsoForTasksThatTasksStart) {
    ThreadRuntime runtime;
    std::atomic<int> ran = 0;
    runtime.spawn("outer", [&] {
        runtime.spawn("inner", [&] { ++ran; });
        ++ran;
    });
    runtime.join_all();
    EXPECT_EQ(ran, 2);
    runtime.join_all();
}

TEST(ThreadRuntime, AWaitEndsAtItsTime) {
    ThreadRuntime runtime;
    std::mutex mutex;
    auto condition = runtime.make_condition();
    std::unique_lock lock(mutex);
    auto until = runtime.monotonic_ms() + 2;
    while (condition->wait_until(lock, until)) {}
    EXPECT_GE(runtime.monotonic_ms(), until);
}

TEST(ThreadRuntime, RandomNumbersDifferAlsoBetweenRuntimes) {
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 50; ++i) {
        ThreadRuntime runtime;
        seen.insert(runtime.random());
        seen.insert(runtime.random());
        EXPECT_LT(runtime.random_below(10), 10u);
    }
    EXPECT_EQ(seen.size(), 100u);
}

TEST(SortableId, OrderIsAgeAndLettersAreCrockfords) {
    FixedRuntime runtime;
    runtime.time = Timestamp::from_ms(1469918176385);  // source: the example of the ULID specification
    runtime.bits = ~std::uint64_t{0};
    auto first = make_sortable_id(runtime);
    EXPECT_EQ(first, "01ARYZ6S41ZZZZZZZZZZZZZZZZ");
    runtime.time = runtime.time.plus_ms(1);
    runtime.bits = 0;
    EXPECT_GT(make_sortable_id(runtime), first);
    EXPECT_EQ(make_sortable_id(runtime).size(), 26u);
}

}  // namespace
}  // namespace lockstep
