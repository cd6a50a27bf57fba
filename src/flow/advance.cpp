#include "flow/advance.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/backoff.h"
#include "base/defect.h"
#include "base/limits.h"
#include "flow/error_value.h"
#include "flow/mending.h"
#include "flow/scope.h"
#include "flow/waiting.h"

namespace lockstep::flow {
namespace {

/// A misconfigured connection is tried again this often until a person has mended it.
constexpr std::int64_t misconfigured_wait_ms = 60'000;
/// What the vendor limits without saying for how long.
constexpr std::int64_t limited_wait_ms = 5'000;
/// So often a run reads again because what it had read had changed meanwhile; the first time at once.
constexpr int rewinds_max = 12;
constexpr std::int64_t rewind_base_ms = 100;
/// So many lost answers of one step mean that no answer will ever come.
constexpr int doubts_max = 20;

/// The entity and id that a link is kept under.
Result<Value> named_record(const Step& step, const Value& with) {
    const std::string entity = with["entity"].text(), id = with["id"].text();
    std::size_t slash = entity.find('/');
    if (slash == std::string::npos || slash == 0 || slash + 1 == entity.size())
        return fail(ErrorCode::expression_failed, "`entity:` of `" + step.id + "` must be CONNECTION/ENTITY: " + entity);
    bool is_id = with["id"].is_string() || with["id"].is_number();
    if (!is_id || id.empty() || id.size() > 255)
        return fail(ErrorCode::expression_failed, "`id:` of `" + step.id + "` must be a text of 1 to 255 bytes");
    return Value(Map{{"entity", entity}, {"id", id}});
}

/// One order for all runs: two that want the same names cannot wait for each other.
Result<Value> sorted_names(const Step& step, const Value& with) {
    std::set<std::string> sorted;
    if (with["names"].is_list())
        for (const auto& name : with["names"].as_list()) sorted.insert(name.is_string() ? name.as_string() : std::string());
    if (!with["names"].is_list() || sorted.contains("") || sorted.size() > run_locks_max)
        return fail(ErrorCode::expression_failed,
                    fmt::format("`names:` of `{}` must be a list of at most {} texts that are not empty", step.id, run_locks_max));
    List names;
    for (const auto& name : sorted) names.push_back(name);
    return Value(Map{{"names", std::move(names)}});
}

Error not_what_was_ruled_on(const Step& step, int element) {
    return {
        ErrorCode::requirement_failed,
        fmt::format("`{}/{}` was corrected or skipped by hand, but the list has another element in its place now: decide again, or take "
                    "the decision back",
                    step.id, element)};
}

class Decider {
public:
    Decider(const Flow& flow, RunState& state, const DecisionContext& context) : flow_(flow), state_(state), context_(context) {}

    Decision decide(const Input& input) {
        if (state_.ended && !std::holds_alternative<input::Replay>(input)) return {};
        std::visit([this](const auto& what) { take(what); }, input);
        if (!context_.hold) {
            wake_due();
            go_on();
        }
        return std::move(decision_);
    }

private:
    // ---- inputs ----

    void take(const input::Start&) { record({.kind = Fact::Kind::started}); }
    void take(const input::Wake&) {}
    void take(const input::Replay& replay) {
        if (!state_.begun) record({.kind = Fact::Kind::started});
        record({.kind = Fact::Kind::replayed, .data = Map{{"from_start", replay.from_start}, {"actor", replay.actor}}});
    }

    void take(const input::Interrupted&) {
        if (!state_.begun) return record({.kind = Fact::Kind::started});
        for_each_element([this](int step, int element, ElementState& its) {
            if (waits(its)) return wait_anew(step, element, its);
            if (its.phase != Phase::intended) return;
            Error error{ErrorCode::interrupted, "the process ended while the call was under way"};
            if (reads(step) || LS_DEFECT("restart: calls under way are thought never sent"))
                retry_at(step, element, error, context_.now_ms, false);
            else if (at_most_once(step))
                leave_unsure(step, element, its, error);
            else
                doubt(step, element, error);
        });
    }

    /// How long the process was away is not known, if somebody has set the clock meanwhile: what is in doubt settles once
    /// more, and nothing waits longer than it would have.
    void wait_anew(int step, int element, const ElementState& its) {
        if (its.phase == Phase::in_doubt) return doubt(step, element, *its.error, true);
        const std::int64_t set_back_ms = state_.last_at_ms - context_.now_ms;
        if (set_back_ms > 0) retry_at(step, element, *its.error, its.wake_at_ms - set_back_ms, false);
    }

