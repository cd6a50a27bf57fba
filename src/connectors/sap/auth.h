#pragma once

#include <string>

#include "connector/connector.h"
#include "connector/session.h"

namespace lockstep::connectors::sap {

/// How the connection shows who it is, chosen by the settings that are present.
struct Access {
    enum class Kind : std::uint8_t { oauth, basic, api_key };
    Kind kind = Kind::oauth;
    std::string token_url;  ///< oauth
    std::string name;       ///< client id or user
    Secret secret;          ///< client secret, password or API key
};

/// Chooses OAuth client credentials, else Basic, else the API key; the first whose settings are all there.
/// Errors: `config_invalid` naming what is missing.
Result<Access> choose_access(const connector::Settings& settings);

/// Puts the credentials on a request: `Bearer` token, `Basic`, or the header `APIKey`.
/// Source: SAP's OpenAPI of API_SALES_ORDER_SRV (OAuth2, Basic); SAP Business Accelerator Hub (APIKey).
void authorize(net::Request& request, const Access& access, const connector::Token& token);

/// The request for a token by the client credentials grant. Source: RFC 6749 §4.4; Cloud Foundry UAA takes the client's
/// id and secret in Basic as they are, not percent-encoded.
net::Request token_request(const Access& access);
/// Reads `{"access_token", "expires_in"}`. Errors: `vendor_protocol`.
Result<connector::Token> read_token(const net::Response& response, Timestamp now);
/// What a refused token request means: credentials that nobody but a person can mend.
Error token_error(Error error);

/// Makes the root of all services of `base_url`: the host alone, or with `/sap/opu/odata` or `/sap/opu/odata/sap`.
/// No slash at the end. Errors: `config_invalid`.
Result<std::string> service_root(std::string base_url);

}  // namespace lockstep::connectors::sap
