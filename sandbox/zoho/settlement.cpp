#include "sandbox/zoho/settlement.h"

#include "sandbox/zoho/webhook.h"

namespace lockstep::sandbox::zoho {

namespace {

/// Σ of what the records of a shelf apply to an invoice.
template <class Record>
Decimal applied_to(const Shelf<Record>& shelf, const std::string& invoice_id) {
    Decimal sum;
    for (const std::string& id : shelf.look_up(index_key("invoice_id", invoice_id)))
        for (const AppliedAmount& part : shelf.find(id)->invoices)
            if (part.invoice_id == invoice_id) sum = plus(plus(sum, part.amount), part.tax_withheld);
    return sum;
}

/// Takes parts off one record; returns whether it had any.
bool drop_parts(std::vector<AppliedAmount>& parts, const std::string& invoice_id, const std::string& part_id) {
    return std::erase_if(parts, [&](const AppliedAmount& part) {
               return part.invoice_id == invoice_id && (part_id.empty() || part.id == part_id);
           }) > 0;
}

}  // namespace

void keep(Books& books, Invoice invoice, std::string_view event) {
    const std::string id = invoice.id;
    books.put(std::move(invoice));
    announce(books, *books.invoices.find(id), event);
}

void keep(Books& books, Payment payment, std::string_view event) {
    const std::string id = payment.id;
    books.put(std::move(payment));
    announce(books, *books.payments.find(id), event);
}

void settle(Books& books, Invoice& invoice) {
    invoice.paid = applied_to(books.payments, invoice.id);
    invoice.credited = applied_to(books.credit_notes, invoice.id);
    if (invoice.status == "draft" || invoice.status == "void") return;
    const bool untouched = invoice.paid.is_zero() && invoice.credited.is_zero() && invoice.written_off.is_zero();
    const Decimal balance = invoice.balance();
    invoice.status = untouched ? "sent" : balance.is_zero() || balance.is_negative() ? "paid" : "partially_paid";
}

void settle_invoices(Books& books, const std::set<std::string>& ids) {
    for (const std::string& id : ids) {
        const Invoice* known = books.invoices.find(id);
        if (known == nullptr) continue;
        Invoice invoice = *known;
        settle(books, invoice);
        invoice.modified = books.now();
        keep(books, std::move(invoice), "edited");
    }
}

std::set<std::string> invoices_of(const Payment& payment) {
    std::set<std::string> ids;
    for (const AppliedAmount& part : payment.invoices) ids.insert(part.invoice_id);
    return ids;
}

bool release(Books& books, const std::string& invoice_id, const std::string& part) {
    bool any = false;
    const auto payments = books.payments.look_up(index_key("invoice_id", invoice_id));
    for (const std::string& id : payments) {
        Payment payment = *books.payments.find(id);
        if (!drop_parts(payment.invoices, invoice_id, part)) continue;
        any = true;
        payment.modified = books.now();
        keep(books, std::move(payment), "edited");
    }
    const auto notes = books.credit_notes.look_up(index_key("invoice_id", invoice_id));
    for (const std::string& id : notes) {
        CreditNote note = *books.credit_notes.find(id);
        if (!drop_parts(note.invoices, invoice_id, part)) continue;
        any = true;
        books.put(std::move(note));
    }
    return any;
}

}  // namespace lockstep::sandbox::zoho
