#include "base/backoff.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace lockstep {
namespace {

constexpr auto highest = std::numeric_limits<std::uint64_t>::max();

TEST(Backoff, HasAMeanOfBaseTimesPowersOfTwo) {
    std::mt19937_64 generator(7);
    for (int retry = 1; retry <= 3; ++retry) {
        std::int64_t sum = 0;
        constexpr int draws = 20000;
        for (int i = 0; i < draws; ++i) sum += backoff_ms(retry, 2000, generator());
        const std::int64_t mean = 2000 * (std::int64_t{1} << (retry - 1));
        EXPECT_NEAR(static_cast<double>(sum / draws), static_cast<double>(mean), static_cast<double>(mean) / 50) << "retry " << retry;
    }
}

TEST(Backoff, StaysWithinTwiceTheMeanAndStopsGrowing) {
    std::mt19937_64 generator(7);
    for (int i = 0; i < 1000; ++i) {
        EXPECT_LE(backoff_ms(1, 2000, generator()), 4000);
        EXPECT_GE(backoff_ms(1000, 2000, generator()), 0);
        EXPECT_LE(backoff_ms(1000, 2000, generator()), 2 * backoff_mean_max_ms);
    }
    EXPECT_EQ(backoff_ms(1, 0, highest), 0);
}

}  // namespace
}  // namespace lockstep
