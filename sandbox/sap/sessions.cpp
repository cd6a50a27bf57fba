#include "sandbox/sap/sessions.h"

#include <algorithm>
#include <cctype>

#include "sandbox/sap/answer.h"
#include "sandbox/sap/refusal.h"
#include "value/encoding.h"

namespace lockstep::sandbox::sap {

namespace {

constexpr std::int64_t token_life_s = 43199;              // [sap-s4hana, "Authentication"]
constexpr std::int64_t session_idle_ms = 30 * 60 * 1000;  // [sap-s4hana, "CSRF"]: about half an hour, a server setting
constexpr std::size_t sessions_max = 10000;               // a client that never sends its cookie must not fill the memory
constexpr std::string_view session_cookie = "SAP_SESSIONID_S4H_100";

bool same_word(std::string_view left, std::string_view right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
    });
}

/// User and password of a Basic header.
std::optional<std::pair<std::string, std::string>> basic(const net::Request& request) {
    const std::string_view header = request.headers.get("Authorization").value_or(std::string_view());
    if (header.size() < 6 || !same_word(header.substr(0, 6), "Basic ")) return std::nullopt;
    auto text = encoding::from_base64(header.substr(6));
    if (!text) return std::nullopt;
    const std::size_t colon = text->find(':');
    if (colon == std::string::npos) return std::nullopt;
    return std::pair(text->substr(0, colon), text->substr(colon + 1));
}

std::string cookie(const net::Request& request, std::string_view name) {
    for (std::string_view header : request.headers.all("Cookie"))
        while (!header.empty()) {
            const std::size_t end = header.find(';');
            std::string_view pair = header.substr(0, end);
            while (pair.starts_with(' ')) pair.remove_prefix(1);
            if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
                return std::string(pair.substr(name.size() + 1));
            header = end == std::string_view::npos ? std::string_view() : header.substr(end + 1);
        }
    return {};
}

net::Response token_error(int status, std::string error, std::string description) {
    return net::json_response(status, Map{{"error", Value(std::move(error))}, {"error_description", Value(std::move(description))}});
}

}  // namespace

bool Sessions::client_matches(const net::Request& request, const net::Parameters& form) const {
    const Credentials& known = state_.options.credentials;
    if (auto user = basic(request)) {
        auto plain_id = encoding::percent_decode(user->first, true);
        auto plain_secret = encoding::percent_decode(user->second, true);
        const bool encoded = plain_id && plain_secret && *plain_id == known.sap_client_id && *plain_secret == known.sap_client_secret;
        return encoded || (user->first == known.sap_client_id && user->second == known.sap_client_secret);
    }
    return net::parameter(form, "client_id") == known.sap_client_id && net::parameter(form, "client_secret") == known.sap_client_secret;
}

net::Response Sessions::issue_token(const net::Request& request) {
    if (request.method != "POST") return token_error(405, "method_not_allowed", "Request method '" + request.method + "' not supported");
    auto form = net::parse_form(request.body);
    if (!form) return token_error(400, "invalid_request", "The form cannot be read");
    if (!client_matches(request, *form)) return token_error(401, "unauthorized", "Bad credentials");
    auto grant = net::parameter(*form, "grant_type");
    if (!grant) return token_error(400, "invalid_request", "Missing grant type");
    if (*grant != "client_credentials") return token_error(400, "unsupported_grant_type", "Unsupported grant type: " + *grant);
    const std::string token = state_.random_hex(64);
    tokens_[token] = state_.options.clock().plus_ms(token_life_s * 1000);
    return net::json_response(200, Map{{"access_token", Value(token)},
                                       {"token_type", Value("bearer")},
                                       {"expires_in", Value(token_life_s)},
                                       {"scope", Value("uaa.resource")},
                                       {"jti", Value(state_.random_hex(32))}});
}

bool Sessions::is_authorized(const net::Request& request) {
    const Credentials& known = state_.options.credentials;
    if (auto key = request.headers.get("APIKey")) return !known.sap_api_key.empty() && *key == known.sap_api_key;
    if (auto user = basic(request)) return user->first == known.sap_user && user->second == known.sap_password;
    const std::string_view header = request.headers.get("Authorization").value_or(std::string_view());
    if (header.size() < 7 || !same_word(header.substr(0, 7), "Bearer ")) return false;
    auto found = tokens_.find(std::string(header.substr(7)));
    if (found == tokens_.end()) return false;
    if (found->second > state_.options.clock()) return true;
    tokens_.erase(found);
    return false;
}

net::Response Sessions::unauthorized() {
    net::Response response = net::text_response(
        401, "<html><head><title>Logon Error Message</title></head><body>Logon failed</body></html>", "text/html; charset=utf-8");
    response.headers.set("WWW-Authenticate", "Basic realm=\"SAP NetWeaver Application Server [S4H/100]\"");
    return response;
}

Sessions::Session* Sessions::session_of(const net::Request& request) {
    const std::string id = cookie(request, session_cookie);
    auto found = sessions_.find(id);
    if (id.empty() || found == sessions_.end()) return nullptr;
    const Timestamp now = state_.options.clock();
    if (found->second.last_used.plus_ms(session_idle_ms) < now) {
        sessions_.erase(found);
        return nullptr;
    }
    found->second.last_used = now;
    return &found->second;
}

bool Sessions::has_csrf_token(const net::Request& request) {
    Session* session = session_of(request);
    return session != nullptr && request.headers.get("x-csrf-token") == session->token;
}

net::Response Sessions::csrf_refused(const net::Request&) {
    net::Response response = net::text_response(403, "CSRF token validation failed");
    response.headers.set("x-csrf-token", "Required");
    return response;
}

void Sessions::forget_old_ones(Timestamp now) {
    if (sessions_.size() < sessions_max) return;
    std::erase_if(sessions_, [&](const auto& entry) { return entry.second.last_used.plus_ms(session_idle_ms) < now; });
    if (sessions_.size() >= sessions_max) sessions_.clear();
}

void Sessions::attach_csrf_token(const net::Request& request, net::Response& response) {
    auto asked = request.headers.get("x-csrf-token");
    if (!asked || !same_word(*asked, "fetch")) return;
    if (request.method != "GET" && request.method != "HEAD") return;
    if (Session* session = session_of(request)) {
        response.headers.set("x-csrf-token", session->token);
        return;
    }
    const Timestamp now = state_.options.clock();
    forget_old_ones(now);
    const std::string id = state_.random_hex(48);
    std::string token = encoding::base64(state_.random_hex(16));
    response.headers.set("x-csrf-token", token);
    response.headers.add("Set-Cookie", "sap-usercontext=sap-client=100; path=/");
    response.headers.add("Set-Cookie", std::string(session_cookie) + "=" + id + "; path=/; HttpOnly");
    sessions_[id] = Session{std::move(token), now};
}

void Sessions::clear() {
    tokens_.clear();
    sessions_.clear();
}

}  // namespace lockstep::sandbox::sap
