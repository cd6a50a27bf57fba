#include "net/backoff.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <random>

namespace lockstep::net {
namespace {

constexpr auto lowest = std::uint64_t{0};
constexpr auto highest = std::numeric_limits<std::uint64_t>::max();
constexpr auto no_cap = std::numeric_limits<std::int64_t>::max();

TEST(Backoff, SpansZeroToTwiceTheExponentialMean) {
    EXPECT_EQ(backoff_delay_ms(1, 2000, no_cap, lowest), 0);
    EXPECT_EQ(backoff_delay_ms(1, 2000, no_cap, highest), 4000);
    EXPECT_EQ(backoff_delay_ms(2, 2000, no_cap, highest), 8000);
    EXPECT_EQ(backoff_delay_ms(3, 2000, no_cap, highest), 16000);
}

TEST(Backoff, HasAMeanOfBaseTimesPowersOfTwo) {
    std::mt19937_64 generator(7);
    for (int attempt = 1; attempt <= 3; ++attempt) {
        std::int64_t sum = 0;
        constexpr int draws = 20000;
        for (int i = 0; i < draws; ++i) sum += backoff_delay_ms(attempt, 2000, no_cap, generator());
        const auto mean = 2000 * (std::int64_t{1} << (attempt - 1));
        EXPECT_NEAR(sum / draws, mean, mean / 50) << "attempt " << attempt;
    }
}

TEST(Backoff, StopsGrowingAtTheCap) {
    EXPECT_EQ(backoff_delay_ms(10, 2000, 60'000, highest), 60'000);
    EXPECT_EQ(backoff_delay_ms(1, 2000, 1000, highest), 1000);
    EXPECT_EQ(backoff_delay_ms(10, 2000, 60'000, lowest), 0);
}

TEST(Backoff, DoesNotOverflowForManyAttempts) {
    EXPECT_EQ(backoff_delay_ms(std::numeric_limits<int>::max(), 2000, no_cap, highest), no_cap);
    EXPECT_EQ(backoff_delay_ms(64, no_cap, no_cap, highest), no_cap);
}

TEST(Backoff, TakesNonsenseAsTheNearestSense) {
    EXPECT_EQ(backoff_delay_ms(0, 2000, no_cap, highest), backoff_delay_ms(1, 2000, no_cap, highest));
    EXPECT_EQ(backoff_delay_ms(-5, 2000, no_cap, highest), 4000);
    EXPECT_EQ(backoff_delay_ms(3, -1, no_cap, highest), 0);
    EXPECT_EQ(backoff_delay_ms(3, 2000, -1, highest), 0);
    EXPECT_EQ(backoff_delay_ms(std::numeric_limits<int>::max(), 0, no_cap, highest), 0);
}

}  // namespace
}  // namespace lockstep::net
