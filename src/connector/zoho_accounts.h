#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "connector/session.h"

/// Zoho's accounts server, which all of Zoho's products share: data centres, tokens and what it answers instead of them.
/// Source: zoho.com/accounts/protocol/oauth.
namespace lockstep::connector::zoho {

struct DataCentre {
    std::string_view name, accounts, api;
};

/// Source: zoho.com/accounts/protocol/oauth, "Multi DC support"; Zoho Books API, "Data centers".
inline constexpr std::array<DataCentre, 8> data_centres = {{
    {"com", "https://accounts.zoho.com", "https://www.zohoapis.com"},
    {"eu", "https://accounts.zoho.eu", "https://www.zohoapis.eu"},
    {"in", "https://accounts.zoho.in", "https://www.zohoapis.in"},
    {"com.au", "https://accounts.zoho.com.au", "https://www.zohoapis.com.au"},
    {"jp", "https://accounts.zoho.jp", "https://www.zohoapis.jp"},
    {"com.cn", "https://accounts.zoho.com.cn", "https://www.zohoapis.com.cn"},
    {"sa", "https://accounts.zoho.sa", "https://www.zohoapis.sa"},
    {"ca", "https://accounts.zohocloud.ca", "https://www.zohoapis.ca"},
}};

/// Where an account's data centre is reached.
struct Addresses {
    std::string accounts;       ///< `https://accounts.zoho.eu`
    std::string api;            ///< `https://www.zohoapis.eu`
    bool api_is_fixed = false;  ///< configured: the token answer's `api_domain` does not replace it
};

/// Reads `data_centre`, `accounts_url` and `api_url`; what is not set follows from the data centre (default `com`).
/// `api_environment` is the environment name of `api_url`, for messages. Errors: `config_invalid`.
Result<Addresses> choose_addresses(const Settings& settings, std::string_view api_environment);

/// Tells whether the address is one of Zoho's own services, where Zoho's limits hold.
bool is_zoho_host(std::string_view url);

/// Who asks for tokens.
struct Client {
    std::string id;
    Secret secret;
};

/// In place of a refresh token: the one that `lockstep auth zoho` keeps, sealed, in the store.
inline constexpr std::string_view stored = "stored";

/// What `lockstep auth zoho` keeps for a connection, and under which name of the vault.
struct StoredToken {
    Secret refresh_token;
    std::string data_centre;  ///< `eu`; empty if the accounts server is none of Zoho's
};
std::string stored_name(const std::string& connection);
std::string write_stored(const StoredToken& token);

/// Puts the refresh token that is kept for the connection where `stored` stands, with its data centre unless the accounts
/// server is configured. What is not kept stays `stored`: `ready` says so when a token is wanted.
Settings with_stored(const Settings& settings, TokenVault* vault, const std::string& connection);
/// Errors: `credentials_refused` if the refresh token is `stored` and none is kept.
Result<void> ready(const Secret& refresh_token, const std::string& connection);

/// The request for an access token by the refresh token. Source: "Refresh access token".
net::Request refresh_request(const Addresses& addresses, const Client& client, const Secret& refresh_token);
/// The request that turns a grant code, which works once, into tokens. `redirect_uri`: empty for a self client.
/// Source: "Access token request".
net::Request code_request(const std::string& accounts, const Client& client, const Secret& code, const std::string& redirect_uri);

/// Reads the token; its `api_domain` is where the API is, unless that is configured otherwise.
/// Errors: `vendor_protocol`; `vendor_unavailable` for what is not JSON.
Result<Token> read_token(const net::Response& response, const Addresses& addresses, Timestamp now);

/// What the accounts server's `{"error": …}` means, whatever its status; nullopt if the answer has none.
/// Errors in it: `rate_limited` when too many tokens were asked for, `vendor_unavailable`, else `credentials_refused`.
std::optional<Error> account_error(const net::Response& response, const Value& answer);

/// What a refused token request means: credentials that nobody but a person can mend. `setting` names the refresh token.
Error token_error(Error error, std::string_view setting);

}  // namespace lockstep::connector::zoho
