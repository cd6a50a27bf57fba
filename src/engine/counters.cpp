#include "engine/counters.h"

#include <algorithm>
#include <numeric>

namespace lockstep::engine {

void Histogram::note(std::int64_t ms) {
    ms = std::max<std::int64_t>(ms, 0);  // a wall clock that was set back
    auto bound = std::lower_bound(bounds_ms.begin(), bounds_ms.end(), ms);
    ++counts[static_cast<std::size_t>(bound - bounds_ms.begin())];
    sum_ms += ms;
}

std::uint64_t Histogram::count() const { return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}); }

}  // namespace lockstep::engine
