#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "connector/connector.h"

/// Calls of one action that are made by the same requests; a single call is such a group of one.
namespace lockstep::connectors::zoho_crm {

/// How many records one request may name. Source: OpenAPI v8.0, record (`data`); zoho.com/crm/developer/docs/api/v8,
/// "Insert Records", "Update Records", "Get Records" (`ids`).
constexpr std::size_t records_per_request_max = 100;

/// A group under way: the context to send with, and what was said about whom. Lives no longer than the calls.
class Joint {
public:
    explicit Joint(const std::vector<connector::JointCall>& calls);

    std::size_t size() const { return calls_.size(); }
    const Value& input(std::size_t call) const { return calls_[call].input; }
    /// Ends when the first of the calls ends.
    connector::CallContext& context() { return size() == 1 ? calls_.front().context : context_; }
    /// Says what of the newest exchange is about a call, for the trace of that call.
    void about(std::size_t call, std::string request, std::string response);
    /// Hands every call its part of the exchanges. To be called once, at the end.
    void finish();

private:
    struct Part {
        std::string request, response;
    };
    void tell(std::size_t call);

    const std::vector<connector::JointCall>& calls_;
    connector::Trace trace_;
    connector::CallContext context_;
    std::map<std::size_t, std::map<std::size_t, Part>> parts_;  ///< by exchange, by call
};

/// Whether the refusal of a whole request may be the doing of one of its records, and surely had no effect.
bool may_be_of_one(const Error& error);

/// A result for each call of a group; an error: of the request as a whole.
using GroupResult = Result<std::vector<Result<Value>>>;
using MakeGroup = std::function<GroupResult(Joint&)>;

/// Makes calls together. A request that is refused as a whole, perhaps because of one of them, is made again for each half.
std::vector<Result<Value>> make_together(const std::vector<connector::JointCall>& calls, const MakeGroup& make);

}  // namespace lockstep::connectors::zoho_crm
