#include "flow/mending.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/limits.h"
#include "base/nearest.h"
#include "flow/scope.h"
#include "value/json.h"

namespace lockstep::flow {
namespace {

/// Where a decision lies in the flow and the run.
struct Place {
    int index = -1;
    int element = -1;
    const Step* step = nullptr;
    const StepState* its = nullptr;
    const ElementState* state = nullptr;  ///< nullptr: it has not begun

    std::string name() const { return step_name(step->id, element); }
};

Unexpected refuse(const std::string& why) { return fail(ErrorCode::request_invalid, why); }

Result<Place> find_place(const Flow& flow, const RunState& state, const std::string& name, int element) {
    std::vector<std::string> known;
    for (const auto& step : flow.steps) known.push_back(step.id);
    int index = flow.step_index(name);
    if (index < 0) return refuse("there is no such step in " + flow.name + ": " + name + did_you_mean(name, known));
    Place place{.index = index,
                .element = element,
                .step = &flow.steps[static_cast<std::size_t>(index)],
                .its = &state.steps[static_cast<std::size_t>(index)]};
    if (element < 0) {
        if (!place.its->is_list && place.its->elements.size() == 1) place.state = &place.its->elements[0];
        return place;
    }
    if (!place.step->for_each) return refuse(fmt::format("`{}` has no elements: name the step alone, without /{}", name, element));
    if (!place.its->is_list) return refuse(fmt::format("`{}` has not begun: its elements are not known yet", name));
    if (static_cast<std::size_t>(element) >= place.its->elements.size())
        return refuse(fmt::format("`{}` has {} elements, counted from 0: {}", name, place.its->elements.size(), element));
    place.state = &place.its->elements[static_cast<std::size_t>(element)];
    return place;
}

/// Whether the step made something that a replay keeps.
bool is_kept(const Step& step, const ElementState& state) {
    return step.kind == StepKind::action && step.action.effect != schema::ActionEffect::read && state.phase == Phase::done;
}

Result<void> may_decide(const Place& place) {
    const Step& step = *place.step;
    if (step.section != Section::main)
        return refuse(fmt::format("`{}` only tells that the run waits or is parked: nothing depends on it", step.id));
    if (step.kind == StepKind::lock)
        return refuse(fmt::format("`{}` keeps other runs away: it can be neither corrected nor skipped", step.id));
    return {};
}

/// Binds the element of a `for_each` that a decision is about. Errors: of the expression of the list.
Result<void> bind_item(Scope& scope, const Place& place) {
    if (place.element < 0) return {};
    LS_TRY_ASSIGN(auto list, place.step->for_each->render(scope));
    if (!list.is_list() || static_cast<std::size_t>(place.element) >= list.as_list().size())
        return refuse(fmt::format("the list of `{}` is another than when it was begun: replay the run first", place.step->id));
    scope.bind(place.step->as, list.as_list()[static_cast<std::size_t>(place.element)]);
    return {};
}

Result<Value> item_of(const Flow& flow, const RunState& state, const Place& place) {
    if (place.element < 0) return Value();
    Scope scope(flow, state);
    LS_TRY(bind_item(scope, place));
    return *scope.find(place.step->as);
}

// ---- corrections ----

Result<void> check_inputs(const Place& place, const Value& input) {
    if (place.step->kind != StepKind::action) return {};
    std::vector<std::string> known;
    for (const auto& its : place.step->action.inputs) known.push_back(its.name);
    for (const auto& [name, value] : input.as_map())
        if (std::find(known.begin(), known.end(), name) == known.end())
            return refuse(fmt::format("{} has no input `{}`{}", place.step->uses, name, did_you_mean(name, known)));
    for (const auto& its : place.step->action.inputs)
        if (its.required && input[its.name].is_null()) return refuse(fmt::format("{} needs the input `{}`", place.step->uses, its.name));
    return {};
}

/// By what an effect would be found again that was called for; null if it never was.
Value name_in_use(const Place& place) {
    if (place.state && place.state->attempt > 0 && !place.state->input.is_null()) return effect_name(*place.step, place.state->input);
    auto named = place.its->named.find(place.element);
    return named == place.its->named.end() ? Value() : named->second;
}

Result<void> check_name(const Place& place, const Value& input) {
    const Value before = name_in_use(place);
    if (before.is_null()) return {};
    const Value now = effect_name(*place.step, input);
    for (const Value* side : {&before, &now})
        for (const auto& [name, value] : side->as_map())
            if (!is_same(before[name], now[name]))
                return refuse(
                    fmt::format("`{}` has been called with {} {}: what it made would not be found under another and could be made "
                                "twice; leave `{}` as it is",
                                place.name(), name, json::write(before[name]), name));
    return {};
}

Result<void> check_correction(const Place& place, const Value& input) {
    const Step& step = *place.step;
    if (step.kind == StepKind::require) return refuse(fmt::format("`{}` makes nothing that could be corrected: skip it instead", step.id));
    if (!input.is_map()) return refuse(fmt::format("the input of `{}` must be a map (a JSON object)", place.name()));
    if (step.for_each && place.element < 0)
        return refuse(fmt::format("`{0}` is done for each of a list: say which, such as {0}/0", step.id));
    bool sets = step.action.effect == schema::ActionEffect::idempotent;
    if (place.state && is_kept(step, *place.state) && !sets)
        return refuse(fmt::format("`{}` is done and is not made again: correct it where it was made", place.name()));
    LS_TRY(check_inputs(place, input));
    return check_name(place, input);
}

/// Decides one thing after the other, each seeing what was decided before.
class Mender {
public:
    Mender(const Flow& flow, RunState& state, const Mending& mending, std::int64_t now_ms)
        : flow_(flow), state_(state), mending_(mending), now_ms_(now_ms) {}

