#include "base/cron.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <vector>

namespace lockstep {
namespace {

constexpr std::array<std::string_view, 12> month_names = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                          "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> weekday_names = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

struct FieldRules {
    std::string_view name;
    int least;
    int most;
    std::span<const std::string_view> names;  // the first stands for `least`
};
constexpr std::array<FieldRules, 5> field_rules = {{{"minute", 0, 59, {}},
                                                    {"hour", 0, 23, {}},
                                                    {"day of month", 1, 31, {}},
                                                    {"month", 1, 12, month_names},
                                                    {"day of week", 0, 7, weekday_names}}};

struct Nickname {
    std::string_view name;
    std::string_view fields;
};
constexpr std::array<Nickname, 7> nicknames = {{{"@yearly", "0 0 1 1 *"},
                                                {"@annually", "0 0 1 1 *"},
                                                {"@monthly", "0 0 1 * *"},
                                                {"@weekly", "0 0 * * 0"},
                                                {"@daily", "0 0 * * *"},
                                                {"@midnight", "0 0 * * *"},
                                                {"@hourly", "0 * * * *"}}};

/// The widest overlap of local times that a clock change has made, generously.
constexpr int overlap_hours_max = 3;
/// 29 February falls on a given weekday at least once in 40 years.
constexpr int search_days_max = 41 * 366;

bool has(std::uint64_t bits, int value) { return (bits >> value & 1) != 0; }

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return out;
}

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
    std::vector<std::string_view> parts;
    while (true) {
        auto end = std::min(text.find_first_of(separators), text.size());
        parts.push_back(text.substr(0, end));
        if (end == text.size()) return parts;
        text.remove_prefix(end + 1);
    }
}

std::vector<std::string_view> words_of(std::string_view text) {
    auto parts = split(text, " \t");
    std::erase_if(parts, [](std::string_view part) { return part.empty(); });
    return parts;
}

Unexpected invalid(std::string_view what, std::string_view text) {
    return fail(ErrorCode::cron_invalid, fmt::format("{}: {}", what, text));
}

std::optional<int> whole_number(std::string_view text) {
    int number = 0;
    auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    bool good = problem == std::errc{} && end == text.data() + text.size() && !text.starts_with('-');
    return good ? std::optional(number) : std::nullopt;
}

Result<int> field_value(std::string_view text, const FieldRules& rules) {
    auto named = std::find(rules.names.begin(), rules.names.end(), upper(text));
    if (named != rules.names.end()) return static_cast<int>(named - rules.names.begin()) + rules.least;
    auto number = whole_number(text);
    if (number && *number >= rules.least && *number <= rules.most) return *number;
    return invalid(fmt::format("{} is not one of {} to {}", rules.name, rules.least, rules.most), text);
}

struct Range {
    int from;
    int to;
};

/// `*`, `5` or `1-5`. `5/10` means from 5 on.
Result<Range> field_range(std::string_view text, const FieldRules& rules, bool stepped) {
    if (text == "*") return Range{rules.least, rules.most};
    auto ends = split(text, "-");
    if (ends.size() > 2) return invalid(fmt::format("{} is not a range", rules.name), text);
    LS_TRY_ASSIGN(auto from, field_value(ends.front(), rules));
    if (ends.size() == 1) return Range{from, stepped ? rules.most : from};
    LS_TRY_ASSIGN(auto to, field_value(ends.back(), rules));
    if (to == 0 && from > 0 && rules.most == 7) to = 7;  // FRI-SUN
    if (to < from) return invalid(fmt::format("{} range runs backwards", rules.name), text);
    return Range{from, to};
}

Result<std::uint64_t> element_bits(std::string_view text, const FieldRules& rules) {
    auto parts = split(text, "/");
    if (parts.size() > 2) return invalid(fmt::format("{} has more than one step", rules.name), text);
    LS_TRY_ASSIGN(auto range, field_range(parts.front(), rules, parts.size() == 2));
    auto step = parts.size() == 2 ? whole_number(parts.back()) : std::optional(1);
    if (!step || *step < 1) return invalid(fmt::format("{} has a step that is not a positive number", rules.name), text);
    std::uint64_t bits = 0;
    for (std::int64_t value = range.from; value <= range.to; value += *step) bits |= std::uint64_t{1} << value;
    return bits;
}

