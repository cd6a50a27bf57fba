#include "connectors/salesforce/auth.h"

#include "connector/kept_token.h"
#include "connectors/salesforce/receive.h"
#include "value/json.h"

namespace lockstep::connectors::salesforce {
namespace {

/// Public clients use three minutes; whether five are taken is not documented.
/// Source: simple-salesforce, simple_salesforce/login.py.
constexpr std::int64_t assertion_lifetime_s = 180;

constexpr std::string_view token_path = "/services/oauth2/token";

Unexpected odd_answer(std::string_view what) {
    return fail(ErrorCode::vendor_protocol, "the token answer of Salesforce " + std::string(what));
}

/// A clock that runs wrong breaks JWT sign-in, and only the local time shows it.
Error with_local_time(Error error, Runtime& runtime) {
    if (error.vendor_code == "invalid_grant")
        error.message += ", local time " + format_timestamp(Timestamp::from_ms(runtime.now().ms() / 1000 * 1000));
    return error;
}

/// Ties a rotated refresh token to the configured one it descends from.
std::string descent(const SignIn& sign_in) {
    return connector::account_fingerprint(
        {.connection = sign_in.client_id, .account = sign_in.login_url, .secrets = {sign_in.refresh_token}});
}

Result<connector::Token> read_token(const net::Response& response, const SignIn& sign_in) {
    Result<Value> body = json::parse(response.body);
    if (!body) return fail(ErrorCode::connection_lost, "the token answer of Salesforce is not JSON");
    const Value& access = (*body)["access_token"];
    if (!access.is_string() || access.as_string().empty()) return odd_answer("has no access_token");
    std::string instance = (*body)["instance_url"].string_or(sign_in.instance_url);
    while (instance.ends_with('/')) instance.pop_back();
    Result<net::Url> url = net::parse_url(instance);
    if (!url) return odd_answer("has no usable instance_url");
    if (!instance_allowed(sign_in.login_url, sign_in.instance_url, instance))
        return fail(
            ErrorCode::config_invalid,
            "the token is for an instance that is not allowed; if it is right, name it as instance_url (SF_INSTANCE_URL): " + instance +
                ", allowed is what goes with " + (sign_in.instance_url.empty() ? sign_in.login_url : sign_in.instance_url));
    return connector::Token{
        .access = Secret(access.as_string()), .api_base = instance, .owner = organization_of((*body)["id"].string_or(""))};
}

}  // namespace

Authenticator::Authenticator(SignIn sign_in, connector::TokenVault* vault, std::string connection)
    : sign_in_(std::move(sign_in)), vault_(vault), vault_name_(std::move(connection) + "/refresh_token") {}

Result<connector::Token> Authenticator::fetch(connector::CallContext& context, connector::Session& session) {
    LS_TRY_ASSIGN(net::Parameters parameters, form(context.runtime));
    net::Request request{.method = "POST", .url = sign_in_.login_url + std::string(token_path)};
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}};
    request.body = net::write_form(parameters);
    // A refresh token may be used up by its first use, so that request is never sent twice.
    net::Effect effect = sign_in_.grant == Grant::refresh_token ? net::Effect::write : net::Effect::read;
    Result<net::Response> answer = session.send_plain(context, std::move(request), effect, false);
    if (!answer) return fail(with_local_time(std::move(answer).error(), context.runtime));
    if (Result<Value> body = json::parse(answer->body); body && sign_in_.grant == Grant::refresh_token)
        keep_rotated((*body)["refresh_token"].string_or(""));
    return read_token(*answer, sign_in_);
}

Result<net::Parameters> Authenticator::form(Runtime& runtime) {
    if (sign_in_.grant == Grant::jwt_bearer) {
        LS_TRY_ASSIGN(std::string token, assertion(runtime));
        return net::Parameters{{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"}, {"assertion", token}};
    }
    net::Parameters parameters{{"grant_type", "client_credentials"}, {"client_id", sign_in_.client_id}};
    if (sign_in_.grant == Grant::refresh_token) {
        parameters[0].second = "refresh_token";
        parameters.emplace_back("refresh_token", current_refresh_token().reveal());
    }
    if (!sign_in_.client_secret.empty()) parameters.emplace_back("client_secret", sign_in_.client_secret.reveal());
    return parameters;
}

Result<std::string> Authenticator::assertion(Runtime& runtime) const {
    Map claims{{"iss", sign_in_.client_id},
               {"sub", sign_in_.username},
               {"aud", sign_in_.login_url},
               {"exp", runtime.now().seconds + assertion_lifetime_s}};
    return connector::make_jwt(*sign_in_.key, claims);
}

Secret Authenticator::current_refresh_token() {
    if (!rotated_.empty()) return rotated_;
    std::optional<std::string> text = vault_ ? vault_->load(vault_name_) : std::nullopt;
    Result<Value> kept = text ? json::parse(*text) : Result<Value>(Value());
    if (kept && (*kept)["from"] == Value(descent(sign_in_))) rotated_ = Secret((*kept)["refresh_token"].text());
    return rotated_.empty() ? sign_in_.refresh_token : rotated_;
}

/// With rotation the answer brings a new refresh token and the old one is dead: kept before the access token is used.
/// Source: Salesforce help, "OAuth 2.0 Refresh Token Flow for Renewed Sessions".
void Authenticator::keep_rotated(const std::string& refresh_token) {
    if (refresh_token.empty() || refresh_token == sign_in_.refresh_token.reveal()) return;
    rotated_ = Secret(refresh_token);
    if (vault_) vault_->save(vault_name_, json::write(Map{{"from", descent(sign_in_)}, {"refresh_token", refresh_token}}));
}

}  // namespace lockstep::connectors::salesforce
