// Steps: `steps:`, `on_waiting:`, `on_parked:`.
#include <algorithm>

#include <fmt/format.h>

#include "base/nearest.h"
#include "flow/built_in.h"
#include "flow/flow_reader.h"

namespace lockstep::flow {
namespace {

constexpr std::int64_t step_timeout_max_ms = 10 * 60'000;

}  // namespace

void FlowReader::read_steps(const Node& steps, Section section) {
    if (steps.kind != Node::Kind::list) return problem(steps.place, "steps must be a list");
    std::size_t first = flow_.steps.size();
    for (const Node& item : steps.items) {
        if (item.kind != Node::Kind::map) {
            problem(item.place, "a step is a map with `uses:` and `with:`");
            continue;
        }
        read_step(item, section, first);
    }
}

void FlowReader::read_step(const Node& item, Section section, std::size_t first_of_section) {
    only_keys(
        item,
        {"id", "uses", "with", "if", "needs", "for_each", "as", "retry", "timeout", "on_error", "delivery", "connection", "on_conflict"},
        "a step");
    Step step{.section = section, .place = item.place};
    const Node* uses = item.find("uses");
    if (!uses) return problem(item.place, "a step needs `uses:`, such as `uses: sap.create`");
    step.uses = uses->text;
    step.id = made_id(item, step);
    read_kind(item, *uses, step);
    if (const Node* with = item.find("with"))
        read_with(*with, step);
    else if (step.kind != StepKind::action)
        problem(item.place, "`" + step.uses + "` needs `with:`");
    else
        check_inputs(Node{.kind = Node::Kind::map, .place = item.place}, step);
    if (const Node* condition = item.find("if")) step.condition = template_of(*condition);
    read_needs(item.find("needs"), step, first_of_section);
    if (const Node* list = item.find("for_each")) step.for_each = template_of(*list);
    if (const Node* as = item.find("as")) step.as = text_of(*as, "as");
    read_policies(item, step);
    flow_.steps.push_back(std::move(step));
}

std::string FlowReader::made_id(const Node& item, const Step& step) {
    std::string id;
    if (const Node* given = item.find("id")) {
        id = text_of(*given, "id");
        static const std::set<std::string> taken = {"body", "key", "config", "run", "reason", "failed_step", "item"};
        bool name = !id.empty() &&
                    std::all_of(id.begin(), id.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }) &&
                    !std::isdigit(static_cast<unsigned char>(id[0]));
        if (!name) problem(given->place, "a step's id is letters, digits and `_`: `" + id + "`");
        if (taken.contains(id)) problem(given->place, "`" + id + "` is the name of something else in expressions");
        if (flow_.find_step(id)) problem(given->place, "there are two steps with the id `" + id + "`");
        return id;
    }
    std::string base = step.uses.substr(step.uses.find('.') + 1);
    id = base;
    for (int n = 2; flow_.find_step(id); ++n) id = fmt::format("{}_{}", base, n);
    return id;
}

void FlowReader::read_kind(const Node& item, const Node& uses, Step& step) {
    const Node* connection = item.find("connection");
    if (const BuiltIn* built_in = find_built_in(step.uses)) {
        step.kind = built_in->kind;
        step.action = built_in->action;
        step.connection = makes_calls(step.kind) ? own_connection : "";
        if (connection) problem(connection->place, "`" + step.uses + "` uses no connection");
        if (step.kind == StepKind::lock) check_lock(item, step);
        return;
    }
    auto names = context_.actions.names();
    for (auto& name : built_in_names()) names.push_back(std::move(name));
    for (const auto& computation : context_.computations) {
        names.push_back(computation.action.name);
        if (computation.action.name != step.uses) continue;
        step.kind = StepKind::compute;
        step.action = computation.action;
        step.compute = computation.perform;
        step.connection = own_connection;
        if (connection) problem(connection->place, "`" + step.uses + "` uses no connection");
        return;
    }
    const schema::Action* action = context_.actions.find(step.uses);
    if (!action) return problem(uses.place, fmt::format("there is no action `{}`{}", step.uses, did_you_mean(step.uses, names)));
    step.action = *action;
    std::string connector = step.uses.substr(0, step.uses.find('.'));
    step.connection = connection ? connection->text : connector;
    check_connection(connection ? connection->place : uses.place, step.connection, connector);
}

