#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "sandbox/sandbox.h"

/// OAuth 2.0 of the emulated organisation: tokens, their life, who they are.
namespace lockstep::sandbox::salesforce {

/// Issues and knows access tokens.
class Sessions {
public:
    Sessions(const Options& options) : options_(options), random_(options.seed ^ 0x5f0e5a1ull) {}
    /// `GET /services/oauth2/authorize`: the user agrees at once.
    net::Response authorize_page(const net::Request& request);
    /// `POST /services/oauth2/token`.
    net::Response token(const net::Request& request);
    /// `POST /services/Soap/u/…`: login and logout of the SOAP API.
    net::Response soap(const net::Request& request, std::string_view version);
    net::Response revoke(const net::Request& request);
    net::Response introspect(const net::Request& request);
    /// The answer of the identity address and of `userinfo`.
    net::Response identity(const net::Request& request);
    /// Tells whether the request carries a living token, and lengthens its life as use does.
    bool authorize(const net::Request& request);
    void clear();

private:
    struct Session {
        std::int64_t expires_s = 0;
    };
    /// What an authorization code was given for.
    struct Code {
        std::string redirect_uri, challenge;
        std::int64_t expires_s = 0;
    };
    std::string issue();
    std::string random_text(std::size_t length);
    net::Response grant_jwt(const net::Parameters& form);
    net::Response grant_client_credentials(const net::Request& request, const net::Parameters& form);
    net::Response grant_password(const net::Parameters& form);
    net::Response grant_refresh(const net::Parameters& form);
    net::Response grant_code(const net::Parameters& form);
    net::Response soap_login(std::string_view username, std::string_view password, std::string_view version);
    net::Response granted(Map extra);
    std::string identity_url() const;
    std::string signature(std::string_view issued_at) const;

    const Options& options_;
    std::map<std::string, Session, std::less<>> sessions_;
    std::map<std::string, Code, std::less<>> codes_;
    bool refresh_revoked_ = false;
    std::uint64_t random_;
};

/// What the SOAP API says: a fault, or the body of a success.
net::Response soap_fault(std::string_view code, std::string_view message);
net::Response soap_answer(std::string_view body);

/// Checks an RS256 signature. Errors: `value_invalid` for a broken key.
Result<bool> verify_rs256(const std::string& public_key_pem, std::string_view signed_text, std::string_view signature);
std::string hmac_sha256(std::string_view key, std::string_view text);
std::string sha1(std::string_view text);
std::string sha256(std::string_view text);

}  // namespace lockstep::sandbox::salesforce
