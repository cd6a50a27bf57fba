#pragma once

#include <string>

#include "connector/session.h"
#include "connectors/zoho_books/addresses.h"

namespace lockstep::connectors::zoho_books {

struct Account {
    Addresses addresses;
    std::string client_id;
    Secret client_secret;
    Secret refresh_token;
    std::string organization_id;  ///< digits
};

/// Errors: `config_invalid` naming every setting that is missing.
Result<Account> read_account(const connector::Settings& settings);

/// The request for an access token by the refresh token. Source: zoho.com/accounts/protocol/oauth, "Refresh access
/// token".
net::Request token_request(const Account& account);
/// Reads the token; its `api_domain` is where the API is, unless that is configured otherwise.
/// Errors: `vendor_protocol`.
Result<connector::Token> read_token(const net::Response& response, const Addresses& addresses, Timestamp now);
/// What a refused token request means: credentials that nobody but a person can mend.
Error token_error(Error error);

}  // namespace lockstep::connectors::zoho_books
