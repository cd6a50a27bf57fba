#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/client.h"

namespace lockstep::connectors::sap {

/// `Error::vendor_code` of a 403 that only asks for a fresh CSRF token: nothing happened, fetch one and send again.
inline constexpr std::string_view csrf_required = "x-csrf-token: Required";

/// Whether the connection's credentials are tokens, which can be fetched again, or fixed.
enum class Credentials : std::uint8_t { renewable, fixed };

/// Turns an answer of SAP's OData services into an error, or nullopt if it is a success.
///
/// Reads JSON and XML bodies: all messages of severity error are joined, the field is the first `propertyref` or
/// `target`, the transaction id is kept for SAP's support. `errors.cpp` holds the tables, `sap.cases.yaml` the cases.
std::optional<Error> classify(const net::Response& response, net::Effect effect, Credentials credentials);

}  // namespace lockstep::connectors::sap
