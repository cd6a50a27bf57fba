#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "net/client.h"

namespace lockstep::connectors::zoho_books {

/// The vendor code of "the customer … already exists": contact names are unique in an organisation.
inline constexpr std::string_view name_taken = "3062";

/// When the answer came and where its day ends, for waits until the daily reset.
struct Clock {
    Timestamp now;
    std::string zone = "UTC";
};

/// Turns an answer of Zoho Books or of Zoho's accounts server into an error, or nullopt if it is a success.
///
/// Zoho answers errors with unexpected statuses: a `code` other than 0, and `{"error": …}` of the accounts server, are
/// errors also with HTTP 200. `errors.cpp` holds the tables, `zoho_books.cases.yaml` the cases.
std::optional<Error> classify(const net::Response& response, net::Effect effect, const Clock& clock);

/// Tells whether Zoho Books itself says that the record does not exist, and not merely something on the way with a 404.
bool says_gone(const Error& error);

}  // namespace lockstep::connectors::zoho_books
