#include <array>

#include "connectors/sap/records.h"

namespace lockstep::connectors::sap {
namespace {

using connector::ConnectionParts;
using connector::Setting;
using schema::Action;
using schema::ActionEffect;

class SapConnection : public connector::Connection {
public:
    SapConnection(GatewaySettings settings, std::string probe_service, const ConnectionParts& parts)
        : gateway_(std::move(settings), parts.runtime, parts.vault), records_(gateway_), probe_service_(std::move(probe_service)) {}

    Result<Value> perform(std::string_view action, const Value& input, connector::CallContext& context) override {
        for (const Entry& entry : table)
            if (entry.action == action) return (records_.*entry.perform)(context, input);
        return fail(ErrorCode::internal, "no such action: " + std::string(action));
    }

    Result<void> probe(connector::CallContext& context) override {
        LS_TRY(gateway_.read(context, "/" + probe_service_ + "/"));
        return {};
    }

private:
    struct Entry {
        std::string_view action;
        Result<Value> (Records::*perform)(connector::CallContext&, const Value&);
    };
    static constexpr std::array<Entry, 6> table = {{
        {"sap.query", &Records::query},
        {"sap.get", &Records::get},
        {"sap.find", &Records::find},
        {"sap.ensure", &Records::ensure},
        {"sap.create", &Records::create},
        {"sap.update", &Records::update},
    }};

