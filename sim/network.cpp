#include "sim/network.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/assert.h"
#include "sandbox/faults.h"
#include "sim/network_bodies.h"

namespace lockstep::sim {
namespace {

constexpr int one_way_ms_max = 20;
constexpr int delay_ms_max = 70'000;
constexpr int retry_after_s_max = 20;
/// A lost request is applied this long before its connection's settle time is over at the latest.
constexpr std::int64_t settle_margin_ms = 500;

std::int64_t settle_ms(std::string_view connector) { return connector == "slack" ? 2'000 : 10'000; }

Error lost(net::Effect effect) {
    if (effect == net::Effect::write) return {ErrorCode::answer_lost, "the connection was lost before the answer came"};
    return {ErrorCode::connection_lost, "the connection was lost before the answer came"};
}

std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) { return (hash ^ value) * 1099511628211ull; }

bool is_write(const net::SendOptions& options) { return options.effect == net::Effect::write; }

}  // namespace

/// One request on its way.
struct Network::Flight {
    std::string connector;
    net::Request request;
    net::SendOptions options;
    std::size_t index = 0;  ///< in the history
    std::string creation;
    std::optional<FaultKind> fault;
    const Outage* outage = nullptr;
    std::int64_t deadline_ms = 0;
    net::Response response;
    std::optional<Error> error;
    std::mutex mutex;
    std::unique_ptr<Condition> answered;
    std::int64_t apply_until_ms = INT64_MAX;  ///< whatever was drawn: not later
    bool cut = false, arrived = false, applied = false, over = false, caller_gone = false, landed = false, waits_to_apply = false;
};

Network::Network(FiberRuntime& runtime, sandbox::Sandbox& sandbox, const sandbox::Addresses& addresses, const Scenario& scenario,
                 History& history)
    : runtime_(runtime),
      sandbox_(sandbox),
      addresses_(addresses),
      scenario_(scenario),
      history_(history),
      dice_(scenario.seed, 0xfa),
      ways_(scenario.seed, 0x3a) {}

SentCall& Network::record(const Flight& flight) { return history_.calls[flight.index]; }
std::int64_t Network::way_ms() { return ways_.below(one_way_ms_max); }

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
    if (connector == "zoho_books" && request.path().starts_with("/crm/")) connector = "zoho_crm";  // both have one address
    auto answer = send_once(request, options, connector);
    bool again = scenario_.network_defects.resends_lost_writes && !answer && answer.error().code == ErrorCode::answer_lost;
    return again ? send_once(request, options, connector) : std::move(answer);
}

Result<net::Response> Network::send_once(const net::Request& request, const net::SendOptions& options, const std::string& connector) {
    auto flight = std::make_shared<Flight>();
    flight->connector = connector;
    flight->request = request;
    flight->options = options;
    flight->request.url = request.url.substr(request.origin().size());
    if (flight->request.url.empty()) flight->request.url = "/";
    flight->answered = runtime_.make_condition();
    flight->deadline_ms = runtime_.monotonic_ms() + options.total_timeout_ms;
    set_off(flight);
    struct Leaving {
        Flight& flight;
        ~Leaving() { flight.caller_gone = true; }
    } leaving{*flight};
    std::unique_lock lock(flight->mutex);
    while (!flight->over)
        if (!flight->answered->wait_until(lock, flight->deadline_ms)) {
            flight->error = lost(options.effect);
            break;
        }
    is_over(*flight);
    if (flight->error) return fail(*flight->error);
    return std::move(flight->response);
}

namespace {

/// What an answer says of the day's calls. Sources: `Sforce-Limit-Info: api-usage=18/15000`; `X-Rate-Limit-*` of Zoho Books.
void note_allowance(SentCall& call, const net::Headers& headers) {
    auto number = [](std::string_view text) { return std::strtoll(std::string(text).c_str(), nullptr, 10); };
    if (auto usage = headers.get("Sforce-Limit-Info")) {
        auto from = usage->find('=') + 1, slash = usage->find('/');
        if (slash == std::string_view::npos || from > slash) return;
        call.day_used = number(usage->substr(from, slash - from));
        call.day_allowed = number(usage->substr(slash + 1));
    } else if (auto allowed = headers.get("X-Rate-Limit-Limit")) {
        call.day_allowed = number(*allowed);
        call.day_used = call.day_allowed - number(headers.get("X-Rate-Limit-Remaining").value_or("0"));
    }
}

}  // namespace

/// The caller learns what became of it.
void Network::is_over(Flight& flight) {
    SentCall& call = record(flight);
    call.answered_ms = runtime_.monotonic_ms();
    trace_hash_ = mixed(mixed(trace_hash_, static_cast<std::uint64_t>(*call.answered_ms)), std::hash<std::string_view>()(call.url));
    trace_hash_ = mixed(trace_hash_, std::hash<std::string_view>()(call.body));
    if (flight.error) {
        call.error = to_string(flight.error->code);
        trace_hash_ = mixed(trace_hash_, static_cast<std::uint64_t>(flight.error->code));
        return;
    }
    call.status = flight.response.status;
    call.answer = flight.response.body;
    note_allowance(call, flight.response.headers);
    trace_hash_ = mixed(trace_hash_, std::hash<std::string_view>()(call.answer));
    if (auto seconds = flight.response.headers.get("Retry-After"))
        call.retry_after_ms = std::strtoll(std::string(*seconds).c_str(), nullptr, 10) * 1000;
}

