#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "net/http.h"
#include "sandbox/sandbox.h"

namespace lockstep::sandbox::zoho {

/// Zoho's accounts server, one for all products: access tokens for a refresh token, for a grant code, or for the client
/// itself. A token carries the scopes that were granted. Threads: any.
class Accounts {
public:
    explicit Accounts(const Options& options);
    /// Answers `/oauth/v2/token`, `/oauth/v2/token/revoke` and `/oauth/serverinfo`.
    net::Response handle(const net::Request& request);
    /// Tells whether the path is one of its own.
    static bool answers(std::string_view path);
    /// The scopes of the request's token, separated by commas; nullopt: the token is unknown or has ended.
    std::optional<std::string> scopes_of(const net::Request& request) const;
    /// The scopes of the refresh token that the environment names for Books, or for CRM, from now on.
    void set_scopes(std::string scopes);
    void set_crm_scopes(std::string scopes);
    /// A code of the API console, which `authorization_code` takes once; after `life_s` no more (0: it stays good).
    void add_grant_code(std::string code, std::string scopes, std::int64_t life_s = 0);
    void clear();

private:
    struct Token {
        Timestamp ends;
        std::string scopes;
    };
    struct Grant {
        std::string scopes;
        std::deque<Timestamp> made;        // tokens of the last ten minutes
        std::deque<std::string> active{};  // oldest token first
    };
    struct Code {
        std::string scopes;
        std::optional<Timestamp> ends;
    };
    net::Response grant(const net::Parameters& form);
    net::Response refresh(const net::Parameters& form);
    net::Response redeem(const net::Parameters& form);
    net::Response for_client(const net::Parameters& form);
    net::Response make_token(Grant& grant, const std::string& refresh_token);
    net::Response revoke(const net::Parameters& form);
    net::Response server_info() const;
    std::string random_token();

    const Options options_;
    mutable std::mutex mutex_;
    std::uint64_t random_state_;
    std::unordered_map<std::string, Token> tokens_;          // access tokens
    std::unordered_map<std::string, Grant> refresh_tokens_;  // and what came of them
    std::unordered_map<std::string, Grant> clients_;         // those who ask for themselves, by `soid`
    std::unordered_map<std::string, Code> codes_;
};

/// The scopes that CRM's refresh token has unless they are set.
inline constexpr std::string_view crm_scopes =
    "ZohoCRM.modules.ALL,ZohoCRM.settings.ALL,ZohoCRM.users.READ,ZohoCRM.org.READ,ZohoCRM.coql.READ,ZohoCRM.notifications.ALL,"
    "ZohoSearch.securesearch.READ";

/// Tells whether the scopes, separated by commas, allow a call; `wanted` is `ZohoBooks.invoices.READ`.
bool has_scope(std::string_view scopes, std::string_view wanted);
/// Tells whether this very scope is among them, in any case of letters.
bool lists_scope(std::string_view scopes, std::string_view wanted);

}  // namespace lockstep::sandbox::zoho
