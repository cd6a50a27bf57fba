#include "sync/blocks.h"

#include <algorithm>

namespace lockstep::sync {
namespace {

using Keys = std::vector<std::uint64_t>;

constexpr std::uint64_t hash_start = 0xcbf29ce484222325;

/// FNV-1a, with a mixing step (as in SplitMix64) for numbers.
std::uint64_t hash_text(std::string_view text, std::uint64_t hash = hash_start) {
    for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return hash;
}
std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
    std::uint64_t hash = (a + 0x9e3779b97f4a7c15) ^ (b * 0xbf58476d1ce4e5b9);
    hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9;
    hash = (hash ^ (hash >> 27)) * 0x94d049bb133111eb;
    return hash ^ (hash >> 31);
}

void by_name(const Profiles&, const Profile& profile, Keys& keys) {
    if (profile.name != 0) keys.push_back(profile.name);
}

void by_domain(const Profiles&, const Profile& profile, Keys& keys) {
    if (profile.label != 0) keys.push_back(profile.label);
}

void by_phone(const Profiles&, const Profile& profile, Keys& keys) {
    if (profile.phone != 0) keys.push_back(profile.phone);
}

/// A name together with what else there is, for names that many have.
void by_name_and_place(const Profiles&, const Profile& profile, Keys& keys) {
    if (profile.name == 0) return;
    if (profile.city != 0) keys.push_back(mixed(profile.name, mixed(1, profile.city)));
    if (profile.phone != 0) keys.push_back(mixed(profile.name, mixed(2, profile.phone)));
    if (profile.domain != 0) keys.push_back(mixed(profile.name, mixed(3, profile.domain)));
}

void by_word(const Profiles&, const Profile& profile, Keys& keys) {
    for (std::uint32_t word : profile.words) {
        keys.push_back(word);
        if (profile.city != 0) keys.push_back(mixed(word, profile.city));
    }
}

constexpr std::size_t paired_words_max = 6;

void by_two_words(const Profiles&, const Profile& profile, Keys& keys) {
    std::size_t count = std::min(profile.words.size(), paired_words_max);
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t j = i + 1; j < count; ++j) keys.push_back(mixed(profile.words[i], profile.words[j]));
    }
    if (profile.words.size() < 2) return;
    std::uint64_t all = 0;
    for (std::uint32_t word : profile.words) all = mixed(all, word);
    keys.push_back(all);
}

constexpr std::size_t start_bytes = 5;

/// How a name starts or ends, in one city: two typing errors are rarely at both ends.
void by_start_and_city(const Profiles& profiles, const Profile& profile, Keys& keys) {
    const std::string& name = profiles.names.text(profile.name);
    if (profile.city == 0 || name.size() < start_bytes) return;
    keys.push_back(hash_text(std::string_view(name).substr(0, start_bytes), mixed(1, profile.city)));
    keys.push_back(hash_text(std::string_view(name).substr(name.size() - start_bytes), mixed(2, profile.city)));
}

constexpr std::size_t shortened_bytes_min = 4, shortened_bytes_max = 24;

/// The name, and the name with each one of its letters left out: names with one typing error share one of them. Of long
/// names either half.
void by_typing_error(const Profiles& profiles, const Profile& profile, Keys& keys) {
    std::string_view name = profiles.names.text(profile.name);
    if (name.size() < shortened_bytes_min) return;
    if (name.size() > shortened_bytes_max) {
        keys.push_back(hash_text(name.substr(0, shortened_bytes_max / 2), 1));
        keys.push_back(hash_text(name.substr(name.size() - shortened_bytes_max / 2), 2));
        return;
    }
    keys.push_back(hash_text(name));
    std::uint64_t before = hash_start;
    for (std::size_t i = 0; i < name.size(); ++i) {
        keys.push_back(hash_text(name.substr(i + 1), before));
        before = hash_text(name.substr(i, 1), before);
    }
}

using KindOfKey = void (*)(const Profiles&, const Profile&, Keys&);
constexpr KindOfKey kinds[] = {by_name, by_domain, by_phone, by_name_and_place, by_word, by_two_words, by_start_and_city, by_typing_error};

/// A record under one of its keys. The lowest bit of `record` is the side.
struct Entry {
    std::uint64_t key;
    std::uint32_t record;
    bool operator<(const Entry& other) const { return key != other.key ? key < other.key : record < other.record; }
    bool operator==(const Entry& other) const { return key == other.key && record == other.record; }
};

std::vector<Entry> entries_of(const Profiles& profiles, const Open& open, KindOfKey kind) {
    std::vector<Entry> entries;
    Keys keys;
    for (std::size_t side : {0U, 1U}) {
        for (Index index = 0; index < profiles.sides[side].size(); ++index) {
            if (!open[side][index]) continue;
            keys.clear();
            kind(profiles, profiles.sides[side][index], keys);
            for (std::uint64_t key : keys) entries.push_back({key, static_cast<std::uint32_t>(2 * index + side)});
        }
    }
    std::sort(entries.begin(), entries.end());
    entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
    return entries;
}

constexpr std::size_t batch_pairs_max = 1U << 20;

/// Collects pairs and hands them on.
class Batch {
public:
    explicit Batch(const std::function<void(const std::vector<Pair>&)>& compare) : compare_(compare) {}
    void add(Index left, Index right) {
        pairs_.emplace_back(left, right);
        if (pairs_.size() == batch_pairs_max) flush();
    }
    void flush() {
        std::sort(pairs_.begin(), pairs_.end());
        pairs_.erase(std::unique(pairs_.begin(), pairs_.end()), pairs_.end());
        compare_(pairs_);
        pairs_.clear();
    }

private:
    const std::function<void(const std::vector<Pair>&)>& compare_;
    std::vector<Pair> pairs_;
};

using Block = std::vector<Entry>::const_iterator;

void add_block(Block first, Block last, bool all_names, const Profiles& profiles, Batch& batch) {
    auto rights = static_cast<std::uint64_t>(std::count_if(first, last, [](const Entry& entry) { return (entry.record & 1U) == 1; }));
    auto lefts = static_cast<std::uint64_t>(last - first) - rights;
    if (lefts * rights == 0 || lefts * rights > block_pairs_max) return;
    for (auto a = first; a != last; ++a) {
        for (auto b = first; b != last; ++b) {
            if ((a->record & 1U) != 0 || (b->record & 1U) != 1) continue;
            Index left = a->record / 2, right = b->record / 2;
            if (all_names || profiles.of(0, left).name != profiles.of(1, right).name) batch.add(left, right);
        }
    }
}

}  // namespace

void find_pairs(const Profiles& profiles, const Open& open, const std::function<void(const std::vector<Pair>&)>& compare) {
    Batch batch(compare);
    for (KindOfKey kind : kinds) {
        std::vector<Entry> entries = entries_of(profiles, open, kind);
        for (auto first = entries.cbegin(); first != entries.cend();) {
            auto last = std::find_if(first, entries.cend(), [&](const Entry& entry) { return entry.key != first->key; });
            // Equal names have met by their name; they share too many of these keys.
            add_block(first, last, kind != by_typing_error && kind != by_two_words, profiles, batch);
            first = last;
        }
    }
    batch.flush();
}

}  // namespace lockstep::sync