void Network::set_off(const Shared& flight) {
    std::erase_if(flights_, [](const auto& other) { return other->landed && (other->over || other->caller_gone); });
    flights_.push_back(flight);
    flight->index = history_.calls.size();
    history_.calls.push_back({.number = history_.calls.size() + 1,
                              .life = static_cast<int>(history_.lives.size()) - 1,
                              .connector = flight->connector,
                              .method = flight->request.method,
                              .url = flight->request.url,
                              .body = flight->request.body,
                              .effect = flight->options.effect,
                              .sent_ms = runtime_.monotonic_ms()});
    remember_token(flight->request);
    flight->creation = creation_of(flight->request);
    if (!flight->creation.empty()) {
        ++creations_;
        if (++creating_[flight->creation] > 1) collisions_.push_back("two requests under way would make the same: " + flight->creation);
    }
    flight->outage = outage_of(flight->connector);
    if (!flight->outage) flight->fault = draw(*flight);
    if (flight->fault) {
        ++faults_made_[static_cast<std::size_t>(*flight->fault)];
        record(*flight).fault = to_string(*flight->fault);
    }
    if (flight->outage) record(*flight).fault = "outage";
    runtime_.call_at(runtime_.monotonic_ms() + way_ms(), [this, flight] { deliver(flight); });
}

/// It is a secret from now on.
void Network::remember_token(const net::Request& request) {
    std::string_view header = request.headers.get("Authorization").value_or("");
    std::string_view token = header.substr(std::min(header.find(' '), header.size() - 1) + 1);
    if (header.empty() || tokens_.contains(token)) return;
    tokens_.emplace(token);
    history_.secrets.emplace_back(token);
}

const Outage* Network::outage_of(std::string_view connector) {
    if (healed_) return nullptr;
    std::int64_t now = runtime_.monotonic_ms();
    for (const auto& outage : scenario_.outages)
        if (outage.connector == connector && now >= outage.from_ms && now < outage.from_ms + outage.for_ms) return &outage;
    return nullptr;
}

std::optional<FaultKind> Network::draw(const Flight& flight) {
    if (healed_ || runtime_.monotonic_ms() >= scenario_.faults_ms) return std::nullopt;
    int drawn = dice_.below(1000);
    for (std::size_t i = 0; i < fault_kinds; ++i) {
        drawn -= scenario_.faults[i];
        if (drawn >= 0) continue;
        auto kind = static_cast<FaultKind>(i);
        return is_possible(kind, flight.connector, flight.request, is_write(flight.options)) ? std::optional(kind) : std::nullopt;
    }
    return std::nullopt;
}

/// From now on the request can make nothing any more that it has not made yet.
void Network::has_landed(Flight& flight) {
    if (!std::exchange(flight.landed, true) && !flight.creation.empty()) --creating_[flight.creation];
}

net::Response Network::process(Flight& flight) {
    SentCall& call = record(flight);
    auto& vendor = sandbox_.vendor(flight.connector);
    net::Response response = vendor.handle(flight.request);
    call.applied_ms = runtime_.monotonic_ms();
    call.vendor_status = response.status;
    flight.applied = true;
    has_landed(flight);
    if (processed) processed(flight.connector, flight.request);
    return response;
}

/// Half of a collection is refused, as the vendor refuses records: each with its own error, the others are done.
net::Response Network::process_half(Flight& flight) {
    auto halves = halve(flight.request, dice_);
    net::Request whole = std::exchange(flight.request, halves.kept);
    net::Response response = process(flight);
    flight.request = std::move(whole);
    return response.ok() ? joined(std::move(response), halves) : response;
}

/// What the vendor has forgotten on purpose, it refuses until it is asked for a new one.
bool Network::is_refused_by_state(Flight& flight) {
    auto token = flight.request.headers.get("Authorization");
    if (token && dead_tokens_.contains(*token)) {
        flight.response = sandbox::fault_response(flight.connector, 401);
        return true;
    }
    auto session = flight.request.headers.get("x-csrf-token");
    if (session && (*session == "fetch" || *session == "Fetch")) dead_sessions_.clear();
    if (session && dead_sessions_.contains(*session)) {
        flight.response = session_refused();
        return true;
    }
    return false;
}

