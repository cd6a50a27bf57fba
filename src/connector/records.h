#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/action.h"

/// What a connector offers to syncs: eight actions of one shape over all vendors, named `<connector>.record_…`. A sync
/// knows nothing else of a vendor, so that any two connectors that offer them can be kept in step.
///
/// Field values are what JSON has: texts, exact numbers, booleans, null for what is empty (the vendor's empty text is null);
/// dates are `2026-02-18`, times RFC 3339 in UTC with as many digits as the vendor keeps. Field names are the vendor's API
/// names; a lookup is the id of the other record. Ids are texts.
namespace lockstep::connector::records {

/// Actions of a connector that takes part in syncs, their inputs and what they give:
///
/// | action | inputs | gives |
/// | --- | --- | --- |
/// | `record_read` | entity, id, fields, former | {found, id, fields, version, modified_at, modified_by, deleted, merged_into} |
/// | `record_create` | entity, unique, fields | {id, created, version, modified_at} |
/// | `record_update` | entity, id, version, fields | {id, version, modified_at} |
/// | `record_delete` | entity, id | {deleted: true} also if it was gone |
/// | `record_changes` | entity, since, after, limit | list of {id, at}, oldest first by (at, id): changed and created at or after `since` |
/// | `record_deletions` | entity, since | list of {id, at}, deleted (also by being merged) at or after `since` |
/// | `record_list` | entity, fields, after, limit | {rows: [{id, fields, version, modified_at}], next}: `next` is the next `after`, null at
/// the end | | `record_fields` | entity | list of {name, label, type, length, scale, mandatory, writable, unique, values} |
///
/// `record_read` of an id that never was, or is gone without a trace, gives {found: false}; of a deleted record
/// {found: true, deleted: true} with as many fields as the vendor still shows, `merged_into` naming the record that it was
/// merged into, where the vendor says so; with `former: true` also `merged_from`, the ids of those that were merged into this
/// one, where it says that. `fields` has exactly the fields that were asked for.
/// `version` is a text that only the connector understands. It is whatever lets `record_update` make sure that the record is
/// still as it was read; the update fails with `precondition_failed` if it may be another. An empty version: no guard.
/// `modified_by` is a name for people, or null. `type` is text, number, boolean, date, time, picklist, reference or other.
/// `unique` of `record_create` is one field and its value, by which the vendor refuses a second record: the record is looked
/// for by it (and not found by it if it is deleted), adopted (`created: false`, nothing of it changed) or made with it.
/// Writes do not set off the vendor's automation that would tell of them, where the vendor can be asked for that.
std::vector<schema::Action> actions(const std::string& connector);

/// Whether the connector offers them.
bool offered(const schema::Catalogue& catalogue, const std::string& connector);

}  // namespace lockstep::connector::records
