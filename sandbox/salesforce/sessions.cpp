// Source: Salesforce help, "OAuth 2.0 JWT Bearer Flow for Server-to-Server Integration", "… Client Credentials Flow",
// "… Username-Password Flow", "… Refresh Token Flow"; error texts as seen in public reports.
#include "sandbox/salesforce/sessions.h"

#include <fmt/format.h>

#include <algorithm>

#include "sandbox/salesforce/record_id.h"
#include "sandbox/salesforce/writes.h"
#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::sandbox::salesforce {
namespace {

// The default session timeout; use in its second half begins it anew.
constexpr std::int64_t session_timeout_s = 7200;
constexpr std::int64_t assertion_life_max_s = 300;

net::Response refused(std::string_view error, std::string_view description) {
    return net::json_response(400, Map{{"error", error}, {"error_description", description}});
}

std::string value_of(const net::Parameters& form, std::string_view name) { return net::parameter(form, name).value_or(""); }

struct Assertion {
    std::string signed_text, signature;
    Value header, claims;
};

Result<Assertion> split_assertion(std::string_view text) {
    const std::size_t first = text.find('.'), last = text.rfind('.');
    if (first == std::string_view::npos || first == last) return fail(ErrorCode::value_invalid, "not three parts");
    LS_TRY_ASSIGN(const std::string header, encoding::from_base64url(text.substr(0, first)));
    LS_TRY_ASSIGN(const std::string claims, encoding::from_base64url(text.substr(first + 1, last - first - 1)));
    Assertion out{std::string(text.substr(0, last)), {}, {}, {}};
    LS_TRY_ASSIGN(out.signature, encoding::from_base64url(text.substr(last + 1)));
    LS_TRY_ASSIGN(out.header, json::parse(header));
    LS_TRY_ASSIGN(out.claims, json::parse(claims));
    return out;
}

std::string without_trailing_slash(std::string text) {
    while (text.ends_with('/')) text.pop_back();
    return text;
}

}  // namespace

std::string Sessions::random_text(std::size_t length) {
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";
    std::string out;
    while (out.size() < length) {
        // splitmix64: the simulator needs the same tokens for the same seed.
        random_ += 0x9e3779b97f4a7c15ull;
        std::uint64_t z = random_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
        out += letters[(z ^ (z >> 31)) % letters.size()];
    }
    return out;
}

std::string Sessions::issue() {
    std::string token = organization_id().substr(0, 15) + "!AQ" + random_text(90);
    const std::int64_t now_s = options_.clock().seconds;
    std::erase_if(sessions_, [&](const auto& entry) { return entry.second.expires_s <= now_s; });
    sessions_[token] = {now_s + session_timeout_s};
    return token;
}

bool Sessions::authorize(const net::Request& request) {
    const auto header = request.headers.get("Authorization");
    if (!header) return false;
    std::string_view token = *header;
    const std::size_t space = token.find(' ');
    if (space == std::string_view::npos) return false;
    const std::string scheme = lower(token.substr(0, space));
    if (scheme != "bearer" && scheme != "oauth") return false;
    const auto found = sessions_.find(token.substr(space + 1));
    if (found == sessions_.end()) return false;
    const std::int64_t now_s = options_.clock().seconds;
    if (found->second.expires_s <= now_s) {
        sessions_.erase(found);
        return false;
    }
    if (found->second.expires_s - now_s < session_timeout_s / 2) found->second.expires_s = now_s + session_timeout_s;
    return true;
}

std::string Sessions::identity_url() const {
    return options_.addresses.salesforce + "/id/" + organization_id() + "/" + integration_user_id();
}

std::string Sessions::signature(std::string_view issued_at) const {
    return encoding::base64(hmac_sha256(options_.credentials.sf_client_secret, identity_url() + std::string(issued_at)));
}

net::Response Sessions::granted(Map extra) {
    Map body{{"access_token", issue()},
             {"scope", "api id refresh_token"},
             {"instance_url", options_.addresses.salesforce},
             {"id", identity_url()},
             {"token_type", "Bearer"}};
    for (const auto& [name, value] : extra) body.set(name, value);
    net::Response response = net::json_response(200, body);
    response.headers.set("Cache-Control", "no-cache, no-store");
    return response;
}

