#include <algorithm>
#include <bitset>
#include <cstring>

#include "value/value.h"

namespace lockstep {
namespace {

/// Up to here a walk along the entries is about as quick as a search in the sorted index, which has to be made first.
constexpr std::size_t unindexed_max = 32;

/// Most keys of one map differ in their length and first four bytes, and a number is cheap to compare.
std::uint64_t rank_of(std::string_view key) {
    std::uint32_t first = 0;
    if (key.size() >= sizeof first) std::memcpy(&first, key.data(), sizeof first);
    return static_cast<std::uint64_t>(key.size()) << 32 | first;
}

bool comes_before(std::string_view a, std::string_view b) {
    const std::uint64_t rank_a = rank_of(a), rank_b = rank_of(b);
    return rank_a != rank_b ? rank_a < rank_b : a < b;
}

struct Ranked {
    std::uint64_t rank;
    const Map::Entry* entry;

    explicit Ranked(const Map::Entry& its_entry) : rank(rank_of(its_entry.first)), entry(&its_entry) {}
    bool operator<(const Ranked& other) const { return rank != other.rank ? rank < other.rank : entry->first < other.entry->first; }
};

}  // namespace

Map::Map() = default;
Map::Map(const Map&) = default;
Map::Map(Map&&) noexcept = default;
Map& Map::operator=(const Map&) = default;
Map& Map::operator=(Map&&) noexcept = default;
Map::~Map() = default;

Map::Map(std::initializer_list<Entry> entries) : Map(from_entries(entries)) {}

Map Map::from_entries(std::vector<Entry> entries) {
    Map map;
    map.entries_ = std::move(entries);
    map.rebuild_index();
    if (!map.has_duplicates()) return map;
    Map merged;
    for (auto& [key, value] : map.entries_) merged.set(std::move(key), std::move(value));
    return merged;
}

bool Map::has_duplicates() const {
    if (!by_key_.empty()) {
        auto same = [this](std::uint32_t a, std::uint32_t b) { return entries_[a].first == entries_[b].first; };
        return std::adjacent_find(by_key_.begin(), by_key_.end(), same) != by_key_.end();
    }
    std::bitset<1024> seen;  // of hashes: only of two keys with one hash are all bytes compared
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
        const std::size_t hash = rank_of(entry->first) * 0x9e3779b97f4a7c15u >> 54;
        auto same = [&](const Entry& other) { return other.first == entry->first; };
        if (seen[hash] && std::any_of(entries_.begin(), entry, same)) return true;
        seen[hash] = true;
    }
    return false;
}

std::size_t Map::position_in_index(std::string_view key) const {
    auto less = [this](std::uint32_t index, std::string_view wanted) { return comes_before(entries_[index].first, wanted); };
    return static_cast<std::size_t>(std::lower_bound(by_key_.begin(), by_key_.end(), key, less) - by_key_.begin());
}

const Value* Map::find(std::string_view key) const {
    if (by_key_.empty()) {
        for (const auto& [name, value] : entries_) {
            if (name == key) return &value;
        }
        return nullptr;
    }
    auto position = position_in_index(key);
    if (position == by_key_.size()) return nullptr;
    const auto& [name, value] = entries_[by_key_[position]];
    return name == key ? &value : nullptr;
}

Value* Map::find(std::string_view key) { return const_cast<Value*>(std::as_const(*this).find(key)); }

void Map::rebuild_index() {
    by_key_.clear();
    if (entries_.size() <= unindexed_max) return;
    std::vector<Ranked> ranked(entries_.begin(), entries_.end());
    std::sort(ranked.begin(), ranked.end());
    by_key_.reserve(entries_.size());
    for (const Ranked& one : ranked) by_key_.push_back(static_cast<std::uint32_t>(one.entry - entries_.data()));
}

Value& Map::append(std::string key, Value value) {
    if (!by_key_.empty()) {
        auto position = static_cast<std::ptrdiff_t>(position_in_index(key));
        by_key_.insert(by_key_.begin() + position, static_cast<std::uint32_t>(entries_.size()));
    }
    entries_.emplace_back(std::move(key), std::move(value));
    if (entries_.size() == unindexed_max + 1) rebuild_index();
    return entries_.back().second;
}

void Map::set(std::string key, Value value) {
    if (Value* found = find(key)) {
        *found = std::move(value);
    } else {
        append(std::move(key), std::move(value));
    }
}

bool Map::erase(std::string_view key) {
    auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.first == key; });
    if (found == entries_.end()) return false;
    entries_.erase(found);
    rebuild_index();
    return true;
}

Value& Map::operator[](std::string_view key) {
    if (Value* found = find(key)) return *found;
    return append(std::string(key), Value());
}

void Map::reserve(std::size_t count) { entries_.reserve(count); }

bool Map::operator==(const Map& other) const {
    if (size() != other.size()) return false;
    return std::all_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
        const Value* found = other.find(entry.first);
        return found != nullptr && *found == entry.second;
    });
}

}  // namespace lockstep
