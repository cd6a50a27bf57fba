#include "engine/operator_actions.h"

#include <fmt/format.h>

#include "flow/run_state.h"
#include "value/json.h"

namespace lockstep::engine {

Result<store::LoadedRun> load_parked(store::Store& store, const std::string& run_id) {
    LS_TRY_ASSIGN(auto loaded, store.load_run(run_id));
    if (!loaded) return fail(ErrorCode::not_found, "there is no such run: " + run_id);
    if (loaded->run.status != store::RunStatus::parked)
        return fail(ErrorCode::request_invalid,
                    fmt::format("only a parked run can be replayed or dropped: {} is {}", run_id, store::to_string(loaded->run.status)));
    return *std::move(loaded);
}

store::Batch replay_batch(const store::LoadedRun& loaded, ReplayMode mode, const std::string& actor, std::int64_t now_ms) {
    bool from_start = mode == ReplayMode::from_start;
    store::RunRow run = loaded.run;
    run.status = store::RunStatus::running;
    run.reason = "replayed by " + actor;
    run.reason_code.clear();
    run.step.clear();
    run.updated_at_ms = now_ms;
    run.ended_at_ms = 0;
    store::JournalRow row{.run_id = run.id,
                          .seq = loaded.journal.empty() ? 1 : loaded.journal.back().seq + 1,
                          .at_ms = now_ms,
                          .kind = std::string(flow::to_string(flow::Fact::Kind::replayed)),
                          .step = {},
                          .element = -1,
                          .attempt = 0,
                          .data_json = json::write(Map{{"from_start", from_start}, {"actor", actor}}),
                          .trace_json = {}};
    store::Batch batch;
    batch.journal.push_back(std::move(row));
    batch.audit.push_back({now_ms, actor, "replay", run.id, json::write(Map{{"from", from_start ? "start" : "failed"}})});
    batch.runs.push_back(std::move(run));
    return batch;
}

store::Batch drop_batch(const store::LoadedRun& loaded, const std::string& reason, const std::string& actor, std::int64_t now_ms) {
    store::RunRow run = loaded.run;
    run.status = store::RunStatus::dropped;
    run.reason = reason;
    run.updated_at_ms = run.ended_at_ms = now_ms;
    store::Batch batch;
    batch.audit.push_back({now_ms, actor, "drop", run.id, json::write(Map{{"reason", reason}})});
    batch.runs.push_back(std::move(run));
    return batch;
}

}  // namespace lockstep::engine
