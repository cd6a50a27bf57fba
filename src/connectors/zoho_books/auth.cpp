#include "connectors/zoho_books/auth.h"

#include <array>

#include "value/json.h"

namespace lockstep::connectors::zoho_books {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> required = {{
    {"client_id", "ZOHO_CLIENT_ID"},
    {"client_secret", "ZOHO_CLIENT_SECRET"},
    {"refresh_token", "ZOHO_REFRESH_TOKEN"},
    {"organization_id", "ZOHO_ORG_ID"},
}};

std::string missing_names(const connector::Settings& settings) {
    std::string names;
    for (const auto& [name, environment] : required)
        if (!settings.has(name)) names += (names.empty() ? "" : ", ") + std::string(environment);
    return names;
}

}  // namespace

Result<Account> read_account(const connector::Settings& settings) {
    if (std::string missing = missing_names(settings); !missing.empty())
        return fail(ErrorCode::config_invalid, "Zoho Books needs settings that are missing: " + missing);
    Account account{.client_id = settings.text("client_id"),
                    .client_secret = settings.secret("client_secret"),
                    .refresh_token = settings.secret("refresh_token"),
                    .organization_id = settings.text("organization_id")};
    LS_TRY_ASSIGN(account.addresses, choose_addresses(settings));
    if (account.organization_id.find_first_not_of("0123456789") != std::string::npos)
        return fail(ErrorCode::config_invalid, "ZOHO_ORG_ID has digits only: " + account.organization_id);
    return account;
}

net::Request token_request(const Account& account) {
    net::Request request{.method = "POST", .url = account.addresses.accounts + "/oauth/v2/token"};
    request.headers.set("Content-Type", "application/x-www-form-urlencoded");
    request.headers.set("Accept", "application/json");
    request.body = net::write_form({{"grant_type", "refresh_token"},
                                    {"client_id", account.client_id},
                                    {"client_secret", account.client_secret.reveal()},
                                    {"refresh_token", account.refresh_token.reveal()}});
    return request;
}

Result<connector::Token> read_token(const net::Response& response, const Addresses& addresses, Timestamp now) {
    Result<Value> answer = json::parse(response.body);
    // Cut short or mangled on its way: the next one may be whole.
    if (!answer) return fail(ErrorCode::vendor_unavailable, "the accounts server answered something that is not JSON");
    std::string access = (*answer)["access_token"].string_or("");
    if (access.empty()) return fail(ErrorCode::vendor_protocol, "the accounts server answered without an access_token");
    std::string api_domain = (*answer)["api_domain"].text();
    bool take_domain = !addresses.api_is_fixed && net::parse_url(api_domain).has_value();
    while (api_domain.ends_with('/')) api_domain.pop_back();
    const Value& expires = (*answer)["expires_in"];
    bool known = expires.kind() == Value::Kind::integer && expires.as_int() > 0;
    return connector::Token{.access = Secret(std::move(access)),
                            .api_base = take_domain ? api_domain : addresses.api,
                            .expires_at_ms = known ? now.ms() + expires.as_int() * 1000 : 0};
}

Error token_error(Error error) {
    bool refused =
        error.cls() == ErrorClass::rejected || error.cls() == ErrorClass::unauthorized || error.code == ErrorCode::permission_missing;
    if (refused) error.code = ErrorCode::credentials_refused;
    if (error.code == ErrorCode::credentials_refused) error.message = "Zoho gives no token for ZOHO_REFRESH_TOKEN: " + error.message;
    return error;
}

}  // namespace lockstep::connectors::zoho_books
