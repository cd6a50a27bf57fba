#include <algorithm>
#include <array>

#include "sandbox/sandbox.h"
#include "sandbox/zoho/accounts.h"
#include "sandbox/zoho/api.h"
#include "sandbox/zoho/payments.h"
#include "sandbox/zoho/webhook.h"

namespace lockstep::sandbox {

namespace zoho {
namespace {

constexpr std::string_view root = "/books/v3/";
constexpr std::size_t deliveries_max = 1000;  // as many as a person looks through

class Zoho final : public Vendor {
public:
    explicit Zoho(const Options& options)
        : books_(options), accounts_(options.zoho_accounts ? options.zoho_accounts : std::make_shared<Accounts>(options)) {}

    std::string_view connector() const override { return "zoho_books"; }
    net::Response handle(const net::Request& request) override;
    std::optional<List> records(std::string_view object) const override;
    Result<void> load(std::string_view object, const List& records) override;
    void reset() override;
    Result<net::Request> emit(std::string_view event, const Map& details) override { return make_webhook(books_, event, Value(details)); }
    void hold(std::int64_t delay_ms) override { books_.limits.hold(delay_ms); }
    std::optional<Timestamp> outgoing_due() const override;
    std::optional<Outgoing> take_outgoing() override;
    void outgoing_done(const std::string& id, const Result<net::Response>& answer) override;

private:
    Result<net::Response> call_books(const net::Request& request);
    Result<void> load_one(std::string_view object, const Value& record);
    Result<void> load_settings(const Value& record);
    Result<void> check_organization(const Call& call, const std::vector<std::string>& segments) const;

