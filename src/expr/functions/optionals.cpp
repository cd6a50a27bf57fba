// CEL's optional values. `optMap` and `optFlatMap` are macros (macros.cpp).
#include "expr/evaluation.h"
#include "expr/functions/families.h"

namespace lockstep::expr::functions {
namespace {

const Value* inner(const Value& value) { return as_optional(value)->value(); }

bool is_zero(const Value& value) {
    using Kind = Value::Kind;
    if (value.is_number()) return value.to_decimal().is_zero();
    if (const auto map = MapView::of(value)) return map->size() == 0;
    switch (value.kind()) {
        case Kind::null:
            return true;
        case Kind::boolean:
            return !value.as_bool();
        case Kind::string:
            return value.as_string().empty();
        case Kind::bytes:
            return value.as_bytes().empty();
        case Kind::list:
            return value.as_list().empty();
        case Kind::timestamp:
            return value.as_timestamp() == Timestamp{};
        case Kind::duration:
            return value.as_duration() == Duration{};
        case Kind::opaque:
            return as_optional(value) && !inner(value);
        default:
            return false;
    }
}

Result<Value> none(const Call&) { return absent(); }
Result<Value> of(const Call& call) { return present(call[0]); }
Result<Value> of_non_zero(const Call& call) { return is_zero(call[0]) ? absent() : present(call[0]); }
Result<Value> has_value(const Call& call) { return Value(inner(call[0]) != nullptr); }
Result<Value> value(const Call& call) {
    if (!inner(call[0])) return failed("the optional is absent");
    return *inner(call[0]);
}
Result<Value> second(const Call& call) { return call[1]; }

std::optional<Value> itself_if_present(const Value& receiver) {
    const OptionalValue* optional = as_optional(receiver);
    return optional && optional->value() ? std::optional(receiver) : std::nullopt;
}
std::optional<Value> value_if_present(const Value& receiver) {
    const OptionalValue* optional = as_optional(receiver);
    return optional && optional->value() ? std::optional(*optional->value()) : std::nullopt;
}

Result<Value> unwrap(const Call& call) {
    List result;
    for (const Value& element : call[0].as_list()) {
        LS_TRY(call.evaluation.charge(1));
        if (!as_optional(element)) return failed("unwrap needs optionals only, not " + std::string(name_of_type(element)));
        if (inner(element)) result.push_back(*inner(element));
    }
    return Value(std::move(result));
}

constexpr auto O = Type::optional;

}  // namespace

std::vector<Function> optionals() {
    return {
        {.name = "hasValue",
         .style = Style::member,
         .signature = "optional.hasValue() -> bool",
         .summary = "Whether the optional is present.",
         .examples = {{"optional.of(1).hasValue()", "true"}},
         .overloads = {{{O}, has_value}}},
        {.name = "optional.none",
         .signature = "optional.none() -> optional",
         .summary = "An absent optional.",
         .examples = {{"optional.none().hasValue()", "false"}},
         .overloads = {{{}, none}}},
        {.name = "optional.of",
         .signature = "optional.of(any) -> optional",
         .summary = "A present optional.",
         .examples = {{"optional.of(1).value()", "1"}},
         .overloads = {{{Type::any}, of}}},
        {.name = "optional.ofNonZeroValue",
         .signature = "optional.ofNonZeroValue(any) -> optional",
         .summary = "Absent for null, false, 0, empty text, lists and maps; otherwise present.",
         .examples = {{"optional.ofNonZeroValue('').hasValue()", "false"}},
         .overloads = {{{Type::any}, of_non_zero}}},
        {.name = "optional.unwrap",
         .signature = "optional.unwrap(list of optionals) -> list",
         .summary = "The values of the optionals that are present.",
         .examples = {{"optional.unwrap([optional.of(1), optional.none()])", "[1]"}},
         .overloads = {{{Type::list}, unwrap}}},
        {.name = "or",
         .style = Style::member,
         .signature = "optional.or(optional) -> optional",
         .summary = "The optional if it is present, otherwise the other.",
         .examples = {{"optional.none().or(optional.of(2)).value()", "2"}},
         .overloads = {{{O, O}, second}},
         .shortcut = itself_if_present},
        {.name = "orValue",
         .style = Style::member,
         .signature = "optional.orValue(any) -> any",
         .summary = "The value of the optional, or another if it is absent.",
         .examples = {{"{'a': 1}.?b.orValue(0)", "0"}},
         .overloads = {{{O, Type::any}, second}},
         .shortcut = value_if_present},
        {.name = "unwrapOpt",
         .style = Style::member,
         .signature = "list.unwrapOpt() -> list",
         .summary = "The values of the optionals that are present.",
         .examples = {{"[optional.of(1)].unwrapOpt()", "[1]"}},
         .overloads = {{{Type::list}, unwrap}}},
        {.name = "value",
         .style = Style::member,
         .signature = "optional.value() -> any",
         .summary = "The value of the optional; an error if it is absent.",
         .examples = {{"optional.of('a').value()", "'a'"}},
         .overloads = {{{O}, value}}},
    };
}

}  // namespace lockstep::expr::functions
