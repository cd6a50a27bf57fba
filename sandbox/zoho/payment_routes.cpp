#include <algorithm>
#include <set>

#include "sandbox/zoho/api.h"
#include "sandbox/zoho/invoices.h"
#include "sandbox/zoho/listing.h"
#include "sandbox/zoho/payments.h"
#include "sandbox/zoho/text.h"

namespace lockstep::sandbox::zoho {

namespace {

constexpr std::string_view known_fields =
    "customer_id payment_mode amount date reference_number description invoices exchange_rate bank_charges custom_fields account_id "
    "contact_persons location_id payment_number";
constexpr std::string_view answer_fields = "payment_id customer_name currency_code status created_time last_modified_time unused_amount";

Unexpected no_payment() { return refuse(not_found, "Payment does not exist."); }

Decimal applied_sum(const Payment& payment) {
    Decimal sum(0);
    for (const AppliedAmount& applied : payment.invoices)
        if (auto next = sum.plus(applied.amount)) sum = *next;
    return sum;
}

/// Unless Zoho has it already, an invoice cannot be paid more than its balance.
Result<AppliedAmount> read_applied(const Books& books, const Payment& payment, const Value& entry) {
    AppliedAmount applied{.invoice_id = entry["invoice_id"].text()};
    const Invoice* invoice = books.invoices.find(applied.invoice_id);
    if (invoice == nullptr) return refuse(not_found, "Invoice does not exist.");
    if (invoice->customer_id != payment.customer_id) return invalid("invoices");
    if (invoice->status == "draft" || invoice->status == "void")
        return refuse(invalid_value, "Payments cannot be recorded for invoices that are draft or void");
    LS_TRY_ASSIGN(applied.amount, decimal_of("amount_applied", entry["amount_applied"]));
    if (!entry["tax_amount_withheld"].is_null()) {
        LS_TRY_ASSIGN(applied.tax_withheld, decimal_of("tax_amount_withheld", entry["tax_amount_withheld"]));
    }
    Decimal open = invoice->balance();
    if (const Payment* known = books.payments.find(payment.id))
        for (const AppliedAmount& own : known->invoices)
            if (own.invoice_id == applied.invoice_id) { LS_TRY_ASSIGN(open, open.plus(own.amount)); }
    if (applied.amount.is_negative() || applied.amount > open)
        return refuse(invalid_value, "The amount applied to an invoice cannot be more than its balance");
    return applied;
}

Result<void> apply_invoices(const Books& books, Payment& payment, const Value& sent) {
    if (!sent.is_list()) return invalid("invoices");
    payment.invoices.clear();
    for (const Value& entry : sent.as_list()) {
        LS_TRY_ASSIGN(AppliedAmount applied, read_applied(books, payment, entry));
        payment.invoices.push_back(std::move(applied));
    }
    return {};
}

Result<void> apply_payment(Books& books, Payment& payment, const Map& body, bool strict) {
    LS_TRY(check_fields(body, strict ? std::string(known_fields) : std::string(known_fields) + " " + std::string(answer_fields)));
    if (body.contains("customer_id")) payment.customer_id = text_of(body, "customer_id");
    const Contact* customer = books.contacts.find(payment.customer_id);
    if (customer == nullptr) return refuse(not_found, "Customer does not exist.");
    payment.currency_id = customer->currency_id;
    if (body.contains("payment_mode")) payment.mode = text_of(body, "payment_mode");
    if (payment.mode.empty()) return invalid("payment_mode");
    if (const Value* amount = body.find("amount")) { LS_TRY_ASSIGN(payment.amount, decimal_of("amount", *amount)); }
    if (payment.amount.is_zero() || payment.amount.is_negative()) return invalid("amount");
    if (body.contains("date") || payment.date == Date{}) {
        auto date = parse_date(text_of(body, "date"));
        if (!date) return invalid("date");
        payment.date = *date;
    }
    if (body.contains("reference_number")) payment.reference = text_of(body, "reference_number");
    if (body.contains("description")) payment.description = text_of(body, "description");
    if (const Value* charges = body.find("bank_charges")) { LS_TRY_ASSIGN(payment.bank_charges, decimal_of("bank_charges", *charges)); }
    if (const Value* invoices = body.find("invoices")) LS_TRY(apply_invoices(books, payment, *invoices));
    if (applied_sum(payment) > payment.amount) return refuse(invalid_value, "The amounts applied are more than the amount received");
    payment.modified = books.now();
    return {};
}

void settle_all(Books& books, const std::set<std::string>& ids) {
    for (const std::string& id : ids) {
        const Invoice* known = books.invoices.find(id);
        if (known == nullptr) continue;
        Invoice invoice = *known;
        settle(books, invoice);
        invoice.modified = books.now();
        books.put(std::move(invoice));
    }
}

std::set<std::string> invoices_of(const Payment& payment) {
    std::set<std::string> ids;
    for (const AppliedAmount& applied : payment.invoices) ids.insert(applied.invoice_id);
    return ids;
}

Result<net::Response> create(Books& books, const Call& call) {
    LS_TRY_ASSIGN(Map body, read_body(*call.request));
    if (!body.contains("invoices")) return invalid("invoices");
    Payment payment;
    LS_TRY(apply_payment(books, payment, body, true));
    payment.id = books.make_id();
    payment.number = std::to_string(books.next_payment_number++);
    payment.created = payment.modified;
    const std::string id = payment.id;
    const auto touched = invoices_of(payment);
    books.put(std::move(payment));
    settle_all(books, touched);
    return reply(201, "The payment from the customer has been recorded", "payment", payment_value(books, *books.payments.find(id)));
}

Result<net::Response> update(Books& books, const Call& call) {
    LS_TRY_ASSIGN(Map body, read_body(*call.request));
    const Payment* known = books.payments.find(call.ids[0]);
    if (known == nullptr) return no_payment();
    Payment payment = *known;
    auto touched = invoices_of(payment);
    LS_TRY(apply_payment(books, payment, body, true));
    touched.merge(invoices_of(payment));
    books.put(std::move(payment));
    settle_all(books, touched);
    return reply(200, "The payment details have been updated.", "payment", payment_value(books, *books.payments.find(call.ids[0])));
}

Result<net::Response> get(Books& books, const Call& call) {
    const Payment* payment = books.payments.find(call.ids[0]);
    if (payment == nullptr) return no_payment();
    return reply(200, "success", "payment", payment_value(books, *payment));
}

Result<net::Response> remove(Books& books, const Call& call) {
    const Payment* payment = books.payments.find(call.ids[0]);
    if (payment == nullptr) return no_payment();
    const auto touched = invoices_of(*payment);
    books.payments.erase(call.ids[0]);
    settle_all(books, touched);
    return reply(200, "The payment has been deleted.");
}

std::string payment_field(const Payment& payment, std::string_view field) {
    if (field == "customer_id") return payment.customer_id;
    if (field == "reference_number") return payment.reference;
    if (field == "date") return format_date(payment.date);
    if (field == "payment_mode") return payment.mode;
    return payment.amount.normalized().to_string();
}

Result<net::Response> list(Books& books, const Call& call) {
    LS_TRY_ASSIGN(ListQuery query, read_list_query(call.parameters, "customer_id reference_number date amount payment_mode"));
    std::vector<std::function<Value()>> rows;
    for (const auto& [id, payment] : books.payments.all()) {
        const bool fitting = std::all_of(query.filters.begin(), query.filters.end(), [&payment = payment](const Filter& filter) {
            return fits(filter, payment_field(payment, filter.field));
        });
        if (fitting) rows.push_back([&books, &payment = payment] { return payment_value(books, payment); });
    }
    return list_reply(query, "customerpayments", rows, "Customer Payments");
}

constexpr Route routes[] = {
    {"POST", "customerpayments", create},  {"GET", "customerpayments", list},        {"GET", "customerpayments/*", get},
    {"PUT", "customerpayments/*", update}, {"DELETE", "customerpayments/*", remove},
};

}  // namespace

Value payment_value(const Books& books, const Payment& payment) {
    const Currency& currency = *books.currency(payment.currency_id);
    const Contact* customer = books.contacts.find(payment.customer_id);
    List invoices;
    for (const AppliedAmount& applied : payment.invoices) {
        const Invoice* invoice = books.invoices.find(applied.invoice_id);
        if (invoice == nullptr) continue;
        invoices.push_back(Map{{"invoice_id", Value(invoice->id)},
                               {"invoice_number", Value(invoice->number)},
                               {"date", Value(format_date(invoice->date))},
                               {"invoice_amount", money(invoice->total, currency.decimals)},
                               {"amount_applied", money(applied.amount, currency.decimals)},
                               {"balance_amount", money(invoice->balance(), currency.decimals)},
                               {"tax_amount_withheld", money(applied.tax_withheld, currency.decimals)}});
    }
    auto unused = payment.amount.minus(applied_sum(payment));
    return Map{{"payment_id", Value(payment.id)},
               {"payment_number", Value(payment.number)},
               {"payment_mode", Value(payment.mode)},
               {"amount", money(payment.amount, currency.decimals)},
               {"amount_refunded", money(Decimal(0), currency.decimals)},
               {"unused_amount", money(unused ? *unused : Decimal(0), currency.decimals)},
               {"bank_charges", money(payment.bank_charges, currency.decimals)},
               {"date", Value(format_date(payment.date))},
               {"status", Value("paid")},
               {"reference_number", Value(payment.reference)},
               {"description", Value(payment.description)},
               {"customer_id", Value(payment.customer_id)},
               {"customer_name", Value(customer == nullptr ? std::string() : customer->name)},
               {"currency_code", Value(currency.code)},
               {"invoices", Value(std::move(invoices))},
               {"created_time", Value(zoho_time(payment.created))},
               {"last_modified_time", Value(zoho_time(payment.modified))}};
}

std::span<const Route> payment_routes() { return routes; }

Result<void> load_payment(Books& books, const Value& record) {
    if (!record.is_map()) return invalid("payment");
    Payment payment{.id = text_of(record.as_map(), "payment_id")};
    LS_TRY(apply_payment(books, payment, record.as_map(), false));
    if (payment.id.empty()) payment.id = books.make_id();
    books.reserve_id(payment.id);
    payment.number = text_of(record.as_map(), "payment_number");
    if (payment.number.empty()) payment.number = std::to_string(books.next_payment_number++);
    payment.created = payment.modified;
    const auto touched = invoices_of(payment);
    books.put(std::move(payment));
    settle_all(books, touched);
    return {};
}

}  // namespace lockstep::sandbox::zoho
