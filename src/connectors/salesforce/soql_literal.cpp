#include <fmt/format.h>

#include "connectors/salesforce/soql.h"
#include "value/encoding.h"

namespace lockstep::connectors::salesforce {
namespace {

void append_escaped(std::string& out, char c) {
    switch (c) {
        case '\\':
            out += "\\\\";
            return;
        case '\'':
            out += "\\'";
            return;
        case '"':
            out += "\\\"";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        case '\b':
            out += "\\b";
            return;
        case '\f':
            out += "\\f";
            return;
        default:
            break;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
        out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    else
        out += c;
}

Result<std::string> quoted(std::string_view text) {
    if (!encoding::is_valid_utf8(text)) return fail(ErrorCode::value_invalid, "a text bound into a query is not UTF-8");
    std::string out = "'";
    for (char c : text) append_escaped(out, c);
    return out + "'";
}

Result<std::string> list_literal(const List& list) {
    if (list.empty()) return fail(ErrorCode::value_invalid, "an empty list cannot be bound into a query: IN needs at least one value");
    std::string out;
    for (const Value& element : list) {
        if (element.is_list()) return fail(ErrorCode::value_invalid, "a list within a list cannot be bound into a query");
        LS_TRY_ASSIGN(std::string literal, soql_literal(element));
        out += (out.empty() ? "(" : ", ") + literal;
    }
    return out + ")";
}

}  // namespace

Result<std::string> soql_literal(const Value& value) {
    switch (value.kind()) {
        case Value::Kind::null:
            return std::string("null");
        case Value::Kind::boolean:
            return std::string(value.as_bool() ? "true" : "false");
        case Value::Kind::integer:
        case Value::Kind::unsigned_integer:
        case Value::Kind::decimal:
            return value.to_decimal().to_string();
        case Value::Kind::string:
            return quoted(value.as_string());
        case Value::Kind::timestamp:
            return format_timestamp(Timestamp::from_ms(value.as_timestamp().ms()));
        case Value::Kind::date:
            return format_date(value.as_date());
        case Value::Kind::list:
            return list_literal(value.as_list());
        case Value::Kind::bytes:
        case Value::Kind::duration:
        case Value::Kind::map:
        case Value::Kind::opaque:
            break;
    }
    return fail(ErrorCode::value_invalid, "a value of this kind cannot be bound into a query: " + std::string(to_string(value.kind())));
}

}  // namespace lockstep::connectors::salesforce