    Result<std::vector<Fact>> mend(const std::string& trigger) {
        if (is_in_doubt(flow_, state_)) return refuse("a call of the run is in doubt: replay it as it is, so that it is looked for first");
        if (mending_.body) LS_TRY(correct_body(*mending_.body, trigger));
        for (const auto& correction : mending_.corrections) LS_TRY(correct(correction));
        for (const auto& waiver : mending_.waivers) LS_TRY(waive(waiver));
        return std::move(facts_);
    }

private:
    Result<void> correct_body(const Value& body, const std::string& trigger) {
        if (!body.is_map()) return refuse("the event's body must be a map (a JSON object)");
        LS_TRY(check_key(body, trigger));
        record({.kind = Fact::Kind::corrected, .data = Map{{"body", body}, {"actor", mending_.actor}, {"because", mending_.note}}});
        return {};
    }

    /// A run is of one record: its place in the order, its links and its locks hang on the key.
    Result<void> check_key(const Value& body, const std::string& trigger) const {
        std::string other;
        for (const auto& its : flow_.triggers) {
            if (its.kind != Trigger::Kind::webhook || its.name != trigger) continue;
            auto key = event_key(flow_, its, body);
            if (key && *key == state_.key) return {};
            other = key ? "it is of " + *key : key.error().message;
        }
        if (other.empty()) return {};  // the key was given by hand or by a schedule, not by the body
        return refuse(fmt::format("the body must be of the same record, {}: {}", state_.key, other));
    }

    Result<void> correct(const Correction& correction) {
        LS_TRY_ASSIGN(Place place, find_place(flow_, state_, correction.step, correction.element));
        LS_TRY(may_decide(place));
        Map data;
        if (correction.input) {
            LS_TRY(check_correction(place, *correction.input));
            data.set("input", *correction.input);
            if (place.element >= 0) { LS_TRY_ASSIGN(data["item"], item_of(flow_, state_, place)); }
        } else if (!find_ruling(state_, place.index, place.element)) {
            return refuse(fmt::format("nothing was decided about `{}`", place.name()));
        }
        data.set("actor", mending_.actor);
        data.set("because", mending_.note);
        record({.kind = Fact::Kind::corrected, .step = place.index, .element = place.element, .data = std::move(data)});
        return {};
    }

