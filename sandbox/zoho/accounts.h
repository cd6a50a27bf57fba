#pragma once

#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

#include "net/http.h"
#include "sandbox/sandbox.h"

namespace lockstep::sandbox::zoho {

/// Zoho's accounts server: access tokens for a refresh token, for a grant code, or for the client itself. A token carries the
/// scopes that were granted.
class Accounts {
public:
    explicit Accounts(const Options& options);
    /// Answers `/oauth/v2/token` and `/oauth/v2/token/revoke`.
    net::Response handle(const net::Request& request);
    /// The scopes of the request's token, separated by commas; nullopt: the token is unknown or has ended.
    std::optional<std::string> scopes_of(const net::Request& request) const;
    /// The scopes of the refresh token that the environment names, from now on.
    void set_scopes(std::string scopes) { refresh_tokens_[options_.credentials.zoho_refresh_token] = std::move(scopes); }
    /// A code of the API console, which `authorization_code` takes once.
    void add_grant_code(std::string code, std::string scopes) { codes_[std::move(code)] = std::move(scopes); }
    void clear();

private:
    struct Token {
        Timestamp ends;
        std::string scopes;
    };
    net::Response grant(const net::Parameters& form);
    net::Response refresh(const net::Parameters& form);
    net::Response redeem(const net::Parameters& form);
    net::Response for_client(const net::Parameters& form);
    net::Response make_token(const std::string& scopes, const std::string& refresh_token);
    net::Response revoke(const net::Parameters& form);
    std::string random_token();

    const Options options_;
    std::uint64_t random_state_;
    std::deque<Timestamp> made_;                                   // tokens of the last ten minutes
    std::deque<std::string> order_;                                // oldest token first
    std::unordered_map<std::string, Token> tokens_;                // access tokens
    std::unordered_map<std::string, std::string> refresh_tokens_;  // and their scopes
    std::unordered_map<std::string, std::string> codes_;
};

/// Tells whether the scopes, separated by commas, allow a call; `wanted` is `ZohoBooks.invoices.READ`.
bool has_scope(std::string_view scopes, std::string_view wanted);

}  // namespace lockstep::sandbox::zoho