Result<std::uint64_t> field_bits(std::string_view text, const FieldRules& rules) {
    std::uint64_t bits = 0;
    for (auto element : split(text, ",")) {
        LS_TRY_ASSIGN(auto more, element_bits(element, rules));
        bits |= more;
    }
    return bits;
}

int weekday_of(Date date) { return static_cast<int>(((days_from_epoch(date) + 4) % 7 + 7) % 7); }  // 1970-01-01: Thursday

}  // namespace

Result<Cron> Cron::parse(std::string_view expression) {
    for (const auto& nickname : nicknames) {
        if (nickname.name == expression) return parse(nickname.fields);
    }
    auto fields = words_of(expression);
    if (fields.size() != field_rules.size()) {
        return invalid(fmt::format("schedule has {} fields instead of 5", fields.size()), expression);
    }
    Cron cron;
    std::array<std::uint64_t*, 5> targets = {&cron.minutes_, &cron.hours_, &cron.days_, &cron.months_, &cron.weekdays_};
    for (std::size_t i = 0; i < fields.size(); ++i) { LS_TRY_ASSIGN(*targets[i], field_bits(fields[i], field_rules[i])); }
    if (has(cron.weekdays_, 7)) cron.weekdays_ |= 1;
    cron.any_hour_ = fields[1].starts_with('*');
    cron.any_day_ = fields[2].starts_with('*');
    cron.any_weekday_ = fields[4].starts_with('*');
    if (!cron.comes_at_all()) return invalid("schedule names days that never come", expression);
    return cron;
}

bool Cron::comes_on(Date date) const {
    if (!has(months_, date.month)) return false;
    bool day = has(days_, date.day);
    bool weekday = has(weekdays_, weekday_of(date));
    return any_day_ || any_weekday_ ? day && weekday : day || weekday;
}

/// From 2000 on, 41 years have every combination of date and weekday.
bool Cron::comes_at_all() const {
    Date date{2000, 1, 1};
    for (int i = 0; i < search_days_max; ++i, date = add_days(date, 1)) {
        if (comes_on(date)) return true;
    }
    return false;
}

/// Local times of one day are in order except where a clock change doubles them, so the search goes on for as many
/// hours as a change can double. Returns `after` itself if the day has none.
Result<Timestamp> Cron::first_on(Date date, int hour_from, Timestamp after, std::string_view zone) const {
    std::optional<Timestamp> first;
    int hour_to = 23;
    for (int hour = hour_from; hour <= hour_to; ++hour) {
        if (!has(hours_, hour)) continue;
        for (int minute = 0; minute < 60; ++minute) {
            if (!has(minutes_, minute)) continue;
            LS_TRY_ASSIGN(auto instants, instants_of(date, hour, minute, 0, zone));
            for (auto instant : {instants.first, any_hour_ ? instants.last : instants.first}) {
                if (instant > after && (!first || instant < *first)) first = instant;
            }
        }
        if (first) hour_to = std::min(hour_to, hour + overlap_hours_max);
    }
    return first.value_or(after);
}

Result<Timestamp> Cron::next_after(Timestamp time, std::string_view zone) const {
    LS_TRY_ASSIGN(auto local, to_civil(time, zone));
    // A clock set back over midnight repeats the end of the day before.
    Date date = add_days(local.date, -1);
    int hour_from = 24 - overlap_hours_max;
    for (int i = 0; i < search_days_max; ++i) {
        if (comes_on(date)) {
            LS_TRY_ASSIGN(auto found, first_on(date, hour_from, time, zone));
            if (found > time) return found;
        }
        date = add_days(date, 1);
        hour_from = i == 0 ? std::max(0, local.hour - overlap_hours_max) : 0;
    }
    return fail(ErrorCode::internal, "schedule does not come within 41 years");
}

}  // namespace lockstep
