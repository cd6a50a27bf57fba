// How fast two sides find each other, with how much memory, and how right they are: generated companies whose truth is known.
//
//     lockstep-match-bench [RECORDS] [--seed N] [--show]      prints its figures as a line of JSON; --show: also what is linked wrongly
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <map>
#include <random>
#include <set>
#include <string>

#include <fmt/format.h>

#include "sync/match.h"

namespace {

using lockstep::sync::Candidate;
using Random = std::mt19937_64;

template <std::size_t Size>
const char* pick(Random& random, const char* const (&list)[Size]) {
    return list[random() % Size];
}
bool chance(Random& random, unsigned percent) { return random() % 100 < percent; }

constexpr const char* starts[] = {"Ba",   "Ber", "Bran", "Cor", "Dal",  "Del",  "Eb", "Fal", "Fro", "Gar", "Hal", "Hoff",
                                  "Il",   "Jan", "Kar",  "Kel", "Lan",  "Lor",  "Ma", "Mer", "Mül", "Nor", "Ol",  "Pa",
                                  "Quel", "Ram", "Rö",   "Sal", "Schu", "Sten", "Ta", "Tor", "Ul",  "Val", "Wal", "Zan"};
constexpr const char* middles[] = {"a",  "be", "co", "den", "fel", "gen", "hei", "ka", "li", "man",
                                   "mi", "no", "ra", "ri",  "sen", "ter", "to",  "va", "we", "zi"};
constexpr const char* ends[] = {"bach", "berg", "burg", "dorf", "feld", "haus", "ier",   "ini",  "ko",  "ler",
                                "mann", "nel",  "o",    "os",   "rand", "sson", "ström", "thal", "vic", "wski"};
constexpr const char* trades[] = {"Logistik", "Bau",     "Elektro",  "Maschinenbau", "Solutions",  "Consulting", "Software",
                                  "Foods",    "Textil",  "Pharma",   "Energie",      "Automotive", "Metall",     "Druck",
                                  "Systems",  "Trading", "Services", "Medical",      "Holz",       "Chemie",     "Transport",
                                  "Design",   "Media",   "Technik",  "Group"};
/// Writings of one legal form each.
constexpr const char* forms[][4] = {{"GmbH", "Gesellschaft mbH", "G.m.b.H.", ""},
                                    {"GmbH & Co. KG", "GmbH & Co KG", "GmbH und Co. KG", "GmbH"},
                                    {"AG", "Aktiengesellschaft", "A.G.", ""},
                                    {"Ltd", "Limited", "Ltd.", ""},
                                    {"Inc.", "Incorporated", "Inc", ""},
                                    {"S.A.", "SA", "S. A.", ""},
                                    {"SARL", "S.à r.l.", "S.A.R.L.", ""},
                                    {"B.V.", "BV", "B. V.", ""},
                                    {"S.p.A.", "SpA", "S.P.A.", ""},
                                    {"AB", "Aktiebolag", "AB", ""}};
constexpr const char* cities[] = {"München", "Berlin", "Hamburg", "Köln",   "Stuttgart", "Leipzig", "Wien",   "Graz",    "Zürich", "Basel",
                                  "Paris",   "Lyon",   "Milano",  "Torino", "London",    "Leeds",   "Dublin", "Utrecht", "Gent",   "Malmö",
                                  "Oslo",    "Aarhus", "Turku",   "Porto",  "Sevilla",   "Kraków",  "Brno",   "Graz",    "Linz",   "Ulm"};
constexpr const char* endings[] = {"de", "com", "at", "co.uk", "fr", "nl", "it", "se", "io"};

/// A partner as it is; its records on either side vary from it.
struct Company {
    std::string name, domain, phone, city;
    std::size_t form;
};

std::string ascii_name(const std::string& name) {
    std::string out;
    for (char c : name) {
        if (static_cast<unsigned char>(c) < 0x80 && c != ' ') out += static_cast<char>(c | 0x20);
    }
    return out;
}

Company make_company(Random& random, unsigned number) {
    Company company;
    company.name = fmt::format("{}{}{}", pick(random, starts), pick(random, middles), pick(random, ends));
    if (chance(random, 30)) company.name += std::string("-") + pick(random, starts) + pick(random, ends);
    if (chance(random, 80)) company.name += std::string(" ") + pick(random, trades);
    company.form = random() % std::size(forms);
    if (chance(random, 70))
        company.domain = fmt::format("{}{}.{}", ascii_name(company.name), chance(random, 50) ? std::to_string(random() % 1000) : "",
                                     pick(random, endings));
    if (chance(random, 75)) company.phone = fmt::format("{} {:08}", 20 + random() % 70, 10000000 + random() % 89999999);
    company.city = pick(random, cities);
    // Crowds: one city, and one switchboard.
    if (number % 20 == 0) company.city = "Düsseldorf";
    if (number % 100 == 1) company.phone = "211 55443322";
    return company;
}

/// One letter swapped, dropped or doubled, as fingers do.
std::string mistyped(Random& random, std::string name) {
    std::size_t at = 1 + random() % (name.size() - 2);
    if (static_cast<unsigned char>(name[at]) >= 0x80 || static_cast<unsigned char>(name[at + 1]) >= 0x80) return name;
    switch (random() % 3) {
        case 0:
            std::swap(name[at], name[at + 1]);
            break;
        case 1:
            name.erase(at, 1);
            break;
        default:
            name.insert(at, 1, name[at]);
    }
    return name;
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    for (std::size_t at = 0; (at = text.find(what, at)) != text.npos; at += by.size()) text.replace(at, what.size(), by);
    return text;
}

/// A record of a company as somebody typed it.
Candidate record_of(Random& random, const Company& company, std::string id, bool careful) {
    Candidate record;
    record.id = std::move(id);
    record.name = company.name;
    unsigned change = careful ? 100 : static_cast<unsigned>(random() % 100);
    if (change < 12) record.name = mistyped(random, record.name);
    if (change >= 12 && change < 20) record.name = replaced(replaced(record.name, "ü", "ue"), "ö", "oe");
    if (change >= 20 && change < 28) record.name = replaced(record.name, "-", " ");
    std::string form = forms[company.form][careful ? 0 : random() % 4];
    record.name += form.empty() ? "" : " " + form;
    if (!careful && chance(random, 10))
        for (char& c : record.name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    if (!company.domain.empty() && chance(random, 75))
        record.website = (chance(random, 50) ? "https://www." : "http://") + company.domain + (chance(random, 30) ? "/" : "");
    if (chance(random, 2)) record.website = "https://www.facebook.com/";
    if (!company.phone.empty() && chance(random, 75)) record.phone = (chance(random, 50) ? "+49 (0)" : "0") + company.phone;
    if (chance(random, 85)) record.city = company.city;
    record.exact = {record.website, record.name};
    return record;
}

/// Both sides, and which pairs are the same partner.
struct World {
    std::vector<Candidate> left, right;
    std::set<std::pair<std::string, std::string>> truth;
};

World make_world(std::size_t records, std::uint64_t seed) {
    Random random(seed);
    World world;
    // 60 of 100 partners are on both sides, 20 on each one alone; 2 of 100 twice on one side.
    for (unsigned number = 0; world.left.size() < records || world.right.size() < records; ++number) {
        Company company = make_company(random, number);
        unsigned where = static_cast<unsigned>(random() % 100);
        std::vector<std::string> left, right;
        auto add = [&](std::vector<Candidate>& side, std::vector<std::string>& ids, const char* prefix) {
            if (side.size() == records) return;
            ids.push_back(fmt::format("{}{:07}", prefix, random() % 10000 * 1000 + side.size() % 1000) + std::to_string(side.size()));
            side.push_back(record_of(random, company, ids.back(), &side == &world.left));
        };
        if (where < 80) add(world.left, left, "001");
        if (where < 60 || where >= 80) add(world.right, right, "49");
        if (where < 2) add(world.left, left, "001");
        if (where >= 58 && where < 60) add(world.right, right, "49");
        for (const auto& l : left) {
            for (const auto& r : right) world.truth.emplace(l, r);
        }
    }
    return world;
}

double megabytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

double share(std::size_t part, std::size_t whole) {
    return whole == 0 ? 100 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

void measure(World world, bool show) {
    std::size_t lefts = world.left.size(), rights = world.right.size();
    double before = megabytes();
    auto began = std::chrono::steady_clock::now();
    auto result = lockstep::sync::match(std::move(world.left), std::move(world.right),
                                        {{"Website", lockstep::sync::KeyForm::website}, {"Name", lockstep::sync::KeyForm::text}});
    double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    double after = megabytes();

    std::size_t right_links = 0, firsts = 0, right_firsts = 0;
    std::set<std::pair<std::string, std::string>> found;
    for (const auto& link : result.linked) {
        right_links += world.truth.contains({link.left, link.right});
        found.emplace(link.left, link.right);
        if (show && !world.truth.contains({link.left, link.right}))
            fmt::print(stderr, "wrong: {} {} by {}\n", link.left, link.right, link.by);
    }
    int group = 0;
    for (const auto& proposal : result.proposals) {
        found.emplace(proposal.left, proposal.right);
        if (proposal.group == group) continue;
        group = proposal.group;
        ++firsts;
        right_firsts += world.truth.contains({proposal.left, proposal.right});
    }
    std::size_t right_found = 0;
    for (const auto& pair : world.truth) right_found += found.contains(pair);
    fmt::print(
        "{{\"left\":{},\"right\":{},\"seconds\":{:.2f},\"peak_mib\":{:.0f},\"before_mib\":{:.0f},\"truth\":{},\"linked\":{},\"wrong_"
        "links\":{},"
        "\"proposals\":{},\"groups\":{},\"right_firsts_percent\":{:.2f},\"linked_percent\":{:.2f},\"found_percent\":{:.2f},\"ambiguous\":{}"
        ","
        "\"left_only\":{},\"right_only\":{}}}\n",
        lefts, rights, seconds, after, before, world.truth.size(), result.linked.size(), result.linked.size() - right_links,
        result.proposals.size(), firsts, share(right_firsts, firsts), share(right_links, world.truth.size()),
        share(right_found, world.truth.size()), result.ambiguous.size(), result.left_only.size(), result.right_only.size());
}

}  // namespace

int main(int count, char** arguments) {
    std::size_t records = 100000;
    std::uint64_t seed = 1;
    bool show = false;
    for (int i = 1; i < count; ++i) {
        if (std::strcmp(arguments[i], "--seed") == 0 && i + 1 < count)
            seed = std::strtoull(arguments[++i], nullptr, 10);
        else if (std::strcmp(arguments[i], "--show") == 0)
            show = true;
        else
            records = std::strtoull(arguments[i], nullptr, 10);
    }
    if (records == 0) {
        std::fputs("lockstep-match-bench [RECORDS] [--seed N] [--show]\n", stderr);
        return 2;
    }
    measure(make_world(records, seed), show);
    return 0;
}
