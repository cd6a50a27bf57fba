#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lockstep::schema {

/// What performing an action may change, and so what the engine does when it cannot know whether it happened.
enum class ActionEffect : unsigned char {
    read,         ///< changes nothing: simply do it again
    idempotent,   ///< setting the same fields again is harmless: do it again after the settle time
    unique,       ///< looks for its effect by `unique` before it makes it: do it again after the settle time
    stateful,     ///< the vendor's own state says whether it happened (an invoice's `is_emailed`): as `unique`
    untraceable,  ///< nobody can look whether it happened (a chat message): the step's `delivery:` decides
};
std::string_view to_string(ActionEffect effect);

/// One name under a step's `with:`.
struct ActionInput {
    std::string name;
    std::string type;  ///< `text`, `id`, `map`, `list`, `integer`, `boolean`, `any`
    bool required = false;
    std::string summary;
};

/// What an action declares about itself: enough to check a flow and to write its documentation.
struct Action {
    std::string name;  ///< `sap.ensure`
    std::string summary;
    ActionEffect effect = ActionEffect::read;
    std::vector<ActionInput> inputs;
    std::string output;  ///< what the step's value is, in a sentence
    /// The inputs whose values name the effect for the lock per link key (`entity`, `link` or `unique`); empty: no lock.
    std::vector<std::string> lock_inputs = {};
};

/// All actions that flows may use.
class Catalogue {
public:
    explicit Catalogue(std::vector<Action> actions);
    const Action* find(std::string_view name) const;
    std::vector<std::string> names() const;

private:
    std::vector<Action> actions_;
};

}  // namespace lockstep::schema
