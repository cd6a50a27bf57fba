#include "sandbox/zoho/payments.h"

#include <algorithm>

#include "sandbox/zoho/contacts.h"
#include "sandbox/zoho/invoices.h"
#include "sandbox/zoho/text.h"

namespace lockstep::sandbox::zoho {

namespace {

constexpr std::string_view known_fields =
    "customer_id payment_mode amount date reference_number description invoices exchange_rate bank_charges custom_fields account_id "
    "contact_persons location_id payment_number payment_form retainerinvoice_id tags tax_account_id";
constexpr std::string_view answer_fields =
    "payment_id customer_name currency_code currency_symbol status created_time last_modified_time unused_amount amount_refunded email "
    "custom_field_hash account_name refunds";

const std::vector<AppliedAmount>& parts_before(const Books& books, const Payment& payment) {
    static const std::vector<AppliedAmount> none;
    const Payment* known = books.payments.find(payment.id);
    return known == nullptr ? none : known->invoices;
}

/// What the invoice owes without what this payment has paid of it so far.
Decimal owed(const Books& books, const Payment& payment, const Invoice& invoice) {
    Decimal open = invoice.balance();
    for (const AppliedAmount& own : parts_before(books, payment))
        if (own.invoice_id == invoice.id) open = plus(plus(open, own.amount), own.tax_withheld);
    return open;
}

/// A part that stays keeps its id.
std::string part_id(Books& books, const Payment& payment, const std::string& invoice_id) {
    for (const AppliedAmount& own : parts_before(books, payment))
        if (own.invoice_id == invoice_id) return own.id;
    return books.make_id();
}

Result<AppliedAmount> read_part(Books& books, const Payment& payment, const Value& entry) {
    AppliedAmount part{.invoice_id = entry["invoice_id"].text()};
    const Invoice* invoice = books.invoices.find(part.invoice_id);
    if (invoice == nullptr) return refuse(not_found, "Invoice does not exist.");
    if (invoice->customer_id != payment.customer_id) return invalid("invoices");
    if (invoice->status == "draft" || invoice->status == "void")
        return refuse(invalid_value, "Payments cannot be recorded for invoices that are draft or void");
    LS_TRY_ASSIGN(part.amount, decimal_of("amount_applied", entry["amount_applied"]));
    if (!entry["tax_amount_withheld"].is_null()) {
        LS_TRY_ASSIGN(part.tax_withheld, decimal_of("tax_amount_withheld", entry["tax_amount_withheld"]));
    }
    if (part.amount.is_negative() || part.tax_withheld.is_negative()) return invalid("amount_applied");
    if (plus(part.amount, part.tax_withheld) > owed(books, payment, *invoice))
        return refuse(more_than_balance, "The amount entered is more than the balance due for this invoice");
    part.id = part_id(books, payment, part.invoice_id);
    return part;
}

Result<void> apply_invoices(Books& books, Payment& payment, const Value& sent) {
    if (!sent.is_list()) return invalid("invoices");
    std::vector<AppliedAmount> parts;
    for (const Value& entry : sent.as_list()) {
        LS_TRY_ASSIGN(AppliedAmount part, read_part(books, payment, entry));
        const bool doubled =
            std::any_of(parts.begin(), parts.end(), [&](const AppliedAmount& p) { return p.invoice_id == part.invoice_id; });
        if (doubled) return invalid("invoices");
        // A part of nothing is how the user interface clears what was applied.
        if (!part.amount.is_zero() || !part.tax_withheld.is_zero()) parts.push_back(std::move(part));
    }
    payment.invoices = std::move(parts);
    return {};
}

/// A payment is in the currency of what it pays, else in the customer's.
Result<void> apply_currency(const Books& books, Payment& payment, const Map& body) {
    std::string currency = books.contacts.find(payment.customer_id)->currency_id;
    if (!payment.invoices.empty()) currency = books.invoices.find(payment.invoices.front().invoice_id)->currency_id;
    for (const AppliedAmount& part : payment.invoices)
        if (books.invoices.find(part.invoice_id)->currency_id != currency) return invalid("invoices");
    if (payment.currency_id != currency) payment.exchange_rate = books.currency(currency)->rate;
    payment.currency_id = currency;
    if (const Value* rate = body.find("exchange_rate")) {
        LS_TRY_ASSIGN(payment.exchange_rate, decimal_of("exchange_rate", *rate));
        if (payment.exchange_rate.is_zero() || payment.exchange_rate.is_negative()) return invalid("exchange_rate");
    }
    return {};
}

Result<void> apply_customer(const Books& books, Payment& payment, const Map& body) {
    if (body.contains("customer_id")) payment.customer_id = text_of(body, "customer_id");
    const Contact* customer = books.contacts.find(payment.customer_id);
    if (customer != nullptr && customer->type == "customer") return {};
    return refuse(wrong_customer, "The Customer field can neither be blank nor incorrect. Please enter a correct Customer");
}

Result<void> apply_texts(Payment& payment, const Map& body) {
    struct Field {
        std::string_view name;
        std::string Payment::* member;
        std::size_t length_max;
    };
    static constexpr Field fields[] = {{"payment_mode", &Payment::mode, 100},
                                       {"reference_number", &Payment::reference, 100},
                                       {"description", &Payment::description, 2000},
                                       {"account_id", &Payment::account_id, 100}};
    for (const Field& field : fields) {
        if (!body.contains(field.name)) continue;
        payment.*field.member = text_of(body, field.name);
        LS_TRY(check_length(field.name, payment.*field.member, field.length_max));
    }
    return payment.mode.empty() ? invalid("payment_mode") : Result<void>();
}

Result<void> apply_amounts(Payment& payment, const Map& body) {
    if (const Value* amount = body.find("amount")) { LS_TRY_ASSIGN(payment.amount, decimal_of("amount", *amount)); }
    if (payment.amount.is_zero() || payment.amount.is_negative()) return invalid("amount");
    if (const Value* charges = body.find("bank_charges")) { LS_TRY_ASSIGN(payment.bank_charges, decimal_of("bank_charges", *charges)); }
    return {};
}

Result<void> apply_date(Payment& payment, const Map& body) {
    if (!body.contains("date") && payment.date != Date{}) return {};
    auto date = parse_date(text_of(body, "date"));
    if (!date) return invalid("date");
    payment.date = *date;
    return {};
}

Value part_value(const Books& books, const AppliedAmount& part, int decimals) {
    const Invoice& invoice = *books.invoices.find(part.invoice_id);
    return Map{{"invoice_id", Value(invoice.id)},
               {"invoice_payment_id", Value(part.id)},
               {"invoice_number", Value(invoice.number)},
               {"date", Value(format_date(invoice.date))},
               {"invoice_amount", money(invoice.total, decimals)},
               {"amount_applied", money(part.amount, decimals)},
               {"balance_amount", money(invoice.balance(), decimals)},
               {"tax_amount_withheld", money(part.tax_withheld, decimals)}};
}

}  // namespace

Result<void> apply_payment(Books& books, Payment& payment, const Map& body, bool strict) {
    LS_TRY(check_fields(body, strict ? std::string(known_fields) : std::string(known_fields) + " " + std::string(answer_fields)));
    LS_TRY(apply_customer(books, payment, body));
    LS_TRY(apply_texts(payment, body));
    LS_TRY(apply_amounts(payment, body));
    LS_TRY(apply_date(payment, body));
    if (const Value* invoices = body.find("invoices")) LS_TRY(apply_invoices(books, payment, *invoices));
    for (const AppliedAmount& part : payment.invoices)
        if (books.invoices.find(part.invoice_id)->customer_id != payment.customer_id) return invalid("customer_id");
    LS_TRY(apply_currency(books, payment, body));
    if (const Value* fields = body.find("custom_fields")) LS_TRY(apply_custom_fields(books, "customerpayments", payment.custom, *fields));
    if (strict) LS_TRY(check_unique(books, "customerpayments", payment.custom, payment.id));
    if (payment.unused().is_negative()) return refuse(invalid_value, "The amounts applied and refunded are more than the amount received");
    payment.modified = books.now();
    return {};
}

Value payment_value(const Books& books, const Payment& payment) {
    const Currency& currency = *books.currency(payment.currency_id);
    const Contact* customer = books.contacts.find(payment.customer_id);
    const Person* primary = customer == nullptr ? nullptr : customer->primary();
    List invoices, refunds;
    for (const AppliedAmount& part : payment.invoices)
        if (books.invoices.find(part.invoice_id) != nullptr) invoices.push_back(part_value(books, part, currency.decimals));
    for (const Refund& refund : payment.refunds) refunds.push_back(refund_value(books, payment, refund));
    return Map{{"payment_id", Value(payment.id)},
               {"payment_number", Value(payment.number)},
               {"payment_mode", Value(payment.mode)},
               {"amount", money(payment.amount, currency.decimals)},
               {"amount_refunded", money(payment.refunded(), currency.decimals)},
               {"unused_amount", money(payment.unused(), currency.decimals)},
               {"bank_charges", money(payment.bank_charges, currency.decimals)},
               {"date", Value(format_date(payment.date))},
               {"status", Value("paid")},
               {"reference_number", Value(payment.reference)},
               {"description", Value(payment.description)},
               {"account_id", Value(payment.account_id)},
               {"customer_id", Value(payment.customer_id)},
               {"customer_name", Value(customer == nullptr ? std::string() : customer->name)},
               {"email", Value(primary == nullptr ? std::string() : primary->text("email"))},
               {"currency_code", Value(currency.code)},
               {"currency_symbol", Value(currency.symbol)},
               {"exchange_rate", Value(payment.exchange_rate)},
               {"invoices", Value(std::move(invoices))},
               {"payment_refunds", Value(std::move(refunds))},
               {"custom_fields", custom_fields_value(books, "customerpayments", payment.custom)},
               {"custom_field_hash", custom_field_hash(payment.custom)},
               {"created_time", Value(zoho_time(payment.created))},
               {"last_modified_time", Value(zoho_time(payment.modified))}};
}

Value refund_value(const Books& books, const Payment& payment, const Refund& refund) {
    const Currency& currency = *books.currency(payment.currency_id);
    return Map{{"payment_refund_id", Value(refund.id)},
               {"payment_id", Value(payment.id)},
               {"payment_number", Value(payment.number)},
               {"date", Value(format_date(refund.date))},
               {"refund_mode", Value(refund.mode)},
               {"reference_number", Value(refund.reference)},
               {"description", Value(refund.description)},
               {"exchange_rate", Value(refund.exchange_rate)},
               {"amount", money(refund.amount, currency.decimals)}};
}

std::string payment_field(const Books& books, const Payment& payment, std::string_view field) {
    if (field == "customer_id") return payment.customer_id;
    if (field == "reference_number") return payment.reference;
    if (field == "date") return format_date(payment.date);
    if (field == "payment_mode") return payment.mode;
    if (field == "notes") return payment.description;
    if (field == "amount") return payment.amount.normalized().to_string();
    if (field == "customer_name") {
        const Contact* customer = books.contacts.find(payment.customer_id);
        return customer == nullptr ? std::string() : customer->name;
    }
    for (const auto& [name, value] : payment.custom)
        if (name == field) return value;
    return {};
}

}  // namespace lockstep::sandbox::zoho
