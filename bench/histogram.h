#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace lockstep::bench {

/// Counts durations in buckets at most 0.8 % wide, so that millions of them take no more room than a few.
class Histogram {
public:
    Histogram();
    void add(std::int64_t ns);
    std::uint64_t count() const { return count_; }
    std::int64_t max_ns() const { return max_ns_; }
    std::int64_t mean_ns() const;
    /// The duration that `share` (0 … 1) of all durations do not exceed; 0 if there are none.
    std::int64_t quantile_ns(double share) const;

private:
    std::vector<std::uint64_t> buckets_;
    std::uint64_t count_ = 0;
    std::int64_t max_ns_ = 0, sum_ns_ = 0;
};

}  // namespace lockstep::bench
