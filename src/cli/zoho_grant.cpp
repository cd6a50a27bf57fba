#include "cli/zoho_grant.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::cli::zoho {
namespace {

constexpr std::int64_t minute_ms = 60'000;

/// What Zoho says instead of tokens, and what to do. The first that any data centre says counts.
/// Source: zoho.com/accounts/protocol/oauth, "Access token request", errors; the throttle was observed.
struct Refusal {
    std::string_view error, advice;
};
constexpr auto refusals = std::to_array<Refusal>({
    {"Access Denied", "Zoho makes ten tokens in ten minutes and wants a pause"},
    {"invalid_client_secret", "the client secret is not that of the client id: copy both from the API console, tab Client Secret"},
    {"invalid_redirect_uri",
     "the redirect URI is not the client's: give --redirect-uri as it stands in the console, none for a self client"},
    {"redirect_uri_mismatch",
     "the redirect URI is not the client's: give --redirect-uri as it stands in the console, none for a self client"},
    {"access_denied", "the person who was asked has refused: make a new code"},
    {"invalid_code",
     "the code is wrong, was used already or is over: it works once, for the minutes chosen in the console. Make a new one: API console, "
     "Self Client, Generate Code"},
    {"expired_code", "the code is over: make a new one and use it within the minutes chosen in the console"},
    {"invalid_client", "no such client id: copy it from the API console of your data centre"},
});

std::size_t rank(const Error& error) {
    auto found = std::find_if(refusals.begin(), refusals.end(), [&](const Refusal& r) { return r.error == error.vendor_code; });
    return static_cast<std::size_t>(found - refusals.begin());
}

Error in_words(Error error, const std::string& where, Timestamp now) {
    auto found = std::find_if(refusals.begin(), refusals.end(), [&](const Refusal& r) { return r.error == error.vendor_code; });
    const std::string advice = found == refusals.end() ? error.message : std::string(found->advice);
    error.message = fmt::format("{} ({} at {})", advice, error.vendor_code.empty() ? "no answer" : error.vendor_code, where);
    if (error.retry_after_ms)
        error.message += "; try again at " + format_timestamp({.seconds = now.plus_ms(*error.retry_after_ms).seconds});
    return error;
}

Result<Granted> ask(const Outside& outside, const Exchange& exchange, const connector::zoho::DataCentre& centre) {
    net::Request request =
        connector::zoho::code_request(std::string(centre.accounts), exchange.client, exchange.code, exchange.redirect_uri);
    LS_TRY_ASSIGN(net::Response response, outside.http.send(request, {.effect = net::Effect::write, .total_timeout_ms = minute_ms / 2}));
    Result<Value> answer = json::parse(response.body);
    if (!answer)
        return fail(ErrorCode::vendor_unavailable, fmt::format("the accounts server answered HTTP {} without JSON", response.status));
    if (auto error = connector::zoho::account_error(response, *answer)) return fail(*std::move(error));
    LS_TRY_ASSIGN(connector::Token token,
                  connector::zoho::read_token(response, {.accounts = std::string(centre.accounts), .api = std::string(centre.api)},
                                              outside.runtime.now()));
    Granted granted{.refresh_token = Secret((*answer)["refresh_token"].string_or("")),
                    .access_token = token.access,
                    .data_centre = std::string(centre.name),
                    .api = token.api_base};
    if (!granted.refresh_token.empty()) return granted;
    return fail(ErrorCode::credentials_refused,
                "Zoho gave an access token and no refresh token: the code must be of a self client, or asked for with access_type=offline");
}

// ---- scopes ----

struct ScopeTry {
    Product product;
    std::string_view scope, needed_for, method, target, body;
};

/// Each call reads, or writes no record at all. Source: OpenAPI v8.0 (CRM) and v3 (Books), `security`.
constexpr auto tries = std::to_array<ScopeTry>({
    {Product::crm, "ZohoCRM.modules.accounts.ALL", "the sync of accounts, reading", "GET", "/crm/v8/Accounts?fields=id&per_page=1", ""},
    {Product::crm, "ZohoCRM.modules.accounts.ALL", "the sync of accounts, writing", "PUT", "/crm/v8/Accounts", R"({"data":[]})"},
    {Product::crm, "ZohoCRM.modules.contacts.ALL", "the sync of contacts, reading", "GET", "/crm/v8/Contacts?fields=id&per_page=1", ""},
    {Product::crm, "ZohoCRM.modules.contacts.ALL", "the sync of contacts, writing", "PUT", "/crm/v8/Contacts", R"({"data":[]})"},
    {Product::crm, "ZohoCRM.settings.fields.READ", "checking the fields of a sync", "GET", "/crm/v8/settings/fields?module=Accounts", ""},
    {Product::crm, "ZohoCRM.coql.READ", "look-ups and lists of changes", "POST", "/crm/v8/coql",
     R"({"select_query":"select id from Accounts where id is not null limit 0, 1"})"},
    {Product::crm, "ZohoCRM.notifications.ALL", "notification channels", "GET", "/crm/v8/actions/watch", ""},
    {Product::books, "ZohoBooks.contacts.ALL", "customers of deals", "GET", "/books/v3/contacts?per_page=1", ""},
    {Product::books, "ZohoBooks.invoices.ALL", "invoices of deals", "GET", "/books/v3/invoices?per_page=1", ""},
    {Product::books, "ZohoBooks.customerpayments.READ", "payments", "GET", "/books/v3/customerpayments?per_page=1", ""},
    {Product::books, "ZohoBooks.settings.READ", "currencies and items", "GET", "/books/v3/settings/currencies", ""},
});

/// Zoho CRM says so in its code, Zoho Books by the code 57. Source: OpenAPI v8.0, 401; observed.
bool says_missing(const Value& answer) { return answer["code"].text() == "OAUTH_SCOPE_MISMATCH" || answer["code"].text() == "57"; }

bool says_no_token(const Value& answer) {
    const std::string code = answer["code"].text();
    return code == "INVALID_TOKEN" || code == "INVALID_OAUTHTOKEN" || code == "14";
}

ScopeFinding try_scope(const Outside& outside, const Granted& granted, const ScopeTry& its, const std::string& organization) {
    ScopeFinding finding{.scope = std::string(its.scope), .needed_for = std::string(its.needed_for)};
    net::Request request{.method = std::string(its.method), .url = granted.api + std::string(its.target), .body = std::string(its.body)};
    if (its.product == Product::books)
        request.url += (its.target.find('?') == std::string_view::npos ? "?organization_id=" : "&organization_id=") +
                       encoding::percent_encode(organization);
    request.headers.set("Authorization", "Zoho-oauthtoken " + granted.access_token.reveal());
    if (!request.body.empty()) request.headers.set("Content-Type", "application/json");
    auto response = outside.http.send(request, {.effect = net::Effect::write, .total_timeout_ms = minute_ms / 2});
    if (!response) {
        finding.problem = response.error().message;
        return finding;
    }
    auto answer = json::parse(response->body);
    if (answer && says_missing(*answer)) finding.missing = true;
    if (answer && says_no_token(*answer)) finding.problem = "the new token is refused: is the API in another data centre?";
    if (response->status >= 500 || response->status == 429) finding.problem = fmt::format("HTTP {}", response->status);
    return finding;
}

}  // namespace

