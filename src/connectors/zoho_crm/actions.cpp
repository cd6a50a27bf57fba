#include "connectors/zoho_crm/actions.h"

#include <algorithm>
#include <array>

#include "connector/records.h"

namespace lockstep::connectors::zoho_crm {
namespace {

using schema::Action;
using schema::ActionEffect;
using schema::ActionInput;

struct RecordEntry {
    std::string_view name;
    GroupResult (*together)(const Crm&, Joint&);
    std::string (*group)(const Value&);
    Result<Value> (*alone)(const Crm&, connector::CallContext&, const Value&);
};

constexpr auto record_entries = std::to_array<RecordEntry>({
    {"zoho_crm.record_read", record_read, read_group, nullptr},
    {"zoho_crm.record_create", record_create, create_group, nullptr},
    {"zoho_crm.record_update", record_update, update_group, nullptr},
    {"zoho_crm.record_delete", record_delete, delete_group, nullptr},
    {"zoho_crm.record_changes", nullptr, nullptr, record_changes},
    {"zoho_crm.record_deletions", nullptr, nullptr, record_deletions},
    {"zoho_crm.record_list", nullptr, nullptr, record_list},
    {"zoho_crm.record_fields", nullptr, nullptr, record_fields},
});

ActionInput entity_input() {
    return {.name = "entity", .type = "text", .required = true, .summary = "API name of the module: Accounts, Contacts, …"};
}
ActionInput id_input() { return {.name = "id", .type = "id", .required = true, .summary = "id of the record"}; }
ActionInput unique_input() {
    return {.name = "unique", .type = "map", .required = true, .summary = "one unique field and its value, by which there is one record"};
}
ActionInput fields_input(std::string name, std::string summary) {
    return {.name = std::move(name), .type = "map", .required = true, .summary = std::move(summary)};
}

std::vector<ActionEntry> flow_entries() {
    return {
        {.action = {.name = "zoho_crm.get",
                    .summary = "Reads one record with all its fields.",
                    .effect = ActionEffect::read,
                    .inputs = {entity_input(), id_input()},
                    .output = "the record as Zoho CRM has it"},
         .alone = get_record},
        {.action = {.name = "zoho_crm.find",
                    .summary = "Reads one record that may not be there.",
                    .effect = ActionEffect::read,
                    .inputs = {entity_input(), id_input()},
                    .output = "the record, or null if there is none"},
         .alone = find_record},
        {.action = {.name = "zoho_crm.ensure",
                    .summary = "Finds the record with a unique value, or creates it.",
                    .effect = ActionEffect::unique,
                    .inputs = {entity_input(), unique_input(), fields_input("create", "the record to create; a found one is not changed")},
                    .output = "`id`, and `created`: whether it is new",
                    .lock_inputs = {"entity", "unique"}},
         .alone = ensure_record},
        {.action = {.name = "zoho_crm.upsert",
                    .summary = "Sets fields of the record with a unique value, or creates it.",
                    .effect = ActionEffect::idempotent,
                    .inputs = {entity_input(), unique_input(), fields_input("fields", "fields and their new values")},
                    .output = "`id`, and `created`: whether it is new",
                    .lock_inputs = {"entity", "unique"}},
         .alone = upsert_record},
        {.action = {.name = "zoho_crm.update",
                    .summary = "Changes fields of a record; no workflow of Zoho's is set off.",
                    .effect = ActionEffect::idempotent,
                    .inputs = {entity_input(), id_input(), fields_input("fields", "fields and their new values")},
                    .output = "`id`"},
         .alone = update_record},
        {.action =
             {.name = "zoho_crm.query",
              .summary = "Reads rows by one COQL query, at most 200.",
              .effect = ActionEffect::read,
              .inputs = {{.name = "query", .type = "text", .required = true, .summary = "the query, with its own `where` and `limit`"}},
              .output = "the list of rows"},
         .alone = query_records},
        {.action =
             {.name = "zoho_crm.watch",
              .summary = "Has Zoho CRM tell of changes, for another while: opens the notification channel, or renews it when half of its "
                         "life is over. To be called on a schedule.",
              .effect = ActionEffect::idempotent,
              .inputs = {entity_input(),
                         {.name = "notify_url", .type = "text", .required = true, .summary = "address of the trigger, as Zoho reaches it"},
                         {.name = "channel_id", .type = "id", .required = true, .summary = "a number of your choice, one a module"},
                         {.name = "operations", .type = "list", .summary = "of create, edit, delete; default all three"},
                         {.name = "hours", .type = "integer", .summary = "how long it is to live; default 23, and 24 is Zoho's most"}},
              .output = "`expires_at`, and `renewed`: whether anything was to be done",
              .lock_inputs = {"channel_id"}},
         .alone = watch_module},
    };
}

std::vector<ActionEntry> all_entries() {
    std::vector<ActionEntry> all = flow_entries();
    for (Action& action : connector::records::actions("zoho_crm")) {
        auto entry =
            std::find_if(record_entries.begin(), record_entries.end(), [&](const RecordEntry& e) { return e.name == action.name; });
        LS_ASSERT(entry != record_entries.end());
        all.push_back({.action = std::move(action), .together = entry->together, .group = entry->group, .alone = entry->alone});
    }
    return all;
}

}  // namespace

const std::vector<ActionEntry>& action_entries() {
    static const std::vector<ActionEntry> entries = all_entries();
    return entries;
}

const ActionEntry* find_action(std::string_view name) {
    const std::vector<ActionEntry>& all = action_entries();
    auto found = std::find_if(all.begin(), all.end(), [&](const ActionEntry& entry) { return entry.action.name == name; });
    return found == all.end() ? nullptr : &*found;
}

}  // namespace lockstep::connectors::zoho_crm
