#include "sandbox/zoho_crm/announce.h"

#include <algorithm>

#include "sandbox/zoho_crm/criteria.h"
#include "sandbox/zoho_crm/values.h"
#include "value/json.h"

namespace lockstep::sandbox::zoho_crm {

namespace {

Unexpected unusable(std::string message) { return fail(ErrorCode::request_invalid, std::move(message)); }

/// The word that a notification has for what happened, as seen on the live service.
std::string_view notified_as(Operation operation) {
    return operation == Operation::create ? "insert" : operation == Operation::edit ? "update" : "delete";
}

bool changed(const Change& change, std::string_view api_name) {
    return std::ranges::find(change.positions, change.table->module.position(api_name)) != change.positions.end();
}

/// `{"group_operator","group":[{"field":{"api_name"}}, …]}`
bool selects(const Value& selection, const Change& change) {
    if (!selection["group"].is_list()) return changed(change, selection["field"]["api_name"].text());
    const auto one = [&](const Value& part) { return selects(part, change); };
    const List& group = selection["group"].as_list();
    return selection["group_operator"].text() == "and" ? std::ranges::all_of(group, one) : std::ranges::any_of(group, one);
}

/// A condition is about edits of its module.
bool fits_conditions(const Channel& channel, const Change& change) {
    if (!channel.conditions.is_list() || change.operation != Operation::edit) return true;
    return std::ranges::all_of(channel.conditions.as_list(), [&](const Value& condition) {
        return condition["module"]["api_name"].text() != change.table->module.api_name || selects(condition["field_selection"], change);
    });
}

bool listens(const Channel& channel, const Change& change, Timestamp now) {
    if (channel.expires <= now || !fits_conditions(channel, change)) return false;
    const std::string& module = change.table->module.api_name;
    return std::ranges::any_of(channel.events, [&](const std::string& event) {
        return event == module + '.' + std::string(name_of(change.operation)) || event == module + ".all";
    });
}

const std::string& field_name(const Change& change, int position) {
    return change.table->module.fields[static_cast<std::size_t>(position)].api_name;
}

Value affected_fields(const Change& change) {
    List names;
    for (const int position : change.positions) names.emplace_back(field_name(change, position));
    return Map{{std::to_string(change.record.id), std::move(names)}};
}

Value affected_values(const Crm& crm, const Change& change) {
    Map values;
    for (const int position : change.positions)
        values.set(field_name(change, position), shown(crm, *change.table, change.record, position));
    return Map{{"record_id", std::to_string(change.record.id)}, {"values", std::move(values)}};
}

/// One call's changes of one kind in one module come in one notification.
net::Request notification(const Crm& crm, const Channel& channel, const std::vector<const Change*>& changes) {
    const Change& first = *changes.front();
    const std::string& module = first.table->module.api_name;
    List ids, fields, values;
    for (const Change* change : changes) {
        ids.emplace_back(std::to_string(change->record.id));
        if (change->operation == Operation::remove) continue;
        fields.push_back(affected_fields(*change));
        values.push_back(affected_values(crm, *change));
    }
    Map body{{"server_time", crm.options.clock().ms()}};
    if (channel.with_values) body.set("affected_values", std::move(values));
    body.set("query_params", Map{});
    body.set("module", module);
    body.set("resource_uri", crm.options.addresses.zoho + "/crm/v8/" + module);
    body.set("ids", std::move(ids));
    body.set("affected_fields", std::move(fields));
    body.set("operation", notified_as(first.operation));
    body.set("channel_id", channel.id);
    body.set("token", channel.token.empty() ? Value() : Value(channel.token));
    net::Request request{.method = "POST", .url = channel.url, .body = json::write(Value(std::move(body)))};
    request.headers.set("Content-Type", "application/json;charset=UTF-8");
    request.headers.set("User-Agent", "ZohoCRM");
    return request;
}

Delivery delivery_of(Crm& crm, std::string_view kind, const std::string& source, const Change& change) {
    return {.id = std::to_string(crm.make_id()),
            .kind = std::string(kind),
            .source = source,
            .module = change.table->module.api_name,
            .operation = std::string(name_of(change.operation)),
            .created = crm.options.clock()};
}

void notify(Crm& crm, const Channel& channel, const std::vector<Change>& changes) {
    for (const Operation operation : {Operation::create, Operation::edit, Operation::remove}) {
        std::vector<const Change*> some;
        for (const Change& change : changes)
            if (change.operation == operation && listens(channel, change, crm.options.clock())) some.push_back(&change);
        if (some.empty()) continue;
        Delivery delivery = delivery_of(crm, "notification", channel.id, *some.front());
        for (const Change* change : some) delivery.record_ids.push_back(std::to_string(change->record.id));
        delivery.request = notification(crm, channel, some);
        crm.outbox.push_back(std::move(delivery));
    }
}

bool applies(const Crm& crm, const Rule& rule, const Change& change) {
    if (!rule.active || rule.module != change.table->module.api_name) return false;
    const bool listens = rule.events.empty() || std::ranges::find(rule.events, name_of(change.operation)) != rule.events.end();
    if (!listens || rule.criteria.is_null()) return listens;
    const auto criterion = parse_criteria(crm, *change.table, rule.criteria.text());
    return criterion && fits(crm, *change.table, change.record, *criterion);
}

void run(Crm& crm, const Rule& rule, const Change& change) {
    if (!applies(crm, rule, change)) return;
    auto request = function_request(crm, rule, change);
    if (!request) return;
    Delivery delivery = delivery_of(crm, "workflow", rule.name, change);
    delivery.record_ids.push_back(std::to_string(change.record.id));
    delivery.request = *std::move(request);
    crm.outbox.push_back(std::move(delivery));
}

/// `${id}`, `${module}`, `${operation}`, `${modified_time}`, or a field: `${Accounts.Phone}`.
Value placeholder(const Crm& crm, const Change& change, std::string_view name) {
    if (name == "id") return std::to_string(change.record.id);
    if (name == "module") return change.table->module.api_name;
    if (name == "operation") return name_of(change.operation);
    if (name == "modified_time") return crm_time(change.operation == Operation::remove ? crm.now() : change.record.modified);
    const std::size_t dot = name.find('.');
    const int position = change.table->module.position(dot == std::string_view::npos ? name : name.substr(dot + 1));
    return position < 0 ? Value() : shown(crm, *change.table, change.record, position);
}

/// A text that is one placeholder and nothing else takes the value's own type.
Value filled_text(const Crm& crm, const Change& change, const std::string& text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = text.find("${", at);
        const std::size_t end = start == std::string::npos ? start : text.find('}', start);
        if (end == std::string::npos) return out + text.substr(at);
        const Value value = placeholder(crm, change, std::string_view(text).substr(start + 2, end - start - 2));
        if (start == 0 && end + 1 == text.size()) return value;
        out += text.substr(at, start - at) + (value.is_map() || value.is_list() ? json::write(value) : value.text());
        at = end + 1;
    }
    return out;
}

Value filled(const Crm& crm, const Change& change, const Value& pattern) {
    if (pattern.is_string()) return filled_text(crm, change, pattern.as_string());
    if (pattern.is_list()) {
        List out;
        for (const Value& item : pattern.as_list()) out.push_back(filled(crm, change, item));
        return out;
    }
    if (!pattern.is_map()) return pattern;
    Map out;
    for (const auto& [name, item] : pattern.as_map()) out.set(name, filled(crm, change, item));
    return out;
}

/// What the function for accounts sends.
Value usual_body() {
    return Map{{"module", "${module}"}, {"id", "${id}"}, {"operation", "${operation}"}, {"modified_time", "${modified_time}"}};
}

Result<void> read_events(const Value& given, Rule& rule) {
    if (given.is_null()) return {};
    if (!given.is_list()) return unusable("events is a list of create, edit and delete");
    for (const Value& event : given.as_list()) {
        const std::string name = event.text();
        if (name != "create" && name != "edit" && name != "delete") return unusable("events are create, edit and delete: " + name);
        rule.events.push_back(name);
    }
    return {};
}

}  // namespace

