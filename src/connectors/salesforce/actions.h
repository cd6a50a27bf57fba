#pragma once

#include <vector>

#include "connector/inputs.h"
#include "connectors/salesforce/api.h"
#include "connectors/salesforce/joint.h"

namespace lockstep::connectors::salesforce {

/// One action: what it declares, and the code that performs it.
struct ActionEntry {
    schema::Action action;
    Result<Value> (*perform)(Api& api, const connector::Inputs& inputs, connector::CallContext& context);
    /// Where calls can be made together: what they must have in common, and how. Null: each is made alone.
    std::optional<JointKey> (*joint_key)(const Api& api, const connector::Inputs& inputs) = nullptr;
    std::vector<Result<Value>> (*perform_jointly)(const Joint& joint) = nullptr;
};

/// All actions of the connector.
const std::vector<ActionEntry>& action_entries();

Result<Value> query(Api& api, const connector::Inputs& inputs, connector::CallContext& context);
Result<Value> query_one(Api& api, const connector::Inputs& inputs, connector::CallContext& context);
Result<Value> get_record(Api& api, const connector::Inputs& inputs, connector::CallContext& context);
Result<Value> create_record(Api& api, const connector::Inputs& inputs, connector::CallContext& context);
Result<Value> update_record(Api& api, const connector::Inputs& inputs, connector::CallContext& context);
Result<Value> upsert_record(Api& api, const connector::Inputs& inputs, connector::CallContext& context);
Result<Value> update_records(Api& api, const connector::Inputs& inputs, connector::CallContext& context);

}  // namespace lockstep::connectors::salesforce
