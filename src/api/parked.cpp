// What people do to parked runs.
#include <algorithm>

#include <fmt/format.h>

#include "api/api.h"
#include "base/nearest.h"
#include "engine/operator_actions.h"
#include "value/json.h"

namespace lockstep::api {
namespace {

constexpr int causes_max = 200;
constexpr std::size_t decisions_max = 100;
constexpr std::size_t because_bytes_max = 2'000;

Value time_value(std::int64_t ms) { return ms == 0 ? Value() : Value(format_timestamp(Timestamp::from_ms(ms))); }

/// A sentence of a person. Errors: `request_invalid` if it is missing or long.
Result<std::string> because_of(const Value& body, std::string_view what) {
    const Value& because = body["because"].is_null() ? body["reason"] : body["because"];
    if (!because.is_string() || because.as_string().empty() || because.as_string().size() > because_bytes_max)
        return fail(ErrorCode::request_invalid,
                    fmt::format("give the reason why {}: {{\"because\": \"…\"}}, at most {} bytes", what, because_bytes_max));
    return because.as_string();
}

Result<engine::Replay> plain_replay(const net::Request& request, const Value& body) {
    std::string from = body["from"].is_null() ? "failed" : body["from"].text();
    if (from != "failed" && from != "start") return fail(ErrorCode::request_invalid, "`from` is failed or start: " + from);
    engine::Replay replay{.mode = from == "start" ? engine::ReplayMode::from_start : engine::ReplayMode::from_failed,
                          .actor = actor_of(request)};
    if (!body["because"].is_null()) { LS_TRY_ASSIGN(replay.note, because_of(body, "it is replayed")); }
    return replay;
}

Result<List> decisions_of(const Value& body, std::string_view name) {
    const Value& all = body[name];
    if (all.is_null()) return List{};
    if (!all.is_list() || all.as_list().size() > decisions_max)
        return fail(ErrorCode::request_invalid, fmt::format("`{}` is a list of at most {}", name, decisions_max));
    return all.as_list();
}

Result<flow::Correction> correction_of(const Value& body) {
    LS_TRY(only_names(body, {"step", "input"}, "a correction"));
    LS_TRY_ASSIGN(auto name, flow::parse_step_name(body["step"].text()));
    flow::Correction correction{.step = name.step, .element = name.element, .input = {}};
    if (const Value* input = body.find("input")) correction.input = *input;
    return correction;
}

Result<flow::Waiver> waiver_of(const Value& body) {
    LS_TRY(only_names(body, {"step", "output", "because"}, "a step to skip"));
    LS_TRY_ASSIGN(auto name, flow::parse_step_name(body["step"].text()));
    flow::Waiver waiver{.step = name.step, .element = name.element, .output = {}, .reason = {}};
    if (const Value* output = body.find("output")) waiver.output = *output;
    LS_TRY_ASSIGN(waiver.reason, because_of(body, "the step is skipped"));
    return waiver;
}

Result<engine::Replay> whole_replay(const net::Request& request) {
    LS_TRY_ASSIGN(Value body, body_with(request, {"from", "because", "event", "corrections", "skip"}));
    LS_TRY_ASSIGN(engine::Replay replay, plain_replay(request, body));
    if (const Value* event = body.find("event")) replay.body = *event;
    LS_TRY_ASSIGN(List corrections, decisions_of(body, "corrections"));
    for (const Value& each : corrections) { LS_TRY_ASSIGN(replay.corrections.emplace_back(), correction_of(each)); }
    LS_TRY_ASSIGN(List skipped, decisions_of(body, "skip"));
    for (const Value& each : skipped) { LS_TRY_ASSIGN(replay.waivers.emplace_back(), waiver_of(each)); }
    if (replay.body || !replay.corrections.empty()) { LS_TRY_ASSIGN(replay.note, because_of(body, "it is corrected")); }
    return replay;
}

/// `cause`, `flow` or `all`: exactly one of them.
Result<engine::ParkedSelection> selection_of(const Value& body) {
    int said = 0;
    for (const char* name : {"cause", "flow", "all"}) said += body[name].is_null() ? 0 : 1;
    if (said == 1 && body["all"] == Value(true)) return engine::ParkedSelection{};
    if (said == 1 && body["cause"].is_string()) return engine::parse_cause(body["cause"].as_string());
    if (said == 1 && body["flow"].is_string() && !body["flow"].as_string().empty())
        return engine::ParkedSelection{.flow = body["flow"].as_string()};
    return fail(ErrorCode::request_invalid,
                "say which parked runs: one of {\"cause\": \"FLOW/STEP/CODE\"}, {\"flow\": \"…\"}, {\"all\": true}");
}

/// What a replay or drop of many is for: of no flow that there never was.
Result<engine::ParkedSelection> meant_by(config::Application& application, const Value& body) {
    LS_TRY_ASSIGN(auto which, selection_of(body));
    if (!which.flow.empty()) LS_TRY(engine::check_flow_name(application.store(), application.engine().flows(), which.flow));
    return which;
}

Value operated_value(const engine::ManyOperated& what, std::string_view name) {
    Map map{{std::string(name), what.done}};
    if (what.refused > 0) map.set("refused", what.refused);
    if (!what.why_refused.empty()) map.set("why_refused", what.why_refused);
    if (what.more) map.set("more", true);
    return map;
}

}  // namespace

Value cause_value(const store::ParkedCause& cause) {
    std::string name = engine::cause_name(cause.flow, cause.step, cause.reason_code);
    return Map{{"cause", name},
               {"flow", cause.flow},
               {"step", cause.step},
               {"code", cause.reason_code},
               {"count", cause.count},
               {"first_parked_at", time_value(cause.first_parked_ms)},
               {"last_parked_at", time_value(cause.last_parked_ms)},
               {"newest_run", cause.newest_run_id},
               {"reason", cause.reason},
               {"replay", "lockstep parked replay --cause " + name}};
}

Value audit_value(const store::AuditRow& row) {
    Map map{{"at", time_value(row.at_ms)}, {"actor", row.actor}, {"action", row.action}, {"run", row.subject}};
    auto detail = json::parse(row.detail_json.empty() ? "null" : row.detail_json);
    if (detail && detail->is_map())
        for (const auto& [name, value] : detail->as_map()) map.set(map.contains(name) ? "its_" + name : name, value);
    return map;
}

void Api::list_parked(const net::Request& request, const Path&, Answer answer) {
    auto query = net::parse_form(request.query());
    if (!query) return answer->send(error_response(query.error()));
    std::string flow;
    for (const auto& [name, value] : *query) {
        if (name != "flow") return answer->send(error_response({ErrorCode::request_invalid, "no such parameter: " + name + " (flow)"}));
        flow = value;
    }
    auto causes = application_.store().parked_causes(flow, causes_max);
    if (!causes) return answer->send(error_response(causes.error()));
    List all;
    for (const auto& cause : *causes) all.push_back(cause_value(cause));
    answer->send(net::json_response(200, Map{{"causes", std::move(all)}}));
}

void Api::list_audit(const net::Request& request, const Path&, Answer answer) {
    auto query = net::parse_form(request.query());
    if (!query) return answer->send(error_response(query.error()));
    std::string run;
    int limit = 100;
    for (const auto& [name, value] : *query) {
        auto number = Decimal::parse(name == "limit" ? value : "1");
        auto wanted = number ? number->to_int64() : Result<std::int64_t>(fail(number.error()));
        if (name != "run" && name != "limit")
            return answer->send(error_response({ErrorCode::request_invalid, "no such parameter: " + name + " (run, limit)"}));
        if (!wanted || *wanted < 1 || *wanted > 1000)
            return answer->send(error_response({ErrorCode::request_invalid, "limit is a number from 1 to 1000: " + value}));
        if (name == "run") run = value;
        if (name == "limit") limit = static_cast<int>(*wanted);
    }
    auto rows = application_.store().audit(run, limit);
    if (!rows) return answer->send(error_response(rows.error()));
    List all;
    for (const auto& row : *rows) all.push_back(audit_value(row));
    answer->send(net::json_response(200, Map{{"audit", std::move(all)}}));
}

void Api::replay_run(const net::Request& request, const Path& path, Answer answer) {
    auto replay = whole_replay(request);
    if (!replay) return answer->send(error_response(replay.error()));
    auto shared = std::make_shared<Answer>(std::move(answer));
    application_.engine().replay(path[3], *std::move(replay), [shared, id = path[3]](const Result<void>& done) {
        (*shared)->send(done ? net::json_response(202, Map{{"run", id}, {"status", "running"}}) : error_response(done.error()));
    });
}

/// What a correction starts from: `?step=order/2`, or the event's body.
void Api::show_input(const net::Request& request, const Path& path, Answer answer) {
    auto query = net::parse_form(request.query());
    if (!query) return answer->send(error_response(query.error()));
    std::string step;
    for (const auto& [name, value] : *query) {
        if (name != "step") return answer->send(error_response({ErrorCode::request_invalid, "no such parameter: " + name + " (step)"}));
        step = value;
    }
    auto loaded = engine::load_parked(application_.store(), path[3]);
    if (!loaded) return answer->send(error_response(loaded.error()));
    const auto* flow = application_.engine().find_flow(loaded->run.flow);
    if (!flow) return answer->send(error_response({ErrorCode::gone_from_flow, "there is no such flow any more: " + loaded->run.flow}));
    auto input = engine::input_to_correct(*flow, *loaded, step);
    answer->send(input ? net::json_response(200, Map{{"input", *std::move(input)}}) : error_response(input.error()));
}

/// The short form of a replay that skips one step.
void Api::skip_step(const net::Request& request, const Path& path, Answer answer) {
    auto body = body_with(request, {"step", "output", "because"});
    auto waiver = body ? waiver_of(*body) : Result<flow::Waiver>(fail(body.error()));
    if (!waiver) return answer->send(error_response(waiver.error()));
    auto shared = std::make_shared<Answer>(std::move(answer));
    application_.engine().replay(
        path[3], {.actor = actor_of(request), .waivers = {*std::move(waiver)}}, [shared, id = path[3]](const Result<void>& done) {
            (*shared)->send(done ? net::json_response(202, Map{{"run", id}, {"status", "running"}}) : error_response(done.error()));
        });
}

void Api::drop_run(const net::Request& request, const Path& path, Answer answer) {
    auto body = body_with(request, {"because", "reason"});
    auto because = body ? because_of(*body, "it is dropped") : Result<std::string>(fail(body.error()));
    if (!because) return answer->send(error_response(because.error()));
    auto shared = std::make_shared<Answer>(std::move(answer));
    application_.engine().drop(path[3], *because, actor_of(request), [shared, id = path[3]](const Result<void>& done) {
        (*shared)->send(done ? net::json_response(200, Map{{"run", id}, {"status", "dropped"}}) : error_response(done.error()));
    });
}

void Api::replay_parked(const net::Request& request, const Path&, Answer answer) {
    auto body = body_with(request, {"cause", "flow", "all", "from", "because"});
    auto which = body ? meant_by(application_, *body) : Result<engine::ParkedSelection>(fail(body.error()));
    auto replay = which ? plain_replay(request, *body) : Result<engine::Replay>(fail(which.error()));
    if (!replay) return answer->send(error_response(replay.error()));
    auto shared = std::make_shared<Answer>(std::move(answer));
    application_.engine().replay_all(*std::move(which), *std::move(replay), [shared](const Result<engine::ManyOperated>& done) {
        (*shared)->send(done ? net::json_response(202, operated_value(*done, "replayed")) : error_response(done.error()));
    });
}

void Api::drop_parked(const net::Request& request, const Path&, Answer answer) {
    auto body = body_with(request, {"cause", "flow", "all", "because", "reason"});
    auto which = body ? meant_by(application_, *body) : Result<engine::ParkedSelection>(fail(body.error()));
    auto because = which ? because_of(*body, "they are dropped") : Result<std::string>(fail(which.error()));
    if (!because) return answer->send(error_response(because.error()));
    auto shared = std::make_shared<Answer>(std::move(answer));
    application_.engine().drop_all(*std::move(which), *because, actor_of(request), [shared](const Result<engine::ManyOperated>& done) {
        (*shared)->send(done ? net::json_response(200, operated_value(*done, "dropped")) : error_response(done.error()));
    });
}

}  // namespace lockstep::api