/// One lock step, taken in one order and kept to the end: so no two runs wait for each other.
void FlowReader::check_lock(const Node& item, const Step& step) {
    bool second = std::any_of(flow_.steps.begin(), flow_.steps.end(), [](const Step& its) { return its.kind == StepKind::lock; });
    if (second) problem(item.place, "a flow has at most one `lock` step: name all that it needs there");
    if (step.section != Section::main) problem(item.place, "`lock` belongs to `steps:`");
    if (const Node* list = item.find("for_each")) problem(list->place, "`lock` takes all its `names:` at once, without `for_each:`");
}

void FlowReader::check_connection(yaml::Place place, const std::string& name, const std::string& connector) {
    std::vector<std::string> names;
    for (const auto& [known, its_connector] : context_.connections) {
        if (known == name && its_connector == connector) return;
        if (known == name)
            return problem(place, fmt::format("the connection `{}` is one of `{}`, not of `{}`", name, its_connector, connector));
        names.push_back(known);
    }
    problem(place, fmt::format("there is no connection `{}`{}", name, did_you_mean(name, names)));
}

void FlowReader::read_with(const Node& with, Step& step) {
    if (with.kind != Node::Kind::map) return problem(with.place, "`with:` must be a map");
    step.with = template_of(with);
    if (step.kind == StepKind::require) check_require(with);
    if (step.kind != StepKind::require && step.kind != StepKind::set) check_inputs(with, step);
    const Node* entity = step.kind == StepKind::link || step.kind == StepKind::find_link ? with.find("entity") : nullptr;
    if (entity && entity->text.find("${") == std::string::npos) check_link_entity(*entity);
}

void FlowReader::check_link_entity(const Node& entity) {
    std::vector<std::string> names;
    for (const auto& [name, connector] : context_.connections) names.push_back(name);
    std::string connection = entity.text.substr(0, entity.text.find('/'));
    if (connection == entity.text || connection.size() + 1 == entity.text.size())
        problem(entity.place, "`entity:` must be CONNECTION/ENTITY: `" + entity.text + "`");
    else if (std::find(names.begin(), names.end(), connection) == names.end())
        problem(entity.place, fmt::format("there is no connection `{}`{}", connection, did_you_mean(connection, names)));
}

void FlowReader::check_require(const Node& with) {
    only_keys(with, {"that", "otherwise", "because"}, "`require`");
    if (!with.find("that")) problem(with.place, "`require` needs `that:`");
    if (!with.find("because")) problem(with.place, "`require` needs `because:`, the reason a person will read");
    const Node* otherwise = with.find("otherwise");
    if (otherwise && otherwise->text != "park" && otherwise->text != "skip") problem(otherwise->place, "`otherwise:` is `park` or `skip`");
}

void FlowReader::check_inputs(const Node& with, const Step& step) {
    if (step.action.name.empty()) return;
    std::vector<std::string> known;
    for (const auto& input : step.action.inputs) {
        known.push_back(input.name);
        if (!input.required || with.find(input.name)) continue;
        problem(with.place,
                input.name == "unique"
                    ? fmt::format(
                          "`{}` needs `unique:`, by which it is found again when an answer is lost; without it the effect could be doubled",
                          step.uses)
                    : fmt::format("`{}` needs `{}:` ({})", step.uses, input.name, input.summary));
    }
    only_keys(with, known, "`" + step.uses + "`");
}

