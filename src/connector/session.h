#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/limits.h"
#include "connector/connector.h"

namespace lockstep::connector {

/// An OAuth access token as a connection uses it.
struct Token {
    Secret access;
    std::string api_base;            ///< `instance_url`, `api_domain`; empty if the vendor names none
    std::int64_t expires_at_ms = 0;  ///< wall clock; 0: unknown, used until it is refused
    std::string owner = {};          ///< whose it is, where the vendor says so: the organisation's id
};

/// What a vendor's code tells the shared session about itself. Pure functions, so that tables can test them.
struct Dialect {
    std::string connection;  ///< name, for messages and traces
    /// What besides `secrets` says whose token it is (client id, user, address): a kept token of another is not used.
    std::string account = {};
    /// Turns an answer into an error, or nullopt if it is a success. `effect` matters: a 500 after a write is in doubt.
    std::function<std::optional<Error>(const net::Response&, net::Effect)> classify;
    /// Fetches a fresh token; empty for connections without one.
    std::function<Result<Token>(CallContext&)> fetch_token;
    /// Puts the token on the request: header name and scheme are the vendor's.
    std::function<void(net::Request&, const Token&)> authorize;
    /// Texts that must never appear in a trace, as they stand (client secret, refresh token, …).
    std::vector<Secret> secrets;
};

/// Sends a connection's requests: token, one refresh on `unauthorized`, classification, trace. One per connection.
///
/// `Dialect::fetch_token` is single-flight; the token is kept in the vault. After `unauthorized` the token is renewed
/// once and the request sent once more (the vendor refused it, so it had no effect); if that is refused too the error
/// stands. A token that is about to expire (60 s) is renewed before use.
/// Threads: any.
class Session {
public:
    Session(Dialect dialect, Runtime& runtime, TokenVault* vault, std::string connection_name);
    ~Session();

    /// A `url` in origin form (`/path?query`) is put behind the token's `api_base`; an absolute one is taken as it is.
    /// Nothing is sent once `context.deadline_ms` is over. Errors: also `deadline_exceeded`.
    Result<net::Response> send(CallContext& context, net::Request request, net::Effect effect);
    /// As `send` without a token and without the refresh: token endpoints, webhooks. Bodies of token calls are not traced.
    Result<net::Response> send_plain(CallContext& context, net::Request request, net::Effect effect, bool trace_bodies);
    /// The current token (fetched if there is none), for `api_base`.
    Result<Token> token(CallContext& context);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Removes what must not be kept: values of keys such as access_token, client_secret, password, assertion, and the given
/// secrets (of at least four bytes) wherever they stand; then cuts to `bytes_max`.
/// Threads: any.
class Redactor {
public:
    explicit Redactor(const std::vector<Secret>& secrets);
    std::string redact(std::string_view text, std::size_t bytes_max = limits::trace_body_bytes_max) const;

private:
    std::vector<std::string> forms_;        ///< how the secrets may be written, longest first
    std::array<std::uint8_t, 256> traits_;  ///< what a byte may begin
};

/// As `Redactor`, for a single text.
std::string redact(std::string_view text, const std::vector<Secret>& secrets);

/// Waits a single-file line per connection for `per_minute` calls; 0: no bound.
class MinuteBudget {
public:
    MinuteBudget(Runtime& runtime, int per_minute);
    /// Takes one call. Errors: `rate_limited` with `retry_after_ms` when the minute's calls are used up; never waits.
    Result<void> take();

private:
    Runtime& runtime_;
    int per_minute_;
    std::mutex mutex_;
    std::vector<std::int64_t> taken_at_ms_;
};

}  // namespace lockstep::connector
