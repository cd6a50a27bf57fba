#include "expr/evaluation.h"

#include <array>

#include "expr/operators.h"

namespace lockstep::expr {
namespace {

/// A result may have more entries than an expression has steps: it mostly passes on what a vendor answered.
constexpr std::int64_t result_cost_max = 4 * limits::expression_cost_max;

constexpr std::string_view too_many_steps = "the expression takes too many steps";

/// Kinds whose value need not be copied: they point into a variable or the program itself.
bool is_reference(const Node& node) { return node.kind <= Node::Kind::index; }

/// The optional that selecting from an optional gives: its entry, or none.
Result<Value> optional_entry(const Value& container, const Value& key) {
    if (container.is_null()) return absent();
    LS_TRY_ASSIGN(const Value* entry, find_entry(container, key));
    return entry ? present(*entry) : absent();
}

/// Selecting from `operand`, which may be an optional itself.
Result<Value> optional_select(const Value& operand, const Value& key) {
    const OptionalValue* optional = as_optional(operand);
    if (!optional) return optional_entry(operand, key);
    return optional->value() ? optional_entry(*optional->value(), key) : absent();
}

/// The entry itself; missing is an error.
Result<Value> required_entry(const Value& container, const Value& key) {
    LS_TRY_ASSIGN(const Value* entry, find_entry(container, key));
    if (!entry) return failed(missing_entry(container, key));
    return *entry;
}

Result<Value> index_into(const Node& node, const Value& operand, const Value& key) {
    return node.optional || as_optional(operand) ? optional_select(operand, key) : required_entry(operand, key);
}

/// `has(operand.key)`. A field of null or of an absent optional is not there.
Result<Value> has_entry(const Value& operand, const Value& key) {
    const OptionalValue* optional = as_optional(operand);
    const Value* container = optional ? optional->value() : &operand;
    if (!container || container->is_null()) return Value(false);
    LS_TRY_ASSIGN(const Value* entry, find_entry(*container, key));
    return Value(entry != nullptr);
}

Result<Value> select_from(const Node& node, const Value& operand) {
    const Value key(node.name);
    return node.presence ? has_entry(operand, key) : index_into(node, operand, key);
}

}  // namespace

Result<void> Evaluation::charge(std::size_t steps) {
    if (cost_left_ > 0) cost_left_ = steps > static_cast<std::size_t>(cost_left_) ? 0 : cost_left_ - static_cast<std::int64_t>(steps);
    if (cost_left_ > 0) return {};
    return failed(std::string(too_many_steps));
}

Result<void> Evaluation::charge_deep(const Value& value) {
    LS_TRY(charge(1));
    if (value.is_string()) return charge_bytes(value.as_string().size());
    if (value.is_list()) {
        for (const Value& element : value.as_list()) LS_TRY(charge_deep(element));
        return {};
    }
    const OptionalValue* optional = as_optional(value);
    if (optional && optional->value()) return charge_deep(*optional->value());
    const auto map = MapView::of(value);
    for (std::size_t i = 0; map && i < map->size(); ++i) LS_TRY(charge_deep(map->value(i)));
    return {};
}

Result<void> Evaluation::check_result(const Node& root, const Value& result) {
    if (is_reference(root)) return {};
    cost_left_ = result_cost_max;
    if (charge_deep(result)) return {};
    return at(root, "the result is too large");
}

Unexpected Evaluation::at(const Node& node, Error error) {
    error_offset_ = node.offset;
    return fail(std::move(error));
}

Result<Value> Evaluation::placed(const Node& node, Result<Value> result) {
    if (!result) error_offset_ = node.offset;
    return result;
}

Result<Value> Evaluation::evaluate(const Node& node) {
    if (is_reference(node)) return evaluate_reference(node);
    if (!take_step()) return at(node, std::string(too_many_steps));
    switch (node.kind) {
        case Node::Kind::unary:
            return evaluate_unary(node);
        case Node::Kind::binary:
            return evaluate_binary(node);
        case Node::Kind::all_of:
            return evaluate_logical(node, false);
        case Node::Kind::any_of:
            return evaluate_logical(node, true);
        case Node::Kind::conditional:
            return evaluate_conditional(node);
        case Node::Kind::call:
            return evaluate_call(node);
        case Node::Kind::list:
            return evaluate_list(node);
        case Node::Kind::map:
            return evaluate_map(node);
        case Node::Kind::bind:
            return evaluate_bind(node);
        case Node::Kind::comprehension:
            return evaluate_comprehension(node);
        case Node::Kind::optional_map:
            return evaluate_optional_map(node);
        default:
            return at(node, "this cannot be evaluated");
    }
}

Result<Value> Evaluation::evaluate_reference(const Node& node) {
    Value storage;
    LS_TRY_ASSIGN(const Pointer found, refer(node, storage));
    if (found == &storage) return storage;
    return *found;
}

Result<Evaluation::Pointer> Evaluation::refer(const Node& node, Value& storage) {
    if (is_reference(node) && !take_step()) return at(node, std::string(too_many_steps));
    switch (node.kind) {
        case Node::Kind::literal:
            return &node.value;
        case Node::Kind::local:
            return &local(node.slot);
        case Node::Kind::variable:
            return refer_variable(node, storage);
        case Node::Kind::select:
            return refer_select(node, storage);
        case Node::Kind::index:
            return refer_index(node, storage);
        default:
            break;
    }
    auto result = evaluate(node);
    if (!result) return fail(std::move(result).error());
    storage = *std::move(result);
    return &storage;
}

Result<Evaluation::Pointer> Evaluation::refer_variable(const Node& node, Value& storage) {
    if (!node.candidates.empty()) return refer_candidates(node, storage);
    if (const Value* found = environment_.find(node.name)) return found;
    if (!node.value.is_null()) return &node.value;
    return at(node, "no such variable: " + node.name);
}

Result<Evaluation::Pointer> Evaluation::refer_candidates(const Node& node, Value& storage) {
    for (std::size_t i = 0; i < node.candidates.size(); ++i) {
        const Value* found = environment_.find(node.candidates[i]);
        const Value type = found ? Value() : type_named(node.candidates[i]);
        if (!found && type.is_null()) continue;
        storage = found ? *found : type;
        for (std::size_t k = node.path.size() - static_cast<std::size_t>(node.candidate_selects[i]); k < node.path.size(); ++k) {
            auto entry = find_entry(storage, Value(node.path[k]));
            if (!entry) return at(node, std::move(entry).error());
            if (!*entry) return at(node, missing_entry(storage, Value(node.path[k])));
            storage = Value(**entry);
        }
        return &storage;
    }
    return at(node, "no such variable: " + node.name);
}

Result<Evaluation::Pointer> Evaluation::refer_select(const Node& node, Value& storage) {
    Value inner;
    auto operand = refer(*node.children[0], inner);
    if (!operand) return operand;
    const Value* entry = nullptr;
    if (!node.presence && !node.optional && (*operand)->is_map()) entry = (*operand)->as_map().find(node.name);
    if (entry && *operand != &inner) return entry;
    auto result = entry ? Result<Value>(*entry) : placed(node, select_from(node, **operand));
    if (!result) return fail(std::move(result).error());
    storage = *std::move(result);
    return &storage;
}

Result<Evaluation::Pointer> Evaluation::refer_index(const Node& node, Value& storage) {
    Value inner;
    Value key_storage;
    auto operand = refer(*node.children[0], inner);
    if (!operand) return operand;
    auto key = refer(*node.children[1], key_storage);
    if (!key) return key;
    if (*operand != &inner && !node.optional && !as_optional(**operand)) {
        auto entry = find_entry(**operand, **key);
        if (entry && *entry) return *entry;
    }
    auto result = placed(node, index_into(node, **operand, **key));
    if (!result) return fail(std::move(result).error());
    storage = *std::move(result);
    return &storage;
}

Result<Value> Evaluation::evaluate_unary(const Node& node) {
    Value storage;
    LS_TRY_ASSIGN(const Pointer operand, refer(*node.children[0], storage));
    if (node.op == Operator::negate) return placed(node, negate(*operand));
    if (operand->kind() != Value::Kind::boolean) return at(node, "`!` needs a boolean, not " + std::string(name_of_type(*operand)));
    return Value(!operand->as_bool());
}

/// Kept apart from `apply`, so that a long chain of operators needs little stack.
Result<Value> Evaluation::evaluate_binary(const Node& node) {
    Value left_storage;
    Value right_storage;
    auto left = refer(*node.children[0], left_storage);
    if (!left) return fail(std::move(left).error());
    auto right = refer(*node.children[1], right_storage);
    if (!right) return fail(std::move(right).error());
    return placed(node, apply(node.op, **left, **right));
}

Result<Value> Evaluation::apply(Operator op, const Value& left, const Value& right) {
    switch (op) {
        case Operator::equal:
            return equal(*this, left, right).transform([](bool b) { return Value(b); });
        case Operator::not_equal:
            return equal(*this, left, right).transform([](bool b) { return Value(!b); });
        case Operator::in:
            return contains(*this, left, right).transform([](bool b) { return Value(b); });
        case Operator::less:
            return compare(left, right).transform([](auto order) { return Value(order < 0); });
        case Operator::less_equal:
            return compare(left, right).transform([](auto order) { return Value(order <= 0); });
        case Operator::greater:
            return compare(left, right).transform([](auto order) { return Value(order > 0); });
        case Operator::greater_equal:
            return compare(left, right).transform([](auto order) { return Value(order >= 0); });
        default:
            return arithmetic(*this, op, left, right);
    }
}

/// `&&` and `||` of CEL: an operand that decides makes errors of the others irrelevant, on either side.
Result<Value> Evaluation::evaluate_logical(const Node& node, bool absorbing) {
    std::optional<Error> error;
    std::uint32_t error_offset = 0;
    for (const NodePtr& child : node.children) {
        Value storage;
        auto operand = refer(*child, storage);
        if (operand && (*operand)->kind() == Value::Kind::boolean) {
            if ((*operand)->as_bool() == absorbing) return Value(absorbing);
            continue;
        }
        if (operand)
            operand = at(*child, std::string(absorbing ? "`||`" : "`&&`") + " needs booleans, not " + std::string(name_of_type(**operand)));
        if (exhausted()) return fail(std::move(operand).error());
        if (!error) {
            error = std::move(operand).error();
            error_offset = error_offset_;
        }
    }
    if (!error) return Value(!absorbing);
    error_offset_ = error_offset;
    return fail(*std::move(error));
}

Result<Value> Evaluation::evaluate_conditional(const Node& node) {
    const Node* current = &node;
    while (current->kind == Node::Kind::conditional) {
        Value storage;
        LS_TRY_ASSIGN(const Pointer test, refer(*current->children[0], storage));
        if (test->kind() != Value::Kind::boolean) {
            return at(*current, "the condition of `? :` must be a boolean, not " + std::string(name_of_type(*test)));
        }
        current = current->children[test->as_bool() ? 1 : 2].get();
    }
    return evaluate(*current);
}

Result<Value> Evaluation::evaluate_call(const Node& node) {
    if (!node.function) return at(node, "no such function: " + node.name);
    std::array<Value, 4> few;
    List many(node.children.size() > few.size() ? node.children.size() : 0);
    const std::span<Value> arguments = many.empty() ? std::span<Value>(few).first(node.children.size()) : std::span<Value>(many);
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        auto argument = evaluate(*node.children[i]);
        if (!argument) return argument;
        arguments[i] = *std::move(argument);
        if (i > 0 || !node.function->shortcut) continue;
        if (auto answer = node.function->shortcut(arguments[0])) return *std::move(answer);
    }
    return placed(node, invoke(*node.function, Call{*this, arguments}));
}

