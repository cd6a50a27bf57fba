// The macros that go over the elements of a list or the entries of a map.
#include <unordered_map>

#include "expr/evaluation.h"

namespace lockstep::expr {

/// The elements that a macro goes over.
class Range {
public:
    static std::optional<Range> of(const Value& value) {
        Range range;
        if (value.is_list()) range.list_ = &value.as_list();
        range.map_ = MapView::of(value);
        if (!range.list_ && !range.map_) return std::nullopt;
        return range;
    }
    std::size_t size() const { return list_ ? list_->size() : map_->size(); }
    bool is_map() const { return map_.has_value(); }
    /// What a macro with one variable sees: the element, or the key.
    Value element(std::size_t index) const { return list_ ? (*list_)[index] : map_->key(index); }
    /// What a macro with two variables sees: index and element, or key and value.
    Value first(std::size_t index) const { return list_ ? Value(static_cast<std::int64_t>(index)) : map_->key(index); }
    Value second(std::size_t index) const { return list_ ? (*list_)[index] : map_->value(index); }

private:
    const List* list_ = nullptr;
    std::optional<MapView> map_;
};

void Evaluation::bind_element(const Node& node, const Range& range, std::size_t index) {
    if (node.second_slot < 0) {
        local(node.slot) = range.element(index);
        return;
    }
    local(node.slot) = range.first(index);
    local(node.second_slot) = range.second(index);
}

Result<Value> Evaluation::evaluate_comprehension(const Node& node) {
    Value storage;
    LS_TRY_ASSIGN(const Pointer operand, refer(*node.children[0], storage));
    // Keeps the list alive and unmoved, whatever the body does.
    const Value held = *operand;
    const auto range = Range::of(held);
    if (!range) return at(node, node.name + " needs a list or a map, not " + std::string(name_of_type(held)));
    switch (node.macro) {
        case Macro::all:
        case Macro::exists:
            return evaluate_quantifier(node, *range);
        case Macro::exists_one:
            return evaluate_exists_one(node, *range);
        case Macro::map:
        case Macro::filter:
            return evaluate_list_macro(node, *range);
        case Macro::transform_map:
        case Macro::transform_map_entry:
            return evaluate_map_macro(node, *range);
        case Macro::group_by:
            return evaluate_group_by(node, *range);
    }
    return at(node, "no such macro: " + node.name);
}

/// `all` and `exists`: as a chain of && or ||, so one deciding element makes errors of the others irrelevant.
Result<Value> Evaluation::evaluate_quantifier(const Node& node, const Range& range) {
    const bool deciding = node.macro == Macro::exists;
    std::optional<Error> error;
    std::uint32_t error_offset = 0;
    for (std::size_t i = 0; i < range.size(); ++i) {
        bind_element(node, range, i);
        auto result = evaluate(*node.children[1]);
        if (result && result->kind() == Value::Kind::boolean) {
            if (result->as_bool() == deciding) return Value(deciding);
            continue;
        }
        if (result) result = at(*node.children[1], node.name + " needs booleans, not " + std::string(name_of_type(*result)));
        if (exhausted()) return fail(std::move(result).error());
        if (!error) {
            error = std::move(result).error();
            error_offset = error_offset_;
        }
    }
    if (!error) return Value(!deciding);
    error_offset_ = error_offset;
    return fail(*std::move(error));
}

Result<Value> Evaluation::evaluate_exists_one(const Node& node, const Range& range) {
    int found = 0;
    for (std::size_t i = 0; i < range.size(); ++i) {
        bind_element(node, range, i);
        LS_TRY_ASSIGN(const Value result, evaluate(*node.children[1]));
        if (result.kind() != Value::Kind::boolean) {
            return at(*node.children[1], node.name + " needs booleans, not " + std::string(name_of_type(result)));
        }
        if (result.as_bool()) ++found;
    }
    return Value(found == 1);
}

Result<bool> Evaluation::passes_filter(const Node& node) {
    if (node.children.size() < 3) return true;
    LS_TRY_ASSIGN(const Value result, evaluate(*node.children[2]));
    if (result.kind() == Value::Kind::boolean) return result.as_bool();
    return at(*node.children[2], node.name + " filters by booleans, not " + std::string(name_of_type(result)));
}

Result<Value> Evaluation::evaluate_list_macro(const Node& node, const Range& range) {
    List results;
    for (std::size_t i = 0; i < range.size(); ++i) {
        LS_TRY(charge(1));
        bind_element(node, range, i);
        LS_TRY_ASSIGN(const bool passes, passes_filter(node));
        if (!passes) continue;
        if (node.macro == Macro::filter) {
            results.push_back(range.element(i));
            continue;
        }
        LS_TRY_ASSIGN(Value result, evaluate(*node.children[1]));
        results.push_back(std::move(result));
    }
    return Value(std::move(results));
}

/// Adds what the body makes of one entry: a value for the key, or a map of new entries.
Result<void> Evaluation::transform_entry(const Node& node, const Value& key, MapBuilder& builder) {
    LS_TRY_ASSIGN(Value result, evaluate(*node.children[1]));
    if (node.macro == Macro::transform_map) return builder.add(key, std::move(result));
    const auto entries = MapView::of(result);
    if (!entries) return at(*node.children[1], node.name + " must give maps, not " + std::string(name_of_type(result)));
    LS_TRY(charge(entries->size()));
    for (std::size_t i = 0; i < entries->size(); ++i) LS_TRY(builder.add(entries->key(i), entries->value(i)));
    return {};
}

Result<Value> Evaluation::evaluate_map_macro(const Node& node, const Range& range) {
    MapBuilder builder;
    for (std::size_t i = 0; i < range.size(); ++i) {
        LS_TRY(charge(1));
        bind_element(node, range, i);
        LS_TRY_ASSIGN(const bool passes, passes_filter(node));
        if (passes) LS_TRY(transform_entry(node, range.first(i), builder));
    }
    return std::move(builder).build();
}

/// A map from each key to the list of its elements, both in the order of first occurrence.
Result<Value> Evaluation::evaluate_group_by(const Node& node, const Range& range) {
    std::unordered_map<std::string, std::size_t> places;
    List keys;
    std::vector<List> groups;
    for (std::size_t i = 0; i < range.size(); ++i) {
        LS_TRY(charge(1));
        bind_element(node, range, i);
        LS_TRY_ASSIGN(Value key, evaluate(*node.children[1]));
        const auto text = key_text(key);
        if (!text) return at(*node.children[1], node.name + " groups by text, numbers or booleans, not " + std::string(name_of_type(key)));
        const auto [place, is_new] = places.try_emplace(*text, groups.size());
        if (is_new) {
            keys.push_back(std::move(key));
            groups.emplace_back();
        }
        groups[place->second].push_back(range.element(i));
    }
    MapBuilder builder;
    for (std::size_t i = 0; i < keys.size(); ++i)
        if (auto added = builder.add(keys[i], Value(std::move(groups[i]))); !added) return at(node, std::move(added).error());
    return std::move(builder).build();
}

}  // namespace lockstep::expr
