// Channels of notifications. Source: zoho/crm-oas v8.0, `notifications`. How long a channel lives is unverified: the settings
// say it, and an expiry that is later than the longest life is cut.
#include <algorithm>
#include <array>

#include "sandbox/zoho_crm/announce.h"
#include "sandbox/zoho_crm/api.h"

namespace lockstep::sandbox::zoho_crm {

namespace {

constexpr std::size_t watches_max = 50, url_length_max = 255, id_length_max = 64, token_length_max = 50, events_max = 50;

std::string path_of(std::size_t index) { return "$.watch[" + std::to_string(index) + "]"; }

Channel* find_channel(Crm& crm, std::string_view id) {
    const auto found = std::ranges::find(crm.channels, id, &Channel::id);
    return found == crm.channels.end() ? nullptr : &*found;
}

void forget_ended(Crm& crm) {
    std::erase_if(crm.channels, [&](const Channel& channel) { return channel.expires <= crm.options.clock(); });
}

/// What a call says of one channel.
class Reader {
public:
    Reader(const Crm& crm, const Value& given, std::string path) : crm_(crm), given_(given), path_(std::move(path)) {}

    Result<std::string> id() const {
        const std::string text = given_["channel_id"].text();
        if (text.empty()) return missing("channel_id");
        return text.size() > id_length_max ? Result<std::string>(too_long("channel_id", id_length_max)) : text;
    }
    /// A new channel needs an address and events; a known one keeps what is not given.
    Result<void> read(Channel& channel, bool whole) const {
        if (whole || !given_["notify_url"].is_null()) LS_TRY(read_url(channel));
        if (whole || !given_["events"].is_null()) LS_TRY(read_events(channel));
        if (whole || !given_["channel_expiry"].is_null()) LS_TRY(read_expiry(channel));
        if (!given_["token"].is_null()) LS_TRY(read_token(channel));
        LS_TRY(read_flag("return_affected_field_values", channel.with_values));
        LS_TRY(read_flag("notify_on_related_action", channel.on_related));
        if (!given_["notification_condition"].is_null()) LS_TRY(read_condition(channel));
        return {};
    }

private:
    std::string place(std::string_view name) const { return path_ + '.' + std::string(name); }
    Unexpected missing(std::string_view name) const {
        return refuse_field("MANDATORY_NOT_FOUND", "required field not found", name, place(name));
    }
    Unexpected invalid(std::string_view name, std::string place) const { return refuse_field("INVALID_DATA", "invalid data", name, place); }
    Unexpected too_long(std::string_view name, std::size_t length) const {
        return refuse_field("INVALID_DATA", "invalid data", name, place(name), {{"maximum_length", static_cast<std::int64_t>(length)}});
    }
    Result<void> read_url(Channel& channel) const {
        channel.url = given_["notify_url"].text();
        if (channel.url.empty()) return missing("notify_url");
        if (channel.url.size() > url_length_max) return too_long("notify_url", url_length_max);
        return net::parse_url(channel.url) ? Result<void>() : invalid("notify_url", place("notify_url"));
    }
    Result<void> read_token(Channel& channel) const {
        if (!given_["token"].is_string()) return wrong_type("text", "token", place("token"));
        channel.token = given_["token"].as_string();
        return channel.token.size() > token_length_max ? Result<void>(too_long("token", token_length_max)) : Result<void>();
    }
    Result<void> read_events(Channel& channel) const {
        const Value& events = given_["events"];
        if (events.is_null()) return missing("events");
        if (!events.is_list()) return wrong_type("jsonarray", "events", place("events"));
        if (events.as_list().empty() || events.as_list().size() > events_max) return invalid("events", place("events"));
        channel.events.clear();
        for (std::size_t i = 0; i < events.as_list().size(); ++i) {
            const std::string event = events.as_list()[i].text();
            if (!is_event(event)) return invalid("events", place("events") + "[" + std::to_string(i) + "]");
            channel.events.push_back(event);
        }
        return {};
    }
    bool is_event(std::string_view event) const {
        static constexpr std::array<std::string_view, 4> known = {"create", "edit", "delete", "all"};
        const std::size_t dot = event.find('.');
        return dot != std::string_view::npos && crm_.table(event.substr(0, dot)) != nullptr &&
               std::ranges::find(known, event.substr(dot + 1)) != known.end();
    }
    Result<void> read_expiry(Channel& channel) const {
        const Timestamp now = crm_.now();
        channel.expires = now.plus_ms(crm_.settings.channel_life_s * 1000);
        if (given_["channel_expiry"].is_null()) return {};
        const auto time = read_time(given_["channel_expiry"].string_or(""));
        if (!time) return wrong_type("datetime", "channel_expiry", place("channel_expiry"));
        if (*time <= now) return invalid("channel_expiry", place("channel_expiry"));
        channel.expires = std::min(*time, now.plus_ms(crm_.settings.channel_life_max_s * 1000));
        return {};
    }
    Result<void> read_flag(std::string_view name, bool& flag) const {
        const Value& given = given_[name];
        if (given.is_null()) return {};
        if (given.kind() != Value::Kind::boolean) return wrong_type("boolean", name, place(name));
        flag = given.as_bool();
        return {};
    }
    Result<void> read_condition(Channel& channel) const {
        constexpr std::string_view name = "notification_condition";
        if (!given_[name].is_list()) return invalid(name, place(name));
        for (const Value& condition : given_[name].as_list()) {
            const Table* table = crm_.table(condition["module"]["api_name"].text());
            if (table == nullptr || condition["type"].text() != "field_selection" || !condition["field_selection"].is_map())
                return invalid(name, place(name));
        }
        channel.conditions = given_[name];
        return {};
    }

