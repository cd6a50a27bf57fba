#include "api/merges.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/nearest.h"
#include "sync/merge.h"
#include "value/json.h"

namespace lockstep::api {
namespace {

/// Runs that are looked through for what was decided, in pages.
constexpr int page_runs = 200;
constexpr int pages_max = 50;

Value json_of(const std::string& text) {
    auto value = json::parse(text.empty() ? "null" : text);
    return value ? *std::move(value) : Value();
}

Value time_value(std::int64_t ms) { return ms == 0 ? Value() : Value(format_timestamp(Timestamp::from_ms(ms))); }

Value or_null(const Value& map, std::string_view name) {
    const Value* found = map.is_map() ? map.find(name) : nullptr;
    return found ? *found : Value();
}

List list_in(const Value& map, std::string_view name) {
    Value found = or_null(map, name);
    return found.is_list() ? found.as_list() : List{};
}

/// The error that the step failed with; null if it failed otherwise.
Value error_of(const store::LoadedRun& run) {
    for (auto row = run.journal.rbegin(); row != run.journal.rend(); ++row)
        if (row->kind == "failed" && row->step == run.run.step) return or_null(json_of(row->data_json), "error");
    return {};
}

/// The side that a step is about, by its name: `write_right`.
std::optional<sync::Side> side_of_step(const std::string& step) { return sync::side_from(step.substr(step.rfind('_') + 1)); }

std::string record_name(const sync::Sync& sync, sync::Side side, const Value& report) {
    const auto& half = sync.half(side);
    const std::string id = or_null(report, sync::to_string(side)).text();
    return fmt::format("{} {}{}{}", half.connection, half.object, id.empty() ? "" : " ", id);
}

bool is_open(const Value& conflict) { return conflict["open"] == Value(true); }

/// The first field that is open, and whether a decision about it came too late.
void take_conflicts(const store::LoadedRun& loaded, const Value& merged, Map& error) {
    const Value decisions = or_null(body_of_event(loaded), "decisions");
    for (const Value& conflict : list_in(merged, "conflicts")) {
        if (!is_open(conflict)) continue;
        const std::string field = conflict["field"].text();
        if (error["field"].is_null()) error.set("field", field);
        const Value before = or_null(decisions, field);
        if (before.is_null()) continue;
        error.set("field", field);
        error.set("message", fmt::format("{} has changed since it was decided: it was {} on the left and {} on the right, and is {} and {}",
                                         field, json::write(before["left"]), json::write(before["right"]), json::write(conflict["left"]),
                                         json::write(conflict["right"])));
        return;
    }
}

/// What stands in the way, as far as it is a field's.
Value parked_error(const store::LoadedRun& loaded, const sync::Sync& sync, const Value& report) {
    Map error{{"code", loaded.run.reason_code}, {"message", loaded.run.reason}, {"field", Value()}, {"record", Value()}};
    auto side = side_of_step(loaded.run.step);
    const Value cause = error_of(loaded), merged = merged_of(loaded);
    if (const Value field = or_null(cause, "field"); !field.is_null()) error.set("field", field);
    const List problems = list_in(merged, "problems");
    if (!problems.empty() && (loaded.run.step == "values_fit" || loaded.run.step == "is_clear")) {
        const Value& first = problems.front();
        error.set("code", first["code"]);
        error.set("message", first["message"]);
        side = sync::side_from(first["side"].text());
        const auto* pair = sync.find_pair(first["field"].text());
        error.set("field", pair && side == sync::Side::right ? Value(pair->right) : first["field"]);
    }
    if (loaded.run.step == merge_steps[0]) take_conflicts(loaded, merged, error);
    if (side) error.set("record", record_name(sync, *side, report));
    return Value(std::move(error));
}

/// What the sync's rule proposes where a person decides: the side that was changed later.
Value proposed(const Value& conflict) {
    const auto left = parse_timestamp(conflict["left_at"].text()), right = parse_timestamp(conflict["right_at"].text());
    if (!left && !right) return {};
    return Value(right && (!left || left->ms() < right->ms()) ? "right" : "left");
}

std::vector<std::string> open_fields(const List& conflicts) {
    std::vector<std::string> fields;
    for (const Value& conflict : conflicts)
        if (is_open(conflict)) fields.push_back(conflict["field"].text());
    return fields;
}

/// The side of the decision and the values that it was made about.
Value decision_value(const FieldDecision& decision, const Value& conflict) {
    Map value{{"take", decision.take}, {"left", conflict["left"]}, {"right", conflict["right"]}};
    if (decision.take == "value") value.set("value", decision.value);
    return Value(std::move(value));
}

Result<void> only_open(const std::vector<FieldDecision>& decisions, const std::vector<std::string>& open, const std::string& run_id) {
    if (open.empty()) return fail(ErrorCode::request_invalid, "the run has no conflict that is open: " + run_id);
    for (const auto& its : decisions) {
        if (its.take != "left" && its.take != "right" && its.take != "value")
            return fail(ErrorCode::request_invalid, "a decision takes left, right or a value: " + its.take);
        if (!its.field.empty() && std::ranges::find(open, its.field) == open.end())
            return fail(ErrorCode::request_invalid, fmt::format("{} has no open conflict in this run{}; open: {}", its.field,
                                                                did_you_mean(its.field, open), fmt::join(open, ", ")));
    }
    return {};
}

std::string choice_text(const FieldDecision& decision) { return decision.take == "value" ? json::write(decision.value) : decision.take; }

}  // namespace

Value merged_of(const store::LoadedRun& run) {
    for (auto row = run.journal.rbegin(); row != run.journal.rend(); ++row)
        if (row->step == "merged" && row->kind == "done") return or_null(json_of(row->data_json), "output");
    return {};
}

Value body_of_event(const store::LoadedRun& run) {
    for (auto row = run.journal.rbegin(); row != run.journal.rend(); ++row)
        if (row->step.empty() && row->kind == "corrected") {
            const Value data = json_of(row->data_json);
            if (const Value* body = data.find("body")) return *body;
        }
    return json_of(run.event.body_json);
}

Value outcome_value(const store::LoadedRun& loaded, const sync::Sync& sync) {
    const Value report = json_of(loaded.run.summary_json);
    Map value{{"status", store::to_string(loaded.run.status)},
              {"run_id", loaded.run.id},
              {"left_id", or_null(report, "left")},
              {"right_id", or_null(report, "right")},
              {"changed", Map{{"left", list_in(report, "changed_left")}, {"right", list_in(report, "changed_right")}}},
              {"created", or_null(report, "created")}};
    if (loaded.run.status == store::RunStatus::skipped) value.set("reason", loaded.run.reason);
    if (loaded.run.status == store::RunStatus::parked) value.set("error", parked_error(loaded, sync, report));
    return Value(std::move(value));
}

Value conflict_value(const store::LoadedRun& loaded) {
    const Value merged = merged_of(loaded), report = json_of(loaded.run.summary_json), body = body_of_event(loaded);
    List conflicts = list_in(merged, "conflicts");
    for (Value& conflict : conflicts) {
        if (!is_open(conflict)) continue;
        conflict.mutable_map().set("proposed", proposed(conflict));
        const Value before = or_null(or_null(body, "decisions"), conflict["field"].text());
        if (!before.is_null()) conflict.mutable_map().set("decided", before);
    }
    Map value{{"run", loaded.run.id},
              {"sync", loaded.run.flow},
              {"key", loaded.run.key},
              {"status", store::to_string(loaded.run.status)},
              {"at", time_value(loaded.run.ended_at_ms)},
              {"left", or_null(report, "left")},
              {"right", or_null(report, "right")},
              {"conflicts", std::move(conflicts)},
              {"problems", list_in(merged, "problems")}};
    if (!loaded.run.reason.empty()) value.set("reason", loaded.run.reason);
    return Value(std::move(value));
}

namespace {

Result<void> add_parked(store::Store& store, const ConflictFilter& filter, std::vector<std::string>& ids) {
    for (const char* step : merge_steps) {
        store::RunFilter wanted{.status = store::RunStatus::parked, .flow = filter.sync, .limit = filter.limit};
        wanted.step = step;
        LS_TRY_ASSIGN(auto rows, store.list_runs(wanted));
        for (const auto& row : rows)
            if (row.step == step) ids.push_back(row.id);
    }
    return {};
}

/// Runs that ended well although both sides had changed a field: their report names the fields.
Result<void> add_decided(store::Store& store, const ConflictFilter& filter, std::vector<std::string>& ids) {
    std::string before;
    for (int page = 0, found = 0; page < pages_max && found < filter.limit; ++page) {
        store::RunFilter wanted{.flow = filter.sync, .before_id = before, .ended_only = true, .limit = page_runs};
        LS_TRY_ASSIGN(auto rows, store.list_runs(wanted));
        for (const auto& row : rows) {
            if (row.status == store::RunStatus::parked || list_in(json_of(row.summary_json), "conflicts").empty()) continue;
            ids.push_back(row.id);
            ++found;
        }
        if (rows.size() < page_runs) break;
        before = rows.back().id;
    }
    return {};
}

}  // namespace

Result<List> list_conflicts(store::Store& store, const ConflictFilter& filter) {
    std::vector<std::string> ids;
    LS_TRY(add_parked(store, filter, ids));
    if (filter.all) LS_TRY(add_decided(store, filter, ids));
    std::ranges::sort(ids, std::greater<>());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    if (ids.size() > static_cast<std::size_t>(filter.limit)) ids.resize(static_cast<std::size_t>(filter.limit));
    LS_TRY_ASSIGN(auto runs, store.load_runs(ids));
    List all;
    for (const auto& run : runs)
        if (!merged_of(run).is_null()) all.push_back(conflict_value(run));
    return all;
}

Result<engine::Replay> decision_replay(const store::LoadedRun& run, const std::vector<FieldDecision>& decisions, std::string actor) {
    const List conflicts = list_in(merged_of(run), "conflicts");
    const auto open = open_fields(conflicts);
    LS_TRY(only_open(decisions, open, run.run.id));
    Value body = body_of_event(run);
    if (!body.is_map()) body = Map{};
    Value decided = or_null(body, "decisions");
    if (!decided.is_map()) decided = Map{};
    Map audit;
    std::string note;
    for (const Value& conflict : conflicts) {
        const std::string field = conflict["field"].text();
        const FieldDecision* chosen = nullptr;
        for (const auto& its : decisions) {
            if (!is_open(conflict) || (its.field != field && !(its.field.empty() && !chosen))) continue;
            if (chosen && !chosen->field.empty() && !its.field.empty())
                return fail(ErrorCode::request_invalid, "the field is decided twice: " + field);
            chosen = &its;
        }
        if (!chosen) continue;
        decided.mutable_map().set(field, decision_value(*chosen, conflict));
        audit.set(field, decision_value(*chosen, conflict));
        note += fmt::format("{}{}: {}", note.empty() ? "" : ", ", field, choice_text(*chosen));
    }
    if (audit.empty()) return fail(ErrorCode::request_invalid, "say what is decided: left, right, or a value, for a field or for all");
    body.mutable_map().set("decisions", std::move(decided));
    return engine::Replay{.mode = engine::ReplayMode::from_start,
                          .actor = std::move(actor),
                          .note = "decided: " + note,
                          .decided = Value(std::move(audit)),
                          .body = std::move(body)};
}

}  // namespace lockstep::api
