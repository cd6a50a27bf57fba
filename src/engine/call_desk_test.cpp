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
    void put(const std::string& connection, const std::string& run) {
        EXPECT_EQ(desk.put({.id = {run, 0, -1}, .connection = connection, .action = {}, .input = {}, .request_id = {}, .first_sent = {}}),
                  std::nullopt);
    }
    std::string take() {
        auto job = desk.take();
        return job ? job->id.run_id : "closed";
    }

    testing::ManualRuntime runtime;
    CallDesk desk;
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
    EXPECT_THROW((void)desk.take(), std::logic_error) << "the third waits";
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

TEST_F(CallDeskTest, WhoTakesWakesTheNextWhileThereIsMore) {
    desk.pause("a", 1'000, "slow down");
    put("a", "a1");
    put("a", "a2");
    int before = runtime.notified;
    (void)take();
    EXPECT_EQ(runtime.notified, before + 1) << "one worker alone noticed the end of the pause";
    (void)take();
    EXPECT_EQ(runtime.notified, before + 1);
}

TEST_F(CallDeskTest, ClosingGivesBackWhatWasNotHandedOut) {
    for (const char* run : {"a1", "a2"}) put("a", run);
    (void)take();
    auto left = desk.close();
    ASSERT_EQ(left.size(), 1u);
    EXPECT_EQ(left[0].id.run_id, "a2");
    EXPECT_EQ(take(), "closed");
    EXPECT_TRUE(
        desk.put({.id = {"a3", 0, -1}, .connection = "a", .action = {}, .input = {}, .request_id = {}, .first_sent = {}}).has_value())
        << "nobody would ever take it";
    EXPECT_EQ(desk.under_way(), 1u);
}

}  // namespace
}  // namespace lockstep::engine
