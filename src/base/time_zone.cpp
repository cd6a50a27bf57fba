// The only file that knows the date library: local time by the system's tz database.

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "base/nearest.h"
#include "base/time.h"

namespace lockstep {
namespace {

namespace c = std::chrono;

std::optional<int> two_digits(std::string_view text) {
    if (text.size() != 2 || text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9') return std::nullopt;
    return (text[0] - '0') * 10 + (text[1] - '0');
}

/// `UTC`, `Z`, `+02:00`, `-09:30` or (as CEL allows) `02:00`, in seconds east of Greenwich.
std::optional<int> fixed_offset(std::string_view zone) {
    if (zone == "UTC" || zone == "Z") return 0;
    int sign = zone.starts_with('-') ? -1 : 1;
    if (zone.starts_with('-') || zone.starts_with('+')) zone.remove_prefix(1);
    if (zone.size() != 5 || zone[2] != ':') return std::nullopt;
    auto hours = two_digits(zone.substr(0, 2));
    auto minutes = two_digits(zone.substr(3, 2));
    if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    return sign * (*hours * 3600 + *minutes * 60);
}

Error unknown_zone(std::string_view zone) {
    std::vector<std::string> names;
    try {
        for (const auto& known : date::get_tzdb().zones) names.push_back(known.name());
    } catch (const std::exception& problem) {
        return {ErrorCode::time_invalid, fmt::format("time zones cannot be read: {}", problem.what())};
    }
    return {ErrorCode::time_invalid, fmt::format("no such time zone: {}{}", zone, did_you_mean(zone, names))};
}

Result<const date::time_zone*> find_zone(std::string_view zone) {
    try {
        return date::locate_zone(std::string(zone));
    } catch (const std::exception&) { return fail(unknown_zone(zone)); }
}

/// Seconds east of Greenwich at a point in time.
Result<std::int64_t> offset_at(std::int64_t seconds, std::string_view zone) {
    if (auto fixed = fixed_offset(zone)) return std::int64_t{*fixed};
    LS_TRY_ASSIGN(const auto* found, find_zone(zone));
    try {
        return std::int64_t{found->get_info(date::sys_seconds(c::seconds(seconds))).offset.count()};
    } catch (const std::exception&) { return fail(unknown_zone(zone)); }
}

CivilTime civil_of(std::int64_t local_seconds, std::int32_t nanos) {
    auto days = c::floor<c::days>(c::sys_seconds(c::seconds(local_seconds)));
    auto clock = static_cast<int>(local_seconds - c::seconds(days.time_since_epoch()).count());
    auto day_number = static_cast<int>(days.time_since_epoch().count());
    CivilTime civil;
    civil.date = add_days(Date{}, day_number);
    civil.hour = clock / 3600;
    civil.minute = clock / 60 % 60;
    civil.second = clock % 60;
    civil.nanos = nanos;
    civil.weekday = static_cast<int>(c::weekday(days).c_encoding());
    civil.day_of_year = static_cast<int>(day_number - days_from_epoch({civil.date.year, 1, 1}));
    return civil;
}

}  // namespace

Result<CivilTime> to_civil(Timestamp time, std::string_view zone) {
    LS_TRY_ASSIGN(auto offset, offset_at(time.seconds, zone));
    return civil_of(time.seconds + offset, time.nanos);
}

Result<Instants> instants_of(Date date, int hour, int minute, int second, std::string_view zone) {
    auto local = days_from_epoch(date) * 86'400 + hour * 3600 + minute * 60 + second;
    if (auto fixed = fixed_offset(zone)) return Instants{{local - *fixed, 0}, {local - *fixed, 0}};
    LS_TRY_ASSIGN(const auto* found, find_zone(zone));
    try {
        auto info = found->get_info(date::local_seconds(c::seconds(local)));
        if (info.result == date::local_info::nonexistent) {
            Timestamp change{info.first.end.time_since_epoch().count(), 0};
            return Instants{change, change};
        }
        const auto& later = info.result == date::local_info::ambiguous ? info.second : info.first;
        return Instants{{local - info.first.offset.count(), 0}, {local - later.offset.count(), 0}};
    } catch (const std::exception&) { return fail(unknown_zone(zone)); }
}

Result<Timestamp> from_civil(Date date, int hour, int minute, int second, std::string_view zone) {
    LS_TRY_ASSIGN(auto instants, instants_of(date, hour, minute, second, zone));
    return instants.first;
}

Result<Date> date_in(Timestamp time, std::string_view zone) {
    LS_TRY_ASSIGN(auto civil, to_civil(time, zone));
    return civil.date;
}

}  // namespace lockstep
