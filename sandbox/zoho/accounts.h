#pragma once

#include <deque>
#include <string>
#include <unordered_map>

#include "net/http.h"
#include "sandbox/sandbox.h"

namespace lockstep::sandbox::zoho {

/// Zoho's accounts server: access tokens for a refresh token.
class Accounts {
public:
    explicit Accounts(const Options& options);
    /// Answers `/oauth/v2/token` and `/oauth/v2/token/revoke`.
    net::Response handle(const net::Request& request);
    bool is_authorized(const net::Request& request);
    void clear();

private:
    net::Response refresh(const net::Parameters& form);
    net::Response revoke(const net::Parameters& form);

    const Options options_;
    std::uint64_t random_state_;
    std::deque<Timestamp> made_;                         // tokens of the last ten minutes
    std::deque<std::string> order_;                      // oldest token first
    std::unordered_map<std::string, Timestamp> tokens_;  // and when they end
    bool revoked_ = false;
};

}  // namespace lockstep::sandbox::zoho
