#include "connector/retry_after.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace lockstep::connector {
namespace {

constexpr std::int64_t seconds_max = 24 * 60 * 60;

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    for (std::size_t at = 0; (at = text.find_first_not_of(" ,-", at)) != std::string_view::npos;) {
        const std::size_t end = std::min(text.find_first_of(" ,-", at), text.size());
        words.push_back(text.substr(at, end - at));
        at = end;
    }
    return words;
}

std::optional<int> number(std::string_view text) {
    int value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
    return value;
}

/// 1 … 12; none for what is no month.
std::optional<int> month_of(std::string_view name) {
    constexpr std::array<std::string_view, 12> names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto at = std::find(names.begin(), names.end(), name);
    if (at == names.end()) return std::nullopt;
    return static_cast<int>(at - names.begin()) + 1;
}

/// Of two digits, the year that is not more than 50 years ahead. Source: RFC 9110, 5.6.7.
int full_year(std::string_view text, int year, Timestamp now) {
    if (text.size() > 2) return year;
    const std::string today = format_timestamp(Timestamp{now.seconds, 0});
    const int this_year = number(std::string_view(today).substr(0, 4)).value_or(2000);
    const int in_century = this_year / 100 * 100 + year;
    return in_century > this_year + 50 ? in_century - 100 : in_century;
}

}  // namespace

Result<Timestamp> parse_http_date(std::string_view text, Timestamp now) {
    // Sun, 06 Nov 1994 08:49:37 GMT | Sunday, 06-Nov-94 08:49:37 GMT | Sun Nov  6 08:49:37 1994
    const std::vector<std::string_view> words = words_of(text);
    const auto none = [&] { return fail(ErrorCode::time_invalid, "not an HTTP date: " + std::string(text.substr(0, 40))); };
    const bool old = words.size() == 5;
    if (!old && (words.size() != 6 || words[5] != "GMT")) return none();
    const std::string_view day = old ? words[2] : words[1], month = old ? words[1] : words[2], year = old ? words[4] : words[3];
    const std::string_view time = old ? words[3] : words[4];
    const std::optional<int> days = number(day), months = month_of(month), years = number(year);
    if (!days || !months || !years || time.size() != 8) return none();
    Result<Timestamp> read = parse_timestamp(fmt::format("{:04}-{:02}-{:02}T{}Z", full_year(year, *years, now), *months, *days, time));
    if (!read) return none();
    return read;
}

std::optional<std::int64_t> retry_after_ms(const net::Response& response) {
    std::optional<std::string_view> text = response.headers.get("Retry-After");
    if (!text) return std::nullopt;
    std::int64_t seconds = 0;
    auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
    if (error == std::errc::result_out_of_range)
        seconds = seconds_max;
    else if (error != std::errc() || end != text->data() + text->size())
        return std::nullopt;
    return std::clamp<std::int64_t>(seconds, 0, seconds_max) * 1000;
}

std::optional<std::int64_t> retry_after_date_ms(const net::Response& response, Timestamp now) {
    std::optional<std::string_view> text = response.headers.get("Retry-After");
    if (!text) return std::nullopt;
    Result<Timestamp> until = parse_http_date(*text, now);
    if (!until) return std::nullopt;
    return std::clamp<std::int64_t>(until->ms() - now.ms(), 1000, seconds_max * 1000);
}

}  // namespace lockstep::connector
