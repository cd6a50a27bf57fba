#pragma once

#include <optional>
#include <string>
#include <vector>

#include "net/client.h"
#include "value/value.h"

namespace lockstep::connectors::salesforce {

/// One error as Salesforce describes it.
struct VendorError {
    std::string code;  ///< `errorCode`, or `statusCode` in results of collections, or OAuth's `error`
    std::string message;
    std::vector<std::string> fields;
};

/// Turns an answer into an error, or nullopt if it is a success. Pure; the cases are in `salesforce.cases.yaml`.
///
/// Of several errors in one body the most severe counts: what may have happened before what a person must mend before
/// what passes by itself.
std::optional<Error> classify(const net::Response& response, net::Effect effect);

/// As `classify`, for one record's result of an sObject Collections call (the call itself answers 200).
Error classify_record(const std::vector<VendorError>& errors);

/// Reads `[{"statusCode" | "errorCode", "message", "fields"}]`.
std::vector<VendorError> vendor_errors(const Value& list);

}  // namespace lockstep::connectors::salesforce
