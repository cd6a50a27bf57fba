#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lockstep {

/// A point in time. Units: nanoseconds since 1970-01-01T00:00:00Z split into seconds and nanos, years 1 to 9999.
struct Timestamp {
    std::int64_t seconds = 0;
    std::int32_t nanos = 0;  ///< 0 … 999 999 999

    static Timestamp from_ms(std::int64_t ms);
    std::int64_t ms() const;  ///< rounds down
    Timestamp plus_ms(std::int64_t delta_ms) const;
    auto operator<=>(const Timestamp&) const = default;
};

/// A length of time, signed. Seconds and nanos have the same sign.
struct Duration {
    std::int64_t seconds = 0;
    std::int32_t nanos = 0;
    auto operator<=>(const Duration&) const = default;
};

/// A calendar day without a time zone (invoice dates, close dates).
struct Date {
    std::int32_t year = 1970;
    std::uint8_t month = 1;
    std::uint8_t day = 1;
    auto operator<=>(const Date&) const = default;
};

/// Reads RFC 3339, and the vendors' forms `…+0000` (no colon) and `…Z` with 0 to 9 fractional digits.
/// Errors: `time_invalid`.
Result<Timestamp> parse_timestamp(std::string_view text);
/// Writes RFC 3339 in UTC with as many fractional digits (0, 3, 6 or 9) as needed: `2026-02-18T10:00:00Z`.
std::string format_timestamp(Timestamp time);
/// Reads `2026-02-18`. Errors: `time_invalid` (days that do not exist too).
Result<Date> parse_date(std::string_view text);
std::string format_date(Date date);
/// Reads Go/CEL durations: `1h30m`, `2.5s`, `-15ms`. Errors: `time_invalid`.
Result<Duration> parse_duration(std::string_view text);
/// Writes as CEL's string(duration) does: `5400s`, `2.500s`.
std::string format_duration(Duration duration);

/// Broken-down local time in a zone.
struct CivilTime {
    Date date;
    int hour = 0, minute = 0, second = 0, nanos = 0;
    int weekday = 0;      ///< 0 = Sunday
    int day_of_year = 0;  ///< 0 = 1 January
};
/// Converts to local time. `zone` is an IANA name (`Europe/Berlin`), `UTC`, or a fixed offset (`+02:00`, `-09:30`).
/// Errors: `time_invalid` for an unknown zone, naming it.
Result<CivilTime> to_civil(Timestamp time, std::string_view zone);
/// Converts local time to a point in time. A local time skipped by a clock change maps to the instant of the change,
/// a doubled one to its first occurrence. Errors: `time_invalid` for an unknown zone.
Result<Timestamp> from_civil(Date date, int hour, int minute, int second, std::string_view zone);
/// The points in time that a local time names: two where a clock change doubles it, otherwise twice the same.
struct Instants {
    Timestamp first;
    Timestamp last;
};
/// As `from_civil`, but tells of both. Errors: as `from_civil`.
Result<Instants> instants_of(Date date, int hour, int minute, int second, std::string_view zone);
/// Returns the calendar day in the zone. Errors: as `to_civil`.
Result<Date> date_in(Timestamp time, std::string_view zone);
Date add_days(Date date, int days);
std::int64_t days_from_epoch(Date date);

}  // namespace lockstep
