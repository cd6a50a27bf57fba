#pragma once

#include <string>

#include "net/http.h"

namespace lockstep::connectors::sap {

/// What SAP says went wrong.
struct ErrorBody {
    bool found = false;       ///< the body is an error of OData or OAuth
    std::string code;         ///< `CVI_API/003`
    std::string message;      ///< the error messages, joined by `; `
    std::string field;        ///< property the first of them is about
    std::string transaction;  ///< for SAP's support
};

/// Reads an error body: OData V2 as JSON or XML, or OAuth's `{"error": "invalid_client"}`.
/// Source: SAP's OpenAPI of API_SALES_ORDER_SRV, schema `error`; OData V2 JSON and Atom formats, "Error Response".
ErrorBody read_error_body(const net::Response& response);

}  // namespace lockstep::connectors::sap