Result<Value> Evaluation::evaluate_list(const Node& node) {
    LS_TRY(charge(node.children.size() + 1));
    List elements;
    elements.reserve(node.children.size());
    for (std::size_t i = 0; i < node.children.size(); ++i) {
        LS_TRY_ASSIGN(Value element, evaluate(*node.children[i]));
        if (!node.optional_entries[i]) {
            elements.push_back(std::move(element));
            continue;
        }
        const OptionalValue* optional = as_optional(element);
        if (!optional) return at(*node.children[i], "`?` in a list needs an optional, not " + std::string(name_of_type(element)));
        if (optional->value()) elements.push_back(*optional->value());
    }
    return Value(std::move(elements));
}

Result<Value> Evaluation::evaluate_map(const Node& node) {
    LS_TRY(charge(node.children.size() + 1));
    MapBuilder builder;
    for (std::size_t i = 0; i < node.children.size(); i += 2) {
        LS_TRY_ASSIGN(const Value key, evaluate(*node.children[i]));
        LS_TRY_ASSIGN(Value value, evaluate(*node.children[i + 1]));
        if (node.optional_entries[i / 2]) {
            const OptionalValue* optional = as_optional(value);
            if (!optional) return at(*node.children[i], "`?` in a map needs an optional, not " + std::string(name_of_type(value)));
            if (!optional->value()) continue;
            value = Value(*optional->value());
        }
        if (auto added = builder.add(key, std::move(value)); !added) return at(*node.children[i], std::move(added).error());
    }
    return std::move(builder).build();
}

Result<Value> Evaluation::evaluate_bind(const Node& node) {
    LS_TRY_ASSIGN(local(node.slot), evaluate(*node.children[0]));
    return evaluate(*node.children[1]);
}

Result<Value> Evaluation::evaluate_optional_map(const Node& node) {
    LS_TRY_ASSIGN(const Value operand, evaluate(*node.children[0]));
    const OptionalValue* optional = as_optional(operand);
    if (!optional) return at(node, node.name + " needs an optional, not " + std::string(name_of_type(operand)));
    if (!optional->value()) return absent();
    local(node.slot) = *optional->value();
    LS_TRY_ASSIGN(Value result, evaluate(*node.children[1]));
    if (!node.optional) return present(std::move(result));
    if (!as_optional(result)) return at(node, "optFlatMap must give an optional, not " + std::string(name_of_type(result)));
    return result;
}

}  // namespace lockstep::expr
