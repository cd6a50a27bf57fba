#include "sync/match.h"

#include <algorithm>

#include "sync/near.h"

namespace lockstep::sync {

MatchResult match(std::vector<Candidate> left, std::vector<Candidate> right, const std::vector<ExactKey>& keys) {
    Contact contact(std::move(left), std::move(right), keys);
    link_stored(contact);
    link_exact(contact);
    propose_near(contact);
    std::sort(contact.result.linked.begin(), contact.result.linked.end(), [](const Match& a, const Match& b) { return a.left < b.left; });
    return std::move(contact.result);
}

}  // namespace lockstep::sync
