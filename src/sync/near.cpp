#include "sync/near.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace lockstep::sync {
namespace {

/// How many partners a record keeps.
constexpr std::size_t best_max = 5;
/// A pair is not shown when each of its records has one that is so much better.
constexpr int better_by = 20;

/// A pair with its score; the best first.
struct Scored {
    int score;
    Index left, right;
    bool operator<(const Scored& other) const {
        return score != other.score ? score > other.score : std::pair(left, right) < std::pair(other.left, other.right);
    }
    bool operator==(const Scored&) const = default;
};

/// The best few pairs of each record, whatever the order in which they come.
class BestPairs {
public:
    explicit BestPairs(const Contact& contact) {
        for (SideIndex side : {0U, 1U}) lists_[side].resize(contact.records[side].size());
    }
    void add(const Scored& pair) {
        keep(lists_[0][pair.left], pair);
        keep(lists_[1][pair.right], pair);
    }
    /// All pairs that one of their records keeps, without those that are far behind on both sides.
    std::vector<Scored> take() const {
        std::vector<Scored> all;
        for (const auto& side : lists_) {
            for (const auto& list : side) {
                for (const Scored& pair : list) {
                    if (is_shown(pair)) all.push_back(pair);
                }
            }
        }
        std::sort(all.begin(), all.end());
        all.erase(std::unique(all.begin(), all.end()), all.end());
        return all;
    }

private:
    static void keep(std::vector<Scored>& list, const Scored& pair) {
        auto at = std::lower_bound(list.begin(), list.end(), pair);
        if (at != list.end() && *at == pair) return;
        if (static_cast<std::size_t>(at - list.begin()) == best_max) return;
        list.insert(at, pair);
        if (list.size() > best_max) list.pop_back();
    }
    bool is_shown(const Scored& pair) const {
        auto best = [](const std::vector<Scored>& list) { return list.empty() ? 0 : list.front().score; };
        return pair.score + better_by > std::min(best(lists_[0][pair.left]), best(lists_[1][pair.right]));
    }

    std::array<std::vector<std::vector<Scored>>, 2> lists_;
};

/// Which proposals hang together by their records.
class Groups {
public:
    explicit Groups(const Contact& contact) : left_count_(contact.records[0].size()), parent_(left_count_ + contact.records[1].size()) {
        for (std::size_t node = 0; node < parent_.size(); ++node) parent_[node] = node;
    }
    void join(const Scored& pair) { parent_[root(pair.left)] = root(left_count_ + pair.right); }
    std::size_t of(const Scored& pair) { return root(pair.left); }

private:
    std::size_t root(std::size_t node) {
        while (parent_[node] != node) node = parent_[node] = parent_[parent_[node]];
        return node;
    }

    std::size_t left_count_;
    std::vector<std::size_t> parent_;
};

/// Pairs of a group that no key tells apart are as good as any other pair, as long as they are few.
void add_exact_pairs(const Contact& contact, const std::function<void(const std::vector<Pair>&)>& compare) {
    std::vector<Pair> pairs;
    for (const auto& [pair, doubts] : contact.doubted) {
        if (contact.open[0][pair.first] && contact.open[1][pair.second]) pairs.push_back(pair);
    }
    for (const auto& group : contact.exact.groups()) {
        if (group.left.size() * group.right.size() > block_pairs_max) continue;
        for (Index left : group.left) {
            for (Index right : group.right) {
                if (contact.open[0][left] && contact.open[1][right]) pairs.emplace_back(left, right);
            }
        }
    }
    compare(pairs);
}

Proposal proposal_of(const Contact& contact, const Scored& pair) {
    const Candidate &left = contact.records[0][pair.left], &right = contact.records[1][pair.right];
    Proposal proposal{left.id, right.id, pair.score};
    if (std::size_t key = contact.exact.shared(pair.left, pair.right); key < contact.exact.size()) {
        proposal.exact_key = contact.keys[key].name;
        proposal.reasons.push_back(fmt::format("same {}: {}", contact.keys[key].name, contact.exact.value(key, 0, pair.left)));
    }
    if (auto doubts = contact.doubted.find({pair.left, pair.right}); doubts != contact.doubted.end()) proposal.doubts = doubts->second;
    explain(weigh(contact.profiles, contact.profiles.of(0, pair.left), contact.profiles.of(1, pair.right)), left, right, proposal);
    return proposal;
}

/// Adds the proposals with their groups: the group with the best proposal first.
void add_proposals(Contact& contact, std::vector<Scored> pairs) {
    Groups groups(contact);
    for (const Scored& pair : pairs) groups.join(pair);
    std::map<std::size_t, int> numbers;
    std::vector<std::pair<int, Scored>> numbered;
    for (const Scored& pair : pairs) {
        auto number = numbers.emplace(groups.of(pair), static_cast<int>(numbers.size()) + 1).first->second;
        numbered.emplace_back(number, pair);
    }
    std::stable_sort(numbered.begin(), numbered.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [number, pair] : numbered) {
        contact.result.proposals.push_back(proposal_of(contact, pair));
        contact.result.proposals.back().group = number;
    }
}

/// The open records of each side by their name without legal form.
using ByName = std::map<std::uint32_t, std::array<std::vector<Index>, 2>>;

/// Names that more pairs share than are compared, as far as their records came to nothing else.
void tell_crowds(Contact& contact, const Open& proposed) {
    ByName names;
    for (SideIndex side : {0U, 1U}) {
        for (Index index = 0; index < contact.records[side].size(); ++index) {
            std::uint32_t name = contact.profiles.of(side, index).name;
            if (name != 0 && contact.open[side][index] && contact.profiles.names.pairs(name) > block_pairs_max)
                names[name][side].push_back(index);
        }
    }
    for (auto& [name, sides] : names) {
        auto& [left, right] = sides;
        if (left.size() * right.size() <= block_pairs_max) continue;
        for (SideIndex side : {0U, 1U}) {
            std::erase_if(sides[side], [&](Index index) { return proposed[side][index] || contact.told[side][index]; });
        }
        if (left.empty() && right.empty()) continue;
        contact.tell("name", "too many records have it to compare them all: " + contact.profiles.names.text(name), left, right);
    }
}

}  // namespace

void propose_near(Contact& contact) {
    BestPairs best(contact);
    auto compare = [&](const std::vector<Pair>& pairs) {
        for (const auto& [left, right] : pairs) {
            int score = weigh(contact.profiles, contact.profiles.of(0, left), contact.profiles.of(1, right)).score;
            if (contact.exact.shared(left, right) < contact.exact.size()) score = std::max(score, proposal_score_min);
            if (score >= proposal_score_min) best.add({score, left, right});
        }
    };
    add_exact_pairs(contact, compare);
    find_pairs(contact.profiles, contact.open, compare);
    std::vector<Scored> pairs = best.take();
    Open proposed = {std::vector<char>(contact.records[0].size()), std::vector<char>(contact.records[1].size())};
    for (const Scored& pair : pairs) proposed[0][pair.left] = proposed[1][pair.right] = true;
    add_proposals(contact, pairs);
    tell_crowds(contact, proposed);
    for (SideIndex side : {0U, 1U}) {
        auto& only = side == 0 ? contact.result.left_only : contact.result.right_only;
        for (Index index = 0; index < contact.records[side].size(); ++index) {
            if (contact.open[side][index] && !proposed[side][index] && !contact.told[side][index]) only.push_back(contact.id(side, index));
        }
    }
}

}  // namespace lockstep::sync
