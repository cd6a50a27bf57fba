#include "flow/scope.h"

namespace lockstep::flow {

const Value* Scope::find(std::string_view name) const {
    for (const auto& [bound, value] : bound_)
        if (bound == name) return &value;
    if (name == "body") return &state_.body;
    if (name == "key") return keep(name, state_.key);
    if (name == "config") return keep(name, flow_.config);
    if (name == "reason") return keep(name, state_.reason);
    if (name == "failed_step") return keep(name, state_.failed_step);
    if (name == "run") return keep(name, Map{{"id", state_.id}, {"flow", flow_.name}, {"started_at", state_.started}});
    int index = flow_.step_index(name);
    return index < 0 ? nullptr : step_value(index);
}

const Value* Scope::keep(std::string_view name, Value value) const {
    return &bound_.emplace_back(std::string(name), std::move(value)).second;
}

const Value* Scope::step_value(int index) const {
    const StepState& step = state_.steps[static_cast<std::size_t>(index)];
    if (!step.is_list) return step.elements.empty() ? &null_value() : &step.elements[0].output;
    List outputs;
    for (const auto& element : step.elements) outputs.push_back(element.output);
    return keep(flow_.steps[static_cast<std::size_t>(index)].id, std::move(outputs));
}

}  // namespace lockstep::flow
