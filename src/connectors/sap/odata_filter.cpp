#include "connectors/sap/odata_filter.h"

#include <algorithm>
#include <array>

#include "base/limits.h"
#include "connectors/sap/odata_time.h"
#include "connectors/sap/property_types.h"
#include "value/encoding.h"

namespace lockstep::connectors::sap {
namespace {

Result<std::string> quoted(std::string_view property, std::string_view text) {
    if (!encoding::is_valid_utf8(text)) return fail(ErrorCode::value_invalid, "text is not UTF-8: " + std::string(property));
    std::string out = "'";
    for (char c : text) {
        out += c;
        if (c == '\'') out += c;
    }
    return out + "'";
}

Unexpected does_not_fit(std::string_view property, std::string_view type, const Value& value) {
    return fail(ErrorCode::value_invalid, "value is not " + std::string(type) + ": " + std::string(property) + ", " +
                                              (value.text().empty() ? std::string(to_string(value.kind())) : value.text()));
}

Result<std::string> decimal_literal(std::string_view property, const Value& value) {
    Result<Decimal> number = value.is_number() ? Result<Decimal>(value.to_decimal()) : Decimal::parse(value.string_or(""));
    if (!number) return does_not_fit(property, "a decimal number", value);
    return number->to_string() + "M";
}

Result<std::string> integer_literal(std::string_view property, const Value& value) {
    Result<Decimal> number = value.is_number() ? Result<Decimal>(value.to_decimal()) : Decimal::parse(value.string_or(""));
    if (!number || !number->is_integer()) return does_not_fit(property, "a whole number", value);
    return number->normalized().to_string();
}

Result<std::string> boolean_literal(std::string_view property, const Value& value) {
    std::string text = value.text();
    if (text == "true" || text == "false") return text;
    return does_not_fit(property, "true or false", value);
}

Result<std::string> guid_literal(std::string_view property, const Value& value) {
    std::string text = value.string_or("");
    bool fits = text.size() == 36;
    for (std::size_t i = 0; fits && i < text.size(); ++i) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        fits = dash ? text[i] == '-' : std::isxdigit(static_cast<unsigned char>(text[i])) != 0;
    }
    if (!fits) return does_not_fit(property, "a GUID", value);
    return "guid'" + text + "'";
}

Result<std::string> date_time_literal(std::string_view property, const Value& value) {
    std::optional<Timestamp> time = to_time(value);
    if (!time) return does_not_fit(property, "a date or time", value);
    return "datetime'" + iso_without_zone(*time) + "'";
}

Result<std::string> date_time_offset_literal(std::string_view property, const Value& value) {
    std::optional<Timestamp> time = to_time(value);
    if (!time) return does_not_fit(property, "a date or time", value);
    return "datetimeoffset'" + iso_without_zone(*time) + "Z'";
}

Result<std::string> time_literal(std::string_view property, const Value& value) {
    std::optional<std::string> time = to_edm_time(value);
    if (!time) return does_not_fit(property, "a time of day", value);
    return "time'" + *time + "'";
}

/// A property whose type is not known: by the kind of the value. Whole numbers are texts: nearly all of SAP's are.
Result<std::string> untyped_literal(std::string_view property, const Value& value) {
    switch (value.kind()) {
        case Value::Kind::boolean:
            return boolean_literal(property, value);
        case Value::Kind::decimal:
            return decimal_literal(property, value);
        case Value::Kind::date:
            return date_time_literal(property, value);
        case Value::Kind::timestamp:
            return date_time_offset_literal(property, value);
        case Value::Kind::duration:
            return time_literal(property, value);
        case Value::Kind::string:
        case Value::Kind::integer:
        case Value::Kind::unsigned_integer:
            return quoted(property, value.text());
        default:
            return does_not_fit(property, "a text, number, date or boolean", value);
    }
}

struct Operator {
    std::string_view name;
    std::string_view text;  ///< of `P eq 1`; empty: a function
};
constexpr std::array<Operator, 10> operators = {{{"eq", " eq "},
                                                 {"ne", " ne "},
                                                 {"gt", " gt "},
                                                 {"ge", " ge "},
                                                 {"lt", " lt "},
                                                 {"le", " le "},
                                                 {"startswith", ""},
                                                 {"endswith", ""},
                                                 {"contains", ""},
                                                 {"in", ""}}};

const Operator* find_operator(std::string_view name) {
    auto found = std::find_if(operators.begin(), operators.end(), [&](const Operator& o) { return o.name == name; });
    return found == operators.end() ? nullptr : &*found;
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
    std::string out;
    for (const std::string& part : parts) {
        if (!out.empty()) out += separator;
        out += part;
    }
    return out;
}

Result<std::string> one_of(const std::string& property, const Value& values) {
    if (!values.is_list() || values.as_list().empty())
        return fail(ErrorCode::value_invalid, "filter needs at least one value: " + property);
    std::vector<std::string> parts;
    for (const Value& value : values.as_list()) {
        LS_TRY_ASSIGN(std::string text, literal(property, value));
        parts.push_back(property + " eq " + text);
    }
    return parts.size() == 1 ? parts.front() : "(" + joined(parts, " or ") + ")";
}

Result<std::string> condition(const std::string& property, std::string_view name, const Value& value) {
    const Operator* op = find_operator(name);
    if (!is_property_path(property)) return fail(ErrorCode::value_invalid, "not a property name: filter, " + property);
    if (!op) return fail(ErrorCode::value_invalid, "no such operator in a filter: " + property + ", " + std::string(name));
    if (name == "in") return one_of(property, value);
    LS_TRY_ASSIGN(std::string text, literal(property, value));
    if (!op->text.empty()) return property + std::string(op->text) + text;
    if (name == "contains") return "substringof(" + text + "," + property + ") eq true";
    return std::string(name) + "(" + property + "," + text + ") eq true";
}

Result<std::string> conditions_of(const std::string& property, const Value& wanted) {
    if (wanted.is_list()) return condition(property, "in", wanted);
    if (!wanted.is_map()) return condition(property, "eq", wanted);
    std::vector<std::string> parts;
    for (const auto& [name, value] : wanted.as_map()) {
        LS_TRY_ASSIGN(std::string part, condition(property, name, value));
        parts.push_back(std::move(part));
    }
    return joined(parts, " and ");
}

Result<std::string> filter_at(const Value& filter, int depth);

Result<std::string> any_of(const Value& filters, int depth) {
    std::vector<std::string> parts;
    if (!filters.is_list()) return fail(ErrorCode::value_invalid, "any must be a list of filters");
    for (const Value& filter : filters.as_list()) {
        LS_TRY_ASSIGN(std::string part, filter_at(filter, depth + 1));
        parts.push_back("(" + part + ")");
    }
    if (parts.empty()) return fail(ErrorCode::value_invalid, "any needs at least one filter");
    return "(" + joined(parts, " or ") + ")";
}

Result<std::string> all_of_map(const Map& map, int depth) {
    if (const Value* property = map.find("property"))
        return condition(property->string_or(""), Value(map)["op"].string_or("eq"), Value(map)["value"]);
    std::vector<std::string> parts;
    for (const auto& [name, wanted] : map) {
        LS_TRY_ASSIGN(std::string part, name == "any" ? any_of(wanted, depth) : conditions_of(name, wanted));
        if (!part.empty()) parts.push_back(std::move(part));
    }
    return joined(parts, " and ");
}

Result<std::string> filter_at(const Value& filter, int depth) {
    if (depth > limits::nesting_depth_max) return fail(ErrorCode::value_invalid, "filter is nested too deeply");
    if (filter.is_null()) return std::string();
    if (filter.is_map()) return all_of_map(filter.as_map(), depth);
    if (!filter.is_list()) return fail(ErrorCode::value_invalid, "filter must be a map or a list of conditions");
    std::vector<std::string> parts;
    for (const Value& element : filter.as_list()) {
        LS_TRY_ASSIGN(std::string part, filter_at(element, depth + 1));
        if (!part.empty()) parts.push_back(std::move(part));
    }
    return joined(parts, " and ");
}

/// In a key, unlike in a filter, every text must be there: an empty one would name another record.
Result<std::string> key_literal(std::string_view property, const Value& value) {
    if (value.is_null()) return fail(ErrorCode::value_invalid, "key has no value: " + std::string(property));
    LS_TRY_ASSIGN(std::string text, literal(property, value));
    return encoding::percent_encode(text);
}

}  // namespace

