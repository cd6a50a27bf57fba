#pragma once

#include <string>

#include "connector/inputs.h"

namespace lockstep::connectors::salesforce {

/// A record as its id names it, and the fields to set as Salesforce takes them.
struct RecordUpdate {
    std::string object, id;
    Map fields;
};
/// Reads what `salesforce.update` is given. Errors: `value_invalid`.
Result<RecordUpdate> read_update(const connector::Inputs& inputs);

/// A record as one value of an external id field names it.
struct ExternalId {
    std::string object, field, value;
};
struct RecordUpsert {
    ExternalId key;
    Map fields;
};
/// Reads what `salesforce.upsert` and `salesforce.create` are given. Errors: `value_invalid`.
Result<RecordUpsert> read_upsert(const connector::Inputs& inputs);
Result<RecordUpsert> read_create(const connector::Inputs& inputs);

/// Salesforce's words for a missing record do not say which: adds it.
Error naming_record(Error error, const std::string& object, const std::string& id);

}  // namespace lockstep::connectors::salesforce