net::Response Sessions::token(const net::Request& request) {
    auto form = net::parse_form(request.body);
    if (!form) return refused("invalid_request", "malformed form body");
    using Grant = net::Response (Sessions::*)(const net::Parameters&);
    struct Row {
        std::string_view type;
        Grant grant;
    };
    constexpr Row rows[] = {
        {"urn:ietf:params:oauth:grant-type:jwt-bearer", &Sessions::grant_jwt},
        {"password", &Sessions::grant_password},
        {"refresh_token", &Sessions::grant_refresh},
        {"authorization_code", &Sessions::grant_code},
    };
    const std::string type = value_of(*form, "grant_type");
    if (type == "client_credentials") return grant_client_credentials(request, *form);
    for (const Row& row : rows)
        if (row.type == type) return (this->*row.grant)(*form);
    return refused("unsupported_grant_type", "grant type not supported");
}

net::Response Sessions::grant_jwt(const net::Parameters& form) {
    auto assertion = split_assertion(value_of(form, "assertion"));
    if (!assertion || assertion->header["alg"].string_or("") != "RS256") return refused("invalid_grant", "invalid assertion");
    if (assertion->claims["iss"].string_or("") != options_.credentials.sf_client_id)
        return refused("invalid_client_id", "client identifier invalid");
    const std::string public_key = options_.sf_public_key ? options_.sf_public_key() : options_.credentials.sf_public_key_pem;
    auto genuine = verify_rs256(public_key, assertion->signed_text, assertion->signature);
    if (!genuine || !*genuine) return refused("invalid_grant", "invalid assertion");
    const std::string audience = without_trailing_slash(assertion->claims["aud"].string_or(""));
    const std::string accepted[] = {"https://login.salesforce.com", "https://test.salesforce.com",
                                    without_trailing_slash(options_.addresses.salesforce)};
    if (std::ranges::find(accepted, audience) == std::end(accepted)) return refused("invalid_grant", "audience is invalid");
    const Value& expiry = assertion->claims["exp"];
    const std::int64_t now_s = (options_.client_clock ? options_.client_clock : options_.clock)().seconds;
    auto expires_s =
        expiry.is_number() ? expiry.to_decimal().rounded(0, Rounding::floor) : Result<Decimal>(fail(ErrorCode::value_invalid, "no exp"));
    auto whole = expires_s ? expires_s->to_int64() : Result<std::int64_t>(fail(ErrorCode::value_invalid, "no exp"));
    if (!whole || *whole > now_s + assertion_life_max_s) return refused("invalid_grant", "invalid assertion");
    if (*whole <= now_s) return refused("invalid_grant", "expired authorization code");
    const std::string user = assertion->claims["sub"].string_or(assertion->claims["prn"].string_or(""));
    if (lower(user) != lower(options_.credentials.sf_username)) return refused("invalid_grant", "user hasn't approved this consumer");
    return granted({});
}

net::Response Sessions::grant_client_credentials(const net::Request& request, const net::Parameters& form) {
    std::string id = value_of(form, "client_id"), secret = value_of(form, "client_secret");
    if (const auto header = request.headers.get("Authorization"); header && header->starts_with("Basic ")) {
        const std::string pair = encoding::from_base64(header->substr(6)).value_or("");
        const std::size_t colon = pair.find(':');
        if (colon != std::string::npos) {
            id = pair.substr(0, colon);
            secret = pair.substr(colon + 1);
        }
    }
    if (id != options_.credentials.sf_client_id) return refused("invalid_client_id", "client identifier invalid");
    if (secret != options_.credentials.sf_client_secret) return refused("invalid_client", "invalid client credentials");
    const std::string issued_at = std::to_string(options_.clock().ms());
    return granted({{"signature", signature(issued_at)}, {"issued_at", issued_at}});
}

