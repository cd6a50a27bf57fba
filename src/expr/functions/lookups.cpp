// Lockstep's own functions on maps and on what may be missing.
#include "expr/evaluation.h"
#include "expr/functions/families.h"
#include "expr/operators.h"

namespace lockstep::expr::functions {
namespace {

/// Nothing that a flow would want to send: null, an absent optional, an empty text.
bool is_missing(const Value& value) {
    const OptionalValue* optional = as_optional(value);
    if (optional) return !optional->value() || is_missing(*optional->value());
    return value.is_null() || (value.is_string() && value.as_string().empty());
}

std::optional<Value> unless_missing(const Value& value) {
    if (is_missing(value)) return std::nullopt;
    const OptionalValue* optional = as_optional(value);
    return optional ? *optional->value() : value;
}

Result<Value> fallback(const Call& call) {
    auto given = unless_missing(call[0]);
    return given ? *std::move(given) : call[1];
}

Result<Value> get(const Call& call) {
    const Value* entry = MapView::of(call[0])->find(call[1]);
    return entry ? *entry : call[2];
}

Result<Value> lookup(const Call& call) {
    const Value* entry = MapView::of(call[0])->find(call[1]);
    if (entry) return *entry;
    const std::string near = call[1].is_string() ? nearest_key(call[0], call[1].as_string()) : "";
    return failed("the table has no entry for " + call[1].text() + near);
}

Result<Value> keys(const Call& call) {
    const auto map = *MapView::of(call[0]);
    LS_TRY(call.evaluation.charge(map.size()));
    List result;
    for (std::size_t i = 0; i < map.size(); ++i) result.push_back(map.key(i));
    return Value(std::move(result));
}

Result<Value> values(const Call& call) {
    const auto map = *MapView::of(call[0]);
    LS_TRY(call.evaluation.charge(map.size()));
    List result;
    for (std::size_t i = 0; i < map.size(); ++i) result.push_back(map.value(i));
    return Value(std::move(result));
}

}  // namespace

std::vector<Function> lookups() {
    return {
        {.name = "default",
         .style = Style::member,
         .signature = "any.default(any) -> any",
         .summary = "The value, or another if it is null, empty text or an absent optional.",
         .examples = {{"null.default('DE')", "'DE'"},
                      {"''.default('DE')", "'DE'"},
                      {"{}.?country.default('DE')", "'DE'"},
                      {"'FR'.default('DE')", "'FR'"}},
         .overloads = {{{Type::any, Type::any}, fallback}},
         .shortcut = unless_missing},
        {.name = "get",
         .style = Style::member,
         .signature = "map.get(key, any default) -> any",
         .summary = "The entry of a map, or a default if there is none.",
         .examples = {{"{'a': 1}.get('b', 0)", "0"}},
         .overloads = {{{Type::map, Type::any, Type::any}, get}}},
        {.name = "keys",
         .style = Style::member,
         .signature = "map.keys() -> list",
         .summary = "The keys of a map in its order.",
         .examples = {{"{'a': 1, 'b': 2}.keys()", "['a', 'b']"}},
         .overloads = {{{Type::map}, keys}}},
        {.name = "lookup",
         .signature = "lookup(map table, key) -> any",
         .summary = "The entry of a table; a missing key is an error that names it and the nearest.",
         .examples = {{"lookup({'Germany': 'DE'}, 'Germany')", "'DE'"}},
         .overloads = {{{Type::map, Type::any}, lookup}}},
        {.name = "values",
         .style = Style::member,
         .signature = "map.values() -> list",
         .summary = "The values of a map in its order.",
         .examples = {{"{'a': 1, 'b': 2}.values()", "[1, 2]"}},
         .overloads = {{{Type::map}, values}}},
    };
}

}  // namespace lockstep::expr::functions
