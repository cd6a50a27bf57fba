#pragma once

#include <vector>

#include "sandbox/zoho_crm/crm.h"

namespace lockstep::sandbox::zoho_crm {

/// Lets channels and workflow rules know of the changes of one call; what they send is made now and waits in the outbox.
/// `run_workflow`: false where the client gave `trigger` without `workflow`. Whether `trigger` concerns channels is not
/// documented; here they always tell.
void announce(Crm& crm, const std::vector<Change>& changes, bool run_workflow);

/// The entries of the control API.
Result<void> load_rule(Crm& crm, const Value& given);
Value rule_value(const Rule& rule);
Value channel_value(const Channel& channel);
Value delivery_value(const Delivery& delivery);
/// What a rule's function sends for a record. Errors: `request_invalid`.
Result<net::Request> function_request(const Crm& crm, const Rule& rule, const Change& change);

}  // namespace lockstep::sandbox::zoho_crm
