// `format` of CEL's strings extension: %s %d %f %e %b %o %x %X %%.
#include <algorithm>

#include "expr/evaluation.h"
#include "expr/functions/families.h"
#include "value/encoding.h"

namespace lockstep::expr::functions {
namespace {

constexpr int default_precision = 6;
constexpr int precision_max = 37;

Unexpected cannot_format(char clause, const Value& value) {
    return failed(std::string("%") + clause + " cannot format " + std::string(name_of_type(value)));
}

Result<std::string> as_string(Evaluation& evaluation, const Value& value);

Result<std::string> list_as_string(Evaluation& evaluation, const List& list) {
    std::string text = "[";
    for (const Value& element : list) {
        LS_TRY_ASSIGN(const std::string part, as_string(evaluation, element));
        text += (text.size() > 1 ? ", " : "") + part;
    }
    return text + "]";
}

/// Entries in the order of their keys' texts.
Result<std::string> map_as_string(Evaluation& evaluation, const MapView& map) {
    std::vector<std::pair<std::string, std::string>> entries;
    for (std::size_t i = 0; i < map.size(); ++i) {
        LS_TRY_ASSIGN(std::string key, as_string(evaluation, map.key(i)));
        LS_TRY_ASSIGN(std::string value, as_string(evaluation, map.value(i)));
        entries.emplace_back(std::move(key), std::move(value));
    }
    std::sort(entries.begin(), entries.end());
    std::string text = "{";
    for (const auto& [key, value] : entries) text += (text.size() > 1 ? ", " : "") + key + ": " + value;
    return text + "}";
}

Result<std::string> as_string(Evaluation& evaluation, const Value& value) {
    LS_TRY(evaluation.charge(1));
    if (value.is_null()) return std::string("null");
    if (value.is_list()) return list_as_string(evaluation, value.as_list());
    if (const auto map = MapView::of(value)) return map_as_string(evaluation, *map);
    LS_TRY_ASSIGN(std::string text, to_text(value));
    LS_TRY(evaluation.charge_bytes(text.size()));
    return text;
}

/// A whole number as sign and magnitude.
struct Whole {
    bool negative = false;
    std::uint64_t magnitude = 0;
};

std::optional<Whole> whole_of(const Value& value) {
    if (value.kind() == Value::Kind::unsigned_integer) return Whole{false, value.as_uint()};
    if (value.kind() != Value::Kind::integer) return std::nullopt;
    const auto bits = static_cast<std::uint64_t>(value.as_int());
    return value.as_int() < 0 ? Whole{true, 0 - bits} : Whole{false, bits};
}

std::string in_base(Whole whole, unsigned base) {
    std::string digits;
    do {
        digits += "0123456789abcdef"[whole.magnitude % base];
        whole.magnitude /= base;
    } while (whole.magnitude > 0);
    if (whole.negative) digits += '-';
    std::reverse(digits.begin(), digits.end());
    return digits;
}

Result<std::string> as_whole(char clause, const Value& value, unsigned base) {
    if (clause == 'b' && value.kind() == Value::Kind::boolean) return std::string(value.as_bool() ? "1" : "0");
    const auto whole = whole_of(value);
    return whole ? Result<std::string>(in_base(*whole, base)) : cannot_format(clause, value);
}

Result<std::string> as_hex(char clause, const Value& value) {
    std::string text;
    if (value.is_string()) {
        text = encoding::hex(value.as_string());
    } else if (value.kind() == Value::Kind::bytes) {
        text = encoding::hex(value.as_bytes());
    } else {
        LS_TRY_ASSIGN(text, as_whole(clause, value, 16));
    }
    if (clause == 'X')
        std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c; });
    return text;
}

Result<std::string> as_decimal(const Value& value) {
    return value.is_number() ? Result<std::string>(value.text()) : cannot_format('d', value);
}

/// `1.5` with three digits: `1.500`. Rounds half-even, as CEL's examples do.
Result<std::string> fixed(const Decimal& number, int precision) {
    LS_TRY_ASSIGN(const Decimal rounded, number.rounded(precision, Rounding::half_even));
    std::string text = rounded.to_string();
    const std::size_t point = text.find('.');
    const std::size_t have = point == std::string::npos ? 0 : text.size() - point - 1;
    if (point == std::string::npos && precision > 0) text += '.';
    return text.append(static_cast<std::size_t>(precision) - std::min<std::size_t>(have, static_cast<std::size_t>(precision)), '0');
}

