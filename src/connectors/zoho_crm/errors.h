#pragma once

#include <optional>
#include <string>

#include "net/client.h"

namespace lockstep::connectors::zoho_crm {

/// Turns an answer of Zoho CRM or of Zoho's accounts server into an error, or nullopt if it is none.
///
/// An answer with a result for each record is no error, whatever its status: `classify_record` judges each of them. The
/// accounts server answers errors with HTTP 200. `errors.cpp` holds the tables, `zoho_crm.cases.yaml` the cases.
std::optional<Error> classify(const net::Response& response, net::Effect effect);

/// Judges the result of one record of a write: an element of `data` or `watch`. nullopt: it is a success.
std::optional<Error> classify_record(const Value& result);

/// The scope that a call needs, `ZohoCRM.modules.accounts.UPDATE`; empty where it is not known. `path`: behind the
/// version, `/Accounts/upsert`. Source: OpenAPI description v8.0, `security`; the scopes on the API's pages.
std::string scope_for(std::string_view method, std::string_view path);

}  // namespace lockstep::connectors::zoho_crm
