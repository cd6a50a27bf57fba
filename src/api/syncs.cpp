// What people and programs do with syncs: run one record now, look at its link, decide conflicts.
#include <algorithm>

#include <fmt/format.h>

#include "api/api.h"
#include "api/history.h"
#include "api/merges.h"
#include "base/nearest.h"
#include "connector/signature.h"
#include "engine/operator_actions.h"
#include "value/json.h"

namespace lockstep::api {
namespace {

constexpr std::int64_t wait_default_ms = 20'000;
constexpr std::int64_t wait_max_ms = 60'000;
constexpr std::size_t by_bytes_max = 100;
constexpr std::size_t value_bytes_max = 64 * 1024;
constexpr std::size_t backfill_id_bytes_max = 40;

Result<const sync::Sync*> find_sync(const config::Application& application, const std::string& name) {
    std::vector<std::string> names;
    for (const auto& its : application.syncs()) {
        if (its->name == name) return its.get();
        names.push_back(its->name);
    }
    return fail(ErrorCode::not_found, "there is no such sync: " + name + did_you_mean(name, names));
}

/// Errors: `request_invalid`.
Result<std::int64_t> number_in(const Value& given, const char* name, std::int64_t fallback, std::int64_t most) {
    if (given.is_null()) return fallback;
    if (given.kind() == Value::Kind::integer && given.as_int() >= 0 && given.as_int() <= most) return given.as_int();
    return fail(ErrorCode::request_invalid, fmt::format("`{}` is a number from 0 to {}: {}", name, most, given.text()));
}

Result<sync::Side> side_in(const std::string& name) {
    auto side = sync::side_from(name);
    if (!side) return fail(ErrorCode::request_invalid, "`side` is left or right: " + name);
    return *side;
}

/// The record's id in its one form: what the sync's flow makes of the key.
Result<std::string> key_of(const engine::Engine& engine, const sync::Sync& sync, sync::Side side, const std::string& id) {
    const auto* flow = engine.find_flow(sync.name);
    if (!flow) return fail(ErrorCode::not_found, "there is no such sync: " + sync.name);
    return flow::checked_key(*flow, fmt::format("{}:{}", sync::to_string(side), id));
}
std::string id_of(const std::string& key) { return key.substr(key.find(':') + 1); }

/// What is asked for, checked.
struct Asked {
    const sync::Sync* sync = nullptr;
    std::string key, by;
    std::int64_t wait_ms = 0;
};

Result<Asked> read_asked(const config::Application& application, const engine::Engine& engine, const std::string& name,
                         const net::Request& request) {
    Asked asked;
    LS_TRY_ASSIGN(asked.sync, find_sync(application, name));
    LS_TRY_ASSIGN(Value body, body_with(request, {"side", "id", "wait_ms", "by"}));
    LS_TRY_ASSIGN(const auto side, side_in(body["side"].is_null() ? "left" : body["side"].text()));
    if (!body["id"].is_string() || body["id"].as_string().empty())
        return fail(ErrorCode::request_invalid, "`id` is the record's id, a text");
    LS_TRY_ASSIGN(asked.key, key_of(engine, *asked.sync, side, body["id"].as_string()));
    LS_TRY_ASSIGN(asked.wait_ms, number_in(body["wait_ms"], "wait_ms", wait_default_ms, wait_max_ms));
    if (!body["by"].is_null() && (!body["by"].is_string() || body["by"].as_string().size() > by_bytes_max))
        return fail(ErrorCode::request_invalid, fmt::format("`by` is a person's name, a text of at most {} bytes", by_bytes_max));
    asked.by = body["by"].text();
    return asked;
}

net::Response running_response(const std::string& run_id) {
    return net::json_response(202, Map{{"status", "running"}, {"run_id", run_id}});
}

/// What whoever waits is told when the run has ended, or has not.
net::Response end_response(store::Store& store, const sync::Sync& sync, const std::string& run_id,
                           const Result<std::optional<store::RunRow>>& ended) {
    if (!ended) return error_response(ended.error());
    if (!*ended) return running_response(run_id);
    store::LoadedRun run{.run = **ended, .event = {}, .journal = {}};
    const bool is_done = run.run.status == store::RunStatus::succeeded || run.run.status == store::RunStatus::skipped;
    if (is_done) return net::json_response(200, outcome_value(run, sync));
    auto loaded = store.load_run(run_id);
    if (loaded && *loaded) run = **loaded;
    return net::json_response(409, outcome_value(run, sync));
}

using Shared = std::shared_ptr<std::unique_ptr<net::Responder>>;

/// Answers when the run has ended or the time is over; no thread waits.
void answer_at_end(config::Application& application, const sync::Sync& sync, const std::string& run_id, std::int64_t wait_ms,
                   const Shared& answer) {
    if (wait_ms == 0) return (*answer)->send(running_response(run_id));
    application.engine().when_ended(
        run_id, wait_ms, [answer, run_id, &sync, &store = application.store()](const Result<std::optional<store::RunRow>>& ended) {
            (*answer)->send(end_response(store, sync, run_id, ended));
        });
}

// ---- decisions ----

/// `left`, `right`, or {value: …}.
Result<FieldDecision> field_decision(const std::string& field, const Value& said) {
    if (said.is_string() && (said.as_string() == "left" || said.as_string() == "right"))
        return FieldDecision{.field = field, .take = said.as_string(), .value = {}};
    const bool is_value = said.is_map() && said.as_map().size() == 1 && said.find("value");
    if (!is_value)
        return fail(ErrorCode::request_invalid,
                    fmt::format("the decision on {} is \"left\", \"right\" or {{\"value\": …}}: {}", field, json::write(said)));
    const Value& value = said["value"];
    if (value.is_map() || value.is_list() || json::write(value).size() > value_bytes_max)
        return fail(ErrorCode::request_invalid, "a value of a field is a text, a number, true, false or null: " + field);
    return FieldDecision{.field = field, .take = "value", .value = value};
}

/// {"take": "left"} for all that is open, {"decisions": {FIELD: …}} for some, or both.
Result<std::vector<FieldDecision>> decisions_in(const Value& body) {
    std::vector<FieldDecision> all;
    if (!body["take"].is_null()) {
        const std::string take = body["take"].text();
        if (take != "left" && take != "right") return fail(ErrorCode::request_invalid, "`take` is left or right: " + take);
        all.push_back({.field = {}, .take = take, .value = {}});
    }
    if (body["decisions"].is_null()) return all;
    if (!body["decisions"].is_map())
        return fail(ErrorCode::request_invalid, "`decisions` is an object: {\"Phone\": \"left\", \"Fax\": {\"value\": \"…\"}}");
    for (const auto& [field, said] : body["decisions"].as_map()) { LS_TRY_ASSIGN(all.emplace_back(), field_decision(field, said)); }
    return all;
}

Result<store::LoadedRun> run_of(store::Store& store, const sync::Sync& sync, const std::string& run_id) {
    LS_TRY_ASSIGN(auto loaded, store.load_run(run_id));
    if (!loaded || loaded->run.flow != sync.name)
        return fail(ErrorCode::not_found, fmt::format("the sync {} has no such run: {}", sync.name, run_id));
    return *std::move(loaded);
}

Result<engine::Replay> replay_in(store::Store& store, const sync::Sync& sync, const net::Request& request, const std::string& run_id,
                                 std::int64_t& wait_ms) {
    LS_TRY_ASSIGN(Value body, body_with(request, {"take", "decisions", "by", "wait_ms"}));
    LS_TRY_ASSIGN(wait_ms, number_in(body["wait_ms"], "wait_ms", wait_default_ms, wait_max_ms));
    LS_TRY_ASSIGN(auto decisions, decisions_in(body));
    LS_TRY_ASSIGN(auto loaded, run_of(store, sync, run_id));
    if (loaded.run.status != store::RunStatus::parked)
        return fail(ErrorCode::request_invalid,
                    fmt::format("only what is parked can be decided: {} is {}", run_id, store::to_string(loaded.run.status)));
    return decision_replay(loaded, decisions, body["by"].is_string() ? body["by"].as_string() : actor_of(request));
}

// ---- backfill ----

Result<engine::Submission> backfill_event(const engine::Engine& engine, const sync::Sync& sync, const std::string& backfill,
                                          const Value& event) {
    LS_TRY(only_names(event, {"side", "id", "partner"}, "an event"));
    LS_TRY_ASSIGN(const auto side, side_in(event["side"].text()));
    LS_TRY_ASSIGN(auto key, key_of(engine, sync, side, event["id"].text()));
    Map body{{"backfill", backfill}};
    if (!event["partner"].is_null()) {
        LS_TRY_ASSIGN(auto partner, key_of(engine, sync, sync::other(side), event["partner"].text()));
        body.set("partner", id_of(partner));
    }
    return engine::Submission{.flow = sync.name,
                              .key = key,
                              .trigger = "backfill",
                              .dedupe_id = fmt::format("backfill:{}:{}", backfill, key),
                              .body_json = json::write(Value(std::move(body)))};
}

Result<std::vector<engine::Submission>> backfill_events(const config::Application& application, const engine::Engine& engine,
                                                        const std::string& name, const net::Request& request) {
    LS_TRY_ASSIGN(const auto* sync, find_sync(application, name));
    LS_TRY_ASSIGN(Value body, body_with(request, {"backfill", "events"}));
    const std::string backfill = body["backfill"].text();
    if (backfill.empty() || backfill.size() > backfill_id_bytes_max)
        return fail(ErrorCode::request_invalid, fmt::format("`backfill` names the backfill in 1 to {} bytes", backfill_id_bytes_max));
    if (!body["events"].is_list() || body["events"].as_list().empty() || body["events"].as_list().size() > engine::submissions_max)
        return fail(ErrorCode::request_invalid, fmt::format("`events` is a list of 1 to {} events", engine::submissions_max));
    std::vector<engine::Submission> all;
    for (const Value& event : body["events"].as_list()) {
        LS_TRY_ASSIGN(all.emplace_back(), backfill_event(engine, *sync, backfill, event));
    }
    return all;
}

Result<std::pair<bool, int>> list_query(const net::Request& request, bool may_ask_all) {
    LS_TRY_ASSIGN(auto query, net::parse_form(request.query()));
    std::pair<bool, int> wanted{false, 50};
    for (const auto& [name, value] : query) {
        if (may_ask_all && name == "all" && (value == "true" || value == "false")) {
            wanted.first = value == "true";
            continue;
        }
        if (name != "limit")
            return fail(ErrorCode::request_invalid,
                        fmt::format("no such parameter: {}={} ({}limit)", name, value, may_ask_all ? "all=true, " : ""));
        auto number = Decimal::parse(value);
        auto limit = number ? number->to_int64() : Result<std::int64_t>(fail(number.error()));
        if (!limit || *limit < 1 || *limit > 1000) return fail(ErrorCode::request_invalid, "limit is a number from 1 to 1000: " + value);
        wanted.second = static_cast<int>(*limit);
    }
    return wanted;
}

}  // namespace

Result<void> Api::may_use_token_route(const net::Request& request, bool is_local) const {
    const Secret& token = application_.config().server.api_token;
    const auto given = request.headers.get("Authorization");
    if (token.empty()) {
        if (is_local) return {};
        return fail(ErrorCode::permission_missing,
                    "this address answers only to the machine itself, until a token for other machines is set: LOCKSTEP_API_TOKEN, or "
                    "`server: api_token:`");
    }
    if (given ? connector::same_secret(*given, "Bearer " + token.reveal()) : is_local) return {};
    return fail(ErrorCode::unauthorized, "the API token is missing or wrong: send it as `Authorization: Bearer …`");
}

void Api::run_sync(const net::Request& request, const Path& path, Answer answer) {
    auto asked = read_asked(application_, application_.engine(), path[3], request);
    if (!asked) return answer->send(error_response(asked.error()));
    Map body;
    if (!asked->by.empty()) body.set("by", asked->by);
    engine::Submission event{.flow = asked->sync->name,
                             .key = asked->key,
                             .trigger = asked->by.empty() ? "manual" : "button",
                             .dedupe_id = {},
                             .body_json = json::write(Value(std::move(body)))};
    auto shared = std::make_shared<Answer>(std::move(answer));
    application_.engine().submit(std::move(event),
                                 [&application = application_, shared, its = *asked](const Result<engine::Accepted>& accepted) {
                                     if (!accepted) return (*shared)->send(error_response(accepted.error()));
                                     answer_at_end(application, *its.sync, accepted->run_id, its.wait_ms, shared);
                                 });
}

void Api::list_syncs(const net::Request&, const Path&, Answer answer) {
    List all;
    for (const auto& its : application_.syncs()) {
        List fields;
        for (const auto& pair : its->fields) fields.push_back(List{pair.left, pair.right});
        all.push_back(Map{{"sync", its->name},
                          {"summary", its->summary},
                          {"left", Map{{"connection", its->left.connection}, {"object", its->left.object}}},
                          {"right", Map{{"connection", its->right.connection}, {"object", its->right.object}}},
                          {"fields", std::move(fields)}});
    }
    answer->send(net::json_response(200, Map{{"syncs", std::move(all)}}));
}

void Api::sync_record(const net::Request&, const Path& path, Answer answer) {
    auto status = [&]() -> Result<Value> {
        LS_TRY_ASSIGN(const auto* sync, find_sync(application_, path[3]));
        LS_TRY_ASSIGN(const auto side, side_in(path[5]));
        LS_TRY_ASSIGN(auto key, key_of(application_.engine(), *sync, side, path[6]));
        return record_status(application_.store(), *sync, side, id_of(key));
    }();
    answer->send(status ? net::json_response(200, *status) : error_response(status.error()));
}

void Api::sync_conflicts(const net::Request& request, const Path& path, Answer answer) {
    auto all = [&]() -> Result<List> {
        LS_TRY_ASSIGN(const auto* sync, find_sync(application_, path[3]));
        LS_TRY_ASSIGN(auto wanted, list_query(request, true));
        return list_conflicts(application_.store(), {.sync = sync->name, .all = wanted.first, .limit = wanted.second});
    }();
    answer->send(all ? net::json_response(200, Map{{"conflicts", *std::move(all)}}) : error_response(all.error()));
}

void Api::show_conflict(const net::Request&, const Path& path, Answer answer) {
    auto shown = [&]() -> Result<Value> {
        LS_TRY_ASSIGN(const auto* sync, find_sync(application_, path[3]));
        LS_TRY_ASSIGN(auto loaded, run_of(application_.store(), *sync, path[5]));
        return conflict_value(loaded);
    }();
    answer->send(shown ? net::json_response(200, *shown) : error_response(shown.error()));
}

void Api::decide_conflict(const net::Request& request, const Path& path, Answer answer) {
    auto sync = find_sync(application_, path[3]);
    if (!sync) return answer->send(error_response(sync.error()));
    std::int64_t wait_ms = 0;
    auto replay = replay_in(application_.store(), **sync, request, path[5], wait_ms);
    if (!replay) return answer->send(error_response(replay.error()));
    auto shared = std::make_shared<Answer>(std::move(answer));
    application_.engine().replay(
        path[5], *std::move(replay),
        [&application = application_, shared, &sync = **sync, run_id = path[5], wait_ms](const Result<void>& taken) {
            if (!taken) return (*shared)->send(error_response(taken.error()));
            answer_at_end(application, sync, run_id, wait_ms, shared);
        });
}

void Api::backfill_sync(const net::Request& request, const Path& path, Answer answer) {
    auto events = backfill_events(application_, application_.engine(), path[3], request);
    if (!events) return answer->send(error_response(events.error()));
    auto shared = std::make_shared<Answer>(std::move(answer));
    application_.engine().submit_all(*events, [shared, events = *events](const Result<std::vector<engine::Accepted>>& accepted) {
        (*shared)->send(accepted ? net::json_response(202, accepted_value(events, *accepted)) : error_response(accepted.error()));
    });
}

void Api::record_history_of(const net::Request& request, const Path& path, Answer answer) {
    auto history = [&]() -> Result<Value> {
        LS_TRY_ASSIGN(auto wanted, list_query(request, false));
        return record_history(application_.store(), application_.syncs(), application_.engine().flows(), path[3], wanted.second);
    }();
    answer->send(history ? net::json_response(200, *history) : error_response(history.error()));
}

}  // namespace lockstep::api
