#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "connector/jwt.h"
#include "connector/session.h"

namespace lockstep::connectors::salesforce {

enum class Grant : std::uint8_t { jwt_bearer, refresh_token, client_credentials };

/// How a connection signs in; chosen by which settings are complete, in the order of `Grant`.
struct SignIn {
    Grant grant = Grant::jwt_bearer;
    std::string client_id;
    std::string login_url;     ///< where tokens are asked for; without a slash at its end
    std::string username;      ///< JWT only
    std::string instance_url;  ///< configured; empty: none
    Secret client_secret;
    Secret refresh_token;
    std::optional<connector::SigningKey> key;  ///< JWT only
};

/// Errors: `config_invalid` naming what is missing for each way to sign in; `key_file_invalid`.
Result<SignIn> choose_sign_in(const connector::Settings& settings);

/// Fetches tokens. Threads: any, but one fetch at a time (the session sees to it).
class Authenticator {
public:
    /// `vault` may be null; `connection` names the connection in it.
    Authenticator(SignIn sign_in, connector::TokenVault* vault, std::string connection);

    /// Errors: `credentials_refused` with Salesforce's words, `config_invalid` for an instance that is not allowed, and
    /// the session's.
    Result<connector::Token> fetch(connector::CallContext& context, connector::Session& session);

    const SignIn& sign_in() const { return sign_in_; }

private:
    Result<net::Parameters> form(Runtime& runtime);
    Result<std::string> assertion(Runtime& runtime) const;
    Secret current_refresh_token();
    void keep_rotated(const std::string& refresh_token);

    SignIn sign_in_;
    connector::TokenVault* vault_;
    std::string vault_name_;
    Secret rotated_;
};

/// Decides whether the token of an answer may be sent to the instance that it names: one that goes with the configured
/// instance or, where none is configured, with the address that was asked for the token. That is the same origin, or both
/// of Salesforce's own domains by HTTPS, or both this machine.
bool instance_allowed(std::string_view login_url, std::string_view configured, std::string_view answered);

}  // namespace lockstep::connectors::salesforce
