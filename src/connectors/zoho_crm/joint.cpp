#include "connectors/zoho_crm/joint.h"

#include <algorithm>

#include "connector/session.h"

namespace lockstep::connectors::zoho_crm {
namespace {

std::int64_t earliest_deadline(const std::vector<connector::JointCall>& calls) {
    std::int64_t earliest = calls.front().context.deadline_ms;
    for (const auto& call : calls) earliest = std::min(earliest, call.context.deadline_ms);
    return earliest;
}

std::vector<Result<Value>> error_for_each(std::size_t calls, const Error& error) {
    std::vector<Result<Value>> all;
    for (std::size_t i = 0; i < calls; ++i) all.emplace_back(fail(error));
    return all;
}

}  // namespace

bool may_be_of_one(const Error& error) {
    const ErrorClass cls = error.cls();
    return cls == ErrorClass::rejected || cls == ErrorClass::conflict || cls == ErrorClass::bug;
}

Joint::Joint(const std::vector<connector::JointCall>& calls)
    : calls_(calls),
      context_{.runtime = calls.front().context.runtime,
               .http = calls.front().context.http,
               .trace = trace_,
               .deadline_ms = earliest_deadline(calls),
               .request_id = calls.front().context.request_id,
               .first_sent = calls.front().context.first_sent} {}

void Joint::about(std::size_t call, std::string request, std::string response) {
    if (size() == 1 || trace_.exchanges().empty()) return;
    parts_[trace_.exchanges().size() - 1][call] = {std::move(request), std::move(response)};
}

void Joint::tell(std::size_t call) {
    const auto& exchanges = trace_.exchanges();
    for (std::size_t i = 0; i < exchanges.size(); ++i) {
        connector::Exchange exchange = exchanges[i];
        auto parts = parts_.find(i);
        if (parts == parts_.end()) {  // of all of them: a token, a request that was made again
            exchange.request_body.clear();
            exchange.response_body.clear();
        } else {
            auto part = parts->second.find(call);
            if (part == parts->second.end()) continue;  // it is about the others
            exchange.request_body = connector::redact(part->second.request, {});
            exchange.response_body = connector::redact(part->second.response, {});
        }
        calls_[call].context.trace.add(std::move(exchange));
    }
}

void Joint::finish() {
    if (size() == 1) return;
    for (std::size_t i = 0; i < size(); ++i) tell(i);
}

std::vector<Result<Value>> make_together(const std::vector<connector::JointCall>& calls, const MakeGroup& make) {
    Joint joint(calls);
    GroupResult made = make(joint);
    joint.finish();
    if (made) return *std::move(made);
    if (calls.size() == 1 || !may_be_of_one(made.error())) return error_for_each(calls.size(), made.error());
    const auto middle = calls.begin() + static_cast<std::ptrdiff_t>(calls.size() / 2);
    std::vector<Result<Value>> all = make_together({calls.begin(), middle}, make);
    for (auto& result : make_together({middle, calls.end()}, make)) all.push_back(std::move(result));
    return all;
}

}  // namespace lockstep::connectors::zoho_crm
