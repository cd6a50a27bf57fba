#pragma once

#include "sync/profile.h"

namespace lockstep::sync {

/// How two values stand to each other.
enum class Relation {
    unknown,  ///< at least one is empty
    same,
    reordered,  ///< names: the same words in another order
    similar,    ///< names: but for a typing error; domains: but for the end
    partly,     ///< names: some telling words
    different,
};

/// What speaks for two records being the same partner, and what against it.
struct Evidence {
    Relation name{}, domain{}, phone{}, city{}, country{}, legal_form{};
    int score = 0;
};

/// A pair with less is not proposed.
inline constexpr int proposal_score_min = 40;

Evidence weigh(const Profiles& profiles, const Profile& left, const Profile& right);

/// Whether the names have nothing in common.
inline bool names_differ(const Evidence& evidence) { return evidence.name == Relation::different; }

/// Adds the evidence in words.
void explain(const Evidence& evidence, const Candidate& left, const Candidate& right, Proposal& proposal);

}  // namespace lockstep::sync