Result<std::string> as_fixed(const Value& value, int precision) {
    if (!value.is_number()) return cannot_format('f', value);
    return fixed(value.to_decimal(), precision);
}

/// The number with its point behind the first digit, and the exponent that goes with it.
Result<std::string> as_scientific(const Value& value, int precision) {
    if (!value.is_number()) return cannot_format('e', value);
    const Decimal number = value.to_decimal().normalized();
    std::string digits = number.abs().to_string();
    digits.erase(std::remove(digits.begin(), digits.end(), '.'), digits.end());
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
    int exponent = number.is_zero() ? 0 : static_cast<int>(digits.size()) - 1 - number.scale();
    LS_TRY_ASSIGN(const Decimal mantissa, Decimal::parse(digits.insert(1, digits.size() > 1 ? "." : "")));
    LS_TRY_ASSIGN(std::string text, fixed(mantissa, precision));
    if (text.starts_with("10")) {
        LS_TRY_ASSIGN(text, fixed(Decimal(1), precision));
        ++exponent;
    }
    const std::string size = std::to_string(exponent < 0 ? -exponent : exponent);
    return (number.is_negative() ? "-" : "") + text + "e" + (exponent < 0 ? "-" : "+") + (size.size() < 2 ? "0" : "") + size;
}

Result<std::string> clause_text(Evaluation& evaluation, char clause, int precision, const Value& value) {
    switch (clause) {
        case 's':
            return as_string(evaluation, value);
        case 'd':
            return as_decimal(value);
        case 'f':
            return as_fixed(value, precision);
        case 'e':
            return as_scientific(value, precision);
        case 'b':
            return as_whole(clause, value, 2);
        case 'o':
            return as_whole(clause, value, 8);
        case 'x':
        case 'X':
            return as_hex(clause, value);
        default:
            return failed(std::string("no such formatting clause: %") + clause);
    }
}

/// Reads `.3` at `at` and moves behind it; the default precision if there is none.
Result<int> read_precision(std::string_view format, std::size_t& at) {
    if (at >= format.size() || format[at] != '.') return default_precision;
    int precision = 0;
    for (++at; at < format.size() && format[at] >= '0' && format[at] <= '9'; ++at) {
        precision = precision * 10 + (format[at] - '0');
        if (precision > precision_max) return failed("the precision is larger than " + std::to_string(precision_max));
    }
    return precision;
}

Result<Value> format(const Call& call) {
    const std::string& format = call[0].as_string();
    const List& values = call[1].as_list();
    LS_TRY(call.evaluation.charge_bytes(format.size()));
    std::string result;
    std::size_t used = 0;
    for (std::size_t at = 0; at < format.size(); ++at) {
        if (format[at] != '%') {
            result += format[at];
            continue;
        }
        ++at;
        if (at < format.size() && format[at] == '%') {
            result += '%';
            continue;
        }
        LS_TRY_ASSIGN(const int precision, read_precision(format, at));
        if (at >= format.size()) return failed("the format ends within a clause");
        if (used >= values.size()) return failed("the format needs more values: only " + std::to_string(values.size()));
        LS_TRY_ASSIGN(const std::string part, clause_text(call.evaluation, format[at], precision, values[used++]));
        LS_TRY(call.evaluation.charge_bytes(part.size()));
        result += part;
    }
    return Value(std::move(result));
}

}  // namespace

std::vector<Function> formats() {
    return {
        {.name = "format",
         .style = Style::member,
         .signature = "string.format(list) -> string",
         .summary = "Fills in %s (text), %d (number), %.2f (fixed point), %e (scientific), %b, %o, %x (binary, octal, "
                    "hexadecimal).",
         .examples = {{"'%s costs %.2f'.format(['tea', 2.5])", "'tea costs 2.50'"}, {"'%x'.format([255])", "'ff'"}},
         .overloads = {{{Type::string, Type::list}, format}}},
    };
}

}  // namespace lockstep::expr::functions
