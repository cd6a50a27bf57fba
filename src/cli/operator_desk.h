#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/cli.h"
#include "engine/operator_actions.h"

namespace lockstep::cli {

/// Where an operator's word goes: to the engine that works on the store, or, while none runs, into the store itself.
class OperatorDesk {
public:
    explicit OperatorDesk(const ConfigSource& source);

    Result<void> replay(const std::string& run_id, const engine::Replay& how);
    Result<void> drop(const std::string& run_id, const std::string& because);
    Result<engine::ManyOperated> replay_all(const engine::ParkedSelection& which, const engine::Replay& how);
    Result<engine::ManyOperated> drop_all(const engine::ParkedSelection& which, const std::string& because);
    /// What a correction starts from; the event's body if `step` is empty.
    Result<Value> input(const std::string& run_id, const std::string& step);

    /// What to say of runs that were taken up.
    std::string_view goes_on() const { return engine_ ? "goes on" : "will go on when `lockstep serve` is started"; }

private:
    Result<void> check_flow(const std::string& name);
    Result<const std::vector<flow::Flow>*> flows();
    template <class Batch>
    Result<engine::ManyOperated> operate_all(const engine::ParkedSelection& which, const Batch& batch_of);
    Result<store::Store*> opened();
    Result<const flow::Flow*> flow_of(const store::RunRow& run);

    ConfigSource source_;
    std::string path_;
    std::optional<RunningEngine> engine_;
    std::unique_ptr<store::Store> store_;
    std::optional<std::vector<flow::Flow>> flows_;
    ThreadRuntime runtime_;
};

}  // namespace lockstep::cli
