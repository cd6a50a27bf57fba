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

}  // namespace lockstep::flow
