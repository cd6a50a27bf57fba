#pragma once

#include <string>
#include <string_view>

#include "schema/action.h"
#include "value/value.h"

namespace lockstep::connector {

/// Reads the inputs of one call of an action by name and type.
/// Errors of every reader: `value_invalid` naming the action and the input.
class Inputs {
public:
    Inputs(std::string_view action, const Value& input) : action_(action), input_(input) {}

    /// Checks names and presence against what the action declares, with the nearest name for one it does not have.
    Result<void> check(const schema::Action& action) const;

    /// A text that is not empty; numbers and booleans are taken as their text.
    Result<std::string> text(std::string_view name) const;
    Result<Map> map(std::string_view name) const;
    /// As `map`, empty if the input is absent or null.
    Result<Map> map_or_empty(std::string_view name) const;
    Result<List> list(std::string_view name) const;
    Result<bool> boolean_or(std::string_view name, bool fallback) const;
    bool has(std::string_view name) const { return !input_[name].is_null(); }
    const Value& value(std::string_view name) const { return input_[name]; }

private:
    Unexpected wrong(std::string_view name, std::string_view wanted) const;

    std::string_view action_;
    const Value& input_;
};

}  // namespace lockstep::connector
