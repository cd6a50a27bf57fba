#include "connectors/sap/odata_time.h"

#include <charconv>

namespace lockstep::connectors::sap {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t day_s = 86'400;
constexpr std::int64_t year_1_ms = -62'135'596'800'000;
constexpr std::int64_t year_9999_ms = 253'402'300'799'999;

std::optional<Timestamp> text_to_time(const std::string& text) {
    if (Result<Date> date = parse_date(text)) return Timestamp{.seconds = days_from_epoch(*date) * day_s};
    if (Result<Timestamp> time = parse_timestamp(text)) return *time;
    if (Result<Timestamp> time = parse_timestamp(text + "Z")) return *time;
    std::optional<Value> date = read_date(text);
    return date ? to_time(*date) : std::nullopt;
}

std::string two_digits(std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }

}  // namespace

std::optional<Timestamp> to_time(const Value& value) {
    if (value.kind() == Value::Kind::timestamp) return value.as_timestamp();
    if (value.kind() == Value::Kind::date) return Timestamp{.seconds = days_from_epoch(value.as_date()) * day_s};
    return value.is_string() ? text_to_time(value.as_string()) : std::nullopt;
}

std::string iso_without_zone(Timestamp time) {
    std::string text = format_timestamp(time);
    if (text.ends_with('Z')) text.pop_back();
    return text;
}

std::string write_date(Timestamp time, bool offset) { return "/Date(" + std::to_string(time.ms()) + (offset ? "+0000" : "") + ")/"; }

// The number is UTC in both forms; the offset only says in which zone it was entered.
// Source: OData V2 JSON format, "Primitive Types".
std::optional<Value> read_date(std::string_view text) {
    if (!text.starts_with("/Date(") || !text.ends_with(")/")) return std::nullopt;
    std::string_view inside = text.substr(6, text.size() - 8);
    std::int64_t ms = 0;
    auto [end, error] = std::from_chars(inside.data(), inside.data() + inside.size(), ms);
    if (error != std::errc() || ms < year_1_ms || ms > year_9999_ms) return std::nullopt;
    std::string_view offset(end, static_cast<std::size_t>(inside.data() + inside.size() - end));
    bool offset_ok = offset.empty() || (offset.size() == 5 && (offset[0] == '+' || offset[0] == '-') &&
                                        offset.find_first_not_of("0123456789", 1) == std::string_view::npos);
    if (!offset_ok) return std::nullopt;
    if (!offset.empty() || ms % day_ms != 0) return Value(Timestamp::from_ms(ms));
    return Value(add_days(Date{}, static_cast<int>(ms / day_ms)));
}

std::optional<std::string> to_edm_time(const Value& value) {
    if (value.is_string() && value.as_string().starts_with("PT") &&
        value.as_string().find_first_not_of("0123456789HMS.", 2) == std::string::npos)
        return value.as_string();
    if (value.kind() != Value::Kind::duration) return std::nullopt;
    Duration time = value.as_duration();
    if (time.seconds < 0 || time.seconds >= day_s || time.nanos != 0) return std::nullopt;
    return "PT" + two_digits(time.seconds / 3600) + "H" + two_digits(time.seconds / 60 % 60) + "M" + two_digits(time.seconds % 60) + "S";
}

}  // namespace lockstep::connectors::sap
