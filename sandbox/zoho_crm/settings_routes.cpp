// Fields, modules, users, the organisation. Source: zoho/crm-oas v8.0, `fields`, `modules`, `users`, `org`.
#include <algorithm>
#include <array>

#include "sandbox/zoho_crm/api.h"
#include "sandbox/zoho_crm/values.h"

namespace lockstep::sandbox::zoho_crm {

namespace {

std::vector<Module> modules_of(const Crm& crm) {
    std::vector<Module> modules;
    for (const Table& table : crm.tables) modules.push_back(table.module);
    return modules;
}

Result<const Table*> table_of_parameter(const Crm& crm, const Call& call) {
    const auto name = call.parameter("module");
    if (!name) return refuse("REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", {{"param_name", "module"}});
    const Table* table = crm.table(*name);
    if (table == nullptr) return refuse("INVALID_MODULE", "the module name given seems to be invalid", {{"param_name", "module"}});
    return table;
}

Result<net::Response> get_fields(Crm& crm, const Call& call) {
    LS_TRY_ASSIGN(const Table* table, table_of_parameter(crm, call));
    const auto modules = modules_of(crm);
    List fields;
    for (const Field& field : table->module.fields) fields.push_back(field_value(field, modules));
    return net::json_response(200, Map{{"fields", std::move(fields)}});
}

Result<net::Response> get_field(Crm& crm, const Call& call) {
    LS_TRY_ASSIGN(const Table* table, table_of_parameter(crm, call));
    for (const Field& field : table->module.fields)
        if (field.id == call.ids[0] || field.api_name == call.ids[0])
            return net::json_response(200, Map{{"fields", List{field_value(field, modules_of(crm))}}});
    return empty_reply(204);
}

Result<net::Response> get_modules(Crm& crm, const Call&) {
    List modules;
    for (const Table& table : crm.tables) modules.push_back(module_value(table.module));
    return net::json_response(200, Map{{"modules", std::move(modules)}});
}

Result<net::Response> get_module(Crm& crm, const Call& call) {
    for (const Table& table : crm.tables)
        if (table.module.api_name == call.ids[0] || table.module.id == call.ids[0])
            return net::json_response(200, Map{{"modules", List{module_value(table.module)}}});
    return refuse("INVALID_MODULE", "the module name given seems to be invalid", {{"resource_path_index", 2}});
}

Value whole_user(const User& user) {
    return Map{{"id", user.id},
               {"first_name", user.first_name},
               {"last_name", user.last_name},
               {"full_name", user.name()},
               {"email", user.email},
               {"status", "active"},
               {"confirm", true},
               {"language", "en_US"},
               {"locale", "en_DE"},
               {"country_locale", "de_DE"},
               {"time_zone", "Europe/Berlin"},
               {"zuid", user.id.substr(user.id.size() - 9)},
               {"role", Map{{"name", "CEO"}, {"id", "5725767000000026005"}}},
               {"profile", Map{{"name", "Administrator"}, {"id", "5725767000000026011"}}},
               {"territories", List{}}};
}

Result<net::Response> users_reply(const std::vector<const User*>& users) {
    if (users.empty()) return empty_reply(204);
    List list;
    for (const User* user : users) list.push_back(whole_user(*user));
    const auto count = static_cast<std::int64_t>(list.size());
    return net::json_response(
        200, Map{{"users", std::move(list)}, {"info", Map{{"per_page", 200}, {"count", count}, {"page", 1}, {"more_records", false}}}});
}

Result<net::Response> get_users(Crm& crm, const Call& call) {
    const std::string type = call.parameter("type").value_or("AllUsers");
    if (type == "CurrentUser") return users_reply({&crm.client()});
    if (!type.ends_with("Users")) return wrong_parameter("type");
    std::vector<const User*> all;
    const bool none = type == "DeletedUsers" || type == "DeactiveUsers" || type == "NotConfirmedUsers";
    if (!none)
        for (const User& user : crm.users) all.push_back(&user);
    return users_reply(all);
}

Result<net::Response> get_user(Crm& crm, const Call& call) {
    const User* user = crm.user(call.ids[0]);
    return user == nullptr ? Result<net::Response>(empty_reply(204)) : users_reply({user});
}

Result<net::Response> get_org(Crm& crm, const Call&) {
    const std::string& zgid = crm.options.credentials.zoho_org_id;
    return net::json_response(200, Map{{"org", List{Map{{"id", "5725767000000020005"},
                                                        {"zgid", zgid},
                                                        {"company_name", "Northfeld Antriebstechnik GmbH"},
                                                        {"primary_email", crm.client().email},
                                                        {"domain_name", "org" + zgid},
                                                        {"country", "Germany"},
                                                        {"country_code", "DE"},
                                                        {"currency", "Euro - EUR"},
                                                        {"currency_symbol", "€"},
                                                        {"iso_code", "EUR"},
                                                        {"mc_status", false},
                                                        {"time_zone", "Europe/Berlin"},
                                                        {"license_details", Map{{"paid", true},
                                                                                {"paid_type", "enterprise"},
                                                                                {"paid_expiry", nullptr},
                                                                                {"trial_type", nullptr},
                                                                                {"trial_expiry", nullptr},
                                                                                {"users_license_purchased", 5}}}}}}});
}

constexpr std::array<Route, 7> routes = {{{"GET", "settings/fields", "ZohoCRM.settings.fields", "READ", get_fields},
                                          {"GET", "settings/fields/*", "ZohoCRM.settings.fields", "READ", get_field},
                                          {"GET", "settings/modules", "ZohoCRM.settings.modules", "READ", get_modules},
                                          {"GET", "settings/modules/*", "ZohoCRM.settings.modules", "READ", get_module},
                                          {"GET", "users", "ZohoCRM.users", "READ", get_users},
                                          {"GET", "users/*", "ZohoCRM.users", "READ", get_user},
                                          {"GET", "org", "ZohoCRM.org", "READ", get_org}}};

}  // namespace

std::span<const Route> settings_routes() { return routes; }

}  // namespace lockstep::sandbox::zoho_crm
