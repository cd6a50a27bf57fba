#include "connector/records.h"

namespace lockstep::connector::records {
namespace {

using schema::ActionEffect;
using schema::ActionInput;

ActionInput entity() { return {.name = "entity", .type = "text", .required = true, .summary = "the vendor's record type: Account"}; }
ActionInput id() { return {.name = "id", .type = "id", .required = true, .summary = "id of the record"}; }
ActionInput field_names() { return {.name = "fields", .type = "list", .required = true, .summary = "API names of the fields"}; }
ActionInput field_values() { return {.name = "fields", .type = "map", .required = true, .summary = "values by API name; null empties"}; }
ActionInput since() { return {.name = "since", .type = "text", .required = true, .summary = "time, RFC 3339"}; }
ActionInput limit() { return {.name = "limit", .type = "integer", .summary = "at most so many; default 200"}; }

}  // namespace

std::vector<schema::Action> actions(const std::string& connector) {
    const std::string prefix = connector + ".record_";
    return {
        {.name = prefix + "read",
         .summary = "Reads fields of one record, with what guards an update of it.",
         .inputs = {entity(),
                    id(),
                    field_names(),
                    {.name = "former", .type = "boolean", .summary = "also say which records were merged into it: merged_from"}},
         .output = "{found, id, fields, version, modified_at, modified_by, deleted, merged_into}"},
        {.name = prefix + "create",
         .summary = "Creates a record once: finds it by its unique field, or makes it.",
         .effect = ActionEffect::unique,
         .inputs = {entity(),
                    {.name = "unique", .type = "map", .required = true, .summary = "one field and its value, by which there is one record"},
                    field_values()},
         .output = "{id, created, version, modified_at}",
         .lock_inputs = {"entity", "unique"}},
        {.name = prefix + "update",
         .summary = "Changes fields of a record that is still as it was read; refused with `precondition_failed` if it is not.",
         .effect = ActionEffect::idempotent,
         .inputs =
             {entity(), id(), {.name = "version", .type = "text", .summary = "what record_read gave; empty: no guard"}, field_values()},
         .output = "{id, version, modified_at}"},
        {.name = prefix + "delete",
         .summary = "Deletes a record, as a person would: the vendor's recycle bin has it.",
         .effect = ActionEffect::idempotent,
         .inputs = {entity(), id()},
         .output = "{deleted}; true also if it was gone"},
        {.name = prefix + "changes",
         .summary = "Lists records that were created or changed, oldest first.",
         .inputs = {entity(),
                    since(),
                    {.name = "after", .type = "text", .summary = "id: records of `since` itself up to it are left out"},
                    limit()},
         .output = "list of {id, at}"},
        {.name = prefix + "deletions",
         .summary = "Lists records that were deleted, or merged into others.",
         .inputs = {entity(), since()},
         .output = "list of {id, at}"},
        {.name = prefix + "list",
         .summary = "Lists all records, page after page.",
         .inputs = {entity(), field_names(), {.name = "after", .type = "text", .summary = "`next` of the page before"}, limit()},
         .output = "{rows: [{id, fields, version, modified_at}], next}; `next` is null at the end"},
        {.name = prefix + "fields",
         .summary = "Says which fields the record type has.",
         .inputs = {entity()},
         .output = "list of {name, label, type, length, scale, mandatory, writable, unique, values}"},
    };
}

bool offered(const schema::Catalogue& catalogue, const std::string& connector) {
    return catalogue.find(connector + ".record_read") != nullptr;
}

}  // namespace lockstep::connector::records
