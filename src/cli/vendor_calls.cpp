#include "cli/vendor_calls.h"

#include <algorithm>

namespace lockstep::cli {
namespace {

constexpr int tries_max = 5;
constexpr std::int64_t first_wait_ms = 1'000;
constexpr std::int64_t wait_max_ms = 60'000;
constexpr std::int64_t call_timeout_ms = 120'000;

bool may_pass(const Error& error) {
    return error.cls() == ErrorClass::transient || error.cls() == ErrorClass::limited || error.cls() == ErrorClass::in_doubt;
}

}  // namespace

Result<VendorCalls> VendorCalls::open(const config::Config& config, net::HttpClient* http) {
    VendorCalls calls;
    LS_TRY_ASSIGN(auto connections, config::make_connections(config, *calls.runtime_, nullptr));
    for (auto& [its, connection] : connections) calls.connections_.emplace(its.name, std::move(connection));
    if (!http) calls.own_http_ = net::make_curl_client();
    calls.http_ = http ? http : calls.own_http_.get();
    return calls;
}

Result<Value> VendorCalls::call(const std::string& connection, const std::string& action, const Value& input) {
    auto found = connections_.find(connection);
    if (found == connections_.end()) return fail(ErrorCode::not_found, "there is no such connection: " + connection);
    std::int64_t wait_ms = first_wait_ms;
    for (int attempt = 1;; ++attempt, wait_ms = std::min(wait_ms * 2, wait_max_ms)) {
        connector::Trace trace;
        connector::CallContext context{.runtime = *runtime_,
                                       .http = *http_,
                                       .trace = trace,
                                       .deadline_ms = runtime_->monotonic_ms() + call_timeout_ms,
                                       .request_id = {},
                                       .first_sent = runtime_->now()};
        auto result = found->second->perform(action, input, context);
        made_[connection] += std::max<std::int64_t>(1, static_cast<std::int64_t>(trace.exchanges().size()));
        if (result || attempt == tries_max || !may_pass(result.error())) return result;
        runtime_->sleep_ms(std::clamp<std::int64_t>(result.error().retry_after_ms.value_or(wait_ms), 0, wait_max_ms));
    }
}

std::optional<connector::CallBudget> VendorCalls::budget(const std::string& connection) const {
    auto found = connections_.find(connection);
    return found == connections_.end() ? std::nullopt : found->second->budget();
}

std::size_t VendorCalls::joint_max(const std::string& connection) const {
    auto found = connections_.find(connection);
    return found == connections_.end() ? 1 : found->second->joint_max();
}

std::int64_t VendorCalls::made(const std::string& connection) const {
    auto found = made_.find(connection);
    return found == made_.end() ? 0 : found->second;
}

}  // namespace lockstep::cli
