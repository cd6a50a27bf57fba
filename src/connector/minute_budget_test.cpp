#include <gtest/gtest.h>

#include "connector/session.h"
#include "connector/testing/fake_http.h"

namespace lockstep::connector {

using testing::ManualClockRuntime;

TEST(MinuteBudget, RefusesTheCallThatIsTooManyAndSaysWhenToComeBack) {
    ManualClockRuntime runtime;
    MinuteBudget budget(runtime, 2);
    EXPECT_TRUE(budget.take());
    runtime.advance_ms(10'000);
    EXPECT_TRUE(budget.take());
    runtime.advance_ms(10'000);
    auto refused = budget.take();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::rate_limited);
    EXPECT_EQ(refused.error().retry_after_ms, 40'000);
    runtime.advance_ms(40'000);
    EXPECT_TRUE(budget.take());
    EXPECT_FALSE(budget.take());
}

TEST(MinuteBudget, OfZeroIsNoBound) {
    ManualClockRuntime runtime;
    MinuteBudget budget(runtime, 0);
    for (int i = 0; i < 1000; ++i) ASSERT_TRUE(budget.take());
}

}  // namespace lockstep::connector
