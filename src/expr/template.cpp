#include <algorithm>

#include "base/limits.h"
#include "expr/opaque.h"
#include "expr/place.h"
#include "expr/template_part.h"

namespace lockstep::expr {
namespace {

/// The variables of one turn of an `each`: the element, and its position in `<variable>_index`.
class ElementEnvironment : public Environment {
public:
    ElementEnvironment(const Environment& outer, const std::string& variable)
        : outer_(outer), variable_(variable), index_variable_(variable + "_index") {}
    void set(Value element, std::size_t index) {
        element_ = std::move(element);
        index_ = Value(static_cast<std::int64_t>(index));
    }
    const Value* find(std::string_view name) const override {
        if (name == variable_) return &element_;
        if (name == index_variable_) return &index_;
        return outer_.find(name);
    }
    Timestamp now() const override { return outer_.now(); }

private:
    const Environment& outer_;
    const std::string& variable_;
    std::string index_variable_;
    Value element_;
    Value index_;
};

Unexpected failed_at(const Source& place, std::string_view what) { return fail(ErrorCode::expression_failed, describe(place, what)); }

/// The value of a present optional; anything else as it is.
Value unwrapped(Value value) {
    const OptionalValue* optional = as_optional(value);
    return optional && optional->value() ? Value(*optional->value()) : value;
}

bool is_absent(const Value& value) {
    const OptionalValue* optional = as_optional(value);
    return optional && !optional->value();
}

}  // namespace

using Part = Template::Part;

Result<Value> Part::render(const Environment& environment) const {
    switch (kind) {
        case Kind::constant:
            return value;
        case Kind::expression:
            return evaluate(program, environment).transform([](Value v) { return unwrapped(std::move(v)); });
        case Kind::text:
            return render_text(environment);
        case Kind::list:
            return render_list(environment);
        case Kind::map:
            return render_map(environment);
        case Kind::each:
            return render_each(environment);
    }
    return Value();
}

Result<Value> Part::render_text(const Environment& environment) const {
    std::string result;
    for (const TextPiece& piece : pieces) {
        if (!piece.program.root()) {
            result += piece.text;
            continue;
        }
        LS_TRY_ASSIGN(const Value part, evaluate(piece.program, environment));
        auto text = to_text(part);
        if (!text)
            return fail(ErrorCode::expression_failed, describe(piece.program.source(), piece.program.text(), 0, text.error().message));
        result += *text;
    }
    return Value(std::move(result));
}

Result<Value> Part::render_list(const Environment& environment) const {
    List result;
    result.reserve(items.size());
    for (const Part& item : items) {
        LS_TRY_ASSIGN(Value element, item.render(environment));
        if (!is_absent(element)) result.push_back(std::move(element));
    }
    return Value(std::move(result));
}

Result<Value> Part::render_map(const Environment& environment) const {
    Map result;
    result.reserve(entries.size());
    for (const Entry& entry : entries) {
        LS_TRY_ASSIGN(Value rendered, entry.part.render(environment));
        if (!is_absent(rendered)) result.set(entry.key, std::move(rendered));
    }
    return Value(std::move(result));
}

Result<bool> Part::wanted(const Environment& environment) const {
    if (!condition) return true;
    LS_TRY_ASSIGN(const Value test, condition->render(environment));
    if (test.kind() == Value::Kind::boolean) return test.as_bool();
    return failed_at(condition->source, "`if` needs a boolean, not " + std::string(name_of_type(test)));
}

Result<Value> Part::render_each(const Environment& environment) const {
    LS_TRY_ASSIGN(const Value over, list->render(environment));
    if (is_absent(over)) return Value(List{});
    if (!over.is_list()) return failed_at(list->source, "`each` needs a list, not " + std::string(name_of_type(over)));
    const List& elements = over.as_list();
    if (elements.size() > limits::for_each_elements_max) {
        return failed_at(list->source, "`each` goes over too many elements: " + std::to_string(elements.size()) + " of " +
                                           std::to_string(limits::for_each_elements_max));
    }
    ElementEnvironment scope(environment, variable);
    List result;
    for (std::size_t i = 0; i < elements.size(); ++i) {
        scope.set(elements[i], i);
        LS_TRY_ASSIGN(const bool take, wanted(scope));
        if (!take) continue;
        LS_TRY_ASSIGN(Value element, items[0].render(scope));
        if (!is_absent(element)) result.push_back(std::move(element));
    }
    return Value(std::move(result));
}

void Part::collect(std::vector<Reference>& found, std::vector<std::string>& bound) const {
    const auto add = [&](const Program& from) {
        if (!from.root()) return;
        for (Reference& reference : expr::references(from)) {
            if (std::find(bound.begin(), bound.end(), reference.variable) == bound.end()) found.push_back(std::move(reference));
        }
    };
    add(program);
    for (const TextPiece& piece : pieces) add(piece.program);
    if (list) list->collect(found, bound);
    const std::size_t outer = bound.size();
    if (kind == Kind::each) {
        bound.push_back(variable);
        bound.push_back(variable + "_index");
    }
    if (condition) condition->collect(found, bound);
    for (const Part& item : items) item.collect(found, bound);
    for (const Entry& entry : entries) entry.part.collect(found, bound);
    bound.resize(outer);
}

Result<Value> Template::render(const Environment& environment) const {
    if (!root_) return Value();
    return root_->render(environment).transform([](Value value) { return is_absent(value) ? Value() : std::move(value); });
}

std::vector<Reference> Template::references() const {
    std::vector<Reference> found;
    std::vector<std::string> bound;
    if (root_) root_->collect(found, bound);
    return found;
}

bool Template::is_constant() const { return !root_ || root_->is_constant(); }

}  // namespace lockstep::expr
