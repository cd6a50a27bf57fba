#pragma once

#include <string>
#include <vector>

#include "connectors/salesforce/api.h"

/// Several requests in one, each with headers and an answer of its own; they count as one call.
/// Source: REST API Developer Guide, "Composite", "Composite Request Body", "Composite Response Body".
namespace lockstep::connectors::salesforce {

constexpr std::size_t composite_subrequests_max = 25;

/// One of them. Its headers may be all that its resource takes but `Accept`, `Authorization` and `Content-Type`.
struct Subrequest {
    std::string method, target;
    Map headers = {};
    Value body = {};
};

/// The body of a request with these; none depends on another, and none undoes another.
Value composite_body(const std::vector<Subrequest>& subrequests);

/// Sends 1 … `composite_subrequests_max` requests in one and returns the answer or the refusal of each, in order. One without
/// an answer is `answer_lost`, for it may have been done, or `connection_lost` if nothing could be.
/// Errors: of the request as a whole.
Result<std::vector<Result<Answer>>> send_composite(Api& api, connector::CallContext& context, const std::vector<Subrequest>& subrequests,
                                                   net::Effect effect);

}  // namespace lockstep::connectors::salesforce