    const Crm& crm_;
    const Value& given_;
    const std::string path_;
};

std::vector<const Table*> modules_of(const Crm& crm, const Channel& channel) {
    std::vector<const Table*> tables;
    for (const Table& table : crm.tables)
        if (std::ranges::any_of(channel.events, [&](const std::string& event) { return event.starts_with(table.module.api_name + '.'); }))
            tables.push_back(&table);
    return tables;
}

Map resource_of(const Crm& crm, const Table& table, const Channel& channel) {
    return {{"resource_uri", crm.options.addresses.zoho + "/crm/v8/" + table.module.api_name},
            {"resource_id", table.module.id},
            {"channel_id", channel.id}};
}

Value success(std::string_view message, Map details) {
    return Map{{"code", "SUCCESS"}, {"details", std::move(details)}, {"message", message}, {"status", "success"}};
}

Value subscribed(const Crm& crm, const Channel& channel, std::string_view message) {
    List events;
    for (const Table* table : modules_of(crm, channel)) {
        Map event{{"channel_expiry", crm_time(channel.expires)}};
        for (const auto& [name, value] : resource_of(crm, *table, channel)) event.set(name, value);
        event.set("resource_name", table->module.api_name);
        events.push_back(std::move(event));
    }
    return success(message, {{"events", std::move(events)}});
}

Unexpected not_subscribed(std::string_view id) {
    return refuse("NOT_SUBSCRIBED", "the channel id is not subscribed", {{"channel_id", id}});
}

using One = Result<Value> (*)(Crm&, const Value&, std::size_t);

/// One result a channel; 207 for mixed ones, 400 where all were refused.
Result<net::Response> each(Crm& crm, const Call& call, int status, One one) {
    LS_TRY_ASSIGN(const List watches, list_of(call, "watch", watches_max));
    forget_ended(crm);
    List results;
    std::size_t accepted = 0;
    for (std::size_t i = 0; i < watches.size(); ++i) {
        auto result = one(crm, watches[i], i);
        if (result) ++accepted;
        results.push_back(result ? *std::move(result) : error_object(result.error()));
    }
    const int mixed = accepted == results.size() ? status : accepted > 0 ? 207 : 400;
    return net::json_response(mixed, Map{{"watch", std::move(results)}});
}

Result<Value> enable_one(Crm& crm, const Value& given, std::size_t index) {
    const Reader reader(crm, given, path_of(index));
    Channel channel;
    LS_TRY_ASSIGN(channel.id, reader.id());
    LS_TRY(reader.read(channel, true));
    std::erase_if(crm.channels, [&](const Channel& old) { return old.id == channel.id; });
    crm.channels.push_back(channel);
    return subscribed(crm, channel, "Successfully subscribed for actions-watch of the given module");
}

Result<Value> change_one(Crm& crm, const Value& given, std::size_t index, bool whole) {
    const Reader reader(crm, given, path_of(index));
    LS_TRY_ASSIGN(const std::string id, reader.id());
    Channel* known = find_channel(crm, id);
    if (known == nullptr) return not_subscribed(id);
    Channel changed = *known;
    LS_TRY(reader.read(changed, whole));
    *known = changed;
    return subscribed(crm, changed, "Successfully updated the subscribe details");
}

Result<Value> replace_one(Crm& crm, const Value& given, std::size_t index) { return change_one(crm, given, index, true); }

/// With `_delete_events` the events go, and with the last the channel.
Result<Value> remove_events(Crm& crm, const Value& given, std::size_t index) {
    const Reader reader(crm, given, path_of(index));
    LS_TRY_ASSIGN(const std::string id, reader.id());
    Channel* known = find_channel(crm, id);
    if (known == nullptr) return not_subscribed(id);
    Channel named;
    named.url = "http://none";
    Value events_only(Map{{"events", given["events"]}});
    LS_TRY(Reader(crm, events_only, path_of(index)).read(named, false));
    std::erase_if(known->events, [&](const std::string& event) { return std::ranges::find(named.events, event) != named.events.end(); });
    named.id = id;
    const auto tables = modules_of(crm, named);
    Map details = tables.empty() ? Map{{"channel_id", id}} : resource_of(crm, *tables.front(), named);
    if (known->events.empty()) std::erase_if(crm.channels, [&](const Channel& channel) { return channel.id == id; });
    return success("Successfully removed the subscribe details", std::move(details));
}

Result<Value> patch_one(Crm& crm, const Value& given, std::size_t index) {
    return given["_delete_events"] == Value(true) ? remove_events(crm, given, index) : change_one(crm, given, index, false);
}

Result<net::Response> enable(Crm& crm, const Call& call) { return each(crm, call, 201, enable_one); }
Result<net::Response> replace(Crm& crm, const Call& call) { return each(crm, call, 200, replace_one); }
Result<net::Response> patch(Crm& crm, const Call& call) { return each(crm, call, 200, patch_one); }

Result<net::Response> get_watches(Crm& crm, const Call& call) {
    forget_ended(crm);
    const auto id = call.parameter("channel_id"), module = call.parameter("module");
    List list;
    for (const Channel& channel : crm.channels)
        for (const Table* table : modules_of(crm, channel)) {
            if ((id && channel.id != *id) || (module && table->module.api_name != *module)) continue;
            Value value = channel_value(channel);
            for (const auto& [name, part] : resource_of(crm, *table, channel)) value.mutable_map().set(name, part);
            value.mutable_map().set("resource_name", table->module.api_name);
            value.mutable_map().set("fields", nullptr);
            list.push_back(std::move(value));
        }
    if (list.empty()) return empty_reply(204);
    const auto count = static_cast<std::int64_t>(list.size());
    return net::json_response(
        200, Map{{"watch", std::move(list)}, {"info", Map{{"per_page", 200}, {"count", count}, {"page", 1}, {"more_records", false}}}});
}

Result<net::Response> disable(Crm& crm, const Call& call) {
    std::string ids = call.parameter("channel_ids").value_or("");
    if (ids.empty()) return refuse("REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", {{"param_name", "channel_ids"}});
    forget_ended(crm);
    List results;
    std::size_t accepted = 0;
    for (std::string_view rest = ids; !rest.empty();) {
        const std::size_t end = std::min(rest.find(','), rest.size());
        const std::string id(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        const Channel* known = find_channel(crm, id);
        if (known == nullptr) {
            results.push_back(error_object(not_subscribed(id).error()));
            continue;
        }
        ++accepted;
        for (const Table* table : modules_of(crm, *known))
            results.push_back(success("Successfully un-subscribed from actions-watch", resource_of(crm, *table, *known)));
        std::erase_if(crm.channels, [&](const Channel& channel) { return channel.id == id; });
    }
    const bool mixed = std::ranges::any_of(results, [](const Value& one) { return one["status"].text() == "error"; });
    return net::json_response(!mixed ? 200 : accepted > 0 ? 207 : 400, Map{{"watch", std::move(results)}});
}

constexpr std::array<Route, 5> routes = {{{"POST", "actions/watch", "ZohoCRM.notifications", "CREATE", enable},
                                          {"PUT", "actions/watch", "ZohoCRM.notifications", "UPDATE", replace},
                                          {"PATCH", "actions/watch", "ZohoCRM.notifications", "UPDATE", patch},
                                          {"GET", "actions/watch", "ZohoCRM.notifications", "READ", get_watches},
                                          {"DELETE", "actions/watch", "ZohoCRM.notifications", "DELETE", disable}}};

}  // namespace

std::span<const Route> watch_routes() { return routes; }

}  // namespace lockstep::sandbox::zoho_crm
