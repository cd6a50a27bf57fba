#include "sim/scenario.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace lockstep::sim {
namespace {

constexpr std::array<std::string_view, fault_kinds> fault_names = {
    "refused",   "reset",          "answer_lost", "late",        "slow",          "stuck",        "server_error", "server_error_after",
    "throttled", "throttled_bare", "locked",      "half_failed", "token_revoked", "session_lost", "malformed",    "truncated"};
constexpr std::array<std::string_view, 4> outage_names = {"refused", "reset", "unavailable", "silent"};
constexpr std::array<std::string_view, 3> crash_names = {"switch", "before_commit", "after_commit"};
constexpr std::array<std::string_view, 2> disk_names = {"failed", "full"};

template <class Names>
std::optional<std::size_t> index_of(const Names& names, std::string_view name) {
    auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - names.begin()));
}

template <class Number>
bool read(std::string_view text, Number& into) {
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    return error == std::errc() && end == text.data() + text.size();
}

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> parts;
    for (std::size_t from = 0; from <= text.size();) {
        std::size_t to = std::min(text.find(at, from), text.size());
        parts.push_back(text.substr(from, to - from));
        from = to + 1;
    }
    return parts;
}

/// One part of a scenario's text: how it is written (empty: as in the simplest one), read, and made smaller.
struct Field {
    std::string_view name;
    std::vector<std::string> (*write)(const Scenario&);
    bool (*read)(Scenario&, std::string_view);
    void (*shrink)(const Scenario&, std::vector<Scenario>&);
};

using Texts = std::vector<std::string>;

/// A number that is best at `least`.
template <auto get, std::int64_t least>
constexpr Field number(std::string_view name) {
    return {name,
            [](const Scenario& its) {
                static const Scenario simplest;
                auto value = *get(const_cast<Scenario*>(&its));
                return value == *get(const_cast<Scenario*>(&simplest)) ? Texts() : Texts{fmt::format("{}", value)};
            },
            [](Scenario& its, std::string_view text) { return read(text, *get(&its)); },
            [](const Scenario& its, std::vector<Scenario>& into) {
                auto value = static_cast<std::int64_t>(*get(const_cast<Scenario*>(&its)));
                for (std::int64_t less : {least, value / 2, value - 1})
                    if (less >= least && less < value && (into.empty() || static_cast<std::int64_t>(*get(&into.back())) != less)) {
                        into.push_back(its);
                        *get(&into.back()) = static_cast<std::remove_reference_t<decltype(*get(&into.back()))>>(less);
                    }
            }};
}

/// A number of which none is simpler than another.
template <auto get>
constexpr Field fixed(std::string_view name) {
    Field field = number<get, 0>(name);
    field.shrink = [](const Scenario&, std::vector<Scenario>&) {};
    return field;
}

template <auto list, auto write_one, auto read_one>
constexpr Field elements(std::string_view name) {
    return {name,
            [](const Scenario& its) {
                Texts texts;
                for (const auto& one : its.*list) texts.push_back(write_one(one));
                return texts;
            },
            [](Scenario& its, std::string_view text) {
                auto& one = (its.*list).emplace_back();
                return read_one(split(text, ':'), one);
            },
            [](const Scenario& its, std::vector<Scenario>& into) {
                for (std::size_t i = 0; i < (its.*list).size(); ++i) {
                    into.push_back(its);
                    auto& all = into.back().*list;
                    all.erase(all.begin() + static_cast<std::ptrdiff_t>(i));
                }
            }};
}

template <auto get>
constexpr Field flag(std::string_view name) {
    return {name, [](const Scenario& its) { return *get(const_cast<Scenario*>(&its)) ? Texts{"yes"} : Texts(); },
            [](Scenario& its, std::string_view text) {
                *get(&its) = true;
                return text == "yes";
            },
            [](const Scenario& its, std::vector<Scenario>& into) {
                if (!*get(const_cast<Scenario*>(&its))) return;
                into.push_back(its);
                *get(&into.back()) = false;
            }};
}

