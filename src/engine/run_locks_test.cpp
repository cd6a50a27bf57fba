#include "engine/run_locks.h"

#include <gtest/gtest.h>

namespace lockstep::engine {
namespace {

CallId run(const std::string& id) { return {id, 3, -1}; }
using Ids = std::vector<CallId>;

TEST(RunLocks, WhoComesSecondWaitsUntilTheFirstEnds) {
    RunLocks locks;
    EXPECT_TRUE(locks.acquire(run("a"), {"1", "2"}));
    EXPECT_TRUE(locks.acquire(run("other"), {"3"}));
    EXPECT_FALSE(locks.acquire(run("b"), {"2"}));
    ASSERT_TRUE(locks.waits_for("b"));
    EXPECT_EQ(locks.waits_for("b")->name, "2");
    EXPECT_EQ(locks.waits_for("b")->holder_run_id, "a");
    EXPECT_EQ(locks.release("a"), Ids{run("b")});
    EXPECT_FALSE(locks.waits_for("b"));
    EXPECT_TRUE(locks.release("b").empty());
    EXPECT_TRUE(locks.release("other").empty());
    EXPECT_EQ(locks.size(), 0u);
}

TEST(RunLocks, TakingTheSameAgainChangesNothing) {
    RunLocks locks;
    EXPECT_TRUE(locks.acquire(run("a"), {"1"}));
    EXPECT_TRUE(locks.acquire(run("a"), {"1"}));
    EXPECT_FALSE(locks.acquire(run("b"), {"1"}));
    EXPECT_FALSE(locks.acquire(run("b"), {"1"}));
    EXPECT_EQ(locks.release("a"), Ids{run("b")}) << "once, though it asked twice";
}

TEST(RunLocks, AWaitingRunHasWhatComesBeforeInTheOrder) {
    RunLocks locks;
    EXPECT_TRUE(locks.acquire(run("a"), {"2"}));
    EXPECT_FALSE(locks.acquire(run("b"), {"1", "2", "3"}));
    EXPECT_FALSE(locks.acquire(run("c"), {"1"}));
    EXPECT_TRUE(locks.acquire(run("d"), {"3"})) << "b has not come to it yet";
    EXPECT_TRUE(locks.release("a").empty()) << "b goes on to 3";
    EXPECT_EQ(locks.waits_for("b")->name, "3");
    EXPECT_EQ(locks.release("d"), Ids{run("b")});
    EXPECT_EQ(locks.release("b"), Ids{run("c")});
}

TEST(RunLocks, WhoStopsWaitingGivesBackWhatItHadAndItsPlace) {
    RunLocks locks;
    EXPECT_TRUE(locks.acquire(run("a"), {"2"}));
    EXPECT_FALSE(locks.acquire(run("b"), {"1", "2"}));
    EXPECT_FALSE(locks.acquire(run("c"), {"2"}));
    EXPECT_FALSE(locks.acquire(run("d"), {"1"}));
    EXPECT_EQ(locks.release("b"), Ids{run("d")});
    EXPECT_EQ(locks.release("a"), Ids{run("c")});
}

TEST(RunLocks, NoNamesAreHadAtOnce) {
    RunLocks locks;
    EXPECT_TRUE(locks.acquire(run("a"), {}));
    EXPECT_TRUE(locks.release("a").empty());
    EXPECT_TRUE(locks.release("unknown").empty());
}

/// Every pair of runs wants overlapping names in every way; all must come through.
TEST(RunLocks, NobodyWaitsForEver) {
    for (int pattern = 0; pattern < 8 * 8 * 8; ++pattern) {
        RunLocks locks;
        std::vector<std::string> open;
        for (int who = 0; who < 3; ++who) {
            std::vector<std::string> names;
            for (int name = 0; name < 3; ++name)
                if (pattern >> (3 * who + name) & 1) names.push_back(std::to_string(name));
            std::string id(1, static_cast<char>('a' + who));
            if (locks.acquire(run(id), names)) open.push_back(id);
        }
        int ended = 0;
        for (; !open.empty(); ++ended) {
            std::string id = open.front();
            open.erase(open.begin());
            for (const auto& next : locks.release(id)) open.push_back(next.run_id);
        }
        ASSERT_EQ(ended, 3) << pattern;
        ASSERT_EQ(locks.size(), 0u) << pattern;
    }
}

}  // namespace
}  // namespace lockstep::engine
