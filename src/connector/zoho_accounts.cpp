#include "connector/zoho_accounts.h"

#include <algorithm>

#include "connector/one_line.h"
#include "connector/retry_after.h"
#include "value/json.h"

namespace lockstep::connector::zoho {
namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::size_t message_code_points_max = 1000;

std::string without_slash(std::string url) {
    while (url.ends_with('/')) url.pop_back();
    return url;
}

Result<std::string> address(const Settings& settings, std::string_view name, std::string_view environment, std::string_view fallback) {
    std::string url = without_slash(settings.text(name));
    if (url.empty()) return std::string(fallback);
    if (net::parse_url(url) && url.find_first_of("?#") == std::string::npos) return url;
    return fail(ErrorCode::config_invalid, std::string(environment) + " is not an http or https address: " + url);
}

net::Request token_request(const std::string& accounts, const net::Parameters& form) {
    net::Request request{.method = "POST", .url = accounts + "/oauth/v2/token"};
    request.headers.set("Content-Type", "application/x-www-form-urlencoded");
    request.headers.set("Accept", "application/json");
    request.body = net::write_form(form);
    return request;
}

struct AccountRule {
    std::string_view error;
    ErrorCode code;
    std::int64_t retry_after_ms = 0;
};

/// Texts under `error`; whatever is not here needs a person.
/// Source: zoho.com/accounts/protocol/oauth; the throttle was observed: ten tokens in ten minutes for a refresh token.
constexpr std::array<AccountRule, 3> account_rules = {{
    {"Access Denied", ErrorCode::rate_limited, 10 * minute_ms},
    {"general_error", ErrorCode::vendor_unavailable},
    {"server_error", ErrorCode::vendor_unavailable},
}};

}  // namespace

Result<Addresses> choose_addresses(const Settings& settings, std::string_view api_environment) {
    std::string wanted = settings.text("data_centre");
    if (wanted.empty()) wanted = "com";
    auto centre = std::find_if(data_centres.begin(), data_centres.end(), [&](const DataCentre& d) { return d.name == wanted; });
    if (centre == data_centres.end())
        return fail(ErrorCode::config_invalid, "no such data centre of Zoho (com, eu, in, com.au, jp, com.cn, sa, ca): " + wanted);
    Addresses addresses;
    LS_TRY_ASSIGN(addresses.accounts, address(settings, "accounts_url", "ZOHO_ACCOUNTS_URL", centre->accounts));
    LS_TRY_ASSIGN(addresses.api, address(settings, "api_url", api_environment, centre->api));
    addresses.api_is_fixed =
        std::none_of(data_centres.begin(), data_centres.end(), [&](const DataCentre& d) { return d.api == addresses.api; });
    return addresses;
}

bool is_zoho_host(std::string_view url) {
    Result<net::Url> parts = net::parse_url(url);
    return parts && (parts->host.starts_with("www.zohoapis.") || parts->host.starts_with("accounts.zoho"));
}

std::string stored_name(const std::string& connection) { return connection + "/refresh_token"; }

std::string write_stored(const StoredToken& token) {
    return json::write(Map{{"refresh_token", token.refresh_token.reveal()}, {"data_centre", token.data_centre}});
}

Settings with_stored(const Settings& settings, TokenVault* vault, const std::string& connection) {
    if (settings.text("refresh_token") != stored || !vault) return settings;
    std::optional<std::string> kept = vault->load(stored_name(connection));
    Result<Value> read = kept ? json::parse(*kept) : Result<Value>(Value());
    if (!read || (*read)["refresh_token"].text().empty()) return settings;
    Map values = settings.values();
    values.set("refresh_token", (*read)["refresh_token"]);
    if (!(*read)["data_centre"].text().empty() && !settings.has("accounts_url")) values.set("data_centre", (*read)["data_centre"]);
    return Settings(std::move(values));
}

Result<void> ready(const Secret& refresh_token, const std::string& connection) {
    if (refresh_token.reveal() != stored) return {};
    return fail(ErrorCode::credentials_refused, "no refresh token is kept for " + connection +
                                                    " (or the client secret is another since): make one with `lockstep auth zoho`");
}

net::Request refresh_request(const Addresses& addresses, const Client& client, const Secret& refresh_token) {
    return token_request(addresses.accounts, {{"grant_type", "refresh_token"},
                                              {"client_id", client.id},
                                              {"client_secret", client.secret.reveal()},
                                              {"refresh_token", refresh_token.reveal()}});
}

net::Request code_request(const std::string& accounts, const Client& client, const Secret& code, const std::string& redirect_uri) {
    net::Parameters form = {
        {"grant_type", "authorization_code"}, {"client_id", client.id}, {"client_secret", client.secret.reveal()}, {"code", code.reveal()}};
    if (!redirect_uri.empty()) form.emplace_back("redirect_uri", redirect_uri);
    return token_request(accounts, form);
}

Result<Token> read_token(const net::Response& response, const Addresses& addresses, Timestamp now) {
    Result<Value> answer = json::parse(response.body);
    // Cut short or mangled on its way: the next one may be whole.
    if (!answer) return fail(ErrorCode::vendor_unavailable, "the accounts server answered something that is not JSON");
    std::string access = (*answer)["access_token"].string_or("");
    if (access.empty()) return fail(ErrorCode::vendor_protocol, "the accounts server answered without an access_token");
    std::string api_domain = without_slash((*answer)["api_domain"].text());
    bool take_domain = !addresses.api_is_fixed && net::parse_url(api_domain).has_value();
    const Value& expires = (*answer)["expires_in"];
    bool known = expires.kind() == Value::Kind::integer && expires.as_int() > 0;
    return Token{.access = Secret(std::move(access)),
                 .api_base = take_domain ? api_domain : addresses.api,
                 .expires_at_ms = known ? now.ms() + expires.as_int() * 1000 : 0};
}

std::optional<Error> account_error(const net::Response& response, const Value& answer) {
    if (!answer.is_map() || !answer.find("error") || !answer["code"].is_null()) return std::nullopt;
    const std::string name = answer["error"].text();
    auto rule = std::find_if(account_rules.begin(), account_rules.end(), [&](const AccountRule& r) { return r.error == name; });
    const bool known = rule != account_rules.end();
    const ErrorCode code = known ? rule->code : ErrorCode::credentials_refused;
    const std::string said = one_line(answer["error_description"].text(), message_code_points_max);
    Error error{code, std::string(summary(code)) + ": " + (said.empty() ? one_line(name, message_code_points_max) : said), name};
    if (error.cls() != ErrorClass::limited) return error;
    error.retry_after_ms = retry_after_ms(response).value_or(known ? rule->retry_after_ms : minute_ms);
    return error;
}

Error token_error(Error error, std::string_view setting) {
    bool refused =
        error.cls() == ErrorClass::rejected || error.cls() == ErrorClass::unauthorized || error.code == ErrorCode::permission_missing;
    if (refused) error.code = ErrorCode::credentials_refused;
    if (error.code == ErrorCode::credentials_refused)
        error.message = "Zoho gives no token for " + std::string(setting) + ": " + error.message;
    return error;
}

}  // namespace lockstep::connector::zoho
