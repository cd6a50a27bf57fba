#include "engine/backlog.h"

#include <gtest/gtest.h>

namespace lockstep::engine {
namespace {

std::string take(Backlog& backlog) {
    auto taken = backlog.take();
    return taken ? taken->entry.run_id : "nothing";
}

TEST(Backlog, RunsOfOneKeyGoOneAfterTheOther) {
    Backlog backlog;
    backlog.push("deal", {"first", 1});
    backlog.push("deal", {"second", 2});
    EXPECT_EQ(take(backlog), "first");
    EXPECT_EQ(take(backlog), "nothing");
    backlog.release("deal");
    EXPECT_EQ(take(backlog), "second");
}

TEST(Backlog, KeysTakeTurns) {
    Backlog backlog;
    for (const char* run : {"a1", "a2"}) backlog.push("a", {run, 1});
    backlog.push("b", {"b1", 1});
    EXPECT_EQ(take(backlog), "a1");
    backlog.release("a");
    EXPECT_EQ(take(backlog), "b1") << "a key with many runs does not keep the others waiting";
    EXPECT_EQ(take(backlog), "a2");
}

TEST(Backlog, WhatIsPushedWhileItsKeyIsBusyWaitsForTheRelease) {
    Backlog backlog;
    backlog.push("deal", {"first", 1});
    (void)backlog.take();
    backlog.push("deal", {"second", 2});
    EXPECT_FALSE(backlog.has_ready());
    backlog.release("deal");
    EXPECT_TRUE(backlog.has_ready());
}

TEST(Backlog, WhatIsGivenBackKeepsItsPlace) {
    Backlog backlog;
    backlog.push("deal", {"first", 1});
    backlog.push("deal", {"second", 2});
    backlog.give_back(*backlog.take());
    EXPECT_EQ(backlog.size(), 2u);
    EXPECT_EQ(take(backlog), "first");
}

TEST(Backlog, ForgetsKeysThatNobodyNeeds) {
    Backlog backlog;
    backlog.push("deal", {"only", 1});
    EXPECT_TRUE(backlog.contains("deal"));
    (void)backlog.take();
    EXPECT_TRUE(backlog.contains("deal")) << "it is in work";
    backlog.release("deal");
    EXPECT_FALSE(backlog.contains("deal"));
    EXPECT_EQ(backlog.size(), 0u);
}

TEST(Backlog, KnowsHowLongTheNextRunHasWaited) {
    Backlog backlog;
    EXPECT_EQ(backlog.oldest_since_ms(), 0);
    backlog.push("deal", {"only", 42});
    EXPECT_EQ(backlog.oldest_since_ms(), 42);
}

}  // namespace
}  // namespace lockstep::engine
