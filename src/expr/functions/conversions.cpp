// Conversions between kinds, named after the types they give.
#include <charconv>
#include <limits>

#include "expr/evaluation.h"
#include "expr/functions/families.h"
#include "expr/operators.h"
#include "value/encoding.h"

namespace lockstep::expr::functions {
namespace {

Unexpected no_conversion(const Value& value, std::string_view to) {
    return failed("cannot be read as " + std::string(to) + ": " + value.text());
}

Result<Value> identity(const Call& call) { return call[0]; }

/// Truncates towards zero. Nothing if the result does not fit T.
template <class T>
std::optional<T> truncated(const Decimal& decimal) {
    auto whole = decimal.rounded(0, Rounding::down);
    if (!whole) return std::nullopt;
    const Decimal number = whole->normalized();
    const __int128 value = number.coefficient();
    if (value < static_cast<__int128>(std::numeric_limits<T>::min()) || value > static_cast<__int128>(std::numeric_limits<T>::max())) {
        return std::nullopt;
    }
    return static_cast<T>(value);
}

template <class T>
std::optional<T> parsed(std::string_view text) {
    T value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

Result<Value> number_to_int(const Call& call) {
    const auto value = truncated<std::int64_t>(call[0].to_decimal());
    return value ? Result<Value>(Value(*value)) : no_conversion(call[0], "int");
}
Result<Value> text_to_int(const Call& call) {
    const auto value = parsed<std::int64_t>(call[0].as_string());
    return value ? Result<Value>(Value(*value)) : no_conversion(call[0], "int");
}
Result<Value> timestamp_to_int(const Call& call) { return Value(call[0].as_timestamp().seconds); }

Result<Value> number_to_uint(const Call& call) {
    const auto value = truncated<std::uint64_t>(call[0].to_decimal());
    return value ? Result<Value>(Value(Value::Unsigned{*value})) : no_conversion(call[0], "uint");
}
Result<Value> text_to_uint(const Call& call) {
    const auto value = parsed<std::uint64_t>(call[0].as_string());
    return value ? Result<Value>(Value(Value::Unsigned{*value})) : no_conversion(call[0], "uint");
}

Result<Value> number_to_decimal(const Call& call) { return Value(call[0].to_decimal()); }
Result<Value> text_to_decimal(const Call& call) {
    return Decimal::parse(call[0].as_string()).transform([](Decimal d) { return Value(d); });
}

Result<Value> any_to_text(const Call& call) {
    LS_TRY_ASSIGN(std::string text, to_text(call[0]));
    return Value(std::move(text));
}

Result<Value> text_to_bytes(const Call& call) { return Value(Value::Bytes{call[0].as_string()}); }

Result<Value> text_to_bool(const Call& call) {
    const std::string& text = call[0].as_string();
    for (std::string_view yes : {"true", "True", "TRUE", "t", "1"}) {
        if (text == yes) return Value(true);
    }
    for (std::string_view no : {"false", "False", "FALSE", "f", "0"}) {
        if (text == no) return Value(false);
    }
    return no_conversion(call[0], "bool");
}

Result<Value> text_to_timestamp(const Call& call) {
    LS_TRY_ASSIGN(const Timestamp time, parse_timestamp(call[0].as_string()));
    return checked_timestamp(static_cast<__int128>(time.seconds) * 1'000'000'000 + time.nanos);
}
Result<Value> int_to_timestamp(const Call& call) { return checked_timestamp(static_cast<__int128>(call[0].as_int()) * 1'000'000'000); }
Result<Value> text_to_duration(const Call& call) {
    LS_TRY_ASSIGN(const Duration duration, parse_duration(call[0].as_string()));
    return checked_duration(static_cast<__int128>(duration.seconds) * 1'000'000'000 + duration.nanos);
}
Result<Value> int_to_duration(const Call& call) { return checked_duration(static_cast<__int128>(call[0].as_int()) * 1'000'000'000); }

Result<Value> type(const Call& call) { return type_of(call[0]); }

}  // namespace

std::vector<Function> conversions() {
    return {
        {.name = "bool",
         .signature = "bool(string) -> bool",
         .summary = "Reads `true`, `t` and `1`, `false`, `f` and `0`.",
         .examples = {{"bool('true')", "true"}},
         .overloads = {{{Type::boolean}, identity}, {{Type::string}, text_to_bool}}},
        {.name = "bytes",
         .signature = "bytes(string) -> bytes",
         .summary = "The UTF-8 bytes of a text.",
         .examples = {{"bytes('abc')", "b'abc'"}},
         .overloads = {{{Type::bytes}, identity}, {{Type::string}, text_to_bytes}}},
        {.name = "double",
         .signature = "double(number or string) -> decimal",
         .summary = "An exact decimal, under CEL's name; the same as `decimal`.",
         .examples = {{"double('1.50')", "1.5"}, {"double(3)", "3.0"}},
         .overloads = {{{Type::number}, number_to_decimal}, {{Type::string}, text_to_decimal}}},
        {.name = "decimal",
         .style = Style::both,
         .signature = "decimal(number or string) -> decimal",
         .summary = "An exact decimal; divide by one to keep the fraction of whole numbers.",
         .examples = {{"decimal('0.10') + decimal('0.20')", "0.3"}, {"decimal(7) / 2", "3.5"}},
         .overloads = {{{Type::number}, number_to_decimal}, {{Type::string}, text_to_decimal}}},
        {.name = "duration",
         .signature = "duration(string) -> duration",
         .summary = "Reads `1h30m`, `2.5s`, `-15ms`; an int counts seconds.",
         .examples = {{"duration('1h30m')", "duration('5400s')"}},
         .overloads = {{{Type::duration}, identity}, {{Type::string}, text_to_duration}, {{Type::integer}, int_to_duration}}},
        {.name = "dyn",
         .signature = "dyn(any) -> any",
         .summary = "The value itself; in CEL it turns type checks off.",
         .examples = {{"dyn(1)", "1"}},
         .overloads = {{{Type::any}, identity}}},
        {.name = "int",
         .signature = "int(number, string or timestamp) -> int",
         .summary = "A whole number; cuts a fraction off. Of a timestamp: seconds since 1970.",
         .examples = {{"int(-3.7)", "-3"}, {"int('42')", "42"}, {"int(timestamp('1970-01-01T00:01:00Z'))", "60"}},
         .overloads = {{{Type::integer}, identity},
                       {{Type::number}, number_to_int},
                       {{Type::string}, text_to_int},
                       {{Type::timestamp}, timestamp_to_int}}},
        {.name = "string",
         .style = Style::both,
         .signature = "string(any but list and map) -> string",
         .summary = "The text form; decimals keep their digits.",
         .examples = {{"string(1.50)", "'1.50'"}, {"string(timestamp(0))", "'1970-01-01T00:00:00Z'"}},
         .overloads = {{{Type::string}, identity},
                       {{Type::boolean}, any_to_text},
                       {{Type::number}, any_to_text},
                       {{Type::bytes}, any_to_text},
                       {{Type::timestamp}, any_to_text},
                       {{Type::date}, any_to_text},
                       {{Type::duration}, any_to_text},
                       {{Type::type}, any_to_text}}},
        {.name = "timestamp",
         .signature = "timestamp(string or int) -> timestamp",
         .summary = "Reads RFC 3339; an int counts seconds since 1970.",
         .examples = {{"timestamp('2026-02-18T10:00:00Z')", "timestamp(1771408800)"}},
         .overloads = {{{Type::timestamp}, identity}, {{Type::string}, text_to_timestamp}, {{Type::integer}, int_to_timestamp}}},
        {.name = "type",
         .signature = "type(any) -> type",
         .summary = "The type of a value.",
         .examples = {{"type(1) == int", "true"}},
         .overloads = {{{Type::any}, type}}},
        {.name = "uint",
         .signature = "uint(number or string) -> uint",
         .summary = "An unsigned whole number.",
         .examples = {{"uint(7)", "7u"}},
         .overloads = {{{Type::unsigned_integer}, identity}, {{Type::number}, number_to_uint}, {{Type::string}, text_to_uint}}},
    };
}

}  // namespace lockstep::expr::functions
