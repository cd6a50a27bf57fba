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

class Zoho final : public Vendor {
public:
    explicit Zoho(const Options& options) : books_(options), accounts_(options) {}

    std::string_view connector() const override { return "zoho_books"; }
    net::Response handle(const net::Request& request) override;
    std::optional<List> records(std::string_view object) const override;
    Result<void> load(std::string_view object, const List& records) override;
    void reset() override;
    Result<net::Request> emit(std::string_view event, const Map& details) override { return make_webhook(books_, event, Value(details)); }

private:
    Result<net::Response> call_books(const net::Request& request);
    Result<void> check_limits();
    Result<void> check_organization(const Call& call, const std::vector<std::string>& segments) const;

    Books books_;
    Accounts accounts_;
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
    for (auto routes : {contact_routes(), invoice_routes(), payment_routes(), settings_routes()})
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

Result<void> Zoho::check_limits() {
    const int limit = books_.options.zoho_calls_per_minute;
    if (limit <= 0) return {};
    const Timestamp now = books_.now();
    auto& recent = books_.recent_calls;
    while (!recent.empty() && recent.front().plus_ms(60'000) <= now) recent.pop_front();
    if (recent.size() >= static_cast<std::size_t>(limit))
        return refuse(minute_limit,
                      "For security reasons your organization has been blocked as it have exceeded the maximum number of "
                      "requests per minute that can originate from an organization.");
    recent.push_back(now);
    return {};
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
    if (!accounts_.is_authorized(request))
        return refuse(not_authenticated, "The request could not be authenticated as the authentication value you entered is invalid.");
    LS_TRY(check_limits());
    Call call{.request = &request};
    auto segments = net::split_path(request.path().substr(root.size()));
    auto parameters = net::parse_form(request.query());
    if (!segments || !parameters) return refuse(invalid_url, "Invalid URL Passed");
    call.parameters = *std::move(parameters);
    LS_TRY(check_organization(call, *segments));
    bool path_known = false;
    const Route* route = find_route(request.method, *segments, call.ids, path_known);
    if (route != nullptr) return route->handler(books_, call);
    if (!path_known) return refuse(invalid_url, "Invalid URL Passed");
    return net::json_response(405, Map{{"code", Value(invalid_url)}, {"message", Value("Method Not Allowed")}});
}

net::Response Zoho::handle(const net::Request& request) {
    if (request.path() == "/oauth/v2/token" || request.path() == "/oauth/v2/token/revoke") return accounts_.handle(request);
    if (!request.path().starts_with(root)) return error_reply(refuse(invalid_url, "Invalid URL Passed").error());
    auto response = call_books(request);
    return response ? *std::move(response) : error_reply(response.error());
}

std::optional<List> Zoho::records(std::string_view object) const {
    if (object != "customerpayments") return state_records(books_, object);
    List list;
    for (const auto& [id, payment] : books_.payments.all()) list.push_back(payment_value(books_, payment));
    return list;
}

Result<void> Zoho::load(std::string_view object, const List& records) {
    struct Loader {
        std::string_view object;
        Result<void> (*load)(Books&, const Value&);
    };
    static constexpr std::array<Loader, 5> loaders = {{{"contacts", load_contact},
                                                       {"invoices", load_invoice},
                                                       {"items", load_item},
                                                       {"customerpayments", load_payment},
                                                       {"custom_fields", load_custom_field}}};
    for (const Loader& loader : loaders) {
        if (loader.object != object) continue;
        for (std::size_t i = 0; i < records.size(); ++i)
            if (auto loaded = loader.load(books_, records[i]); !loaded)
                return fail(ErrorCode::request_invalid, "record cannot be loaded: " + std::string(object) + ", number " +
                                                            std::to_string(i + 1) + ", " + loaded.error().message);
        return {};
    }
    return fail(ErrorCode::not_found, "no such object: zoho_books, " + std::string(object));
}

void Zoho::reset() {
    books_.clear();
    accounts_.clear();
}

}  // namespace
}  // namespace zoho

std::unique_ptr<Vendor> make_zoho(const Options& options) { return std::make_unique<zoho::Zoho>(options); }

}  // namespace lockstep::sandbox
