#include "sync/profile.h"

#include <algorithm>
#include <bit>

#include "sync/contact.h"
#include "sync/legal_form.h"
#include "sync/place.h"

namespace lockstep::sync {

std::uint32_t Terms::add(std::string_view text, SideIndex side) {
    if (text.empty()) return 0;
    auto [at, added] = numbers_.emplace(text, static_cast<std::uint32_t>(texts_.size()));
    if (added) {
        texts_.push_back(&at->first);
        counts_.push_back({0, 0});
    }
    ++counts_[at->second][side];
    return at->second;
}

Profiles::Profiles(const std::vector<Candidate>& left, const std::vector<Candidate>& right) {
    for (SideIndex side : {0U, 1U}) {
        const auto& records = side == 0 ? left : right;
        auto& profiles = sides[side];
        profiles.reserve(records.size());
        for (const Candidate& record : records) profiles.push_back(make(record, side));
    }
}

Profile Profiles::make(const Candidate& candidate, SideIndex side) {
    Profile profile;
    CompanyName name = split_company_name(normal_form(candidate.name, KeyForm::text));
    std::sort(name.words.begin(), name.words.end());
    name.words.erase(std::unique(name.words.begin(), name.words.end()), name.words.end());
    profile.name = names.add(name.key, side);
    profile.legal_form = legal_forms.add(name.legal_form, side);
    profile.words.reserve(name.words.size());
    for (const std::string& word : name.words) profile.words.push_back(words.add(word, side));
    std::sort(profile.words.begin(), profile.words.end());
    std::string domain = website_domain(candidate.website);
    profile.domain = domains.add(domain, side);
    profile.label = labels.add(domain.substr(0, domain.find('.')), side);
    profile.phone = phones.add(phone_tail(candidate.phone), side);
    profile.city = cities.add(city_key(candidate.city), side);
    profile.country = countries.add(country_key(candidate.country), side);
    return profile;
}

int Profiles::weight(std::uint32_t word) const {
    std::uint64_t records = sides[0].size() + sides[1].size();
    return std::bit_width(records / std::max<std::uint64_t>(1, words.count(word, 0) + words.count(word, 1)));
}

}  // namespace lockstep::sync
