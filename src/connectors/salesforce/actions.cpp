#include "connectors/salesforce/sync_records.h"

namespace lockstep::connectors::salesforce {
namespace {

using schema::Action;
using schema::ActionEffect;
using schema::ActionInput;

const ActionInput object_input{"object", "text", true, "API name of the object: `Opportunity`"};
const ActionInput id_input{"id", "id", true, "record id, 15 or 18 characters"};
const ActionInput soql_input{"soql", "text", true, "the query; `:name` stands for a value of `bind`"};
const ActionInput bind_input{"bind", "map", false, "values for the names in the query; each is escaped by its type"};
const ActionInput fields_input{"fields", "map", true, "field values; null clears a field"};

std::vector<ActionEntry> make_entries() {
    std::vector<ActionEntry> entries;
    entries.push_back({Action{.name = "salesforce.query",
                              .summary = "Reads all records that a query finds, every page, subqueries too.",
                              .effect = ActionEffect::read,
                              .inputs = {soql_input, bind_input},
                              .output = "A list of records; a subquery is a list within its record, empty if it finds nothing."},
                       query, query_key, query_jointly});
    entries.push_back({Action{.name = "salesforce.query_one",
                              .summary = "Reads the one record that a query finds; none or several is an error.",
                              .effect = ActionEffect::read,
                              .inputs = {soql_input, bind_input},
                              .output = "The record, as `salesforce.query` gives it."},
                       query_one, query_key, query_jointly});
    entries.push_back({Action{.name = "salesforce.get",
                              .summary = "Reads one record by its id.",
                              .effect = ActionEffect::read,
                              .inputs = {object_input, id_input, {"fields", "list", false, "names of the fields; all if absent"}},
                              .output = "The record."},
                       get_record});
    entries.push_back(
        {Action{.name = "salesforce.create",
                .summary = "Creates a record once: by upsert on an external id field, so that a second call finds the first's record.",
                .effect = ActionEffect::unique,
                .inputs = {object_input, {"unique", "map", true, "one external id field and its value"}, fields_input},
                .output = "`id`, and `created`: whether this call created the record.",
                .lock_inputs = {"object", "unique"}},
         create_record, create_key, create_jointly});
    entries.push_back({Action{.name = "salesforce.update",
                              .summary = "Sets fields of a record.",
                              .effect = ActionEffect::idempotent,
                              .inputs = {object_input, id_input, fields_input},
                              .output = "`id`, and `changed`: false only if there were no fields to set."},
                       update_record, update_key, update_jointly});
    entries.push_back({Action{.name = "salesforce.upsert",
                              .summary = "Updates the record that an external id names, or creates it.",
                              .effect = ActionEffect::idempotent,
                              .inputs = {object_input,
                                         {"external_id", "text", true, "API name of the external id field"},
                                         {"value", "text", true, "value of the external id"},
                                         fields_input},
                              .output = "`id`, and `created`: whether this call created the record.",
                              .lock_inputs = {"object", "external_id", "value"}},
                       upsert_record, upsert_key, upsert_jointly});
    entries.push_back(
        {Action{.name = "salesforce.update_many",
                .summary = "Sets fields of many records of one object, 200 a call; a record that is refused does not stop the others.",
                .effect = ActionEffect::idempotent,
                .inputs = {object_input, {"records", "list", true, "maps with `Id` and the fields to set"}},
                .output = "`updated`: how many; `failed`: a list of `id`, `code`, `message` and `field`."},
         update_records});
    for (ActionEntry& entry : sync_entries()) entries.push_back(std::move(entry));
    return entries;
}

}  // namespace

const std::vector<ActionEntry>& action_entries() {
    static const std::vector<ActionEntry> entries = make_entries();
    return entries;
}

}  // namespace lockstep::connectors::salesforce
