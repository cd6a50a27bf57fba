#include "connectors/zoho_books/api.h"

#include <charconv>

#include "base/limits.h"
#include "connectors/zoho_books/errors.h"
#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::connectors::zoho_books {
namespace {

constexpr std::string_view rows_per_page = "200";  // the most there is; OpenAPI, `per_page`

connector::Dialect make_dialect(const ApiSettings& settings, Runtime& runtime) {
    const Account& account = settings.account;
    connector::Dialect dialect{.connection = settings.name,
                               .account = account.addresses.accounts + "\n" + account.addresses.api + "\n" + account.client.id};
    dialect.classify = [&runtime, zone = settings.day_zone](const net::Response& response, net::Effect effect) {
        return classify(response, effect, {.now = runtime.now(), .zone = zone});
    };
    dialect.authorize = [](net::Request& request, const connector::Token& token) {
        request.headers.set("Authorization", "Zoho-oauthtoken " + token.access.reveal());
    };
    dialect.secrets = {account.client.secret, account.refresh_token};
    return dialect;
}

/// The OpenAPI describes `page_context` as an object for contacts and as a list of one for invoices.
bool has_more_page(const Value& answer) {
    const Value& context = answer["page_context"];
    bool listed = context.is_list() && !context.as_list().empty();
    return (listed ? context.as_list().front() : context)["has_more_page"] == Value(true);
}

const Value& rows_in(const Value& answer, const Entity& entity) {
    if (const Value* rows = answer.find(entity.list_key)) return *rows;
    return answer[entity.name == "customerpayments" ? "customer_payments" : entity.record_key];
}

std::optional<std::int64_t> count_in(const net::Response& response, std::string_view header) {
    std::string_view text = response.headers.get(header).value_or("");
    std::int64_t count = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    bool fits = error == std::errc() && end == text.data() + text.size() && count >= 0;
    return fits ? std::optional(count) : std::nullopt;
}

std::string path_to(const Entity& entity, const std::string& id) { return std::string(entity.path) + net::join_path({id}); }

}  // namespace

Api::Api(ApiSettings settings, Runtime& runtime, connector::TokenVault* vault)
    : settings_(std::move(settings)),
      session_(
          [&] {
              connector::Dialect dialect = make_dialect(settings_, runtime);
              dialect.fetch_token = [this](connector::CallContext& context) -> Result<connector::Token> {
                  const Account& account = settings_.account;
                  LS_TRY(connector::zoho::ready(account.refresh_token, settings_.name));
                  net::Request request = connector::zoho::refresh_request(account.addresses, account.client, account.refresh_token);
                  Result<net::Response> answer = session_.send_plain(context, std::move(request), net::Effect::read, false);
                  if (!answer) return fail(connector::zoho::token_error(std::move(answer).error(), "ZOHO_REFRESH_TOKEN"));
                  return connector::zoho::read_token(*answer, account.addresses, context.runtime.now());
              };
              return dialect;
          }(),
          runtime, vault, settings_.name),
      minute_(runtime, settings_.calls_per_minute) {}

net::Request Api::request(std::string method, const std::string& path, net::Parameters parameters) const {
    parameters.insert(parameters.begin(), {"organization_id", settings_.account.organization_id});
    std::string query;
    for (const auto& [name, value] : parameters)
        query += (query.empty() ? "?" : "&") + encoding::percent_encode(name) + "=" + encoding::percent_encode(value);
    net::Request request{.method = std::move(method), .url = settings_.path + path + query};
    request.headers.set("Accept", "application/json");
    return request;
}

Result<Value> Api::send(connector::CallContext& context, net::Request request, net::Effect effect) {
    LS_TRY(minute_.take());
    LS_TRY_ASSIGN(net::Response answer, session_.send(context, std::move(request), effect));
    if (auto day = call_budget(answer)) {
        std::lock_guard lock(mutex_);
        day_ = day;
    }
    if (answer.body.empty()) return Value(Map{});
    LS_TRY_ASSIGN(Value body, json::parse(answer.body));  // `classify` has let nothing else through
    return tidy(body);
}

std::optional<connector::CallBudget> Api::budget() const {
    std::lock_guard lock(mutex_);
    return day_;
}

std::optional<connector::CallBudget> call_budget(const net::Response& response) {
    auto allowed = count_in(response, "X-Rate-Limit-Limit");
    auto left = count_in(response, "X-Rate-Limit-Remaining");
    if (!allowed || !left || *left > *allowed) return std::nullopt;
    return connector::CallBudget{.used = *allowed - *left, .allowed = *allowed};
}

Result<Value> Api::read(connector::CallContext& context, const std::string& path, net::Parameters parameters) {
    return send(context, request("GET", path, std::move(parameters)), net::Effect::read);
}

Result<Value> Api::record(connector::CallContext& context, const Entity& entity, const std::string& id) {
    LS_TRY_ASSIGN(Value answer, read(context, path_to(entity, id), {}));
    const Value& record = answer[entity.record_key];
    if (!record.is_map())
        return fail(ErrorCode::vendor_protocol, "Zoho Books answered without the record: " + std::string(entity.record_key) + ", " + id);
    return record;
}

Result<ListPage> Api::page(connector::CallContext& context, const Entity& entity, net::Parameters parameters, int page) {
    parameters.emplace_back("page", std::to_string(page));
    parameters.emplace_back("per_page", rows_per_page);
    LS_TRY_ASSIGN(Value answer, read(context, std::string(entity.path), std::move(parameters)));
    const Value& rows = rows_in(answer, entity);
    if (!rows.is_list()) return fail(ErrorCode::vendor_protocol, "Zoho Books answered without the list: " + std::string(entity.list_key));
    return ListPage{.rows = rows.as_list(), .has_more = has_more_page(answer)};
}

Result<List> Api::all(connector::CallContext& context, const Entity& entity, const net::Parameters& parameters) {
    List rows;
    for (int number = 1; number <= limits::pages_max; ++number) {
        LS_TRY_ASSIGN(ListPage one, page(context, entity, parameters, number));
        for (Value& row : one.rows) rows.push_back(std::move(row));
        if (!one.has_more || one.rows.empty()) return rows;
    }
    return fail(ErrorCode::vendor_protocol, "the list has more pages than allowed: " + std::to_string(limits::pages_max));
}

Result<Value> Api::write(connector::CallContext& context, net::Request request, const Map& body) {
    request.headers.set("Content-Type", "application/json");
    request.body = json::write(Value(body));
    return send(context, std::move(request), net::Effect::write);
}

Result<Value> Api::create(connector::CallContext& context, const Entity& entity, const Map& body, const UniqueKey& key) {
    if (key.field.empty()) return write(context, request("POST", std::string(entity.path), {}), body);
    net::Request upsert = request("PUT", std::string(entity.path), {});
    upsert.headers.set("X-Unique-Identifier-Key", key.field);
    upsert.headers.set("X-Unique-Identifier-Value", key.value);
    upsert.headers.set("X-Upsert", "true");
    return write(context, std::move(upsert), body);
}

Result<Value> Api::change(connector::CallContext& context, const Entity& entity, const std::string& id, const Map& body) {
    return write(context, request("PUT", path_to(entity, id), {}), body);
}

Result<Value> Api::post(connector::CallContext& context, const std::string& path, const Map& body) {
    return write(context, request("POST", path, {}), body);
}

}  // namespace lockstep::connectors::zoho_books
