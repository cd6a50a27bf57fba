// The parts of timestamps (in UTC or a zone) and durations.
#include "expr/evaluation.h"
#include "expr/functions/families.h"

namespace lockstep::expr::functions {
namespace {

std::int64_t year(const CivilTime& t) { return t.date.year; }
std::int64_t month(const CivilTime& t) { return t.date.month - 1; }
std::int64_t day_of_month(const CivilTime& t) { return t.date.day - 1; }
std::int64_t day(const CivilTime& t) { return t.date.day; }
std::int64_t day_of_week(const CivilTime& t) { return t.weekday; }
std::int64_t day_of_year(const CivilTime& t) { return t.day_of_year; }
std::int64_t hours(const CivilTime& t) { return t.hour; }
std::int64_t minutes(const CivilTime& t) { return t.minute; }
std::int64_t seconds(const CivilTime& t) { return t.second; }
std::int64_t milliseconds(const CivilTime& t) { return t.nanos / 1'000'000; }

template <std::int64_t (*part)(const CivilTime&)>
Result<Value> of_timestamp(const Call& call) {
    const std::string zone = call.size() > 1 ? call[1].as_string() : "UTC";
    return to_civil(call[0].as_timestamp(), zone).transform([](const CivilTime& time) { return Value(part(time)); });
}

template <std::int64_t seconds_each>
Result<Value> of_duration(const Call& call) {
    return Value(call[0].as_duration().seconds / seconds_each);
}
/// The milliseconds of the last second, as CEL has it; not the whole duration.
Result<Value> duration_milliseconds(const Call& call) { return Value(static_cast<std::int64_t>(call[0].as_duration().nanos / 1'000'000)); }

template <std::int64_t (*part)(const CivilTime&)>
Function accessor(std::string name, std::string summary, std::string example, std::string result) {
    Function function{
        .name = name, .style = Style::member, .signature = "timestamp." + name + "([string zone]) -> int", .summary = std::move(summary)};
    function.examples = {{"timestamp('2009-02-13T23:31:30.123Z')." + name + "(" + example + ")", std::move(result)}};
    function.overloads = {{{Type::timestamp}, of_timestamp<part>}, {{Type::timestamp, Type::string}, of_timestamp<part>}};
    return function;
}

Function with_duration(Function function, Code code) {
    function.overloads.push_back({{Type::duration}, code});
    return function;
}

}  // namespace

std::vector<Function> timestamps() {
    return {
        accessor<day>("getDate", "The day of the month, from 1.", "'Australia/Sydney'", "14"),
        accessor<day_of_month>("getDayOfMonth", "The day of the month, from 0 (see `getDate`).", "", "12"),
        accessor<day_of_week>("getDayOfWeek", "The day of the week; Sunday is 0.", "", "5"),
        accessor<day_of_year>("getDayOfYear", "The day of the year, from 0.", "", "43"),
        accessor<year>("getFullYear", "The year.", "", "2009"),
        accessor<month>("getMonth", "The month, from 0.", "", "1"),
        with_duration(accessor<hours>("getHours", "The hour; of a duration all its hours.", "'+02:00'", "1"), of_duration<3600>),
        with_duration(accessor<minutes>("getMinutes", "The minute; of a duration all its minutes.", "", "31"), of_duration<60>),
        with_duration(accessor<seconds>("getSeconds", "The second; of a duration all its seconds.", "", "30"), of_duration<1>),
        with_duration(accessor<milliseconds>("getMilliseconds", "The milliseconds of the second.", "", "123"), duration_milliseconds),
    };
}

}  // namespace lockstep::expr::functions
