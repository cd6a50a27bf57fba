#include "expr/function.h"

#include <algorithm>

namespace lockstep::expr {
namespace {

bool accepts_all(const Overload& overload, std::span<const Value> arguments) {
    if (overload.variadic ? arguments.size() < overload.parameters.size() : arguments.size() != overload.parameters.size()) {
        return false;
    }
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (!accepts(overload.parameters[std::min(i, overload.parameters.size() - 1)], arguments[i])) return false;
    }
    return true;
}

bool accepts_opaque(Type type, const Value& value) {
    switch (type) {
        case Type::map:
            return MapView::of(value).has_value();
        case Type::optional:
            return as_optional(value) != nullptr;
        case Type::type:
            return as_type(value) != nullptr;
        default:
            return false;
    }
}

}  // namespace

bool accepts(Type type, const Value& value) {
    using Kind = Value::Kind;
    const Kind kind = value.kind();
    switch (type) {
        case Type::any:
            return true;
        case Type::null:
            return kind == Kind::null;
        case Type::boolean:
            return kind == Kind::boolean;
        case Type::integer:
            return kind == Kind::integer;
        case Type::unsigned_integer:
            return kind == Kind::unsigned_integer;
        case Type::whole:
            return kind == Kind::integer || kind == Kind::unsigned_integer;
        case Type::decimal:
            return kind == Kind::decimal;
        case Type::number:
            return value.is_number();
        case Type::string:
            return kind == Kind::string;
        case Type::bytes:
            return kind == Kind::bytes;
        case Type::timestamp:
            return kind == Kind::timestamp;
        case Type::date:
            return kind == Kind::date;
        case Type::duration:
            return kind == Kind::duration;
        case Type::list:
            return kind == Kind::list;
        case Type::map:
            return kind == Kind::map || accepts_opaque(type, value);
        case Type::optional:
        case Type::type:
            return accepts_opaque(type, value);
    }
    return false;
}

bool Function::takes(std::size_t count) const {
    return std::any_of(overloads.begin(), overloads.end(), [&](const Overload& overload) {
        return overload.variadic ? count >= overload.parameters.size() : count == overload.parameters.size();
    });
}

Result<Value> invoke(const Function& function, const Call& call) {
    for (const Overload& overload : function.overloads) {
        if (accepts_all(overload, call.arguments)) return overload.code(call);
    }
    return no_overload(function.name, call.arguments);
}

Unexpected no_overload(std::string_view name, std::span<const Value> arguments) {
    std::string message = "no such overload: " + std::string(name) + "(";
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (i > 0) message += ", ";
        message += name_of_type(arguments[i]);
    }
    return failed(message + ")");
}

}  // namespace lockstep::expr
