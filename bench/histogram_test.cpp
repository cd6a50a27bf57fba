#include "bench/histogram.h"

#include <gtest/gtest.h>

namespace lockstep::bench {
namespace {

TEST(Histogram, IsEmptyAtFirst) {
    const Histogram none;
    EXPECT_EQ(none.quantile_ns(0.5), 0);
    EXPECT_EQ(none.mean_ns(), 0);
}

TEST(Histogram, IsExactForSmallDurations) {
    Histogram counted;
    for (int ns = 1; ns <= 100; ++ns) counted.add(ns);
    EXPECT_EQ(counted.quantile_ns(0.5), 50);
    EXPECT_EQ(counted.quantile_ns(0.99), 99);
    EXPECT_EQ(counted.quantile_ns(1), 100);
    EXPECT_EQ(counted.mean_ns(), 50);
}

TEST(Histogram, IsNeverMoreThanOnePercentOff) {
    for (std::int64_t ns = 1; ns < std::int64_t{1} << 50; ns += ns / 7 + 1) {
        Histogram counted;
        counted.add(ns);
        counted.add(std::int64_t{1} << 60);
        EXPECT_GE(counted.quantile_ns(0.5), ns);
        EXPECT_LE(counted.quantile_ns(0.5), ns + ns / 100);
    }
}

TEST(Histogram, KeepsTheLargestAsItIs) {
    Histogram counted;
    counted.add(1'234'567'891);
    EXPECT_EQ(counted.quantile_ns(0.99), 1'234'567'891);
    EXPECT_EQ(counted.max_ns(), 1'234'567'891);
}

TEST(Histogram, TakesAClockThatWentBackForNoTime) {
    Histogram counted;
    counted.add(-5);
    EXPECT_EQ(counted.max_ns(), 0);
}

}  // namespace
}  // namespace lockstep::bench
