#include "sandbox/sap/filter_functions.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "sandbox/sap/values.h"
#include "value/encoding.h"

namespace lockstep::sandbox::sap {

namespace {

using Kind = Scalar::Kind;
using Arguments = std::vector<Scalar>;

Scalar boolean(bool value) { return Scalar{.kind = Kind::boolean, .boolean = value}; }
Scalar text(std::string value) { return Scalar{.kind = Kind::text, .text = std::move(value)}; }
Scalar number(std::int64_t value) { return Scalar{.kind = Kind::number, .number = Decimal(value)}; }

Scalar mapped(std::string value, int (*map)(int)) {
    for (char& c : value)
        if (static_cast<unsigned char>(c) < 128) c = static_cast<char>(map(static_cast<unsigned char>(c)));
    return text(std::move(value));
}

Scalar trimmed(const Arguments& given) {
    const std::string& value = given[0].text;
    const std::size_t first = value.find_first_not_of(' ');
    if (first == std::string::npos) return text({});
    return text(value.substr(first, value.find_last_not_of(' ') - first + 1));
}

/// Where the character of that number begins; positions count characters, not bytes.
std::size_t byte_of(const std::string& value, const Scalar& position) {
    const auto parsed = position.number.to_int64();
    if (!parsed || *parsed <= 0) return 0;
    return encoding::utf8_prefix(value, static_cast<std::size_t>(*parsed)).size();
}

Scalar part(const Arguments& given) {
    const std::string rest = given[0].text.substr(byte_of(given[0].text, given[1]));
    return text(given.size() < 3 ? rest : rest.substr(0, byte_of(rest, given[2])));
}

Scalar position(const Arguments& given) {
    const std::size_t at = given[0].text.find(given[1].text);
    if (at == std::string::npos) return number(-1);
    return number(static_cast<std::int64_t>(encoding::utf8_length(given[0].text.substr(0, at))));
}

Scalar replaced(const Arguments& given) {
    const std::string &value = given[0].text, &old = given[1].text;
    if (old.empty()) return given[0];
    std::string out;
    std::size_t from = 0;
    for (std::size_t at; (at = value.find(old, from)) != std::string::npos; from = at + old.size())
        out += value.substr(from, at - from) + given[2].text;
    return text(out + value.substr(from));
}

/// Digits of `2026-02-18T10:00:00Z` as a number.
Scalar date_part(const Scalar& instant, std::size_t at, std::size_t length) {
    const std::string iso = iso_ticks(instant.ticks, 0);
    std::int64_t value = 0;
    std::from_chars(iso.data() + at, iso.data() + at + length, value);
    return number(value);
}

Scalar rounded(const Scalar& given, Rounding mode) {
    auto result = given.number.rounded(0, mode);
    return Scalar{.kind = Kind::number, .number = result ? *result : given.number};
}

const std::vector<FilterFunction>& functions() {
    const std::vector<Kind> one = {Kind::text}, two = {Kind::text, Kind::text}, instant = {Kind::instant}, amount = {Kind::number};
    // [OData V2, "Filter System Query Option"]
    static const std::vector<FilterFunction> all = {
        {"substringof", two, 2, Kind::boolean, [](const Arguments& a) { return boolean(a[1].text.find(a[0].text) != std::string::npos); }},
        {"startswith", two, 2, Kind::boolean, [](const Arguments& a) { return boolean(a[0].text.starts_with(a[1].text)); }},
        {"endswith", two, 2, Kind::boolean, [](const Arguments& a) { return boolean(a[0].text.ends_with(a[1].text)); }},
        {"length", one, 1, Kind::number,
         [](const Arguments& a) { return number(static_cast<std::int64_t>(encoding::utf8_length(a[0].text))); }},
        {"indexof", two, 2, Kind::number, position},
        {"substring", {Kind::text, Kind::number, Kind::number}, 2, Kind::text, part},
        {"replace", {Kind::text, Kind::text, Kind::text}, 3, Kind::text, replaced},
        {"tolower", one, 1, Kind::text, [](const Arguments& a) { return mapped(a[0].text, std::tolower); }},
        {"toupper", one, 1, Kind::text, [](const Arguments& a) { return mapped(a[0].text, std::toupper); }},
        {"trim", one, 1, Kind::text, trimmed},
        {"concat", two, 2, Kind::text, [](const Arguments& a) { return text(a[0].text + a[1].text); }},
        {"year", instant, 1, Kind::number, [](const Arguments& a) { return date_part(a[0], 0, 4); }},
        {"month", instant, 1, Kind::number, [](const Arguments& a) { return date_part(a[0], 5, 2); }},
        {"day", instant, 1, Kind::number, [](const Arguments& a) { return date_part(a[0], 8, 2); }},
        {"hour", instant, 1, Kind::number, [](const Arguments& a) { return date_part(a[0], 11, 2); }},
        {"minute", instant, 1, Kind::number, [](const Arguments& a) { return date_part(a[0], 14, 2); }},
        {"second", instant, 1, Kind::number, [](const Arguments& a) { return date_part(a[0], 17, 2); }},
        {"round", amount, 1, Kind::number, [](const Arguments& a) { return rounded(a[0], Rounding::half_up); }},
        {"floor", amount, 1, Kind::number, [](const Arguments& a) { return rounded(a[0], Rounding::floor); }},
        {"ceiling", amount, 1, Kind::number, [](const Arguments& a) { return rounded(a[0], Rounding::ceiling); }},
    };
    return all;
}

}  // namespace

const FilterFunction* filter_function(std::string_view name) {
    auto found = std::find_if(functions().begin(), functions().end(), [&](const FilterFunction& known) { return known.name == name; });
    return found == functions().end() ? nullptr : &*found;
}

}  // namespace lockstep::sandbox::sap
