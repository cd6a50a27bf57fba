#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sandbox/zoho_crm/crm.h"

namespace lockstep::sandbox::zoho_crm {

/// Reads a value that a client gives for a field; null and the empty text clear it. `path` is its place in the body
/// (`$.data[0].Phone`). Errors: refusals with the details that the vendor gives.
Result<Value> read_value(const Crm& crm, const Field& field, const Value& given, std::string_view path);

/// A field of a record as answers have it.
Value shown(const Crm& crm, const Table& table, const Record& record, int position);
/// A record with these fields, the id first.
Value record_value(const Crm& crm, const Table& table, const Record& record, const std::vector<int>& positions);
/// A record with all its fields and what the vendor adds in the answer to a read by id.
Value whole_record_value(const Crm& crm, const Table& table, const Record& record);
/// What stands for a record in lookups and in the recycle bin.
std::string display_name(const Table& table, const Record& record);
/// `{"name","id"}`
Value user_value(const Crm& crm, std::string_view id);

}  // namespace lockstep::sandbox::zoho_crm