    Result<void> waive(const Waiver& waiver) {
        if (waiver.reason.empty()) return refuse("say why `" + step_name(waiver.step, waiver.element) + "` is skipped");
        LS_TRY_ASSIGN(Place place, find_place(flow_, state_, waiver.step, waiver.element));
        LS_TRY(may_decide(place));
        LS_TRY_ASSIGN(Value output, output_of(place, waiver));
        Map data{{"output", std::move(output)}, {"reason", waiver.reason}, {"actor", mending_.actor}};
        if (place.element >= 0) { LS_TRY_ASSIGN(data["item"], item_of(flow_, state_, place)); }
        record({.kind = Fact::Kind::waived, .step = place.index, .element = place.element, .data = std::move(data)});
        return {};
    }

    static Result<Value> output_of(const Place& place, const Waiver& waiver) {
        const Step& step = *place.step;
        if (place.state && is_kept(step, *place.state)) return refuse(fmt::format("`{}` is done already", place.name()));
        bool all = step.for_each && place.element < 0;
        if (all && std::any_of(place.its->elements.begin(), place.its->elements.end(), [](const auto& its) { return its.attempt > 0; }))
            return refuse(fmt::format("some of `{0}` was called for: skip what is to be skipped of it, such as {0}/0", step.id));
        Value usual = all ? Value(List{}) : step.kind == StepKind::require ? Value(true) : Value();
        Value output = waiver.output.value_or(usual);
        if (all && (!output.is_list() || output.as_list().size() > limits::for_each_elements_max))
            return refuse(fmt::format("the output of `{}` must be a list: it is done for each of a list", step.id));
        return output;
    }

    void record(Fact fact) {
        fact.at_ms = now_ms_;
        apply(flow_, state_, fact);
        facts_.push_back(std::move(fact));
    }

    const Flow& flow_;
    RunState& state_;
    const Mending& mending_;
    std::int64_t now_ms_;
    std::vector<Fact> facts_;
};

}  // namespace

Result<std::vector<Fact>> mend(const Flow& flow, RunState& state, const Mending& mending, const std::string& trigger, std::int64_t now_ms) {
    return Mender(flow, state, mending, now_ms).mend(trigger);
}

Result<Value> current_input(const Flow& flow, const RunState& state, const std::string& step, int element) {
    LS_TRY_ASSIGN(Place place, find_place(flow, state, step, element));
    const Ruling* ruling = find_ruling(state, place.index, place.element);
    if (ruling && ruling->input) return *ruling->input;
    if (place.state && !place.state->input.is_null()) return place.state->input;
    Scope scope(flow, state);
    LS_TRY(bind_item(scope, place));
    return place.step->with.render(scope);
}

Value current_output(const Flow& flow, const RunState& state, const std::string& step, int element) {
    auto place = find_place(flow, state, step, element);
    if (!place) return {};
    const Ruling* ruling = find_ruling(state, place->index, place->element);
    if (ruling && ruling->output) return *ruling->output;
    return place->state ? place->state->output : Value();
}

Result<StepName> parse_step_name(std::string_view text) {
    std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return StepName{std::string(text), -1};
    auto number = Decimal::parse(text.substr(slash + 1));
    auto element = number ? number->to_int64() : Result<std::int64_t>(fail(number.error()));
    if (slash == 0 || !element || *element < 0 || *element >= static_cast<std::int64_t>(limits::for_each_elements_max))
        return refuse("a step is named STEP, or STEP/NUMBER for an element of its list: " + std::string(text));
    return StepName{std::string(text.substr(0, slash)), static_cast<int>(*element)};
}

std::string step_name(const std::string& step, int element) { return element < 0 ? step : fmt::format("{}/{}", step, element); }

bool is_same(const Value& a, const Value& b) { return a == b || json::write(a) == json::write(b); }

}  // namespace lockstep::flow
