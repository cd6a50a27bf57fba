#include "connectors/sap/odata_json.h"

#include "connectors/sap/odata_time.h"
#include "connectors/sap/property_types.h"
#include "value/json.h"

namespace lockstep::connectors::sap {
namespace {

Unexpected does_not_fit(std::string_view property, const Value& value) {
    return fail(ErrorCode::value_invalid, "value cannot be sent as the property's type: " + std::string(property) + ", " +
                                              (value.text().empty() ? std::string(to_string(value.kind())) : value.text()));
}

/// Edm.Decimal and Edm.Int64 are texts in OData V2's JSON. Source: OData V2 JSON format, "Primitive Types".
Result<Value> number_out(std::string_view property, const Value& value) {
    if (edm_type(property) == EdmType::integer) return value;
    if (edm_type(property) == EdmType::boolean) return does_not_fit(property, value);
    return Value(value.text());
}

Result<Value> text_out(std::string_view property, const Value& value) {
    EdmType type = edm_type(property);
    const std::string& text = value.as_string();
    if (type == EdmType::decimal && !Decimal::parse(text)) return does_not_fit(property, value);
    if (type != EdmType::date_time && type != EdmType::date_time_offset) return value;
    std::optional<Timestamp> time = to_time(value);
    if (!time) return does_not_fit(property, value);
    return Value(write_date(*time, type == EdmType::date_time_offset));
}

Result<Value> time_out(std::string_view property, const Value& value) {
    if (value.kind() == Value::Kind::duration) {
        std::optional<std::string> time = to_edm_time(value);
        return time ? Result<Value>(Value(*time)) : Result<Value>(does_not_fit(property, value));
    }
    EdmType type = edm_type(property);
    bool offset = type == EdmType::date_time_offset || (type != EdmType::date_time && value.kind() == Value::Kind::timestamp);
    return Value(write_date(*to_time(value), offset));
}

Result<Value> list_out(std::string_view property, const Value& value);

Result<Value> value_out(std::string_view property, const Value& value) {
    switch (value.kind()) {
        case Value::Kind::null:
        case Value::Kind::boolean:
            return value;
        case Value::Kind::integer:
        case Value::Kind::unsigned_integer:
        case Value::Kind::decimal:
            return number_out(property, value);
        case Value::Kind::string:
            return text_out(property, value);
        case Value::Kind::timestamp:
        case Value::Kind::date:
        case Value::Kind::duration:
            return time_out(property, value);
        case Value::Kind::map:
            return to_odata(value.as_map());
        case Value::Kind::list:
            return list_out(property, value);
        default:
            return does_not_fit(property, value);
    }
}

Result<Value> list_out(std::string_view property, const Value& value) {
    List out;
    for (const Value& element : value.as_list()) {
        if (!element.is_map()) return does_not_fit(property, element);
        LS_TRY_ASSIGN(Value entry, to_odata(element.as_map()));
        out.push_back(std::move(entry));
    }
    if (property == "results") return Value(std::move(out));
    return Value(Map{{"results", Value(std::move(out))}});
}

/// Reads nested records; remembers if a part of the answer is missing because it is paged itself.
struct Reader {
    bool incomplete = false;

    Value value_in(const std::string& property, const Value& value) {
        if (value.is_map()) return map_in(value.as_map());
        if (value.is_list()) return list_in(value.as_list());
        if (edm_type(property) == EdmType::decimal) return decimal_in(value);
        if (!value.is_string()) return value;
        std::optional<Value> date = read_date(value.as_string());
        return date ? *date : value;
    }

    static Value decimal_in(const Value& value) {
        if (value.is_number()) return value.to_decimal();
        Result<Decimal> number = Decimal::parse(value.string_or(""));
        return number ? Value(*number) : value;
    }

    Value list_in(const List& list) {
        List out;
        out.reserve(list.size());
        for (const Value& element : list) out.push_back(value_in("", element));
        return Value(std::move(out));
    }

