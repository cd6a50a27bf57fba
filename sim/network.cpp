#include "sim/network.h"

namespace lockstep::sim {
namespace {

constexpr std::uint64_t one_way_ms_max = 20;

Error lost(net::Effect effect) {
    if (effect == net::Effect::write) return {ErrorCode::answer_lost, "the connection was lost before the answer came"};
    return {ErrorCode::connection_lost, "the connection was lost before the answer came"};
}

}  // namespace

std::string Network::connector_of(std::string_view origin) const {
    if (origin == addresses_.salesforce) return "salesforce";
    if (origin == addresses_.sap) return "sap";
    if (origin == addresses_.zoho) return "zoho_books";
    if (origin == addresses_.slack) return "slack";
    return {};
}

Result<net::Response> Network::send(const net::Request& request, const net::SendOptions& options) {
    std::string connector = connector_of(request.origin());
    if (connector.empty()) return fail(ErrorCode::unreachable, "no such host: " + std::string(request.origin()));
    net::Request arrived = request;
    arrived.url = request.url.substr(request.origin().size());
    if (arrived.url.empty()) arrived.url = "/";
    std::int64_t deadline = runtime_.monotonic_ms() + options.total_timeout_ms;
    runtime_.sleep_ms(static_cast<std::int64_t>(runtime_.random_below(one_way_ms_max)));
    auto verdict = sandbox_.handle(connector, arrived);
    if (verdict.apply_late_after_ms)
        runtime_.spawn("late", [this, connector, arrived, after = *verdict.apply_late_after_ms] {
            runtime_.sleep_ms(after);
            sandbox_.apply_late(connector, arrived);
        });
    std::int64_t back = verdict.delay_ms + static_cast<std::int64_t>(runtime_.random_below(one_way_ms_max));
    runtime_.sleep_ms(std::min(back, std::max<std::int64_t>(0, deadline - runtime_.monotonic_ms())));
    bool answered = verdict.kind == sandbox::Verdict::Kind::answer && runtime_.monotonic_ms() < deadline;
    if (!answered) return fail(lost(options.effect));
    return std::move(verdict.response);
}

}  // namespace lockstep::sim
