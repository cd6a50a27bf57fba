#pragma once

#include <optional>

#include "connector/connector.h"

namespace lockstep::connectors::salesforce {

using connector::CallBudget;

/// Reads `Sforce-Limit-Info: api-usage=18/5000, per-app-api-usage=17/250(appName=x)`; nullopt if it is absent or odd.
/// Source: REST API Developer Guide, "Limit Info Header".
std::optional<CallBudget> call_budget(const net::Response& response);

}  // namespace lockstep::connectors::salesforce