    Value map_in(const Map& map) {
        if (const Value* results = map.find("results"); results && results->is_list()) {
            incomplete = incomplete || map.contains("__next");
            return list_in(results->as_list());
        }
        return record_in(map);
    }

    Value record_in(const Map& map) {
        std::vector<Map::Entry> out;
        out.reserve(map.size());
        for (const auto& [name, value] : map) {
            if (name == "__metadata") {
                if (!value["etag"].text().empty()) out.emplace_back("__etag", value["etag"].text());
            } else if (!value.is_map() || !value["__deferred"].is_map()) {
                out.emplace_back(name, value_in(name, value));
            }
        }
        return Value(Map::from_entries(std::move(out)));
    }
};

Result<Value> envelope(std::string_view body) {
    Result<Value> answer = json::parse(body);
    if (!answer) return fail(ErrorCode::vendor_protocol, "the answer is not JSON: " + answer.error().message);
    const Value& d = (*answer)["d"];
    if (!d.is_map() && !d.is_list()) return fail(ErrorCode::vendor_protocol, "the answer has no object `d`");
    return d;
}

Unexpected paged_inside() {
    return fail(ErrorCode::vendor_protocol, "an expanded collection is cut into pages: read it by a query of its own");
}

void add_message(List& out, const Value& message) {
    std::string severity = message["severity"].text();
    if (severity != "warning" && severity != "error") return;
    out.push_back(Map{{"code", message["code"].text()},
                      {"message", message["message"].text()},
                      {"severity", severity},
                      {"target", message["target"].text()}});
}

/// `__count` is a text.
std::optional<std::int64_t> count_in(const Value& d) {
    const Result<Decimal> count = Decimal::parse(d["__count"].text());
    if (!count) return std::nullopt;
    const Result<std::int64_t> whole = count->to_int64();
    return whole ? std::optional(*whole) : std::nullopt;
}

}  // namespace

Result<Value> to_odata(const Map& record) {
    Map out;
    for (const auto& [name, value] : record) {
        if (name.starts_with("__")) continue;
        if (!is_property_name(name)) return fail(ErrorCode::value_invalid, "not a property name: " + name);
        LS_TRY_ASSIGN(Value written, value_out(name, value));
        out.set(name, std::move(written));
    }
    return Value(std::move(out));
}

Result<Value> read_record(std::string_view body) {
    LS_TRY_ASSIGN(Value d, envelope(body));
    if (!d.is_map()) return fail(ErrorCode::vendor_protocol, "the answer is a list where a record is expected");
    Reader reader;
    Value record = reader.record_in(d.as_map());
    if (reader.incomplete) return paged_inside();
    return record;
}

Result<Page> read_page(std::string_view body) {
    LS_TRY_ASSIGN(Value d, envelope(body));
    const Value& results = d.is_list() ? d : d["results"];
    if (!results.is_list()) return fail(ErrorCode::vendor_protocol, "the answer has no list `results`");
    Reader reader;
    Value rows = reader.list_in(results.as_list());
    if (reader.incomplete) return paged_inside();
    return Page{.rows = rows.as_list(), .next = d["__next"].text(), .count = count_in(d)};
}

std::string own_segment(std::string_view body, std::string_view set) {
    Result<Value> d = envelope(body);
    std::string uri = d ? (*d)["__metadata"]["uri"].text() : "";
    std::size_t begin = uri.rfind("/" + std::string(set) + "(");
    if (begin == std::string::npos || !uri.ends_with(')')) return "";
    std::string segment = uri.substr(begin + 1);
    bool safe = segment.find_first_of("?#/ \\") == std::string::npos;
    return safe ? segment : "";
}

List read_sap_messages(std::string_view header) {
    List out;
    Result<Value> message = json::parse(header);
    if (!message) return out;
    add_message(out, *message);
    if ((*message)["details"].is_list())
        for (const Value& detail : (*message)["details"].as_list()) add_message(out, detail);
    return out;
}

}  // namespace lockstep::connectors::sap
