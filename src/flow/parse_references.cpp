// What expressions may name where they stand.
#include <algorithm>

#include <fmt/format.h>

#include "base/nearest.h"
#include "flow/flow_reader.h"

namespace lockstep::flow {

void FlowReader::check_sweep_references(const Trigger& trigger) {
    const Sweep& sweep = *trigger.sweep;
    std::set<std::string> of_row = {"config", sweep.rows.as};
    check_template(sweep.rows.with, {"config", "since", "after", "page", "began"}, nullptr);
    if (sweep.against) {
        of_row.insert(sweep.against->as);
        check_template(sweep.against->with, {"config", "rows"}, nullptr);
    }
    check_template(trigger.key, of_row, nullptr);
    check_template(sweep.position, of_row, nullptr);
    if (sweep.condition) check_template(*sweep.condition, of_row, nullptr);
}

void FlowReader::check_references() {
    for (const auto& trigger : flow_.triggers) {
        if (trigger.sweep) {
            check_sweep_references(trigger);
            continue;
        }
        std::set<std::string> names = {"body", "config"};
        if (!trigger.topic.empty()) names.insert("notification");
        check_template(trigger.key, names, nullptr);
        if (trigger.dedupe) check_template(*trigger.dedupe, names, nullptr);
    }
    if (flow_.key_must) check_template(*flow_.key_must, {"key", "config"}, nullptr);
    if (flow_.key_as) check_template(*flow_.key_as, {"key", "config"}, nullptr);
    for (const auto& step : flow_.steps) {
        std::set<std::string> names = {"body", "key", "config", "run"};
        if (step.section != Section::main) names.insert({"reason", "failed_step"});
        check_template(step.with, step.for_each ? with_name(names, step.as) : names, &step);
        if (step.condition) check_template(*step.condition, names, &step);
        if (step.for_each) check_template(*step.for_each, names, &step);
    }
    if (flow_.supersedes_keys) check_template(*flow_.supersedes_keys, {"body", "key", "config", "run"}, nullptr, true);
    if (flow_.report) check_template(*flow_.report, {"body", "key", "config", "run"}, nullptr, true);
}

std::set<std::string> FlowReader::with_name(std::set<std::string> names, const std::string& name) {
    names.insert(name);
    return names;
}

void FlowReader::check_template(const expr::Template& what, const std::set<std::string>& names, const Step* step, bool all_steps) {
    for (const auto& reference : what.references()) {
        yaml::Place place{reference.source.line, reference.source.column};
        if (names.contains(reference.variable)) {
            if (reference.variable == "config") check_config_name(place, reference);
            continue;
        }
        check_step_reference(place, reference.variable, names, step, all_steps);
    }
}

void FlowReader::check_config_name(yaml::Place place, const expr::Reference& reference) {
    if (reference.path.empty() || flow_.config.contains(reference.path[0])) return;
    std::vector<std::string> known;
    for (const auto& [name, value] : flow_.config) known.push_back(name);
    problem(place, fmt::format("`config:` has no `{}`{}", reference.path[0], did_you_mean(reference.path[0], known)));
}

void FlowReader::check_step_reference(yaml::Place place, const std::string& name, const std::set<std::string>& names, const Step* step,
                                      bool all_steps) {
    int index = flow_.step_index(name);
    if (index < 0) {
        std::vector<std::string> known(names.begin(), names.end());
        for (const auto& other : flow_.steps) known.push_back(other.id);
        return problem(place, fmt::format("there is nothing called `{}` here{}", name, did_you_mean(name, known)));
    }
    if (all_steps) return;
    if (!step) return problem(place, fmt::format("a step's value is not known here: `{}`", name));
    const Step& other = flow_.steps[static_cast<std::size_t>(index)];
    if (other.section == Section::main && step->section != Section::main) return;
    if (!waits_for(*step, index))
        problem(place, fmt::format("`{}` uses `{}`, which it does not wait for: put it above, or add it to `needs:`", step->id, name));
}

bool FlowReader::waits_for(const Step& step, int wanted) const {
    std::vector<bool> seen(flow_.steps.size());
    return waits_for(step, wanted, seen);
}

bool FlowReader::waits_for(const Step& step, int wanted, std::vector<bool>& seen) const {
    return std::any_of(step.needs.begin(), step.needs.end(), [&](int need) {
        auto index = static_cast<std::size_t>(need);
        if (need == wanted) return true;
        if (seen[index]) return false;
        seen[index] = true;
        return waits_for(flow_.steps[index], wanted, seen);
    });
}

}  // namespace lockstep::flow
