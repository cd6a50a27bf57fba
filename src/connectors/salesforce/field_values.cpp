#include "connectors/salesforce/field_values.h"

#include "connectors/salesforce/record_id.h"
#include "value/encoding.h"

namespace lockstep::connectors::salesforce {
namespace {

Unexpected not_a_field_value(const std::string& name, const Value& value, std::string_view hint) {
    return fail(ErrorCode::value_invalid,
                "no field takes a value of this kind" + std::string(hint) + ": " + name + ", " + std::string(to_string(value.kind())));
}

Result<Value> field_value(const std::string& name, const Value& value) {
    switch (value.kind()) {
        case Value::Kind::timestamp:
            return Value(format_timestamp({value.as_timestamp().seconds, 0}));
        case Value::Kind::date:
            return Value(format_date(value.as_date()));
        case Value::Kind::bytes:
            return Value(encoding::base64(value.as_bytes()));
        case Value::Kind::map: {
            LS_TRY_ASSIGN(Map parent, field_values(value.as_map()));
            return Value(std::move(parent));
        }
        case Value::Kind::list:
            return not_a_field_value(name, value, " (several picklist values are one text, joined by ;)");
        case Value::Kind::duration:
        case Value::Kind::opaque:
            return not_a_field_value(name, value, "");
        default:
            return value;
    }
}

}  // namespace

Result<Map> field_values(const Map& fields) {
    Map written;
    for (const auto& [name, value] : fields) {
        LS_TRY_ASSIGN(std::string checked, checked_name(name, "field"));
        if (checked == "Id" || checked == "id") return fail(ErrorCode::value_invalid, "the id of a record is not a field to set: Id");
        LS_TRY_ASSIGN(Value field, field_value(checked, value));
        written.set(std::move(checked), std::move(field));
    }
    return written;
}

}  // namespace lockstep::connectors::salesforce
