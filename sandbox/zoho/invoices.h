#pragma once

#include "sandbox/zoho/books.h"
#include "sandbox/zoho/reply.h"

namespace lockstep::sandbox::zoho {

/// Applies a body to an invoice and computes its totals. Errors: refusals.
Result<void> apply_invoice(Books& books, Invoice& invoice, const Map& body, bool strict);
/// The status as Zoho shows it today: a sent invoice past its due date is `overdue`.
std::string shown_status(const Books& books, const Invoice& invoice);
Value invoice_detail(const Books& books, const Invoice& invoice);
Value invoice_row(const Books& books, const Invoice& invoice);
std::string invoice_field(const Books& books, const Invoice& invoice, std::string_view field);
/// Mails the invoice: keeps the email, marks a draft as sent, writes the history.
void mail_invoice(Books& books, Invoice& invoice, Email email);
void add_comment(Books& books, Invoice& invoice, std::string text, std::string type);
/// Σ lines − discount + taxes + shipping + adjustment. Errors: refusals.
Result<void> sum_up(const Books& books, Invoice& invoice);
/// An amount with all decimals of its currency, as a JSON number.
Value money(const Decimal& amount, int decimals);

}  // namespace lockstep::sandbox::zoho