/// A flag that makes the scenario what it is.
template <auto get>
constexpr Field kept(std::string_view name) {
    Field field = flag<get>(name);
    field.shrink = [](const Scenario&, std::vector<Scenario>&) {};
    return field;
}

using Parts = std::vector<std::string_view>;

std::string write_outage(const Outage& its) {
    return fmt::format("{}:{}:{}:{}", its.connector, its.from_ms, its.for_ms, outage_names[static_cast<std::size_t>(its.how)]);
}
bool read_outage(const Parts& parts, Outage& into) {
    if (parts.size() != 4) return false;
    auto how = index_of(outage_names, parts[3]);
    if (!how || !read(parts[1], into.from_ms) || !read(parts[2], into.for_ms)) return false;
    into.connector = parts[0];
    into.how = static_cast<Outage::How>(*how);
    return true;
}
std::string write_jump(const ClockJump& its) { return fmt::format("{}:{}", its.at_ms, its.by_ms); }
bool read_jump(const Parts& parts, ClockJump& into) {
    return parts.size() == 2 && read(parts[0], into.at_ms) && read(parts[1], into.by_ms);
}
std::string write_disk(const DiskFault& its) { return fmt::format("{}:{}:{}", its.from_ms, its.for_ms, disk_names[its.full ? 1 : 0]); }
bool read_disk(const Parts& parts, DiskFault& into) {
    if (parts.size() != 3) return false;
    auto how = index_of(disk_names, parts[2]);
    into.full = how == 1u;
    return how && read(parts[0], into.from_ms) && read(parts[1], into.for_ms);
}
std::string write_crash(const Crash& its) { return fmt::format("{}:{}", crash_names[static_cast<std::size_t>(its.where)], its.number); }
bool read_crash(const Parts& parts, Crash& into) {
    if (parts.size() != 2) return false;
    auto where = index_of(crash_names, parts[0]);
    if (!where) return false;
    into.where = static_cast<Crash::Where>(*where);
    return read(parts[1], into.number);
}

const Field fields[] = {
    {"start", [](const Scenario& its) { return its.start == Scenario().start ? Texts() : Texts{its.start}; },
     [](Scenario& its, std::string_view text) {
         its.start = text;
         return parse_timestamp(text).has_value();
     },
     [](const Scenario& its, std::vector<Scenario>& into) {
         if (its.start == Scenario().start) return;
         into.push_back(its);
         into.back().start = Scenario().start;
     }},
    elements<&Scenario::crashes, write_crash, read_crash>("crash"),
    elements<&Scenario::outages, write_outage, read_outage>("outage"),
    elements<&Scenario::clock_jumps, write_jump, read_jump>("clock"),
    elements<&Scenario::disk_faults, write_disk, read_disk>("disk"),
    {"act",
     [](const Scenario& its) {
         Texts texts;
         for (const auto& act : its.plan.acts) texts.push_back(act.to_string());
         return texts;
     },
     [](Scenario& its, std::string_view text) {
         auto act = Act::parse(text);
         if (act) its.plan.acts.push_back(*act);
         return act.has_value();
     },
     [](const Scenario& its, std::vector<Scenario>& into) {
         for (std::size_t i = its.plan.acts.size(); i-- > 0;) {
             into.push_back(its);
             auto& acts = into.back().plan.acts;
             acts.erase(acts.begin() + static_cast<std::ptrdiff_t>(i));
         }
     }},
    number<[](Scenario* its) { return &its->plan.deals; }, 1>("deals"),
    number<[](Scenario* its) { return &its->plan.accounts; }, 1>("accounts"),
    number<[](Scenario* its) { return &its->plan.materials; }, 4>("materials"),
    fixed<[](Scenario* its) { return &its->plan.dice; }>("dice"),
    flag<[](Scenario* its) { return &its->plan.odd; }>("odd"),
    flag<[](Scenario* its) { return &its->plan.stock; }>("stock"),
    number<[](Scenario* its) { return &its->duplicate_triggers; }, 0>("duplicates"),
    number<[](Scenario* its) { return &its->late_ms; }, 0>("late_ms"),
    number<[](Scenario* its) { return &its->faults_ms; }, 0>("faults_ms"),
    number<[](Scenario* its) { return &its->zoho_calls_per_minute; }, 0>("zoho_calls_per_minute"),
    flag<[](Scenario* its) { return &its->own_minute; }>("own_minute"),
    number<[](Scenario* its) { return &its->zoho_at_once; }, 0>("zoho_at_once"),
    number<[](Scenario* its) { return &its->zoho_calls_per_day; }, 0>("zoho_calls_per_day"),
    number<[](Scenario* its) { return &its->salesforce_calls_per_day; }, 0>("salesforce_calls_per_day"),
    flag<[](Scenario* its) { return &its->vendors_tell; }>("vendors_tell"),
    kept<[](Scenario* its) { return &its->network_defects.resends_lost_writes; }>("defect.resends_lost_writes"),
    kept<[](Scenario* its) { return &its->payments_interleave; }>("defect.payments_interleave"),
    {"defect.settle_ms", [](const Scenario& its) { return its.settle_ms ? Texts{fmt::format("{}", *its.settle_ms)} : Texts(); },
     [](Scenario& its, std::string_view text) { return read(text, its.settle_ms.emplace()); },
     [](const Scenario&, std::vector<Scenario>&) {}},
};

