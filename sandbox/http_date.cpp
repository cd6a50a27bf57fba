#include "sandbox/http_date.h"

#include <fmt/format.h>

namespace lockstep::sandbox {
namespace {

constexpr std::string_view day_names[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::string_view month_names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

}  // namespace

std::string http_date(Timestamp time) {
    auto civil = to_civil(time, "UTC");
    if (!civil) return {};
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", day_names[civil->weekday], civil->date.day,
                       month_names[civil->date.month - 1], civil->date.year, civil->hour, civil->minute, civil->second);
}

Result<Timestamp> parse_http_date(std::string_view text) {
    // `Sun, 22 Nov 2026 05:16:44 GMT` always has 29 characters.
    if (text.size() != 29 || !text.ends_with(" GMT")) return fail(ErrorCode::time_invalid, "not an HTTP date: " + std::string(text));
    for (std::size_t month = 0; month < 12; ++month)
        if (text.substr(8, 3) == month_names[month])
            return parse_timestamp(fmt::format("{}-{:02}-{}T{}Z", text.substr(12, 4), month + 1, text.substr(5, 2), text.substr(17, 8)));
    return fail(ErrorCode::time_invalid, "not an HTTP date: " + std::string(text));
}

}  // namespace lockstep::sandbox
