#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "sync/match.h"

namespace lockstep::sync {

/// Left is 0, right is 1.
using SideIndex = std::size_t;
using Index = std::uint32_t;

/// Texts as numbers from 1, with how many records of each side have them; 0 is the empty text.
class Terms {
public:
    Terms() = default;
    Terms(const Terms&) = delete;

    std::uint32_t add(std::string_view text, SideIndex side);
    const std::string& text(std::uint32_t term) const { return *texts_[term]; }
    std::uint64_t count(std::uint32_t term, SideIndex side) const { return counts_[term][side]; }
    /// How many pairs of a left and a right record share it.
    std::uint64_t pairs(std::uint32_t term) const { return count(term, 0) * count(term, 1); }

private:
    const std::string empty_;
    std::unordered_map<std::string, std::uint32_t> numbers_;
    std::vector<const std::string*> texts_ = {&empty_};
    std::vector<std::array<std::uint32_t, 2>> counts_ = {{0, 0}};
};

/// What of a record tells whether it is near to another: terms.
struct Profile {
    std::uint32_t name = 0;  ///< without legal form and spaces
    std::uint32_t legal_form = 0, domain = 0, label = 0, phone = 0, city = 0, country = 0;
    std::vector<std::uint32_t> words;  ///< of the name, in order of their numbers
};

/// The profiles of all records, with what is common among them.
struct Profiles {
    Profiles(const std::vector<Candidate>& left, const std::vector<Candidate>& right);
    Profiles(const Profiles&) = delete;

    const Profile& of(SideIndex side, Index index) const { return sides[side][index]; }
    /// How much a word of names tells: the rarer, the more.
    int weight(std::uint32_t word) const;

    Terms names, words, legal_forms, domains, labels, phones, cities, countries;
    std::array<std::vector<Profile>, 2> sides;

private:
    Profile make(const Candidate& candidate, SideIndex side);
};

}  // namespace lockstep::sync
