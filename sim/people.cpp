#include "sim/people.h"

#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::sim {
namespace {

Value parsed(const std::string& body) {
    auto value = json::parse(body);
    return value ? *value : Value();
}

}  // namespace

net::Request SapClerk::request(const std::string& method, const std::string& target, const Value& body) const {
    net::Request made{.method = method, .url = "/sap/opu/odata/sap/" + target, .headers = {}, .body = {}, .peer = {}};
    made.headers.set("Authorization", "Basic " + encoding::base64(credentials_.sap_user + ":" + credentials_.sap_password));
    made.headers.set("Accept", "application/json");
    if (!body.is_null()) {
        made.headers.set("Content-Type", "application/json");
        made.body = json::write(body);
    }
    if (method == "GET") return made;
    made.headers.set("x-csrf-token", token_);
    made.headers.set("Cookie", cookie_);
    made.headers.set("If-Match", "*");
    return made;
}

void SapClerk::begin_session() {
    net::Request fetch = request("GET", "API_BUSINESS_PARTNER/", {});
    fetch.headers.set("x-csrf-token", "Fetch");
    const net::Response answer = sandbox_.vendor("sap").handle(fetch);
    token_ = std::string(answer.headers.get("x-csrf-token").value_or(""));
    cookie_.clear();
    for (std::string_view set : answer.headers.all("Set-Cookie")) cookie_ += std::string(set.substr(0, set.find(';'))) + "; ";
}

Value SapClerk::read(const std::string& target) {
    const net::Response answer = sandbox_.vendor("sap").handle(request("GET", target, {}));
    if (!answer.ok()) return {};
    Value found = parsed(answer.body)["d"];
    const Value* results = found.find("results");
    return results ? *results : found;
}

bool SapClerk::send(const std::string& method, const std::string& target, const Value& body) {
    begin_session();  // the one before may have ended
    const net::Response answer = sandbox_.vendor("sap").handle(request(method, target, body));
    answer_ = answer.body;
    refusal_ = answer.ok() ? "" : answer.body;
    return answer.ok();
}

Value SapClerk::made() const { return parsed(answer_)["d"]; }

bool Accountant::sign_in() {
    net::Request request{.method = "POST", .url = "/oauth/v2/token", .headers = {}, .body = {}, .peer = {}};
    request.headers.set("Content-Type", "application/x-www-form-urlencoded");
    request.body = net::write_form({{"refresh_token", credentials_.zoho_refresh_token},
                                    {"client_id", credentials_.zoho_client_id},
                                    {"client_secret", credentials_.zoho_client_secret},
                                    {"grant_type", "refresh_token"}});
    token_ = parsed(sandbox_.vendor("zoho_books").handle(request).body)["access_token"].text();
    return !token_.empty();
}

std::optional<Value> Accountant::send(const std::string& method, const std::string& path, const Value& body) {
    if (method != "GET") ++changes_;
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (token_.empty() && !sign_in()) return std::nullopt;
        const char* joint = path.find('?') == std::string::npos ? "?" : "&";
        net::Request request{.method = method,
                             .url = "/books/v3/" + path + joint + "organization_id=" + credentials_.zoho_org_id,
                             .headers = {},
                             .body = body.is_null() ? "" : json::write(body),
                             .peer = {}};
        request.headers.set("Authorization", "Zoho-oauthtoken " + token_);
        request.headers.set("Content-Type", "application/json");
        const net::Response answer = sandbox_.vendor("zoho_books").handle(request);
        refusal_ = answer.ok() ? "" : answer.body;
        if (answer.ok()) return parsed(answer.body);
        if (answer.status != 401) return std::nullopt;
        token_.clear();  // an hour has passed, or somebody revoked it
    }
    return std::nullopt;
}

}  // namespace lockstep::sim
