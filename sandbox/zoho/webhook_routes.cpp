// `/settings/webhooks`. Source of the fields and their lengths: Zoho Books API v3, "Webhooks". What names `events` may hold is not
// documented; here they are those of workflow rules: created, edited, deleted.
#include <algorithm>

#include "sandbox/zoho/api.h"
#include "sandbox/zoho/listing.h"
#include "sandbox/zoho/text.h"
#include "sandbox/zoho/webhook.h"

namespace lockstep::sandbox::zoho {

namespace {

constexpr std::string_view known_fields =
    "webhook_id entity webhook_name description method url entity_parameters additional_parameters headers user_defined_format_name "
    "user_defined_format_value secret body_type raw_data form_data query_parameters events is_new_response_format placeholder is_hidden "
    "lock_type connection_name auth_type is_active";

Unexpected no_webhook() { return refuse(not_found, "Webhook does not exist."); }

Webhook* find_webhook(Books& books, const std::string& id) {
    auto found = std::find_if(books.webhooks.begin(), books.webhooks.end(), [&](const Webhook& webhook) { return webhook.id == id; });
    return found == books.webhooks.end() ? nullptr : &*found;
}

Result<void> read_pairs(const Map& body, std::string_view field, net::Parameters& pairs) {
    const Value* given = body.find(field);
    if (given == nullptr) return {};
    if (!given->is_list()) return invalid(field);
    pairs.clear();
    for (const Value& entry : given->as_list()) {
        if (entry["param_name"].text().empty()) return invalid(field);
        pairs.emplace_back(entry["param_name"].text(), entry["param_value"].text());
    }
    return {};
}

Result<void> read_events(const Map& body, Webhook& webhook) {
    const Value* given = body.find("events");
    if (given == nullptr) return {};
    if (!given->is_list()) return invalid("events");
    webhook.events.clear();
    for (const Value& event : given->as_list()) {
        if (!is_listed("created edited deleted", event.text())) return invalid("events");
        webhook.events.push_back(event.text());
    }
    return {};
}

/// "Min-len [12], Max-len [50], alphanumeric only".
Result<void> check_secret(const std::string& secret) {
    const bool plain = std::all_of(secret.begin(), secret.end(), [](unsigned char c) { return std::isalnum(c) != 0; });
    if (secret.empty() || (plain && secret.size() >= 12 && secret.size() <= 50)) return {};
    return invalid("secret");
}

Result<void> check_webhook(const Webhook& webhook) {
    LS_TRY(check_length("webhook_name", webhook.name, 50));
    LS_TRY(check_length("description", webhook.description, 100));
    LS_TRY(check_length("url", webhook.url, 5000));
    LS_TRY(check_length("raw_data", webhook.raw_data, 100'000));
    if (!net::parse_url(webhook.url)) return invalid("url");
    if (kind_of_entity(webhook.entity).empty()) return invalid("entity");
    if (!is_listed("POST PUT DELETE", webhook.method)) return invalid("method");
    return check_secret(webhook.secret);
}

Result<void> apply_webhook(Webhook& webhook, const Map& body) {
    LS_TRY(check_fields(body, known_fields));
    struct Field {
        std::string_view name;
        std::string Webhook::* member;
    };
    static constexpr Field fields[] = {{"webhook_name", &Webhook::name}, {"description", &Webhook::description},
                                       {"entity", &Webhook::entity},     {"method", &Webhook::method},
                                       {"url", &Webhook::url},           {"body_type", &Webhook::body_type},
                                       {"raw_data", &Webhook::raw_data}, {"secret", &Webhook::secret}};
    for (const Field& field : fields)
        if (body.contains(field.name)) webhook.*field.member = text_of(body, field.name);
    if (body.contains("is_active")) webhook.active = text_of(body, "is_active") == "true";
    LS_TRY(read_pairs(body, "headers", webhook.headers));
    LS_TRY(read_pairs(body, "query_parameters", webhook.query));
    LS_TRY(read_pairs(body, "form_data", webhook.form));
    LS_TRY(read_events(body, webhook));
    return check_webhook(webhook);
}

Value pairs_value(const net::Parameters& pairs) {
    List list;
    for (const auto& [name, value] : pairs) list.push_back(Map{{"param_name", Value(name)}, {"param_value", Value(value)}});
    return list;
}

Value events_value(const Webhook& webhook) {
    List list;
    for (const std::string& event : webhook.events) list.emplace_back(event);
    return list;
}

Result<net::Response> create(Books& books, const Call& call) {
    LS_TRY_ASSIGN(Map body, read_body(*call.request));
    Webhook webhook;
    LS_TRY(apply_webhook(webhook, body));
    webhook.id = books.make_id();
    books.webhooks.push_back(webhook);
    return reply(201, "The webhook has been created.", "webhook", webhook_value(webhook, false));
}

Result<net::Response> update(Books& books, const Call& call) {
    LS_TRY_ASSIGN(Map body, read_body(*call.request));
    Webhook* known = find_webhook(books, call.ids[0]);
    if (known == nullptr) return no_webhook();
    Webhook webhook = *known;
    LS_TRY(apply_webhook(webhook, body));
    *known = webhook;
    return reply(200, "The webhook has been updated.", "webhook", webhook_value(webhook, false));
}

Result<net::Response> get(Books& books, const Call& call) {
    const Webhook* webhook = find_webhook(books, call.ids[0]);
    if (webhook == nullptr) return no_webhook();
    return reply(200, "success", "webhook", webhook_value(*webhook, false));
}

Result<net::Response> remove(Books& books, const Call& call) {
    if (std::erase_if(books.webhooks, [&](const Webhook& webhook) { return webhook.id == call.ids[0]; }) == 0) return no_webhook();
    return reply(200, "The webhook has been deleted.");
}

Result<net::Response> list(Books& books, const Call& call) {
    LS_TRY_ASSIGN(ListQuery query, read_list_query(call.parameters, ""));
    List rows;
    for (const Webhook& webhook : books.webhooks) rows.push_back(webhook_value(webhook, false));
    return list_rows(query, "webhooks", rows, "Webhooks");
}

constexpr Route routes[] = {
    {"POST", "settings/webhooks", create},  {"GET", "settings/webhooks", list},        {"GET", "settings/webhooks/*", get},
    {"PUT", "settings/webhooks/*", update}, {"DELETE", "settings/webhooks/*", remove},
};

}  // namespace

std::span<const Route> webhook_routes() { return routes; }

Value webhook_value(const Webhook& webhook, bool with_secret) {
    Map map{{"webhook_id", Value(webhook.id)},           {"webhook_name", Value(webhook.name)},
            {"description", Value(webhook.description)}, {"entity", Value(webhook.entity)},
            {"method", Value(webhook.method)},           {"url", Value(webhook.url)},
            {"body_type", Value(webhook.body_type)},     {"raw_data", Value(webhook.raw_data)},
            {"headers", pairs_value(webhook.headers)},   {"query_parameters", pairs_value(webhook.query)},
            {"form_data", pairs_value(webhook.form)},    {"events", events_value(webhook)},
            {"is_active", Value(webhook.active)}};
    if (with_secret) map.set("secret", Value(webhook.secret));
    return map;
}

Value delivery_value(const Delivery& delivery) {
    Map headers;
    for (const auto& [name, value] : delivery.request.headers) headers.set(name, Value(value));
    return Map{{"delivery_id", Value(delivery.id)},      {"webhook_id", Value(delivery.webhook_id)},
               {"entity", Value(delivery.entity)},       {"event", Value(delivery.event)},
               {"record_id", Value(delivery.record_id)}, {"method", Value(delivery.request.method)},
               {"url", Value(delivery.request.url)},     {"headers", Value(std::move(headers))},
               {"body", Value(delivery.request.body)},   {"created_time", Value(zoho_time(delivery.created))},
               {"sent", Value(delivery.sent)},           {"status", Value(delivery.status)},
               {"answer", Value(delivery.answer)},       {"error", Value(delivery.error)}};
}

Result<void> load_webhook(Books& books, const Value& record) {
    if (!record.is_map()) return invalid("webhook");
    Webhook* known = find_webhook(books, record["webhook_id"].text());
    Webhook webhook = known == nullptr ? Webhook{.id = record["webhook_id"].text()} : *known;
    LS_TRY(apply_webhook(webhook, record.as_map()));
    if (known != nullptr) {
        *known = std::move(webhook);
        return {};
    }
    if (webhook.id.empty()) webhook.id = books.make_id();
    books.reserve_id(webhook.id);
    books.webhooks.push_back(std::move(webhook));
    return {};
}

}  // namespace lockstep::sandbox::zoho
