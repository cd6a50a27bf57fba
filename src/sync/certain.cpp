#include "sync/certain.h"

#include <algorithm>

#include <fmt/format.h>

namespace lockstep::sync {
namespace {

const std::string stored_link = "stored link";

/// In the order of their ids; of those with the same id the first in the order of all their values.
std::vector<Candidate> in_order(std::vector<Candidate> records) {
    auto values = [](const Candidate& r) { return std::tie(r.id, r.name, r.website, r.phone, r.city, r.country, r.link, r.exact); };
    std::sort(records.begin(), records.end(), [&](const Candidate& a, const Candidate& b) { return values(a) < values(b); });
    records.erase(std::unique(records.begin(), records.end(), [](const Candidate& a, const Candidate& b) { return a.id == b.id; }),
                  records.end());
    return records;
}

Index find(const std::vector<Candidate>& records, const std::string& id) {
    auto at = std::lower_bound(records.begin(), records.end(), id,
                               [](const Candidate& record, const std::string& wanted) { return record.id < wanted; });
    return at == records.end() || at->id != id ? no_record : static_cast<Index>(at - records.begin());
}

/// The stored links of both sides as edges between records: left ones are numbered first, then right ones.
class StoredLinks {
public:
    explicit StoredLinks(Contact& contact) : contact_(contact), left_count_(static_cast<Index>(contact.records[0].size())) {
        parent_.resize(left_count_ + contact.records[1].size());
        for (Index node = 0; node < parent_.size(); ++node) parent_[node] = node;
        for (SideIndex side : {0U, 1U}) {
            for (Index index = 0; index < contact.records[side].size(); ++index) read(side, index);
        }
    }

    void settle() {
        std::map<Index, std::vector<Index>> groups;
        for (Index node = 0; node < parent_.size(); ++node) {
            if (root(node) != node) groups[root(node)].push_back(node);
        }
        for (auto& [first, others] : groups) settle_group(first, others);
    }

private:
    void read(SideIndex side, Index index) {
        const std::string& link = contact_.records[side][index].link;
        if (link.empty()) return;
        Index other = find(contact_.records[1 - side], link);
        if (other != no_record) return join(node(side, index), node(1 - side, other));
        std::vector<Index> here = {index}, none;
        contact_.tell(stored_link, "leads to no record here: " + link, side == 0 ? here : none, side == 0 ? none : here);
    }
    Index node(SideIndex side, Index index) const { return side == 0 ? index : left_count_ + index; }
    Index root(Index node) {
        while (parent_[node] != node) node = parent_[node] = parent_[parent_[node]];
        return node;
    }
    void join(Index a, Index b) {
        a = root(a), b = root(b);
        parent_[std::max(a, b)] = std::min(a, b);
    }

    /// Two records that name only each other are linked; more contradict each other.
    void settle_group(Index first, const std::vector<Index>& others) {
        if (others.size() == 1) return contact_.link(first, others.front() - left_count_, stored_link);
        std::vector<Index> left = {first}, right;
        for (Index other : others) (other < left_count_ ? left : right).push_back(other < left_count_ ? other : other - left_count_);
        for (Index index : left) contact_.open[0][index] = false;
        for (Index index : right) contact_.open[1][index] = false;
        contact_.tell(stored_link, "the stored links of these records contradict each other", left, right);
    }

