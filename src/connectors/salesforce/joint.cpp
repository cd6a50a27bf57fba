#include "connectors/salesforce/joint.h"

#include <algorithm>

namespace lockstep::connectors::salesforce {
namespace {

/// As much of a success as the session keeps in a trace.
constexpr std::size_t response_bytes_max = 2u << 10;

std::int64_t earliest_deadline(const std::vector<connector::JointCall>& calls, const std::vector<std::size_t>& of) {
    std::int64_t earliest = calls[of.front()].context.deadline_ms;
    for (std::size_t i : of) earliest = std::min(earliest, calls[i].context.deadline_ms);
    return earliest;
}

/// One run of `make_in_groups`.
class Groups {
public:
    Groups(const Joint& joint, const MakeTogether& together) : joint_(joint), together_(together) {
        for (std::size_t i = 0; i < joint.calls.size(); ++i) results_.emplace_back(fail(ErrorCode::internal, "the call was not made"));
    }

    void make(const std::vector<std::size_t>& group) {
        if (group.size() == 1) {
            results_[group.front()] = joint_.alone(group.front());
            return;
        }
        const std::vector<std::size_t> again = together_(group, results_);
        const auto middle = again.begin() + static_cast<std::ptrdiff_t>(again.size() / 2);
        for (const auto& half : {std::vector(again.begin(), middle), std::vector(middle, again.end())})
            if (!half.empty()) make(half);
    }

    std::vector<Result<Value>> take() { return std::move(results_); }

private:
    const Joint& joint_;
    const MakeTogether& together_;
    std::vector<Result<Value>> results_;
};

}  // namespace

void JointSize::learn(std::size_t size, const Error* error, bool deadline_over) {
    constexpr std::size_t step = 20;
    const std::size_t before = now_;
    if (error && (took_too_long(*error) || deadline_over))
        now_ = std::max(least, std::min(before, size) / 2);
    else if (!error && before < most)
        now_ = std::min(most, before + step);
}

JointRequest::JointRequest(const Api& api, const std::vector<connector::JointCall>& calls, const std::vector<std::size_t>& of)
    : api_(api),
      size_(of.size()),
      context_{.runtime = calls[of.front()].context.runtime,
               .http = calls[of.front()].context.http,
               .trace = trace_,
               .deadline_ms = earliest_deadline(calls, of),
               .request_id = calls[of.front()].context.request_id,
               .first_sent = calls[of.front()].context.first_sent} {}

void JointRequest::tell(const JointPart& part, connector::Trace& trace) {
    bool answered = false;
    for (connector::Exchange exchange : trace_.exchanges()) {
        const std::size_t path_at = exchange.url.find("/services/data/");
        if (path_at != std::string::npos) {  // else it is about a token
            const bool success = exchange.status >= 200 && exchange.status < 300;
            if (!answered && !part.target.empty()) exchange.url.replace(path_at, std::string::npos, part.target);
            if (!exchange.request_body.empty()) exchange.request_body = redactor().redact(part.request);
            if (success) exchange.response_body = answered ? std::string() : redactor().redact(part.response, response_bytes_max);
            answered = answered || success;
        }
        trace.add(std::move(exchange));
    }
}

const connector::Redactor& JointRequest::redactor() {
    if (!redactor_) redactor_ = api_.redactor();
    return *redactor_;
}

std::vector<Result<Value>> make_in_groups(const Joint& joint, const std::vector<std::vector<std::size_t>>& groups,
                                          const MakeTogether& together) {
    Groups run(joint, together);
    for (const auto& group : groups) run.make(group);
    return run.take();
}

bool took_too_long(const Error& error) { return error.vendor_code == "QUERY_TIMEOUT" || error.vendor_code == "REQUEST_RUNNING_TOO_LONG"; }

bool may_be_of_one(const Error& error) {
    const ErrorClass cls = error.cls();
    if (cls == ErrorClass::rejected || cls == ErrorClass::conflict || cls == ErrorClass::bug) return true;
    return cls == ErrorClass::transient && took_too_long(error);
}

}  // namespace lockstep::connectors::salesforce
