// What the control API shows of the organisation.
#include <array>

#include "sandbox/zoho/api.h"
#include "sandbox/zoho/contacts.h"
#include "sandbox/zoho/invoices.h"
#include "sandbox/zoho/payments.h"
#include "sandbox/zoho/text.h"

namespace lockstep::sandbox::zoho {

namespace {

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

template <class Record, class Row>
List shelf_rows(const Shelf<Record>& shelf, Row row) {
    List list;
    for (const auto& [id, record] : shelf.all()) list.push_back(row(record));
    return list;
}

template <class Range, class Row>
List rows_of(const Range& range, Row row) {
    List list;
    for (const auto& entry : range) list.push_back(row(entry));
    return list;
}

Value custom_field_value(const CustomField& field) {
    return Map{{"entity", Value(field.entity)},
               {"api_name", Value(field.api_name)},
               {"label", Value(field.label)},
               {"customfield_id", Value(field.id)},
               {"is_unique", Value(field.unique)}};
}

List refunds(const Books& books) {
    List list;
    for (const auto& [id, payment] : books.payments.all())
        for (const Refund& refund : payment.refunds) list.push_back(refund_value(books, payment, refund));
    return list;
}

List deliveries(const Books& books) {
    List list = rows_of(books.deliveries, delivery_value);
    for (const Delivery& waiting : books.outbox) list.push_back(delivery_value(waiting));
    return list;
}

struct Object {
    std::string_view name;
    List (*rows)(const Books&);
};
constexpr std::array<Object, 15> objects = {{
    {"contacts", [](const Books& b) { return shelf_rows(b.contacts, [&](const Contact& c) { return contact_detail(b, c); }); }},
    {"invoices", [](const Books& b) { return shelf_rows(b.invoices, [&](const Invoice& i) { return invoice_detail(b, i); }); }},
    {"customerpayments", [](const Books& b) { return shelf_rows(b.payments, [&](const Payment& p) { return payment_value(b, p); }); }},
    {"refunds", refunds},
    {"creditnotes",
     [](const Books& b) { return shelf_rows(b.credit_notes, [&](const CreditNote& n) { return credit_note_value(b, n); }); }},
    {"items", [](const Books& b) { return shelf_rows(b.items, item_value); }},
    {"emails", [](const Books& b) { return rows_of(b.emails, email_value); }},
    {"currencies", [](const Books& b) { return rows_of(b.currencies, [&](const Currency& c) { return currency_value(b, c); }); }},
    {"taxes", [](const Books& b) { return rows_of(b.taxes, tax_value); }},
    {"organizations", [](const Books& b) { return List{organization_value(b)}; }},
    {"custom_fields", [](const Books& b) { return rows_of(b.custom_fields, custom_field_value); }},
    {"webhooks", [](const Books& b) { return rows_of(b.webhooks, [](const Webhook& w) { return webhook_value(w, true); }); }},
    {"webhook_deliveries", deliveries},
    {"settings", [](const Books& b) { return List{b.limits.to_value()}; }},
    {"counters", [](const Books& b) { return List{Value(Map{{"rows_visited", Value(b.rows_visited)}})}; }},
}};

}  // namespace

std::optional<List> state_records(const Books& books, std::string_view object) {
    for (const Object& known : objects)
        if (known.name == object) return known.rows(books);
    return std::nullopt;
}

}  // namespace lockstep::sandbox::zoho
