#include "engine/call_desk.h"

#include "engine/manual_runtime.h"

namespace lockstep::engine {
namespace {

class CallDeskTest : public ::testing::Test {
protected:
    CallDeskTest() : desk(runtime, entries()) {}

    static std::vector<ConnectionEntry> entries() {
        std::vector<ConnectionEntry> all;
        for (const char* name : {"a", "b"}) all.push_back({name, nullptr, {.concurrency_max = 2}});
        return all;
    }
    void put(const std::string& connection, const std::string& run) { EXPECT_TRUE(desk.put({job(connection, run)}).empty()); }
    static Job job(const std::string& connection, const std::string& run) {
        return {.id = {run, 0, -1}, .connection = connection, .action = {}, .input = {}, .request_id = {}, .first_sent = {}};
    }
    std::string take() {
        auto job = desk.take(seat);
        return job ? job->id.run_id : "closed";
    }
    /// Lets a worker wait for work (the runtime of the test ends the wait by an exception).
    void sit_down() { EXPECT_THROW((void)desk.take(desk.new_seat()), std::logic_error); }

    testing::ManualRuntime runtime;
    CallDesk desk;
    CallDesk::Seat& seat = desk.new_seat();
};

TEST_F(CallDeskTest, ServesTheConnectionsInTurn) {
    put("a", "a1");
    put("a", "a2");
    put("b", "b1");
    EXPECT_EQ(take(), "a1");
    EXPECT_EQ(take(), "b1");
    EXPECT_EQ(take(), "a2");
}

TEST_F(CallDeskTest, HandsOutNoMoreThanAConnectionAllows) {
    for (const char* run : {"a1", "a2", "a3"}) put("a", run);
    (void)take();
    (void)take();
    EXPECT_EQ(desk.under_way(), 2u);
    sit_down();  // the third waits
    desk.settle("a");
    EXPECT_EQ(take(), "a3");
}

TEST_F(CallDeskTest, APausedConnectionWaitsAndTheOthersDoNot) {
    desk.pause("a", 5'000, "slow down");
    put("a", "a1");
    put("b", "b1");
    EXPECT_EQ(take(), "b1");
    EXPECT_EQ(desk.status()[0].paused_because, "slow down");
    EXPECT_EQ(take(), "a1");
    EXPECT_EQ(runtime.now_ms, 6'000);
    EXPECT_EQ(desk.status()[0].paused_because, "");
}

TEST_F(CallDeskTest, AShorterPauseDoesNotEndALongerOne) {
    desk.pause("a", 60'000, "the day's calls are used up");
    desk.pause("a", 1'000, "slow down");
    put("a", "a1");
    EXPECT_EQ(take(), "a1");
    EXPECT_EQ(runtime.now_ms, 61'000);
}

TEST_F(CallDeskTest, AJobWakesOneWorkerAndOnlyIfItMayBeCarriedOut) {
    for (int i = 0; i < 3; ++i) sit_down();
    put("a", "a1");
    EXPECT_EQ(runtime.notified, 1);
    put("a", "a2");
    EXPECT_EQ(runtime.notified, 2);
    put("a", "a3");
    EXPECT_EQ(runtime.notified, 2) << "two at once are allowed";
}

TEST_F(CallDeskTest, WhoTakesWakesTheNextWhileThereIsMore) {
    for (const char* run : {"a1", "a2", "a3", "a4"}) put("a", run);
    (void)take();
    (void)take();
    sit_down();
    desk.settle("a");
    desk.settle("a");
    runtime.notified = 0;
    EXPECT_EQ(take(), "a3");
    EXPECT_EQ(runtime.notified, 1) << "for a4";
    EXPECT_EQ(take(), "a4");
    EXPECT_EQ(runtime.notified, 1);
}

TEST_F(CallDeskTest, ClosingGivesBackWhatWasNotHandedOut) {
    for (const char* run : {"a1", "a2"}) put("a", run);
    (void)take();
    auto left = desk.close();
    ASSERT_EQ(left.size(), 1u);
    EXPECT_EQ(left[0].id.run_id, "a2");
    EXPECT_EQ(take(), "closed");
    EXPECT_EQ(desk.put({job("a", "a3")}).size(), 1u) << "nobody would ever take it";
    EXPECT_EQ(desk.under_way(), 1u);
}

}  // namespace
}  // namespace lockstep::engine
