#include <algorithm>
#include <array>

#include "sandbox/http_date.h"
#include "sandbox/sandbox.h"
#include "sandbox/zoho/accounts.h"
#include "sandbox/zoho_crm/announce.h"
#include "sandbox/zoho_crm/api.h"
#include "value/json.h"

namespace lockstep::sandbox {

namespace zoho_crm {
namespace {

constexpr std::string_view root = "/crm/v8/";
constexpr std::size_t deliveries_max = 10'000;

class ZohoCrm final : public Vendor {
public:
    explicit ZohoCrm(const Options& options)
        : crm_(options), accounts_(options.zoho_accounts ? options.zoho_accounts : make_zoho_accounts(options)) {}

    std::string_view connector() const override { return "zoho_crm"; }
    net::Response handle(const net::Request& request) override;
    std::optional<List> records(std::string_view object) const override { return state_records(crm_, object); }
    Result<void> load(std::string_view object, const List& records) override;
    void reset() override;
    void hold(std::int64_t delay_ms) override { crm_.limits.hold(delay_ms); }
    std::optional<Timestamp> outgoing_due() const override;
    std::optional<Outgoing> take_outgoing() override;
    void outgoing_done(const std::string& id, const Result<net::Response>& answer) override;

private:
    Result<net::Response> call(const net::Request& request);
    Result<void> load_one(std::string_view object, const Value& record);
    Result<void> check_body(const net::Request& request) const;

