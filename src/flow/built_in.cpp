#include "flow/built_in.h"

#include <algorithm>

namespace lockstep::flow {
namespace {

const std::vector<BuiltIn>& all() {
    static const schema::ActionInput entity{
        .name = "entity", .type = "text", .required = true, .summary = "whose record it is: zoho_books/invoices"};
    static const schema::ActionInput id{.name = "id", .type = "id", .required = true, .summary = "which of its records"};
    static const std::vector<BuiltIn> built_in = {
        {StepKind::require, {.name = "require"}},
        {StepKind::set, {.name = "set"}},
        {StepKind::link,
         {.name = "link",
          .inputs = {entity, id, {.name = "value", .type = "any", .required = true, .summary = "what is remembered about it"}}}},
        {StepKind::find_link, {.name = "find_link", .inputs = {entity, id}}},
        {StepKind::lock,
         {.name = "lock", .inputs = {{.name = "names", .type = "list", .required = true, .summary = "what no other run may have"}}}},
    };
    return built_in;
}

}  // namespace

const BuiltIn* find_built_in(std::string_view uses) {
    auto found = std::find_if(all().begin(), all().end(), [&](const BuiltIn& its) { return its.action.name == uses; });
    return found == all().end() ? nullptr : &*found;
}

std::vector<std::string> built_in_names() {
    std::vector<std::string> names;
    for (const auto& its : all()) names.push_back(its.action.name);
    return names;
}

}  // namespace lockstep::flow
