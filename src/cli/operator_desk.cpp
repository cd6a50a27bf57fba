#include "cli/operator_desk.h"

#include <algorithm>

#include <fmt/format.h>

#include "net/http.h"

namespace lockstep::cli {
namespace {

/// Many runs are taken up in pages between which the engine does its other work.
constexpr std::int64_t many_timeout_ms = 15 * 60'000;

Value replay_body(const engine::Replay& how) {
    Map body{{"from", how.mode == engine::ReplayMode::from_start ? "start" : "failed"}};
    if (!how.note.empty()) body.set("because", how.note);
    if (how.body) body.set("event", *how.body);
    List corrections, skipped;
    for (const auto& its : how.corrections) {
        Map one{{"step", flow::step_name(its.step, its.element)}};
        if (its.input) one.set("input", *its.input);
        corrections.push_back(std::move(one));
    }
    for (const auto& its : how.waivers) {
        Map one{{"step", flow::step_name(its.step, its.element)}, {"because", its.reason}};
        if (its.output) one.set("output", *its.output);
        skipped.push_back(std::move(one));
    }
    if (!corrections.empty()) body.set("corrections", std::move(corrections));
    if (!skipped.empty()) body.set("skip", std::move(skipped));
    return body;
}

Map selection_body(const engine::ParkedSelection& which) {
    if (which.step) return Map{{"cause", engine::cause_name(which.flow, *which.step, which.reason_code.value_or(""))}};
    if (!which.flow.empty()) return Map{{"flow", which.flow}};
    return Map{{"all", true}};
}

std::int64_t count_of(const Value& number) { return number.kind() == Value::Kind::integer ? number.as_int() : 0; }

engine::ManyOperated operated(const Value& answer, std::string_view name) {
    return {.done = count_of(answer[name]),
            .refused = count_of(answer["refused"]),
            .why_refused = answer["why_refused"].text(),
            .more = answer["more"] == Value(true)};
}

std::string address_of(const std::string& run_id, const std::string& what) { return net::join_path({"api", "v1", "runs", run_id, what}); }

}  // namespace

OperatorDesk::OperatorDesk(const ConfigSource& source) : source_(source), path_(store_path(source)), engine_(RunningEngine::find(path_)) {}

Result<store::Store*> OperatorDesk::opened() {
    if (!store_) { LS_TRY_ASSIGN(store_, store::open_sqlite({.path = path_})); }
    return store_.get();
}

/// Only a decision about steps needs the flow, and so the configuration.
Result<const std::vector<flow::Flow>*> OperatorDesk::flows() {
    if (!flows_) {
        LS_TRY_ASSIGN(auto config, load_config(source_));
        LS_TRY_ASSIGN(flows_, config::load_flows(config));
    }
    return &*flows_;
}

Result<const flow::Flow*> OperatorDesk::flow_of(const store::RunRow& run) {
    LS_TRY_ASSIGN(const auto* all, flows());
    auto found = std::find_if(all->begin(), all->end(), [&](const flow::Flow& flow) { return flow.name == run.flow; });
    if (found == all->end()) return fail(ErrorCode::gone_from_flow, "there is no such flow any more: " + run.flow);
    return &*found;
}

Result<void> OperatorDesk::replay(const std::string& run_id, const engine::Replay& how) {
    if (engine_) {
        LS_TRY(engine_->post(address_of(run_id, "replay"), replay_body(how)));
        return {};
    }
    LS_TRY_ASSIGN(store::Store * store, opened());
    LS_TRY_ASSIGN(auto loaded, engine::load_parked(*store, run_id));
    const flow::Flow* flow = nullptr;
    if (how.mends()) { LS_TRY_ASSIGN(flow, flow_of(loaded.run)); }
    LS_TRY_ASSIGN(auto batch, engine::replay_batch(flow, loaded, how, runtime_.now().ms()));
    return store->commit(batch);
}

Result<void> OperatorDesk::drop(const std::string& run_id, const std::string& because) {
    if (engine_) {
        LS_TRY(engine_->post(address_of(run_id, "drop"), Map{{"because", because}}));
        return {};
    }
    LS_TRY_ASSIGN(store::Store * store, opened());
    LS_TRY_ASSIGN(auto loaded, engine::load_parked(*store, run_id));
    return store->commit(engine::drop_batch(loaded, because, operator_name(), runtime_.now().ms()));
}

/// Without a configuration only the runs say which flows there are.
Result<void> OperatorDesk::check_flow(const std::string& name) {
    LS_TRY_ASSIGN(store::Store * store, opened());
    auto all = flows();
    return engine::check_flow_name(*store, all ? **all : std::vector<flow::Flow>(), name);
}

template <class Batch>
Result<engine::ManyOperated> OperatorDesk::operate_all(const engine::ParkedSelection& which, const Batch& batch_of) {
    LS_TRY_ASSIGN(store::Store * store, opened());
    if (!which.flow.empty()) LS_TRY(check_flow(which.flow));
    engine::ManyOperated all;
    const std::int64_t until_ms = runtime_.now().ms();
    engine::ParkedPage page;
    do {
        LS_TRY_ASSIGN(page, engine::parked_page(*store, which, page.last_id, until_ms));
        store::Batch batch;
        for (const auto& loaded : page.runs) {
            LS_TRY_ASSIGN(auto one, batch_of(loaded));
            batch.append(std::move(one));
        }
        if (!batch.empty()) LS_TRY(store->commit(batch));
        all.done += static_cast<std::int64_t>(page.runs.size());
    } while (!page.is_last);
    return all;
}

Result<engine::ManyOperated> OperatorDesk::replay_all(const engine::ParkedSelection& which, const engine::Replay& how) {
    if (!engine_)
        return operate_all(which,
                           [&](const store::LoadedRun& loaded) { return engine::replay_batch(nullptr, loaded, how, runtime_.now().ms()); });
    Map body = selection_body(which);
    const Value how_said = replay_body(how);
    for (const auto& [name, value] : how_said.as_map()) body.set(name, value);
    LS_TRY_ASSIGN(auto answer, engine_->post("/api/v1/parked/replay", body, many_timeout_ms));
    return operated(answer, "replayed");
}

Result<engine::ManyOperated> OperatorDesk::drop_all(const engine::ParkedSelection& which, const std::string& because) {
    if (!engine_)
        return operate_all(which, [&](const store::LoadedRun& loaded) {
            return Result<store::Batch>(engine::drop_batch(loaded, because, operator_name(), runtime_.now().ms()));
        });
    Map body = selection_body(which);
    body.set("because", because);
    LS_TRY_ASSIGN(auto answer, engine_->post("/api/v1/parked/drop", body, many_timeout_ms));
    return operated(answer, "dropped");
}

Result<Value> OperatorDesk::input(const std::string& run_id, const std::string& step) {
    if (engine_) {
        std::string query = step.empty() ? "" : "?" + net::write_form({{"step", step}});
        LS_TRY_ASSIGN(auto answer, engine_->get(address_of(run_id, "input") + query));
        return answer["input"];
    }
    LS_TRY_ASSIGN(store::Store * store, opened());
    LS_TRY_ASSIGN(auto loaded, engine::load_parked(*store, run_id));
    LS_TRY_ASSIGN(const flow::Flow* flow, flow_of(loaded.run));
    return engine::input_to_correct(*flow, loaded, step);
}

}  // namespace lockstep::cli