    Crm crm_;
    std::shared_ptr<zoho::Accounts> accounts_;
};

/// Compares `*/actions/count` with the segments of a path; the variable ones go into `ids`.
bool route_fits(std::string_view pattern, const std::vector<std::string>& segments, std::vector<std::string>& ids) {
    ids.clear();
    std::size_t at = 0;
    while (true) {
        const std::size_t end = std::min(pattern.find('/'), pattern.size());
        const std::string_view part = pattern.substr(0, end);
        if (at == segments.size()) return false;
        if (part == "*")
            ids.push_back(segments[at]);
        else if (part != segments[at])
            return false;
        ++at;
        if (end == pattern.size()) return at == segments.size();
        pattern.remove_prefix(end + 1);
    }
}

struct Found {
    const Route* route = nullptr;
    bool path_known = false;
    std::vector<std::string> ids{};
};

/// The first route of method and path: fixed parts come before `*`, in the tables and in their order.
Found find_route(std::string_view method, const std::vector<std::string>& segments) {
    Found found;
    std::vector<std::string> ids;
    for (auto routes : {settings_routes(), query_routes(), watch_routes(), write_routes(), read_routes()})
        for (const Route& route : routes) {
            if (!route_fits(route.path, segments, ids)) continue;
            found.path_known = true;
            if (route.method == method) return {&route, true, std::move(ids)};
        }
    return found;
}

/// `ZohoCRM.settings.fields.READ` is allowed by itself, by `.ALL`, and by what stands above it: `ZohoCRM.settings.READ`.
bool allowed(std::string_view scopes, std::string scope, std::string_view operation) {
    // Source: zoho.com/crm/developer/docs/api, "Insert Records": WRITE stands for editing.
    const std::string_view write = operation == "CREATE" || operation == "UPDATE" ? "WRITE" : operation;
    for (;;) {
        for (const std::string_view right : {operation, write, std::string_view("ALL")})
            if (zoho::lists_scope(scopes, scope + "." + std::string(right))) return true;
        const std::size_t dot = scope.rfind('.');
        if (scope.find('.') == dot) return false;
        scope.resize(dot);
    }
}

Result<void> check_scope(std::string_view scopes, const Route& route, const std::vector<std::string>& ids) {
    const std::string scope = route.scope == "*" ? "ZohoCRM.modules." + ids[0] : std::string(route.scope);
    bool fits = route.also.empty() || zoho::lists_scope(scopes, route.also);
    for (std::string_view operations = route.operation; !operations.empty();) {
        const std::size_t end = std::min(operations.find(' '), operations.size());
        fits = fits && allowed(scopes, scope, operations.substr(0, end));
        operations.remove_prefix(std::min(end + 1, operations.size()));
    }
    return fits ? Result<void>() : refuse("OAUTH_SCOPE_MISMATCH", "Unauthorized");
}

/// One credit a call, one for each ten records that are written.
std::int64_t credits_of(const Call& call) {
    const Value& data = call.body["data"];
    return data.is_list() ? std::max<std::int64_t>(1, (static_cast<std::int64_t>(data.as_list().size()) + 9) / 10) : 1;
}

Result<void> ZohoCrm::check_body(const net::Request& request) const {
    const std::int64_t bound = crm_.settings.body_bytes_max;
    if (bound == 0 || static_cast<std::int64_t>(request.body.size()) <= bound) return {};
    return refuse("REQUEST_BODY_TOO_LARGE", "the request body is too large", {{"limit", bound}});
}

/// The body is JSON whatever its content type says: Zoho's own SDK says none.
Result<Value> read_body(const net::Request& request) {
    if (request.body.empty() || request.method == "GET" || request.method == "DELETE") return Value();
    auto body = json::parse(request.body);
    if (!body || !body->is_map()) return refuse("INVALID_DATA", "body", {{"expected_data_type", "jsonobject"}});
    return *std::move(body);
}

Unexpected no_such_url() { return refuse("INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one"); }

Result<net::Response> ZohoCrm::call(const net::Request& request) {
    const auto scopes = accounts_->scopes_of(request);
    if (!scopes && !request.headers.contains("Authorization")) return refuse("AUTHENTICATION_FAILURE", "Authentication failed");
    if (!scopes) return refuse("INVALID_TOKEN", "invalid oauth token");
    if (!request.path().starts_with(root)) return no_such_url();
    const auto segments = net::split_path(request.path().substr(root.size()));
    auto parameters = net::parse_form(request.query());
    if (!segments || !parameters) return no_such_url();
    Found found = find_route(request.method, *segments);
    if (!found.path_known) return no_such_url();
    if (found.route == nullptr) return refuse("INVALID_REQUEST_METHOD", "The http request method type is not a valid one");
    LS_TRY(check_scope(*scopes, *found.route, found.ids));
    LS_TRY(check_body(request));
    Call call{.request = &request, .parameters = *std::move(parameters), .ids = std::move(found.ids), .body = {}};
    LS_TRY_ASSIGN(call.body, read_body(request));
    LS_TRY(crm_.limits.take(crm_.options.clock(), credits_of(call)));
    return found.route->handler(crm_, call);
}

net::Response ZohoCrm::handle(const net::Request& request) {
    if (zoho::Accounts::answers(request.path())) return accounts_->handle(request);
    auto response = call(request);
    net::Response answer = response ? *std::move(response) : error_reply(response.error());
    crm_.limits.describe(answer);
    answer.headers.set("Date", http_date(crm_.options.clock()));
    return answer;
}

Result<void> ZohoCrm::load_one(std::string_view object, const Value& record) {
    if (object == "grant_codes") {
        if (record["code"].text().empty() || record["scopes"].text().empty())
            return fail(ErrorCode::request_invalid, "a grant code has `code` and `scopes`");
        const Value& life = record["valid_s"];
        accounts_->add_grant_code(record["code"].text(), record["scopes"].text(), life.kind() == Value::Kind::integer ? life.as_int() : 0);
        return {};
    }
    if (object == "settings")
        if (const std::string scopes = record["scopes"].text(); !scopes.empty()) accounts_->set_crm_scopes(scopes);
    return load_object(crm_, object, record);
}

Result<void> ZohoCrm::load(std::string_view object, const List& records) {
    for (std::size_t i = 0; i < records.size(); ++i) {
        auto loaded = load_one(object, records[i]);
        if (loaded) continue;
        const Error& error = loaded.error();
        if (error.code == ErrorCode::not_found) return fail(error);
        const std::string details = error.code == ErrorCode::vendor_rejected ? ": " + error.field : "";
        return fail(ErrorCode::request_invalid, "record cannot be loaded: " + std::string(object) + ", number " + std::to_string(i + 1) +
                                                    ", " + error.message + details);
    }
    return {};
}

std::optional<Timestamp> ZohoCrm::outgoing_due() const {
    return crm_.outbox.empty() ? std::nullopt : std::optional(crm_.outbox.front().created);
}

std::optional<Outgoing> ZohoCrm::take_outgoing() {
    if (crm_.outbox.empty()) return std::nullopt;
    crm_.deliveries.push_back(std::move(crm_.outbox.front()));
    crm_.outbox.pop_front();
    if (crm_.deliveries.size() > deliveries_max) crm_.deliveries.pop_front();
    return Outgoing{crm_.deliveries.back().id, crm_.deliveries.back().request};
}

/// A function is not run again, whatever came back [zoho-crm, section 6]; of notifications no retry is documented.
void ZohoCrm::outgoing_done(const std::string& id, const Result<net::Response>& answer) {
    const auto found = std::find_if(crm_.deliveries.rbegin(), crm_.deliveries.rend(), [&](const Delivery& d) { return d.id == id; });
    if (found == crm_.deliveries.rend()) return;
    found->sent = true;
    if (!answer) {
        found->error = answer.error().to_text();
        return;
    }
    found->status = answer->status;
    found->answer = answer->body;
}

void ZohoCrm::reset() {
    crm_.clear();
    accounts_->clear();
}

}  // namespace
}  // namespace zoho_crm

std::unique_ptr<Vendor> make_zoho_crm(const Options& options) { return std::make_unique<zoho_crm::ZohoCrm>(options); }

}  // namespace lockstep::sandbox
