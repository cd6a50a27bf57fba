#pragma once

#include "sandbox/zoho/books.h"

namespace lockstep::sandbox::zoho {

/// Lets the webhooks of workflow rules know of a change; what they send is made now and waits in the outbox. Events:
/// `created`, `edited`, `deleted` (the record as it was). A refund edits its payment, a payment edits its invoices.
void announce(Books& books, const Payment& payment, std::string_view event);
void announce(Books& books, const Invoice& invoice, std::string_view event);

/// The kind of record that an entity's name stands for: `payment` or `invoice`; empty: none that has webhooks here.
std::string_view kind_of_entity(std::string_view entity);

/// What a webhook sends for a record: the record under its key as JSON, a form (`form_data`, else `JSONString`), or `raw_data`;
/// placeholders `${Module.Field}` and `${JSONString}` filled in, signed if there is a secret.
Result<net::Request> webhook_request(const Webhook& webhook, const Value& record);

/// What `POST /emit` sends. Events: `customer_payment` and `invoice`. Details: `url`; `payment_id` or `invoice_id`; `body`:
/// `default` (the record under its key), `form` (`JSONString=…`) or `raw` (the few fields that a configured body has);
/// `secret`: adds `X-Zoho-Webhook-Signature`. Errors: `not_found`, `request_invalid`.
Result<net::Request> make_webhook(const Books& books, std::string_view event, const Value& details);
/// HMAC-SHA256 in hex over all parameters sorted by name, then the body. Source: zoho.com/billing, "How do I secure my
/// webhooks"; for Books the algorithm is unverified.
Result<std::string> webhook_signature(std::string_view secret, const net::Request& request);

}  // namespace lockstep::sandbox::zoho
