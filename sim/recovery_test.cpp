#include <gtest/gtest.h>

#include "sim/engine_fixture.h"

/// A start with what an earlier process left open.
namespace lockstep::sim {
namespace {

using flow::testing::flow_text;

const std::string one_set = flow_text("  - { id: one, uses: a.set, with: { x: \"${ key }\" } }\n");

/// Starts, leaves `count` runs open of which some are in the middle, and ends as a crash does.
class RecoveryTest : public EngineTest {
protected:
    void leave_open(int count) {
        start(one_set);
        answer = [](const std::string&) { return Result<Value>(fail(ErrorCode::vendor_unavailable, "down")); };
        for (int i = 0; i < count; ++i) (void)submit("k" + std::to_string(i));
        pass(100);
        kill();
        calls.clear();
        answer = [](const std::string&) { return Result<Value>(Value(1)); };
    }
};

TEST_F(RecoveryTest, MoreOpenRunsThanAPageAreAllTakenUpOnce) {
    constexpr int open = 2'500;
    leave_open(open);
    ASSERT_GT(runs(store::RunStatus::running).size(), 0u);
    start(one_set);
    ASSERT_TRUE(becomes_quiet());
    EXPECT_EQ(real->status_counts()->succeeded, open);
    EXPECT_EQ(calls.size(), static_cast<std::size_t>(open));
}

TEST_F(RecoveryTest, OpenRunsThatCannotBeReadAtFirstAreReadLaterAndNoneIsForgotten) {
    leave_open(20);
    ASSERT_GT(runs(store::RunStatus::running).size(), 0u);
    int failures = 3;
    store.before_load = [&](const std::string&) -> Result<void> {
        if (failures-- > 0) return fail(ErrorCode::store_failed, "the disk does not answer");
        return {};
    };
    start(one_set);
    auto meanwhile = submit("new");
    ASSERT_TRUE(becomes_quiet());
    EXPECT_LE(failures, 0);
    EXPECT_EQ(real->status_counts()->succeeded, 21);
    EXPECT_TRUE(**meanwhile) << "events are taken meanwhile";
}

}  // namespace
}  // namespace lockstep::sim
