#include "sandbox/zoho/api.h"
#include "sandbox/zoho/contacts.h"
#include "sandbox/zoho/invoices.h"
#include "sandbox/zoho/listing.h"
#include "sandbox/zoho/text.h"

namespace lockstep::sandbox::zoho {

namespace {

Value currency_value(const Books& books, const Currency& currency) {
    return Map{{"currency_id", Value(currency.id)},
               {"currency_code", Value(currency.code)},
               {"currency_name", Value(currency.name)},
               {"currency_symbol", Value(currency.symbol)},
               {"price_precision", Value(currency.decimals)},
               {"is_base_currency", Value(currency.id == books.base_currency().id)},
               {"exchange_rate", Value(0)}};
}

Value organization_value(const Books& books) {
    return Map{{"organization_id", Value(books.options.credentials.zoho_org_id)},
               {"name", Value("Northfeld Antriebstechnik GmbH")},
               {"is_default_org", Value(true)},
               {"account_created_date", Value("2019-04-01")},
               {"time_zone", Value("Europe/Berlin")},
               {"language_code", Value("en")},
               {"date_format", Value("yyyy-MM-dd")},
               {"fiscal_year_start_month", Value("january")},
               {"currency_id", Value(books.base_currency().id)},
               {"currency_code", Value(books.base_currency().code)},
               {"currency_symbol", Value(books.base_currency().symbol)},
               {"price_precision", Value(2)}};
}

Value item_value(const Item& item) {
    return Map{{"item_id", Value(item.id)},
               {"name", Value(item.name)},
               {"sku", Value(item.sku)},
               {"unit", Value(item.unit)},
               {"description", Value(item.description)},
               {"rate", Value(item.rate)},
               {"status", Value("active")}};
}

Result<net::Response> list_currencies(Books& books, const Call& call) {
    LS_TRY_ASSIGN(ListQuery query, read_list_query(call.parameters, ""));
    std::vector<std::function<Value()>> rows;
    for (const Currency& currency : books.currencies) rows.push_back([&books, &currency] { return currency_value(books, currency); });
    return list_reply(query, "currencies", rows, "Currencies");
}

Result<net::Response> get_currency(Books& books, const Call& call) {
    const Currency* currency = books.currency(call.ids[0]);
    if (currency == nullptr) return refuse(not_found, "Currency does not exist.");
    return reply(200, "success", "currency", currency_value(books, *currency));
}

Result<net::Response> list_organizations(Books& books, const Call&) {
    return reply(200, "success", "organizations", List{organization_value(books)});
}

Result<net::Response> get_organization(Books& books, const Call& call) {
    if (call.ids[0] != books.options.credentials.zoho_org_id) return refuse(not_found, "Organization does not exist.");
    return reply(200, "success", "organization", organization_value(books));
}

Result<net::Response> list_taxes(Books&, const Call& call) {
    LS_TRY_ASSIGN(ListQuery query, read_list_query(call.parameters, ""));
    return list_reply(query, "taxes", {}, "Taxes");
}

Result<void> apply_item(Item& item, const Map& body) {
    if (body.contains("name")) item.name = text_of(body, "name");
    if (item.name.empty()) return invalid("name");
    LS_TRY(check_length("name", item.name, 100));
    if (body.contains("sku")) item.sku = text_of(body, "sku");
    if (body.contains("unit")) item.unit = text_of(body, "unit");
    if (body.contains("description")) item.description = text_of(body, "description");
    if (const Value* rate = body.find("rate")) { LS_TRY_ASSIGN(item.rate, decimal_of("rate", *rate)); }
    return {};
}

Result<net::Response> create_item(Books& books, const Call& call) {
    LS_TRY_ASSIGN(Map body, read_body(*call.request));
    Item item;
    LS_TRY(apply_item(item, body));
    if (!books.items.look_up(index_key("name", item.name)).empty())
        return refuse(number_used, "Item \"" + item.name + "\" already exists.");
    item.id = books.make_id();
    const Value answer = item_value(item);
    books.put(std::move(item));
    return reply(201, "The item has been added.", "item", answer);
}

Result<net::Response> get_item(Books& books, const Call& call) {
    const Item* item = books.items.find(call.ids[0]);
    if (item == nullptr) return refuse(not_found, "Item does not exist.");
    return reply(200, "success", "item", item_value(*item));
}

Result<net::Response> list_items(Books& books, const Call& call) {
    LS_TRY_ASSIGN(ListQuery query, read_list_query(call.parameters, "name sku"));
    std::vector<std::function<Value()>> rows;
    for (const auto& [id, item] : books.items.all()) {
        bool fitting = true;
        for (const Filter& filter : query.filters) fitting = fitting && fits(filter, filter.field == "sku" ? item.sku : item.name);
        if (fitting) rows.push_back([&item = item] { return item_value(item); });
    }
    return list_reply(query, "items", rows, "Items");
}

constexpr Route routes[] = {
    {"GET", "settings/currencies", list_currencies},
    {"GET", "settings/currencies/*", get_currency},
    {"GET", "settings/taxes", list_taxes},
    {"GET", "organizations", list_organizations},
    {"GET", "organizations/*", get_organization},
    {"POST", "items", create_item},
    {"GET", "items", list_items},
    {"GET", "items/*", get_item},
};

Value email_value(const Email& email) {
    auto texts = [](const std::vector<std::string>& list) {
        List out;
        for (const std::string& text : list) out.emplace_back(text);
        return Value(std::move(out));
    };
    return Map{
        {"email_id", Value(email.id)},    {"invoice_id", Value(email.invoice_id)},    {"invoice_number", Value(email.invoice_number)},
        {"to_mail_ids", texts(email.to)}, {"cc_mail_ids", texts(email.cc)},           {"subject", Value(email.subject)},
        {"body", Value(email.body)},      {"sent_time", Value(zoho_time(email.time))}};
}

}  // namespace

std::span<const Route> settings_routes() { return routes; }

Result<void> load_item(Books& books, const Value& record) {
    if (!record.is_map()) return invalid("item");
    Item item{.id = text_of(record.as_map(), "item_id")};
    LS_TRY(apply_item(item, record.as_map()));
    if (item.id.empty()) item.id = books.make_id();
    books.reserve_id(item.id);
    books.put(std::move(item));
    return {};
}

Result<void> load_custom_field(Books& books, const Value& record) {
    const std::string name = record["api_name"].text();
    if (!name.starts_with("cf_") || record["entity"].text().empty()) return invalid("api_name");
    std::erase_if(books.custom_fields,
                  [&](const CustomField& field) { return field.api_name == name && field.entity == record["entity"].text(); });
    const std::string label = record["label"].text();
    books.custom_fields.push_back(
        {record["entity"].text(), name, label.empty() ? name : label, books.make_id(), record["is_unique"] == Value(true)});
    return {};
}

std::optional<List> state_records(const Books& books, std::string_view object) {
    List list;
    if (object == "contacts")
        for (const auto& [id, contact] : books.contacts.all()) list.push_back(contact_detail(books, contact));
    else if (object == "invoices")
        for (const auto& [id, invoice] : books.invoices.all()) list.push_back(invoice_detail(books, invoice));
    else if (object == "items")
        for (const auto& [id, item] : books.items.all()) list.push_back(item_value(item));
    else if (object == "emails")
        for (const Email& email : books.emails) list.push_back(email_value(email));
    else if (object == "currencies")
        for (const Currency& currency : books.currencies) list.push_back(currency_value(books, currency));
    else if (object == "organizations")
        list.push_back(organization_value(books));
    else if (object == "custom_fields")
        for (const CustomField& field : books.custom_fields)
            list.push_back(Map{{"entity", Value(field.entity)},
                               {"api_name", Value(field.api_name)},
                               {"label", Value(field.label)},
                               {"customfield_id", Value(field.id)},
                               {"is_unique", Value(field.unique)}});
    else
        return std::nullopt;
    return list;
}

}  // namespace lockstep::sandbox::zoho
