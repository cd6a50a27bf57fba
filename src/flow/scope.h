#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <utility>

#include "expr/expr.h"
#include "flow/run_state.h"

namespace lockstep::flow {

/// What the expressions of a run can see: `body`, `key`, `config`, `run`, `reason`, `failed_step`, the values of the
/// steps by id, and a loop variable.
class Scope : public expr::Environment {
public:
    Scope(const Flow& flow, const RunState& state) : flow_(flow), state_(state) {}
    const Value* find(std::string_view name) const override;
    Timestamp now() const override { return state_.started; }
    void bind(std::string name, Value value) { bound_.emplace_back(std::move(name), std::move(value)); }

private:
    const Value* keep(std::string_view name, Value value) const;
    const Value* step_value(int index) const;

    const Flow& flow_;
    const RunState& state_;
    mutable std::deque<std::pair<std::string, Value>> bound_;  // values made on demand live here
};

}  // namespace lockstep::flow
