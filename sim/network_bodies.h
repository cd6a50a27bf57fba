#pragma once

#include <string>
#include <vector>

#include "net/http.h"
#include "sim/dice.h"
#include "sim/scenario.h"

/// What requests and answers look like to whoever spoils them.
namespace lockstep::sim {

/// What a request would make; empty if nothing that must be made once only.
std::string creation_of(const net::Request& request);
bool signs_in(const net::Request& request);
/// Whether such a thing can happen to such a call.
bool is_possible(FaultKind kind, std::string_view connector, const net::Request& request, bool writes);
/// Faults of the way there: the vendor sees nothing.
constexpr bool never_arrives(FaultKind kind) { return kind == FaultKind::refused || kind == FaultKind::reset; }

/// The record is held by somebody else.
net::Response locked_answer(std::string_view connector);
/// SAP does not know the CSRF token. Source: SAP Gateway Foundation, "Cross-Site Request Forgery Protection".
net::Response session_refused();

/// A request to a Salesforce collection without some of its records, and which those are.
struct Halves {
    net::Request kept;
    std::vector<bool> refused;  ///< by place in the collection
};
bool is_collection(std::string_view connector, const net::Request& request);
Halves halve(const net::Request& request, Dice& dice);
/// The answer to the whole collection, from that to the part that was processed.
net::Response joined(net::Response of_kept, const Halves& halves);

}  // namespace lockstep::sim
