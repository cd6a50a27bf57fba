// What starts a flow: `on:`.
#include <algorithm>

#include <fmt/format.h>

#include "base/cron.h"
#include "base/nearest.h"
#include "flow/flow_reader.h"

namespace lockstep::flow {

void FlowReader::read_triggers(const Node& on) {
    if (on.kind != Node::Kind::list || on.items.empty()) return problem(on.place, "`on:` must be a list of triggers");
    for (const Node& item : on.items) {
        if (item.kind != Node::Kind::map) {
            problem(item.place, "a trigger is a map, such as `- webhook: /webhook/…`");
            continue;
        }
        if (item.find("webhook"))
            read_webhook(item);
        else if (item.find("schedule"))
            read_schedule(item);
        else if (item.find("sweep"))
            read_sweep(item);
        else if (const auto* kind = vendor_trigger_of(item))
            read_vendor_trigger(item, *kind);
        else
            only_keys(item, trigger_kinds(), "a trigger");
    }
}

std::vector<std::string> FlowReader::trigger_kinds() const {
    std::vector<std::string> names = {"webhook", "schedule", "sweep"};
    for (const auto& kind : context_.vendor_triggers) names.push_back(kind.name);
    return names;
}

const schema::VendorTrigger* FlowReader::vendor_trigger_of(const Node& item) const {
    const auto& all = context_.vendor_triggers;
    auto found = std::find_if(all.begin(), all.end(), [&](const auto& kind) { return item.find(kind.name) != nullptr; });
    return found == all.end() ? nullptr : &*found;
}

void FlowReader::read_path(const Node& item, std::string path, Trigger& trigger) {
    trigger.path = std::move(path);
    if (!trigger.path.starts_with("/webhook/")) problem(item.place, "a webhook's path must begin with /webhook/: `" + trigger.path + "`");
}

void FlowReader::read_trigger_key(const Node& item, const std::string& what, const std::string& example, Trigger& trigger) {
    if (const Node* key = item.find("key"))
        trigger.key = template_of(*key);
    else
        problem(item.place, fmt::format("{} needs `key:`, the record it is about, such as `key: ${{ {} }}`", what, example));
}

void FlowReader::read_webhook(const Node& item) {
    only_keys(item, {"webhook", "key", "dedupe", "from"}, "a webhook trigger");
    Trigger trigger{.kind = Trigger::Kind::webhook, .place = item.place};
    read_path(item, text_of(*item.find("webhook"), "webhook"), trigger);
    read_trigger_key(item, "a webhook", "body.id", trigger);
    if (const Node* dedupe = item.find("dedupe")) trigger.dedupe = template_of(*dedupe);
    if (const Node* from = item.find("from")) read_from(*from, trigger);
    flow_.triggers.push_back(std::move(trigger));
}

void FlowReader::read_from(const Node& from, Trigger& trigger) {
    trigger.connection = text_of(from, "from");
    std::vector<std::string> names;
    for (const auto& [name, connector] : context_.connections)
        if (understands_webhooks(connector)) names.push_back(name);
    if (std::find(names.begin(), names.end(), trigger.connection) == names.end())
        problem(from.place, fmt::format("there is no connection `{}` that understands webhooks of its vendor{}", trigger.connection,
                                        did_you_mean(trigger.connection, names)));
}

bool FlowReader::understands_webhooks(const std::string& connector) const {
    const auto& all = context_.vendor_triggers;
    return std::any_of(all.begin(), all.end(), [&](const auto& kind) { return kind.connector == connector && kind.name == "webhook"; });
}

void FlowReader::read_vendor_trigger(const Node& item, const schema::VendorTrigger& kind) {
    only_keys(item, {kind.name, "key", "path", "connection"}, fmt::format("`{}:`", kind.name));
    Trigger trigger{.kind = Trigger::Kind::webhook, .place = item.place, .name = kind.name};
    const Node& topic = *item.find(kind.name);
    trigger.topic = topic.text;
    if (topic.kind != Node::Kind::scalar || topic.text.empty()) problem(topic.place, fmt::format("`{}:` names {}", kind.name, kind.topic));
    const Node* path = item.find("path");
    read_path(item, path ? text_of(*path, "path") : kind.default_path, trigger);
    read_trigger_key(item, fmt::format("`{}:`", kind.name), "notification.Id", trigger);
    const Node* connection = item.find("connection");
    trigger.connection = connection ? text_of(*connection, "connection") : kind.connector;
    check_connection(connection ? connection->place : item.place, trigger.connection, kind.connector);
    flow_.triggers.push_back(std::move(trigger));
}

void FlowReader::read_schedule(const Node& item) {
    only_keys(item, {"schedule", "time_zone", "key"}, "a schedule");
    Trigger trigger{.kind = Trigger::Kind::schedule, .place = item.place, .name = "schedule"};
    trigger.cron = text_of(*item.find("schedule"), "schedule");
    if (const Node* zone = item.find("time_zone")) trigger.time_zone = zone->text;
    auto cron = Cron::parse(trigger.cron);
    if (!cron)
        problem(item.place, cron.error().message);
    else if (auto next = cron->next_after(Timestamp{}, trigger.time_zone); !next)
        problem(item.place, next.error().message);
    if (const Node* key = item.find("key")) trigger.key = template_of(*key);
    flow_.triggers.push_back(std::move(trigger));
}

}  // namespace lockstep::flow
