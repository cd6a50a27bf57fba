#include "sandbox/salesforce/convert.h"

#include <fmt/format.h>

#include <algorithm>

#include "sandbox/salesforce/record_id.h"
#include "sandbox/salesforce/refusal.h"
#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::sandbox::salesforce {
namespace {

// The token names of the vendor's JSON reader, as its messages show them.
std::string_view token_name(const Value& value) {
    switch (value.kind()) {
        case Value::Kind::boolean:
            return value.as_bool() ? "VALUE_TRUE" : "VALUE_FALSE";
        case Value::Kind::integer:
        case Value::Kind::unsigned_integer:
            return "VALUE_NUMBER_INT";
        case Value::Kind::decimal:
            return "VALUE_NUMBER_FLOAT";
        case Value::Kind::list:
            return "START_ARRAY";
        case Value::Kind::map:
            return "START_OBJECT";
        default:
            return "VALUE_STRING";
    }
}

Unexpected wrong_type(const Field& field, const Value& written) {
    return refuse("JSON_PARSER_ERROR",
                  fmt::format("Cannot deserialize instance of {} from {} value {} or request may be missing a required field at "
                              "[line:1, column:1] ({})",
                              to_string(field.type), token_name(written), written.text(), field.name));
}

// The values come in the order of the list, each once.
Result<Value> stored_choices(const Field& field, const Value& written, Strictness strictness) {
    if (!written.is_string()) return wrong_type(field, written);
    std::string_view rest = written.as_string();
    std::vector<std::string_view> chosen;
    while (!rest.empty()) {
        const std::string_view one = rest.substr(0, rest.find(';'));
        rest.remove_prefix(std::min(rest.size(), one.size() + 1));
        if (one.empty()) continue;
        if (strictness.picklists && field.has(restricted) && std::ranges::find(field.picklist, one) == field.picklist.end())
            return refuse("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                          fmt::format("{}: bad value for restricted picklist field: {}", field.label, one), std::string(field.name));
        if (std::ranges::find(chosen, one) == chosen.end()) chosen.push_back(one);
    }
    std::ranges::stable_sort(chosen, {},
                             [&](std::string_view one) { return std::ranges::find(field.picklist, one) - field.picklist.begin(); });
    std::string out;
    for (const std::string_view one : chosen) out += (out.empty() ? "" : ";") + std::string(one);
    return out.empty() ? Value() : Value(std::move(out));
}

Result<Value> stored_text(const Field& field, const Value& written, Strictness strictness) {
    if (!written.is_string()) return wrong_type(field, written);
    const std::string& text = written.as_string();
    if (text.empty()) return Value();
    if (encoding::utf8_length(text) > static_cast<std::size_t>(field.length))
        return refuse("STRING_TOO_LONG", fmt::format("{}: data value too large: {} (max length={})", field.label, text, field.length),
                      std::string(field.name));
    if (strictness.picklists && field.has(restricted) && std::ranges::find(field.picklist, text) == field.picklist.end())
        return refuse("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                      fmt::format("{}: bad value for restricted picklist field: {}", field.label, text), std::string(field.name));
    const std::size_t at = text.find('@');
    if (field.type == FieldType::email &&
        (at == 0 || at == std::string::npos || text.find('.', at) == std::string::npos || text.find(' ') != std::string::npos))
        return refuse("INVALID_EMAIL_ADDRESS", fmt::format("{}: invalid email address: {}", field.label, text), std::string(field.name));
    return written;
}

// The vendor's reader takes a quoted number too.
Result<Value> stored_number(const Field& field, const Value& written) {
    Decimal number;
    if (written.is_number()) {
        number = written.to_decimal();
    } else {
        if (!written.is_string()) return wrong_type(field, written);
        if (written.as_string().empty()) return Value();
        auto parsed = Decimal::parse(written.as_string());
        if (!parsed) return wrong_type(field, written);
        number = *parsed;
    }
    if (field.type == FieldType::integer && !number.is_integer()) return wrong_type(field, written);
    auto rounded = number.scale() > field.scale ? number.rounded(field.scale, Rounding::half_up) : Result<Decimal>(number);
    static const Decimal ten(10);
    Decimal bound(1);
    for (int i = field.scale; i < field.precision; ++i) bound = *bound.times(ten);
    if (!rounded || rounded->abs() >= bound)
        return refuse("NUMBER_OUTSIDE_VALID_RANGE",
                      fmt::format("{}: value outside of valid range on numeric field: {}", field.label, double_text(number)),
                      std::string(field.name));
    return Value(rounded->normalized());
}

Result<Value> stored_boolean(const Field& field, const Value& written) {
    if (written.kind() == Value::Kind::boolean) return written;
    if (written.is_string() && lower(written.as_string()) == "true") return Value(true);
    if (written.is_string() && lower(written.as_string()) == "false") return Value(false);
    return wrong_type(field, written);
}

Result<Value> stored_date(const Field& field, const Value& written) {
    if (written.kind() == Value::Kind::date) return written;
    if (!written.is_string()) return wrong_type(field, written);
    if (written.as_string().empty()) return Value();
    auto date = parse_date(written.as_string());
    if (!date) return wrong_type(field, written);
    return Value(*date);
}

// Only whole seconds are kept.
Result<Value> stored_datetime(const Field& field, const Value& written) {
    if (written.kind() == Value::Kind::timestamp) return Value(Timestamp{written.as_timestamp().seconds, 0});
    if (!written.is_string()) return wrong_type(field, written);
    if (written.as_string().empty()) return Value();
    auto time = parse_timestamp(written.as_string());
    if (!time) return wrong_type(field, written);
    return Value(Timestamp{time->seconds, 0});
}

Result<Value> stored_reference(const Field& field, const Value& written) {
    if (!written.is_string()) return wrong_type(field, written);
    if (written.as_string().empty()) return Value();
    auto id = canonical_id(written.as_string());
    const Object* target = Schema::instance().find(field.reference_to);
    const bool right_kind = id && (target == nullptr || id->starts_with(target->table.key_prefix));
    if (!right_kind)
        return refuse("MALFORMED_ID", fmt::format("{}: id value of incorrect type: {}", field.label, written.as_string()),
                      std::string(field.name));
    return Value(*id);
}

}  // namespace

Result<Value> stored_value(const Field& field, const Value& written, Strictness strictness) {
    if (written.is_null()) return Value();
    switch (field.type) {
        case FieldType::id:
        case FieldType::reference:
            return stored_reference(field, written);
        case FieldType::boolean:
            return stored_boolean(field, written);
        case FieldType::date:
            return stored_date(field, written);
        case FieldType::datetime:
            return stored_datetime(field, written);
        case FieldType::address:
            return written;
        case FieldType::multipicklist:
            return stored_choices(field, written, strictness);
        default:
            return field.is_number() ? stored_number(field, written) : stored_text(field, written, strictness);
    }
}

// Source: java.lang.Double.toString; seen as `9.9213206E7` in forcedotcom/dataloader issue 1204.
std::string double_text(const Decimal& number) {
    const Decimal plain = number.normalized();
    std::string digits = Decimal::from_parts(plain.abs().coefficient(), 0)->to_string();
    const std::string sign = plain.is_negative() ? "-" : "";
    const int exponent = static_cast<int>(digits.size()) - 1 - plain.scale();
    if (plain.is_zero() || (exponent >= -3 && exponent < 7)) {
        std::string text = plain.to_string();
        return text.find('.') == std::string::npos ? text + ".0" : text;
    }
    while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
    std::string rest = digits.substr(1);
    return sign + digits[0] + "." + (rest.empty() ? "0" : rest) + "E" + std::to_string(exponent);
}

std::string datetime_text(Timestamp time) {
    std::string text = format_timestamp(Timestamp{time.seconds, 0});
    text.pop_back();
    return text + ".000+0000";
}

void append_json(std::string& out, const Field& field, const Value& value) {
    switch (value.kind()) {
        case Value::Kind::boolean:
            out += value.as_bool() ? "true" : "false";
            return;
        case Value::Kind::string:
            json::append_quoted(out, value.as_string());
            return;
        case Value::Kind::decimal:
            out += field.type == FieldType::integer ? value.as_decimal().to_string() : double_text(value.as_decimal());
            return;
        case Value::Kind::integer:
            out += std::to_string(value.as_int());
            return;
        case Value::Kind::date:
            json::append_quoted(out, format_date(value.as_date()));
            return;
        case Value::Kind::timestamp:
            json::append_quoted(out, datetime_text(value.as_timestamp()));
            return;
        case Value::Kind::null:
            out += "null";
            return;
        default:
            out += json::write(value);
            return;
    }
}

}  // namespace lockstep::sandbox::salesforce
