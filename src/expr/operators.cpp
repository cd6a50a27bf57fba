// Equality, order, membership and access to entries.
#include "expr/operators.h"

#include "base/nearest.h"

namespace lockstep::expr {
namespace {

using Kind = Value::Kind;

/// A message need not look through more keys than this for the nearest one.
constexpr std::size_t keys_compared_max = 500;

Result<bool> equal_lists(Evaluation& evaluation, const List& left, const List& right) {
    if (left.size() != right.size()) return false;
    for (std::size_t i = 0; i < left.size(); ++i) {
        LS_TRY_ASSIGN(const bool same, equal(evaluation, left[i], right[i]));
        if (!same) return false;
    }
    return true;
}

Result<bool> equal_maps(Evaluation& evaluation, const MapView& left, const MapView& right) {
    if (left.size() != right.size()) return false;
    for (std::size_t i = 0; i < left.size(); ++i) {
        const Value* other = right.find(left.key(i));
        if (!other) return false;
        LS_TRY_ASSIGN(const bool same, equal(evaluation, left.value(i), *other));
        if (!same) return false;
    }
    return true;
}

Result<bool> equal_opaques(Evaluation& evaluation, const Value& left, const Value& right) {
    const auto left_map = MapView::of(left);
    const auto right_map = MapView::of(right);
    if (left_map && right_map) return equal_maps(evaluation, *left_map, *right_map);
    const OptionalValue* left_optional = as_optional(left);
    const OptionalValue* right_optional = as_optional(right);
    if (left_optional && right_optional && left_optional->value() && right_optional->value()) {
        return equal(evaluation, *left_optional->value(), *right_optional->value());
    }
    return left == right;
}

Result<bool> equal_texts(Evaluation& evaluation, const std::string& left, const std::string& right) {
    if (left.size() != right.size()) return false;
    LS_TRY(evaluation.charge_bytes(left.size()));
    return left == right;
}

Unexpected no_order(const Value& left, const Value& right) {
    return failed("these have no order: " + std::string(name_of_type(left)) + " and " + std::string(name_of_type(right)));
}

std::strong_ordering order_of(int comparison) { return comparison <=> 0; }

/// The list index a number stands for; -1 if it has a fraction or does not fit.
Result<std::int64_t> list_index(const Value& key) {
    if (key.kind() == Kind::integer) return key.as_int();
    if (!key.is_number()) return failed("a list index must be a whole number, not " + std::string(name_of_type(key)));
    const Decimal number = key.to_decimal();
    if (!number.is_integer()) return failed("a list index must be a whole number: " + number.to_string());
    auto index = number.to_int64();
    return index ? *index : -1;
}

}  // namespace

Result<bool> equal(Evaluation& evaluation, const Value& left, const Value& right) {
    LS_TRY(evaluation.charge(1));
    if (left.is_number() && right.is_number()) return left == right;
    if (left.kind() != right.kind()) return false;
    switch (left.kind()) {
        case Kind::list:
            return equal_lists(evaluation, left.as_list(), right.as_list());
        case Kind::map:
            return equal_maps(evaluation, *MapView::of(left), *MapView::of(right));
        case Kind::opaque:
            return equal_opaques(evaluation, left, right);
        case Kind::string:
            return equal_texts(evaluation, left.as_string(), right.as_string());
        default:
            return left == right;
    }
}

Result<std::strong_ordering> compare(const Value& left, const Value& right) {
    if (left.kind() == Kind::integer && right.kind() == Kind::integer) return left.as_int() <=> right.as_int();
    if (left.is_number() && right.is_number()) return left.to_decimal() <=> right.to_decimal();
    if (left.kind() != right.kind()) return no_order(left, right);
    switch (left.kind()) {
        case Kind::boolean:
            return static_cast<int>(left.as_bool()) <=> static_cast<int>(right.as_bool());
        case Kind::string:
            return order_of(left.as_string().compare(right.as_string()));
        case Kind::bytes:
            return order_of(left.as_bytes().compare(right.as_bytes()));
        case Kind::timestamp:
            return left.as_timestamp() <=> right.as_timestamp();
        case Kind::date:
            return left.as_date() <=> right.as_date();
        case Kind::duration:
            return left.as_duration() <=> right.as_duration();
        default:
            return no_order(left, right);
    }
}

Result<bool> contains(Evaluation& evaluation, const Value& element, const Value& container) {
    if (const auto map = MapView::of(container)) return map->find(element) != nullptr;
    if (!container.is_list()) { return failed("`in` looks into lists and maps, not " + std::string(name_of_type(container))); }
    for (const Value& candidate : container.as_list()) {
        LS_TRY_ASSIGN(const bool same, equal(evaluation, element, candidate));
        if (same) return true;
    }
    return false;
}

Result<const Value*> find_entry(const Value& container, const Value& key) {
    if (const auto map = MapView::of(container)) return map->find(key);
    if (!container.is_list()) {
        const std::string what = key.is_string() ? "field " + key.as_string() : "index";
        return failed(std::string(name_of_type(container)) + " has no entries: " + what);
    }
    LS_TRY_ASSIGN(const std::int64_t index, list_index(key));
    const List& list = container.as_list();
    if (index < 0 || static_cast<std::uint64_t>(index) >= list.size()) return static_cast<const Value*>(nullptr);
    return &list[static_cast<std::size_t>(index)];
}

std::string nearest_key(const Value& container, std::string_view wanted) {
    if (!container.is_map() || container.as_map().size() > keys_compared_max) return {};
    std::vector<std::string> keys;
    for (const auto& [key, value] : container.as_map()) keys.push_back(key);
    return did_you_mean(wanted, keys);
}

std::string missing_entry(const Value& container, const Value& key) {
    if (container.is_list()) { return "index out of range: " + key.text() + ", size " + std::to_string(container.as_list().size()); }
    return "no such key: " + key.text() + (key.is_string() ? nearest_key(container, key.as_string()) : "");
}

}  // namespace lockstep::expr
