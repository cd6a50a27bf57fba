#include "sim/network_bodies.h"

#include <array>

#include "base/assert.h"
#include "sandbox/faults.h"
#include "value/json.h"

namespace lockstep::sim {
namespace {

/// What tells two requests apart that make the same thing: the end of the path and the member that must be unique.
struct Creation {
    std::string_view path_end, member;
};
constexpr std::array<Creation, 4> creations = {{{"/A_SalesOrder", "\"PurchaseOrderByCustomer\":\""},
                                                {"/A_BusinessPartner", "\"BusinessPartnerIDByExtSystem\":\""},
                                                {"/contacts", "\"value\":\""},
                                                {"/invoices", "\"reference_number\":\""}}};

bool has_token(const net::Request& request) {
    auto header = request.headers.get("Authorization").value_or("");
    return header.starts_with("Bearer ") || header.starts_with("Zoho-oauthtoken ");
}

Value lock_error() {
    return Map{{"success", false},
               {"errors", List{Value(Map{{"statusCode", "UNABLE_TO_LOCK_ROW"},
                                         {"message", "unable to obtain exclusive access to this record or 1 records"},
                                         {"fields", List{}}})}}};
}

}  // namespace

std::string creation_of(const net::Request& request) {
    if (request.method != "POST" && request.method != "PUT") return {};
    for (const auto& [path_end, member] : creations) {
        if (!request.path().ends_with(path_end)) continue;
        auto at = request.body.find(member);
        if (at == std::string::npos) return {};
        auto from = at + member.size();
        return std::string(path_end) + " " + request.body.substr(from, request.body.find('"', from) - from);
    }
    return {};
}

bool signs_in(const net::Request& request) {
    return request.path().find("oauth") != std::string_view::npos || request.path().find("services/T") != std::string_view::npos;
}

bool is_possible(FaultKind kind, std::string_view connector, const net::Request& request, bool writes) {
    switch (kind) {
        case FaultKind::late:
        case FaultKind::stuck:
            return writes && !signs_in(request);
        case FaultKind::locked:
            return writes && !signs_in(request) && (connector == "sap" || connector == "salesforce");
        case FaultKind::half_failed:
            return is_collection(connector, request);
        case FaultKind::token_revoked:
            return has_token(request) && !signs_in(request);
        case FaultKind::session_lost: {
            auto session = request.headers.get("x-csrf-token");
            return connector == "sap" && writes && session && *session != "fetch" && *session != "Fetch";
        }
        default:
            return true;
    }
}

net::Response locked_answer(std::string_view connector) {
    if (connector == "salesforce") return sandbox::fault_response(connector, 400);
    return net::json_response(400, Map{{"error", Map{{"code", "56/393"},
                                                     {"message", Map{{"lang", "en"}, {"value", "The record is locked by user MILLER"}}},
                                                     {"innererror", Map{{"errordetails", List{}}}}}}});
}

net::Response session_refused() {
    net::Response response = net::text_response(403, "CSRF token validation failed");
    response.headers.set("x-csrf-token", "Required");
    return response;
}

bool is_collection(std::string_view connector, const net::Request& request) {
    return connector == "salesforce" && (request.method == "PATCH" || request.method == "POST") &&
           request.path().ends_with("/composite/sobjects");
}

Halves halve(const net::Request& request, Dice& dice) {
    Halves halves{.kept = request};
    auto body = json::parse(request.body);
    LS_ASSERT(body.has_value());
    List kept;
    for (const auto& record : (*body)["records"].as_list()) {
        halves.refused.push_back(dice.once_in(2));
        if (!halves.refused.back()) kept.push_back(record);
    }
    if (kept.empty()) {  // a request without records would be refused as a whole
        halves.refused.assign(halves.refused.size(), false);
        return halves;
    }
    Map part = body->as_map();
    part.set("records", std::move(kept));
    halves.kept.body = json::write(part);
    return halves;
}

net::Response joined(net::Response of_kept, const Halves& halves) {
    auto answers = json::parse(of_kept.body);
    if (!answers || !answers->is_list()) return of_kept;
    List all;
    std::size_t next = 0;
    for (bool refused : halves.refused) {
        if (refused)
            all.push_back(lock_error());
        else if (next < answers->as_list().size())
            all.push_back(answers->as_list()[next++]);
    }
    of_kept.body = json::write(Value(std::move(all)));
    return of_kept;
}

}  // namespace lockstep::sim
