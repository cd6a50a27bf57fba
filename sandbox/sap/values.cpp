#include "sandbox/sap/values.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "sandbox/sap/refusal.h"
#include "value/decimal.h"
#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::sandbox::sap {

namespace {

constexpr std::int64_t ticks_per_second = 10'000'000;

Unexpected invalid_value(const Property& property, std::string_view value) {
    return refuse(facet_error, "Property '" + std::string(property.name) + "' has invalid value '" + std::string(value) + "'",
                  std::string(property.name));
}

/// What the gateway says when the JSON token itself is of the wrong kind.
Unexpected unreadable(const Property& property) {
    return refuse(property_error, "Failed to read property '" + std::string(property.name) + "' at offset '0'", std::string(property.name));
}

bool all_digits(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos; }

Result<std::string> read_string(const Property& property, const Value& value) {
    if (!value.is_string()) return unreadable(property);
    const std::string& text = value.as_string();
    const std::string shortened = without_zeros(property, text);
    if (property.length != 0 && encoding::utf8_length(shortened) > property.length) return invalid_value(property, text);
    if (property.has(numeric) && !text.empty() && !all_digits(text)) return invalid_value(property, text);
    return shortened;
}

/// SAP takes decimals as text only; a bare JSON number cannot be read.
Result<std::string> read_decimal(const Property& property, const Value& value) {
    if (!value.is_string()) return unreadable(property);
    auto number = Decimal::parse(value.as_string());
    if (!number || value.as_string().find_first_of("eE") != std::string::npos) return invalid_value(property, value.as_string());
    const Decimal plain = number->normalized();
    std::string digits = plain.abs().to_string();
    const std::size_t whole = std::min(digits.find('.'), digits.size());
    const bool zero_whole = digits.starts_with("0");
    if (plain.scale() > property.scale || static_cast<int>(zero_whole ? 0 : whole) > property.length - property.scale)
        return invalid_value(property, value.as_string());
    return plain.is_zero() ? std::string("0") : plain.to_string();
}

Result<std::string> read_ticks(const Property& property, const Value& value) {
    if (!value.is_string()) return unreadable(property);
    if (value.as_string().empty()) return invalid_value(property, "");
    auto ticks = parse_ticks(value.as_string());
    if (!ticks) return invalid_value(property, value.as_string());
    return std::to_string(*ticks);
}

Result<std::string> read_time(const Property& property, const Value& value) {
    if (!value.is_string()) return unreadable(property);
    const std::string& text = value.as_string();
    if (!text.starts_with("PT") || text.find_first_not_of("0123456789HMS.", 2) != std::string::npos) return invalid_value(property, text);
    return text == "PT00H00M00S" ? std::string() : text;
}

Result<std::string> read_guid(const Property& property, const Value& value) {
    if (!value.is_string()) return unreadable(property);
    const std::string& text = value.as_string();
    if (text.size() != 36) return invalid_value(property, text);
    return text.find_first_not_of("0-") == std::string::npos ? std::string() : text;
}

Result<std::string> read_number(const Property& property, const Value& value) {
    if (!value.is_number() && !value.is_string()) return unreadable(property);
    auto number = Decimal::parse(value.text());
    const bool fits = number && (property.type == Edm::float64 || number->is_integer());
    if (!fits) return invalid_value(property, value.text());
    return number->to_string();
}

std::string_view initial_json(const Property& property) {
    const bool money = property.unit.ends_with("Currency");
    switch (property.type) {
        case Edm::string:
            return "\"\"";
        case Edm::boolean:
            return "false";
        case Edm::decimal:
            return money ? "\"0.00\"" : "\"0\"";
        case Edm::date_time:
        case Edm::date_time_offset:
            return "null";
        case Edm::time:
            return "\"PT00H00M00S\"";
        case Edm::guid:
            return "\"00000000-0000-0000-0000-000000000000\"";
        case Edm::float64:
            return "\"0\"";
        case Edm::byte:
        case Edm::int16:
        case Edm::int32:
            return "0";
    }
    return "null";
}

/// Rates and stock quantities carry all digits of their scale; amounts and other quantities those of their unit.
void append_decimal(std::string& out, const Property& property, std::string_view text) {
    out += '"';
    out += text;
    if (property.scale >= 9) {
        const std::size_t point = text.find('.');
        const std::size_t digits = point == std::string_view::npos ? 0 : text.size() - point - 1;
        if (digits == 0) out += '.';
        out.append(property.scale - digits, '0');
    }
    out += '"';
}

void append_date(std::string& out, const Property& property, std::string_view text) {
    std::int64_t ticks = 0;
    std::from_chars(text.data(), text.data() + text.size(), ticks);
    out += "\"\\/Date(";
    out += std::to_string(ticks / 10'000);
    out += property.type == Edm::date_time_offset ? "+0000)\\/\"" : ")\\/\"";
}

std::optional<std::int64_t> parse_json_date(std::string_view text) {
    text.remove_prefix(6);
    std::int64_t ms = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ms);
    if (error != std::errc()) return std::nullopt;
    std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
    if (rest == ")/") return ms * 10'000;
    // An offset in minutes says how to show the time; the point in time is the number before it.
    const bool offset = rest.size() == 7 && (rest[0] == '+' || rest[0] == '-') && all_digits(rest.substr(1, 4)) && rest.substr(5) == ")/";
    if (!offset) return std::nullopt;
    return ms * 10'000;
}

}  // namespace

