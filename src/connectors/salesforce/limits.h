#pragma once

#include <cstdint>
#include <optional>

#include "net/http.h"

namespace lockstep::connectors::salesforce {

/// How many calls of the day's allowance are used, as the newest answer said.
struct CallBudget {
    std::int64_t used = 0;
    std::int64_t allowed = 0;
    bool operator==(const CallBudget&) const = default;
};

/// Reads `Sforce-Limit-Info: api-usage=18/5000, per-app-api-usage=17/250(appName=x)`; nullopt if it is absent or odd.
/// Source: REST API Developer Guide, "Limit Info Header".
std::optional<CallBudget> call_budget(const net::Response& response);

}  // namespace lockstep::connectors::salesforce