    Gateway gateway_;
    Records records_;
    std::string probe_service_;
};

Result<std::unique_ptr<connector::Connection>> make(ConnectionParts parts) {
    const connector::Settings& settings = parts.settings;
    GatewaySettings gateway{.name = parts.name, .client = settings.text("sap_client"), .language = settings.text("language")};
    LS_TRY_ASSIGN(gateway.root, service_root(settings.text("base_url")));
    LS_TRY_ASSIGN(gateway.access, choose_access(settings));
    if (gateway.language.empty()) gateway.language = "en";
    bool client_ok =
        gateway.client.empty() || (gateway.client.size() == 3 && gateway.client.find_first_not_of("0123456789") == std::string::npos);
    if (!client_ok) return fail(ErrorCode::config_invalid, "SAP_CLIENT must be three digits: " + gateway.client);
    std::string probe_service = settings.text("probe_service");
    if (probe_service.empty()) probe_service = "API_SALES_ORDER_SRV";
    if (!parse_entity(probe_service + "/X"))
        return fail(ErrorCode::config_invalid, "probe_service is not the name of a service: " + probe_service);
    return std::unique_ptr<connector::Connection>(std::make_unique<SapConnection>(std::move(gateway), std::move(probe_service), parts));
}

std::vector<Setting> settings() {
    return {
        {.name = "base_url",
         .environment = "SAP_BASE_URL",
         .required = true,
         .summary = "address of the system, alone or with /sap/opu/odata/sap"},
        {.name = "token_url", .environment = "SAP_TOKEN_URL", .summary = "OAuth: where tokens are fetched"},
        {.name = "client_id", .environment = "SAP_CLIENT_ID", .summary = "OAuth: client id"},
        {.name = "client_secret", .environment = "SAP_CLIENT_SECRET", .secret = true, .summary = "OAuth: client secret"},
        {.name = "user", .environment = "SAP_USER", .summary = "Basic: communication user"},
        {.name = "password", .environment = "SAP_PASSWORD", .secret = true, .summary = "Basic: its password"},
        {.name = "api_key", .environment = "SAP_API_KEY", .secret = true, .summary = "key of SAP's API sandbox"},
        {.name = "sap_client", .environment = "SAP_CLIENT", .summary = "client of an on-premise system, three digits"},
        {.name = "language",
         .environment = "",
         .fallback = "en",
         .summary = "language of SAP's messages; locks are told by their English text"},
        {.name = "probe_service",
         .environment = "",
         .fallback = "API_SALES_ORDER_SRV",
         .summary = "service whose document is read to see that the system answers"},
    };
}

schema::ActionInput entity_input() { return {.name = "entity", .type = "text", .required = true, .summary = "SERVICE/EntitySet"}; }
schema::ActionInput expand_input() { return {.name = "expand", .type = "any", .summary = "navigations to read along"}; }
schema::ActionInput match_input() { return {.name = "match", .type = "map", .summary = "more conditions of the look-up"}; }
schema::ActionInput read_back_input() {
    return {.name = "read_back", .type = "boolean", .summary = "read a new record again, with `expand`"};
}
schema::ActionInput unique_inputs() {
    return {.name = "unique", .type = "map", .required = true, .summary = "properties and values that find the record"};
}

Action query_action() {
    return {.name = "sap.query",
            .summary = "Reads all records that fit a filter, page after page, or adds them up.",
            .effect = ActionEffect::read,
            .inputs = {entity_input(),
                       {.name = "filter", .type = "any", .summary = "map or list of conditions"},
                       {.name = "select", .type = "any", .summary = "properties to read"},
                       expand_input(),
                       {.name = "orderby", .type = "any", .summary = "properties to sort by, each with asc or desc"},
                       {.name = "top", .type = "integer", .summary = "at most so many records"},
                       {.name = "any_of",
                        .type = "map",
                        .summary = "one property and a list of the values it may have: as many reads as the length of an address needs, "
                                   "none for no value"},
                       {.name = "group_by", .type = "any", .summary = "properties; one record for each set of their values"},
                       {.name = "sum", .type = "any", .summary = "properties that are added up within each group"}},
            .output = "the list of records; with `group_by`, of the groups, each with its properties and sums"};
}

Action get_action() {
    return {.name = "sap.get",
            .summary = "Reads one record by its key.",
            .effect = ActionEffect::read,
            .inputs = {entity_input(),
                       {.name = "key", .type = "any", .required = true, .summary = "text, or map of the key's properties"},
                       {.name = "select", .type = "any", .summary = "properties to read"},
                       expand_input()},
            .output = "the record, with its ETag as `__etag`"};
}

Action find_action() {
    return {.name = "sap.find",
            .summary = "Looks for the one record with these values.",
            .effect = ActionEffect::read,
            .inputs = {entity_input(), unique_inputs(), match_input(), expand_input()},
            .output = "the record, or null"};
}

Action ensure_action() {
    return {.name = "sap.ensure",
            .summary = "Finds the record of a link, or creates it with everything below it.",
            .effect = ActionEffect::unique,
            .inputs = {entity_input(),
                       {.name = "link", .type = "id", .required = true, .summary = "the record of the other system it belongs to"},
                       unique_inputs(),
                       match_input(),
                       expand_input(),
                       read_back_input(),
                       {.name = "create", .type = "map", .required = true, .summary = "the record to create"}},
            .output = "the record; `created` says whether it is new, `__warnings` what SAP warns of",
            .lock_inputs = {"entity", "link"}};
}

Action create_action() {
    return {.name = "sap.create",
            .summary = "Creates a record once: looks for it by `unique` first.",
            .effect = ActionEffect::unique,
            .inputs = {entity_input(),
                       unique_inputs(),
                       match_input(),
                       expand_input(),
                       read_back_input(),
                       {.name = "body", .type = "map", .required = true, .summary = "the record to create"}},
            .output = "the record; `created` says whether it is new, `__warnings` what SAP warns of",
            .lock_inputs = {"entity", "unique"}};
}

Action update_action() {
    return {.name = "sap.update",
            .summary = "Changes those fields of a record that differ, guarded by its ETag.",
            .effect = ActionEffect::idempotent,
            .inputs = {entity_input(),
                       {.name = "key", .type = "any", .required = true, .summary = "text, or map of the key's properties"},
                       {.name = "fields", .type = "map", .required = true, .summary = "properties and their new values"},
                       {.name = "etag", .type = "text", .summary = "refuse if the record is not this version any more"}},
            .output = "`updated`: whether anything had to be changed"};
}

connector::Connector describe() {
    return {.name = "sap",
            .summary = "SAP S/4HANA by its OData V2 services",
            .settings = settings(),
            .actions = {query_action(), get_action(), find_action(), ensure_action(), create_action(), update_action()},
            .default_limits = {},
            .make = make};
}

}  // namespace

const connector::Connector& descriptor();
const connector::Connector& descriptor() {
    static const connector::Connector described = describe();
    return described;
}

}  // namespace lockstep::connectors::sap
