#include "connectors/salesforce/sync_version.h"

#include <fmt/format.h>

#include <array>

namespace lockstep::connectors::salesforce {
namespace {

// How a version begins; the rest is the tag or the time.
constexpr std::string_view by_tag = "etag ", by_time = "since ", too_fresh = "second ", unread = "unread";

/// So long it takes until a record that was just changed can be guarded: the second must be over on both ends of a call.
constexpr std::int64_t fresh_ms = 2'000;

Unexpected not_guarded(std::string why) {
    Error error{ErrorCode::precondition_failed, std::move(why)};
    error.retry_after_ms = fresh_ms;
    return fail(std::move(error));
}

}  // namespace

std::string version_of_tag(std::string_view etag) { return std::string(by_tag).append(etag); }

std::string version_of_time(Timestamp modified, std::int64_t read_at_ms) {
    const bool second_is_over = (modified.seconds + 1) * 1000 <= read_at_ms;
    return std::string(second_is_over ? by_time : too_fresh) + format_timestamp(Timestamp{modified.seconds, 0});
}

std::string version_of_unread() { return std::string(unread); }

Result<Map> guard_headers(std::string_view version) {
    if (version.empty()) return Map{};
    if (version.starts_with(by_tag)) return Map{{"If-Match", version.substr(by_tag.size())}};
    if (version.starts_with(too_fresh))
        return not_guarded("the record was changed in the second it was read and must be read again: " +
                           std::string(version.substr(too_fresh.size())));
    if (version == unread) return fail(ErrorCode::precondition_failed, "the record was written since it was read and must be read again");
    Result<Timestamp> time = parse_timestamp(version.starts_with(by_time) ? version.substr(by_time.size()) : std::string_view{});
    if (!time) return fail(ErrorCode::value_invalid, "not a version of a Salesforce record: " + std::string(version.substr(0, 60)));
    return Map{{"If-Unmodified-Since", http_date(*time)}};
}

std::string http_date(Timestamp time) {
    constexpr std::array<std::string_view, 7> days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    Result<CivilTime> civil = to_civil(time, "UTC");
    LS_ASSERT(civil);
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", days.at(static_cast<std::size_t>(civil->weekday)), civil->date.day,
                       months.at(civil->date.month - 1u), civil->date.year, civil->hour, civil->minute, civil->second);
}

}  // namespace lockstep::connectors::salesforce
