#pragma once

#include <string_view>

#include "expr/ast.h"

namespace lockstep::expr {

/// How a macro is written and which node it becomes.
struct MacroForm {
    std::string_view name;
    std::size_t arguments;
    std::size_t variables;
    bool filtered;  ///< the first argument behind the variables is a filter
    Node::Kind kind;
    Macro macro;
    bool optional = false;
};

/// Returns nullptr if no macro with a receiver has that name and number of arguments.
const MacroForm* find_macro(std::string_view name, std::size_t arguments);

}  // namespace lockstep::expr