    Books books_;
    std::shared_ptr<Accounts> accounts_;
};

/// Compares `contacts/*/active` with the segments of a path; the variable ones go into `ids`.
bool route_fits(std::string_view pattern, const std::vector<std::string>& segments, std::vector<std::string>& ids) {
    ids.clear();
    for (const std::string& segment : segments) {
        const std::size_t end = pattern.find('/');
        const std::string_view part = pattern.substr(0, end);
        if (part == "*")
            ids.push_back(segment);
        else if (part != segment)
            return false;
        const bool last = &segment == &segments.back();
        if ((end == std::string_view::npos) != last) return false;
        pattern = end == std::string_view::npos ? std::string_view() : pattern.substr(end + 1);
    }
    return pattern.empty() && !segments.empty();
}

/// The first route of method and path; fixed parts come before `*` in the tables.
const Route* find_route(std::string_view method, const std::vector<std::string>& segments, std::vector<std::string>& ids,
                        bool& path_known) {
    path_known = false;
    for (auto routes : {contact_routes(), invoice_routes(), settlement_routes(), payment_routes(), refund_routes(), item_routes(),
                        settings_routes(), webhook_routes()})
        for (const Route& route : routes) {
            std::vector<std::string> found;
            if (!route_fits(route.path, segments, found)) continue;
            path_known = true;
            if (route.method != method) continue;
            ids = std::move(found);
            return &route;
        }
    return nullptr;
}

/// Scopes by the first part of the path; the rest is `settings` [zoho-books, section 1]. Every POST needs CREATE, also those
/// that email or change a status [OpenAPI].
std::string scope_of(std::string_view method, const std::vector<std::string>& segments) {
    std::string module = segments.empty() ? std::string() : segments.front();
    if (!module.empty() && module.back() != 's') module += 's';
    if (!is_listed("contacts invoices customerpayments creditnotes", module)) module = "settings";
    const char* right = method == "GET" ? "READ" : method == "PUT" ? "UPDATE" : method == "DELETE" ? "DELETE" : "CREATE";
    return "ZohoBooks." + module + "." + right;
}

Result<void> Zoho::check_organization(const Call& call, const std::vector<std::string>& segments) const {
    if (!segments.empty() && segments.front() == "organizations") return {};
    auto id = net::parameter(call.parameters, "organization_id");
    if (!id) return invalid("organization_id");
    if (*id != books_.options.credentials.zoho_org_id)
        return refuse(not_of_company, "This user is not associated with the CompanyID/CompanyName:" + *id + ".");
    return {};
}

Result<net::Response> Zoho::call_books(const net::Request& request) {
    const auto scopes = accounts_->scopes_of(request);
    if (!scopes)
        return refuse(not_authenticated, "The request could not be authenticated as the authentication value you entered is invalid.");
    LS_TRY(books_.limits.take(books_.now(), books_.today()));
    Call call{.request = &request};
    auto segments = net::split_path(request.path().substr(root.size()));
    auto parameters = net::parse_form(request.query());
    if (!segments || !parameters) return refuse(invalid_url, "Invalid URL Passed");
    call.parameters = *std::move(parameters);
    if (!has_scope(*scopes, scope_of(request.method, *segments)))
        return refuse(not_authorized, "You are not authorized to perform this operation");
    LS_TRY(check_organization(call, *segments));
    bool path_known = false;
    const Route* route = find_route(request.method, *segments, call.ids, path_known);
    if (route != nullptr) return route->handler(books_, call);
    if (!path_known) return refuse(invalid_url, "Invalid URL Passed");
    return net::json_response(405, Map{{"code", Value(invalid_url)}, {"message", Value("Method Not Allowed")}});
}

net::Response Zoho::handle(const net::Request& request) {
    if (Accounts::answers(request.path())) return accounts_->handle(request);
    if (!request.path().starts_with(root)) return error_reply(refuse(invalid_url, "Invalid URL Passed").error());
    auto response = call_books(request);
    net::Response answer = response ? *std::move(response) : error_reply(response.error());
    books_.limits.describe(answer);
    return answer;
}

std::optional<List> Zoho::records(std::string_view object) const { return state_records(books_, object); }

/// `plan`, `calls_per_minute`, `calls_per_day`, `concurrency`; `scopes` of the refresh token.
Result<void> Zoho::load_settings(const Value& record) {
    if (!record.is_map()) return invalid("settings");
    LS_TRY(check_fields(record.as_map(), "plan calls_per_minute calls_per_day concurrency scopes"));
    LS_TRY(books_.limits.configure(record));
    if (const std::string scopes = record["scopes"].text(); !scopes.empty()) accounts_->set_scopes(scopes);
    return {};
}

Result<void> Zoho::load_one(std::string_view object, const Value& record) {
    struct Loader {
        std::string_view object;
        Result<void> (*load)(Books&, const Value&);
    };
    static constexpr std::array<Loader, 8> loaders = {{{"contacts", load_contact},
                                                       {"invoices", load_invoice},
                                                       {"items", load_item},
                                                       {"customerpayments", load_payment},
                                                       {"creditnotes", load_credit_note},
                                                       {"taxes", load_tax},
                                                       {"webhooks", load_webhook},
                                                       {"custom_fields", load_custom_field}}};
    for (const Loader& loader : loaders)
        if (loader.object == object) return loader.load(books_, record);
    if (object == "settings") return load_settings(record);
    if (object != "grant_codes") return fail(ErrorCode::not_found, "no such object: zoho_books, " + std::string(object));
    if (record["code"].text().empty() || record["scopes"].text().empty()) return invalid("code");
    const Value& life = record["valid_s"];
    accounts_->add_grant_code(record["code"].text(), record["scopes"].text(), life.kind() == Value::Kind::integer ? life.as_int() : 0);
    return {};
}

Result<void> Zoho::load(std::string_view object, const List& records) {
    for (std::size_t i = 0; i < records.size(); ++i) {
        auto loaded = load_one(object, records[i]);
        if (loaded || loaded.error().code == ErrorCode::not_found) {
            LS_TRY(std::move(loaded));
            continue;
        }
        return fail(ErrorCode::request_invalid, "record cannot be loaded: " + std::string(object) + ", number " + std::to_string(i + 1) +
                                                    ", " + loaded.error().message);
    }
    return {};
}

std::optional<Timestamp> Zoho::outgoing_due() const {
    return books_.outbox.empty() ? std::nullopt : std::optional(books_.outbox.front().created);
}

std::optional<Outgoing> Zoho::take_outgoing() {
    if (books_.outbox.empty()) return std::nullopt;
    books_.deliveries.push_back(std::move(books_.outbox.front()));
    books_.outbox.pop_front();
    if (books_.deliveries.size() > deliveries_max) books_.deliveries.pop_front();
    return Outgoing{books_.deliveries.back().id, books_.deliveries.back().request};
}

/// Whether Zoho sends again what was not taken is not documented; here it does not.
void Zoho::outgoing_done(const std::string& id, const Result<net::Response>& answer) {
    auto found = std::find_if(books_.deliveries.rbegin(), books_.deliveries.rend(), [&](const Delivery& d) { return d.id == id; });
    if (found == books_.deliveries.rend()) return;
    found->sent = true;
    if (!answer) {
        found->error = answer.error().to_text();
        return;
    }
    found->status = answer->status;
    found->answer = answer->body;
}

void Zoho::reset() {
    books_.clear();
    accounts_->clear();
}

}  // namespace
}  // namespace zoho

std::shared_ptr<zoho::Accounts> make_zoho_accounts(const Options& options) { return std::make_shared<zoho::Accounts>(options); }

std::unique_ptr<Vendor> make_zoho(const Options& options) { return std::make_unique<zoho::Zoho>(options); }

}  // namespace lockstep::sandbox
