#include "engine/backlog.h"

#include <gtest/gtest.h>

namespace lockstep::engine {
namespace {

const Backlog::MayTake any = [](const std::string&) { return true; };

std::string take(Backlog& backlog) {
    auto taken = backlog.take(any);
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
    (void)take(backlog);
    backlog.push("deal", {"second", 2});
    EXPECT_FALSE(backlog.has_ready(any));
    backlog.release("deal");
    EXPECT_TRUE(backlog.has_ready(any));
}

TEST(Backlog, WhatIsGivenBackKeepsItsPlace) {
    Backlog backlog;
    backlog.push("deal", {"first", 1});
    backlog.push("deal", {"second", 2});
    backlog.give_back(*backlog.take(any));
    EXPECT_EQ(backlog.size(), 2u);
    EXPECT_EQ(take(backlog), "first");
}

TEST(Backlog, ForgetsKeysThatNobodyNeeds) {
    Backlog backlog;
    backlog.push("deal", {"only", 1});
    EXPECT_TRUE(backlog.contains("deal"));
    (void)take(backlog);
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

TEST(Backlog, FlowsTakeTurns) {
    Backlog backlog;
    for (const char* run : {"a1", "a2", "a3"}) backlog.push(std::string("a\n") + run, {run, 1});
    backlog.push("b\nx", {"b1", 1});
    std::string order;
    for (int i = 0; i < 4; ++i) order += take(backlog) + " ";
    EXPECT_EQ(order, "a1 b1 a2 a3 ");
}

TEST(Backlog, AFlowThatHasEnoughGivesWay) {
    Backlog backlog;
    backlog.push("a\nx", {"a1", 1});
    backlog.push("b\nx", {"b1", 1});
    auto not_a = [](const std::string& flow) { return flow != "a"; };
    EXPECT_EQ(backlog.take(not_a)->entry.run_id, "b1");
    EXPECT_FALSE(backlog.has_ready(not_a));
    EXPECT_FALSE(backlog.take(not_a));
    EXPECT_EQ(take(backlog), "a1");
}

TEST(Backlog, WhatAPersonWaitsForComesFirstAndTheRestIsNotStarved) {
    Backlog backlog;
    backlog.push("f\nswept", {"swept", 1, Priority::background});
    for (int i = 0; i < 8; ++i) backlog.push("f\n" + std::to_string(i), {std::to_string(i), 1});
    backlog.push("f\nperson", {"person", 1, Priority::interactive});
    std::string order;
    for (int i = 0; i < 10; ++i) order += take(backlog) + " ";
    EXPECT_EQ(order, "person 0 1 2 3 4 5 swept 6 7 ");
}

TEST(Backlog, AKeyThatIsOccupiedWaitsForItsRelease) {
    Backlog backlog;
    backlog.occupy("f\nx");
    backlog.push("f\nx", {"next", 1});
    EXPECT_EQ(take(backlog), "nothing");
    backlog.release("f\nx");
    EXPECT_EQ(take(backlog), "next");
}

}  // namespace
}  // namespace lockstep::engine
