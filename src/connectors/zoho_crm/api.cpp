#include "connectors/zoho_crm/api.h"

#include <algorithm>
#include <charconv>

#include "connector/retry_after.h"
#include "connectors/zoho_crm/errors.h"
#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::connectors::zoho_crm {
namespace {

/// The clocks of two systems may differ by so much.
constexpr std::int64_t clock_skew_ms_max = 5 * 60'000;

connector::Dialect make_dialect(const ApiSettings& settings) {
    connector::Dialect dialect{.connection = settings.name,
                               .account = settings.addresses.accounts + "\n" + settings.addresses.api + "\n" + settings.client.id};
    dialect.classify = classify;
    dialect.authorize = [](net::Request& request, const connector::Token& token) {
        request.headers.set("Authorization", "Zoho-oauthtoken " + token.access.reveal());
    };
    dialect.secrets = {settings.client.secret, settings.refresh_token};
    return dialect;
}

std::string query_of(const net::Parameters& parameters) {
    std::string query;
    for (const auto& [name, value] : parameters)
        query += (query.empty() ? "?" : "&") + encoding::percent_encode(name) + "=" + encoding::percent_encode(value);
    return query;
}

Error naming_scope(Error error, std::string_view method, std::string_view path) {
    if (error.vendor_code != "OAUTH_SCOPE_MISMATCH") return error;
    if (std::string scope = scope_for(method, path); !scope.empty())
        error.message += "; the refresh token needs the scope " + scope + " (lockstep auth zoho makes one)";
    return error;
}

}  // namespace

Timestamp earliest_look(const net::Response& response, Timestamp now, std::int64_t duration_ms) {
    auto date = connector::parse_http_date(response.headers.get("Date").value_or(""), now);
    const Timestamp answered = date ? *date : now.plus_ms(-clock_skew_ms_max);
    return {.seconds = answered.plus_ms(-duration_ms).seconds};
}

std::optional<std::int64_t> credits_left(const net::Response& response) {
    std::string_view text = response.headers.get("X-API-CREDITS-REMAINING").value_or("");
    std::int64_t count = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    constexpr std::int64_t credits_max = 1'000'000'000;
    bool fits = error == std::errc() && !text.empty() && end == text.data() + text.size() && count >= 0 && count <= credits_max;
    return fits ? std::optional(count) : std::nullopt;
}

std::string coql_text(std::string_view text) {
    std::string quoted = "'";
    for (char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
    return quoted + "'";
}

Api::Api(ApiSettings settings, Runtime& runtime, connector::TokenVault* vault)
    : settings_(std::move(settings)),
      session_(
          [&] {
              connector::Dialect dialect = make_dialect(settings_);
              dialect.fetch_token = [this](connector::CallContext& context) -> Result<connector::Token> {
                  LS_TRY(connector::zoho::ready(settings_.refresh_token, settings_.name));
                  net::Request request = connector::zoho::refresh_request(settings_.addresses, settings_.client, settings_.refresh_token);
                  Result<net::Response> answer = session_.send_plain(context, std::move(request), net::Effect::read, false);
                  if (!answer) return fail(connector::zoho::token_error(std::move(answer).error(), "ZOHO_CRM_REFRESH_TOKEN"));
                  return connector::zoho::read_token(*answer, settings_.addresses, context.runtime.now());
              };
              return dialect;
          }(),
          runtime, vault, settings_.name) {}

Result<Answer> Api::send(connector::CallContext& context, net::Request request, const std::string& path, net::Effect effect) {
    request.headers.set("Accept", "application/json");
    const std::string method = request.method;
    const std::int64_t started_ms = context.runtime.monotonic_ms();
    Result<net::Response> sent = session_.send(context, std::move(request), effect);
    if (!sent) return fail(naming_scope(std::move(sent).error(), method, path));
    note_credits(*sent);
    Answer answer{.status = sent->status,
                  .body = {},
                  .earliest = earliest_look(*sent, context.runtime.now(), context.runtime.monotonic_ms() - started_ms)};
    if (sent->body.empty() || sent->status == 304) return answer;
    LS_TRY_ASSIGN(answer.body, json::parse(sent->body));  // `classify` has let nothing else through
    return answer;
}

void Api::note_credits(const net::Response& response) {
    std::optional<std::int64_t> left = credits_left(response);
    if (!left) return;
    std::lock_guard lock(mutex_);
    most_left_ = std::max(most_left_, *left);
    const std::int64_t allowed = std::max(settings_.credits_per_day > 0 ? settings_.credits_per_day : 2 * most_left_, *left);
    credits_ = connector::CallBudget{.used = allowed - *left, .allowed = allowed};
}

Result<Answer> Api::get(connector::CallContext& context, const std::string& path, const net::Parameters& parameters,
                        const net::Headers& headers) {
    net::Request request{.method = "GET", .url = settings_.path + path + query_of(parameters), .headers = headers};
    return send(context, std::move(request), path, net::Effect::read);
}

Result<Answer> Api::write(connector::CallContext& context, std::string method, const std::string& path, const Map& body,
                          const net::Headers& headers) {
    net::Request request{.method = std::move(method), .url = settings_.path + path, .headers = headers};
    request.headers.set("Content-Type", "application/json");
    request.body = json::write(Value(body));
    return send(context, std::move(request), path, net::Effect::write);
}

Result<Answer> Api::remove(connector::CallContext& context, const std::string& path, const net::Parameters& parameters) {
    return send(context, {.method = "DELETE", .url = settings_.path + path + query_of(parameters)}, path, net::Effect::write);
}

Result<QueryPage> Api::query(connector::CallContext& context, const std::string& coql) {
    net::Request request{.method = "POST", .url = settings_.path + "/coql"};
    request.headers.set("Content-Type", "application/json");
    request.body = json::write(Map{{"select_query", coql}});
    LS_TRY_ASSIGN(Answer answer, send(context, std::move(request), "/coql", net::Effect::read));
    QueryPage page{.rows = {}, .more = answer.body.at_path("info.more_records") == Value(true), .earliest = answer.earliest};
    if (answer.data().is_list()) page.rows = answer.data().as_list();
    return page;
}

std::optional<connector::CallBudget> Api::budget() const {
    std::lock_guard lock(mutex_);
    return credits_;
}

}  // namespace lockstep::connectors::zoho_crm
