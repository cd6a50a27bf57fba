#include "sandbox/zoho/accounts.h"

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

Accounts::Accounts(const Options& options) : options_(options), random_state_(options.seed ^ 0x5a6f686fU) {}

net::Response Accounts::refresh(const net::Parameters& form) {
    const Credentials& known = options_.credentials;
    if (net::parameter(form, "client_id") != known.zoho_client_id) return failure("invalid_client");
    if (net::parameter(form, "client_secret") != known.zoho_client_secret) return failure("invalid_client_secret");
    if (net::parameter(form, "grant_type") != "refresh_token") return failure("unsupported_grant_type");
    if (revoked_ || net::parameter(form, "refresh_token") != known.zoho_refresh_token) return failure("invalid_code");
    const Timestamp now = options_.clock();
    while (!made_.empty() && made_.front().plus_ms(window_ms) <= now) made_.pop_front();
    if (made_.size() >= tokens_per_window) return throttled();
    made_.push_back(now);
    std::string token = "1000.";
    for (int i = 0; i < 4; ++i) {
        random_state_ = random_state_ * 6364136223846793005U + 1442695040888963407U;
        for (int shift = 32; shift < 64; shift += 4) token += "0123456789abcdef"[(random_state_ >> shift) & 15];
    }
    tokens_[token] = now.plus_ms(token_life_s * 1000);
    order_.push_back(token);
    for (; order_.size() > active_tokens_max; order_.pop_front()) tokens_.erase(order_.front());
    return net::json_response(200, Map{{"access_token", Value(token)},
                                       {"scope", Value("ZohoBooks.fullaccess.all")},
                                       {"api_domain", Value(options_.addresses.zoho)},
                                       {"token_type", Value("Bearer")},
                                       {"expires_in", Value(token_life_s)}});
}

net::Response Accounts::revoke(const net::Parameters& form) {
    auto token = net::parameter(form, "token");
    if (!token) return failure("invalid_token");
    if (*token == options_.credentials.zoho_refresh_token) {
        revoked_ = true;
        tokens_.clear();
    }
    tokens_.erase(*token);
    return net::json_response(200, Map{{"status", Value("success")}});
}

net::Response Accounts::handle(const net::Request& request) {
    if (request.method != "POST") return net::json_response(405, Map{{"error", Value("invalid_request")}});
    const net::Parameters form = parameters_of(request);
    return request.path() == "/oauth/v2/token/revoke" ? revoke(form) : refresh(form);
}

bool Accounts::is_authorized(const net::Request& request) {
    std::string_view header = request.headers.get("Authorization").value_or(std::string_view());
    for (std::string_view scheme : {"Zoho-oauthtoken ", "Bearer "}) {
        if (!header.starts_with(scheme)) continue;
        auto found = tokens_.find(std::string(header.substr(scheme.size())));
        if (found == tokens_.end()) return false;
        return found->second > options_.clock();
    }
    return false;
}

void Accounts::clear() {
    made_.clear();
    order_.clear();
    tokens_.clear();
    revoked_ = false;
}

}  // namespace lockstep::sandbox::zoho
