#include "engine/breaker.h"

#include <gtest/gtest.h>

namespace lockstep::engine {
namespace {

using Change = Breaker::Change;
using State = Breaker::State;

const Error away{ErrorCode::vendor_unavailable, "503"};
const Error refused{ErrorCode::credentials_refused, "invalid_client"};
Error limited(std::int64_t ms) { return {.code = ErrorCode::rate_limited, .message = "429", .retry_after_ms = ms}; }
Result<void> failed(const Error& error) { return fail(error); }

TEST(Breaker, StopsAfterThreeFailuresInARowAndNotAfterThreeOfMany) {
    Breaker breaker;
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(breaker.note_failure(away, 1), Change::none);
        EXPECT_EQ(breaker.note_failure(away, 1), Change::none);
        EXPECT_EQ(breaker.note_success(1), Change::none);
    }
    (void)breaker.note_failure(away, 1);
    (void)breaker.note_failure(away, 1);
    EXPECT_EQ(breaker.note_failure(away, 1), Change::stopped);
    EXPECT_FALSE(breaker.is_open(1'000'000)) << "only an answer opens it";
}

TEST(Breaker, WhatIsWrongWithARecordSaysThatTheVendorIsThere) {
    Breaker breaker;
    for (int i = 0; i < 3; ++i) {
        (void)breaker.note_failure(away, 1);
        (void)breaker.note_failure(away, 1);
        EXPECT_EQ(breaker.note_failure({ErrorCode::vendor_rejected, "no such material"}, 1), Change::none);
        EXPECT_EQ(breaker.note_failure({ErrorCode::record_locked, "locked"}, 1), Change::none);
    }
    EXPECT_TRUE(breaker.is_open(1));
}

TEST(Breaker, ProbesLessAndLessOftenUntilTheVendorIsBack) {
    Breaker breaker;
    for (int i = 0; i < 3; ++i) (void)breaker.note_failure(away, 0);
    EXPECT_FALSE(breaker.probe_is_due(999));
    EXPECT_TRUE(breaker.probe_is_due(1'000));
    breaker.begin_probe();
    EXPECT_FALSE(breaker.probe_is_due(1'000)) << "one at a time";
    EXPECT_EQ(breaker.note_probe(failed(away), 1'000), Change::went_down);
    std::int64_t now = 1'000, waits[] = {2'000, 4'000, 8'000, 16'000, 32'000, 60'000, 60'000};
    for (std::int64_t wait : waits) {
        EXPECT_FALSE(breaker.probe_is_due(now + wait - 1));
        now += wait;
        ASSERT_TRUE(breaker.probe_is_due(now)) << wait;
        breaker.begin_probe();
        EXPECT_EQ(breaker.note_probe(failed(away), now), Change::none) << "people were told already";
    }
    EXPECT_EQ(breaker.note_probe({}, now), Change::came_back);
    EXPECT_TRUE(breaker.is_open(now));
}

TEST(Breaker, AFalseAlarmEndsWithItsFirstProbeAndNobodyHearsOfIt) {
    Breaker breaker;
    for (int i = 0; i < 3; ++i) (void)breaker.note_failure(away, 0);
    EXPECT_EQ(breaker.note_probe({}, 1'000), Change::came_back);
}

TEST(Breaker, ACallThatWasUnderWayAndAnswersEndsASuspicionButNotAnOutage) {
    Breaker breaker;
    for (int i = 0; i < 3; ++i) (void)breaker.note_failure(away, 0);
    EXPECT_EQ(breaker.note_success(10), Change::came_back);
    for (int i = 0; i < 3; ++i) (void)breaker.note_failure(away, 20);
    (void)breaker.note_probe(failed(away), 2'000);
    EXPECT_EQ(breaker.note_success(2'001), Change::none) << "a late answer from before";
    EXPECT_FALSE(breaker.is_open(2'001));
}

TEST(Breaker, RefusedCredentialsAreProbedAtOnceAndThenOnceAMinute) {
    Breaker breaker;
    EXPECT_EQ(breaker.note_failure(refused, 5), Change::stopped);
    EXPECT_TRUE(breaker.probe_is_due(5));
    EXPECT_EQ(breaker.note_probe(failed(refused), 5), Change::went_down);
    EXPECT_FALSE(breaker.probe_is_due(60'004));
    EXPECT_TRUE(breaker.probe_is_due(60'005));
    EXPECT_EQ(breaker.because().code, ErrorCode::credentials_refused);
}

TEST(Breaker, WhatFailsAgainAsSoonAsItIsBackIsAskedLessOften) {
    Breaker breaker;
    for (int i = 0; i < 3; ++i) (void)breaker.note_failure(away, 0);
    (void)breaker.note_probe(failed(away), 1'000);
    (void)breaker.note_probe({}, 3'000);
    for (int i = 0; i < 3; ++i) (void)breaker.note_failure(away, 4'000);
    EXPECT_FALSE(breaker.probe_is_due(5'999));
    EXPECT_TRUE(breaker.probe_is_due(6'000));
    (void)breaker.note_probe({}, 6'000);
    for (int i = 0; i < 3; ++i) (void)breaker.note_failure(away, 100'000);
    EXPECT_TRUE(breaker.probe_is_due(101'000)) << "a minute of health makes it a new failure";
}

TEST(Breaker, RestsAsLongAsTheVendorSaysAndOpensWithoutAProbe) {
    Breaker breaker;
    EXPECT_EQ(breaker.note_failure(limited(60'000), 0), Change::stopped);
    EXPECT_EQ(breaker.note_failure(limited(1'000), 10), Change::none) << "a shorter rest does not end a longer one";
    EXPECT_FALSE(breaker.is_open(59'999));
    EXPECT_TRUE(breaker.is_open(60'000));
    EXPECT_EQ(breaker.next_ms(), std::nullopt);
}

TEST(Breaker, RestsAlsoWhereALostAnswerSaysWhenToComeBack) {
    Breaker breaker;
    EXPECT_EQ(breaker.note_failure({.code = ErrorCode::answer_lost, .message = "read back: 429", .retry_after_ms = 13'000}, 0), Change::stopped);
    EXPECT_FALSE(breaker.is_open(12'999));
    EXPECT_TRUE(breaker.is_open(13'000));
}

TEST(Breaker, AProbeThatIsToldToComeBackLaterFindsAVendorThatRests) {
    Breaker breaker;
    for (int i = 0; i < 3; ++i) (void)breaker.note_failure(away, 0);
    EXPECT_EQ(breaker.note_probe(failed(limited(30'000)), 1'000), Change::stopped);
    EXPECT_EQ(breaker.state(), State::resting);
    EXPECT_TRUE(breaker.is_open(31'000));
}

}  // namespace
}  // namespace lockstep::engine
