#pragma once

#include "sandbox/zoho/books.h"
#include "sandbox/zoho/reply.h"

namespace lockstep::sandbox::zoho {

/// Applies a body to a payment; loading is not `strict`. Errors: refusals.
Result<void> apply_payment(Books& books, Payment& payment, const Map& body, bool strict);
Value payment_value(const Books& books, const Payment& payment);
Value refund_value(const Books& books, const Payment& payment, const Refund& refund);
/// The fields that a filter of `GET /customerpayments` sees.
std::string payment_field(const Books& books, const Payment& payment, std::string_view field);

}  // namespace lockstep::sandbox::zoho
