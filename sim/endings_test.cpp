#include <gtest/gtest.h>

#include "engine/end_watch.h"
#include "sim/engine_fixture.h"

// Whoever waits for the end of a run.
namespace lockstep::sim {
namespace {

using flow::testing::flow_text;

class EndingsTest : public EngineTest {
protected:
    using Answer = std::shared_ptr<std::optional<Result<std::optional<store::RunRow>>>>;
    Answer when_ended(const std::string& run_id, std::int64_t wait_ms) {
        auto answered = std::make_shared<std::optional<Result<std::optional<store::RunRow>>>>();
        engine->when_ended(run_id, wait_ms, [answered, this](Result<std::optional<store::RunRow>> ended) {
            EXPECT_FALSE(*answered) << "told twice";
            *answered = std::move(ended);
            told_at_ms = runtime.monotonic_ms();
        });
        return answered;
    }
    std::string begun(const std::string& key) {
        auto accepted = submit(key);
        (void)runtime.run_until([&] { return accepted->has_value(); }, runtime.monotonic_ms() + 1000);
        return (**accepted)->run_id;
    }
    std::int64_t told_at_ms = 0;
};

const std::string one_call = flow_text("  - { uses: a.set, with: { x: 1 } }\n");

TEST_F(EndingsTest, WhoeverWaitsIsToldOfTheEndWhenItIsDurable) {
    call_ms = 2'000;
    start(one_call);
    auto id = begun("k");
    auto first = when_ended(id, 20'000), second = when_ended(id, 20'000);
    pass(1'500);
    EXPECT_FALSE(*first);
    pass(1'500);
    for (const auto& told : {first, second}) {
        ASSERT_TRUE(*told);
        ASSERT_TRUE(**told && ***told);
        EXPECT_EQ((***told)->status, store::RunStatus::succeeded);
        EXPECT_EQ((***told)->id, id);
    }
    EXPECT_EQ((*store.load_run(id))->run.status, store::RunStatus::succeeded);
}

TEST_F(EndingsTest, ARunThatHasEndedAlreadyIsToldOfAtOnce) {
    answer = [](const std::string&) { return Result<Value>(fail(ErrorCode::value_invalid, "too long")); };
    start(one_call);
    auto id = begun("k");
    ASSERT_TRUE(becomes_quiet());
    auto told = when_ended(id, 20'000);
    pass(1);
    ASSERT_TRUE(*told);
    EXPECT_EQ((***told)->status, store::RunStatus::parked);
    EXPECT_EQ((***told)->reason, "too long");
}

TEST_F(EndingsTest, WhoeverWaitsNoLongerIsToldThatItGoesOn) {
    call_ms = 5'000;
    start(one_call);
    auto id = begun("k");
    const auto began_ms = runtime.monotonic_ms();
    auto told = when_ended(id, 1'000);
    pass(1'001);
    ASSERT_TRUE(*told);
    EXPECT_FALSE(***told);
    EXPECT_EQ(told_at_ms, began_ms + 1'000);
    ASSERT_TRUE(becomes_quiet());
    EXPECT_EQ((*store.load_run(id))->run.status, store::RunStatus::succeeded);
}

TEST_F(EndingsTest, ARunThatThereNeverWasIsSaidToBeMissing) {
    start(one_call);
    auto told = when_ended("01NOSUCHRUN", 1'000);
    pass(1);
    ASSERT_TRUE(*told);
    ASSERT_FALSE(**told);
    EXPECT_EQ((**told).error().code, ErrorCode::not_found);
}

TEST_F(EndingsTest, AnEngineThatStopsLeavesNobodyWaiting) {
    call_ms = 5'000;
    start(one_call);
    auto told = when_ended(begun("k"), 20'000);
    pass(1);
    engine->drain(0);
    pass(6'000);
    ASSERT_TRUE(*told);
    ASSERT_TRUE(**told);
}

}  // namespace
}  // namespace lockstep::sim
