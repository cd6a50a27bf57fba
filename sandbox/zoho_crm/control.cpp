// What the control API shows and takes.
#include <algorithm>
#include <array>

#include "sandbox/zoho_crm/announce.h"
#include "sandbox/zoho_crm/api.h"
#include "sandbox/zoho_crm/values.h"
#include "sandbox/zoho_crm/writes.h"

namespace lockstep::sandbox::zoho_crm {

namespace {

Unexpected unusable(std::string message) { return fail(ErrorCode::request_invalid, std::move(message)); }

Result<Timestamp> time_or(const Value& given, Timestamp otherwise) {
    if (given.is_null()) return otherwise;
    return read_time(given.string_or(""));
}

/// Puts a record in as it is: its types are checked, the rules for clients are not, and nobody is told.
Result<void> load_record(Crm& crm, Table& table, const Value& given) {
    if (!given.is_map()) return unusable("a record is an object");
    const std::string id_text = given["id"].text();
    const RecordId id = id_text.empty() ? crm.make_id() : read_id(id_text);
    if (id == 0) return unusable("an id has digits only: " + id_text);
    crm.reserve_id(id);
    const Record* known = table.find(id);
    Record record = known != nullptr ? *known : Record{};
    if (known == nullptr) {
        record.created_by = crm.person().id;
        record.created = crm.now();
        record.set(table.module.position("Owner"), crm.person().id);
    }
    record.id = id;
    for (const auto& [name, value] : given.as_map()) {
        const int position = table.module.position(name);
        if (position < 0) return unusable("no such field: " + table.module.api_name + "." + name);
        const Field& field = table.module.fields[static_cast<std::size_t>(position)];
        if (field.read_only()) continue;
        LS_TRY_ASSIGN(Value read, read_value(crm, field, value, name));
        record.set(position, std::move(read));
    }
    LS_TRY_ASSIGN(record.created, time_or(given["Created_Time"], record.created));
    LS_TRY_ASSIGN(record.modified, time_or(given["Modified_Time"], crm.now()));
    record.modified_by = given["Modified_By"]["id"].string_or(crm.person().id);
    table.deleted.erase(id);
    table.put(std::move(record));
    return {};
}

Result<void> load_field(Crm& crm, const Value& given) {
    Table* table = crm.table(given["module"].text());
    if (table == nullptr) return unusable("no such module: " + given["module"].text());
    LS_TRY_ASSIGN(Field field, read_custom_field(given));
    return table->add_field(std::move(field));
}

Result<void> read_setting(const Value& given, std::int64_t least, std::int64_t& setting) {
    if (given.is_null()) return {};
    if (given.kind() != Value::Kind::integer || given.as_int() < least) return unusable("a setting is a number from 0 on: " + given.text());
    setting = given.as_int();
    return {};
}

Result<void> load_settings(Crm& crm, const Value& given) {
    if (!given.is_map()) return unusable("settings are an object");
    static constexpr std::array<std::string_view, 10> known = {
        "edition",        "credits_per_day", "concurrency",        "scopes",        "accept_new_picklist_values", "refuse_unknown_fields",
        "search_delay_s", "channel_life_s",  "channel_life_max_s", "body_bytes_max"};
    for (const auto& [name, value] : given.as_map())
        if (std::ranges::find(known, name) == known.end()) return unusable("no such setting: " + name);
    LS_TRY(crm.limits.configure(given));
    Settings& settings = crm.settings;
    if (given.find("accept_new_picklist_values") != nullptr)
        settings.accept_new_picklist_values = given["accept_new_picklist_values"] == Value(true);
    if (given.find("refuse_unknown_fields") != nullptr) settings.refuse_unknown_fields = given["refuse_unknown_fields"] == Value(true);
    LS_TRY(read_setting(given["search_delay_s"], 0, settings.search_delay_s));
    LS_TRY(read_setting(given["channel_life_s"], 1, settings.channel_life_s));
    LS_TRY(read_setting(given["channel_life_max_s"], 1, settings.channel_life_max_s));
    return read_setting(given["body_bytes_max"], 0, settings.body_bytes_max);
}

/// What a person does in the vendor's own pages: as a call, rules are checked and told to channels and workflow rules.
Result<void> act(Crm& crm, const Value& given) {
    Table* table = crm.table(given["module"].string_or("Accounts"));
    if (table == nullptr) return unusable("no such module: " + given["module"].text());
    const std::string action = given["action"].string_or("edit");
    const RecordId id = read_id(given["id"].text());
    const User* by = given["by"].is_null() ? &crm.person() : crm.user(given["by"].text());
    if (by == nullptr) return unusable("no such user: " + given["by"].text());
    const Map values = given["values"].is_map() ? given["values"].as_map() : Map{};
    Writer writer(crm, *table, *by);
    Result<void> done;
    if (action == "create") {
        if (auto made = writer.insert(values, "values"); !made) done = fail(made.error());
    } else if (action == "edit") {
        if (auto edited = writer.update(id, values, "values", std::nullopt); !edited) done = fail(edited.error());
    } else if (action == "delete") {
        done = writer.remove(id, std::nullopt);
    } else if (action == "restore") {
        done = writer.restore(id);
    } else if (action == "purge") {
        done = writer.purge(id);
    } else if (action == "merge") {
        done = writer.merge(read_id(given["into"].text()), id);
    } else {
        return unusable("action is create, edit, delete, restore, purge or merge (`id` `into` another): " + action);
    }
    LS_TRY(std::move(done));
    announce(crm, writer.changes(), true);
    return {};
}

template <class Range, class Row>
List rows_of(const Range& range, Row row) {
    List list;
    for (const auto& entry : range) list.push_back(row(entry));
    return list;
}

List records_of(const Crm& crm, const Table& table) {
    List list;
    for (const auto& [id, record] : table.all()) list.push_back(whole_record_value(crm, table, record));
    return list;
}

List deleted_records(const Crm& crm) {
    List list;
    for (const Table& table : crm.tables)
        for (const auto& [id, deleted] : table.deleted)
            list.push_back(Map{{"module", table.module.api_name},
                               {"id", std::to_string(id)},
                               {"type", deleted.permanent ? "permanent" : "recycle"},
                               {"display_name", display_name(table, deleted.record)},
                               {"deleted_time", crm_time(deleted.time)}});
    return list;
}

List fields_of(const Crm& crm) {
    List list;
    for (const Table& table : crm.tables)
        for (const Field& field : table.module.fields)
            list.push_back(Map{{"module", table.module.api_name},
                               {"api_name", field.api_name},
                               {"data_type", names_of(field.type).data_type},
                               {"length", field.length},
                               {"mandatory", field.mandatory},
                               {"unique", field.unique},
                               {"custom_field", field.custom}});
    return list;
}

List deliveries_of(const Crm& crm, std::string_view kind) {
    List list;
    for (const auto* deliveries : {&crm.deliveries, &crm.outbox})
        for (const Delivery& delivery : *deliveries)
            if (delivery.kind == kind) list.push_back(delivery_value(delivery));
    return list;
}

List settings_of(const Crm& crm) {
    Value value = crm.limits.to_value();
    Map& map = value.mutable_map();
    map.set("accept_new_picklist_values", crm.settings.accept_new_picklist_values);
    map.set("refuse_unknown_fields", crm.settings.refuse_unknown_fields);
    map.set("search_delay_s", crm.settings.search_delay_s);
    map.set("channel_life_s", crm.settings.channel_life_s);
    map.set("channel_life_max_s", crm.settings.channel_life_max_s);
    map.set("body_bytes_max", crm.settings.body_bytes_max);
    return {value};
}

struct Object {
    std::string_view name;
    List (*rows)(const Crm&);
};
constexpr std::array<Object, 9> objects = {{
    {"deleted", deleted_records},
    {"fields", fields_of},
    {"settings", settings_of},
    {"channels", [](const Crm& crm) { return rows_of(crm.channels, channel_value); }},
    {"WorkflowRule", [](const Crm& crm) { return rows_of(crm.rules, rule_value); }},
    {"WorkflowDelivery", [](const Crm& crm) { return deliveries_of(crm, "workflow"); }},
    {"notifications", [](const Crm& crm) { return deliveries_of(crm, "notification"); }},
    {"users", [](const Crm& crm) { return rows_of(crm.users, [&](const User& user) { return user_value(crm, user.id); }); }},
    {"counters", [](const Crm& crm) { return List{Value(Map{{"rows_visited", crm.rows_visited}})}; }},
}};

}  // namespace

std::optional<List> state_records(const Crm& crm, std::string_view object) {
    if (const Table* table = crm.table(object)) return records_of(crm, *table);
    for (const Object& known : objects)
        if (known.name == object) return known.rows(crm);
    return std::nullopt;
}

Result<void> load_object(Crm& crm, std::string_view object, const Value& record) {
    if (Table* table = crm.table(object)) return load_record(crm, *table, record);
    if (object == "fields") return load_field(crm, record);
    if (object == "settings") return load_settings(crm, record);
    if (object == "WorkflowRule") return load_rule(crm, record);
    if (object == "actions") return act(crm, record);
    return fail(ErrorCode::not_found, "no such object: zoho_crm, " + std::string(object));
}

}  // namespace lockstep::sandbox::zoho_crm
