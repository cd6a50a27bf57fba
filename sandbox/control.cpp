// The control API: for tests and people, not a vendor's.
#include <fmt/format.h>

#include <algorithm>

#include "base/nearest.h"
#include "sandbox/sandbox_state.h"
#include "value/json.h"

namespace lockstep::sandbox {
namespace {

net::Response refused(int status, std::string message) { return net::json_response(status, Map{{"error", std::move(message)}}); }

int status_of(const Error& error) { return error.code == ErrorCode::not_found ? 404 : 400; }
net::Response refused(const Error& error) { return refused(status_of(error), error.message); }

net::Response done(Map body = {}) {
    body.set("ok", true);
    return net::json_response(200, body);
}

struct ControlCall {
    const net::Request& request;
    const std::vector<std::string>& path;
    Value body;  ///< null if there is none
};

constexpr std::string_view paths =
    "POST /reset, GET /state/{connector}/{object}, POST /load/{connector}/{object}, GET /calls, DELETE /calls, GET, POST and DELETE "
    "/faults, "
    "POST /emit/{connector}/{event}, POST /clock";

}  // namespace

/// Handles one control request with the sandbox's state in reach.
class Control {
public:
    Control(Sandbox& sandbox, Core& state) : sandbox_(sandbox), state_(state) {}
    net::Response handle(const net::Request& request);

private:
    using Handler = net::Response (Control::*)(const ControlCall&);
    struct Route {
        std::string_view method, name;
        std::size_t segments;
        Handler handler;
    };
    static const Route routes[];

    net::Response reset(const ControlCall& call);
    net::Response get_state(const ControlCall& call);
    net::Response load(const ControlCall& call);
    net::Response get_calls(const ControlCall& call);
    net::Response forget_calls(const ControlCall& call);
    net::Response get_faults(const ControlCall& call);
    net::Response set_faults(const ControlCall& call);
    net::Response clear_faults(const ControlCall& call);
    net::Response emit(const ControlCall& call);
    net::Response clock(const ControlCall& call);
    net::Response index(const ControlCall& call);
    net::Response no_connector(std::string_view name) const;

