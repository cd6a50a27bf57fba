#include "connector/inputs.h"

#include <algorithm>

#include "base/nearest.h"

namespace lockstep::connector {

Unexpected Inputs::wrong(std::string_view name, std::string_view wanted) const {
    const Value& given = input_[name];
    std::string got = given.is_null() ? "nothing" : given.text().empty() ? std::string(to_string(given.kind())) : given.text();
    return fail(ErrorCode::value_invalid,
                std::string(action_) + " needs " + std::string(wanted) + " as `" + std::string(name) + "`, got " + got);
}

Result<void> Inputs::check(const schema::Action& action) const {
    if (!input_.is_map() && !input_.is_null())
        return fail(ErrorCode::value_invalid,
                    std::string(action_) + " needs a map of inputs, got " + std::string(to_string(input_.kind())));
    std::vector<std::string> names;
    for (const schema::ActionInput& declared : action.inputs) {
        names.push_back(declared.name);
        if (declared.required && !has(declared.name)) return wrong(declared.name, "a value");
    }
    if (input_.is_null()) return {};
    for (const auto& [name, value] : input_.as_map())
        if (std::find(names.begin(), names.end(), name) == names.end())
            return fail(ErrorCode::value_invalid, std::string(action_) + " has no input `" + name + "`" + did_you_mean(name, names));
    return {};
}

Result<std::string> Inputs::text(std::string_view name) const {
    std::string text = input_[name].text();
    if (text.empty()) return wrong(name, "a text");
    return text;
}

Result<Map> Inputs::map(std::string_view name) const {
    if (!input_[name].is_map()) return wrong(name, "a map");
    return input_[name].as_map();
}

Result<Map> Inputs::map_or_empty(std::string_view name) const {
    if (!has(name)) return Map();
    return map(name);
}

Result<List> Inputs::list(std::string_view name) const {
    if (!input_[name].is_list()) return wrong(name, "a list");
    return input_[name].as_list();
}

Result<bool> Inputs::boolean_or(std::string_view name, bool fallback) const {
    if (!has(name)) return fallback;
    if (input_[name].kind() != Value::Kind::boolean) return wrong(name, "true or false");
    return input_[name].as_bool();
}

}  // namespace lockstep::connector
