#include "cli/demo_vendors.h"

#include <array>

#include <fmt/format.h>

#include "value/json.h"

namespace lockstep::cli {
namespace {

constexpr int tries_max = 20;
constexpr std::string_view data = "/services/data/v60.0";
constexpr std::string_view books = "/books/v3/";

/// What people call the faults; the others go by their kind.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kind_names = {{
    {"drop_before", "hung up"},
    {"drop_after", "answer lost"},
    {"late_apply", "applied late, answer lost"},
    {"throttle", "429"},
    {"delay", "slow answer"},
}};

std::string fault_name(const Value& rule) {
    const std::string kind = rule["kind"].text();
    if (kind == "status") return rule["status"].text();
    for (const auto& [name, word] : kind_names)
        if (kind == name) return std::string(word);
    return kind;
}

std::string failure(const Result<net::Response>& answer) {
    return answer ? fmt::format("{} {}", answer->status, answer->body) : answer.error().to_text();
}

}  // namespace

DemoVendors::DemoVendors(sandbox::SandboxServer& server) : server_(server), http_(net::make_curl_client()) {}

// ---- people ----

/// What the sandbox's environment file says under a name.
std::string DemoVendors::secret(const std::string& name) const {
    const std::string lines = "\n" + server_.environment_text("-");
    const auto at = lines.find("\n" + name + "=");
    if (at == std::string::npos) return {};
    const auto from = at + name.size() + 2;
    std::string value = lines.substr(from, lines.find('\n', from) - from);
    if (value.size() >= 2 && value.front() == '\'') value = value.substr(1, value.size() - 2);
    return value;
}

Result<net::Response> DemoVendors::send(const std::string& method, const std::string& url, Headers headers, std::string body) {
    return http_->send({.method = method, .url = url, .headers = std::move(headers), .body = std::move(body), .peer = {}},
                       {.effect = method == "GET" ? net::Effect::read : net::Effect::write});
}

Result<std::string> DemoVendors::sign_in(const std::string& url, const net::Parameters& form) {
    std::string last;
    for (int i = 0; i < tries_max; ++i) {
        auto answer = send("POST", url, {{"Content-Type", "application/x-www-form-urlencoded"}}, net::write_form(form));
        last = failure(answer);
        if (!answer || !answer->ok()) continue;
        LS_TRY_ASSIGN(auto body, json::parse(answer->body));
        if (!body["access_token"].text().empty()) return body["access_token"].text();
    }
    return fail(ErrorCode::internal, "the sandbox gives the demo's people no token: " + last);
}

Result<std::string> DemoVendors::salesforce_token() {
    return sign_in(
        addresses().salesforce + "/services/oauth2/token",
        {{"grant_type", "client_credentials"}, {"client_id", secret("SF_CLIENT_ID")}, {"client_secret", secret("SF_CLIENT_SECRET")}});
}

Result<std::string> DemoVendors::zoho_token() {
    return sign_in(addresses().zoho + "/oauth/v2/token", {{"grant_type", "refresh_token"},
                                                          {"refresh_token", secret("ZOHO_REFRESH_TOKEN")},
                                                          {"client_id", secret("ZOHO_CLIENT_ID")},
                                                          {"client_secret", secret("ZOHO_CLIENT_SECRET")}});
}

Result<Value> DemoVendors::salesforce(const std::string& method, const std::string& path, const Value& body) {
    std::string last;
    for (int i = 0; i < tries_max; ++i) {
        if (salesforce_token_.empty()) { LS_TRY_ASSIGN(salesforce_token_, salesforce_token()); }
        auto answer = send(method, addresses().salesforce + std::string(data) + path,
                           {{"Authorization", "Bearer " + salesforce_token_}, {"Content-Type", "application/json"}},
                           body.is_null() ? "" : json::write(body));
        if (answer && answer->ok()) return answer->body.empty() ? Result<Value>(Value()) : json::parse(answer->body);
        if (answer && answer->status == 401) salesforce_token_.clear();
        last = failure(answer);
    }
    return fail(ErrorCode::internal, fmt::format("Salesforce does not do what the demo's people want: {} {}: {}", method, path, last));
}

Result<Value> DemoVendors::zoho(const std::string& method, const std::string& path, const Value& body) {
    std::string last;
    for (int i = 0; i < tries_max; ++i) {
        if (zoho_token_.empty()) { LS_TRY_ASSIGN(zoho_token_, zoho_token()); }
        auto answer = send(method, fmt::format("{}{}{}?organization_id={}", addresses().zoho, books, path, secret("ZOHO_ORG_ID")),
                           {{"Authorization", "Zoho-oauthtoken " + zoho_token_}, {"Content-Type", "application/json"}},
                           body.is_null() ? "" : json::write(body));
        if (answer && answer->ok()) return json::parse(answer->body);
        last = failure(answer);
        // A payment whose answer was lost may be there: people would look before they enter it again.
        if (!answer) break;
        if (answer->status == 401)
            zoho_token_.clear();
        else if (answer->status != 429 && answer->status < 500)
            break;
    }
    return fail(ErrorCode::internal, fmt::format("Zoho Books does not do what the demo's people want: {} {}: {}", method, path, last));
}

// ---- the sandbox's control API ----

Result<Value> DemoVendors::control(const std::string& method, const std::string& path, const Value& body) const {
    auto answer = server_.sandbox().control({.method = method,
                                             .url = path,
                                             .headers = {{"Content-Type", "application/json"}},
                                             .body = body.is_null() ? "" : json::write(body),
                                             .peer = {}});
    if (!answer.ok()) return fail(ErrorCode::internal, fmt::format("the sandbox refuses {} {}: {}", method, path, answer.body));
    return json::parse(answer.body);
}

List DemoVendors::records(const std::string& object) const {
    auto state = control("GET", "/state/" + object, {});
    LS_ASSERT(state.has_value());
    return (*state)["records"].as_list();
}

Value DemoVendors::record(const std::string& object, std::string_view field, std::string_view value) const {
    for (const Value& record : records(object))
        if (record[field].text() == value) return record;
    return {};
}

Result<void> DemoVendors::load(const std::string& object, List records) {
    LS_TRY(control("POST", "/load/" + object, Map{{"records", std::move(records)}}));
    return {};
}

void DemoVendors::note_faults() {
    auto state = control("GET", "/faults", {});
    LS_ASSERT(state.has_value());
    for (const Value& rule : (*state)["faults"].as_list())
        if (rule["fired"] != Value(0)) faults_done_[fault_name(rule)] += rule["fired"].as_int();
}

Result<void> DemoVendors::set_faults(std::uint64_t seed, List faults) {
    note_faults();
    LS_TRY(control("POST", "/faults", Map{{"seed", static_cast<std::int64_t>(seed)}, {"faults", std::move(faults)}}));
    return {};
}

std::int64_t DemoVendors::faults_fired() const {
    auto state = control("GET", "/faults", {});
    LS_ASSERT(state.has_value());
    std::int64_t fired = 0;
    for (const Value& rule : (*state)["faults"].as_list()) fired += rule["fired"].as_int();
    return fired;
}

std::int64_t DemoVendors::writes_of(std::string_view connector) const {
    auto calls = control("GET", "/calls", {});
    LS_ASSERT(calls.has_value());
    std::int64_t writes = 0;
    for (const Value& call : (*calls)["calls"].as_list())
        if (call["connector"].text() == connector && call["method"].text() != "GET" &&
            call["route"].text().find("token") == std::string::npos)
            writes += call["count"].as_int();
    return writes;
}

}  // namespace lockstep::cli
