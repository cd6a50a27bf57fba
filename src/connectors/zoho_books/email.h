#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/zoho_books/api.h"

namespace lockstep::connectors::zoho_books {

/// Tells whether the text is an address that mail can be sent to: one `@`, a local part without spaces, quotes or
/// brackets, a domain with a dot. Stricter than RFC 5321 on purpose: what it refuses is nearly always a mistake.
bool is_email_address(std::string_view text);
/// Reads a text or a list of texts; doubled ones once. Errors: `value_invalid` naming the bad one.
Result<std::vector<std::string>> email_addresses(std::string_view what, const Value& addresses);

/// `zoho_books.email_invoice`: sends the invoice unless Zoho Books says that it was sent already.
///
/// The invoice's `is_emailed` tells ("Boolean check to see if the mail has been sent", OpenAPI of invoices). An invoice
/// that is neither a draft nor marked so may have been marked as sent by hand: then its history decides.
Result<Value> email_invoice(connector::CallContext& context, Api& api, const Value& input);

}  // namespace lockstep::connectors::zoho_books
