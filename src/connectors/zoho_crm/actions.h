#pragma once

#include "connectors/zoho_crm/records.h"

namespace lockstep::connectors::zoho_crm {

/// An action, and how it is made. Exactly one of `together` and `alone` is set.
struct ActionEntry {
    schema::Action action;
    GroupResult (*together)(const Crm& crm, Joint& joint) = nullptr;
    std::string (*group)(const Value& input) = nullptr;  ///< with `together`: see `Connection::joint_name`
    Result<Value> (*alone)(const Crm& crm, connector::CallContext& context, const Value& input) = nullptr;
};

/// All actions of the connector.
const std::vector<ActionEntry>& action_entries();
const ActionEntry* find_action(std::string_view name);

/// The actions for flows.
Result<Value> get_record(const Crm& crm, connector::CallContext& context, const Value& input);
Result<Value> find_record(const Crm& crm, connector::CallContext& context, const Value& input);
Result<Value> ensure_record(const Crm& crm, connector::CallContext& context, const Value& input);
Result<Value> upsert_record(const Crm& crm, connector::CallContext& context, const Value& input);
Result<Value> update_record(const Crm& crm, connector::CallContext& context, const Value& input);
Result<Value> query_records(const Crm& crm, connector::CallContext& context, const Value& input);
/// Lets Zoho tell of changes for another while; see `watch.cpp`.
Result<Value> watch_module(const Crm& crm, connector::CallContext& context, const Value& input);

}  // namespace lockstep::connectors::zoho_crm
