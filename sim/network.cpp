#include "sim/network.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace lockstep::sim {
namespace {

constexpr std::uint64_t one_way_ms_max = 20;

Error lost(net::Effect effect) {
    if (effect == net::Effect::write) return {ErrorCode::answer_lost, "the connection was lost before the answer came"};
    return {ErrorCode::connection_lost, "the connection was lost before the answer came"};
}

/// What tells two requests apart that make the same thing: the end of the path and the member that must be unique.
struct Creation {
    std::string_view path_end, member;
};
constexpr std::array<Creation, 4> creations = {{{"/A_SalesOrder", "\"PurchaseOrderByCustomer\":\""},
                                                {"/A_BusinessPartner", "\"BusinessPartnerIDByExtSystem\":\""},
                                                {"/contacts", "\"value\":\""},
                                                {"/invoices", "\"reference_number\":\""}}};

/// What a request would make; empty if nothing that must be made once only.
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

/// What may be shown: of a sign-in, nothing but that it was one.
std::string shown_body(const net::Request& request) {
    bool signs_in = request.path().find("oauth") != std::string_view::npos || request.path().find("services/T") != std::string_view::npos;
    return signs_in ? "" : request.body;
}

}  // namespace

/// One request on its way.
struct Network::Flight {
    std::string connector;
    net::Request request;
    std::string creation;
    sandbox::Verdict verdict;
    std::mutex mutex;
    std::unique_ptr<Condition> answered;
    bool cut = false, arrived = false, over = false, caller_gone = false, landed = false;
};

void Network::note(std::string line) {
    line = fmt::format("{:>9} ms  {}", runtime_.monotonic_ms(), line);
    for (unsigned char c : line) trace_hash_ = (trace_hash_ ^ c) * 1099511628211ull;
    timeline_.push_back(std::move(line));
}

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
    auto answer = send_once(request, options, connector);
    bool again = defects_.resends_lost_writes && !answer && answer.error().code == ErrorCode::answer_lost;
    return again ? send_once(request, options, connector) : std::move(answer);
}

Result<net::Response> Network::send_once(const net::Request& request, const net::SendOptions& options, const std::string& connector) {
    auto flight = std::make_shared<Flight>();
    flight->connector = connector;
    flight->request = request;
    flight->request.url = request.url.substr(request.origin().size());
    if (flight->request.url.empty()) flight->request.url = "/";
    flight->answered = runtime_.make_condition();
    std::int64_t deadline = runtime_.monotonic_ms() + options.total_timeout_ms;
    set_off(flight);
    struct Leaving {
        Flight& flight;
        ~Leaving() { flight.caller_gone = true; }
    } leaving{*flight};
    std::unique_lock lock(flight->mutex);
    while (!flight->over)
        if (!flight->answered->wait_until(lock, deadline)) return fail(lost(options.effect));
    if (flight->verdict.kind != sandbox::Verdict::Kind::answer) return fail(lost(options.effect));
    return std::move(flight->verdict.response);
}

void Network::set_off(const std::shared_ptr<Flight>& flight) {
    ++requests_;
    std::erase_if(flights_, [](const auto& other) { return other.expired(); });
    flights_.push_back(flight);
    flight->creation = creation_of(flight->request);
    if (!flight->creation.empty()) {
        ++creations_;
        if (++creating_[flight->creation] > 1) collisions_.push_back("two requests under way would make the same: " + flight->creation);
    }
    auto out_ms = static_cast<std::int64_t>(runtime_.random_below(one_way_ms_max));
    runtime_.call_at(runtime_.monotonic_ms() + out_ms, [this, flight] { deliver(flight); });
}

/// From now on the request can make nothing any more that it has not made yet.
void Network::has_landed(Flight& flight) {
    if (!flight.creation.empty() && !std::exchange(flight.landed, true)) --creating_[flight.creation];
}

void Network::deliver(const std::shared_ptr<Flight>& flight) {
    flight->arrived = true;
    if (flight->cut) return has_landed(*flight);
    flight->verdict = sandbox_.handle(flight->connector, flight->request);
    const auto& verdict = flight->verdict;
    static constexpr const char* kinds[] = {"answered", "dropped", "cut short"};
    note(fmt::format("{} {} {} {} → {} {}{}", flight->connector, flight->request.method, flight->request.url, shown_body(flight->request),
                     kinds[static_cast<int>(verdict.kind)], verdict.response.status, verdict.apply_late_after_ms ? ", applied late" : ""));
    std::int64_t now = runtime_.monotonic_ms();
    if (!verdict.apply_late_after_ms)
        has_landed(*flight);
    else
        runtime_.call_at(now + *verdict.apply_late_after_ms, [this, flight] {
            sandbox_.apply_late(flight->connector, flight->request);
            note("applied late: " + flight->connector + " " + flight->request.method + " " + flight->request.url);
            has_landed(*flight);
        });
    runtime_.call_at(now + verdict.delay_ms + static_cast<std::int64_t>(runtime_.random_below(one_way_ms_max)), [flight] {
        flight->over = true;
        if (!flight->caller_gone) flight->answered->notify_all();
    });
}

void Network::cut_off() {
    for (const auto& weak : flights_)
        if (auto flight = weak.lock(); flight && !flight->arrived) flight->cut = runtime_.random_below(2) == 0;
}

}  // namespace lockstep::sim
