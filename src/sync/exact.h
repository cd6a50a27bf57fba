#pragma once

#include <array>
#include <limits>
#include <string>
#include <vector>

#include "sync/profile.h"

namespace lockstep::sync {

inline constexpr Index no_record = std::numeric_limits<Index>::max();

/// Where the exact keys lead, over all records of both sides.
class ExactKeys {
public:
    ExactKeys(const std::vector<Candidate>& left, const std::vector<Candidate>& right, const std::vector<ExactKey>& keys);

    /// The records of both sides that share a value, in order; both lists have at least one.
    struct Group {
        std::size_t key;
        std::vector<Index> left, right;
    };
    const std::vector<Group>& groups() const { return groups_; }

    const std::string& value(std::size_t key, SideIndex side, Index index) const { return values_[key][side][index]; }
    /// The only record of the other side with the value of this one, which has it alone on its side; or `no_record`.
    Index partner(std::size_t key, SideIndex side, Index index) const { return partners_[key][side][index]; }
    std::size_t size() const { return values_.size(); }
    /// The first key that both share, or `size()`.
    std::size_t shared(Index left, Index right) const;

private:
    void group(std::size_t key);

    std::vector<std::array<std::vector<std::string>, 2>> values_;
    std::vector<std::array<std::vector<Index>, 2>> partners_;
    std::vector<Group> groups_;
};

}  // namespace lockstep::sync
