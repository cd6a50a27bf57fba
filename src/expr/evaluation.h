#pragma once

#include "base/limits.h"
#include "expr/ast.h"
#include "expr/function.h"

namespace lockstep::expr {

/// One walk over a parsed expression.
///
/// Each node costs one step, and whatever makes or compares something large costs by its size, so that no expression
/// runs or grows beyond `limits::expression_cost_max`.
class Evaluation {
public:
    Evaluation(const Environment& environment, int slots) : environment_(environment), locals_(static_cast<std::size_t>(slots)) {}

    Result<Value> evaluate(const Node& node);

    /// Takes `steps` from what is left. Errors: `expression_failed` when nothing is.
    Result<void> charge(std::size_t steps);
    /// Charges for text of so many bytes.
    Result<void> charge_bytes(std::size_t bytes) { return charge(bytes / 16 + 1); }
    /// Charges for everything in a value: for functions that walk it.
    Result<void> charge_deep(const Value& value);
    /// One step; false when nothing is left.
    bool take_step() { return cost_left_ > 0 && --cost_left_ > 0; }
    /// Refuses a result that is too large when written out: lists that share elements can be far larger than the
    /// steps that made them.
    Result<void> check_result(const Node& root, const Value& result);
    bool exhausted() const { return cost_left_ <= 0; }
    Timestamp now() const { return environment_.now(); }
    /// Where the error that was returned last came from, as an offset into the expression.
    std::uint32_t error_offset() const { return error_offset_; }

private:
    using Pointer = const Value*;

    /// Returns a pointer to the value: into the environment or another value that outlives the call, or to `storage`.
    Result<Pointer> refer(const Node& node, Value& storage);
    Result<Pointer> refer_variable(const Node& node, Value& storage);
    Result<Pointer> refer_candidates(const Node& node, Value& storage);
    Result<Pointer> refer_select(const Node& node, Value& storage);
    Result<Pointer> refer_index(const Node& node, Value& storage);

    Result<Value> evaluate_reference(const Node& node);
    Result<Value> evaluate_unary(const Node& node);
    Result<Value> evaluate_binary(const Node& node);
    Result<Value> apply(Operator op, const Value& left, const Value& right);
    Result<Value> evaluate_logical(const Node& node, bool absorbing);
    Result<Value> evaluate_conditional(const Node& node);
    Result<Value> evaluate_call(const Node& node);
    Result<Value> evaluate_list(const Node& node);
    Result<Value> evaluate_map(const Node& node);
    Result<Value> evaluate_bind(const Node& node);
    Result<Value> evaluate_optional_map(const Node& node);
    Result<Value> evaluate_comprehension(const Node& node);
    Result<Value> evaluate_quantifier(const Node& node, const class Range& range);
    Result<Value> evaluate_exists_one(const Node& node, const class Range& range);
    Result<Value> evaluate_list_macro(const Node& node, const class Range& range);
    Result<Value> evaluate_map_macro(const Node& node, const class Range& range);
    Result<Value> evaluate_group_by(const Node& node, const class Range& range);
    Result<void> transform_entry(const Node& node, const Value& key, MapBuilder& builder);
    Result<bool> passes_filter(const Node& node);
    void bind_element(const Node& node, const class Range& range, std::size_t index);
    Value& local(int slot) { return locals_[static_cast<std::size_t>(slot)]; }

    /// Remembers the place and passes the error on.
    Unexpected at(const Node& node, Error error);
    Unexpected at(const Node& node, std::string message) { return at(node, Error{ErrorCode::expression_failed, std::move(message)}); }
    Result<Value> placed(const Node& node, Result<Value> result);

    const Environment& environment_;
    List locals_;
    std::int64_t cost_left_ = limits::expression_cost_max;
    std::uint32_t error_offset_ = 0;
};

}  // namespace lockstep::expr