    void take(const input::Outcome& outcome) {
        ElementState* its = element(outcome.step, outcome.element);
        if (!its || its->phase != Phase::intended || its->attempt != outcome.attempt) return;
        if (outcome.result)
            return record({.kind = Fact::Kind::done,
                           .step = outcome.step,
                           .element = outcome.element,
                           .attempt = outcome.attempt,
                           .data = Map{{"output", *outcome.result}}});
        on_error(outcome.step, outcome.element, *its, outcome.result.error());
    }

    /// What on_waiting and on_parked tell is a courtesy: a run does not stay open until a person has mended the
    /// connection that it would be told through.
    void on_error(int step, int element, const ElementState& its, const Error& error) {
        switch (error.cls()) {
            case ErrorClass::conflict:
                if (step_at(step).on_conflict >= 0) return go_back_soon(step, element, error);
                return retry_or_fail(step, element, its, error);
            case ErrorClass::transient:
                return retry_or_fail(step, element, its, error);
            case ErrorClass::in_doubt:
                if (reads(step) || LS_DEFECT("doubt: a lost answer counts as a failure")) return retry_or_fail(step, element, its, error);
                if (at_most_once(step)) return leave_unsure(step, element, its, error);
                return doubt_or_fail(step, element, its, error);
            case ErrorClass::limited:
                if (!is_main(step)) return retry_or_fail(step, element, its, error);
                return retry_at(step, element, error, limited_until_ms(step, error), false);
            case ErrorClass::unauthorized:
            case ErrorClass::misconfigured:
                if (!is_main(step)) return fail_element(step, element, error);
                return pause(step, element, error);
            case ErrorClass::rejected:
            case ErrorClass::bug:
                if (LS_DEFECT("retry: a refused call is made again")) return retry_or_fail(step, element, its, error);
                return fail_element(step, element, error);
        }
    }

    /// What was not called because of a pause goes on as soon as that is over.
    std::int64_t limited_until_ms(int step, const Error& error) const {
        if (LS_DEFECT("limits: Retry-After is not waited for")) return context_.now_ms + 100;
        if (error.code != ErrorCode::connection_paused) return context_.now_ms + error.retry_after_ms.value_or(limited_wait_ms);
        auto pause = pause_of_step(step_at(step), context_.pause_of);
        return std::max(context_.now_ms, pause ? pause->wake_at_ms : 0);
    }

    void retry_or_fail(int step, int element, const ElementState& its, const Error& error) {
        const Step& its_step = step_at(step);
        Policy policy = context_.policy(its_step.connection);
        if (auto pause = pause_of_step(its_step, context_.pause_of); pause && !(pause->needs_a_person && its_step.continue_on_error)) {
            auto wait = backoff_ms(1, its_step.retry.base_ms.value_or(policy.retry_base_ms), context_.random());
            return retry_at(step, element, error, std::max(pause->wake_at_ms, context_.now_ms + wait), false);
        }
        if (its.retries >= its_step.retry.retries_max.value_or(policy.retries_max)) {
            Error last = error;
            last.message = fmt::format("{} (after {} retries)", error.message, its.retries);
            return fail_element(step, element, last);
        }
        auto wait = backoff_ms(its.retries + 1, its_step.retry.base_ms.value_or(policy.retry_base_ms), context_.random());
        if (error.retry_after_ms) wait = std::max(wait, *error.retry_after_ms);
        retry_at(step, element, error, context_.now_ms + wait, true);
    }

    /// The step waits as for a retry, but what comes then is the step that read.
    void go_back_soon(int step, int element, const Error& error) {
        if (state_.rewinds >= rewinds_max) {
            Error last = error;
            last.message = fmt::format("{} (read again {} times, and each time it had changed once more)", error.message, state_.rewinds);
            return fail_element(step, element, last);
        }
        auto wait = state_.rewinds == 0 ? 0 : backoff_ms(state_.rewinds, rewind_base_ms, context_.random());
        retry_at(step, element, error, context_.now_ms + std::max(wait, error.retry_after_ms.value_or(0)), false);
    }

