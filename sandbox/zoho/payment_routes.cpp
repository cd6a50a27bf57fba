#include <algorithm>

#include "sandbox/zoho/api.h"
#include "sandbox/zoho/listing.h"
#include "sandbox/zoho/payments.h"
#include "sandbox/zoho/settlement.h"
#include "sandbox/zoho/text.h"
#include "sandbox/zoho/webhook.h"

namespace lockstep::sandbox::zoho {

namespace {

constexpr std::string_view filter_fields = "customer_id customer_name reference_number date amount payment_mode notes";

Unexpected no_payment() { return refuse(not_found, "Payment does not exist."); }

/// Puts the payment on its shelf, then settles the invoices that it pays or has paid.
void keep_and_settle(Books& books, Payment payment, std::set<std::string> touched, std::string_view event) {
    touched.merge(invoices_of(payment));
    const std::string id = payment.id;
    books.put(std::move(payment));
    settle_invoices(books, touched);
    announce(books, *books.payments.find(id), event);
}

Result<net::Response> create_with(Books& books, const Map& body) {
    if (!body.contains("invoices")) return invalid("invoices");
    Payment payment;
    LS_TRY(apply_payment(books, payment, body, true));
    payment.id = books.make_id();
    payment.number = std::to_string(books.next_payment_number++);
    payment.created = payment.modified;
    const std::string id = payment.id;
    keep_and_settle(books, std::move(payment), {}, "created");
    return reply(201, "The payment from the customer has been recorded", "payment", payment_value(books, *books.payments.find(id)));
}

Result<net::Response> update_with(Books& books, const std::string& id, const Map& body) {
    const Payment* known = books.payments.find(id);
    if (known == nullptr) return no_payment();
    Payment payment = *known;
    const auto before = invoices_of(payment);
    LS_TRY(apply_payment(books, payment, body, true));
    keep_and_settle(books, std::move(payment), before, "edited");
    return reply(200, "The payment details have been updated.", "payment", payment_value(books, *books.payments.find(id)));
}

Result<net::Response> create(Books& books, const Call& call) {
    LS_TRY_ASSIGN(Map body, read_body(*call.request));
    return create_with(books, body);
}

Result<net::Response> update(Books& books, const Call& call) {
    LS_TRY_ASSIGN(Map body, read_body(*call.request));
    return update_with(books, call.ids[0], body);
}

/// `PUT /customerpayments` by the value of a custom field without duplicates.
Result<net::Response> update_by_key(Books& books, const Call& call) {
    LS_TRY_ASSIGN(UniqueKey unique, read_unique_key(books, *call.request, "customerpayments"));
    LS_TRY_ASSIGN(Map body, read_body(*call.request));
    const auto& ids = books.payments.look_up(index_key(unique.field, unique.value));
    if (!ids.empty()) return update_with(books, std::string(*ids.begin()), body);
    if (!unique.upsert) return no_payment();
    Value& fields = body["custom_fields"];
    if (!fields.is_list()) fields = List{};
    fields.mutable_list().push_back(Map{{"api_name", Value(unique.field)}, {"value", Value(unique.value)}});
    return create_with(books, body);
}

Result<net::Response> get(Books& books, const Call& call) {
    const Payment* payment = books.payments.find(call.ids[0]);
    if (payment == nullptr) return no_payment();
    return reply(200, "success", "payment", payment_value(books, *payment));
}

/// What Zoho does with the refunds of a deleted payment is not documented; here they go first.
Result<void> check_deletable(const Books& books, const std::string& id) {
    const Payment* payment = books.payments.find(id);
    if (payment == nullptr) return no_payment();
    if (payment->refunds.empty()) return {};
    return refuse(invalid_value, "The payment has been refunded. Delete its refunds first.");
}

void drop(Books& books, const std::string& id) {
    const Payment payment = *books.payments.find(id);
    announce(books, payment, "deleted");
    books.payments.erase(id);
    settle_invoices(books, invoices_of(payment));
}

Result<net::Response> remove(Books& books, const Call& call) {
    LS_TRY(check_deletable(books, call.ids[0]));
    drop(books, call.ids[0]);
    return reply(200, "The payment has been deleted.");
}

/// `DELETE /customerpayments?payment_ids=1,2&bulk_delete=true`: all of them or none.
Result<net::Response> remove_many(Books& books, const Call& call) {
    if (net::parameter(call.parameters, "bulk_delete") != "true") return invalid("bulk_delete");
    const std::string list = net::parameter(call.parameters, "payment_ids").value_or("");
    std::set<std::string> ids;
    for (std::size_t at = 0; at <= list.size();) {
        const std::size_t end = std::min(list.find(',', at), list.size());
        ids.insert(list.substr(at, end - at));
        at = end + 1;
    }
    for (const std::string& id : ids) LS_TRY(check_deletable(books, id));
    for (const std::string& id : ids) drop(books, id);
    return reply(200, "The selected payments have been deleted.");
}

const Shelf<Payment>::Ids* narrowed(const Books& books, const ListQuery& query) {
    for (const Filter& filter : query.filters) {
        if (filter.kind != Filter::Kind::equal) continue;
        if (filter.field.starts_with("cf_") || is_listed("customer_id reference_number", filter.field))
            return &books.payments.look_up(index_key(filter.field, filter.value));
    }
    return nullptr;
}

/// `PaymentMode.BankTransfer` is the mode `banktransfer`.
bool has_mode(const Payment& payment, const std::string& filter_by) {
    constexpr std::string_view prefix = "PaymentMode.";
    if (!filter_by.starts_with(prefix) || filter_by == "PaymentMode.All") return true;
    return lower(payment.mode) == lower(filter_by.substr(prefix.size()));
}

Result<net::Response> list(Books& books, const Call& call) {
    LS_TRY_ASSIGN(ListQuery query, read_list_query(call.parameters, filter_fields));
    const std::string filter_by = net::parameter(call.parameters, "filter_by").value_or("");
    Listing<Payment> listing{.ids = narrowed(books, query), .row = [&](const Payment& payment) { return payment_value(books, payment); }};
    if (!query.filters.empty() || !filter_by.empty())
        listing.fits = [&](const Payment& payment) -> Result<bool> {
            return has_mode(payment, filter_by) && std::all_of(query.filters.begin(), query.filters.end(), [&](const Filter& filter) {
                       return fits(filter, payment_field(books, payment, filter.field));
                   });
        };
    if (query.sort_column == "date") listing.before = [](const Payment& a, const Payment& b) { return a.date < b.date; };
    return list_shelf(query, books.payments, listing, books.rows_visited, "customerpayments", "Customer Payments");
}

constexpr Route routes[] = {
    {"POST", "customerpayments", create},        {"GET", "customerpayments", list},  {"PUT", "customerpayments", update_by_key},
    {"DELETE", "customerpayments", remove_many}, {"GET", "customerpayments/*", get}, {"PUT", "customerpayments/*", update},
    {"DELETE", "customerpayments/*", remove},
};

}  // namespace

std::span<const Route> payment_routes() { return routes; }

Result<void> load_payment(Books& books, const Value& record) {
    if (!record.is_map()) return invalid("payment");
    Payment payment{.id = text_of(record.as_map(), "payment_id")};
    std::set<std::string> before;
    if (const Payment* known = books.payments.find(payment.id)) {
        payment = *known;
        before = invoices_of(payment);
    }
    LS_TRY(apply_payment(books, payment, record.as_map(), false));
    if (payment.id.empty()) payment.id = books.make_id();
    books.reserve_id(payment.id);
    if (payment.number.empty()) payment.number = text_of(record.as_map(), "payment_number");
    if (payment.number.empty()) payment.number = std::to_string(books.next_payment_number++);
    payment.created = payment.modified;
    before.merge(invoices_of(payment));
    books.put(std::move(payment));
    settle_invoices(books, before);
    return {};
}

}  // namespace lockstep::sandbox::zoho
