#include "connectors/zoho_crm/field_values.h"

#include <algorithm>
#include <cctype>

#include "connector/one_line.h"

namespace lockstep::connectors::zoho_crm {
namespace {

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

/// Tells whether a text has the form of a pattern, in which `0` stands for any digit and `~` for either sign.
bool has_form(std::string_view text, std::string_view pattern) {
    return text.size() == pattern.size() && std::equal(text.begin(), text.end(), pattern.begin(), [](char c, char wanted) {
               return wanted == '0' ? is_digit(c) : wanted == '~' ? c == '+' || c == '-' : c == wanted;
           });
}

/// The one form of Zoho's times. A text that somebody has typed in this form is taken for a time too.
bool is_zoho_time(std::string_view text) { return has_form(text, "0000-00-00T00:00:00~00:00"); }

bool is_utc_time(std::string_view text) {
    constexpr std::string_view form = "0000-00-00T00:00:00";
    if (text.size() <= form.size() || text.back() != 'Z' || !has_form(text.substr(0, form.size()), form)) return false;
    std::string_view fraction = text.substr(form.size(), text.size() - form.size() - 1);
    return fraction.empty() ||
           (fraction.size() > 1 && fraction.front() == '.' && std::all_of(fraction.begin() + 1, fraction.end(), is_digit));
}

std::string offset_form(Timestamp time) {
    std::string text = format_timestamp({.seconds = time.seconds});
    text.pop_back();  // `Z`
    return text + "+00:00";
}

Value text_value(const std::string& text) {
    if (text.empty()) return {};
    if (is_zoho_time(text))
        if (auto time = parse_timestamp(text)) return format_timestamp(*time);
    return text;
}

Value list_value(const List& list) {
    List values;
    for (const Value& entry : list) values.push_back(field_value(entry));
    return values.empty() ? Value() : Value(std::move(values));
}

}  // namespace

Value field_value(const Value& given) {
    if (given.is_string()) return text_value(given.as_string());
    if (given.is_list()) return list_value(given.as_list());
    if (given.is_map() && !given["id"].is_null()) return given["id"].text();
    return given;
}

Map field_values(const Value& record, const std::vector<std::string>& names) {
    Map fields;
    for (const std::string& name : names) fields.set(name, field_value(record[name]));
    return fields;
}

Value written_value(const Value& given) {
    if (given.kind() == Value::Kind::timestamp) return offset_form(given.as_timestamp());
    if (!given.is_string()) return given;
    if (given.as_string().empty()) return {};
    if (!is_utc_time(given.as_string())) return given;
    auto time = parse_timestamp(given.as_string());
    return time ? Value(offset_form(*time)) : given;
}

bool is_record_id(std::string_view text) { return !text.empty() && text.size() <= 20 && std::all_of(text.begin(), text.end(), is_digit); }

Result<Timestamp> time_in(const Value& given, std::string_view what) {
    if (auto time = parse_timestamp(given.text())) return time;
    return fail(ErrorCode::vendor_protocol, "Zoho CRM answered without the time: " + std::string(what));
}

Result<std::string> checked_name(std::string_view name, std::string_view what) {
    auto fits = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '$'; };
    if (!name.empty() && name.size() <= 100 && std::all_of(name.begin(), name.end(), fits)) return std::string(name);
    return fail(ErrorCode::value_invalid,
                "not an API name of Zoho CRM: " + std::string(what) + ", `" + connector::one_line(name, 60) + "`");
}

}  // namespace lockstep::connectors::zoho_crm
