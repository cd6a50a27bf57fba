#include "flow/run_state.h"

#include <algorithm>
#include <array>

#include "flow/error_value.h"

namespace lockstep::flow {
namespace {

constexpr std::array<std::string_view, 7> phase_names = {"ready", "intended", "retrying", "in_doubt", "done", "skipped", "failed"};
constexpr std::array<std::string_view, 16> fact_names = {"started",   "opened",   "skipped",  "intended", "done",    "held",
                                                         "retry",     "in_doubt", "failed",   "parking",  "waiting", "ended",
                                                         "corrected", "waived",   "replayed", "rewound"};

StepState& step_of(RunState& state, const Fact& fact) {
    LS_ASSERT(fact.step >= 0 && static_cast<std::size_t>(fact.step) < state.steps.size());
    return state.steps[static_cast<std::size_t>(fact.step)];
}

/// Returns the element a fact is about; a single step is opened by its first fact.
ElementState& element_of(RunState& state, const Fact& fact) {
    StepState& step = step_of(state, fact);
    if (!step.opened && fact.element < 0) {
        step.opened = true;
        step.elements.resize(1);
    }
    auto index = static_cast<std::size_t>(std::max(fact.element, 0));
    LS_ASSERT(index < step.elements.size());
    return step.elements[index];
}

bool in_trouble(const ElementState& element) {
    return element.phase == Phase::retrying || element.phase == Phase::in_doubt ||
           (element.phase == Phase::intended && element.error.has_value());
}

void settle_trouble(const Flow& flow, RunState& state) {
    if (state.trouble_since_ms == 0) return;
    for (std::size_t i = 0; i < state.steps.size(); ++i)
        if (flow.steps[i].section == Section::main &&
            std::any_of(state.steps[i].elements.begin(), state.steps[i].elements.end(), in_trouble))
            return;
    state.trouble_since_ms = 0;
}

void note_trouble(const Flow& flow, RunState& state, const Fact& fact) {
    if (flow.steps[static_cast<std::size_t>(fact.step)].section == Section::main && state.trouble_since_ms == 0)
        state.trouble_since_ms = fact.at_ms;
}

void apply_intended(RunState& state, const Fact& fact) {
    ElementState& element = element_of(state, fact);
    LS_ASSERT(element.phase == Phase::ready || element.phase == Phase::retrying || element.phase == Phase::in_doubt);
    element.phase = Phase::intended;
    element.attempt = fact.attempt;
    if (const Value* input = fact.data.find("input")) element.input = *input;
    if (element.first_intended_ms == 0) element.first_intended_ms = fact.at_ms;
    element.last_intended_ms = fact.at_ms;
}

void apply_held(const Flow& flow, RunState& state, const Fact& fact) {
    ElementState& element = element_of(state, fact);
    LS_ASSERT(element.phase == Phase::ready);
    element.phase = Phase::retrying;
    element.input = fact.data["input"];
    element.error = error_from_value(fact.data["error"]);
    element.wake_at_ms = fact.data["wake_at_ms"].as_int();
    note_trouble(flow, state, fact);
}

void apply_retry(const Flow& flow, RunState& state, const Fact& fact) {
    ElementState& element = element_of(state, fact);
    bool counted = fact.data["counted"] == Value(true);
    element.phase = Phase::retrying;
    element.error = error_from_value(fact.data["error"]);
    element.wake_at_ms = fact.data["wake_at_ms"].as_int();
    if (counted) {
        ++element.retries;
        ++state.retries;
    }
    note_trouble(flow, state, fact);
}

void apply_in_doubt(const Flow& flow, RunState& state, const Fact& fact) {
    ElementState& element = element_of(state, fact);
    element.phase = Phase::in_doubt;
    element.error = error_from_value(fact.data["error"]);
    element.wake_at_ms = fact.data["wake_at_ms"].as_int();
    if (fact.data["again"] != Value(true)) ++element.doubts;
    note_trouble(flow, state, fact);
}

/// Whether the action says of some of its values that they were refused (`salesforce.update_many`).
bool names_failures(const Value& output) {
    const Value& failed = output["failed"];
    return failed.is_list() && !failed.as_list().empty();
}

/// What a replay leaves of an effect that sets values: those that were set, to be compared with what is to be set now.
StepState kept_values(StepState&& before) {
    StepState step;
    step.kept = std::move(before.kept);
    for (auto& element : before.elements)
        if (element.phase == Phase::done && !names_failures(element.output))
            step.kept.emplace_back(std::move(element.input), std::move(element.output));
    return step;
}

bool may_have_happened(const ElementState& element) { return element.phase == Phase::intended || element.phase == Phase::in_doubt; }

/// Notes by what the effects that were ever called for are found again.
void keep_names(const Step& step, StepState& its) {
    for (std::size_t i = 0; i < its.elements.size(); ++i) {
        const ElementState& element = its.elements[i];
        if (element.attempt == 0 || element.input.is_null()) continue;
        if (Value name = effect_name(step, element.input); !name.is_null())
            its.named.insert_or_assign(its.is_list ? static_cast<int>(i) : -1, std::move(name));
    }
}

/// What a person mended may be anywhere, so everything that was only read or reckoned is done anew; effects that were
/// made are kept, and an effect that failed is rendered again. What may have happened stays in doubt.
void replay_step(const Step& step, StepState& its, bool from_start) {
    keep_names(step, its);
    bool doubtful = std::any_of(its.elements.begin(), its.elements.end(), may_have_happened);
    bool keeps = step.kind == StepKind::action && step.action.effect != schema::ActionEffect::read && step.section == Section::main &&
                 !its.skipped && (!from_start || doubtful);
    if (!keeps) {
        auto named = std::move(its.named);
        its = {};
        its.named = std::move(named);
    } else if (step.action.effect == schema::ActionEffect::idempotent || step.action.effect == schema::ActionEffect::untraceable) {
        its = kept_values(std::move(its));
    } else {
        for (auto& element : its.elements)
            if (element.phase != Phase::done && !may_have_happened(element)) element = ElementState{.attempt = element.attempt};
    }
}

void apply_corrected(const Flow& flow, RunState& state, const Fact& fact) {
    LS_ASSERT(!is_in_doubt(flow, state));
    if (const Value* body = fact.data.find("body")) state.body = *body;
    if (fact.step < 0) return;
    (void)step_of(state, fact);
    state.rulings.erase({fact.step, fact.element});
    if (const Value* input = fact.data.find("input"))
        state.rulings[{fact.step, fact.element}] = {.input = *input, .output = {}, .item = fact.data["item"]};
}

void apply_waived(const Flow& flow, RunState& state, const Fact& fact) {
    LS_ASSERT(!is_in_doubt(flow, state));
    (void)step_of(state, fact);
    state.rulings.insert_or_assign({fact.step, fact.element},
                                   Ruling{.input = {}, .output = fact.data["output"], .item = fact.data["item"]});
}

void apply_replayed(const Flow& flow, RunState& state, const Fact& fact) {
    bool from_start = fact.data["from_start"] == Value(true);
    for (std::size_t i = 0; i < state.steps.size(); ++i) replay_step(flow.steps[i], state.steps[i], from_start);
    state.parking = state.skipping = state.announced_waiting = state.ended = false;
    state.reason.clear();
    state.reason_code.clear();
    state.failed_step.clear();
    state.trouble_since_ms = 0;
    state.rewinds = 0;
    if (from_start) state.started = Timestamp::from_ms(fact.at_ms);
}

/// Everything from the step on is decided anew. Of the effects among it only the names are kept, and how often they were
/// called for: one that looks for itself finds itself, one that sets values sets what is right now.
void apply_rewound(const Flow& flow, RunState& state, const Fact& fact) {
    LS_ASSERT(!is_in_doubt(flow, state));
    ++state.rewinds;
    for (auto i = static_cast<std::size_t>(fact.step); i < state.steps.size(); ++i) {
        if (flow.steps[i].section != Section::main) continue;
        StepState& its = state.steps[i];
        keep_names(flow.steps[i], its);
        StepState anew;
        anew.named = std::move(its.named);
        if (!its.is_list && !its.elements.empty()) anew.elements.push_back({.attempt = its.elements[0].attempt});
        its = std::move(anew);
    }
    settle_trouble(flow, state);
}

}  // namespace

std::string_view to_string(Phase phase) { return phase_names[static_cast<std::size_t>(phase)]; }
std::string_view to_string(Fact::Kind kind) { return fact_names[static_cast<std::size_t>(kind)]; }

std::optional<Fact::Kind> fact_kind_from(std::string_view name) {
    auto found = std::find(fact_names.begin(), fact_names.end(), name);
    if (found == fact_names.end()) return std::nullopt;
    return static_cast<Fact::Kind>(found - fact_names.begin());
}

const Ruling* find_ruling(const RunState& state, int step, int element) {
    auto found = state.rulings.find({step, element});
    return found == state.rulings.end() ? nullptr : &found->second;
}

Value effect_name(const Step& step, const Value& input) {
    using schema::ActionEffect;
    bool makes =
        step.kind == StepKind::action && step.action.effect != ActionEffect::read && step.action.effect != ActionEffect::idempotent;
    if (!makes) return {};
    std::vector<std::string> names = step.action.lock_inputs;
    for (const char* name : {"unique", "link"})
        if (std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
    Map values;
    for (const auto& name : names)
        if (const Value* value = input.find(name)) values.set(name, *value);
    return values;
}

bool goes_back(const Step& step, const ElementState& element) {
    return step.on_conflict >= 0 && element.phase == Phase::retrying && element.error && element.error->cls() == ErrorClass::conflict;
}

bool is_in_doubt(const Flow& flow, const RunState& state) {
    for (std::size_t i = 0; i < state.steps.size(); ++i)
        if (flow.steps[i].section == Section::main &&
            std::any_of(state.steps[i].elements.begin(), state.steps[i].elements.end(), may_have_happened))
            return true;
    return false;
}

bool StepState::finished() const {
    return skipped || (opened && std::all_of(elements.begin(), elements.end(), [](const ElementState& element) {
                           return element.phase == Phase::done || element.phase == Phase::failed;
                       }));
}

void apply(const Flow& flow, RunState& state, const Fact& fact) {
    state.last_at_ms = fact.at_ms;
    switch (fact.kind) {
        case Fact::Kind::started:
            state.begun = true;
            state.started = Timestamp::from_ms(fact.at_ms);
            break;
        case Fact::Kind::opened: {
            StepState& step = step_of(state, fact);
            step.opened = step.is_list = true;
            step.elements.resize(static_cast<std::size_t>(fact.data["elements"].as_int()));
            break;
        }
        case Fact::Kind::skipped:
            step_of(state, fact).skipped = step_of(state, fact).opened = true;
            break;
        case Fact::Kind::intended:
            apply_intended(state, fact);
            break;
        case Fact::Kind::done: {
            ElementState& element = element_of(state, fact);
            element.phase = Phase::done;
            element.output = fact.data["output"];
            if (const Value* input = fact.data.find("input")) element.input = *input;
            element.error.reset();
            settle_trouble(flow, state);
            break;
        }
        case Fact::Kind::held:
            apply_held(flow, state, fact);
            break;
        case Fact::Kind::retry:
            apply_retry(flow, state, fact);
            break;
        case Fact::Kind::in_doubt:
            apply_in_doubt(flow, state, fact);
            break;
        case Fact::Kind::failed: {
            ElementState& element = element_of(state, fact);
            element.phase = Phase::failed;
            element.error = error_from_value(fact.data["error"]);
            settle_trouble(flow, state);
            break;
        }
        case Fact::Kind::parking:
            state.parking = true;
            state.skipping = fact.data["skip"] == Value(true);
            state.reason = fact.data["reason"].text();
            state.reason_code = fact.data["code"].text();
            state.failed_step = fact.data["step"].text();
            break;
        case Fact::Kind::waiting:
            state.announced_waiting = true;
            state.reason = fact.data["reason"].text();
            break;
        case Fact::Kind::ended:
            state.ended = true;
            break;
        case Fact::Kind::corrected:
            apply_corrected(flow, state, fact);
            break;
        case Fact::Kind::waived:
            apply_waived(flow, state, fact);
            break;
        case Fact::Kind::replayed:
            apply_replayed(flow, state, fact);
            break;
        case Fact::Kind::rewound:
            apply_rewound(flow, state, fact);
            break;
    }
}

}  // namespace lockstep::flow
