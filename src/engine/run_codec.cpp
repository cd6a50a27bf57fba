#include "engine/run_codec.h"

#include "flow/built_in.h"
#include "value/json.h"

namespace lockstep::engine {

store::JournalRow to_row(const flow::Flow& flow, const std::string& run_id, std::int64_t seq, const flow::Fact& fact) {
    return {.run_id = run_id,
            .seq = seq,
            .at_ms = fact.at_ms,
            .kind = std::string(flow::to_string(fact.kind)),
            .step = fact.step < 0 ? "" : flow.steps[static_cast<std::size_t>(fact.step)].id,
            .element = fact.element,
            .attempt = fact.attempt,
            .data_json = fact.data.is_null() ? "" : json::write(fact.data),
            .trace_json = {}};
}

Result<flow::Fact> to_fact(const flow::Flow& flow, const store::JournalRow& row) {
    auto kind = flow::fact_kind_from(row.kind);
    if (!kind) return fail(ErrorCode::internal, "the journal has a fact of an unknown kind: " + row.kind);
    flow::Fact fact{.kind = *kind, .at_ms = row.at_ms, .step = -1, .element = row.element, .attempt = row.attempt, .data = {}};
    if (!row.step.empty()) {
        fact.step = flow.step_index(row.step);
        if (fact.step < 0) return fail(ErrorCode::gone_from_flow, "the flow has no such step any more: " + flow.name + ", " + row.step);
    }
    if (!row.data_json.empty()) { LS_TRY_ASSIGN(fact.data, json::parse(row.data_json)); }
    return fact;
}

namespace {

/// A call that is still open can go on only if its step still makes calls.
Result<void> check_still_callable(const flow::Flow& flow, const flow::RunState& state) {
    for (std::size_t s = 0; s < state.steps.size(); ++s)
        for (const auto& element : state.steps[s].elements) {
            bool open =
                element.phase == flow::Phase::intended || element.phase == flow::Phase::retrying || element.phase == flow::Phase::in_doubt;
            if (open && !flow::makes_calls(flow.steps[s].kind) && !flow::goes_back(flow.steps[s], element))
                return fail(ErrorCode::gone_from_flow, "the step is no action any more: " + flow.name + ", " + flow.steps[s].id);
        }
    return {};
}

}  // namespace

Result<flow::RunState> restore(const flow::Flow& flow, const store::LoadedRun& loaded) {
    flow::RunState state(flow);
    state.id = loaded.run.id;
    state.key = loaded.run.key;
    LS_TRY_ASSIGN(state.body, json::parse(loaded.event.body_json));
    for (const auto& row : loaded.journal) {
        LS_TRY_ASSIGN(auto fact, to_fact(flow, row));
        flow::apply(flow, state, fact);
    }
    LS_TRY(check_still_callable(flow, state));
    return state;
}

}  // namespace lockstep::engine