    /// Goes back if something asks for it whose time has come.
    void go_back_if_due() {
        if (state_.parking || !main_may_call(flow_, state_) || !may_go_back(flow_, state_)) return;
        for (std::size_t s = 0; s < state_.steps.size(); ++s)
            for (const auto& its : state_.steps[s].elements)
                if (goes_back(flow_.steps[s], its) && its.wake_at_ms <= context_.now_ms)
                    return record({.kind = Fact::Kind::rewound,
                                   .step = flow_.steps[s].on_conflict,
                                   .data = Map{{"because", flow_.steps[s].id}, {"error", error_to_value(*its.error)}}});
    }

    void doubt_or_fail(int step, int element, const ElementState& its, const Error& error) {
        if (its.doubts < doubts_max) return doubt(step, element, error);
        Error last = error;
        last.message = fmt::format("{} (after {} lost answers)", error.message, its.doubts);
        fail_element(step, element, last);
    }

    /// The effect is not made again, and nobody can look whether it is there: the step is over without a value.
    void leave_unsure(int step, int element, const ElementState& its, const Error& error) {
        record({.kind = Fact::Kind::done,
                .step = step,
                .element = element,
                .attempt = its.attempt,
                .data = Map{{"output", Value()}, {"unsure", true}, {"error", error_to_value(error)}}});
    }

    void pause(int step, int element, const Error& error) {
        decision_.notices.push_back({.kind = Notice::Kind::connection_paused,
                                     .step = step_at(step).id,
                                     .connection = step_at(step).connection,
                                     .reason = error.message,
                                     .code = std::string(to_string(error.code))});
        // What the run can do without does not hold it until a person has mended the configuration.
        if (step_at(step).continue_on_error) return fail_element(step, element, error);
        retry_at(step, element, error, context_.now_ms + error.retry_after_ms.value_or(misconfigured_wait_ms), false);
    }

    void retry_at(int step, int element, const Error& error, std::int64_t wake_at_ms, bool counted) {
        record({.kind = Fact::Kind::retry,
                .step = step,
                .element = element,
                .data = Map{{"error", error_to_value(error)}, {"wake_at_ms", wake_at_ms}, {"counted", counted}}});
    }

    void doubt(int step, int element, const Error& error, bool again = false) {
        auto wake = context_.now_ms + context_.policy(step_at(step).connection).settle_ms;
        if (LS_DEFECT("doubt: nobody waits for a lost call to settle")) wake = context_.now_ms;
        Map data{{"error", error_to_value(error)}, {"wake_at_ms", wake}};
        if (again) data.set("again", true);
        record({.kind = Fact::Kind::in_doubt, .step = step, .element = element, .data = std::move(data)});
    }

    void fail_element(int step, int element, const Error& error) {
        record({.kind = Fact::Kind::failed, .step = step, .element = element, .data = Map{{"error", error_to_value(error)}}});
        const Step& its_step = step_at(step);
        if (its_step.section == Section::main && !its_step.continue_on_error)
            park(its_step.id, error.message, std::string(to_string(error.code)));
    }

    void park(const std::string& step, const std::string& reason, const std::string& code, bool skip = false) {
        if (state_.parking) return;
        record({.kind = Fact::Kind::parking, .data = Map{{"step", step}, {"reason", reason}, {"code", code}, {"skip", skip}}});
        if (!skip)
            decision_.notices.push_back({.kind = Notice::Kind::parked, .step = step, .connection = {}, .reason = reason, .code = code});
    }

    // ---- going on ----

    void wake_due() {
        go_back_if_due();
        for_each_element([this](int step, int element, ElementState& its) {
            bool due = waits(its) && !goes_back(step_at(step), its) && its.wake_at_ms <= context_.now_ms &&
                       !pause_of_step(step_at(step), context_.pause_of);
            if (due && may_call(flow_, state_, step_at(step), its)) intend(step, element, its, {});
        });
        bool long_waiting = state_.trouble_since_ms > 0 && context_.now_ms - state_.trouble_since_ms >= flow_.waiting_after_ms;
        if (long_waiting && !state_.announced_waiting && !state_.parking && has_section(Section::on_waiting))
            record({.kind = Fact::Kind::waiting, .data = Map{{"reason", trouble_reason()}}});
    }

    void go_on() {
        over_.assign(flow_.steps.size(), false);
        for (bool moved = true; moved && !state_.ended;) {
            moved = false;
            for (int step = 0; step < static_cast<int>(flow_.steps.size()) && !state_.ended; ++step) {
                if (over_[static_cast<std::size_t>(step)] || !needs_are_over(step) || !section_is_active(step_at(step).section)) continue;
                moved |= open_or_resume(step);
                over_[static_cast<std::size_t>(step)] = state_.steps[static_cast<std::size_t>(step)].finished();
            }
            moved |= end_if_over();
        }
    }

