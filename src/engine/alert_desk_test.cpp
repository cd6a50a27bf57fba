#include "engine/alert_desk.h"

#include "engine/manual_runtime.h"

namespace lockstep::engine {
namespace {

class AlertDeskTest : public ::testing::Test {
protected:
    AlertDeskTest() : desk(runtime, 2'000, 600'000) {}

    static Happening happening(const std::string& subject, const std::string& cause = "cause") {
        return {.cause = cause,
                .title = "parked",
                .subject = subject,
                .reason = "because",
                .advice = "mend it",
                .advice_for_many = "mend them"};
    }
    /// The texts that are due when the next alert is.
    std::vector<store::AlertRow> next() {
        now = std::max(now, desk.next_due_ms().value_or(now));
        return desk.take_due(now);
    }

    testing::ManualRuntime runtime;
    AlertDesk desk;
    std::int64_t now = 1'000'000;
};

TEST_F(AlertDeskTest, AFloodOfOneCauseIsOneMessage) {
    for (int i = 0; i < 100; ++i) (void)desk.note(happening("deal " + std::to_string(i)), now);
    EXPECT_TRUE(desk.take_due(now + 1'999).empty());
    auto due = next();
    ASSERT_EQ(due.size(), 1u);
    EXPECT_EQ(due[0].count, 100);
    EXPECT_NE(due[0].text.find("(100 times)"), std::string::npos) << due[0].text;
    EXPECT_NE(due[0].text.find("deal 4:"), std::string::npos);
    EXPECT_EQ(due[0].text.find("deal 5:"), std::string::npos);
    EXPECT_NE(due[0].text.find("and 95 more"), std::string::npos);
    EXPECT_NE(due[0].text.find("mend them"), std::string::npos) << "what to do about one of them is not what to do about all";
}

TEST_F(AlertDeskTest, CausesAreToldApart) {
    (void)desk.note(happening("one", "a"), now);
    (void)desk.note(happening("two", "b"), now);
    EXPECT_EQ(next().size(), 2u);
}

TEST_F(AlertDeskTest, WhatFollowsWithinTheWindowIsOneMoreMessageAtItsEnd) {
    (void)desk.note(happening("first"), now);
    auto first = next();
    (void)desk.settle(first[0].id, {}, now);
    std::int64_t sent = now;
    (void)desk.note(happening("second"), now + 10);
    (void)desk.note(happening("third"), now + 20'000);
    EXPECT_EQ(desk.next_due_ms(), sent + 600'000);
    auto second = next();
    ASSERT_EQ(second.size(), 1u);
    EXPECT_EQ(second[0].count, 2);
}

TEST_F(AlertDeskTest, AFailureIsTriedAgainLaterAndNotForever) {
    (void)desk.note(happening("one"), now);
    int sent = 0;
    for (; desk.open() > 0 && sent < 100; ++sent) {
        auto due = next();
        ASSERT_EQ(due.size(), 1u);
        std::int64_t at = now;
        auto row = desk.settle(due[0].id, fail(ErrorCode::vendor_unavailable, "down"), now);
        EXPECT_TRUE(row.state == store::AlertState::failed || *desk.next_due_ms() > at);
        EXPECT_NE(row.error.find("down"), std::string::npos);
    }
    EXPECT_EQ(sent, 10);
}

TEST_F(AlertDeskTest, AfterALostAnswerItIsSentOnceMoreAndNotOftener) {
    (void)desk.note(happening("one"), now);
    for (int i = 0; i < 2; ++i) {
        auto due = next();
        ASSERT_EQ(due.size(), 1u);
        (void)desk.settle(due[0].id, fail(ErrorCode::answer_lost, "lost"), now);
    }
    EXPECT_EQ(desk.open(), 0u);
}

TEST_F(AlertDeskTest, TheWindowBeginsAnewWhenAMessageIsSentOnceMore) {
    (void)desk.note(happening("one"), now);
    auto first = next();
    ASSERT_EQ(first.size(), 1u);
    const auto lost = desk.settle(first[0].id, fail(ErrorCode::answer_lost, "lost"), now);
    (void)desk.note(happening("two"), now);
    now = std::max(now + 1, lost.due_at_ms);
    ASSERT_EQ(desk.take_due(now).size(), 1u);
    (void)desk.settle(first[0].id, {}, now);
    EXPECT_TRUE(desk.take_due(now + 599'999).empty());
    EXPECT_EQ(desk.take_due(now + 600'000).size(), 1u);
}

TEST_F(AlertDeskTest, TheWindowBeginsAnewWhenAMessageHadToWaitForTheVendor) {
    (void)desk.note(happening("one"), now);
    auto first = next();
    ASSERT_EQ(first.size(), 1u);
    const auto busy =
        desk.settle(first[0].id, fail(Error{.code = ErrorCode::rate_limited, .message = "429", .retry_after_ms = 9'000}), now);
    (void)desk.note(happening("two"), now);
    now = busy.due_at_ms;
    ASSERT_EQ(desk.take_due(now).size(), 1u);
    (void)desk.settle(first[0].id, {}, now);
    EXPECT_TRUE(desk.take_due(now + 599'999).empty());
    EXPECT_EQ(desk.take_due(now + 600'000).size(), 1u);
}

TEST_F(AlertDeskTest, AtMostOnceIsNotSentAgainAfterALostAnswerAndSaysSo) {
    AlertDesk careful(runtime, 0, 600'000, flow::Delivery::at_most_once);
    (void)careful.note(happening("one"), now);
    auto due = careful.take_due(now);
    ASSERT_EQ(due.size(), 1u);
    auto row = careful.settle(due[0].id, fail(ErrorCode::answer_lost, "lost"), now);
    EXPECT_EQ(row.state, store::AlertState::failed);
    EXPECT_NE(row.error.find("unsure whether it arrived"), std::string::npos) << row.error;
    auto given_up =
        careful.restore({{.id = "001", .cause = "c", .text = "t", .count = 1, .state = store::AlertState::sending, .attempts = 1}});
    ASSERT_EQ(given_up.size(), 1u);
    EXPECT_EQ(given_up[0].state, store::AlertState::failed);
    EXPECT_NE(given_up[0].error.find("unsure"), std::string::npos);
    EXPECT_EQ(careful.open(), 0u);
}

TEST_F(AlertDeskTest, AtLeastOnceIsSentUntilAnAnswerComes) {
    AlertDesk eager(runtime, 0, 600'000, flow::Delivery::at_least_once);
    (void)eager.note(happening("one"), now);
    for (int i = 0; i < 5; ++i) {
        now = std::max(now, *eager.next_due_ms());
        auto due = eager.take_due(now);
        ASSERT_EQ(due.size(), 1u);
        EXPECT_EQ(eager.settle(due[0].id, fail(ErrorCode::answer_lost, "lost"), now).state, store::AlertState::pending);
    }
}

TEST_F(AlertDeskTest, ARefusedMessageIsGivenUp) {
    (void)desk.note(happening("one"), now);
    EXPECT_EQ(desk.settle(next()[0].id, fail(ErrorCode::vendor_rejected, "no such channel"), now).state, store::AlertState::failed);
}

TEST_F(AlertDeskTest, WaitsAsLongAsTheVendorSays) {
    (void)desk.note(happening("one"), now);
    Error limited{ErrorCode::rate_limited, "slow down"};
    limited.retry_after_ms = 90'000;
    auto due = next();
    (void)desk.settle(due[0].id, fail(limited), now);
    EXPECT_GE(*desk.next_due_ms(), now + 90'000);
}

TEST_F(AlertDeskTest, WhatAnEarlierProcessLeftIsSentAsItWas) {
    store::AlertRow unsent{.id = "000", .cause = "cause", .text = "parked: deal 1", .count = 3, .due_at_ms = now + 5};
    store::AlertRow sending{.id = "001",
                            .cause = "other",
                            .text = "parked: deal 2",
                            .count = 1,
                            .state = store::AlertState::sending,
                            .attempts = 1,
                            .due_at_ms = now};
    EXPECT_TRUE(desk.restore({unsent, sending}).empty());
    EXPECT_EQ(desk.open(), 2u);
    (void)desk.note(happening("fresh"), now);
    now += 2'000;
    auto due = desk.take_due(now);
    ASSERT_EQ(due.size(), 2u) << "what is restored is not gathered into: its message is written";
    const std::int64_t sent_at = now;
    EXPECT_EQ(due[0].text, "parked: deal 1");  // in the order of their ids
    EXPECT_EQ(due[0].count, 3);
    EXPECT_EQ(due[1].text, "parked: deal 2");
    EXPECT_EQ(desk.settle("001", fail(ErrorCode::answer_lost, "lost"), now).state, store::AlertState::failed)
        << "it may have been sent twice already";
    auto fresh = next();
    if (fresh.empty()) fresh = next();  // it was sent later than it was due
    ASSERT_EQ(fresh.size(), 1u);
    EXPECT_EQ(now, sent_at + 600'000) << "people hear once a window of a cause, whichever process tells them";
}

}  // namespace
}  // namespace lockstep::engine
