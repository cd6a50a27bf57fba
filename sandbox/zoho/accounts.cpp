#include "sandbox/zoho/accounts.h"

#include <algorithm>

#include "sandbox/zoho/form_data.h"
#include "sandbox/zoho/text.h"

namespace lockstep::sandbox::zoho {

namespace {

// [zoho-crm, section 1]
constexpr std::int64_t token_life_s = 3600;
constexpr std::size_t tokens_per_window = 10;
constexpr std::int64_t window_ms = 10 * 60 * 1000;
constexpr std::size_t active_tokens_max = 15;
constexpr std::string_view books_scopes = "ZohoBooks.fullaccess.all";

/// Errors of the accounts server come with status 200.
net::Response failure(std::string error) { return net::json_response(200, Map{{"error", Value(std::move(error))}}); }

net::Response throttled() {
    return net::json_response(
        400, Map{{"error_description", Value("You have made too many requests continuously. Please try again after some time.")},
                 {"error", Value("Access Denied")},
                 {"status", Value("failure")}});
}

/// Parameters come in the query, in the form, or, from Zoho's own SDKs, as form data.
net::Parameters parameters_of(const net::Request& request) {
    net::Parameters all;
    if (auto query = net::parse_form(request.query())) all = *std::move(query);
    const std::string_view type = request.headers.get("Content-Type").value_or(std::string_view());
    net::Parameters form;
    if (lower(type).starts_with("multipart/form-data"))
        form = read_form_data(type, request.body);
    else if (auto parsed = net::parse_form(request.body))
        form = *std::move(parsed);
    all.insert(all.end(), form.begin(), form.end());
    return all;
}

}  // namespace

Accounts::Accounts(const Options& options) : options_(options), random_state_(options.seed ^ 0x5a6f686fU) { clear(); }

std::string Accounts::random_token() {
    std::string token = "1000.";
    for (int i = 0; i < 4; ++i) {
        random_state_ = random_state_ * 6364136223846793005U + 1442695040888963407U;
        for (int shift = 32; shift < 64; shift += 4) token += "0123456789abcdef"[(random_state_ >> shift) & 15];
    }
    return token;
}

net::Response Accounts::make_token(Grant& grant, const std::string& refresh_token) {
    const Timestamp now = options_.clock();
    while (!grant.made.empty() && grant.made.front().plus_ms(window_ms) <= now) grant.made.pop_front();
    if (grant.made.size() >= tokens_per_window) return throttled();
    grant.made.push_back(now);
    const std::string token = random_token();
    tokens_[token] = {now.plus_ms(token_life_s * 1000), grant.scopes};
    grant.active.push_back(token);
    for (; grant.active.size() > active_tokens_max; grant.active.pop_front()) tokens_.erase(grant.active.front());
    std::string shown = grant.scopes;
    std::replace(shown.begin(), shown.end(), ',', ' ');
    Map answer{{"access_token", Value(token)}};
    if (!refresh_token.empty()) answer.set("refresh_token", Value(refresh_token));
    answer.set("scope", Value(std::move(shown)));
    answer.set("api_domain", Value(options_.addresses.zoho));
    answer.set("token_type", Value("Bearer"));
    answer.set("expires_in", Value(token_life_s));
    return net::json_response(200, Value(std::move(answer)));
}

net::Response Accounts::refresh(const net::Parameters& form) {
    auto known = refresh_tokens_.find(net::parameter(form, "refresh_token").value_or(""));
    if (known == refresh_tokens_.end()) return failure("invalid_code");
    return make_token(known->second, "");
}

/// A code of the API console works once.
net::Response Accounts::redeem(const net::Parameters& form) {
    auto known = codes_.find(net::parameter(form, "code").value_or(""));
    if (known == codes_.end()) return failure("invalid_code");
    const Code code = known->second;
    codes_.erase(known);
    if (code.ends && *code.ends <= options_.clock()) return failure("invalid_code");
    const std::string refresh_token = random_token();
    refresh_tokens_[refresh_token].scopes = code.scopes;
    return make_token(refresh_tokens_[refresh_token], refresh_token);
}

/// The grant of self clients: `scope` and `soid=ZohoBooks.<organisation>` or `ZohoCRM.<organisation>`.
net::Response Accounts::for_client(const net::Parameters& form) {
    const std::string scopes = net::parameter(form, "scope").value_or("");
    const std::string soid = net::parameter(form, "soid").value_or("");
    if (scopes.find("Zoho") != 0) return failure("invalid_scope");
    const std::string& organization = options_.credentials.zoho_org_id;
    if (soid != "ZohoBooks." + organization && soid != "ZohoCRM." + organization) return failure("invalid_soid");
    Grant& grant = clients_[soid];
    grant.scopes = scopes;
    return make_token(grant, "");
}

net::Response Accounts::grant(const net::Parameters& form) {
    const Credentials& known = options_.credentials;
    if (net::parameter(form, "client_id") != known.zoho_client_id) return failure("invalid_client");
    if (net::parameter(form, "client_secret") != known.zoho_client_secret) return failure("invalid_client_secret");
    const std::string type = net::parameter(form, "grant_type").value_or("");
    if (type == "refresh_token") return refresh(form);
    if (type == "authorization_code") return redeem(form);
    return type == "client_credentials" ? for_client(form) : failure("unsupported_grant_type");
}

/// With a refresh token the access tokens that came of it go too.
net::Response Accounts::revoke(const net::Parameters& form) {
    auto token = net::parameter(form, "token");
    if (!token) return failure("invalid_token");
    if (const auto known = refresh_tokens_.find(*token); known != refresh_tokens_.end()) {
        for (const std::string& made : known->second.active) tokens_.erase(made);
        refresh_tokens_.erase(known);
    }
    tokens_.erase(*token);
    return net::json_response(200, Map{{"status", Value("success")}});
}

/// Where the accounts servers of the data centres are: here it is one. Source: zoho.com/accounts/protocol/oauth, "Multi-DC".
net::Response Accounts::server_info() const {
    return net::json_response(200, Map{{"result", "success"}, {"locations", Map{{"us", options_.addresses.zoho}}}});
}

bool Accounts::answers(std::string_view path) {
    return path == "/oauth/v2/token" || path == "/oauth/v2/token/revoke" || path == "/oauth/serverinfo";
}

net::Response Accounts::handle(const net::Request& request) {
    const std::lock_guard lock(mutex_);
    if (request.path() == "/oauth/serverinfo") return server_info();
    if (request.method != "POST") return net::json_response(405, Map{{"error", Value("invalid_request")}});
    const net::Parameters form = parameters_of(request);
    return request.path() == "/oauth/v2/token/revoke" ? revoke(form) : grant(form);
}

std::optional<std::string> Accounts::scopes_of(const net::Request& request) const {
    const std::lock_guard lock(mutex_);
    std::string_view header = request.headers.get("Authorization").value_or(std::string_view());
    for (std::string_view scheme : {"Zoho-oauthtoken ", "Bearer "}) {
        if (!header.starts_with(scheme)) continue;
        auto found = tokens_.find(std::string(header.substr(scheme.size())));
        if (found != tokens_.end() && found->second.ends > options_.clock()) return found->second.scopes;
    }
    return std::nullopt;
}

void Accounts::set_scopes(std::string scopes) {
    const std::lock_guard lock(mutex_);
    refresh_tokens_[options_.credentials.zoho_refresh_token].scopes = std::move(scopes);
}

void Accounts::set_crm_scopes(std::string scopes) {
    const std::lock_guard lock(mutex_);
    refresh_tokens_[options_.credentials.zoho_crm_refresh_token].scopes = std::move(scopes);
}

void Accounts::add_grant_code(std::string code, std::string scopes, std::int64_t life_s) {
    const std::lock_guard lock(mutex_);
    auto ends = life_s > 0 ? std::optional(options_.clock().plus_ms(life_s * 1000)) : std::nullopt;
    codes_[std::move(code)] = {std::move(scopes), ends};
}

void Accounts::clear() {
    const Credentials& keys = options_.credentials;
    const std::lock_guard lock(mutex_);
    tokens_.clear();
    codes_.clear();
    clients_.clear();
    refresh_tokens_.clear();
    refresh_tokens_[keys.zoho_refresh_token].scopes = books_scopes;
    if (!keys.zoho_crm_refresh_token.empty()) refresh_tokens_[keys.zoho_crm_refresh_token].scopes = crm_scopes;
    if (!keys.zoho_grant_code.empty()) codes_[keys.zoho_grant_code] = {std::string(crm_scopes) + "," + std::string(books_scopes), {}};
}

bool lists_scope(std::string_view scopes, std::string_view wanted) {
    while (!scopes.empty()) {
        const std::size_t end = std::min(scopes.find_first_of(", "), scopes.size());
        if (lower(scopes.substr(0, end)) == lower(wanted)) return true;
        scopes.remove_prefix(std::min(end + 1, scopes.size()));
    }
    return false;
}

/// `ZohoBooks.invoices.READ` is allowed by itself, by `ZohoBooks.invoices.ALL` and by full access, in any case of letters.
bool has_scope(std::string_view scopes, std::string_view wanted) {
    if (scopes == books_scopes) return true;
    const std::string all = std::string(wanted.substr(0, wanted.rfind('.'))) + ".ALL";
    return lists_scope(scopes, wanted) || lists_scope(scopes, all) || lists_scope(scopes, books_scopes);
}

}  // namespace lockstep::sandbox::zoho
