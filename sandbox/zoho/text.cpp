#include "sandbox/zoho/text.h"

#include <algorithm>
#include <cctype>
#include <chrono>

#include <fmt/format.h>

namespace lockstep::sandbox::zoho {

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(c < 128 ? std::tolower(c) : c); });
    return out;
}

bool contains_ignoring_case(std::string_view text, std::string_view part) { return lower(text).find(lower(part)) != std::string::npos; }

/// One `@`, something before it, a dotted name behind it, no blanks or commas.
bool looks_like_email(std::string_view text) {
    const std::size_t at = text.find('@');
    if (at == std::string_view::npos || at == 0 || text.find('@', at + 1) != std::string_view::npos) return false;
    if (text.find_first_of(" ,;<>\"\t\r\n") != std::string_view::npos) return false;
    const std::string_view host = text.substr(at + 1);
    return host.find('.') != std::string_view::npos && !host.starts_with('.') && !host.ends_with('.') &&
           host.find("..") == std::string_view::npos;
}

namespace {

std::int64_t berlin_offset_s(Timestamp time) {
    auto local = to_civil(time, "Europe/Berlin");
    if (!local) return 0;
    auto as_utc = from_civil(local->date, local->hour, local->minute, local->second, "UTC");
    return as_utc ? as_utc->seconds - time.seconds : 0;
}

constexpr std::int64_t floor_to(std::int64_t value, std::int64_t unit) { return value - ((value % unit) + unit) % unit; }

/// The offset changes on the hour only, so it is looked up once an hour and not for every row of a list.
std::int64_t offset_s(Timestamp time) {
    struct Hour {
        std::int64_t start_s = -1, offset_s = 0;
    };
    thread_local Hour known;
    const std::int64_t start_s = floor_to(time.seconds, 3600);
    if (known.start_s != start_s) known = {start_s, berlin_offset_s(time)};
    return known.offset_s;
}

Date date_of_day(std::int64_t days) {
    const std::chrono::year_month_day day{std::chrono::sys_days{std::chrono::days{days}}};
    return {static_cast<int>(day.year()), static_cast<std::uint8_t>(static_cast<unsigned>(day.month())),
            static_cast<std::uint8_t>(static_cast<unsigned>(day.day()))};
}

}  // namespace

Date date_in_berlin(Timestamp time) { return date_of_day(floor_to(time.seconds + offset_s(time), 86'400) / 86'400); }

std::string zoho_time(Timestamp time) {
    const std::int64_t offset = offset_s(time), local = time.seconds + offset;
    const std::int64_t second = local - floor_to(local, 86'400);
    const Date day = date_of_day(floor_to(local, 86'400) / 86'400);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}+{:02}{:02}", day.year, day.month, day.day, second / 3600, second / 60 % 60,
                       second % 60, offset / 3600, offset / 60 % 60);
}

}  // namespace lockstep::sandbox::zoho
