#pragma once

#include <set>
#include <string>
#include <string_view>

#include "sandbox/zoho/books.h"

/// How payments, credits and write-offs settle invoices.
namespace lockstep::sandbox::zoho {

/// Puts a changed record on its shelf and lets webhooks know. Events: `created`, `edited`.
void keep(Books& books, Invoice invoice, std::string_view event);
void keep(Books& books, Payment payment, std::string_view event);

/// Sets what is paid and credited from the payments and credit notes, and the status that follows.
void settle(Books& books, Invoice& invoice);
/// Settles invoices again whose payments have changed.
void settle_invoices(Books& books, const std::set<std::string>& ids);
std::set<std::string> invoices_of(const Payment& payment);
/// Takes one part, or all if `part` is empty, of what was paid and credited off an invoice; the money is the customer's
/// excess payment or open credit then. Returns whether there was any.
bool release(Books& books, const std::string& invoice_id, const std::string& part = {});

}  // namespace lockstep::sandbox::zoho
