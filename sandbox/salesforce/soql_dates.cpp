#include <array>

#include "sandbox/salesforce/soql_plan.h"

namespace lockstep::sandbox::salesforce::soql {
namespace {

Date first_of_month(Date day, int months_later) {
    int month = day.month - 1 + months_later + day.year * 12;
    return {month / 12, static_cast<std::uint8_t>(month % 12 + 1), 1};
}

Date first_of_week(Date day) {
    // 1970-01-01 was a Thursday; the week begins on Sunday.
    const std::int64_t weekday = ((days_from_epoch(day) + 4) % 7 + 7) % 7;
    return add_days(day, -static_cast<int>(weekday));
}

using Span = std::pair<Date, Date>;
Span days(Date today, int from, int to) { return {add_days(today, from), add_days(today, to)}; }
Span weeks(Date today, int from, int to) { return {add_days(first_of_week(today), 7 * from), add_days(first_of_week(today), 7 * to)}; }
Span months(Date today, int from, int to) { return {first_of_month(today, from), first_of_month(today, to)}; }
Span quarters(Date today, int from, int to) {
    const Date start = first_of_month(today, -((today.month - 1) % 3));
    return {first_of_month(start, 3 * from), first_of_month(start, 3 * to)};
}
Span years(Date today, int from, int to) { return {{today.year + from, 1, 1}, {today.year + to, 1, 1}}; }

using Unit = Span (*)(Date, int, int);
// `from` and `to` count units from the present one; a counted literal adds its number times `from_n` and `to_n`.
struct Row {
    std::string_view name;
    Unit unit;
    int from, to, from_n, to_n;
};
constexpr std::array<Row, 27> rows = {{
    {"YESTERDAY", days, -1, 0, 0, 0},       {"TODAY", days, 0, 1, 0, 0},
    {"TOMORROW", days, 1, 2, 0, 0},         {"LAST_WEEK", weeks, -1, 0, 0, 0},
    {"THIS_WEEK", weeks, 0, 1, 0, 0},       {"NEXT_WEEK", weeks, 1, 2, 0, 0},
    {"LAST_MONTH", months, -1, 0, 0, 0},    {"THIS_MONTH", months, 0, 1, 0, 0},
    {"NEXT_MONTH", months, 1, 2, 0, 0},     {"LAST_QUARTER", quarters, -1, 0, 0, 0},
    {"THIS_QUARTER", quarters, 0, 1, 0, 0}, {"NEXT_QUARTER", quarters, 1, 2, 0, 0},
    {"LAST_YEAR", years, -1, 0, 0, 0},      {"THIS_YEAR", years, 0, 1, 0, 0},
    {"NEXT_YEAR", years, 1, 2, 0, 0},       {"LAST_90_DAYS", days, -90, 1, 0, 0},
    {"NEXT_90_DAYS", days, 1, 91, 0, 0},    {"LAST_N_DAYS", days, 0, 1, -1, 0},
    {"NEXT_N_DAYS", days, 1, 1, 0, 1},      {"N_DAYS_AGO", days, 0, 1, -1, -1},
    {"LAST_N_WEEKS", weeks, 0, 0, -1, 0},   {"NEXT_N_WEEKS", weeks, 1, 1, 0, 1},
    {"LAST_N_MONTHS", months, 0, 0, -1, 0}, {"NEXT_N_MONTHS", months, 1, 1, 0, 1},
    {"N_MONTHS_AGO", months, 0, 1, -1, -1}, {"LAST_N_YEARS", years, 0, 0, -1, 0},
    {"NEXT_N_YEARS", years, 1, 1, 0, 1},
}};

}  // namespace

std::pair<Date, Date> date_range(std::string_view range, std::int64_t count, Date today) {
    const int n = static_cast<int>(std::min<std::int64_t>(count, 1000));
    for (const Row& row : rows)
        if (row.name == range) return row.unit(today, row.from + n * row.from_n, row.to + n * row.to_n);
    return days(today, 0, 1);
}

}  // namespace lockstep::sandbox::salesforce::soql
