#pragma once

#include <map>

#include "sync/blocks.h"
#include "sync/evidence.h"
#include "sync/exact.h"

namespace lockstep::sync {

/// What first contact reads and keeps while it goes on. The records are in the order of their ids.
struct Contact {
    Contact(std::vector<Candidate> left, std::vector<Candidate> right, const std::vector<ExactKey>& exact_keys);

    std::array<std::vector<Candidate>, 2> records;
    const std::vector<ExactKey>& keys;
    Profiles profiles;
    ExactKeys exact;

    Open open;                                         ///< neither linked nor taken out because of stored links
    Open told;                                         ///< in an ambiguity
    std::map<Pair, std::vector<std::string>> doubted;  ///< pairs of exact keys that do not link, with what speaks against them
    MatchResult result;

    const std::string& id(SideIndex side, Index index) const { return records[side][index].id; }
    void link(Index left, Index right, const std::string& by);
    void tell(const std::string& by, std::string reason, const std::vector<Index>& left, const std::vector<Index>& right);
};

/// Links what the records have stored of each other; what contradicts itself is told and taken out.
void link_stored(Contact& contact);
/// Links by exact keys where nothing speaks against it; the rest is doubted, or told where a key does not tell records apart.
void link_exact(Contact& contact);

}  // namespace lockstep::sync