Result<std::string> literal(std::string_view property, const Value& value) {
    if (value.is_null()) return std::string("null");
    switch (edm_type(property.substr(property.rfind('/') + 1))) {
        case EdmType::boolean:
            return boolean_literal(property, value);
        case EdmType::decimal:
            return decimal_literal(property, value);
        case EdmType::integer:
            return integer_literal(property, value);
        case EdmType::date_time:
            return date_time_literal(property, value);
        case EdmType::date_time_offset:
            return date_time_offset_literal(property, value);
        case EdmType::time:
            return time_literal(property, value);
        case EdmType::guid:
            return guid_literal(property, value);
        case EdmType::text:
            return untyped_literal(property, value);
    }
    return fail(ErrorCode::internal, "unknown property type");
}

Result<std::string> filter_text(const Value& filter) { return filter_at(filter, 0); }

Result<std::string> key_predicate(const Value& key) {
    if (!key.is_map()) {
        if (key.text().empty()) return fail(ErrorCode::value_invalid, "key is empty");
        LS_TRY_ASSIGN(std::string text, key_literal("key", key));
        return "(" + text + ")";
    }
    std::vector<std::string> parts;
    for (const auto& [name, value] : key.as_map()) {
        if (!is_property_name(name)) return fail(ErrorCode::value_invalid, "not a property name: key, " + name);
        LS_TRY_ASSIGN(std::string text, key_literal(name, value));
        parts.push_back(name + "=" + text);
    }
    if (parts.empty()) return fail(ErrorCode::value_invalid, "key is empty");
    return "(" + joined(parts, ",") + ")";
}

std::string query_text(const QueryOptions& options) {
    std::vector<std::string> parts;
    if (!options.filter.empty()) parts.push_back("$filter=" + encoding::percent_encode(options.filter));
    if (!options.select.empty()) parts.push_back("$select=" + joined(options.select, ","));
    if (!options.expand.empty()) parts.push_back("$expand=" + joined(options.expand, ","));
    if (!options.orderby.empty()) {
        std::string order = joined(options.orderby, ",");
        for (std::size_t at = 0; (at = order.find(' ', at)) != std::string::npos; at += 3) order.replace(at, 1, "%20");
        parts.push_back("$orderby=" + order);
    }
    if (options.top > 0) parts.push_back("$top=" + std::to_string(options.top));
    if (options.count) parts.emplace_back("$inlinecount=allpages");
    return parts.empty() ? "" : "?" + joined(parts, "&");
}

}  // namespace lockstep::connectors::sap