void FlowReader::read_needs(const Node* needs, Step& step, std::size_t first_of_section) {
    if (!needs) {
        for (std::size_t i = first_of_section; i < flow_.steps.size(); ++i) step.needs.push_back(static_cast<int>(i));
        return;
    }
    std::vector<const Node*> names;
    if (needs->kind == Node::Kind::list)
        for (const Node& name : needs->items) names.push_back(&name);
    else if (needs->kind == Node::Kind::scalar)
        names.push_back(needs);
    std::vector<std::string> known;
    for (const auto& other : flow_.steps) known.push_back(other.id);
    for (const Node* name : names) {
        int index = flow_.step_index(name->text);
        if (index < 0)
            problem(name->place, fmt::format("`needs:` names `{}`, which is no step above{}", name->text, did_you_mean(name->text, known)));
        else if (flow_.steps[static_cast<std::size_t>(index)].section != step.section)
            problem(name->place, "`needs:` names a step of another section: `" + name->text + "`");
        else
            step.needs.push_back(index);
    }
}

void FlowReader::read_policies(const Node& item, Step& step) {
    if (const Node* retry = item.find("retry")) {
        only_keys(*retry, {"max", "base"}, "`retry:`");
        if (const Node* max = retry->find("max")) {
            Value value = max->to_value();
            if (value.kind() == Value::Kind::integer && value.as_int() >= 0 && value.as_int() <= 100)
                step.retry.retries_max = static_cast<int>(value.as_int());
            else
                problem(max->place, "`retry: max` is a number from 0 to 100");
        }
        if (const Node* base = retry->find("base")) step.retry.base_ms = duration_of(*base, "retry: base");
    }
    if (const Node* timeout = item.find("timeout")) {
        step.timeout_ms = duration_of(*timeout, "timeout");
        if (step.timeout_ms.value_or(0) > step_timeout_max_ms) problem(timeout->place, "`timeout` is at most 10m");
    }
    if (const Node* on_error = item.find("on_error")) {
        step.continue_on_error = on_error->text == "continue";
        if (on_error->text != "continue" && on_error->text != "park") problem(on_error->place, "`on_error:` is `park` or `continue`");
    }
    if (const Node* target = item.find("on_conflict")) read_on_conflict(*target, step);
    read_delivery(item, step);
}

/// Where the run goes back to. What lies between is made again, so it must be safe to make again.
void FlowReader::read_on_conflict(const Node& target, Step& step) {
    std::vector<std::string> known;
    for (const auto& other : flow_.steps)
        if (other.section == Section::main) known.push_back(other.id);
    step.on_conflict = flow_.step_index(target.text);
    if (step.section != Section::main) return problem(target.place, "`on_conflict:` belongs to `steps:`");
    if (step.on_conflict < 0 || step.for_each)
        return problem(target.place, step.for_each ? "`on_conflict:` is not for a step with `for_each:`"
                                                   : fmt::format("`on_conflict:` names the step above to go back to; there is no `{}`{}",
                                                                 target.text, did_you_mean(target.text, known)));
    for (auto i = static_cast<std::size_t>(step.on_conflict); i < flow_.steps.size(); ++i) {
        const Step& between = flow_.steps[i];
        if (between.action.effect == schema::ActionEffect::untraceable)
            problem(target.place, fmt::format("`on_conflict:` would make `{}` again, and nobody can look whether it happened", between.id));
    }
}

/// Nobody can look whether such an effect happened: so the flow says what a lost answer means.
void FlowReader::read_delivery(const Node& item, Step& step) {
    const Node* delivery = item.find("delivery");
    bool untraceable = step.action.effect == schema::ActionEffect::untraceable;
    if (untraceable && !delivery)
        problem(item.place, fmt::format("`{}` needs `delivery:`, because nobody can look whether it happened when its answer is lost: "
                                        "`at_most_once` (it may be missing) or `at_least_once` (it may come twice)",
                                        step.uses));
    if (!delivery) return;
    if (!untraceable && !step.action.name.empty())
        return problem(delivery->place,
                       fmt::format("`delivery:` is for effects that nobody can look for; that of `{}` can be {}", step.uses,
                                   step.action.effect == schema::ActionEffect::unique ? "looked for" : "repeated"));
    if (delivery->text == "at_most_once")
        step.delivery = Delivery::at_most_once;
    else if (delivery->text == "at_least_once")
        step.delivery = Delivery::at_least_once;
    else
        problem(delivery->place, "`delivery:` is `at_most_once` or `at_least_once`: `" + delivery->text + "`");
}

}  // namespace lockstep::flow
