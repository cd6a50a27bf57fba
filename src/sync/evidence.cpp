#include "sync/evidence.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "sync/contact.h"
#include "sync/legal_form.h"
#include "sync/place.h"

namespace lockstep::sync {
namespace {

constexpr std::size_t compared_bytes_max = 64;
constexpr int far = 3;
constexpr std::size_t band = far;

/// The number of letters to add, drop, change or swap with the next, up to `far`. Only two diagonals beside the middle matter.
int edit_distance(std::string_view a, std::string_view b) {
    if (a.size() > compared_bytes_max || b.size() > compared_bytes_max ||
        std::max(a.size(), b.size()) - std::min(a.size(), b.size()) >= band)
        return far;
    std::array<std::array<int, compared_bytes_max + 1>, 3> rows;
    for (auto& row : rows) row.fill(far);
    for (std::size_t j = 0; j < band; ++j) rows[0][std::min(j, b.size())] = static_cast<int>(std::min(j, b.size()));
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto& row = rows[i % 3];
        const auto& above = rows[(i - 1) % 3];
        row.fill(far);
        if (i < band) row[0] = static_cast<int>(i);
        for (std::size_t j = i < band ? 1 : i - band + 1; j <= std::min(b.size(), i + band - 1); ++j) {
            int best = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            row[j] = std::min(swapped ? std::min(best, rows[(i - 2) % 3][j - 2] + 1) : best, far);
        }
    }
    return rows[a.size() % 3][b.size()];
}

std::string digits_of(std::string_view text) {
    std::string digits;
    std::copy_if(text.begin(), text.end(), std::back_inserter(digits), [](char c) { return c >= '0' && c <= '9'; });
    return digits;
}

/// How much a typing error leaves of a name's evidence: the longer the name, the more.
struct TypingErrors {
    int distance;
    std::size_t length_min;
    int points;
};
constexpr std::array<TypingErrors, 5> typing_errors = {{{1, 8, 55}, {1, 5, 45}, {1, 4, 30}, {2, 12, 48}, {2, 8, 35}}};

int similar_points(std::string_view a, std::string_view b) {
    int distance = edit_distance(a, b);
    if (distance == far || digits_of(a) != digits_of(b)) return 0;
    for (const TypingErrors& row : typing_errors) {
        if (distance == row.distance && std::min(a.size(), b.size()) >= row.length_min) return row.points;
    }
    return 0;
}

struct Shared {
    int common = 0, left = 0, right = 0;  ///< weights of words
};

Shared shared_words(const Profiles& profiles, const Profile& left, const Profile& right) {
    Shared shared;
    for (std::uint32_t word : left.words) {
        int weight = profiles.weight(word);
        shared.left += weight;
        if (std::binary_search(right.words.begin(), right.words.end(), word)) shared.common += weight;
    }
    for (std::uint32_t word : right.words) shared.right += profiles.weight(word);
    return shared;
}

/// Points by how many pairs of records share a value: what many have tells little.
struct Commonness {
    std::uint64_t pairs_max;
    int same_name, same_domain, same_phone;
};
constexpr std::array<Commonness, 4> commonness = {{{4, 65, 55, 50}, {25, 55, 40, 35}, {400, 40, 20, 15}, {~0ULL, 30, 0, 0}}};

int points(std::uint64_t pairs, int Commonness::* kind) {
    for (const Commonness& row : commonness) {
        if (pairs <= row.pairs_max) return row.*kind;
    }
    return 0;
}

int name_points(const Profiles& profiles, const Profile& left, const Profile& right, Relation& relation) {
    relation = Relation::unknown;
    if (left.name == 0 || right.name == 0) return 0;
    relation = Relation::same;
    if (left.name == right.name) return points(profiles.names.pairs(left.name), &Commonness::same_name);
    relation = Relation::reordered;
    if (left.words == right.words) return 60;
    Shared shared = shared_words(profiles, left, right);
    int in_common = 50 * shared.common / std::max(1, shared.left + shared.right - shared.common);
    bool contained = shared.common > 0 && shared.common == std::min(shared.left, shared.right);
    in_common = std::max(in_common, contained ? 40 : 0);
    int similar = similar_points(profiles.names.text(left.name), profiles.names.text(right.name));
    relation = Relation::similar;
    if (similar >= std::max(in_common, 1)) return similar;
    relation = in_common > 0 ? Relation::partly : Relation::different;
    return in_common >= 15 ? in_common : 0;
}

Relation relate(std::uint32_t left, std::uint32_t right) {
    if (left == 0 || right == 0) return Relation::unknown;
    return left == right ? Relation::same : Relation::different;
}

int domain_points(const Profiles& profiles, const Profile& left, const Profile& right, Relation& relation) {
    relation = relate(left.domain, right.domain);
    if (relation == Relation::same) return points(profiles.domains.pairs(left.domain), &Commonness::same_domain);
    if (relation != Relation::different || left.label != right.label) return 0;
    relation = Relation::similar;
    return points(profiles.labels.pairs(left.label), &Commonness::same_domain) / 2;
}

constexpr int city_points = 20;

/// What is taken off for values that differ.
int contradiction(const Evidence& evidence) {
    int points = 0;
    if (evidence.country == Relation::different) points += 25;
    if (evidence.city == Relation::different) points += 12;
    if (evidence.domain == Relation::different) points += 12;
    if (evidence.legal_form == Relation::different) points += 8;
    if (evidence.phone == Relation::different) points += 4;
    return points;
}

// ---- in words

std::string name_text(const Candidate& record) {
    return fmt::format("{}", fmt::join(split_company_name(normal_text(record.name)).words, " "));
}

std::string words_in_common(const Candidate& left, const Candidate& right) {
    auto a = split_company_name(normal_text(left.name)).words, b = split_company_name(normal_text(right.name)).words;
    std::erase_if(a, [&](const std::string& word) { return std::find(b.begin(), b.end(), word) == b.end(); });
    return fmt::format("{}", fmt::join(a, " "));
}

std::string both(const std::string& left, const std::string& right) { return left + " / " + right; }

std::string name_reason(Relation relation, const Candidate& left, const Candidate& right) {
    switch (relation) {
        case Relation::same:
            if (normal_text(left.name) == normal_text(right.name)) return "same name: " + normal_text(left.name);
            if (name_text(left) == name_text(right)) return "same name without legal form: " + name_text(left);
            return "same name in another spelling: " + both(name_text(left), name_text(right));
        case Relation::reordered:
            return "same words in the name: " + both(name_text(left), name_text(right));
        case Relation::similar:
            return "similar name: " + both(name_text(left), name_text(right));
        case Relation::partly:
            return "words in common: " + words_in_common(left, right);
        default:
            return "";
    }
}

/// One kind of value in words, where it is more than one text that is the same or not.
struct Wording {
    Relation Evidence::* relation;
    std::string_view same, different;
    std::string (*text)(const Candidate&);
};

const std::array<Wording, 5> wordings = {{
    {&Evidence::domain, "same domain: ", "domains differ: ", [](const Candidate& record) { return website_domain(record.website); }},
    {&Evidence::phone, "same phone digits: ", "", [](const Candidate& record) { return phone_tail(record.phone); }},
    {&Evidence::city, "same city: ", "cities differ: ", [](const Candidate& record) { return city_key(record.city); }},
    {&Evidence::country, "", "countries differ: ", [](const Candidate& record) { return country_key(record.country); }},
    {&Evidence::legal_form, "",
     "legal forms differ: ", [](const Candidate& record) { return split_company_name(normal_text(record.name)).legal_form; }},
}};

}  // namespace