Result<net::Request> function_request(const Crm& crm, const Rule& rule, const Change& change) {
    net::Request request{.method = rule.method, .url = filled_text(crm, change, rule.url).text()};
    request.headers.set("Content-Type", "application/json");
    // What the service that runs functions calls itself is not documented.
    request.headers.set("User-Agent", "Deluge");
    for (const auto& [name, value] : rule.headers) request.headers.set(name, filled_text(crm, change, value.text()).text());
    const Value body = filled(crm, change, rule.body);
    request.body = body.is_string() ? body.as_string() : json::write(body);
    return request;
}

void announce(Crm& crm, const std::vector<Change>& changes, bool run_workflow) {
    if (changes.empty()) return;
    for (const Channel& channel : crm.channels) notify(crm, channel, changes);
    if (!run_workflow) return;
    for (const Change& change : changes)
        for (const Rule& rule : crm.rules) run(crm, rule, change);
}

Result<void> load_rule(Crm& crm, const Value& given) {
    Rule rule{.name = given["name"].string_or("Accounts changed"),
              .module = given["module"].string_or("Accounts"),
              .url = given["url"].text(),
              .method = given["method"].string_or("POST"),
              .body = usual_body()};
    std::erase_if(crm.rules, [&](const Rule& old) { return old.name == rule.name; });
    if (given["active"] == Value(false)) return {};
    const Table* table = crm.table(rule.module);
    if (table == nullptr) return unusable("no such module: " + rule.module);
    if (!net::parse_url(rule.url)) return unusable("url must be an address: " + rule.url);
    LS_TRY(read_events(given["events"], rule));
    rule.criteria = given["criteria"];
    if (!rule.criteria.is_null() && !parse_criteria(crm, *table, rule.criteria.text()))
        return unusable("criteria are as for a search: " + rule.criteria.text());
    if (given["headers"].is_map()) rule.headers = given["headers"].as_map();
    if (!given["parameters"].is_null()) rule.body = given["parameters"];
    crm.rules.push_back(std::move(rule));
    return {};
}