    Sandbox& sandbox_;
    Core& state_;
};

const Control::Route Control::routes[] = {
    {"GET", "", 0, &Control::index},
    {"POST", "reset", 1, &Control::reset},
    {"GET", "state", 3, &Control::get_state},
    {"POST", "load", 3, &Control::load},
    {"GET", "calls", 1, &Control::get_calls},
    {"DELETE", "calls", 1, &Control::forget_calls},
    {"GET", "faults", 1, &Control::get_faults},
    {"POST", "faults", 1, &Control::set_faults},
    {"DELETE", "faults", 1, &Control::clear_faults},
    {"POST", "emit", 3, &Control::emit},
    {"POST", "clock", 1, &Control::clock},
};

net::Response Control::handle(const net::Request& request) {
    auto split = net::split_path(request.path());
    if (!split) return refused(400, split.error().message);
    const std::vector<std::string>& path = *split;
    const std::string_view name = path.empty() ? std::string_view{} : std::string_view(path[0]);
    std::string allowed;
    for (const Route& route : routes) {
        if (route.name != name || route.segments != path.size()) continue;
        if (route.method != request.method) {
            allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
            continue;
        }
        ControlCall call{request, path, {}};
        if (!request.body.empty() && request.method == "POST") {
            auto body = json::parse(request.body);
            if (!body) return refused(400, "the body is not JSON: " + body.error().message);
            call.body = *std::move(body);
        }
        return (this->*route.handler)(call);
    }
    if (allowed.empty()) return refused(404, fmt::format("no such path: {} (there are {})", request.path(), paths));
    net::Response response = refused(405, fmt::format("{} is not for {}: {}", request.method, request.path(), allowed));
    response.headers.set("Allow", allowed);
    return response;
}

net::Response Control::no_connector(std::string_view name) const {
    std::vector<std::string> names;
    for (const auto& [known, lane] : state_.lanes) names.push_back(known);
    return refused(404, fmt::format("no such connector: {}{}", name, did_you_mean(name, names)));
}

net::Response Control::index(const ControlCall&) { return done({{"paths", paths}}); }

// Empties everything; `{"seed_data":true}` loads the made-up manufacturer again.
net::Response Control::reset(const ControlCall& call) {
    const Value& seed = call.body["seed_data"];
    if (!seed.is_null() && seed.kind() != Value::Kind::boolean) return refused(400, "seed_data must be true or false: " + seed.text());
    for (auto& [name, lane] : state_.lanes) {
        const std::lock_guard lock(lane.mutex);
        lane.vendor->reset();
        lane.calls.clear();
    }
    state_.faults.clear();
    state_.clock_offset_ms = 0;
    if (seed.kind() == Value::Kind::boolean && seed.as_bool())
        if (auto loaded = sandbox_.load_seed_data(); !loaded) return refused(500, loaded.error().message);
    return done();
}

net::Response Control::get_state(const ControlCall& call) {
    Lane* lane = state_.lane(call.path[1]);
    if (lane == nullptr) return no_connector(call.path[1]);
    const std::lock_guard lock(lane->mutex);
    auto records = lane->vendor->records(call.path[2]);
    if (!records) return refused(404, fmt::format("{} has no such object: {}", call.path[1], call.path[2]));
    return net::json_response(200, Map{{"records", *std::move(records)}});
}

net::Response Control::load(const ControlCall& call) {
    Lane* lane = state_.lane(call.path[1]);
    if (lane == nullptr) return no_connector(call.path[1]);
    const Value& records = call.body["records"];
    if (!records.is_list()) return refused(400, "the body must be {\"records\":[…]}");
    auto [loaded, due] = [&] {
        const std::lock_guard lock(lane->mutex);
        auto done = lane->vendor->load(call.path[2], records.as_list());
        return std::pair(std::move(done), lane->vendor->outgoing_due());
    }();
    if (due && *due <= state_.options.clock() && sandbox_.wants_to_send) sandbox_.wants_to_send();
    if (!loaded) return refused(loaded.error());
    return done({{"loaded", static_cast<std::int64_t>(records.as_list().size())}});
}

net::Response Control::get_calls(const ControlCall&) {
    List all;
    for (auto& [name, lane] : state_.lanes) {
        const std::lock_guard lock(lane.mutex);
        const std::map<std::string, std::int64_t> sorted(lane.calls.begin(), lane.calls.end());
        for (const auto& [key, count] : sorted) {
            const std::size_t space = key.find(' ');
            all.push_back(Map{{"connector", name}, {"method", key.substr(0, space)}, {"route", key.substr(space + 1)}, {"count", count}});
        }
    }
    return net::json_response(200, Map{{"calls", std::move(all)}});
}

net::Response Control::forget_calls(const ControlCall&) {
    for (auto& [name, lane] : state_.lanes) {
        const std::lock_guard lock(lane.mutex);
        lane.calls.clear();
    }
    return done();
}

net::Response Control::get_faults(const ControlCall&) { return net::json_response(200, state_.faults.to_value()); }

net::Response Control::set_faults(const ControlCall& call) {
    auto set = state_.faults.set(call.body);
    if (!set) return refused(set.error());
    return done({{"faults", static_cast<std::int64_t>(call.body["faults"].as_list().size())}});
}

net::Response Control::clear_faults(const ControlCall&) {
    state_.faults.clear();
    return done();
}

net::Response Control::emit(const ControlCall& call) {
    Lane* lane = state_.lane(call.path[1]);
    if (lane == nullptr) return no_connector(call.path[1]);
    if (!call.body.is_map() || call.body["url"].string_or("").empty())
        return refused(400, "the body must be {\"url\":…, …} with the address to send to");
    Result<net::Request> request = [&] {
        const std::lock_guard lock(lane->mutex);
        return lane->vendor->emit(call.path[2], call.body.as_map());
    }();
    if (!request) return refused(request.error());
    if (request->url.empty()) request->url = call.body["url"].as_string();
    if (!sandbox_.send_out) return refused(503, "this sandbox sends nothing out");
    auto answer = sandbox_.send_out(*request);
    if (!answer) return refused(502, "nothing was delivered: " + answer.error().to_text());
    return done({{"status", answer->status}, {"body", answer->body}, {"sent", request->body}});
}

net::Response Control::clock(const ControlCall& call) {
    const Value& advance = call.body["advance_s"];
    constexpr std::int64_t year_s = 366LL * 86400;
    if (advance.kind() != Value::Kind::integer || advance.as_int() < 0 || advance.as_int() > year_s)
        return refused(400, "advance_s must be a whole number of seconds from 0 to a year: " + advance.text());
    state_.clock_offset_ms += advance.as_int() * 1000;
    return done({{"now", format_timestamp(state_.options.clock())}});
}

net::Response Sandbox::control(const net::Request& request) { return Control(*this, *state_).handle(request); }

}  // namespace lockstep::sandbox
