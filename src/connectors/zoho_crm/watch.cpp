// Notification channels. They end by themselves: Zoho keeps one for a day at most, for an hour if more is asked for.
// Source: OpenAPI v8.0, notifications; zoho.com/crm/developer/docs/api/v3/notifications/enable, `channel_expiry`.
#include <algorithm>
#include <array>
#include <charconv>

#include "connectors/zoho_crm/actions.h"
#include "connectors/zoho_crm/errors.h"
#include "connectors/zoho_crm/field_values.h"
#include "connectors/zoho_crm/receive.h"
#include "connectors/zoho_crm/version.h"

namespace lockstep::connectors::zoho_crm {
namespace {

constexpr std::string_view path = "/actions/watch";
constexpr std::int64_t hour_ms = 3'600'000;

struct Channel {
    std::string module, id, notify_url, token;
    std::vector<std::string> events;  ///< `Accounts.create`
    std::int64_t life_ms = 0;
};

Result<std::int64_t> life_of(const Value& input) {
    const std::string text = input["hours"].text();
    std::int64_t hours = 23;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), hours);
    const bool fits = text.empty() || (error == std::errc() && end == text.data() + text.size());
    if (fits && hours >= 1 && hours <= 24 * 7) return hours * hour_ms;
    return fail(ErrorCode::value_invalid, "`hours` is from 1 to 168: " + text);
}

Result<std::vector<std::string>> events_of(const Value& input, const std::string& module) {
    constexpr std::array<std::string_view, 3> known = {"create", "edit", "delete"};
    List given = input["operations"].is_list() ? input["operations"].as_list() : List{"create", "edit", "delete"};
    std::vector<std::string> events;
    for (const Value& operation : given) {
        if (std::find(known.begin(), known.end(), operation.text()) == known.end())
            return fail(ErrorCode::value_invalid, "`operations` are create, edit and delete: " + operation.text());
        events.push_back(module + "." + operation.text());
    }
    if (events.empty()) return fail(ErrorCode::value_invalid, "`operations` is empty");
    return events;
}

Result<Channel> wanted_channel(const Crm& crm, const Value& input) {
    if (crm.webhook_secret.empty())
        return fail(ErrorCode::config_invalid,
                    "zoho_crm.watch needs webhook_secret (ZOHO_CRM_WEBHOOK_SECRET): without it nobody knows what comes from Zoho");
    Channel channel{.module = {}, .id = input["channel_id"].text(), .notify_url = input["notify_url"].text(), .token = {}, .events = {}};
    LS_TRY_ASSIGN(channel.module, module_of(input));
    if (!is_record_id(channel.id)) return fail(ErrorCode::value_invalid, "`channel_id` is a number: " + channel.id);
    if (!net::parse_url(channel.notify_url)) return fail(ErrorCode::value_invalid, "`notify_url` is no address: " + channel.notify_url);
    LS_TRY_ASSIGN(channel.events, events_of(input, channel.module));
    LS_TRY_ASSIGN(channel.life_ms, life_of(input));
    channel.token = channel_token(crm.webhook_secret, channel.id);
    return channel;
}

bool has_events(const Value& open, const Channel& channel) {
    const List events = open["events"].is_list() ? open["events"].as_list() : List();
    auto is_there = [&](const std::string& wanted) {
        return std::any_of(events.begin(), events.end(),
                           [&](const Value& event) { return event.text() == wanted || event.text() == channel.module + ".all"; });
    };
    return std::all_of(channel.events.begin(), channel.events.end(), is_there);
}

/// Whether a channel that is open is the wanted one, with more than half of its life left.
bool is_good(const Value& open, const Channel& channel, Timestamp now) {
    auto ends = parse_timestamp(open["channel_expiry"].text());
    const bool same_token = open["token"].is_null() || open["token"] == Value(channel.token);
    return ends && ends->ms() - now.ms() > channel.life_ms / 2 && same_token && open["notify_url"] == Value(channel.notify_url) &&
           has_events(open, channel);
}

/// The channel as Zoho has it, for its module; null: there is none.
Result<Value> open_channel(const Crm& crm, connector::CallContext& context, const Channel& channel) {
    LS_TRY_ASSIGN(Answer answer, crm.api.get(context, std::string(path), {{"channel_id", channel.id}, {"module", channel.module}}));
    const Value& all = answer.body["watch"];
    for (const Value& one : all.is_list() ? all.as_list() : List())
        if (one["channel_id"].text() == channel.id && (one["resource_name"].is_null() || one["resource_name"] == Value(channel.module)))
            return one;
    return Value();
}

Map body_for(const Channel& channel, Timestamp now) {
    List events;
    for (const std::string& event : channel.events) events.emplace_back(event);
    return Map{{"watch", List{Map{{"channel_id", channel.id},
                                  {"events", std::move(events)},
                                  {"channel_expiry", header_time(now.plus_ms(channel.life_ms))},
                                  {"token", channel.token},
                                  {"notify_url", channel.notify_url}}}}};
}

Result<Value> set_channel(const Crm& crm, connector::CallContext& context, const Channel& channel, const std::string& method) {
    LS_TRY_ASSIGN(Answer answer, crm.api.write(context, method, std::string(path), body_for(channel, context.runtime.now())));
    const Value& results = answer.body["watch"];
    if (!results.is_list() || results.as_list().empty())
        return fail(ErrorCode::answer_lost, "Zoho CRM says nothing about the notification channel " + channel.id);
    const Value& said = results.as_list().front();
    if (std::optional<Error> error = classify_record(said)) return fail(*std::move(error));
    return said.at_path("details.events.0.channel_expiry");
}

Value expiry(const Value& given) {
    auto time = parse_timestamp(given.text());
    return time ? Value(format_timestamp(*time)) : Value();
}

}  // namespace

Result<Value> watch_module(const Crm& crm, connector::CallContext& context, const Value& input) {
    LS_TRY_ASSIGN(Channel channel, wanted_channel(crm, input));
    LS_TRY_ASSIGN(Value open, open_channel(crm, context, channel));
    if (is_good(open, channel, context.runtime.now()))
        return Value(Map{{"renewed", false}, {"expires_at", expiry(open["channel_expiry"])}});
    Result<Value> ends = set_channel(crm, context, channel, open.is_null() ? "POST" : "PUT");
    // One that has ended may be shown still, but not be renewed any more.
    if (!ends && !open.is_null() && ends.error().cls() == ErrorClass::rejected) ends = set_channel(crm, context, channel, "POST");
    if (!ends) return fail(ends.error());
    return Value(Map{{"renewed", true}, {"expires_at", expiry(*ends)}});
}

}  // namespace lockstep::connectors::zoho_crm