    bool section_is_active(Section section) const {
        switch (section) {
            case Section::main:
                return !state_.parking && main_may_call(flow_, state_);
            case Section::on_waiting:
                return state_.announced_waiting && !state_.parking && state_.trouble_since_ms > 0 && on_waiting_may_call(flow_, state_);
            case Section::on_parked:
                return state_.parking && !state_.skipping && settled();
        }
        return false;
    }

    /// Whether nothing is under way whose outcome matters.
    bool settled() const {
        for (std::size_t i = 0; i < state_.steps.size(); ++i) {
            if (flow_.steps[i].section == Section::on_parked) continue;
            for (const auto& its : state_.steps[i].elements)
                if (its.phase == Phase::intended || its.phase == Phase::in_doubt) return false;
        }
        return true;
    }

    /// Whether all that a step needs is over, and all that those need: an effect that a replay keeps is done before what
    /// it was made from is read anew.
    bool needs_are_over(int index) const {
        const auto& needs = step_at(index).needs;
        return std::all_of(needs.begin(), needs.end(), [this](int need) { return over_[static_cast<std::size_t>(need)]; });
    }

    bool open_or_resume(int index) {
        const Step& step = step_at(index);
        StepState& its = state_.steps[static_cast<std::size_t>(index)];
        if (its.finished()) return false;
        if (!its.opened && !open(index, step)) return true;
        return begin_elements(index, step);
    }

    /// Evaluates `if` and `for_each`. Returns false if the step is over or failed by that.
    bool open(int index, const Step& step) {
        if (const Ruling* ruling = find_ruling(state_, index, -1); ruling && ruling->output)
            return waive(index, step, *ruling->output), false;
        Scope scope(flow_, state_);
        if (step.condition) {
            auto wanted = step.condition->render(scope);
            if (!wanted) return fail_element(index, -1, wanted.error()), false;
            if (wanted->kind() != Value::Kind::boolean)
                return fail_element(index, -1, {ErrorCode::expression_failed, "`if:` of `" + step.id + "` is not true or false"}), false;
            if (!wanted->as_bool()) return record({.kind = Fact::Kind::skipped, .step = index}), false;
        }
        if (!step.for_each) {
            state_.steps[static_cast<std::size_t>(index)].elements.resize(1);
            state_.steps[static_cast<std::size_t>(index)].opened = true;
            return true;
        }
        auto list = step.for_each->render(scope);
        if (!list) return fail_element(index, -1, list.error()), false;
        if (!list->is_list() || list->as_list().size() > limits::for_each_elements_max)
            return fail_element(index, -1,
                                {ErrorCode::expression_failed,
                                 fmt::format("`for_each:` of `{}` must be a list of at most {}", step.id, limits::for_each_elements_max)}),
                   false;
        record({.kind = Fact::Kind::opened, .step = index, .data = Map{{"elements", static_cast<std::int64_t>(list->as_list().size())}}});
        return true;
    }

    /// Takes the step as done, as a person decided; a list is the outputs of as many elements.
    void waive(int index, const Step& step, const Value& output) {
        auto done = [&](int element, const Value& value) {
            record({.kind = Fact::Kind::done, .step = index, .element = element, .data = Map{{"output", value}, {"waived", true}}});
        };
        if (!step.for_each) return done(-1, output);
        const List outputs = output.is_list() ? output.as_list() : List{};
        record({.kind = Fact::Kind::opened, .step = index, .data = Map{{"elements", static_cast<std::int64_t>(outputs.size())}}});
        for (std::size_t i = 0; i < outputs.size(); ++i) done(static_cast<int>(i), outputs[i]);
    }

    bool begin_elements(int index, const Step& step) {
        StepState& its = state_.steps[static_cast<std::size_t>(index)];
        bool moved = false;
        for (std::size_t i = 0; i < its.elements.size() && !(state_.parking && step.section == Section::main); ++i) {
            if (its.elements[i].phase != Phase::ready) continue;
            begin(index, step, its.is_list ? static_cast<int>(i) : -1);
            moved = true;
        }
        return moved || its.finished();
    }

