#include "sandbox/sandbox.h"

#include <algorithm>

#include "sandbox/sandbox_state.h"

namespace lockstep::sandbox {
namespace {

// The clock that the vendors see: the given one, moved by `POST /clock`. The clients' stays: else no assertion of theirs would
// be accepted after a move, and nobody could see how they take it that a token is over.
Options with_clock(Options options, std::atomic<std::int64_t>& offset_ms) {
    if (!options.client_clock) options.client_clock = options.clock;
    options.clock = [inner = std::move(options.clock), &offset_ms] { return inner().plus_ms(offset_ms); };
    return options;
}

}  // namespace

Core::Core(Options given) : options(with_clock(std::move(given), clock_offset_ms)) {
    using Make = std::unique_ptr<Vendor> (*)(const Options&);
    for (const Make make : {&make_salesforce, &make_sap, &make_zoho, &make_slack}) {
        std::unique_ptr<Vendor> vendor = make(options);
        const std::string name(vendor->connector());
        lanes[name].vendor = std::move(vendor);
    }
}

Lane* Core::lane(std::string_view connector) {
    auto found = lanes.find(connector);
    return found == lanes.end() ? nullptr : &found->second;
}

Sandbox::Sandbox(Options options) : state_(std::make_unique<State>(std::move(options))) {}
Sandbox::~Sandbox() = default;

Vendor& Sandbox::vendor(std::string_view connector) {
    Lane* lane = state_->lane(connector);
    LS_ASSERT(lane != nullptr);
    return *lane->vendor;
}

void Sandbox::apply_late(std::string_view connector, const net::Request& request) {
    Lane* lane = state_->lane(connector);
    LS_ASSERT(lane != nullptr);
    const std::lock_guard lock(lane->mutex);
    static_cast<void>(lane->vendor->handle(request));
}

namespace {

net::Response applied(Lane& lane, const net::Request& request) {
    const std::lock_guard lock(lane.mutex);
    return lane.vendor->handle(request);
}

void count(Lane& lane, const std::string& method, const std::string& pattern) {
    const std::lock_guard lock(lane.mutex);
    ++lane.calls[method + ' ' + pattern];
}

// Everything but `late_apply`, whose request the caller applies later.
void decide(Verdict& verdict, const FaultDraw& draw, Lane& lane, std::string_view connector, const net::Request& request) {
    using Kind = Fault::Kind;
    switch (*draw.kind) {
        case Kind::status:
            verdict.response = fault_response(connector, draw.status);
            return;
        case Kind::throttle:
            verdict.response = throttle_response(connector, draw.retry_after_s);
            return;
        case Kind::drop_before:
            verdict.kind = Verdict::Kind::drop;
            return;
        case Kind::drop_after:
            static_cast<void>(applied(lane, request));
            verdict.kind = Verdict::Kind::drop;
            return;
        case Kind::late_apply:
            verdict.kind = Verdict::Kind::drop;
            verdict.apply_late_after_ms = draw.late_ms;
            return;
        case Kind::malformed:
            verdict.response = applied(lane, request);
            if (!draw.truncate_bytes || verdict.response.body.empty()) return make_malformed(verdict.response);
            verdict.kind = Verdict::Kind::truncate;
            verdict.truncate_bytes = std::min(static_cast<std::size_t>(*draw.truncate_bytes), verdict.response.body.size() - 1);
            return;
        case Kind::delay:
            return;
    }
}

}  // namespace

Verdict Sandbox::handle(std::string_view connector, const net::Request& request) {
    Lane* lane = state_->lane(connector);
    LS_ASSERT(lane != nullptr);
    const std::string pattern = route_pattern(connector, request.path());
    count(*lane, request.method, pattern);
    const FaultDraw draw = state_->faults.draw(connector, request.method, request.path(), pattern);
    Verdict verdict;
    verdict.delay_ms = draw.delay_ms;
    if (draw.kind)
        decide(verdict, draw, *lane, connector, request);
    else
        verdict.response = applied(*lane, request);
    return verdict;
}

}  // namespace lockstep::sandbox
