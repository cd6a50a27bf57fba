// The text form that string() and interpolation use.
#include "expr/function.h"
#include "value/encoding.h"

namespace lockstep::expr {
namespace {

Result<std::string> opaque_text(const Value& value) {
    if (const TypeValue* type = as_type(value)) return type->name();
    const OptionalValue* optional = as_optional(value);
    if (optional) return optional->value() ? to_text(*optional->value()) : std::string();
    return failed("a " + std::string(name_of_type(value)) + " has no text form");
}

Result<std::string> bytes_text(const std::string& bytes) {
    if (!encoding::is_valid_utf8(bytes)) return failed("the bytes are not valid UTF-8");
    return bytes;
}

}  // namespace

Result<std::string> to_text(const Value& value) {
    using Kind = Value::Kind;
    switch (value.kind()) {
        case Kind::null:
            return std::string();
        case Kind::boolean:
            return std::string(value.as_bool() ? "true" : "false");
        case Kind::integer:
            return std::to_string(value.as_int());
        case Kind::unsigned_integer:
            return std::to_string(value.as_uint());
        case Kind::decimal:
            return value.as_decimal().to_string();
        case Kind::string:
            return value.as_string();
        case Kind::bytes:
            return bytes_text(value.as_bytes());
        case Kind::timestamp:
            return format_timestamp(value.as_timestamp());
        case Kind::date:
            return format_date(value.as_date());
        case Kind::duration:
            return format_duration(value.as_duration());
        case Kind::opaque:
            return opaque_text(value);
        default:
            return failed("a " + std::string(name_of_type(value)) + " has no text form");
    }
}

}  // namespace lockstep::expr
