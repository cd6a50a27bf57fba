#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "connector/inputs.h"
#include "connectors/salesforce/api.h"

/// Several calls of one action made together: what they must have in common, and how what was said is told to each.
namespace lockstep::connectors::salesforce {

/// See `connector::Connection::joint_name` and `joint_record`.
struct JointKey {
    std::string name;
    std::string record;
};

/// How many calls one request may carry. Halves when Salesforce needs too long for one, grows again while it does not.
/// Threads: any.
class JointSize {
public:
    static constexpr std::size_t most = 200;  ///< Source: REST API Developer Guide, "sObject Collections"
    static constexpr std::size_t least = 2;
    std::size_t now() const { return now_; }
    /// Learns from a request for `size` calls. `error`: nullptr if it was answered.
    void learn(std::size_t size, const Error* error, bool deadline_over);

private:
    std::atomic<std::size_t> now_ = most;
};

/// The part of a call in what was said for several.
struct JointPart {
    std::string target;    ///< in place of the address of the first request; empty: as it was
    std::string request;   ///< in place of a body
    std::string response;  ///< in place of the body of the first success
};

/// A request made for several calls: a context to send it with, and its exchanges for the traces of the calls.
/// Lives no longer than the calls.
class JointRequest {
public:
    JointRequest(const Api& api, const std::vector<connector::JointCall>& calls, const std::vector<std::size_t>& of);
    /// To send with: ends when the first of the calls ends, and traces into this.
    connector::CallContext& context() { return context_; }
    /// Adds what was said so far to a call's trace; bodies and address as far as they are about it.
    void tell(const JointPart& part, connector::Trace& trace);
    std::size_t size() const { return size_; }
    bool deadline_over() const { return context_.runtime.monotonic_ms() >= context_.deadline_ms; }

private:
    const connector::Redactor& redactor();

    const Api& api_;
    std::size_t size_;
    connector::Trace trace_;
    connector::CallContext context_;
    std::optional<connector::Redactor> redactor_;
};

/// What the calls of one `perform_jointly` share.
struct Joint {
    Api& api;
    std::string_view action;
    const std::vector<connector::JointCall>& calls;
    JointSize& size;
    /// Makes one call by itself.
    std::function<Result<Value>(std::size_t)> alone;
};

/// Makes all calls of `joint`: those of a group together, and each of those that `together` gives back in a group half as
/// large, at last alone. `together` sets the results of the others.
using MakeTogether = std::function<std::vector<std::size_t>(const std::vector<std::size_t>& group, std::vector<Result<Value>>& results)>;
std::vector<Result<Value>> make_in_groups(const Joint& joint, const std::vector<std::vector<std::size_t>>& groups,
                                          const MakeTogether& together);

/// Whether an error of a request for several may be the doing of one of them, and had no effect.
bool may_be_of_one(const Error& error);

/// Whether Salesforce needed too long.
bool took_too_long(const Error& error);

/// `salesforce.query` and `salesforce.query_one`: one query for all of the ids.
std::optional<JointKey> query_key(const Api& api, const connector::Inputs& inputs);
std::vector<Result<Value>> query_jointly(const Joint& joint);

/// `salesforce.update`, `salesforce.upsert` and `salesforce.create`: one sObject Collections request.
std::optional<JointKey> update_key(const Api& api, const connector::Inputs& inputs);
std::optional<JointKey> upsert_key(const Api& api, const connector::Inputs& inputs);
std::optional<JointKey> create_key(const Api& api, const connector::Inputs& inputs);
std::vector<Result<Value>> update_jointly(const Joint& joint);
std::vector<Result<Value>> upsert_jointly(const Joint& joint);
std::vector<Result<Value>> create_jointly(const Joint& joint);

}  // namespace lockstep::connectors::salesforce
