#include "engine/operator_actions.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/nearest.h"
#include "connector/session.h"
#include "engine/run_codec.h"
#include "flow/run_state.h"
#include "value/json.h"

namespace lockstep::engine {
namespace {

/// Runs of one page; each is loaded whole, and a running engine does nothing else meanwhile.
constexpr int page_runs = 100;
/// What the audit trail keeps of a value; the journal has it whole.
constexpr std::size_t audit_value_bytes_max = 64 * 1024;

/// A value as the audit trail keeps it: what looks like a credential is taken out, what is long is cut.
Value for_audit(const Value& value) {
    static const connector::Redactor redactor{std::vector<Secret>{}};
    std::string text = redactor.redact(json::write(value), audit_value_bytes_max);
    auto parsed = json::parse(text);
    return parsed ? *std::move(parsed) : Value(std::move(text));
}

store::AuditRow audit_row(const Replay& replay, const std::string& run_id, std::int64_t now_ms, std::string action, Map detail) {
    if (!replay.note.empty() && !detail.contains("reason")) detail.set("reason", replay.note);
    return {now_ms, replay.actor, std::move(action), run_id, json::write(std::move(detail))};
}

/// What each decision changes, told before it is applied.
std::vector<store::AuditRow> mending_audit(const flow::Flow& flow, const flow::RunState& before, const Replay& replay,
                                           std::int64_t now_ms) {
    std::vector<store::AuditRow> rows;
    auto add = [&](std::string action, Map detail) {
        rows.push_back(audit_row(replay, before.id, now_ms, std::move(action), std::move(detail)));
    };
    if (replay.decided) add("decide", Map{{"decisions", for_audit(*replay.decided)}});
    if (replay.body && !replay.decided) add("correct_event", Map{{"from", for_audit(before.body)}, {"to", for_audit(*replay.body)}});
    for (const auto& its : replay.corrections) {
        auto old = flow::current_input(flow, before, its.step, its.element);
        Map detail{{"step", flow::step_name(its.step, its.element)}, {"from", old ? for_audit(*old) : Value()}};
        if (its.input) detail.set("to", for_audit(*its.input));
        add(its.input ? "correct" : "take_back", std::move(detail));
    }
    for (const auto& its : replay.waivers) {
        Map detail{{"step", flow::step_name(its.step, its.element)}, {"reason", its.reason}};
        if (Value old = flow::current_output(flow, before, its.step, its.element); !old.is_null()) detail.set("from", for_audit(old));
        if (its.output) detail.set("to", for_audit(*its.output));
        add("skip", std::move(detail));
    }
    return rows;
}

std::int64_t next_seq(const store::LoadedRun& loaded) { return loaded.journal.empty() ? 1 : loaded.journal.back().seq + 1; }

Result<store::Batch> mending_batch(const flow::Flow* flow, const store::LoadedRun& loaded, const Replay& replay, std::int64_t now_ms) {
    store::Batch batch;
    if (!replay.mends()) return batch;
    if (!flow) return fail(ErrorCode::gone_from_flow, "there is no such flow any more: " + loaded.run.flow);
    LS_TRY_ASSIGN(auto state, restore(*flow, loaded));
    batch.audit = mending_audit(*flow, state, replay, now_ms);
    flow::Mending mending{
        .actor = replay.actor, .note = replay.note, .body = replay.body, .corrections = replay.corrections, .waivers = replay.waivers};
    LS_TRY_ASSIGN(auto facts, flow::mend(*flow, state, mending, loaded.event.trigger, now_ms));
    std::int64_t seq = next_seq(loaded);
    for (const auto& fact : facts) batch.journal.push_back(to_row(*flow, loaded.run.id, seq++, fact));
    return batch;
}

store::RunRow dropped(store::RunRow run, const std::string& reason, std::int64_t now_ms) {
    run.status = store::RunStatus::dropped;
    run.reason = reason;
    run.updated_at_ms = run.ended_at_ms = now_ms;
    return run;
}

}  // namespace

Result<store::LoadedRun> load_parked(store::Store& store, const std::string& run_id) {
    LS_TRY_ASSIGN(auto loaded, store.load_run(run_id));
    if (!loaded) return fail(ErrorCode::not_found, "there is no such run: " + run_id);
    if (loaded->run.status != store::RunStatus::parked)
        return fail(ErrorCode::request_invalid,
                    fmt::format("only a parked run can be replayed or dropped: {} is {}", run_id, store::to_string(loaded->run.status)));
    return *std::move(loaded);
}

Result<void> check_flow_name(store::Store& store, const std::vector<flow::Flow>& flows, const std::string& name) {
    std::vector<std::string> names;
    for (const auto& flow : flows) names.push_back(flow.name);
    if (std::find(names.begin(), names.end(), name) != names.end()) return {};
    LS_TRY_ASSIGN(auto runs, store.list_runs({.flow = name, .limit = 1}));
    if (!runs.empty()) return {};
    return fail(ErrorCode::not_found, "there is no such flow: " + name + did_you_mean(name, names));
}

Result<ParkedSelection> parse_cause(const std::string& text) {
    std::size_t first = text.find('/'), last = text.rfind('/');
    if (first == std::string::npos || first == 0 || first == last || last + 1 == text.size())
        return fail(ErrorCode::request_invalid, "a cause is FLOW/STEP/CODE, as `lockstep parked` lists them: " + text);
    return ParkedSelection{
        .flow = text.substr(0, first), .step = text.substr(first + 1, last - first - 1), .reason_code = text.substr(last + 1)};
}

std::string cause_name(const std::string& flow, const std::string& step, const std::string& reason_code) {
    return fmt::format("{}/{}/{}", flow, step, reason_code);
}

Result<ParkedPage> parked_page(store::Store& store, const ParkedSelection& which, const std::string& after_id,
                               std::int64_t parked_until_ms) {
    store::RunFilter filter{.status = store::RunStatus::parked, .flow = which.flow, .limit = page_runs};
    filter.step = which.step.value_or("");
    filter.reason_code = which.reason_code.value_or("");
    filter.after_id = after_id;
    filter.oldest_first = true;
    LS_TRY_ASSIGN(auto rows, store.list_runs(filter));
    ParkedPage page{.runs = {}, .last_id = rows.empty() ? after_id : rows.back().id, .is_last = rows.size() < page_runs};
    std::vector<std::string> ids;
    for (const auto& row : rows) {
        bool meant = row.step == which.step.value_or(row.step) && row.reason_code == which.reason_code.value_or(row.reason_code);
        if (meant && row.ended_at_ms <= parked_until_ms) ids.push_back(row.id);
    }
    LS_TRY_ASSIGN(page.runs, store.load_runs(ids));
    std::erase_if(page.runs, [](const store::LoadedRun& loaded) { return loaded.run.status != store::RunStatus::parked; });
    return page;
}

Result<Value> input_to_correct(const flow::Flow& flow, const store::LoadedRun& loaded, const std::string& step) {
    LS_TRY_ASSIGN(auto state, restore(flow, loaded));
    if (step.empty()) return state.body;
    LS_TRY_ASSIGN(auto name, flow::parse_step_name(step));
    return flow::current_input(flow, state, name.step, name.element);
}

Result<store::Batch> replay_batch(const flow::Flow* flow, const store::LoadedRun& loaded, const Replay& replay, std::int64_t now_ms) {
    LS_TRY_ASSIGN(store::Batch batch, mending_batch(flow, loaded, replay, now_ms));
    bool from_start = replay.mode == ReplayMode::from_start;
    store::RunRow run = loaded.run;
    run.status = store::RunStatus::running;
    run.reason = "replayed by " + replay.actor;
    run.reason_code.clear();
    run.step.clear();
    run.updated_at_ms = now_ms;
    run.ended_at_ms = 0;
    batch.journal.push_back({.run_id = run.id,
                             .seq = next_seq(loaded) + static_cast<std::int64_t>(batch.journal.size()),
                             .at_ms = now_ms,
                             .kind = std::string(flow::to_string(flow::Fact::Kind::replayed)),
                             .step = {},
                             .element = -1,
                             .attempt = 0,
                             .data_json = json::write(Map{{"from_start", from_start}, {"actor", replay.actor}}),
                             .trace_json = {}});
    batch.audit.push_back(audit_row(replay, run.id, now_ms, "replay", Map{{"from", from_start ? "start" : "failed"}}));
    batch.runs.push_back(std::move(run));
    return batch;
}

store::Batch drop_batch(const store::LoadedRun& loaded, const std::string& reason, const std::string& actor, std::int64_t now_ms) {
    store::Batch batch;
    batch.audit.push_back({now_ms, actor, "drop", loaded.run.id, json::write(Map{{"reason", reason}, {"was", loaded.run.reason}})});
    batch.runs.push_back(dropped(loaded.run, reason, now_ms));
    return batch;
}

store::Batch superseded_batch(store::RunRow run, const std::string& by_run_id, std::int64_t now_ms) {
    std::string reason = fmt::format("superseded by run {}, which succeeded", by_run_id);
    store::Batch batch;
    batch.audit.push_back({now_ms, std::string(engine_actor), "supersede", run.id,
                           json::write(Map{{"reason", reason}, {"by", by_run_id}, {"was", run.reason}})});
    run.reason_code = superseded_code;
    batch.runs.push_back(dropped(std::move(run), reason, now_ms));
    return batch;
}

}  // namespace lockstep::engine
