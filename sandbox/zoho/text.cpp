#include "sandbox/zoho/text.h"

#include <algorithm>
#include <cctype>
#include <cstdio>

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

std::string zoho_time(Timestamp time) {
    auto local = to_civil(time, "Europe/Berlin");
    if (!local) return format_timestamp(time);
    auto as_utc = from_civil(local->date, local->hour, local->minute, local->second, "UTC");
    const std::int64_t offset_minutes = as_utc ? (as_utc->seconds - time.seconds) / 60 : 0;
    char text[48];
    std::snprintf(text, sizeof text, "%sT%02d:%02d:%02d+%02d%02d", format_date(local->date).c_str(), local->hour, local->minute,
                  local->second, static_cast<int>(offset_minutes / 60), static_cast<int>(offset_minutes % 60));
    return text;
}

}  // namespace lockstep::sandbox::zoho
