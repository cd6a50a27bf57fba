#include "engine/call_desk.h"

#include "engine/manual_runtime.h"

namespace lockstep::engine {
namespace {

/// Calls whose input has `joint` can be made together with those of the same.
class Account : public connector::Connection {
public:
    Result<Value> perform(std::string_view, const Value&, connector::CallContext&) override { return Value(1); }
    Result<void> probe(connector::CallContext&) override { return {}; }
    std::optional<connector::CallBudget> budget() const override { return allowance; }
    std::string joint_name(std::string_view, const Value& input) const override { return input["joint"].text(); }
    std::string joint_record(std::string_view, const Value& input) const override { return input["record"].text(); }
    std::optional<connector::CallBudget> allowance;
};

class CallDeskTest : public ::testing::Test {
protected:
    CallDeskTest() : desk(runtime, entries()) {}

    static std::vector<ConnectionEntry> entries() {
        std::vector<ConnectionEntry> all;
        for (const char* name : {"a", "b"}) all.push_back({name, std::make_unique<Account>(), {.concurrency_max = 2, .joint_wait_ms = 20}});
        return all;
    }
    Account& account() { return static_cast<Account&>(*desk.connection("a")); }
    void put(const std::string& connection, const std::string& run, Priority priority = Priority::normal) {
        EXPECT_TRUE(desk.put({job(connection, run, priority)}).empty());
    }
    void put_joint(const std::string& run) {
        Job its = job("a", run);
        its.input = Map{{"joint", "update"}, {"record", run}};
        EXPECT_TRUE(desk.put({its}).empty());
    }
    static Job job(const std::string& connection, const std::string& run, Priority priority = Priority::normal) {
        return {.id = {run, 0, -1},
                .connection = connection,
                .action = {},
                .input = {},
                .request_id = {},
                .first_sent = {},
                .flow = "f",
                .priority = priority};
    }
    CallDesk::Task task() {
        auto taken = desk.take(seat);
        return taken ? *std::move(taken) : CallDesk::Task{"closed", {}, {}};
    }
    std::string take() { return names(task()); }
    static std::string names(const CallDesk::Task& task) {
        if (task.connection == "closed") return "closed";
        std::string all = task.jobs.empty() ? "probe of " + task.connection : "";
        for (const auto& its : task.jobs) all += (all.empty() ? "" : " ") + its.id.run_id;
        return all;
    }
    CallDesk::Effect settle(const CallDesk::Task& task, const Result<Value>& result = Value(1)) {
        return desk.settle(task, std::vector<Result<Value>>(task.jobs.size(), result));
    }
    CallDesk::Effect settle(const std::string& connection, const Result<Value>& result) {
        CallDesk::Task task{connection, {job(connection, "some")}, {}};
        return desk.settle(task, {result});
    }
    /// The connection's calls fail until nobody makes them any more.
    CallDesk::Effect take_down() {
        for (int i = 0; i < 2; ++i) {
            put("a", "down");
            EXPECT_EQ(settle(task(), fail(ErrorCode::unreachable, "refused")).change, Breaker::Change::none);
        }
        put("a", "down");
        auto last = task();
        put("a", "queued");
        return settle(last, fail(ErrorCode::unreachable, "refused"));
    }
    static Error limited(std::int64_t ms) { return {.code = ErrorCode::rate_limited, .message = "slow down", .retry_after_ms = ms}; }
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
    auto first = task();
    (void)task();
    EXPECT_EQ(desk.under_way(), 2u);
    sit_down();  // the third waits
    (void)settle(first);
    EXPECT_EQ(take(), "a3");
}

TEST_F(CallDeskTest, AConnectionThatRestsForAMomentKeepsItsCallsAndTheOthersGoOn) {
    put("a", "a1");
    put("a", "a2");
    auto effect = settle(task(), fail(limited(1'500)));
    EXPECT_TRUE(effect.recalled.empty());
    put("b", "b1");
    EXPECT_EQ(take(), "b1");
    EXPECT_EQ(desk.status()[0].paused_because, "slow down");
    EXPECT_FALSE(desk.pause_of("a", Priority::normal));
    std::int64_t before = runtime.now_ms;
    EXPECT_EQ(take(), "a2");
    EXPECT_EQ(runtime.now_ms, before + 1'500);
    EXPECT_EQ(desk.status()[0].paused_because, "");
}

TEST_F(CallDeskTest, ALongRestGivesItsCallsBackAndTakesNoNewOnes) {
    put("a", "a1");
    put("a", "a2");
    auto effect = settle(task(), fail(limited(60'000)));
    EXPECT_EQ(effect.change, Breaker::Change::stopped);
    ASSERT_EQ(effect.recalled.size(), 1u);
    EXPECT_EQ(effect.recalled[0].id.run_id, "a2");
    auto refused = desk.put({job("a", "a3")});
    ASSERT_EQ(refused.size(), 1u);
    EXPECT_EQ(refused[0].result.error().code, ErrorCode::connection_paused);
    EXPECT_EQ(refused[0].result.error().message, "a is paused: slow down");
    EXPECT_EQ(desk.pause_of("a", Priority::normal)->ends_ms, runtime.now_ms + 60'000);
    runtime.now_ms += 58'000;
    put("a", "a4");
    EXPECT_EQ(take(), "a4");
}

TEST_F(CallDeskTest, AConnectionThatIsDownGetsOneProbeAtATimeInsteadOfCalls) {
    auto effect = take_down();
    EXPECT_EQ(effect.change, Breaker::Change::stopped);
    ASSERT_EQ(effect.recalled.size(), 1u);
    EXPECT_EQ(take(), "probe of a");
    EXPECT_EQ(desk.under_way(), 0u);
    sit_down();
    effect = desk.settle_probe("a", fail(ErrorCode::unreachable, "refused"));
    EXPECT_EQ(effect.change, Breaker::Change::went_down);
    EXPECT_TRUE(desk.pause_of("a", Priority::interactive));
    EXPECT_EQ(take(), "probe of a");
    EXPECT_EQ(desk.settle_probe("a", {}).change, Breaker::Change::came_back);
    EXPECT_FALSE(desk.pause_of("a", Priority::background));
    put("a", "a1");
    EXPECT_EQ(take(), "a1");
}

TEST_F(CallDeskTest, RefusedCredentialsWaitForAPerson) {
    put("a", "a1");
    (void)settle(task(), fail(ErrorCode::credentials_refused, "invalid_client"));
    EXPECT_TRUE(desk.pause_of("a", Priority::normal)->needs_a_person);
}

TEST_F(CallDeskTest, TheReserveOfTheDayIsLeftToPeople) {
    account().allowance = connector::CallBudget{.used = 850, .allowed = 1'000};
    put("a", "a1");
    auto first = task();
    put("a", "sweep", Priority::background);
    auto effect = settle(first);
    EXPECT_EQ(effect.change, Breaker::Change::stopped);
    ASSERT_EQ(effect.recalled.size(), 1u) << "background work stops first";
    EXPECT_FALSE(desk.pause_of("a", Priority::normal));
    account().allowance->used = 910;
    put("a", "a2");
    (void)settle(task());
    EXPECT_EQ(desk.pause_of("a", Priority::normal)->because.message,
              "a is paused: of the 1000 calls of the day 910 are used, and 10 % are left to others");
    put("a", "person", Priority::interactive);
    EXPECT_EQ(take(), "person");
    account().allowance->used = 1;  // the next day
    EXPECT_EQ(take(), "probe of a") << "the figure is that of the last call: somebody has to look again";
    EXPECT_EQ(desk.settle_probe("a", {}).change, Breaker::Change::came_back);
    EXPECT_FALSE(desk.pause_of("a", Priority::background));
}

TEST_F(CallDeskTest, CallsThatComeTogetherAreMadeTogether) {
    std::vector<Job> jobs;
    for (const char* run : {"1", "2", "3"}) {
        jobs.push_back(job("a", run));
        jobs.back().input = Map{{"joint", "update"}, {"record", run}};
    }
    EXPECT_TRUE(desk.put(std::move(jobs)).empty());
    EXPECT_EQ(take(), "1 2 3");
    EXPECT_EQ(desk.under_way(), 1u);
}

TEST_F(CallDeskTest, ACallThatIsAloneDoesNotWaitAndWhereTheyComeThickTheyGather) {
    put_joint("1");
    std::int64_t began = runtime.now_ms;
    auto first = task();
    EXPECT_EQ(names(first), "1");
    EXPECT_EQ(runtime.now_ms, began);
    put_joint("2");
    auto second = task();
    EXPECT_EQ(names(second), "2") << "two are no crowd";
    (void)settle(first);
    (void)settle(second);
    put_joint("3");
    put_joint("4");
    EXPECT_EQ(take(), "3 4");
    EXPECT_EQ(runtime.now_ms, began + 20) << "so long they waited for more";
}

TEST_F(CallDeskTest, WhatAPersonWaitsForDoesNotWaitForCompany) {
    put_joint("1");
    put_joint("2");
    (void)task();
    Job person = job("a", "person", Priority::interactive);
    person.input = Map{{"joint", "update"}, {"record", "person"}};
    EXPECT_TRUE(desk.put({person}).empty());
    std::int64_t began = runtime.now_ms;
    EXPECT_EQ(take(), "person");
    EXPECT_EQ(runtime.now_ms, began);
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
    auto first = task(), second = task();
    sit_down();
    (void)settle(first);
    (void)settle(second);
    runtime.notified = 0;
    EXPECT_EQ(take(), "a3");
    EXPECT_EQ(runtime.notified, 1) << "for a4";
    EXPECT_EQ(take(), "a4");
    EXPECT_EQ(runtime.notified, 1);
}

TEST_F(CallDeskTest, ClosingGivesBackWhatWasNotHandedOut) {
    for (const char* run : {"a1", "a2"}) put("a", run);
    (void)task();
    auto left = desk.close();
    ASSERT_EQ(left.size(), 1u);
    EXPECT_EQ(left[0].id.run_id, "a2");
    EXPECT_EQ(take(), "closed");
    EXPECT_EQ(desk.put({job("a", "a3")}).size(), 1u) << "nobody would ever take it";
    EXPECT_EQ(desk.under_way(), 1u);
}

}  // namespace
}  // namespace lockstep::engine
