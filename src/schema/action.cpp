#include "schema/action.h"

#include <algorithm>

#include "base/assert.h"

namespace lockstep::schema {

std::string_view to_string(ActionEffect effect) {
    switch (effect) {
        case ActionEffect::read:
            return "read";
        case ActionEffect::idempotent:
            return "idempotent";
        case ActionEffect::unique:
            return "unique";
        case ActionEffect::stateful:
            return "stateful";
        case ActionEffect::untraceable:
            return "untraceable";
    }
    return "unknown";
}

Catalogue::Catalogue(std::vector<Action> actions) : actions_(std::move(actions)) {
    std::sort(actions_.begin(), actions_.end(), [](const Action& a, const Action& b) { return a.name < b.name; });
    auto twice = std::adjacent_find(actions_.begin(), actions_.end(), [](const Action& a, const Action& b) { return a.name == b.name; });
    LS_ASSERT(twice == actions_.end());
}

const Action* Catalogue::find(std::string_view name) const {
    auto at = std::lower_bound(actions_.begin(), actions_.end(), name,
                               [](const Action& action, std::string_view wanted) { return action.name < wanted; });
    return at != actions_.end() && at->name == name ? &*at : nullptr;
}

std::vector<std::string> Catalogue::names() const {
    std::vector<std::string> names;
    for (const Action& action : actions_) names.push_back(action.name);
    return names;
}

}  // namespace lockstep::schema
