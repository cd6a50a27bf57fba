// What starts flows over HTTP: webhooks, and what vendors send in their own words.
#include <fmt/format.h>

#include "api/api.h"
#include "base/log.h"
#include "connector/signature.h"
#include "value/json.h"

namespace lockstep::api {
namespace {

/// Topics come from outside: no more of them are remembered than a person would set up.
constexpr std::size_t told_max = 64;

/// Answers in the words of whoever sent the request.
struct Reply {
    const connector::Connection* connection;
    std::shared_ptr<std::unique_ptr<net::Responder>> answer;
    std::function<void(const Error&)> note;

    void send(const Result<void>& taken, net::Response plain) const {
        (*answer)->send(connection ? connection->acknowledge(taken, std::move(plain)) : std::move(plain));
    }
    void refuse(const Error& error) const {
        note(error);
        send(fail(error), error_response(error));
    }
};

net::Response only_post(const std::string& method) {
    auto response =
        net::json_response(405, Map{{"error", Map{{"code", "request_invalid"}, {"message", "a webhook takes POST, not " + method}}}});
    response.headers.set("Allow", "POST");
    return response;
}

Error about_one_of(Error error, std::size_t index, std::size_t count) {
    if (count > 1) error.message = fmt::format("number {} of {}: {}", index + 1, count, error.message);
    return error;
}

Result<engine::Submission> event_of(const flow::Flow& flow, const flow::Trigger& trigger, const connector::Notification& notification) {
    engine::Submission event{.flow = flow.name, .trigger = trigger.name, .dedupe_id = notification.id};
    LS_TRY_ASSIGN(event.key, flow::event_key(flow, trigger, notification.body));
    if (trigger.dedupe) { LS_TRY_ASSIGN(event.dedupe_id, flow::event_dedupe_id(flow, trigger, notification.body)); }
    return event;
}

}  // namespace

bool Api::may_trigger(const net::Request& request) const {
    const Secret& secret = application_.config().server.webhook_secret;
    if (secret.empty()) return true;
    if (connector::same_secret(request.headers.get("Authorization").value_or(""), "Bearer " + secret.reveal())) return true;
    auto query = net::parse_form(request.query());
    return query && connector::same_secret(net::parameter(*query, "token").value_or(""), secret.reveal());
}

void Api::trigger(const net::Request& request, Answer answer, const Listener& listener) {
    if (request.method != "POST") return answer->send(only_post(request.method));
    const Reply reply{listener.connection, std::make_shared<Answer>(std::move(answer)),
                      [refused = refused_, name = listener.flows.front().second->name](const Error& error) {
                          std::lock_guard lock(refused->mutex);
                          ++refused->count[{name, std::string(to_string(error.code))}];
                      }};
    if (!may_trigger(request))
        return reply.refuse(
            {ErrorCode::unauthorized, "the webhook's secret is missing or wrong: send it as `Authorization: Bearer …` or `?token=…`"});
    auto events = read_events(request, listener);
    if (!events) return reply.refuse(events.error());
    // The answer names flows and keys; the bodies go to the engine.
    std::vector<engine::Submission> named;
    for (const auto& event : *events) named.push_back({.flow = event.flow, .key = event.key, .trigger = {}, .dedupe_id = {}});
    application_.engine().submit_all(*std::move(events),
                                     [reply, named = std::move(named)](const Result<std::vector<engine::Accepted>>& accepted) {
                                         if (!accepted) return reply.refuse(accepted.error());
                                         reply.send({}, net::json_response(202, accepted_value(named, *accepted)));
                                     });
}

Result<std::vector<engine::Submission>> Api::read_events(const net::Request& request, const Listener& listener) {
    if (listener.connection) {
        LS_TRY_ASSIGN(auto delivery, listener.connection->receive(request));
        return events_of(listener, delivery);
    }
    LS_TRY_ASSIGN(List bodies, json_bodies(request));
    connector::Delivery delivery;
    for (Value& body : bodies) delivery.push_back({.id = {}, .topic = {}, .body = std::move(body)});
    return events_of(listener, delivery);
}

/// An event for each notification and each flow that listens to it. One that is wrong makes all of them wrong: they are
/// acknowledged together.
Result<std::vector<engine::Submission>> Api::events_of(const Listener& listener, const connector::Delivery& delivery) {
    std::vector<engine::Submission> events;
    for (std::size_t i = 0; i < delivery.size(); ++i) {
        const std::size_t before = events.size();
        const std::string body_json = json::write(delivery[i].body);
        for (const auto& [flow, trigger] : listener.flows) {
            if (!trigger->topic.empty() && trigger->topic != delivery[i].topic) continue;
            auto event = event_of(*flow, *trigger, delivery[i]);
            if (!event) return fail(about_one_of(event.error(), i, delivery.size()));
            event->body_json = body_json;
            events.push_back(*std::move(event));
        }
        if (events.size() == before) return nobody_listens(listener, delivery[i].topic);
    }
    return events;
}

/// Refused rather than acknowledged: the vendor keeps what is not acknowledged, shows the reason to its people and sends
/// it again, so nothing is lost while the flow or the vendor's rule is mended.
Unexpected Api::nobody_listens(const Listener& listener, const std::string& topic) {
    const auto& [flow, trigger] = listener.flows.front();
    bool fresh;
    {
        std::lock_guard lock(refused_->mutex);
        fresh = refused_->told.size() < told_max && refused_->told.insert(trigger->path + "\n" + topic).second;
    }
    if (fresh)
        log::warning("what a vendor sends is refused because no flow listens to it",
                     {{"path", trigger->path}, {"trigger", trigger->name}, {"object", topic}});
    return fail(ErrorCode::not_found, fmt::format("no flow listens to {} here: {}", trigger->name, topic));
}

}  // namespace lockstep::api
