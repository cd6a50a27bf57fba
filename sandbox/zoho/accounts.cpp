#include "sandbox/zoho/accounts.h"

#include <algorithm>

#include "sandbox/zoho/text.h"

namespace lockstep::sandbox::zoho {

namespace {

// [zoho-crm, section 1]
constexpr std::int64_t token_life_s = 3600;
constexpr std::size_t tokens_per_window = 10;
constexpr std::int64_t window_ms = 10 * 60 * 1000;
constexpr std::size_t active_tokens_max = 15;

/// Errors of the accounts server come with status 200.
net::Response failure(std::string error) { return net::json_response(200, Map{{"error", Value(std::move(error))}}); }

net::Response throttled() {
    return net::json_response(
        400, Map{{"error_description", Value("You have made too many requests continuously. Please try again after some time.")},
                 {"error", Value("Access Denied")},
                 {"status", Value("failure")}});
}

/// Parameters come in the query or in the form.
net::Parameters parameters_of(const net::Request& request) {
    net::Parameters all;
    for (std::string_view text : {request.query(), std::string_view(request.body)})
        if (auto parsed = net::parse_form(text)) all.insert(all.end(), parsed->begin(), parsed->end());
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

net::Response Accounts::make_token(const std::string& scopes, const std::string& refresh_token) {
    const Timestamp now = options_.clock();
    while (!made_.empty() && made_.front().plus_ms(window_ms) <= now) made_.pop_front();
    if (made_.size() >= tokens_per_window) return throttled();
    made_.push_back(now);
    const std::string token = random_token();
    tokens_[token] = {now.plus_ms(token_life_s * 1000), scopes};
    order_.push_back(token);
    for (; order_.size() > active_tokens_max; order_.pop_front()) tokens_.erase(order_.front());
    std::string shown = scopes;
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
    const std::string scopes = known->second;
    codes_.erase(known);
    const std::string refresh_token = random_token();
    refresh_tokens_[refresh_token] = scopes;
    return make_token(scopes, refresh_token);
}

/// The grant of self clients: `scope` and `soid=ZohoBooks.<organisation>`.
net::Response Accounts::for_client(const net::Parameters& form) {
    const std::string scopes = net::parameter(form, "scope").value_or("");
    if (scopes.find("Zoho") != 0) return failure("invalid_scope");
    if (net::parameter(form, "soid") != "ZohoBooks." + options_.credentials.zoho_org_id) return failure("invalid_soid");
    return make_token(scopes, "");
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

/// With a refresh token all access tokens go: which of them came of it is not kept.
net::Response Accounts::revoke(const net::Parameters& form) {
    auto token = net::parameter(form, "token");
    if (!token) return failure("invalid_token");
    if (refresh_tokens_.erase(*token) > 0) tokens_.clear();
    tokens_.erase(*token);
    return net::json_response(200, Map{{"status", Value("success")}});
}

net::Response Accounts::handle(const net::Request& request) {
    if (request.method != "POST") return net::json_response(405, Map{{"error", Value("invalid_request")}});
    const net::Parameters form = parameters_of(request);
    return request.path() == "/oauth/v2/token/revoke" ? revoke(form) : grant(form);
}

std::optional<std::string> Accounts::scopes_of(const net::Request& request) const {
    std::string_view header = request.headers.get("Authorization").value_or(std::string_view());
    for (std::string_view scheme : {"Zoho-oauthtoken ", "Bearer "}) {
        if (!header.starts_with(scheme)) continue;
        auto found = tokens_.find(std::string(header.substr(scheme.size())));
        if (found != tokens_.end() && found->second.ends > options_.clock()) return found->second.scopes;
    }
    return std::nullopt;
}

void Accounts::clear() {
    made_.clear();
    order_.clear();
    tokens_.clear();
    codes_.clear();
    refresh_tokens_.clear();
    set_scopes("ZohoBooks.fullaccess.all");
}

/// `ZohoBooks.invoices.READ` is allowed by itself, by `ZohoBooks.invoices.ALL` and by full access, in any case of letters.
bool has_scope(std::string_view scopes, std::string_view wanted) {
    if (scopes == "ZohoBooks.fullaccess.all") return true;
    const std::string all = lower(std::string(wanted.substr(0, wanted.rfind('.'))) + ".all");
    while (!scopes.empty()) {
        const std::size_t end = std::min(scopes.find_first_of(", "), scopes.size());
        const std::string scope = lower(scopes.substr(0, end));
        if (scope == lower(wanted) || scope == all || scope == "zohobooks.fullaccess.all") return true;
        scopes.remove_prefix(std::min(end + 1, scopes.size()));
    }
    return false;
}

}  // namespace lockstep::sandbox::zoho
