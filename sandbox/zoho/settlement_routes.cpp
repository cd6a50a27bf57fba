// What settles an invoice: its payments, credits and write-offs.
#include <algorithm>

#include "sandbox/zoho/api.h"
#include "sandbox/zoho/invoices.h"
#include "sandbox/zoho/settlement.h"
#include "sandbox/zoho/text.h"

namespace lockstep::sandbox::zoho {

namespace {

Unexpected no_invoice() { return refuse(not_found, "Invoice does not exist."); }

bool is_open(const Invoice& invoice) { return invoice.status == "sent" || invoice.status == "partially_paid"; }

Value payment_row(const Payment& payment, const AppliedAmount& part, int decimals) {
    return Map{{"payment_id", Value(payment.id)},
               {"payment_number", Value(payment.number)},
               {"invoice_id", Value(part.invoice_id)},
               {"invoice_payment_id", Value(part.id)},
               {"payment_mode", Value(payment.mode)},
               {"description", Value(payment.description)},
               {"date", Value(format_date(payment.date))},
               {"reference_number", Value(payment.reference)},
               {"exchange_rate", Value(payment.exchange_rate)},
               {"amount", money(part.amount, decimals)},
               {"tax_amount_withheld", money(part.tax_withheld, decimals)},
               {"online_transaction_id", Value("")},
               {"is_single_invoice_payment", Value(payment.invoices.size() == 1)}};
}

Result<net::Response> payments(Books& books, const Call& call) {
    const Invoice* invoice = books.invoices.find(call.ids[0]);
    if (invoice == nullptr) return no_invoice();
    const int decimals = books.currency(invoice->currency_id)->decimals;
    List list;
    for (const std::string& id : books.payments.look_up(index_key("invoice_id", invoice->id))) {
        const Payment& payment = *books.payments.find(id);
        for (const AppliedAmount& part : payment.invoices)
            if (part.invoice_id == invoice->id) list.push_back(payment_row(payment, part, decimals));
    }
    return reply(200, "success", "payments", Value(std::move(list)));
}

Result<net::Response> credits_applied(Books& books, const Call& call) {
    const Invoice* invoice = books.invoices.find(call.ids[0]);
    if (invoice == nullptr) return no_invoice();
    const int decimals = books.currency(invoice->currency_id)->decimals;
    List list;
    for (const std::string& id : books.credit_notes.look_up(index_key("invoice_id", invoice->id))) {
        const CreditNote& note = *books.credit_notes.find(id);
        for (const AppliedAmount& part : note.invoices)
            if (part.invoice_id == invoice->id)
                list.push_back(Map{{"creditnote_id", Value(note.id)},
                                   {"creditnotes_invoice_id", Value(part.id)},
                                   {"creditnotes_number", Value(note.number)},
                                   {"credited_date", Value(format_date(note.date))},
                                   {"amount_applied", money(part.amount, decimals)}});
    }
    return reply(200, "success", "credits", Value(std::move(list)));
}

/// Takes one payment or credit off the invoice. The amount is the customer's again [zoho.com/billing/kb, "invoice refund"].
Result<net::Response> take_off(Books& books, const Call& call, const char* what, const char* message) {
    if (books.invoices.find(call.ids[0]) == nullptr) return no_invoice();
    if (!release(books, call.ids[0], call.ids[1])) return refuse(not_found, std::string(what) + " does not exist.");
    settle_invoices(books, {call.ids[0]});
    return reply(200, message);
}
Result<net::Response> take_off_payment(Books& books, const Call& call) {
    return take_off(books, call, "Payment", "The payment has been deleted.");
}
Result<net::Response> take_off_credit(Books& books, const Call& call) {
    return take_off(books, call, "Credit", "Credits applied to an invoice have been deleted.");
}

/// One entry of `invoice_payments` or `apply_creditnotes`, with the excess that the record has left.
Result<AppliedAmount> read_part(Books& books, const Invoice& invoice, const Value& entry, const std::string& customer,
                                const Decimal& left) {
    AppliedAmount part{.id = books.make_id(), .invoice_id = invoice.id};
    LS_TRY_ASSIGN(part.amount, decimal_of("amount_applied", entry["amount_applied"]));
    if (customer != invoice.customer_id || part.amount.is_zero() || part.amount.is_negative()) return invalid("amount_applied");
    if (part.amount > left) return refuse(invalid_value, "The amount entered is more than the credits that are left");
    return part;
}

struct Parts {
    std::vector<Payment> payments;
    std::vector<CreditNote> notes;
    Decimal sum;
};

template <class Record>
Result<void> read_parts(Books& books, const Invoice& invoice, const Value& entries, std::string_view id_name, Shelf<Record>& shelf,
                        Decimal (Record::*left)() const, std::vector<Record>& changed, Decimal& sum) {
    if (entries.is_null()) return {};
    if (!entries.is_list()) return invalid(id_name);
    for (const Value& entry : entries.as_list()) {
        const Record* known = shelf.find(entry[id_name].text());
        if (known == nullptr) return refuse(not_found, "Credit does not exist.");
        if (std::any_of(changed.begin(), changed.end(), [&](const Record& earlier) { return earlier.id == known->id; }))
            return invalid(id_name);
        Record record = *known;
        LS_TRY_ASSIGN(AppliedAmount part, read_part(books, invoice, entry, record.customer_id, (record.*left)()));
        sum = plus(sum, part.amount);
        record.invoices.push_back(std::move(part));
        changed.push_back(std::move(record));
    }
    return {};
}

/// `POST /invoices/{id}/credits`: excess payments and credit notes of the customer settle the invoice.
Result<net::Response> apply_credits(Books& books, const Call& call) {
    LS_TRY_ASSIGN(Map body, read_body(*call.request));
    LS_TRY(check_fields(body, "invoice_payments apply_creditnotes"));
    const Invoice* invoice = books.invoices.find(call.ids[0]);
    if (invoice == nullptr) return no_invoice();
    if (!is_open(*invoice)) return refuse(invalid_value, "Credits can be applied to open invoices only");
    Parts parts;
    const Value given(body);
    LS_TRY(
        read_parts(books, *invoice, given["invoice_payments"], "payment_id", books.payments, &Payment::unused, parts.payments, parts.sum));
    LS_TRY(read_parts(books, *invoice, given["apply_creditnotes"], "creditnote_id", books.credit_notes, &CreditNote::balance, parts.notes,
                      parts.sum));
    if (parts.sum.is_zero()) return invalid("apply_creditnotes");
    if (parts.sum > invoice->balance())
        return refuse(more_than_balance, "The amount entered is more than the balance due for this invoice");
    for (Payment& payment : parts.payments) {
        payment.modified = books.now();
        keep(books, std::move(payment), "edited");
    }
    for (CreditNote& note : parts.notes) books.put(std::move(note));
    settle_invoices(books, {call.ids[0]});
    return reply(200, "Credits have been applied to the invoice(s).");
}

/// Writes the balance off, or takes that back. Messages: seen in programs that call them.
Result<net::Response> write_off(Books& books, const Call& call) {
    const Invoice* known = books.invoices.find(call.ids[0]);
    if (known == nullptr) return no_invoice();
    if (!is_open(*known)) return refuse(invalid_value, "You cannot write off a draft, void or closed invoice");
    Invoice invoice = *known;
    invoice.written_off = plus(invoice.written_off, invoice.balance());
    add_comment(books, invoice, "Invoice written off", "system");
    books.put(std::move(invoice));
    settle_invoices(books, {call.ids[0]});
    return reply(200, "Invoice has been written off.");
}

Result<net::Response> cancel_write_off(Books& books, const Call& call) {
    const Invoice* known = books.invoices.find(call.ids[0]);
    if (known == nullptr) return no_invoice();
    if (known->written_off.is_zero()) return refuse(invalid_value, "The invoice has not been written off");
    Invoice invoice = *known;
    invoice.written_off = Decimal();
    add_comment(books, invoice, "Write off cancelled", "system");
    books.put(std::move(invoice));
    settle_invoices(books, {call.ids[0]});
    return reply(200, "The writeoff done for this invoice has been cancelled.");
}

constexpr Route routes[] = {
    {"GET", "invoices/*/payments", payments},
    {"DELETE", "invoices/*/payments/*", take_off_payment},
    {"POST", "invoices/*/credits", apply_credits},
    {"GET", "invoices/*/creditsapplied", credits_applied},
    {"DELETE", "invoices/*/creditsapplied/*", take_off_credit},
    {"POST", "invoices/*/writeoff", write_off},
    {"POST", "invoices/*/writeoff/cancel", cancel_write_off},
};

}  // namespace

std::span<const Route> settlement_routes() { return routes; }

Value credit_note_value(const Books& books, const CreditNote& note) {
    const Currency& currency = *books.currency(note.currency_id);
    return Map{{"creditnote_id", Value(note.id)},
               {"creditnote_number", Value(note.number)},
               {"customer_id", Value(note.customer_id)},
               {"date", Value(format_date(note.date))},
               {"status", Value(note.balance().is_zero() ? "closed" : "open")},
               {"currency_code", Value(currency.code)},
               {"total", money(note.total, currency.decimals)},
               {"balance", money(note.balance(), currency.decimals)}};
}

Result<void> load_credit_note(Books& books, const Value& record) {
    if (!record.is_map()) return invalid("creditnote");
    const Map& body = record.as_map();
    const Contact* customer = books.contacts.find(text_of(body, "customer_id"));
    if (customer == nullptr) return refuse(wrong_customer, "no such customer");
    CreditNote note{.id = text_of(body, "creditnote_id"), .customer_id = customer->id, .currency_id = customer->currency_id};
    LS_TRY_ASSIGN(note.total, decimal_of("total", record["total"]));
    if (note.id.empty()) note.id = books.make_id();
    books.reserve_id(note.id);
    note.number = text_of(body, "creditnote_number");
    if (note.number.empty()) note.number = "CN-" + std::to_string(books.next_credit_note_number++);
    auto date = parse_date(text_of(body, "date"));
    note.date = date ? *date : books.today();
    note.created = books.now();
    books.put(std::move(note));
    return {};
}

}  // namespace lockstep::sandbox::zoho