Evidence weigh(const Profiles& profiles, const Profile& left, const Profile& right) {
    Evidence evidence;
    int name = name_points(profiles, left, right, evidence.name);
    int domain = domain_points(profiles, left, right, evidence.domain);
    evidence.phone = relate(left.phone, right.phone);
    evidence.city = relate(left.city, right.city);
    evidence.country = relate(left.country, right.country);
    evidence.legal_form = relate(left.legal_form, right.legal_form);
    int phone = evidence.phone == Relation::same ? points(profiles.phones.pairs(left.phone), &Commonness::same_phone) : 0;
    int city = evidence.city == Relation::same && name > 0 ? city_points : 0;
    int open = 1000;
    for (int part : {name, domain, phone, city}) open = open * (100 - part) / 100;
    evidence.score = std::clamp((1000 - open) / 10 - contradiction(evidence), 0, 100);
    return evidence;
}

void explain(const Evidence& evidence, const Candidate& left, const Candidate& right, Proposal& proposal) {
    if (std::string reason = name_reason(evidence.name, left, right); !reason.empty()) proposal.reasons.push_back(std::move(reason));
    if (names_differ(evidence)) proposal.doubts.push_back("names differ: " + both(name_text(left), name_text(right)));
    for (const Wording& wording : wordings) {
        Relation relation = evidence.*wording.relation;
        std::string a = wording.text(left), b = wording.text(right);
        if (relation == Relation::same && !wording.same.empty()) proposal.reasons.push_back(std::string(wording.same) + a);
        if (relation == Relation::similar) proposal.reasons.push_back("similar domain: " + both(a, b));
        if (relation == Relation::different && !wording.different.empty())
            proposal.doubts.push_back(std::string(wording.different) + both(a, b));
    }
}

}  // namespace lockstep::sync
