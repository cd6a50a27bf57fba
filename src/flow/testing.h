#pragma once

#include <gtest/gtest.h>

#include <map>

#include "flow/advance.h"

namespace lockstep::flow::testing {

/// A catalogue of actions of every effect, on the connections `a` (connector `a`) and `b`.
inline const schema::Catalogue& catalogue() {
    using schema::ActionEffect;
    static const schema::ActionInput any{.name = "x", .type = "any"};
    static const schema::Catalogue all({
        {.name = "a.read", .effect = ActionEffect::read, .inputs = {any}},
        {.name = "a.set", .effect = ActionEffect::idempotent, .inputs = {any}},
        {.name = "a.create",
         .effect = ActionEffect::unique,
         .inputs = {any, {.name = "unique", .type = "map", .required = true}},
         .lock_inputs = {"unique"}},
        {.name = "b.read", .effect = ActionEffect::read, .inputs = {any}},
        {.name = "b.mail", .effect = ActionEffect::stateful, .inputs = {any}},
        {.name = "b.post", .effect = ActionEffect::untraceable, .inputs = {any}},
    });
    return all;
}

/// Connector `a` sends messages about objects, connector `b` webhooks.
inline std::vector<schema::VendorTrigger> vendor_triggers() {
    return {{.name = "outbound_message", .connector = "a", .topic = "an object", .default_path = "/webhook/a/message"},
            {.name = "webhook", .connector = "b"}};
}

inline Result<Flow> parse(const std::string& text) {
    /// `check` says that what was read has changed if it is told so.
    const Computation check{.action = {.name = "check", .inputs = {{.name = "x", .type = "any"}}},
                            .perform = [](const Value& with) -> Result<Value> {
                                if (with["x"] == Value("changed")) return fail(ErrorCode::precondition_failed, "it has changed");
                                if (with["x"] == Value("bad")) return fail(ErrorCode::value_invalid, "it is bad");
                                return Value(Map{{"checked", with["x"]}});
                            }};
    return parse_flow(text, "test.yaml",
                      {.actions = catalogue(),
                       .connections = {{"a", "a"}, {"b", "b"}},
                       .config = {},
                       .vendor_triggers = vendor_triggers(),
                       .computations = {check}});
}

inline std::string flow_text(const std::string& steps, const std::string& more = "") {
    return "flow: test\non: [ { webhook: /webhook/test, key: \"${ body.id }\" } ]\nconfig: { greeting: hello }\n" + more + "steps:\n" +
           steps;
}

/// A run that is carried through by hand: decisions come out, outcomes go in, and the journal can be replayed.
class Driver {
public:
    explicit Driver(const std::string& text) : flow(make(text)), state(flow) {
        state.body = Map{{"id", "k"}};
        state.key = "k";
    }

    Decision give(const Input& input) {
        auto decision = advance(flow, state, input, context());
        facts.insert(facts.end(), decision.facts.begin(), decision.facts.end());
        for (const auto& call : decision.calls) open.push_back(call);
        if (decision.end) end = decision.end;
        return decision;
    }
    Decision start() { return give(input::Start{}); }
    /// Answers the open call of a step.
    Decision answer(const std::string& step, Result<Value> result, int element = -1) {
        for (std::size_t i = 0; i < open.size(); ++i)
            if (flow.steps[static_cast<std::size_t>(open[i].step)].id == step && (element < 0 || open[i].element == element)) {
                Call call = open[i];
                open.erase(open.begin() + static_cast<std::ptrdiff_t>(i));
                return give(input::Outcome{call.step, call.element, call.attempt, std::move(result)});
            }
        ADD_FAILURE() << "no open call of step " << step;
        return {};
    }
    /// The steps whose calls are open, in order, separated by blanks.
    std::string calls() const {
        std::string names;
        for (const auto& call : open) names += (names.empty() ? "" : " ") + flow.steps[static_cast<std::size_t>(call.step)].id;
        return names;
    }
    /// Forgets everything but the journal, as a crash does, and goes on from it.
    Decision crash_and_resume() {
        RunState fresh(flow);
        fresh.body = state.body;
        fresh.key = state.key;
        for (const auto& fact : facts) apply(flow, fresh, fact);
        state = std::move(fresh);
        open.clear();
        return give(input::Interrupted{});
    }
    /// Lets the next timer ring.
    Decision wake() {
        auto at = next_wake_ms(flow, state);
        EXPECT_TRUE(at.has_value()) << "no timer is set";
        now_ms = std::max(now_ms, at.value_or(now_ms));
        return give(input::Wake{});
    }

    DecisionContext context() const {
        return {.now_ms = now_ms,
                .random = [] { return std::uint64_t{0} - 1; },
                .policy = [](const std::string&) { return Policy{.settle_ms = 10'000}; }};
    }

    Flow flow;
    RunState state;
    std::vector<Fact> facts;
    std::vector<Call> open;
    std::optional<End> end;
    std::int64_t now_ms = 1'000'000;

private:
    static Flow make(const std::string& text) {
        auto flow = parse(text);
        if (!flow) ADD_FAILURE() << flow.error().message;
        return flow ? *std::move(flow) : Flow{};
    }
};

}  // namespace lockstep::flow::testing
