#include <algorithm>
#include <array>

#include "base/log.h"
#include "connectors/salesforce/auth.h"

namespace lockstep::connectors::salesforce {
namespace {

constexpr std::string_view default_login_url = "https://login.salesforce.com";

struct Way {
    Grant grant;
    std::string_view title;
    std::array<std::string_view, 3> settings;
    std::array<std::string_view, 3> environment;
};
constexpr std::array<Way, 3> ways = {{
    {Grant::jwt_bearer, "JWT", {"client_id", "private_key_path", "username"}, {"SF_CLIENT_ID", "SF_PRIVATE_KEY_PATH", "SF_USERNAME"}},
    {Grant::refresh_token, "refresh token", {"client_id", "refresh_token"}, {"SF_CLIENT_ID", "SF_REFRESH_TOKEN"}},
    {Grant::client_credentials, "client credentials", {"client_id", "client_secret"}, {"SF_CLIENT_ID", "SF_CLIENT_SECRET"}},
}};

/// Names the settings of a way that are missing; empty: none is.
std::string missing(const Way& way, const connector::Settings& settings) {
    std::string names;
    for (std::size_t i = 0; i < way.settings.size() && !way.settings[i].empty(); ++i) {
        if (settings.has(way.settings[i])) continue;
        names += (names.empty() ? "" : ", ") + std::string(way.settings[i]) + " (" + std::string(way.environment[i]) + ")";
    }
    return names;
}

Result<Grant> complete_way(const connector::Settings& settings) {
    std::string needs;
    for (const Way& way : ways) {
        std::string names = missing(way, settings);
        if (names.empty()) return way.grant;
        needs += (needs.empty() ? "" : "; ") + std::string(way.title) + " still needs " + names;
    }
    return fail(ErrorCode::config_invalid, "no way to sign in to Salesforce is complete: " + needs);
}

Result<std::string> base_url(const connector::Settings& settings, std::string_view name, std::string_view environment) {
    std::string url = settings.text(name);
    while (url.ends_with('/')) url.pop_back();
    if (url.empty()) return url;
    Result<net::Url> parsed = net::parse_url(url);
    if (!parsed || parsed->target.size() > 1)
        return fail(ErrorCode::config_invalid,
                    "not an address of the form https://host: " + std::string(name) + " (" + std::string(environment) + "), " + url);
    return url;
}

/// Client credentials are only taken at the organisation's own address.
/// Source: Salesforce help, "OAuth 2.0 Client Credentials Flow for Server-to-Server Integration".
Result<std::string> own_login_url(const SignIn& sign_in) {
    if (sign_in.login_url != default_login_url) return sign_in.login_url;
    if (!sign_in.instance_url.empty()) return sign_in.instance_url;
    return fail(ErrorCode::config_invalid,
                "client credentials need the organisation's own address as login_url (SF_LOGIN_URL), "
                "such as https://yourcompany.my.salesforce.com, not " +
                    std::string(default_login_url));
}

}  // namespace

Result<SignIn> choose_sign_in(const connector::Settings& settings) {
    SignIn sign_in;
    LS_TRY_ASSIGN(sign_in.grant, complete_way(settings));
    LS_TRY_ASSIGN(sign_in.login_url, base_url(settings, "login_url", "SF_LOGIN_URL"));
    LS_TRY_ASSIGN(sign_in.instance_url, base_url(settings, "instance_url", "SF_INSTANCE_URL"));
    if (sign_in.login_url.empty()) sign_in.login_url = default_login_url;
    sign_in.client_id = settings.text("client_id");
    sign_in.username = settings.text("username");
    sign_in.client_secret = settings.secret("client_secret");
    sign_in.refresh_token = settings.secret("refresh_token");
    if (sign_in.grant == Grant::client_credentials) { LS_TRY_ASSIGN(sign_in.login_url, own_login_url(sign_in)); }
    if (sign_in.grant == Grant::jwt_bearer) {
        LS_TRY_ASSIGN(sign_in.key, connector::SigningKey::load(settings.text("private_key_path")));
        if (!sign_in.key->warning().empty()) log::warning(sign_in.key->warning());
    }
    return sign_in;
}

namespace {

bool is_local(const net::Url& url) {
    return url.host == "localhost" || url.host.starts_with("127.") || url.host == "[::1]" || url.host == "::1";
}

/// Source: Salesforce help, "My Domain URL Formats"; `.mil` is Government Cloud Plus.
bool is_vendors(const net::Url& url) {
    constexpr std::array<std::string_view, 4> domains = {".salesforce.com", ".force.com", ".cloudforce.com", ".salesforce.mil"};
    return url.scheme == "https" && std::any_of(domains.begin(), domains.end(), [&](std::string_view d) { return url.host.ends_with(d); });
}

bool goes_with(const net::Url& known, const net::Url& answered) {
    const bool same_origin = known.scheme == answered.scheme && known.host == answered.host && known.port == answered.port;
    return same_origin || (is_local(known) && is_local(answered)) || (is_vendors(known) && is_vendors(answered));
}

}  // namespace

bool instance_allowed(std::string_view login_url, std::string_view configured, std::string_view answered) {
    Result<net::Url> known = net::parse_url(configured.empty() ? login_url : configured), url = net::parse_url(answered);
    return known && url && goes_with(*known, *url);
}

}  // namespace lockstep::connectors::salesforce
