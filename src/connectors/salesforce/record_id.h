#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace lockstep::connectors::salesforce {

/// Returns the 18-character form of a record id: 15 characters get their checksum, 18 stay as they are.
/// Errors: `value_invalid` for everything that is not `^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$`.
/// Source: Salesforce SOAP API Developer Guide, "ID Field Type".
Result<std::string> normalise_record_id(std::string_view id);

/// As `normalise_record_id`, and refuses an id whose prefix says that it belongs to another standard object.
/// Source: Salesforce help, "Standard Field Record ID Prefix Decoder".
Result<std::string> record_id_of(std::string_view object, std::string_view id);

/// Returns the name if it can be an object or a field (`Account`, `Sync_Status__c`, `ns__Thing__c`).
/// Errors: `value_invalid`.
Result<std::string> checked_name(std::string_view name, std::string_view what);

}  // namespace lockstep::connectors::salesforce
