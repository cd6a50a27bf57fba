#include "engine/lock_table.h"

#include <gtest/gtest.h>

namespace lockstep::engine {
namespace {

const CallId first{"run1", 0, -1}, second{"run2", 0, -1}, third{"run3", 4, 2};

TEST(LockTable, GivesTheLockInTheOrderOfAsking) {
    LockTable locks;
    EXPECT_TRUE(locks.acquire("partner", first));
    EXPECT_FALSE(locks.acquire("partner", second));
    EXPECT_FALSE(locks.acquire("partner", third));
    EXPECT_EQ(locks.release("partner", first), second);
    EXPECT_EQ(locks.release("partner", second), third);
    EXPECT_EQ(locks.release("partner", third), std::nullopt);
    EXPECT_EQ(locks.size(), 0u) << "nothing is kept for a lock that nobody wants";
}

TEST(LockTable, AHolderMayAskAgainAndStillReleasesOnce) {
    LockTable locks;
    EXPECT_TRUE(locks.acquire("partner", first));
    EXPECT_TRUE(locks.acquire("partner", first));
    EXPECT_FALSE(locks.acquire("partner", second));
    EXPECT_EQ(locks.release("partner", first), second);
}

TEST(LockTable, WhoAsksTwiceWaitsOnce) {
    LockTable locks;
    (void)locks.acquire("partner", first);
    EXPECT_FALSE(locks.acquire("partner", second));
    EXPECT_FALSE(locks.acquire("partner", second));
    EXPECT_EQ(locks.release("partner", first), second);
    EXPECT_EQ(locks.release("partner", second), std::nullopt);
    EXPECT_EQ(locks.size(), 0u);
}

TEST(LockTable, WhoGivesUpWaitingIsPassedOver) {
    LockTable locks;
    (void)locks.acquire("partner", first);
    (void)locks.acquire("partner", second);
    (void)locks.acquire("partner", third);
    EXPECT_EQ(locks.release("partner", second), std::nullopt);
    EXPECT_EQ(locks.release("partner", first), third);
}

TEST(LockTable, ReleasingWhatIsNotHeldChangesNothing) {
    LockTable locks;
    EXPECT_EQ(locks.release("partner", first), std::nullopt);
    (void)locks.acquire("partner", first);
    EXPECT_EQ(locks.release("partner", third), std::nullopt);
    EXPECT_FALSE(locks.acquire("partner", second)) << "it is still held";
}

TEST(LockTable, ElementsOfOneStepAreDifferentCalls) {
    LockTable locks;
    EXPECT_TRUE(locks.acquire("partner", {"run", 1, 0}));
    EXPECT_FALSE(locks.acquire("partner", {"run", 1, 1}));
}

}  // namespace
}  // namespace lockstep::engine