constexpr std::string_view fault_prefix = "fault.";

bool read_part(Scenario& into, std::string_view name, std::string_view text) {
    if (name == "seed") return read(text, into.seed);
    if (name.starts_with(fault_prefix)) {
        auto kind = index_of(fault_names, name.substr(fault_prefix.size()));
        return kind && read(text, into.faults[*kind]);
    }
    for (const auto& field : fields)
        if (field.name == name) return field.read(into, text);
    return false;
}

}  // namespace

std::string_view to_string(FaultKind kind) { return fault_names.at(static_cast<std::size_t>(kind)); }

bool Scenario::has_faults() const {
    return std::any_of(faults.begin(), faults.end(), [](int of_a_thousand) { return of_a_thousand > 0; }) || !outages.empty() ||
           !disk_faults.empty();
}

std::int64_t Scenario::set_back_ms() const {
    std::int64_t all_ms = 0;
    for (const auto& jump : clock_jumps) all_ms += std::max<std::int64_t>(0, -jump.by_ms);
    return all_ms;
}

std::string Scenario::to_string() const {
    std::string text = fmt::format("seed={}", seed);
    for (const auto& field : fields)
        for (const auto& value : field.write(*this)) text += fmt::format(" {}={}", field.name, value);
    for (std::size_t i = 0; i < fault_kinds; ++i)
        if (faults[i] > 0) text += fmt::format(" {}{}={}", fault_prefix, fault_names[i], faults[i]);
    return text;
}

Result<Scenario> Scenario::parse(std::string_view text) {
    Scenario scenario;
    for (std::string_view part : split(text, ' ')) {
        if (part.empty()) continue;
        std::size_t at = part.find('=');
        if (at == std::string_view::npos || !read_part(scenario, part.substr(0, at), part.substr(at + 1)))
            return fail(ErrorCode::request_invalid, "no part of a scenario: " + std::string(part));
    }
    if (scenario.plan.accounts < 1 || scenario.plan.deals < 1)
        return fail(ErrorCode::request_invalid, "a scenario has an account and a deal at least");
    return scenario;
}

std::vector<Scenario> Scenario::smaller() const {
    std::vector<Scenario> all;
    for (std::size_t i = 0; i < fault_kinds; ++i)
        if (faults[i] > 0) {
            all.push_back(*this);
            all.back().faults[i] = 0;
        }
    for (const auto& field : fields) {
        std::vector<Scenario> its;
        field.shrink(*this, its);
        all.insert(all.end(), its.begin(), its.end());
    }
    return all;
}

}  // namespace lockstep::sim
