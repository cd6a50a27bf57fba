#pragma once

#include <string>

#include "connector/connector.h"

namespace lockstep::connectors::salesforce {

/// The trigger's name in flows, and where it listens unless the flow says otherwise.
inline constexpr std::string_view outbound_message = "outbound_message";
inline constexpr std::string_view outbound_message_path = "/webhook/salesforce/outbound-message";

/// Reads an Outbound Message: SOAP 1.1 with 1 to 100 notifications about records of one object. A notification's body
/// has the fields as they were sent, texts all of them (`45000.0`, `2026-01-02T03:04:05.000Z`); absent ones were null.
///
/// `organization` is the account's, or empty if it is not known yet; another's message is refused. The session id and the
/// addresses in the message are not looked at: whoever sends it could have put anything there.
///
/// Errors: `xml_syntax`, `request_invalid` naming what is wrong; `permission_missing` for another organisation's.
/// Source: SOAP API Developer Guide, "Outbound Messaging": "Understanding Notifications", "Building a Listener".
Result<connector::Delivery> receive_outbound_message(const net::Request& request, std::string_view organization);

/// Words the answer: `<Ack>true</Ack>` for what is durable, a SOAP fault that names the reason for everything else.
/// Salesforce sends again, for 24 hours, whatever is not acknowledged by exactly that.
net::Response acknowledge_outbound_message(const Result<void>& taken, net::Response plain);

/// The organisation's id in the address that a token answer calls `id`
/// (`https://login.salesforce.com/id/00D…/005…`); empty if it has none.
/// Source: Salesforce help, "OpenID Connect and Identity URLs".
std::string organization_of(std::string_view identity_url);

/// Compares two ids of organisations, each with 15 or 18 characters.
bool same_organization(std::string_view a, std::string_view b);

}  // namespace lockstep::connectors::salesforce
