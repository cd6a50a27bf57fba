#include "expr/macros.h"

#include <algorithm>
#include <array>

namespace lockstep::expr {
namespace {

constexpr auto over = Node::Kind::comprehension;

// name, arguments, variables, filtered, kind, macro
constexpr std::array<MacroForm, 20> forms = {{
    {"all", 2, 1, false, over, Macro::all},
    {"all", 3, 2, false, over, Macro::all},
    {"exists", 2, 1, false, over, Macro::exists},
    {"exists", 3, 2, false, over, Macro::exists},
    {"exists_one", 2, 1, false, over, Macro::exists_one},
    {"exists_one", 3, 2, false, over, Macro::exists_one},
    {"existsOne", 2, 1, false, over, Macro::exists_one},
    {"existsOne", 3, 2, false, over, Macro::exists_one},
    {"map", 2, 1, false, over, Macro::map},
    {"map", 3, 1, true, over, Macro::map},
    {"filter", 2, 1, true, over, Macro::filter},
    {"transformList", 3, 2, false, over, Macro::map},
    {"transformList", 4, 2, true, over, Macro::map},
    {"transformMap", 3, 2, false, over, Macro::transform_map},
    {"transformMap", 4, 2, true, over, Macro::transform_map},
    {"transformMapEntry", 3, 2, false, over, Macro::transform_map_entry},
    {"transformMapEntry", 4, 2, true, over, Macro::transform_map_entry},
    {"groupBy", 2, 1, false, over, Macro::group_by},
    {"optMap", 2, 1, false, Node::Kind::optional_map, Macro::map},
    {"optFlatMap", 2, 1, false, Node::Kind::optional_map, Macro::map, true},
}};

}  // namespace

const MacroForm* find_macro(std::string_view name, std::size_t arguments) {
    const auto found =
        std::find_if(forms.begin(), forms.end(), [&](const MacroForm& form) { return form.name == name && form.arguments == arguments; });
    return found == forms.end() ? nullptr : &*found;
}

}  // namespace lockstep::expr