    void begin(int index, const Step& step, int element) {
        Scope scope(flow_, state_);
        if (step.for_each) {
            auto list = step.for_each->render(scope);
            auto at = static_cast<std::size_t>(std::max(element, 0));
            if (!list || !list->is_list() || at >= list->as_list().size())
                return fail_element(index, element, {ErrorCode::internal, "the list of `" + step.id + "` changed while it was worked on"});
            scope.bind(step.as, list->as_list()[at]);
        }
        const Ruling* ruling = find_ruling(state_, index, element);
        if (ruling && step.for_each && !is_same(ruling->item, *scope.find(step.as)))
            return fail_element(index, element, not_what_was_ruled_on(step, element));
        if (ruling && ruling->output)
            return record(
                {.kind = Fact::Kind::done, .step = index, .element = element, .data = Map{{"output", *ruling->output}, {"waived", true}}});
        auto with = ruling && ruling->input ? Result<Value>(*ruling->input) : step.with.render(scope);
        if (!with) return fail_element(index, element, with.error());
        switch (step.kind) {
            case StepKind::set:
                return record({.kind = Fact::Kind::done, .step = index, .element = element, .data = Map{{"output", *with}}});
            case StepKind::require:
                return require(index, step, element, *with);
            case StepKind::link:
                return link(index, step, element, *with);
            case StepKind::compute:
                return compute(index, step, element, *with);
            case StepKind::find_link:
            case StepKind::lock:
                return intend_own(index, step, element, *with);
            case StepKind::action:
                if (auto output = kept_output(index, *with))
                    return record({.kind = Fact::Kind::done,
                                   .step = index,
                                   .element = element,
                                   .data = Map{{"input", *with}, {"output", *std::move(output)}}});
                if (auto pause = pause_of_step(step, context_.pause_of)) return hold(index, element, *with, *pause);
                return intend(index, element, *this->element(index, element), *with);
        }
    }

    /// The call is not made, and so nothing can have happened, until its connection can be used.
    void hold(int index, int element, const Value& input, const Pause& pause) {
        if (step_at(index).continue_on_error && pause.needs_a_person) return fail_element(index, element, pause.because);
        record({.kind = Fact::Kind::held,
                .step = index,
                .element = element,
                .data = Map{{"input", input}, {"error", error_to_value(pause.because)}, {"wake_at_ms", pause.wake_at_ms}}});
    }

    /// What came of setting these very values before a replay.
    std::optional<Value> kept_output(int index, const Value& input) const {
        for (const auto& [before, output] : state_.steps[static_cast<std::size_t>(index)].kept)
            if (before == input) return output;
        return std::nullopt;
    }

    void link(int index, const Step& step, int element, const Value& with) {
        auto record = named_record(step, with);
        if (!record) return fail_element(index, element, record.error());
        decision_.links.push_back({(*record)["entity"].text(), (*record)["id"].text(), with["value"]});
        this->record({.kind = Fact::Kind::done, .step = index, .element = element, .data = Map{{"output", with["value"]}}});
    }

    void compute(int index, const Step& step, int element, const Value& with) {
        auto output = step.compute(with);
        if (output) return record({.kind = Fact::Kind::done, .step = index, .element = element, .data = Map{{"output", *output}}});
        if (output.error().cls() == ErrorClass::conflict && step.on_conflict >= 0) return go_back_soon(index, element, output.error());
        fail_element(index, element, output.error());
    }

    void intend_own(int index, const Step& step, int element, const Value& with) {
        auto input = step.kind == StepKind::lock ? sorted_names(step, with) : named_record(step, with);
        if (!input) return fail_element(index, element, input.error());
        intend(index, element, *this->element(index, element), *std::move(input));
    }

    void require(int index, const Step& step, int element, const Value& with) {
        const Value& that = with["that"];
        if (that.kind() != Value::Kind::boolean)
            return fail_element(index, element, {ErrorCode::expression_failed, "`that:` of `" + step.id + "` is not true or false"});
        if (that.as_bool()) return record({.kind = Fact::Kind::done, .step = index, .element = element, .data = Map{{"output", true}}});
        Error error{ErrorCode::requirement_failed, with["because"].text()};
        record({.kind = Fact::Kind::failed, .step = index, .element = element, .data = Map{{"error", error_to_value(error)}}});
        bool skip = with["otherwise"].text() == "skip";
        park(step.id, error.message, skip ? "skipped" : "requirement_failed", skip);
    }

