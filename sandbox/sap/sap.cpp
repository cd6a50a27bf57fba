#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "sandbox/sandbox.h"
#include "sandbox/sap/service.h"
#include "sandbox/sap/sessions.h"
#include "value/json.h"

namespace lockstep::sandbox {

namespace sap {
namespace {

Value settings_value(const Settings& settings) {
    return Map{{"page_size", Value(static_cast<std::int64_t>(settings.page_size))},
               {"stock_page_size", Value(static_cast<std::int64_t>(settings.stock_page_size))},
               {"repeatability", Value(settings.repeatability)}};
}

Result<void> load_settings(Settings& settings, const Value& record) {
    auto size = [&](std::string_view name, std::size_t& target) {
        const Value& value = record[name];
        if (value.kind() == Value::Kind::integer && value.as_int() > 0) target = static_cast<std::size_t>(value.as_int());
    };
    if (!record.is_map()) return fail(ErrorCode::request_invalid, "settings are an object");
    size("page_size", settings.page_size);
    size("stock_page_size", settings.stock_page_size);
    if (record["repeatability"].kind() == Value::Kind::boolean) settings.repeatability = record["repeatability"].as_bool();
    return {};
}

/// `{"Material","Currency","Rate","PerQuantity"}`: what SAP's own condition records would say.
Result<void> load_list_price(State& state, const Value& record) {
    LS_TRY_ASSIGN(Decimal rate, Decimal::parse(record["Rate"].text()));
    ListPrice price{.rate = rate};
    if (!record["PerQuantity"].is_null()) { LS_TRY_ASSIGN(price.per_quantity, Decimal::parse(record["PerQuantity"].text())); }
    state.list_prices[record["Material"].text() + '\x1f' + record["Currency"].text()] = price;
    return {};
}

class Sap final : public Vendor {
public:
    explicit Sap(const Options& options) : state_(options), sessions_(state_), service_(state_) {}

    std::string_view connector() const override { return "sap"; }
    net::Response handle(const net::Request& request) override;
    std::optional<List> records(std::string_view object) const override;
    std::optional<List> records_with(std::string_view object, const std::vector<std::string_view>& fields) const override;
    Result<void> load(std::string_view object, const List& records) override;
    void reset() override;

private:
    net::Response odata(const net::Request& request);
    List entities(const Shape& shape) const;
    Result<void> load_one(const EntityType& type, const Value& record);
    Result<void> load_into(std::string_view object, const Value& record);

