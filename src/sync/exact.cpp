#include "sync/exact.h"

#include <algorithm>

namespace lockstep::sync {
namespace {

std::vector<std::string> values_of(const std::vector<Candidate>& records, std::size_t key, KeyForm form) {
    std::vector<std::string> values;
    values.reserve(records.size());
    for (const Candidate& record : records) values.push_back(key < record.exact.size() ? normal_form(record.exact[key], form) : "");
    return values;
}

/// The records that have a value, by their values.
std::vector<Index> by_value(const std::vector<std::string>& values) {
    std::vector<Index> order;
    for (Index index = 0; index < values.size(); ++index) {
        if (!values[index].empty()) order.push_back(index);
    }
    std::sort(order.begin(), order.end(), [&](Index a, Index b) { return values[a] != values[b] ? values[a] < values[b] : a < b; });
    return order;
}

/// Takes the records with the same value as the first one off the front.
std::vector<Index> take_equal(const std::vector<Index>& order, std::size_t& at, const std::vector<std::string>& values) {
    std::vector<Index> equal = {order[at++]};
    while (at < order.size() && values[order[at]] == values[equal.front()]) equal.push_back(order[at++]);
    return equal;
}

}  // namespace

ExactKeys::ExactKeys(const std::vector<Candidate>& left, const std::vector<Candidate>& right, const std::vector<ExactKey>& keys) {
    for (std::size_t key = 0; key < keys.size(); ++key) {
        values_.push_back({values_of(left, key, keys[key].form), values_of(right, key, keys[key].form)});
        partners_.push_back({std::vector<Index>(left.size(), no_record), std::vector<Index>(right.size(), no_record)});
        group(key);
    }
}

void ExactKeys::group(std::size_t key) {
    const auto& [left, right] = values_[key];
    std::vector<Index> lefts = by_value(left), rights = by_value(right);
    for (std::size_t l = 0, r = 0; l < lefts.size() && r < rights.size();) {
        int order = left[lefts[l]].compare(right[rights[r]]);
        if (order < 0) ++l;
        if (order > 0) ++r;
        if (order != 0) continue;
        Group group{key, take_equal(lefts, l, left), take_equal(rights, r, right)};
        if (group.left.size() == 1 && group.right.size() == 1) {
            partners_[key][0][group.left.front()] = group.right.front();
            partners_[key][1][group.right.front()] = group.left.front();
        }
        groups_.push_back(std::move(group));
    }
}

std::size_t ExactKeys::shared(Index left, Index right) const {
    std::size_t key = 0;
    while (key < size() && (value(key, 0, left).empty() || value(key, 0, left) != value(key, 1, right))) ++key;
    return key;
}

}  // namespace lockstep::sync
