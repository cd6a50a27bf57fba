#include "flow/flow.h"

namespace lockstep::flow {
namespace {

/// What the expressions of a trigger see.
Map trigger_names(const Flow& flow, const Trigger& trigger, const Value& body) {
    Map names{{"body", body}, {"config", flow.config}};
    if (!trigger.topic.empty()) names.set("notification", body);
    return names;
}

}  // namespace

int Flow::step_index(std::string_view id) const {
    for (std::size_t i = 0; i < steps.size(); ++i)
        if (steps[i].id == id) return static_cast<int>(i);
    return -1;
}

const Step* Flow::find_step(std::string_view id) const {
    int index = step_index(id);
    return index < 0 ? nullptr : &steps[static_cast<std::size_t>(index)];
}

Result<std::string> checked_key(const Flow& flow, const std::string& key) {
    auto refuse = [&] {
        std::string shown = key.size() > 60 ? key.substr(0, 57) + "…" : key;
        return fail(ErrorCode::request_invalid, flow.key_says.empty() ? "the key is not one of " + flow.name + ": " + shown
                                                                      : "the key must be " + flow.key_says + ": " + shown);
    };
    if (key.empty() || key.size() > 255) return refuse();
    expr::MapEnvironment environment(Map{{"key", key}, {"config", flow.config}});
    if (flow.key_must) {
        auto fits = flow.key_must->render(environment);
        if (!fits || fits->kind() != Value::Kind::boolean || !fits->as_bool()) return refuse();
    }
    if (!flow.key_as) return key;
    auto form = flow.key_as->render(environment);
    if (!form || !form->is_string()) return refuse();
    return form->as_string();
}

Result<std::string> event_dedupe_id(const Flow& flow, const Trigger& trigger, const Value& body) {
    if (!trigger.dedupe) return std::string();
    expr::MapEnvironment environment(trigger_names(flow, trigger, body));
    auto id = trigger.dedupe->render(environment);
    if (!id) return fail(ErrorCode::request_invalid, "the body does not say which event it is: " + id.error().message);
    return id->text();
}

Result<std::string> event_key(const Flow& flow, const Trigger& trigger, const Value& body) {
    expr::MapEnvironment environment(trigger_names(flow, trigger, body));
    auto key = trigger.key.render(environment);
    if (!key) return fail(ErrorCode::request_invalid, "the body does not name its record: " + key.error().message);
    if (!key->is_string() && !key->is_number())
        return fail(ErrorCode::request_invalid,
                    "the body does not name its record: the key must be a text" + (flow.key_says.empty() ? "" : ", " + flow.key_says));
    return checked_key(flow, key->text());
}

}  // namespace lockstep::flow
