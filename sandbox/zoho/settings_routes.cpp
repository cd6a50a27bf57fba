#include <algorithm>

#include "sandbox/zoho/api.h"
#include "sandbox/zoho/listing.h"
#include "sandbox/zoho/text.h"

namespace lockstep::sandbox::zoho {

namespace {

Result<net::Response> list_currencies(Books& books, const Call& call) {
    LS_TRY_ASSIGN(ListQuery query, read_list_query(call.parameters, ""));
    List rows;
    for (const Currency& currency : books.currencies) rows.push_back(currency_value(books, currency));
    return list_rows(query, "currencies", rows, "Currencies");
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

Result<net::Response> create_currency(Books& books, const Call& call) {
    LS_TRY_ASSIGN(Map body, read_body(*call.request));
    LS_TRY(check_fields(body, "currency_code currency_symbol price_precision currency_format exchange_rate"));
    Currency currency{.code = text_of(body, "currency_code"), .symbol = text_of(body, "currency_symbol")};
    if (currency.code.size() != 3) return invalid("currency_code");
    if (books.currency_of_code(currency.code) != nullptr)
        return refuse(duplicate_value, "The currency " + currency.code + " already exists.");
    if (const Value* decimals = body.find("price_precision")) {
        const bool fits = decimals->kind() == Value::Kind::integer && decimals->as_int() >= 0 && decimals->as_int() <= 3;
        if (!fits) return invalid("price_precision");
        currency.decimals = static_cast<int>(decimals->as_int());
    }
    if (const Value* rate = body.find("exchange_rate")) { LS_TRY_ASSIGN(currency.rate, decimal_of("exchange_rate", *rate)); }
    currency.id = books.make_id();
    currency.name = currency.code;
    books.currencies.push_back(currency);
    return reply(201, "The currency has been added.", "currency", currency_value(books, currency));
}

Tax* find_tax(Books& books, const std::string& id) {
    auto found = std::find_if(books.taxes.begin(), books.taxes.end(), [&](const Tax& tax) { return tax.id == id; });
    return found == books.taxes.end() ? nullptr : &*found;
}

Unexpected no_tax() { return refuse(not_found, "Tax does not exist."); }

/// Source: Zoho Books API v3, "Taxes": name and percentage are required, type is tax or compound_tax.
Result<void> apply_tax(Tax& tax, const Map& body) {
    if (body.contains("tax_name")) tax.name = text_of(body, "tax_name");
    if (tax.name.empty()) return invalid("tax_name");
    if (body.contains("tax_type")) tax.type = text_of(body, "tax_type");
    if (!is_listed("tax compound_tax", tax.type)) return invalid("tax_type");
    const Value* percentage = body.find("tax_percentage");
    if (percentage == nullptr) return tax.id.empty() ? invalid("tax_percentage") : Result<void>();
    LS_TRY_ASSIGN(tax.percentage, decimal_of("tax_percentage", *percentage));
    return tax.percentage.is_negative() || tax.percentage > Decimal(100) ? invalid("tax_percentage") : Result<void>();
}

Result<net::Response> list_taxes(Books& books, const Call& call) {
    LS_TRY_ASSIGN(ListQuery query, read_list_query(call.parameters, ""));
    List rows;
    for (const Tax& tax : books.taxes) rows.push_back(tax_value(tax));
    return list_rows(query, "taxes", rows, "Taxes");
}

Result<net::Response> get_tax(Books& books, const Call& call) {
    const Tax* tax = books.tax(call.ids[0]);
    if (tax == nullptr) return no_tax();
    return reply(200, "success", "tax", tax_value(*tax));
}

Result<net::Response> create_tax(Books& books, const Call& call) {
    LS_TRY_ASSIGN(Map body, read_body(*call.request));
    Tax tax;
    LS_TRY(apply_tax(tax, body));
    tax.id = books.make_id();
    books.taxes.push_back(tax);
    return reply(201, "The tax has been added.", "tax", tax_value(tax));
}

Result<net::Response> update_tax(Books& books, const Call& call) {
    LS_TRY_ASSIGN(Map body, read_body(*call.request));
    Tax* known = find_tax(books, call.ids[0]);
    if (known == nullptr) return no_tax();
    Tax tax = *known;
    LS_TRY(apply_tax(tax, body));
    *known = tax;
    return reply(200, "Tax information has been saved.", "tax", tax_value(tax));
}

Result<net::Response> remove_tax(Books& books, const Call& call) {
    if (find_tax(books, call.ids[0]) == nullptr) return no_tax();
    for (const auto& [id, invoice] : books.invoices.all())
        for (const Line& line : invoice.lines)
            if (line.tax_id == call.ids[0]) return refuse(invalid_value, "The tax is in use and cannot be deleted");
    std::erase_if(books.taxes, [&](const Tax& tax) { return tax.id == call.ids[0]; });
    return reply(200, "The record has been deleted.");
}

constexpr Route routes[] = {
    {"GET", "settings/currencies", list_currencies},  {"GET", "settings/currencies/*", get_currency},
    {"POST", "settings/currencies", create_currency}, {"GET", "settings/taxes", list_taxes},
    {"POST", "settings/taxes", create_tax},           {"GET", "settings/taxes/*", get_tax},
    {"PUT", "settings/taxes/*", update_tax},          {"DELETE", "settings/taxes/*", remove_tax},
    {"GET", "organizations", list_organizations},     {"GET", "organizations/*", get_organization},
};

}  // namespace

std::span<const Route> settings_routes() { return routes; }

Value currency_value(const Books& books, const Currency& currency) {
    return Map{{"currency_id", Value(currency.id)},
               {"currency_code", Value(currency.code)},
               {"currency_name", Value(currency.name)},
               {"currency_symbol", Value(currency.symbol)},
               {"price_precision", Value(currency.decimals)},
               {"is_base_currency", Value(currency.id == books.base_currency().id)},
               {"exchange_rate", currency.id == books.base_currency().id ? Value(0) : Value(currency.rate)}};
}

Value tax_value(const Tax& tax) {
    return Map{{"tax_id", Value(tax.id)},
               {"tax_name", Value(tax.name)},
               {"tax_percentage", Value(tax.percentage)},
               {"tax_type", Value(tax.type)},
               {"is_editable", Value(true)}};
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

Result<void> load_tax(Books& books, const Value& record) {
    if (!record.is_map()) return invalid("tax");
    Tax tax;
    LS_TRY(apply_tax(tax, record.as_map()));
    tax.id = record["tax_id"].text().empty() ? books.make_id() : record["tax_id"].text();
    books.reserve_id(tax.id);
    std::erase_if(books.taxes, [&](const Tax& known) { return known.id == tax.id; });
    books.taxes.push_back(std::move(tax));
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

}  // namespace lockstep::sandbox::zoho
