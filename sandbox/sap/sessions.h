#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "net/http.h"
#include "sandbox/sap/state.h"

namespace lockstep::sandbox::sap {

/// Who may call: access tokens, users, API keys; and the sessions that CSRF tokens belong to.
class Sessions {
public:
    explicit Sessions(State& state) : state_(state) {}

    /// Answers `POST /oauth/token` (client credentials).
    net::Response issue_token(const net::Request& request);
    /// Basic, bearer token or APIKey.
    bool is_authorized(const net::Request& request);
    static net::Response unauthorized();

    /// A changing request needs the token of the session that its cookie names.
    bool has_csrf_token(const net::Request& request);
    net::Response csrf_refused(const net::Request& request);
    /// Puts token and cookies on the answer to a request with `x-csrf-token: Fetch`.
    void attach_csrf_token(const net::Request& request, net::Response& response);

    void clear();

private:
    struct Session {
        std::string token;
        Timestamp last_used;
    };
    bool client_matches(const net::Request& request, const net::Parameters& form) const;
    Session* session_of(const net::Request& request);
    void forget_old_ones(Timestamp now);

    State& state_;
    std::unordered_map<std::string, Timestamp> tokens_;  // and when they end
    std::unordered_map<std::string, Session> sessions_;
};

}  // namespace lockstep::sandbox::sap
