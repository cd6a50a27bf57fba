#pragma once

#include <string>
#include <vector>

#include "sync/normal_form.h"

namespace lockstep::sync {

/// What finding partners needs of one record; any value may be empty.
struct Candidate {
    std::string id;
    std::string name, website, phone, city, country;
    std::string link;                ///< the id of the other side's record that this record has stored
    std::vector<std::string> exact;  ///< its values of the exact keys, in their order
};

/// A pair of fields whose equality links two records.
struct ExactKey {
    std::string name;  ///< as people are told: `Website`, or `Name = Account_Name`
    KeyForm form = KeyForm::text;
};

/// A pair that is certain.
struct Match {
    std::string left, right;
    std::string by;  ///< `stored link`, or the exact key's name
};

/// A pair that a person should see; never linked without one.
struct Proposal {
    std::string left, right;
    int score = 0;                     ///< 0 … 100
    int group = 0;                     ///< proposals that share a record, directly or through others, have the same
    std::string exact_key;             ///< the exact key that both share although it could not link them; or empty
    std::vector<std::string> reasons;  ///< `same domain: example.com`
    std::vector<std::string> doubts;   ///< `cities differ: bonn / berlin`
};

/// Records that a key does not tell apart, or whose stored links contradict each other.
struct Ambiguity {
    std::string by;      ///< `stored link`, the exact key's name, or the near key: `name`
    std::string reason;  ///< `shared by 2 records on the left and 1 on the right: muller bau`
    std::vector<std::string> left, right;
};

/// Everything comes in an order that does not depend on the order of the records.
struct MatchResult {
    std::vector<Match> linked;
    std::vector<Proposal> proposals;  ///< the groups by their best score, each with its best proposal first
    std::vector<Ambiguity> ambiguous;
    std::vector<std::string> left_only, right_only;  ///< in nothing of the above
};

/// Finds which records of two sides are the same partner, without I/O.
///
/// Links, in this order: what both sides have stored, or one side while nobody contradicts; then the exact keys, each only
/// where its value is unique on both sides and nothing else speaks against the pair (an earlier key, a key that leads to
/// another record, country, website, city). Everything doubtful becomes a proposal or an ambiguity. The second of two
/// records with the same id on one side is ignored.
MatchResult match(std::vector<Candidate> left, std::vector<Candidate> right, const std::vector<ExactKey>& keys);

}  // namespace lockstep::sync
