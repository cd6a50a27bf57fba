#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/zoho_crm/joint.h"
#include "connectors/zoho_crm/metadata.h"

/// The actions of `connector/records.h`. All of them make groups of calls; a single call is a group of one.
namespace lockstep::connectors::zoho_crm {

/// What the actions of a connection work with.
struct Crm {
    Api& api;
    Metadata& metadata;
    const Secret& webhook_secret;  ///< empty: what comes from Zoho is not asked to prove itself
};

/// A record as it was read.
struct ReadRecord {
    std::string id;
    Value row;           ///< null: there is none
    Timestamp earliest;  ///< see `Answer::earliest`
};

/// Reads records by their ids, in order; at most `records_per_request_max`, none twice. What each call of `joint` may see
/// of the answer is left to the caller.
Result<std::vector<ReadRecord>> read_by_ids(Api& api, connector::CallContext& context, const std::string& module,
                                            const std::vector<std::string>& ids, const std::vector<std::string>& fields);

/// The text of `version` for a row that has its `Modified_Time`. Errors: `vendor_protocol`.
Result<std::string> version_of(const Value& row, Timestamp earliest);
/// `Modified_Time`, as `modified_at` has it. Errors: `vendor_protocol`.
Result<std::string> modified_at(const Value& row);

GroupResult record_read(const Crm& crm, Joint& joint);
GroupResult record_create(const Crm& crm, Joint& joint);
GroupResult record_update(const Crm& crm, Joint& joint);
GroupResult record_delete(const Crm& crm, Joint& joint);

/// What calls must have in common to be made together, as `Connection::joint_name`; empty: alone.
std::string read_group(const Value& input);
std::string create_group(const Value& input);
std::string update_group(const Value& input);
std::string delete_group(const Value& input);

Result<Value> record_changes(const Crm& crm, connector::CallContext& context, const Value& input);
Result<Value> record_deletions(const Crm& crm, connector::CallContext& context, const Value& input);
Result<Value> record_list(const Crm& crm, connector::CallContext& context, const Value& input);
Result<Value> record_fields(const Crm& crm, connector::CallContext& context, const Value& input);

/// Inputs that several actions read. Errors: `value_invalid`.
Result<std::string> module_of(const Value& input);
Result<std::string> id_of(const Value& input);
Result<std::vector<std::string>> field_names_of(const Value& input);

/// One field and its value, by which there is one record.
struct UniqueKey {
    std::string field;
    std::string value;
};
Result<UniqueKey> unique_of(const Value& input);
/// The records whose unique field has exactly one of the values. Rows: {id, Modified_Time, the field}.
/// COQL reads the records themselves as far as is known; that it sees the newest is not documented, and what guards a
/// create is Zoho's own refusal (`DUPLICATE_DATA`).
Result<QueryPage> find_by_unique(Api& api, connector::CallContext& context, const std::string& module, const std::string& field,
                                 const std::vector<std::string>& values);

}  // namespace lockstep::connectors::zoho_crm
