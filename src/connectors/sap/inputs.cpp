#include "connectors/sap/inputs.h"

#include "connectors/sap/matching.h"

namespace lockstep::connectors::sap {
namespace {

bool is_single(const Value& value) { return !value.is_null() && !value.is_map() && !value.is_list() && !value.text().empty(); }

bool is_time(const Value& value) { return value.kind() == Value::Kind::date || value.kind() == Value::Kind::timestamp; }

/// Puts the unique values into the body; they are what a later look-up goes by.
Result<void> put_unique(Map& body, const Map& unique) {
    for (const auto& [property, value] : unique) {
        const Value* there = body.find(property);
        if (!there) {
            body.set(property, value);
        } else if (!fits(property, value, *there)) {
            return fail(ErrorCode::value_invalid,
                        "the new record could not be found again: " + property + " is " + there->text() + ", unique says " + value.text());
        }
    }
    return {};
}

/// Only what is added up is asked for, and how many records there are.
void select_for_totals(ReadInput& read) {
    read.options.select = read.totals.group_by;
    read.options.select.insert(read.options.select.end(), read.totals.sum.begin(), read.totals.sum.end());
    read.options.count = true;
}

Result<std::int64_t> top_of(const Value& input) {
    const Value& top = input["top"];
    if (top.is_null()) return std::int64_t{0};
    if (top.kind() == Value::Kind::integer && top.as_int() > 0) return top.as_int();
    return fail(ErrorCode::value_invalid, "top must be a whole number above 0: " + top.text());
}

}  // namespace

Result<Entity> entity_of(const Value& input) { return parse_entity(input["entity"].string_or("")); }

Result<ReadInput> read_input(const Value& input) {
    ReadInput read;
    LS_TRY_ASSIGN(read.entity, entity_of(input));
    LS_TRY_ASSIGN(read.options.filter, filter_text(input["filter"]));
    LS_TRY_ASSIGN(read.options.select, property_paths("select", input["select"]));
    LS_TRY_ASSIGN(read.options.expand, property_paths("expand", input["expand"]));
    LS_TRY_ASSIGN(read.options.orderby, order_terms(input["orderby"]));
    LS_TRY_ASSIGN(read.options.top, top_of(input));
    LS_TRY_ASSIGN(read.totals, totals_input(input));
    if (read.totals.wanted()) select_for_totals(read);
    return read;
}

Result<Map> unique_of(const Value& input) {
    const Value& unique = input["unique"];
    if (!unique.is_map() || unique.as_map().empty()) return fail(ErrorCode::value_invalid, "unique must be a map of properties and values");
    for (const auto& [property, value] : unique.as_map()) {
        if (!is_property_name(property)) return fail(ErrorCode::value_invalid, "not a property name: unique, " + property);
        if (!is_single(value) && !is_time(value))
            return fail(ErrorCode::value_invalid, "a value of unique is empty or not a single value: " + property);
    }
    return unique.as_map();
}

Result<UniqueInput> unique_input(const Value& input, std::string_view body_name) {
    UniqueInput wanted;
    LS_TRY_ASSIGN(wanted.entity, entity_of(input));
    LS_TRY_ASSIGN(wanted.unique, unique_of(input));
    LS_TRY_ASSIGN(wanted.expand, property_paths("expand", input["expand"]));
    wanted.match = input["match"];
    const Value& body = input[body_name];
    if (!body.is_map()) return fail(ErrorCode::value_invalid, "what to create must be a map: " + std::string(body_name));
    wanted.body = body.as_map();
    LS_TRY(put_unique(wanted.body, wanted.unique));
    wanted.read_back = input["read_back"] == Value(true);
    return wanted;
}

}  // namespace lockstep::connectors::sap