    void intend(int step, int element, ElementState& its, std::optional<Value> input) {
        Map data;
        if (input) data.set("input", *input);
        record({.kind = Fact::Kind::intended, .step = step, .element = element, .attempt = its.attempt + 1, .data = data});
        const Step& its_step = step_at(step);
        decision_.calls.push_back({.step = step,
                                   .element = element,
                                   .attempt = its.attempt,
                                   .connection = its_step.connection,
                                   .action = its_step.action.name,
                                   .input = its.input,
                                   .lock_key = lock_key(its_step, its.input),
                                   .timeout_ms = its_step.timeout_ms.value_or(context_.policy(its_step.connection).call_timeout_ms),
                                   .first_intended_ms = its.first_intended_ms});
    }

    bool end_if_over() {
        if (state_.ended || !settled()) return false;
        if (!state_.parking) return section_finished(Section::main) && end(End::Status::succeeded, "");
        if (state_.skipping) return end(End::Status::skipped, state_.reason);
        return section_finished(Section::on_parked) && end(End::Status::parked, state_.reason);
    }

    bool end(End::Status status, const std::string& reason) {
        static constexpr std::string_view names[] = {"succeeded", "skipped", "parked"};
        End end{.status = status, .reason = reason, .report = {}};
        if (flow_.report) {
            Scope scope(flow_, state_);
            auto report = flow_.report->render(scope);
            end.report = report ? *report : Value(Map{{"error", report.error().message}});
        }
        record({.kind = Fact::Kind::ended, .data = Map{{"status", names[static_cast<int>(status)]}, {"reason", reason}}});
        decision_.end = std::move(end);
        return true;
    }

    // ---- small things ----

    void record(Fact fact) {
        bool begins = fact.kind == Fact::Kind::started || fact.kind == Fact::Kind::replayed;
        fact.at_ms = begins && context_.calendar_ms != 0 ? context_.calendar_ms : context_.now_ms;
        apply(flow_, state_, fact);
        decision_.facts.push_back(std::move(fact));
    }

    const Step& step_at(int index) const { return flow_.steps[static_cast<std::size_t>(index)]; }
    bool is_main(int step) const { return step_at(step).section == Section::main; }
    bool at_most_once(int step) const { return step_at(step).delivery == Delivery::at_most_once; }
    bool reads(int step) const { return step_at(step).action.effect == schema::ActionEffect::read; }

    ElementState* element(int step, int element) {
        auto& elements = state_.steps[static_cast<std::size_t>(step)].elements;
        auto index = static_cast<std::size_t>(std::max(element, 0));
        return index < elements.size() ? &elements[index] : nullptr;
    }

    template <class F>
    void for_each_element(F&& visit) {
        for (std::size_t s = 0; s < state_.steps.size(); ++s)
            for (std::size_t e = 0; e < state_.steps[s].elements.size(); ++e)
                visit(static_cast<int>(s), state_.steps[s].is_list ? static_cast<int>(e) : -1, state_.steps[s].elements[e]);
    }

    bool has_section(Section section) const {
        return std::any_of(flow_.steps.begin(), flow_.steps.end(), [&](const Step& step) { return step.section == section; });
    }

    bool section_finished(Section section) const {
        for (std::size_t i = 0; i < state_.steps.size(); ++i)
            if (flow_.steps[i].section == section && !state_.steps[i].finished()) return false;
        return true;
    }

    std::string trouble_reason() const {
        for (const auto& step : state_.steps)
            for (const auto& its : step.elements)
                if (its.error && its.phase != Phase::done) return its.error->message;
        return "waiting";
    }

    const Flow& flow_;
    RunState& state_;
    const DecisionContext& context_;
    Decision decision_;
    std::vector<bool> over_;  // steps that are finished with all they need, as far as `go_on` has come
};

}  // namespace

Decision advance(const Flow& flow, RunState& state, const Input& input, const DecisionContext& context) {
    LS_ASSERT(state.steps.size() == flow.steps.size());
    return Decider(flow, state, context).decide(input);
}

std::vector<std::string> superseded_keys(const Flow& flow, const RunState& state) {
    std::vector<std::string> keys;
    if (!flow.supersedes_keys) return keys;
    auto rendered = flow.supersedes_keys->render(Scope(flow, state));
    if (!rendered || !rendered->is_list()) return keys;
    for (const auto& key : rendered->as_list())
        if (key.is_string() && !key.as_string().empty() && key.as_string() != state.key) keys.push_back(key.as_string());
    return keys;
}

}  // namespace lockstep::flow
