#include "flow/advance.h"
#include "value/json.h"

namespace lockstep::flow {

std::string lock_key(const Step& step, const Value& input) {
    if (step.action.lock_inputs.empty()) return {};
    std::string key = step.connection;
    for (const auto& name : step.action.lock_inputs)
        if (const Value* value = input.find(name)) key += "|" + json::write(*value);
    return key;
}

std::vector<std::string> held_locks(const Flow& flow, const RunState& state) {
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < state.steps.size(); ++i)
        for (const auto& element : state.steps[i].elements)
            if (element.phase == Phase::intended || element.phase == Phase::in_doubt) {
                std::string key = lock_key(flow.steps[i], element.input);
                if (!key.empty()) keys.push_back(std::move(key));
            }
    return keys;
}

std::vector<std::string> lock_names(const Value& input) {
    std::vector<std::string> names;
    if (!input["names"].is_list()) return names;
    for (const auto& name : input["names"].as_list()) names.push_back(name.text());
    return names;
}

RunLocks run_locks(const Flow& flow, const RunState& state) {
    for (std::size_t i = 0; i < state.steps.size() && !state.ended; ++i)
        if (flow.steps[i].kind == StepKind::lock && !state.steps[i].elements.empty() && state.steps[i].elements[0].phase == Phase::done)
            return {static_cast<int>(i), lock_names(state.steps[i].elements[0].input)};
    return {};
}

}  // namespace lockstep::flow