std::int64_t ticks_of(Timestamp time) { return time.seconds * ticks_per_second + time.nanos / 100; }

Timestamp timestamp_of(std::int64_t ticks) {
    std::int64_t seconds = ticks / ticks_per_second;
    std::int64_t rest = ticks % ticks_per_second;
    if (rest < 0) {
        rest += ticks_per_second;
        --seconds;
    }
    return Timestamp{seconds, static_cast<std::int32_t>(rest * 100)};
}

std::string without_zeros(const Property& property, std::string_view text) {
    if (!property.has(alpha) || !all_digits(text)) return std::string(text);
    const std::size_t first = text.find_first_not_of('0');
    return first == std::string_view::npos ? std::string() : std::string(text.substr(first));
}

std::optional<std::int64_t> parse_ticks(std::string_view text) {
    if (text.starts_with("/Date(")) return parse_json_date(text);
    auto time = parse_timestamp(text);
    if (!time) time = parse_timestamp(std::string(text) + "Z");
    if (!time) return std::nullopt;
    return ticks_of(*time);
}

Result<std::string> text_from_json(const Property& property, const Value& value) {
    if (value.is_null()) {
        if (property.has(key)) return invalid_value(property, "null");
        return std::string();
    }
    switch (property.type) {
        case Edm::string:
            return read_string(property, value);
        case Edm::boolean:
            if (value.kind() != Value::Kind::boolean) return unreadable(property);
            return std::string(value.as_bool() ? "true" : "");
        case Edm::decimal:
            return read_decimal(property, value);
        case Edm::date_time:
        case Edm::date_time_offset:
            return read_ticks(property, value);
        case Edm::time:
            return read_time(property, value);
        case Edm::guid:
            return read_guid(property, value);
        case Edm::float64:
        case Edm::byte:
        case Edm::int16:
        case Edm::int32:
            return read_number(property, value);
    }
    return unreadable(property);
}

void append_json(std::string& out, const Property& property, std::string_view text) {
    if (text.empty()) {
        out += initial_json(property);
        return;
    }
    switch (property.type) {
        case Edm::boolean:
        case Edm::byte:
        case Edm::int16:
        case Edm::int32:
            out += text;
            return;
        case Edm::decimal:
            append_decimal(out, property, text);
            return;
        case Edm::date_time:
        case Edm::date_time_offset:
            append_date(out, property, text);
            return;
        default:
            json::append_quoted(out, text);
    }
}

namespace {

std::optional<std::string> plain_instant(const Property& property, std::string_view text) {
    if (text.empty()) return std::nullopt;
    std::int64_t ticks = 0;
    std::from_chars(text.data(), text.data() + text.size(), ticks);
    if (property.type == Edm::date_time_offset) return iso_ticks(ticks, ticks % ticks_per_second == 0 ? 0 : 7);
    std::string iso = iso_ticks(ticks, 0);
    iso.pop_back();
    return iso;
}

}  // namespace

std::optional<std::string> plain_text(const Property& property, std::string_view text) {
    switch (property.type) {
        case Edm::date_time:
        case Edm::date_time_offset:
            return plain_instant(property, text);
        case Edm::string:
            return std::string(text);
        default:
            break;
    }
    // All others have no character that JSON would escape.
    std::string json_text;
    append_json(json_text, property, text);
    if (json_text.starts_with('"')) return json_text.substr(1, json_text.size() - 2);
    return json_text;
}

std::string iso_ticks(std::int64_t ticks, int digits) {
    std::string text = format_timestamp(timestamp_of(ticks - ticks % ticks_per_second));
    text.pop_back();
    if (digits > 0) {
        std::string fraction = std::to_string(ticks % ticks_per_second);
        fraction.insert(0, 7 - fraction.size(), '0');
        text += '.' + fraction.substr(0, static_cast<std::size_t>(digits));
    }
    return text + 'Z';
}

std::string day_of(std::string_view text) {
    constexpr std::int64_t ticks_per_day = 86'400 * ticks_per_second;
    std::int64_t ticks = 0;
    std::from_chars(text.data(), text.data() + text.size(), ticks);
    return std::to_string(ticks - ticks % ticks_per_day);
}

std::string key_literal(const Property& property, std::string_view text) {
    if (property.type == Edm::date_time_offset || property.type == Edm::date_time) {
        std::int64_t ticks = 0;
        std::from_chars(text.data(), text.data() + text.size(), ticks);
        std::string iso = iso_ticks(ticks, 0);
        if (property.type == Edm::date_time) iso.pop_back();
        return (property.type == Edm::date_time ? "datetime'" : "datetimeoffset'") + encoding::percent_encode(iso) + "'";
    }
    if (property.type == Edm::boolean) return text.empty() ? "false" : "true";
    if (property.type == Edm::guid) return "guid'" + std::string(text) + "'";
    std::string doubled;
    for (char c : text) {
        doubled += c;
        if (c == '\'') doubled += c;
    }
    return "'" + encoding::percent_encode(doubled) + "'";
}

std::string_view edm_name(Edm type) {
    static constexpr std::array<std::string_view, 10> names = {"Edm.String",         "Edm.Boolean", "Edm.Decimal", "Edm.DateTime",
                                                               "Edm.DateTimeOffset", "Edm.Time",    "Edm.Guid",    "Edm.Double",
                                                               "Edm.Byte",           "Edm.Int16"};
    return type == Edm::int32 ? "Edm.Int32" : names[static_cast<std::size_t>(type)];
}

}  // namespace lockstep::sandbox::sap
