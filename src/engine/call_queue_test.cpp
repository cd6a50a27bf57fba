#include "engine/call_queue.h"

#include <gtest/gtest.h>

namespace lockstep::engine {
namespace {

Job job(const std::string& flow, const std::string& run, Priority priority = Priority::normal) {
    return {.id = {run, 0, -1},
            .connection = "a",
            .action = {},
            .input = {},
            .request_id = {},
            .first_sent = {},
            .flow = flow,
            .priority = priority};
}
std::string names(const std::optional<CallQueue::Parcel>& parcel) {
    std::string all;
    if (!parcel) return "none";
    for (const auto& its : *parcel) all += (all.empty() ? "" : " ") + its.id.run_id;
    return all;
}
std::string order(CallQueue& queue, Priority lowest = Priority::background) {
    std::string all;
    while (auto parcel = queue.pop(1'000, lowest)) all += (all.empty() ? "" : ", ") + names(parcel);
    return all;
}

TEST(CallQueue, FlowsTakeTurnsAndWithinAFlowItsRuns) {
    CallQueue queue;
    for (int i = 0; i < 3; ++i) queue.push(job("big", "b1"));
    queue.push(job("big", "b2"));
    queue.push(job("small", "s1"));
    EXPECT_EQ(order(queue), "b1, s1, b2, b1, b1");
    EXPECT_EQ(queue.size(), 0u);
}

TEST(CallQueue, WhatAPersonWaitsForComesFirstAndBackgroundWorkIsNotStarved) {
    CallQueue queue;
    queue.push(job("f", "sweep", Priority::background));
    for (int i = 0; i < 10; ++i) queue.push(job("f", "n"));
    queue.push(job("f", "person", Priority::interactive));
    EXPECT_EQ(order(queue), "person, n, n, n, n, n, n, sweep, n, n, n, n");
}

TEST(CallQueue, BackgroundWorkCanBeHeldBack) {
    CallQueue queue;
    queue.push(job("f", "sweep", Priority::background));
    EXPECT_FALSE(queue.has_ready(0, Priority::normal));
    EXPECT_EQ(order(queue, Priority::normal), "");
    EXPECT_EQ(order(queue), "sweep");
}

TEST(CallQueue, CallsOfOneNameWaitTogetherUntilTheirTime) {
    CallQueue queue;
    queue.push_joint(job("f", "1"), {"update", "x", 200}, 50);
    queue.push_joint(job("f", "2"), {"update", "y", 200}, 80);
    queue.push_joint(job("f", "3"), {"query", "x", 200}, 60);
    EXPECT_FALSE(queue.has_ready(49, Priority::background));
    EXPECT_EQ(queue.next_ready_ms(), 50);
    EXPECT_EQ(names(queue.pop(50, Priority::background)), "1 2");
    EXPECT_EQ(names(queue.pop(50, Priority::background)), "none");
    EXPECT_EQ(names(queue.pop(60, Priority::background)), "3");
}

TEST(CallQueue, AFullParcelDoesNotWait) {
    CallQueue queue;
    for (int i = 0; i < 5; ++i) queue.push_joint(job("f", std::to_string(i)), {"update", std::to_string(i), 2}, 1'000);
    EXPECT_EQ(names(queue.pop(0, Priority::background)), "0 1");
    EXPECT_EQ(names(queue.pop(0, Priority::background)), "2 3");
    EXPECT_EQ(names(queue.pop(0, Priority::background)), "none");
    EXPECT_EQ(queue.size(), 1u);
}

TEST(CallQueue, OneRecordIsNeverTwiceInAParcelAndKeepsItsOrder) {
    CallQueue queue;
    queue.push_joint(job("f", "1"), {"update", "x", 200}, 50);
    queue.push_joint(job("f", "2"), {"update", "x", 200}, 50);
    EXPECT_EQ(names(queue.pop(0, Priority::background)), "1") << "there is no use in waiting for more";
    EXPECT_EQ(names(queue.pop(50, Priority::background)), "2");
}

TEST(CallQueue, WhoeverWaitsForAPersonIsNotPutIntoAParcelOfTheBackground) {
    CallQueue queue;
    queue.push_joint(job("f", "sweep", Priority::background), {"update", "x", 200}, 50);
    queue.push_joint(job("f", "person", Priority::interactive), {"update", "y", 200}, 50);
    EXPECT_EQ(names(queue.pop(50, Priority::background)), "person");
}

TEST(CallQueue, GivesBackEverything) {
    CallQueue queue;
    queue.push(job("f", "1"));
    queue.push_joint(job("f", "2"), {"update", "x", 200}, 50);
    queue.push(job("f", "sweep", Priority::background));
    EXPECT_EQ(queue.take_below(Priority::normal).size(), 1u);
    EXPECT_EQ(queue.take_below({}).size(), 2u);
    EXPECT_EQ(queue.size(), 0u);
    EXPECT_EQ(names(queue.pop(50, Priority::background)), "none");
}

}  // namespace
}  // namespace lockstep::engine
