#include "connectors/zoho_books/entities.h"

#include <algorithm>
#include <array>

#include "base/nearest.h"

namespace lockstep::connectors::zoho_books {
namespace {

/// Source: Zoho Books API v3, OpenAPI of contacts, invoices and customer payments; items, taxes and currencies from the
/// API's pages of these names. Lists of payments stand under `customerpayments` on the pages and under
/// `customer_payments` in the OpenAPI: `api.cpp` reads both.
// clang-format off
constexpr std::array<Entity, 6> entities = {{
    {.name = "contacts", .path = "/contacts", .list_key = "contacts", .record_key = "contact", .id_key = "contact_id",
     .upserts = true, .writable = true,
     .filters = "contact_name company_name email phone zcrm_account_id zcrm_contact_id"},
    {.name = "invoices", .path = "/invoices", .list_key = "invoices", .record_key = "invoice", .id_key = "invoice_id",
     .upserts = true, .writable = true, .filters = "reference_number invoice_number customer_id zcrm_potential_id"},
    {.name = "customerpayments", .path = "/customerpayments", .list_key = "customerpayments", .record_key = "payment",
     .id_key = "payment_id", .upserts = true, .writable = true, .filters = "reference_number customer_id"},
    {.name = "items", .path = "/items", .list_key = "items", .record_key = "item", .id_key = "item_id", .upserts = true,
     .writable = true, .filters = "name sku"},
    {.name = "taxes", .path = "/settings/taxes", .list_key = "taxes", .record_key = "tax", .id_key = "tax_id"},
    {.name = "currencies", .path = "/settings/currencies", .list_key = "currencies", .record_key = "currency",
     .id_key = "currency_id"},
}};
// clang-format on

/// Amounts, rates and quantities: sent as numbers, sometimes as texts. Sorted.
// clang-format off
constexpr std::array<std::string_view, 36> decimal_names = {
    "adjustment", "amount", "amount_applied", "amount_refunded", "balance", "balance_amount", "bank_charges",
    "bcy_balance", "bcy_rate", "bcy_total", "credits_applied", "discount_amount", "discount_total", "exchange_rate",
    "invoice_amount", "item_total", "outstanding_receivable_amount", "payment_made", "quantity", "rate",
    "roundoff_value", "shipping_charge", "sub_total", "tax_amount", "tax_amount_withheld", "tax_percentage",
    "tax_total", "taxable_amount", "total", "total_amount", "unbilled_amount", "unused_amount",
    "unused_credits_payable_amount", "unused_credits_receivable_amount", "unused_retainer_payments",
    "write_off_amount",
};
// clang-format on

bool is_id_name(std::string_view name) {
    return name.ends_with("_id") || name.ends_with("_ids") || name == "contact_persons" || name == "contact_persons_associated";
}

Value as_id(const Value& value) { return value.is_number() ? Value(value.text()) : value; }

Value as_decimal(const Value& value) {
    if (value.is_number()) return value.to_decimal();
    Result<Decimal> number = Decimal::parse(value.string_or(""));
    return number ? Value(*number) : value;
}

Value tidy_named(std::string_view name, const Value& value) {
    if (value.is_map()) return tidy(value);
    if (value.is_list()) {
        List out;
        for (const Value& element : value.as_list()) out.push_back(tidy_named(name, element));
        return Value(std::move(out));
    }
    if (is_id_name(name)) return as_id(value);
    return std::binary_search(decimal_names.begin(), decimal_names.end(), name) ? as_decimal(value) : value;
}

}  // namespace

Result<const Entity*> find_entity(std::string_view name) {
    std::vector<std::string> names;
    for (const Entity& entity : entities) {
        if (entity.name == name) return &entity;
        names.emplace_back(entity.name);
    }
    return fail(ErrorCode::value_invalid, "no such entity of Zoho Books: " + std::string(name) + did_you_mean(name, names));
}

bool can_filter_by(const Entity& entity, std::string_view field) {
    std::string padded = " " + std::string(entity.filters) + " ";
    return !field.empty() && padded.find(" " + std::string(field) + " ") != std::string::npos;
}

Result<std::string> record_id(std::string_view what, const Value& id) {
    std::string text = id.text();
    bool fits = !text.empty() && text.size() <= 30 && text.find_first_not_of("0123456789") == std::string::npos;
    if (fits) return text;
    return fail(ErrorCode::value_invalid,
                "an id of Zoho Books has digits only: " + std::string(what) + ", " + (text.empty() ? "nothing given" : text));
}

Value tidy(const Value& answer) {
    if (!answer.is_map()) return tidy_named("", answer);
    std::vector<Map::Entry> out;
    out.reserve(answer.as_map().size());
    for (const auto& [name, value] : answer.as_map()) out.emplace_back(name, tidy_named(name, value));
    return Value(Map::from_entries(std::move(out)));
}

}  // namespace lockstep::connectors::zoho_books