Result<Granted> exchange_code(const Outside& outside, const Exchange& exchange) {
    LS_ASSERT(!exchange.data_centres.empty());
    std::optional<Error> best;
    for (const auto& centre : exchange.data_centres) {
        Result<Granted> granted = ask(outside, exchange, centre);
        if (granted) return granted;
        const bool ends = granted.error().vendor_code == "Access Denied" || granted.error().cls() == ErrorClass::in_doubt;
        if (!best || rank(granted.error()) < rank(*best) || ends) {
            const std::string code = granted.error().vendor_code;
            best = in_words(std::move(granted).error(), std::string(centre.accounts), outside.runtime.now());
            best->vendor_code = code;
        }
        if (ends) break;
    }
    return fail(*std::move(best));
}

std::vector<ScopeFinding> try_scopes(const Outside& outside, const Granted& granted, Product product, const std::string& organization) {
    std::vector<ScopeFinding> findings;
    for (const ScopeTry& its : tries)
        if (its.product == product) findings.push_back(try_scope(outside, granted, its, organization));
    return findings;
}

std::string scopes_of(Product product) {
    std::string all;
    for (const ScopeTry& its : tries)
        if (its.product == product && all.find(its.scope) == std::string::npos) all += (all.empty() ? "" : ",") + std::string(its.scope);
    return all;
}

}  // namespace lockstep::cli::zoho
