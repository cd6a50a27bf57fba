#include "connectors/sap/auth.h"

#include <array>

#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::connectors::sap {
namespace {

struct Way {
    Access::Kind kind;
    std::array<std::string_view, 3> settings;  ///< all must be there; empty: none
    std::array<std::string_view, 3> names;     ///< as a person sets them
};

constexpr std::array<Way, 3> ways = {{
    {Access::Kind::oauth, {"token_url", "client_id", "client_secret"}, {"SAP_TOKEN_URL", "SAP_CLIENT_ID", "SAP_CLIENT_SECRET"}},
    {Access::Kind::basic, {"user", "password", ""}, {"SAP_USER", "SAP_PASSWORD", ""}},
    {Access::Kind::api_key, {"api_key", "", ""}, {"SAP_API_KEY", "", ""}},
}};

/// Returns the names of what is missing for this way; empty if it is complete.
std::string missing_for(const Way& way, const connector::Settings& settings) {
    std::string missing;
    for (std::size_t i = 0; i < way.settings.size(); ++i)
        if (!way.settings[i].empty() && !settings.has(way.settings[i]))
            missing += (missing.empty() ? "" : ", ") + std::string(way.names[i]);
    return missing;
}

bool is_begun(const Way& way, const connector::Settings& settings) {
    for (std::string_view name : way.settings)
        if (!name.empty() && settings.has(name)) return true;
    return false;
}

Result<Access> access_by(const Way& way, const connector::Settings& settings) {
    if (way.kind == Access::Kind::api_key) return Access{.kind = way.kind, .secret = settings.secret("api_key")};
    if (way.kind == Access::Kind::basic)
        return Access{.kind = way.kind, .name = settings.text("user"), .secret = settings.secret("password")};
    std::string token_url = settings.text("token_url");
    if (!net::parse_url(token_url)) return fail(ErrorCode::config_invalid, "SAP_TOKEN_URL is not an http or https address: " + token_url);
    return Access{.kind = way.kind,
                  .token_url = std::move(token_url),
                  .name = settings.text("client_id"),
                  .secret = settings.secret("client_secret")};
}

std::string basic(const Access& access) { return "Basic " + encoding::base64(access.name + ":" + access.secret.reveal()); }

}  // namespace

Result<Access> choose_access(const connector::Settings& settings) {
    for (const Way& way : ways)
        if (missing_for(way, settings).empty()) return access_by(way, settings);
    std::string missing;
    for (const Way& way : ways)
        if (is_begun(way, settings)) missing = "; missing: " + missing_for(way, settings);
    return fail(ErrorCode::config_invalid,
                "SAP needs SAP_TOKEN_URL, SAP_CLIENT_ID and SAP_CLIENT_SECRET, or SAP_USER and SAP_PASSWORD, or SAP_API_KEY" + missing);
}

void authorize(net::Request& request, const Access& access, const connector::Token& token) {
    switch (access.kind) {
        case Access::Kind::oauth:
            return request.headers.set("Authorization", "Bearer " + token.access.reveal());
        case Access::Kind::basic:
            return request.headers.set("Authorization", basic(access));
        case Access::Kind::api_key:
            return request.headers.set("APIKey", access.secret.reveal());
    }
}

net::Request token_request(const Access& access) {
    net::Request request{.method = "POST", .url = access.token_url};
    request.headers.set("Authorization", basic(access));
    request.headers.set("Content-Type", "application/x-www-form-urlencoded");
    request.headers.set("Accept", "application/json");
    request.body = net::write_form({{"grant_type", "client_credentials"}});
    return request;
}

Result<connector::Token> read_token(const net::Response& response, Timestamp now) {
    Result<Value> answer = json::parse(response.body);
    // Cut short or mangled on its way: the next one may be whole.
    if (!answer) return fail(ErrorCode::vendor_unavailable, "the token address answered something that is not JSON");
    std::string access = (*answer)["access_token"].string_or("");
    if (access.empty()) return fail(ErrorCode::vendor_protocol, "the token address answered without an access_token");
    const Value& expires = (*answer)["expires_in"];
    bool known = expires.kind() == Value::Kind::integer && expires.as_int() > 0;
    return connector::Token{.access = Secret(std::move(access)), .expires_at_ms = known ? now.ms() + expires.as_int() * 1000 : 0};
}

Error token_error(Error error) {
    bool refused =
        error.cls() == ErrorClass::rejected || error.cls() == ErrorClass::unauthorized || error.code == ErrorCode::permission_missing;
    if (refused) {
        error.code = ErrorCode::credentials_refused;
        error.message = "SAP_TOKEN_URL gives no token for SAP_CLIENT_ID: " + error.message;
    }
    return error;
}

Result<std::string> service_root(std::string base_url) {
    while (base_url.ends_with('/')) base_url.pop_back();
    Result<net::Url> url = net::parse_url(base_url);
    if (!url || base_url.find_first_of("?#") != std::string::npos)
        return fail(ErrorCode::config_invalid, "SAP_BASE_URL is not an http or https address: " + base_url);
    if (base_url.find("/sap/opu/odata/") != std::string::npos) return base_url;
    return base_url + (base_url.ends_with("/sap/opu/odata") ? "/sap" : "/sap/opu/odata/sap");
}

}  // namespace lockstep::connectors::sap
