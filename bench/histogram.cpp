#include "bench/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace lockstep::bench {
namespace {

// Each power of two is cut into so many buckets; below twice that every nanosecond has its own.
constexpr int parts_bits = 7;
constexpr std::uint64_t parts = 1u << parts_bits;

std::size_t bucket_of(std::uint64_t ns) {
    if (ns < 2 * parts) return ns;
    const int shift = std::bit_width(ns) - parts_bits - 1;
    return static_cast<std::size_t>(shift) * parts + (ns >> shift);
}

// The largest duration of a bucket.
std::uint64_t top_of(std::size_t bucket) {
    if (bucket < 2 * parts) return bucket;
    const std::size_t shift = bucket / parts - 1;
    return ((bucket - shift * parts + 1) << shift) - 1;
}

}  // namespace

Histogram::Histogram() : buckets_(bucket_of(INT64_MAX) + 1) {}

void Histogram::add(std::int64_t ns) {
    ns = std::max<std::int64_t>(ns, 0);
    ++buckets_[bucket_of(static_cast<std::uint64_t>(ns))];
    ++count_;
    sum_ns_ += ns;
    max_ns_ = std::max(max_ns_, ns);
}

std::int64_t Histogram::mean_ns() const { return count_ == 0 ? 0 : sum_ns_ / static_cast<std::int64_t>(count_); }

std::int64_t Histogram::quantile_ns(double share) const {
    const auto wanted = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_))));
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
        seen += buckets_[bucket];
        if (seen >= wanted) return std::min(static_cast<std::int64_t>(top_of(bucket)), max_ns_);
    }
    return max_ns_;
}

}  // namespace lockstep::bench
