#include "flow/waiting.h"

#include <algorithm>

namespace lockstep::flow {
namespace {

bool any_element(const Flow& flow, const RunState& state, Section section, bool (*holds)(const ElementState&)) {
    for (std::size_t i = 0; i < state.steps.size(); ++i)
        if (flow.steps[i].section == section && std::any_of(state.steps[i].elements.begin(), state.steps[i].elements.end(), holds))
            return true;
    return false;
}

bool is_intended(const ElementState& its) { return its.phase == Phase::intended; }
bool may_be_at_vendor(const ElementState& its) { return its.phase == Phase::intended || its.phase == Phase::in_doubt; }

}  // namespace

/// The main steps and on_waiting's take turns: what on_waiting writes must not arrive after what the main steps write.
bool main_may_call(const Flow& flow, const RunState& state) { return !any_element(flow, state, Section::on_waiting, may_be_at_vendor); }
bool on_waiting_may_call(const Flow& flow, const RunState& state) { return !any_element(flow, state, Section::main, is_intended); }

/// Going back forgets what came after: so nothing else may be under way.
bool may_go_back(const Flow& flow, const RunState& state) { return !any_element(flow, state, Section::main, may_be_at_vendor); }

/// Whether a step that waits may be called when its time has come. While parking, only what is in doubt is still called:
/// to learn whether it happened. What on_waiting tells is no longer true once nothing waits.
bool may_call(const Flow& flow, const RunState& state, const Step& step, const ElementState& its) {
    bool in_doubt = its.phase == Phase::in_doubt;
    if (goes_back(step, its) && !may_go_back(flow, state)) return false;
    switch (step.section) {
        case Section::main:
            return (in_doubt || !state.parking) && main_may_call(flow, state);
        case Section::on_waiting:
            return (in_doubt || (!state.parking && state.trouble_since_ms > 0)) && on_waiting_may_call(flow, state);
        case Section::on_parked:
            return state.parking;
    }
    return false;
}

/// Only the main steps wait for a paused connection; what the others tell is a courtesy.
std::optional<Pause> pause_of_step(const Step& step, const PauseOf& pause_of) {
    if (step.section != Section::main || step.connection == own_connection || !pause_of) return std::nullopt;
    return pause_of(step.connection);
}

bool waits(const ElementState& its) { return its.phase == Phase::retrying || its.phase == Phase::in_doubt; }

std::optional<std::int64_t> next_wake_ms(const Flow& flow, const RunState& state, const PauseOf& pause_of) {
    if (state.ended) return std::nullopt;
    std::optional<std::int64_t> earliest;
    auto consider = [&](std::int64_t at) { earliest = earliest ? std::min(*earliest, at) : at; };
    for (std::size_t i = 0; i < state.steps.size(); ++i)
        for (const auto& its : state.steps[i].elements)
            if (waits(its) && may_call(flow, state, flow.steps[i], its) && !pause_of_step(flow.steps[i], pause_of))
                consider(its.wake_at_ms);
    bool announces =
        std::any_of(flow.steps.begin(), flow.steps.end(), [](const Step& step) { return step.section == Section::on_waiting; });
    if (announces && state.trouble_since_ms > 0 && !state.announced_waiting && !state.parking)
        consider(state.trouble_since_ms + flow.waiting_after_ms);
    return earliest;
}

std::set<std::string> awaited_connections(const Flow& flow, const RunState& state, const PauseOf& pause_of) {
    std::set<std::string> all;
    for (std::size_t i = 0; i < state.steps.size(); ++i)
        if (std::any_of(state.steps[i].elements.begin(), state.steps[i].elements.end(), waits) && pause_of_step(flow.steps[i], pause_of))
            all.insert(flow.steps[i].connection);
    return all;
}

}  // namespace lockstep::flow
