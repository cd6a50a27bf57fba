#include "connectors/sap/gateway.h"

#include "connectors/sap/errors.h"
#include "connectors/sap/odata_time.h"

namespace lockstep::connectors::sap {
namespace {

/// "Idempotent Service Framework error: check configuration". Source: SAP message class /IWBEP/CM_COS, 001.
constexpr std::string_view not_repeatable_here = "/IWBEP/CM_COS/001";

connector::Dialect make_dialect(const GatewaySettings& settings) {
    const Access access = settings.access;
    bool oauth = access.kind == Access::Kind::oauth;
    Credentials credentials = oauth ? Credentials::renewable : Credentials::fixed;
    connector::Dialect dialect{.connection = settings.name, .account = access.token_url + "\n" + access.name};
    dialect.classify = [credentials](const net::Response& response, net::Effect effect) { return classify(response, effect, credentials); };
    dialect.authorize = [access](net::Request& request, const connector::Token& token) { authorize(request, access, token); };
    dialect.secrets = {access.secret};
    return dialect;
}

/// The session sends the token request too, so it must exist before the dialect can name it.
using FetchToken = std::function<Result<connector::Token>(connector::CallContext&)>;

}  // namespace

Gateway::Gateway(GatewaySettings settings, Runtime& runtime, connector::TokenVault* vault)
    : settings_(std::move(settings)),
      session_(
          [this] {
              connector::Dialect dialect = make_dialect(settings_);
              FetchToken fetch = [this](connector::CallContext& context) -> Result<connector::Token> {
                  Result<net::Response> answer = session_.send_plain(context, token_request(settings_.access), net::Effect::read, false);
                  if (!answer) return fail(token_error(std::move(answer).error()));
                  return read_token(*answer, context.runtime.now());
              };
              if (settings_.access.kind == Access::Kind::oauth) dialect.fetch_token = fetch;
              return dialect;
          }(),
          runtime, vault, settings_.name),
      csrf_(runtime) {}

net::Request Gateway::request(std::string method, const std::string& target) const {
    net::Request request{.method = std::move(method), .url = settings_.root + target};
    request.headers.set("Accept", "application/json");
    request.headers.set("Accept-Language", settings_.language);
    if (!settings_.client.empty()) request.headers.set("sap-client", settings_.client);
    return request;
}

Result<net::Response> Gateway::read(connector::CallContext& context, const std::string& target) {
    return session_.send(context, request("GET", target), net::Effect::read);
}

Result<CsrfSession> Gateway::fetch_csrf(connector::CallContext& context, const std::string& service) {
    net::Request fetch = request("GET", "/" + service + "/");
    fetch.headers.set("x-csrf-token", "Fetch");
    LS_TRY_ASSIGN(net::Response answer, session_.send(context, std::move(fetch), net::Effect::read));
    return read_csrf_session(answer);
}

// Source of the headers: SAP Gateway, "Defining Settings for Idempotent Services"; the form of the date is the one that
// public clients send (ISO, no zone).
net::Request Gateway::change_request(const connector::CallContext& context, const Change& change) const {
    net::Request request = this->request(change.method, change.target);
    request.headers.set("Content-Type", "application/json");
    if (!change.if_match.empty()) request.headers.set("If-Match", change.if_match);
    if (change.repeatable && repeatable_ && !context.request_id.empty()) {
        request.headers.set("RequestID", context.request_id);
        request.headers.set("RepeatabilityCreation", iso_without_zone({.seconds = context.first_sent.seconds}));
    }
    request.body = change.body;
    return request;
}

Result<net::Response> Gateway::change_once(connector::CallContext& context, const Change& change, const CsrfSession& csrf) {
    net::Request request = change_request(context, change);
    put_csrf_session(request, csrf);
    Result<net::Response> answer = session_.send(context, std::move(request), net::Effect::write);
    if (!answer && answer.error().vendor_code == not_repeatable_here) repeatable_ = false;
    return answer;
}

Result<net::Response> Gateway::change(connector::CallContext& context, const Change& change) {
    auto fetch = [&] { return fetch_csrf(context, change.service); };
    connector::Renewable<CsrfSession>& sessions = csrf_.of(change.service);
    LS_TRY_ASSIGN(auto csrf, sessions.get(fetch));
    Result<net::Response> answer = change_once(context, change, csrf.value);
    if (answer || answer.error().vendor_code != csrf_required) return answer;
    LS_TRY_ASSIGN(csrf, sessions.renew(csrf.version, fetch));
    return change_once(context, change, csrf.value);
}

}  // namespace lockstep::connectors::sap
