#pragma once

#include "sandbox/zoho/books.h"

namespace lockstep::sandbox::zoho {

/// What a workflow rule's webhook sends. Events: `customer_payment` and `invoice`. Details: `url`; `payment_id` or
/// `invoice_id`; `body`: `default` (the record under its key), `form` (`JSONString=…`) or `raw` (the few fields that a
/// configured body has); `secret`: adds `X-Zoho-Webhook-Signature`. Errors: `not_found`, `request_invalid`.
Result<net::Request> make_webhook(const Books& books, std::string_view event, const Value& details);
/// HMAC-SHA256 in hex over all parameters sorted by name, then the body. Source: zoho.com/billing, "How do I secure my
/// webhooks"; for Books the algorithm is unverified.
Result<std::string> webhook_signature(std::string_view secret, const net::Request& request);

}  // namespace lockstep::sandbox::zoho