net::Response Sessions::grant_password(const net::Parameters& form) {
    if (value_of(form, "client_id") != options_.credentials.sf_client_id) return refused("invalid_client_id", "client identifier invalid");
    if (value_of(form, "client_secret") != options_.credentials.sf_client_secret)
        return refused("invalid_client", "invalid client credentials");
    const bool known = lower(value_of(form, "username")) == lower(options_.credentials.sf_username) &&
                       value_of(form, "password") == options_.credentials.sf_password;
    if (!known) return refused("invalid_grant", "authentication failure");
    const std::string issued_at = std::to_string(options_.clock().ms());
    return granted({{"signature", signature(issued_at)}, {"issued_at", issued_at}});
}

net::Response Sessions::grant_refresh(const net::Parameters& form) {
    if (value_of(form, "client_id") != options_.credentials.sf_client_id) return refused("invalid_client_id", "client identifier invalid");
    const auto secret = net::parameter(form, "client_secret");
    if (secret && *secret != options_.credentials.sf_client_secret) return refused("invalid_client", "invalid client credentials");
    const std::string given = value_of(form, "refresh_token");
    if (given.empty() || refresh_revoked_ || given != options_.credentials.sf_refresh_token)
        return refused("invalid_grant", "expired access/refresh token");
    const std::string issued_at = std::to_string(options_.clock().ms());
    return granted({{"signature", signature(issued_at)}, {"issued_at", issued_at}});
}

net::Response Sessions::revoke(const net::Request& request) {
    auto form = net::parse_form(request.body.empty() ? request.query() : std::string_view(request.body));
    const std::string token = form ? value_of(*form, "token") : "";
    const bool known = sessions_.erase(token) > 0;
    if (known) return {200, {}, {}};
    if (token != options_.credentials.sf_refresh_token) return refused("unsupported_token_type", "this token type is not supported");
    refresh_revoked_ = true;
    return {200, {}, {}};
}

net::Response Sessions::introspect(const net::Request& request) {
    auto form = net::parse_form(request.body);
    const std::string id = form ? value_of(*form, "client_id") : "", secret = form ? value_of(*form, "client_secret") : "";
    if (id != options_.credentials.sf_client_id || secret != options_.credentials.sf_client_secret) {
        net::Response response = refused("invalid_client", "invalid client credentials");
        response.status = 401;
        return response;
    }
    const auto found = sessions_.find(value_of(*form, "token"));
    if (found == sessions_.end() || found->second.expires_s <= options_.clock().seconds)
        return net::json_response(200, Map{{"active", false}});
    return net::json_response(200, Map{{"active", true},
                                       {"scope", "api id refresh_token"},
                                       {"client_id", id},
                                       {"username", options_.credentials.sf_username},
                                       {"sub", identity_url()},
                                       {"token_type", "access_token"},
                                       {"exp", found->second.expires_s}});
}

net::Response Sessions::identity(const net::Request& request) {
    if (!authorize(request)) return net::text_response(403, "Bad_OAuth_Token");
    const std::string& host = options_.addresses.salesforce;
    Map urls;
    constexpr std::pair<const char*, const char*> paths[] = {{"rest", "/services/data/v{version}/"},
                                                             {"sobjects", "/services/data/v{version}/sobjects/"},
                                                             {"query", "/services/data/v{version}/query/"},
                                                             {"recent", "/services/data/v{version}/recent/"}};
    for (const auto& [name, path] : paths) urls.set(name, host + path);
    return net::json_response(200, Map{{"id", identity_url()},
                                       {"sub", identity_url()},
                                       {"asserted_user", true},
                                       {"user_id", integration_user_id()},
                                       {"organization_id", organization_id()},
                                       {"username", options_.credentials.sf_username},
                                       {"preferred_username", options_.credentials.sf_username},
                                       {"email", options_.credentials.sf_username},
                                       {"display_name", "Integration"},
                                       {"active", true},
                                       {"user_type", "STANDARD"},
                                       {"language", "en_US"},
                                       {"locale", "en_US"},
                                       {"urls", urls}});
}

}  // namespace lockstep::sandbox::salesforce