    State state_;
    Sessions sessions_;
    Service service_;
};

net::Response Sap::handle(const net::Request& request) {
    if (request.path() == "/oauth/token") return sessions_.issue_token(request);
    if (!request.path().starts_with(odata_root))
        return net::text_response(404, "<html><body>Service cannot be reached</body></html>", "text/html");
    if (!sessions_.is_authorized(request)) return Sessions::unauthorized();
    net::Response response = odata(request);
    sessions_.attach_csrf_token(request, response);
    return response;
}

net::Response Sap::odata(const net::Request& request) {
    net::Request tunnelled = request;
    if (auto method = request.headers.get("X-HTTP-Method"); method && request.method == "POST") tunnelled.method = *method;
    auto parsed = take_apart(tunnelled);
    if (!parsed) {
        parsed.error().vendor_code = "/IWFND/CM_MGW_RT/022";
        return error_response(state_, parsed.error(), "", Format::json);
    }
    const bool changes = tunnelled.method != "GET" && tunnelled.method != "HEAD" && tunnelled.method != "OPTIONS";
    if (changes && !sessions_.has_csrf_token(request)) return sessions_.csrf_refused(request);
    if (!is_service(parsed->service)) {
        Error error{ErrorCode::vendor_rejected, "No service found for namespace '', name '" + parsed->service + "', version '0001'"};
        error.vendor_code = "/IWFND/MED/170";
        net::Response response = error_response(state_, error, parsed->service, parsed->format);
        response.status = 403;
        return response;
    }
    const bool batch = parsed->segments.size() == 1 && parsed->segments.front() == "$batch" && tunnelled.method == "POST";
    return batch ? service_.batch(*parsed) : service_.handle(*parsed);
}

std::optional<List> Sap::records(std::string_view object) const {
    if (object == "settings") return List{settings_value(state_.settings)};
    if (object == "locks") return state_.locks.values(state_.options.clock());
    if (object == "statistics") return List{Map{{"entities_visited", Value(static_cast<std::int64_t>(state_.tables.visited()))}}};
    const EntityType* type = entity_type(object);
    if (type == nullptr) return std::nullopt;
    Shape shape = whole(*type);
    for (const Navigation& navigation : type->navigations) {
        if (!navigation.to_many && navigation.name != "to_Customer") continue;
        LS_ASSERT(expand(shape, navigation.name).has_value());
    }
    if (object == "A_SalesOrder") LS_ASSERT(expand(shape, "to_Item/to_PricingElement").has_value());
    if (object == "A_BusinessPartner") {
        LS_ASSERT(expand(shape, "to_BusinessPartnerAddress/to_EmailAddress").has_value());
        LS_ASSERT(expand(shape, "to_Customer/to_CustomerSalesArea").has_value());
        LS_ASSERT(expand(shape, "to_Customer/to_CustomerCompany").has_value());
    }
    return entities(shape);
}

std::optional<List> Sap::records_with(std::string_view object, const std::vector<std::string_view>& fields) const {
    const EntityType* type = entity_type(object);
    if (type == nullptr) return records(object);
    auto query = parse_query(*type, {{"$select", fmt::format("{}", fmt::join(fields, ","))}});
    LS_ASSERT(query.has_value());
    return entities(query->shape);
}

List Sap::entities(const Shape& shape) const {
    const EntityWriter writer(state_.tables, state_.options.addresses.sap);
    const Table& table = state_.tables[shape.type->set];
    List list;
    for (const auto& [key_text, row] : table.in_key_order()) {
        std::string text;
        writer.append(text, shape, table.at(row));
        auto value = json::parse(text);
        LS_ASSERT(value.has_value());
        list.push_back(*std::move(value));
    }
    return list;
}

Result<void> Sap::load_one(const EntityType& type, const Value& record) {
    LS_TRY_ASSIGN(Draft draft, read_draft(type, record, DraftMode::load));
    if (type.set == "A_SalesOrder") {
        LS_TRY(load_order(state_, draft));
        return {};
    }
    if (type.set == "A_BusinessPartner")
        load_partner(state_, draft);
    else if (type.set == "A_Product")
        load_product(state_, draft);
    else if (type.set == "A_MatlStkInAcctMod")
        load_stock(state_, draft);
    else
        store_draft(state_.tables, draft);
    return {};
}

/// What is no entity set but can be loaded.
constexpr std::array<std::string_view, 4> own_objects = {"settings", "list_prices", "locks", "goods_movements"};

Result<void> Sap::load_into(std::string_view object, const Value& record) {
    if (object == "settings") return load_settings(state_.settings, record);
    if (object == "list_prices") return load_list_price(state_, record);
    if (object == "locks") return state_.locks.load(record, state_.options.clock());
    if (object == "goods_movements") return post_goods_movement(state_, record);
    return load_one(*entity_type(object), record);
}

Result<void> Sap::load(std::string_view object, const List& records) {
    if (entity_type(object) == nullptr && std::find(own_objects.begin(), own_objects.end(), object) == own_objects.end())
        return fail(ErrorCode::not_found, "no such object: sap, " + std::string(object));
    for (std::size_t i = 0; i < records.size(); ++i)
        if (auto loaded = load_into(object, records[i]); !loaded)
            return fail(ErrorCode::request_invalid, "record cannot be loaded: " + std::string(object) + ", number " +
                                                        std::to_string(i + 1) + ", " + loaded.error().message);
    return {};
}

void Sap::reset() {
    state_.clear();
    sessions_.clear();
    service_.clear();
}

}  // namespace
}  // namespace sap

std::unique_ptr<Vendor> make_sap(const Options& options) { return std::make_unique<sap::Sap>(options); }

}  // namespace lockstep::sandbox
