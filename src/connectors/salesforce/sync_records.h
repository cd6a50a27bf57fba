#pragma once

#include "connectors/salesforce/actions.h"

/// What Salesforce offers to syncs: see `connector/records.h`.
namespace lockstep::connectors::salesforce {

/// The eight actions `salesforce.record_…`.
std::vector<ActionEntry> sync_entries();

Result<Value> record_read(Api& api, const connector::Inputs& inputs, connector::CallContext& context);
Result<Value> record_create(Api& api, const connector::Inputs& inputs, connector::CallContext& context);
Result<Value> record_update(Api& api, const connector::Inputs& inputs, connector::CallContext& context);
Result<Value> record_delete(Api& api, const connector::Inputs& inputs, connector::CallContext& context);
Result<Value> record_changes(Api& api, const connector::Inputs& inputs, connector::CallContext& context);
Result<Value> record_deletions(Api& api, const connector::Inputs& inputs, connector::CallContext& context);
Result<Value> record_list(Api& api, const connector::Inputs& inputs, connector::CallContext& context);
Result<Value> record_fields(Api& api, const connector::Inputs& inputs, connector::CallContext& context);

std::optional<JointKey> record_read_key(const Api& api, const connector::Inputs& inputs);
std::optional<JointKey> record_create_key(const Api& api, const connector::Inputs& inputs);
std::optional<JointKey> record_update_key(const Api& api, const connector::Inputs& inputs);
std::vector<Result<Value>> record_read_jointly(const Joint& joint);
std::vector<Result<Value>> record_create_jointly(const Joint& joint);
std::vector<Result<Value>> record_update_jointly(const Joint& joint);

/// The record type that a call is about. Errors: `value_invalid`.
Result<std::string> entity_of(const connector::Inputs& inputs);
/// The record: its id with 18 characters. Errors: `value_invalid`.
Result<std::string> id_of(const connector::Inputs& inputs, const std::string& entity);
/// The names in `fields`. Errors: `value_invalid`.
Result<std::vector<std::string>> field_names(const connector::Inputs& inputs);
/// The time in `since`. Errors: `value_invalid`.
Result<Timestamp> since_of(const connector::Inputs& inputs);
/// How many records a call asks for: `limit`, 200 if it is absent, at most a page of Salesforce's. Errors: `value_invalid`.
Result<std::int64_t> limit_of(const connector::Inputs& inputs);

/// A field's value as syncs know it: empty texts are null, times are RFC 3339 in UTC, numbers without needless zeros.
Value sync_value(const Value& value);
/// A point in time as Salesforce gives it in answers; nullopt if it is none.
std::optional<Timestamp> time_of(const Value& value);
/// Times of Salesforce as syncs know them, or null.
Value sync_time(const Value& value);

/// Field names for a query or a row, none of them twice.
class Selection {
public:
    Selection(std::vector<std::string> asked, std::initializer_list<std::string_view> also);
    std::string joined(std::string_view separator) const;

private:
    std::vector<std::string> names_;
};

/// The fields that were asked for, in a record as Salesforce gives it; null for what it does not have.
Map chosen_fields(const Value& record, const std::vector<std::string>& asked);

/// A unique field that another record has the value of: reading again does not help, a person has to be told which.
Error taken_value(Error duplicate);

/// What tells two ids apart: 15 characters; the others are their checksum.
std::string id_key(std::string_view id);

/// Splits the calls of a joint into groups of `size` at most.
std::vector<std::vector<std::size_t>> groups_of(std::size_t calls, std::size_t size);

}  // namespace lockstep::connectors::salesforce
