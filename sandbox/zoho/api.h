#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "sandbox/zoho/books.h"
#include "sandbox/zoho/reply.h"

namespace lockstep::sandbox::zoho {

/// A call to Books after authentication, with the variable parts of its path.
struct Call {
    const net::Request* request = nullptr;
    net::Parameters parameters;
    std::vector<std::string> ids;
};

using Handler = Result<net::Response> (*)(Books&, const Call&);
struct Route {
    std::string_view method, path;  ///< path segments; `*` takes any id
    Handler handler;
};

std::span<const Route> contact_routes();
std::span<const Route> invoice_routes();
std::span<const Route> settlement_routes();
std::span<const Route> payment_routes();
std::span<const Route> refund_routes();
std::span<const Route> item_routes();
std::span<const Route> settings_routes();
std::span<const Route> webhook_routes();

/// The record that the unique-identifier headers name.
struct UniqueKey {
    std::string field, value;
    bool upsert = false;
};
/// Reads `X-Unique-Identifier-Key`, `-Value` and `X-Upsert`. Errors: refusals.
Result<UniqueKey> read_unique_key(const Books& books, const net::Request& request, std::string_view entity);

/// Loads records and lists them, for the control API.
Result<void> load_contact(Books& books, const Value& record);
Result<void> load_invoice(Books& books, const Value& record);
Result<void> load_item(Books& books, const Value& record);
Result<void> load_payment(Books& books, const Value& record);
Result<void> load_credit_note(Books& books, const Value& record);
Result<void> load_custom_field(Books& books, const Value& record);
Result<void> load_tax(Books& books, const Value& record);
Result<void> load_webhook(Books& books, const Value& record);
Value credit_note_value(const Books& books, const CreditNote& note);
Value item_value(const Item& item);
Value currency_value(const Books& books, const Currency& currency);
Value tax_value(const Tax& tax);
Value organization_value(const Books& books);
Value webhook_value(const Webhook& webhook, bool with_secret);
Value delivery_value(const Delivery& delivery);
std::optional<List> state_records(const Books& books, std::string_view object);

}  // namespace lockstep::sandbox::zoho