Value rule_value(const Rule& rule) {
    List events;
    for (const std::string& event : rule.events) events.emplace_back(event);
    return Map{{"name", rule.name}, {"module", rule.module}, {"events", std::move(events)}, {"criteria", rule.criteria},
               {"url", rule.url},   {"method", rule.method}, {"headers", rule.headers},     {"parameters", rule.body}};
}

Value channel_value(const Channel& channel) {
    List events;
    for (const std::string& event : channel.events) events.emplace_back(event);
    return Map{{"channel_id", channel.id},
               {"notify_url", channel.url},
               {"token", channel.token},
               {"events", std::move(events)},
               {"channel_expiry", crm_time(channel.expires)},
               {"notify_on_related_action", channel.on_related},
               {"notification_condition", channel.conditions},
               {"return_affected_field_values", channel.with_values}};
}

Value delivery_value(const Delivery& delivery) {
    List ids;
    for (const std::string& id : delivery.record_ids) ids.emplace_back(id);
    Map headers;
    for (const auto& [name, value] : delivery.request.headers) headers.set(name, value);
    return Map{{"id", delivery.id},
               {"source", delivery.source},
               {"module", delivery.module},
               {"operation", delivery.operation},
               {"record_ids", std::move(ids)},
               {"method", delivery.request.method},
               {"url", delivery.request.url},
               {"headers", std::move(headers)},
               {"body", delivery.request.body},
               {"created", crm_time(delivery.created)},
               {"sent", delivery.sent},
               {"status", delivery.status},
               {"answer", delivery.answer},
               {"error", delivery.error}};
}

}  // namespace lockstep::sandbox::zoho_crm