    Contact& contact_;
    Index left_count_;
    std::vector<Index> parent_;
};

/// One record with where a key leads instead.
void add_other_partner(const Contact& contact, std::size_t key, SideIndex side, Index index, Index expected,
                       std::vector<std::string>& doubts) {
    Index partner = contact.exact.partner(key, side, index);
    if (partner == no_record || partner == expected) return;
    doubts.push_back(fmt::format("{} of {} leads to {}", contact.keys[key].name, contact.id(side, index), contact.id(1 - side, partner)));
}

/// Whether another key's values, both there, say that these are two: ids and numbers as they stand, names and websites only
/// when they have nothing in common.
bool contradicts(const Contact& contact, std::size_t key, Index left, Index right, const Evidence& evidence) {
    const std::string &a = contact.exact.value(key, 0, left), &b = contact.exact.value(key, 1, right);
    if (a.empty() || b.empty() || a == b) return false;
    switch (contact.keys[key].form) {
        case KeyForm::verbatim:
            return true;
        case KeyForm::website:
            return evidence.domain == Relation::different;
        case KeyForm::text:
            return names_differ(evidence);
        case KeyForm::phone:
            return false;
    }
    return false;
}

/// Whether a name, without its legal form, is one of several on a side: then only more than the name tells which is meant.
bool is_common_name(const Contact& contact, Index left) {
    const Terms& names = contact.profiles.names;
    std::uint32_t name = contact.profiles.of(0, left).name;
    return name != 0 && (names.count(name, 0) > 1 || names.count(name, 1) > 1);
}

/// Whether a pair is doubtful that a key of this form joins. An id or a number is what it is; a name, a website or a phone may
/// belong to several. What differs is told with every proposal.
bool is_weak(const Contact& contact, KeyForm form, Index left, const Evidence& evidence) {
    if (form == KeyForm::verbatim) return false;
    if (names_differ(evidence) || evidence.country == Relation::different) return true;
    if (form != KeyForm::text) return false;
    bool confirmed = evidence.domain == Relation::same || evidence.phone == Relation::same;
    bool elsewhere = evidence.city == Relation::different || (evidence.city == Relation::unknown && is_common_name(contact, left));
    return evidence.domain == Relation::different || (elsewhere && !confirmed);
}

/// What links and keys say against a pair.
std::vector<std::string> doubts_of(const Contact& contact, std::size_t key, Index left, Index right, const Evidence& evidence) {
    std::vector<std::string> doubts;
    for (SideIndex side : {0U, 1U}) {
        const Candidate& record = contact.records[side][side == 0 ? left : right];
        if (!record.link.empty()) doubts.push_back(fmt::format("the stored link of {} leads to {}", record.id, record.link));
    }
    for (std::size_t other = 0; other < contact.exact.size(); ++other) {
        if (other == key) continue;
        add_other_partner(contact, other, 0, left, right, doubts);
        add_other_partner(contact, other, 1, right, left, doubts);
        if (contradicts(contact, other, left, right, evidence)) doubts.push_back("different " + contact.keys[other].name);
    }
    return doubts;
}

/// A pair that a key joins and that has it alone on both sides.
void try_link(Contact& contact, std::size_t key, Index left, Index right) {
    if (!contact.open[0][left] || !contact.open[1][right]) return;
    Evidence evidence = weigh(contact.profiles, contact.profiles.of(0, left), contact.profiles.of(1, right));
    std::vector<std::string> doubts = doubts_of(contact, key, left, right, evidence);
    if (doubts.empty() && !is_weak(contact, contact.keys[key].form, left, evidence))
        return contact.link(left, right, contact.keys[key].name);
    contact.doubted.emplace(Pair(left, right), std::move(doubts));
}

std::string counted(std::size_t count, std::string_view side) { return fmt::format("{} on the {}", count, side); }

/// Tells of a value that does not make a pair while a record with it is not linked.
void tell_group(Contact& contact, const ExactKeys::Group& group) {
    const std::string& value = contact.exact.value(group.key, 0, group.left.front());
    bool left_open = std::any_of(group.left.begin(), group.left.end(), [&](Index index) { return contact.open[0][index]; });
    bool right_open = std::any_of(group.right.begin(), group.right.end(), [&](Index index) { return contact.open[1][index]; });
    if (!left_open && !right_open) return;
    if (group.left.size() == 1 && group.right.size() == 1) {
        if (left_open && right_open) return;  // doubted, and proposed
        return contact.tell(contact.keys[group.key].name, "leads to a record that is linked otherwise: " + value, group.left, group.right);
    }
    std::string reason =
        fmt::format("shared by {} and {}: {}", counted(group.left.size(), "left"), counted(group.right.size(), "right"), value);
    contact.tell(contact.keys[group.key].name, std::move(reason), group.left, group.right);
}

}  // namespace

Contact::Contact(std::vector<Candidate> left, std::vector<Candidate> right, const std::vector<ExactKey>& exact_keys)
    : records{in_order(std::move(left)), in_order(std::move(right))},
      keys(exact_keys),
      profiles(records[0], records[1]),
      exact(records[0], records[1], exact_keys),
      open{std::vector<char>(records[0].size(), true), std::vector<char>(records[1].size(), true)},
      told{std::vector<char>(records[0].size(), false), std::vector<char>(records[1].size(), false)} {}

void Contact::link(Index left, Index right, const std::string& by) {
    open[0][left] = open[1][right] = false;
    result.linked.push_back({id(0, left), id(1, right), by});
}

void Contact::tell(const std::string& by, std::string reason, const std::vector<Index>& left, const std::vector<Index>& right) {
    Ambiguity ambiguity{by, std::move(reason), {}, {}};
    for (Index index : left) {
        ambiguity.left.push_back(id(0, index));
        told[0][index] = true;
    }
    for (Index index : right) {
        ambiguity.right.push_back(id(1, index));
        told[1][index] = true;
    }
    result.ambiguous.push_back(std::move(ambiguity));
}

void link_stored(Contact& contact) { StoredLinks(contact).settle(); }

void link_exact(Contact& contact) {
    for (const auto& group : contact.exact.groups()) {
        if (group.left.size() == 1 && group.right.size() == 1) try_link(contact, group.key, group.left.front(), group.right.front());
    }
    for (const auto& group : contact.exact.groups()) tell_group(contact, group);
}

}  // namespace lockstep::sync
