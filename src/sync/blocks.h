#pragma once

#include <functional>
#include <utility>

#include "sync/profile.h"

namespace lockstep::sync {

/// A left and a right record.
using Pair = std::pair<Index, Index>;

/// Which records are still to be compared, for each side.
using Open = std::array<std::vector<char>, 2>;

/// A key that more pairs of records share than this does not bring them together; rarer keys of theirs may.
inline constexpr std::uint64_t block_pairs_max = 100;

/// Gives the pairs of open records that are worth a comparison, in batches without doubles; a pair may come in several batches.
/// Time and memory grow with the number of records, whatever they have in common.
void find_pairs(const Profiles& profiles, const Open& open, const std::function<void(const std::vector<Pair>&)>& compare);

}  // namespace lockstep::sync
