#include "base/time.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <optional>

namespace lockstep {
namespace {

constexpr std::int64_t nanos_per_second = 1'000'000'000;
constexpr std::int64_t seconds_per_day = 86'400;
/// The span that RFC 3339 can write: 0001-01-01T00:00:00Z … 9999-12-31T23:59:59Z.
constexpr std::int64_t seconds_min = -62'135'596'800;
constexpr std::int64_t seconds_max = 253'402'300'799;
/// The span of a protobuf Duration, which CEL takes over: 10 000 years.
constexpr std::int64_t duration_seconds_max = 315'576'000'000;

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// Reads a text from left to right; every step says whether it matched.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    bool at_end() const { return rest_.empty(); }
    char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
    bool take(char wanted) {
        if (peek() != wanted || rest_.empty()) return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool take_text(std::string_view wanted) {
        if (!rest_.starts_with(wanted)) return false;
        rest_.remove_prefix(wanted.size());
        return true;
    }
    /// Exactly `count` digits.
    std::optional<int> digits(std::size_t count) {
        if (rest_.size() < count) return std::nullopt;
        int value = 0;
        for (char c : rest_.substr(0, count)) {
            if (c < '0' || c > '9') return std::nullopt;
            value = value * 10 + (c - '0');
        }
        rest_.remove_prefix(count);
        return value;
    }
    /// All digits that follow, none too.
    std::string_view digit_run() {
        std::size_t count = 0;
        while (count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9') ++count;
        auto run = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return run;
    }

private:
    std::string_view rest_;
};

bool is_calendar_day(int year, int month, int day) {
    namespace c = std::chrono;
    return year >= 1 && c::year_month_day(c::year(year), c::month(static_cast<unsigned>(month)), c::day(static_cast<unsigned>(day))).ok();
}

std::optional<Date> read_date(Reader& reader) {
    auto year = reader.digits(4);
    if (!year || !reader.take('-')) return std::nullopt;
    auto month = reader.digits(2);
    if (!month || !reader.take('-')) return std::nullopt;
    auto day = reader.digits(2);
    if (!day || !is_calendar_day(*year, *month, *day)) return std::nullopt;
    return Date{*year, static_cast<std::uint8_t>(*month), static_cast<std::uint8_t>(*day)};
}

/// `10:00:00` as seconds of the day.
std::optional<int> read_clock(Reader& reader) {
    auto hour = reader.digits(2);
    if (!hour || !reader.take(':')) return std::nullopt;
    auto minute = reader.digits(2);
    if (!minute || !reader.take(':')) return std::nullopt;
    auto second = reader.digits(2);
    if (!second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
    return *hour * 3600 + *minute * 60 + *second;
}

/// `.123` as nanoseconds; nothing is zero.
std::optional<std::int32_t> read_fraction(Reader& reader) {
    if (!reader.take('.')) return 0;
    auto run = reader.digit_run();
    if (run.empty() || run.size() > 9) return std::nullopt;
    std::int32_t nanos = 0;
    for (std::size_t i = 0; i < 9; ++i) nanos = nanos * 10 + (i < run.size() ? run[i] - '0' : 0);
    return nanos;
}

/// `Z`, `+02:00` or `+0200` as seconds east of Greenwich.
std::optional<int> read_offset(Reader& reader) {
    if (reader.take('Z') || reader.take('z')) return 0;
    int sign = reader.peek() == '-' ? -1 : 1;
    if (!reader.take('+') && !reader.take('-')) return std::nullopt;
    auto hours = reader.digits(2);
    reader.take(':');
    auto minutes = reader.digits(2);
    if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    return sign * (*hours * 3600 + *minutes * 60);
}

std::optional<Timestamp> read_timestamp(Reader& reader) {
    auto date = read_date(reader);
    if (!date || !(reader.take('T') || reader.take('t') || reader.take(' '))) return std::nullopt;
    auto clock = read_clock(reader);
    if (!clock) return std::nullopt;
    auto nanos = read_fraction(reader);
    if (!nanos) return std::nullopt;
    auto offset = read_offset(reader);
    if (!offset || !reader.at_end()) return std::nullopt;
    Timestamp time{days_from_epoch(*date) * seconds_per_day + *clock - *offset, *nanos};
    if (time.seconds < seconds_min || time.seconds > seconds_max) return std::nullopt;
    return time;
}

/// `.500`, `.500000`, or nothing for 0: 0, 3, 6 or 9 digits.
std::string fraction_text(std::int32_t nanos) {
    if (nanos == 0) return "";
    if (nanos % 1'000'000 == 0) return fmt::format(".{:03}", nanos / 1'000'000);
    if (nanos % 1'000 == 0) return fmt::format(".{:06}", nanos / 1'000);
    return fmt::format(".{:09}", nanos);
}

struct Unit {
    std::string_view name;
    std::int64_t nanos;
};
/// Longer names first, so that `ms` is not read as `m`.
constexpr std::array<Unit, 8> duration_units = {{{"ns", 1},
                                                 {"us", 1'000},
                                                 {"\u00b5s", 1'000},
                                                 {"\u03bcs", 1'000},
                                                 {"ms", 1'000'000},
                                                 {"s", nanos_per_second},
                                                 {"m", 60 * nanos_per_second},
                                                 {"h", 3600 * nanos_per_second}}};

std::optional<std::int64_t> read_unit(Reader& reader) {
    for (const auto& unit : duration_units) {
        if (reader.take_text(unit.name)) return unit.nanos;
    }
    return std::nullopt;
}

/// One `1.5h` as nanoseconds. No duration that fits has more than 21 digits before its point, in any unit.
std::optional<__int128> read_duration_part(Reader& reader) {
    auto whole = reader.digit_run();
    std::string_view fraction;
    if (reader.take('.')) fraction = reader.digit_run();
    auto unit = read_unit(reader);
    if ((whole.empty() && fraction.empty()) || whole.size() > 21 || !unit) return std::nullopt;
    __int128 nanos = 0;
    for (char c : whole) nanos = nanos * 10 + (c - '0');
    nanos *= *unit;
    std::int64_t place = *unit;
    for (char c : fraction) {
        place /= 10;
        nanos += place * (c - '0');
    }
    return nanos;
}

/// All parts of a duration without its sign, as nanoseconds. A bare 0 needs no unit.
std::optional<__int128> read_duration(Reader& reader) {
    if (reader.at_end()) return std::nullopt;
    if (Reader bare = reader; bare.take('0') && bare.at_end()) return 0;
    __int128 nanos = 0;
    while (!reader.at_end()) {
        auto part = read_duration_part(reader);
        if (!part) return std::nullopt;
        nanos += *part;
        if (nanos > static_cast<__int128>(duration_seconds_max) * nanos_per_second) return std::nullopt;
    }
    return nanos;
}

}  // namespace

Timestamp Timestamp::from_ms(std::int64_t ms) {
    auto seconds = floor_div(ms, 1000);
    return {seconds, static_cast<std::int32_t>((ms - seconds * 1000) * 1'000'000)};
}

std::int64_t Timestamp::ms() const { return seconds * 1000 + nanos / 1'000'000; }

Timestamp Timestamp::plus_ms(std::int64_t delta_ms) const {
    auto delta_s = floor_div(delta_ms, 1000);
    auto sum = nanos + (delta_ms - delta_s * 1000) * 1'000'000;
    return {seconds + delta_s + sum / nanos_per_second, static_cast<std::int32_t>(sum % nanos_per_second)};
}

Result<Timestamp> parse_timestamp(std::string_view text) {
    Reader reader(text);
    if (auto time = read_timestamp(reader)) return *time;
    return fail(ErrorCode::time_invalid, fmt::format("text is not a timestamp such as 2026-02-18T10:00:00Z: {}", text));
}

std::string format_timestamp(Timestamp time) {
    auto days = floor_div(time.seconds, seconds_per_day);
    auto clock = time.seconds - days * seconds_per_day;
    auto date = format_date(add_days(Date{}, static_cast<int>(days)));
    return fmt::format("{}T{:02}:{:02}:{:02}{}Z", date, clock / 3600, clock / 60 % 60, clock % 60, fraction_text(time.nanos));
}

Result<Date> parse_date(std::string_view text) {
    Reader reader(text);
    auto date = read_date(reader);
    if (date && reader.at_end()) return *date;
    return fail(ErrorCode::time_invalid, fmt::format("text is not a date such as 2026-02-18: {}", text));
}

std::string format_date(Date date) { return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day); }

Result<Duration> parse_duration(std::string_view text) {
    Reader reader(text);
    bool negative = reader.take('-');
    if (!negative) reader.take('+');
    auto nanos = read_duration(reader);
    if (!nanos) return fail(ErrorCode::time_invalid, fmt::format("text is not a duration such as 1h30m: {}", text));
    if (negative) nanos = -*nanos;
    return Duration{static_cast<std::int64_t>(*nanos / nanos_per_second), static_cast<std::int32_t>(*nanos % nanos_per_second)};
}

std::string format_duration(Duration duration) {
    bool negative = duration.seconds < 0 || duration.nanos < 0;
    return fmt::format("{}{}{}s", negative ? "-" : "", duration.seconds < 0 ? -duration.seconds : duration.seconds,
                       fraction_text(duration.nanos < 0 ? -duration.nanos : duration.nanos));
}

Date add_days(Date date, int days) {
    namespace c = std::chrono;
    c::year_month_day day(c::sys_days(c::days(days_from_epoch(date) + days)));
    return {static_cast<int>(day.year()), static_cast<std::uint8_t>(static_cast<unsigned>(day.month())),
            static_cast<std::uint8_t>(static_cast<unsigned>(day.day()))};
}

std::int64_t days_from_epoch(Date date) {
    namespace c = std::chrono;
    return c::sys_days(c::year(date.year) / c::month(date.month) / c::day(date.day)).time_since_epoch().count();
}

}  // namespace lockstep
