#include "sandbox/sandbox.h"

#include <algorithm>

#include "sandbox/sandbox_state.h"

namespace lockstep::sandbox {
namespace {

// The clock that the vendors see: the given one, moved by `POST /clock`. The clients' stays: else no assertion of theirs would
// be accepted after a move, and nobody could see how they take it that a token is over.
Options with_clock(Options options, std::atomic<std::int64_t>& offset_ms) {
    if (!options.client_clock) options.client_clock = options.clock;
    if (!options.zoho_clock) options.zoho_clock = options.clock;
    for (ClockFunction* clock : {&options.clock, &options.zoho_clock})
        *clock = [inner = std::move(*clock), &offset_ms] { return inner().plus_ms(offset_ms); };
    return options;
}

}  // namespace

Core::Core(Options given) : options(with_clock(std::move(given), clock_offset_ms)) {
    using Make = std::unique_ptr<Vendor> (*)(const Options&);
    Options of_zoho = options;
    of_zoho.clock = options.zoho_clock;
    of_zoho.zoho_accounts = options.zoho_accounts = make_zoho_accounts(of_zoho);
    for (const Make make : {&make_salesforce, &make_sap, &make_zoho, &make_zoho_crm, &make_slack}) {
        std::unique_ptr<Vendor> vendor = make(make == &make_zoho || make == &make_zoho_crm ? of_zoho : options);
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

namespace {

// Zoho's products have one address.
std::string_view answering(std::string_view connector, const net::Request& request) {
    return connector == "zoho_books" && request.path().starts_with("/crm/") ? "zoho_crm" : connector;
}

bool is_due(const Vendor& vendor, const Options& options) {
    auto due = vendor.outgoing_due();
    return due && *due <= options.clock();
}

net::Response applied(Core& core, Lane& lane, const net::Request& request, std::int64_t delay_ms) {
    const std::lock_guard lock(lane.mutex);
    lane.vendor->hold(delay_ms);
    net::Response response = lane.vendor->handle(request);
    lane.wants_to_send = is_due(*lane.vendor, core.options);
    return response;
}

void count(Lane& lane, const std::string& method, const std::string& pattern) {
    const std::lock_guard lock(lane.mutex);
    ++lane.calls[method + ' ' + pattern];
}

// Everything but `late_apply`, whose request the caller applies later.
void decide(Core& core, Lane& lane, Verdict& verdict, const FaultDraw& draw, std::string_view connector, const net::Request& request) {
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
            static_cast<void>(applied(core, lane, request, draw.delay_ms));
            verdict.kind = Verdict::Kind::drop;
            return;
        case Kind::late_apply:
            verdict.kind = Verdict::Kind::drop;
            verdict.apply_late_after_ms = draw.late_ms;
            return;
        case Kind::malformed:
            verdict.response = applied(core, lane, request, draw.delay_ms);
            if (!draw.truncate_bytes || verdict.response.body.empty()) return make_malformed(verdict.response);
            verdict.kind = Verdict::Kind::truncate;
            verdict.truncate_bytes = std::min(static_cast<std::size_t>(*draw.truncate_bytes), verdict.response.body.size() - 1);
            return;
        case Kind::delay:
            return;
    }
}

// Sends the first request of a vendor that is due; false: there was none.
bool send_one(Lane& lane, const std::function<Result<net::Response>(const net::Request&)>& send_out, const Options& options) {
    std::unique_lock lock(lane.mutex);
    std::optional<Outgoing> outgoing = is_due(*lane.vendor, options) ? lane.vendor->take_outgoing() : std::nullopt;
    if (!outgoing) return false;
    lock.unlock();
    const Result<net::Response> answer = send_out(outgoing->request);
    lock.lock();
    lane.vendor->outgoing_done(outgoing->id, answer);
    return true;
}

}  // namespace

void Sandbox::apply_late(std::string_view connector, const net::Request& request) {
    Lane* lane = state_->lane(answering(connector, request));
    LS_ASSERT(lane != nullptr);
    static_cast<void>(applied(*state_, *lane, request, 0));
    if (wants_to_send && lane->wants_to_send) wants_to_send();
}

std::optional<std::int64_t> Sandbox::send_outgoing() {
    std::optional<std::int64_t> wait_ms;
    for (auto& [name, lane] : state_->lanes) {
        while (send_out && send_one(lane, send_out, state_->options)) {}
        const std::lock_guard lock(lane.mutex);
        auto due = lane.vendor->outgoing_due();
        if (!due) continue;
        const std::int64_t own_ms = std::max<std::int64_t>(due->ms() - state_->options.clock().ms(), 0);
        wait_ms = std::min(wait_ms.value_or(own_ms), own_ms);
    }
    return wait_ms;
}

Verdict Sandbox::handle(std::string_view given_connector, const net::Request& request) {
    const std::string_view connector = answering(given_connector, request);
    Lane* lane = state_->lane(connector);
    LS_ASSERT(lane != nullptr);
    const std::string pattern = route_pattern(connector, request.path());
    count(*lane, request.method, pattern);
    const FaultDraw draw = state_->faults.draw(connector, request.method, request.path(), pattern);
    Verdict verdict;
    verdict.delay_ms = draw.delay_ms;
    if (draw.kind)
        decide(*state_, *lane, verdict, draw, connector, request);
    else
        verdict.response = applied(*state_, *lane, request, draw.delay_ms);
    if (wants_to_send && lane->wants_to_send) wants_to_send();
    return verdict;
}

}  // namespace lockstep::sandbox
