#include <algorithm>

#include <fmt/format.h>

#include "api/api.h"
#include "base/nearest.h"
#include "value/json.h"

namespace lockstep::api {
namespace {

int status_of(const Error& error) {
    if (error.field == "Content-Type") return 415;
    switch (error.code) {
        case ErrorCode::not_found:
            return 404;
        case ErrorCode::request_too_large:
            return 413;
        case ErrorCode::unauthorized:
            return 401;
        case ErrorCode::permission_missing:
            return 403;
        case ErrorCode::overloaded:
        case ErrorCode::shutting_down:
            return 503;
        default:
            break;
    }
    switch (error.cls()) {
        case ErrorClass::rejected:
            return 400;
        case ErrorClass::bug:
            return 500;
        default:
            return 503;
    }
}

Value json_or_text(const std::string& text) {
    if (text.empty()) return {};
    auto value = json::parse(text);
    return value ? *value : Value(text);
}

Result<Value> json_of(const net::Request& request) {
    auto type = request.headers.get("Content-Type").value_or("");
    if (type.substr(0, type.find(';')) == "application/json") return json::parse(request.body);
    return fail(Error{ErrorCode::request_invalid,
                      fmt::format("the body must be JSON with Content-Type: application/json, not `{}`", type),
                      {},
                      "Content-Type"});
}

constexpr std::size_t actor_bytes_max = 100;

Value time_value(std::int64_t ms) { return ms == 0 ? Value() : Value(format_timestamp(Timestamp::from_ms(ms))); }

}  // namespace

net::Response error_response(const Error& error) {
    Map body{{"code", to_string(error.code)}, {"message", error.message}};
    if (!error.field.empty()) body.set("field", error.field);
    auto response = net::json_response(status_of(error), Map{{"error", body}});
    if (error.retry_after_ms)
        response.headers.set("Retry-After", std::to_string((*error.retry_after_ms + 999) / 1000));
    else if (response.status == 503)
        response.headers.set("Retry-After", "10");
    return response;
}

Result<Value> json_body(const net::Request& request) {
    LS_TRY_ASSIGN(Value body, json_of(request));
    if (!body.is_map()) return fail(ErrorCode::request_invalid, "the body must be a JSON object");
    return body;
}

std::string actor_of(const net::Request& request) {
    std::string actor(request.headers.get("X-Lockstep-Actor").value_or("api").substr(0, actor_bytes_max));
    std::replace_if(actor.begin(), actor.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return actor.empty() ? "api" : actor;
}

Result<void> only_names(const Value& map, const std::vector<std::string>& known, std::string_view where) {
    if (!map.is_map()) return fail(ErrorCode::request_invalid, fmt::format("{} must be a JSON object", where));
    for (const auto& [name, value] : map.as_map())
        if (std::find(known.begin(), known.end(), name) == known.end())
            return fail(ErrorCode::request_invalid, fmt::format("{} has no `{}`{}", where, name, did_you_mean(name, known)));
    return {};
}

Result<Value> body_with(const net::Request& request, const std::vector<std::string>& known) {
    LS_TRY_ASSIGN(Value body, json_body(request));
    LS_TRY(only_names(body, known, "the body"));
    return body;
}

Result<List> json_bodies(const net::Request& request) {
    LS_TRY_ASSIGN(Value body, json_of(request));
    List all = body.is_list() ? body.as_list() : List{body};
    bool fits =
        !all.empty() && all.size() <= bodies_max && std::all_of(all.begin(), all.end(), [](const Value& each) { return each.is_map(); });
    if (!fits)
        return fail(ErrorCode::request_invalid, fmt::format("the body must be a JSON object, or a list of 1 to {} of them", bodies_max));
    return all;
}

Value accepted_value(const std::vector<engine::Submission>& submissions, const std::vector<engine::Accepted>& accepted) {
    List events;
    for (std::size_t i = 0; i < accepted.size(); ++i) {
        Map event{{"flow", submissions[i].flow}, {"key", submissions[i].key}, {"event", accepted[i].event_id}};
        if (!accepted[i].run_id.empty()) event.set("run", accepted[i].run_id);
        if (accepted[i].duplicate) event.set("duplicate", true);
        events.push_back(std::move(event));
    }
    Map body{{"accepted", true}};
    if (events.size() != 1)
        body.set("events", std::move(events));
    else
        for (const auto& [name, value] : events[0].as_map()) body.set(name, value);
    return body;
}

Value run_value(const store::RunRow& run) {
    Map map{{"id", run.id},
            {"flow", run.flow},
            {"key", run.key},
            {"status", store::to_string(run.status)},
            {"retries", static_cast<std::int64_t>(run.retries)},
            {"created_at", time_value(run.created_at_ms)},
            {"updated_at", time_value(run.updated_at_ms)}};
    if (run.ended_at_ms) map.set("ended_at", time_value(run.ended_at_ms));
    if (!run.reason.empty()) map.set("reason", run.reason);
    if (!run.reason_code.empty()) map.set("code", run.reason_code);
    if (!run.step.empty()) map.set("step", run.step);
    if (!run.summary_json.empty()) map.set("report", json_or_text(run.summary_json));
    return map;
}

bool journal_is_trimmed(const store::LoadedRun& loaded) {
    const auto& run = loaded.run;
    const bool closed = run.ended_at_ms != 0 && run.status != store::RunStatus::parked;
    return closed && loaded.journal.empty() && run.reason_code != to_string(ErrorCode::gone_from_flow);
}

Value run_detail(const store::LoadedRun& loaded) {
    Value value = run_value(loaded.run);
    Map& map = value.mutable_map();
    map.set("event", Map{{"id", loaded.event.id},
                         {"trigger", loaded.event.trigger},
                         {"received_at", time_value(loaded.event.received_at_ms)},
                         {"body", json_or_text(loaded.event.body_json)}});
    List facts;
    for (const auto& row : loaded.journal) {
        Map fact{{"seq", row.seq}, {"at", time_value(row.at_ms)}, {"kind", row.kind}};
        if (!row.step.empty()) fact.set("step", row.step);
        if (row.element >= 0) fact.set("element", static_cast<std::int64_t>(row.element));
        if (row.attempt > 0) fact.set("attempt", static_cast<std::int64_t>(row.attempt));
        if (!row.data_json.empty()) fact.set("data", json_or_text(row.data_json));
        if (!row.trace_json.empty()) fact.set("calls", json_or_text(row.trace_json));
        facts.push_back(std::move(fact));
    }
    map.set("journal", std::move(facts));
    if (journal_is_trimmed(loaded)) map.set("journal_trimmed", true);
    return value;
}

Value sweeps_value(const std::vector<engine::SweepStatus>& sweeps, std::int64_t now_ms) {
    List all;
    for (const auto& its : sweeps) {
        Map sweep{{"flow", its.flow},
                  {"sweep", its.name},
                  {"connection", its.connection},
                  {"every_s", its.every_ms / 1000},
                  {"cursor", time_value(its.at_ms)},
                  {"last_success", time_value(its.complete_ms)},
                  {"calls", static_cast<std::int64_t>(its.calls)},
                  {"rows", static_cast<std::int64_t>(its.rows)},
                  {"events", static_cast<std::int64_t>(its.events)}};
        if (its.complete_ms > 0) sweep.set("lag_s", std::max<std::int64_t>(0, now_ms - its.complete_ms) / 1000);
        if (its.under_way) sweep.set("under_way", true);
        if (its.rows_refused > 0) sweep.set("refused", static_cast<std::int64_t>(its.rows_refused));
        if (!its.refused.empty()) sweep.set("refused_because", its.refused);
        if (!its.waits_for.empty()) sweep.set("waits_for", its.waits_for);
        if (!its.error.empty()) sweep.set("error", its.error);
        if (its.failing_since_ms > 0) sweep.set("failing_since", time_value(its.failing_since_ms));
        all.push_back(std::move(sweep));
    }
    return Value(std::move(all));
}

}  // namespace lockstep::api
