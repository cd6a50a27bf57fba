#pragma once

#include <string>
#include <vector>

#include "connectors/salesforce/errors.h"

namespace lockstep::connectors::salesforce {

/// What the body of a refusal says, whatever form it has.
struct ErrorBody {
    std::vector<VendorError> errors;
    std::size_t matches = 0;  ///< of a 300: how many records the external id matches
    std::string other;        ///< of a body that is none of Salesforce's: what it is, for the message
};

/// Reads JSON (the array of the REST API, the object of OAuth), XML and, for a message, anything else.
/// Source: REST API Developer Guide, "Status Codes and Error Responses"; XML and HTML on infrastructure errors as seen in
/// jsforce's test/http-api.test.ts.
ErrorBody read_error_body(const net::Response& response);

}  // namespace lockstep::connectors::salesforce
