#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"

namespace lockstep {

/// A schedule of five fields: minute, hour, day of month, month, day of week.
///
/// Takes lists, ranges, steps (`*/15`, `8-18/2`), names (`JAN`, `MON-FRI`), 0 and 7 for Sunday, and `@yearly`, `@monthly`,
/// `@weekly`, `@daily`, `@hourly`. If both days are restricted, either is enough; a day field that begins with `*` does
/// not restrict. Source: crontab(5) of Vixie cron.
///
/// Clock changes: a local time that is skipped fires at the change; a doubled one fires once, unless the hour field
/// begins with `*`: such a schedule means an interval, so it fires in both hours.
class Cron {
public:
    /// Errors: `cron_invalid`, naming the field; also for a schedule that never comes (30 February).
    static Result<Cron> parse(std::string_view expression);
    /// The first time strictly after `time`. Errors: `time_invalid` for an unknown zone.
    Result<Timestamp> next_after(Timestamp time, std::string_view zone) const;

private:
    Cron() = default;
    bool comes_on(Date date) const;
    bool comes_at_all() const;
    Result<Timestamp> first_on(Date date, int hour_from, Timestamp after, std::string_view zone) const;

    // One bit a value of the field.
    std::uint64_t minutes_ = 0, hours_ = 0, days_ = 0, months_ = 0, weekdays_ = 0;
    bool any_hour_ = false, any_day_ = false, any_weekday_ = false;
};

}  // namespace lockstep
