#include "connectors/sap/csrf.h"

#include <algorithm>
#include <vector>

namespace lockstep::connectors::sap {
namespace {

/// Joins `Set-Cookie` fields to a `Cookie` field: name and value only, the last of a name wins, emptied ones dropped.
std::string join_cookies(const std::vector<std::string_view>& fields) {
    std::vector<std::pair<std::string_view, std::string_view>> cookies;
    for (std::string_view field : fields) {
        std::string_view pair = field.substr(0, field.find(';'));
        std::size_t equals = pair.find('=');
        if (equals == 0 || equals == std::string_view::npos) continue;
        std::string_view name = pair.substr(0, equals);
        std::erase_if(cookies, [&](const auto& cookie) { return cookie.first == name; });
        if (equals + 1 < pair.size()) cookies.emplace_back(name, pair.substr(equals + 1));
    }
    std::string out;
    for (const auto& [name, value] : cookies) out += (out.empty() ? "" : "; ") + std::string(name) + "=" + std::string(value);
    return out;
}

}  // namespace

CsrfSession read_csrf_session(const net::Response& response) {
    CsrfSession session{.token = std::string(response.headers.get("x-csrf-token").value_or("")),
                        .cookie = join_cookies(response.headers.all("Set-Cookie"))};
    if (session.token == "Required" || session.token == "Fetch") session.token.clear();
    return session;
}

void put_csrf_session(net::Request& request, const CsrfSession& session) {
    if (!session.token.empty()) request.headers.set("x-csrf-token", session.token);
    if (!session.cookie.empty()) request.headers.set("Cookie", session.cookie);
}

connector::Renewable<CsrfSession>& CsrfSessions::of(const std::string& service) {
    std::lock_guard lock(mutex_);
    auto& entry = by_service_[service];
    if (!entry) entry = std::make_unique<connector::Renewable<CsrfSession>>(runtime_);
    return *entry;
}

}  // namespace lockstep::connectors::sap