void Network::deliver(const Shared& flight) {
    std::int64_t now = runtime_.monotonic_ms(), back = now + way_ms();
    if (flight->cut) {
        flight->over = true;
        return has_landed(*flight);
    }
    if (flight->outage || (flight->fault && never_arrives(*flight->fault))) {
        has_landed(*flight);
        spoil(*flight);
        bool silent = flight->outage && flight->outage->how == Outage::How::silent;
        return answer_at(flight, silent ? flight->deadline_ms : back);
    }
    flight->arrived = true;
    record(*flight).arrived_ms = now;
    if (flight->fault == FaultKind::token_revoked)
        if (auto token = flight->request.headers.get("Authorization")) dead_tokens_.emplace(*token);
    if (flight->fault == FaultKind::session_lost)
        if (auto session = flight->request.headers.get("x-csrf-token")) dead_sessions_.emplace(*session);
    if (is_refused_by_state(*flight)) {
        has_landed(*flight);
        return answer_at(flight, back);
    }
    if (flight->fault == FaultKind::late) {
        flight->error = lost(flight->options.effect);
        answer_at(flight, now);
        return apply_at(flight, now + dice_.below(static_cast<int>(settle_ms(flight->connector) - settle_margin_ms)), false);
    }
    if (flight->fault == FaultKind::stuck) {
        std::int64_t latest = flight->deadline_ms + settle_ms(flight->connector) - settle_margin_ms;
        return apply_at(flight, std::min(now + dice_.below(delay_ms_max), latest), true);
    }
    if (flight->fault == FaultKind::slow) {
        std::int64_t wait = dice_.below(delay_ms_max);
        sandbox_.vendor(flight->connector).hold(wait);
        back += wait;
    } else if (scenario_.zoho_at_once > 0 && flight->connector == "zoho_books") {
        sandbox_.vendor(flight->connector).hold(back - now);
    }
    spoil(*flight);
    has_landed(*flight);
    answer_at(flight, back);
}

/// What the caller is told, and whether the vendor processes it now.
void Network::spoil(Flight& flight) {
    if (flight.outage) {
        if (flight.outage->how == Outage::How::unavailable)
            flight.response = sandbox::fault_response(flight.connector, 503);
        else if (flight.outage->how == Outage::How::refused)
            flight.error = Error{ErrorCode::unreachable, "connection refused"};
        else
            flight.error = lost(flight.options.effect);
        return;
    }
    static constexpr std::array statuses_before = {500, 502, 503, 504}, statuses_after = {500, 502, 504, 503};
    const std::string& connector = flight.connector;
    switch (flight.fault.value_or(FaultKind::count)) {
        case FaultKind::refused:
            flight.error = Error{ErrorCode::unreachable, "connection refused"};
            return;
        case FaultKind::reset:
            flight.error = lost(flight.options.effect);
            return;
        case FaultKind::answer_lost:
        case FaultKind::truncated:
            (void)process(flight);
            flight.error = lost(flight.options.effect);
            return;
        case FaultKind::server_error:
            flight.response = sandbox::fault_response(connector, statuses_before[static_cast<std::size_t>(dice_.below(4))]);
            return;
        case FaultKind::server_error_after:
            (void)process(flight);
            flight.response = sandbox::fault_response(connector, statuses_after[static_cast<std::size_t>(dice_.below(4))]);
            return;
        case FaultKind::throttled:
            flight.response = sandbox::throttle_response(connector, 1 + dice_.below(retry_after_s_max));
            return;
        case FaultKind::throttled_bare:
            // Salesforce says so only of calls that run at the same time, with a status of its own.
            flight.response = sandbox::fault_response(connector, connector == "salesforce" ? 403 : 429);
            return;
        case FaultKind::locked:
            flight.response = locked_answer(connector);
            return;
        case FaultKind::half_failed:
            flight.response = process_half(flight);
            return;
        case FaultKind::malformed:
            flight.response = process(flight);
            sandbox::make_malformed(flight.response);
            return;
        default:
            flight.response = process(flight);
    }
}

/// The vendor processes it at that time, or at the latest that it may.
void Network::apply_at(const Shared& flight, std::int64_t at_ms, bool answers) {
    flight->waits_to_apply = true;
    runtime_.call_at(at_ms, [this, flight, answers] {
        if (flight->applied) return;
        flight->response = process(*flight);
        if (answers) answer_at(flight, runtime_.monotonic_ms());
    });
}

void Network::answer_at(const Shared& flight, std::int64_t at_ms) {
    runtime_.call_at(at_ms, [flight] {
        flight->over = true;
        if (!flight->caller_gone) flight->answered->notify_all();
    });
}

void Network::cut_off() {
    std::int64_t now = runtime_.monotonic_ms();
    for (const auto& flight : flights_) {
        if (!flight->arrived && !flight->over) flight->cut = ways_.below(2) == 0;
        // The connection was lost now: the settle time counts from here.
        if (flight->waits_to_apply && !flight->applied) apply_at(flight, now + settle_ms(flight->connector) - settle_margin_ms, false);
        if (!flight->arrived && !flight->cut) flight->deadline_ms = std::min(flight->deadline_ms, now);
    }
}

}  // namespace lockstep::sim
