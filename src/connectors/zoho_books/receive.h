#pragma once

#include "connector/connector.h"

namespace lockstep::connectors::zoho_books {

/// Over what Zoho signs a webhook.
enum class SignedText : std::uint8_t {
    parameters_and_body,  ///< query and form parameters sorted by name, `name1value1name2value2…`, then a body that is no form
    body,                 ///< the body alone, as it came
};

struct WebhookSettings {
    Secret secret;  ///< empty: signatures are not asked for
    SignedText signed_text = SignedText::parameters_and_body;
};

/// Errors: `config_invalid`.
Result<WebhookSettings> read_webhook_settings(const connector::Settings& settings);

/// Reads what a workflow rule of Zoho Books sends about a customer payment or an invoice, as JSON (bare or wrapped), as a
/// form with `JSONString`, or as a form with a field each, and makes of all of them one notification with the body
/// `{payment_id, amount, date, payment_mode, invoices: [{invoice_id}]}`: ids are texts, what was not said is null.
///
/// Errors: `unauthorized` for a missing or wrong signature if there is a secret; `request_invalid`, `json_syntax`.
Result<connector::Delivery> receive_webhook(const WebhookSettings& settings, const net::Request& request);

}  // namespace lockstep::connectors::zoho_books
