#include "connector/connector.h"
#include "flow/flow.h"
#include "tests/fuzz/target.h"
#include "value/json.h"

using namespace lockstep;

namespace {

const flow::FlowContext& context() {
    static const schema::Catalogue catalogue([] {
        std::vector<schema::Action> actions;
        for (const auto* connector : connector::all_connectors())
            actions.insert(actions.end(), connector->actions.begin(), connector->actions.end());
        return actions;
    }());
    static const flow::FlowContext all = [] {
        flow::FlowContext made{.actions = catalogue, .connections = {}, .config = {}};
        for (const auto* connector : connector::all_connectors()) {
            made.connections.emplace_back(connector->name, connector->name);
            made.vendor_triggers.insert(made.vendor_triggers.end(), connector->triggers.begin(), connector->triggers.end());
        }
        return made;
    }();
    return all;
}

}  // namespace

/// A flow file against the actions and triggers of all connectors; one that passes takes events.
FUZZ(flows) {
    const auto flow = flow::parse_flow(data, "fuzz.yaml", context());
    if (!flow) {
        LS_ASSERT(!flow.error().message.empty());
        return;
    }
    static const Value body = *json::parse(R"({"id": "006A0000000EXAMPLE", "Id": "006A0000000EXAMPLE", "payment_id": "46"})");
    for (const auto& trigger : flow->triggers) {
        if (trigger.kind == flow::Trigger::Kind::schedule) continue;
        static_cast<void>(flow::event_dedupe_id(*flow, trigger, body));
        const auto key = flow::event_key(*flow, trigger, body);
        if (key) static_cast<void>(flow::checked_key(*flow, *key));
    }
}
