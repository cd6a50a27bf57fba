// Lockstep's own functions on days: date texts (`2026-02-18`) are what the vendors take.
#include "expr/evaluation.h"
#include "expr/functions/families.h"

namespace lockstep::expr::functions {
namespace {

/// Dates stay within the years 1 to 9999, and nothing adds more days than lie between them.
constexpr std::int64_t days_added_max = 3'652'058;

Result<Value> now(const Call& call) { return Value(call.evaluation.now()); }

Result<Value> day_text(Timestamp time, const std::string& zone) {
    return date_in(time, zone).transform([](Date date) { return Value(format_date(date)); });
}

Result<Value> today(const Call& call) { return day_text(call.evaluation.now(), call[0].as_string()); }
Result<Value> date(const Call& call) { return day_text(call[0].as_timestamp(), call[1].as_string()); }

Result<Date> plus_days(Date date, std::int64_t days) {
    const bool possible = days >= -days_added_max && days <= days_added_max;
    const std::int64_t from_year_1 = days_from_epoch(date) - days_from_epoch({1, 1, 1}) + (possible ? days : 0);
    if (!possible || from_year_1 < 0 || from_year_1 > days_added_max) {
        return failed("the date is outside the years 1 to 9999: " + format_date(date) + " and " + std::to_string(days) + " days");
    }
    return add_days(date, static_cast<int>(days));
}

Result<Value> add_days_to_text(const Call& call) {
    LS_TRY_ASSIGN(const Date start, parse_date(call[0].as_string()));
    return plus_days(start, call[1].as_int()).transform([](Date date) { return Value(format_date(date)); });
}
Result<Value> add_days_to_date(const Call& call) {
    return plus_days(call[0].as_date(), call[1].as_int()).transform([](Date date) { return Value(date); });
}

Result<Value> epoch_ms(const Call& call) { return Value(call[0].as_timestamp().ms()); }

}  // namespace

std::vector<Function> dates() {
    return {
        {.name = "addDays",
         .style = Style::both,
         .signature = "addDays(date, int) -> date",
         .summary = "The day so many days later (or earlier), as text if given as text.",
         .examples = {{"addDays('2026-02-18', 14)", "'2026-03-04'"}, {"addDays('2026-03-01', -1)", "'2026-02-28'"}},
         .overloads = {{{Type::string, Type::integer}, add_days_to_text}, {{Type::date, Type::integer}, add_days_to_date}}},
        {.name = "date",
         .signature = "date(timestamp, string zone) -> string",
         .summary = "The calendar day of a point in time in a time zone, as `YYYY-MM-DD`.",
         .examples = {{"date(timestamp('2026-02-18T23:30:00Z'), 'Europe/Berlin')", "'2026-02-19'"}},
         .overloads = {{{Type::timestamp, Type::string}, date}}},
        {.name = "epochMs",
         .style = Style::both,
         .signature = "epochMs(timestamp) -> int",
         .summary = "Milliseconds since 1970.",
         .examples = {{"epochMs(timestamp('1970-01-01T00:00:01.5Z'))", "1500"}},
         .overloads = {{{Type::timestamp}, epoch_ms}}},
        {.name = "now",
         .signature = "now() -> timestamp",
         .summary = "The time of the run: the same in all its steps.",
         .examples = {{"now() == now()", "true"}},
         .overloads = {{{}, now}}},
        {.name = "today",
         .signature = "today(string zone) -> string",
         .summary = "The day of `now()` in a time zone, as `YYYY-MM-DD`.",
         .examples = {{"today('UTC') == date(now(), 'UTC')", "true"}},
         .overloads = {{{Type::string}, today}}},
    };
}

}  // namespace lockstep::expr::functions
