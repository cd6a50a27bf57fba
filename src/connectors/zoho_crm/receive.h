#pragma once

#include <string>
#include <string_view>

#include "connector/connector.h"

/// What Zoho CRM sends when a record changes.
namespace lockstep::connectors::zoho_crm {

/// The trigger's name in flows, and where it listens unless the flow says otherwise.
inline constexpr std::string_view change_trigger = "zoho_crm_change";
inline constexpr std::string_view change_path = "/webhook/zoho/account";
/// Where the function in Zoho CRM says who it is.
inline constexpr std::string_view secret_header = "X-Lockstep-Secret";

/// Reads what comes in either of two forms, as one notification for each record with the body
/// `{id, module, operation, modified_time}`: `operation` is create, edit or delete, null where it was not said.
///
/// - A function that a workflow rule calls: `{"module", "id", "operation", "modified_time"}` with the secret in a header.
/// - A notification channel: `{"module", "ids", "operation", "channel_id", "token", "server_time"}`, which is proved by
///   `channel_token`. Observed; the form is not documented.
///
/// Errors: `unauthorized` if there is a secret and the proof is missing or wrong; `request_invalid`, `json_syntax`.
Result<connector::Delivery> receive_change(const Secret& secret, const net::Request& request);

/// What Zoho is to send with everything of a channel: at most 50 characters, which nobody can make who has not the secret.
/// Source: zoho.com/crm/developer/docs/api/v3/notifications/enable, `token`.
std::string channel_token(const Secret& secret, std::string_view channel_id);

}  // namespace lockstep::connectors::zoho_crm
