#include <algorithm>

#include "connectors/zoho_crm/field_values.h"
#include "connectors/zoho_crm/records.h"
#include "connectors/zoho_crm/version.h"

namespace lockstep::connectors::zoho_crm {

Result<std::string> module_of(const Value& input) { return checked_name(input["entity"].text(), "entity"); }

Result<std::string> id_of(const Value& input) {
    std::string id = input["id"].text();
    if (is_record_id(id)) return id;
    return fail(ErrorCode::value_invalid, "not an id of Zoho CRM: `" + id + "`");
}

Result<std::vector<std::string>> field_names_of(const Value& input) {
    std::vector<std::string> names;
    for (const Value& name : input["fields"].is_list() ? input["fields"].as_list() : List()) {
        LS_TRY_ASSIGN(std::string checked, checked_name(name.text(), "fields"));
        if (std::find(names.begin(), names.end(), checked) == names.end()) names.push_back(std::move(checked));
    }
    if (!names.empty()) return names;
    return fail(ErrorCode::value_invalid, "the API names of the fields are missing: fields");
}

Result<UniqueKey> unique_of(const Value& input) {
    const Value& given = input["unique"];
    if (!given.is_map() || given.as_map().size() != 1)
        return fail(ErrorCode::value_invalid, "`unique` is one field and its value, by which there is one record");
    const auto& [name, value] = *given.as_map().begin();
    UniqueKey key;
    LS_TRY_ASSIGN(key.field, checked_name(name, "unique"));
    key.value = value.text();
    if (key.value.empty()) return fail(ErrorCode::value_invalid, "the value of the unique field is empty: " + key.field);
    return key;
}

Result<std::string> version_of(const Value& row, Timestamp earliest) {
    LS_TRY_ASSIGN(Timestamp modified, time_in(row["Modified_Time"], "Modified_Time"));
    return write_version({.modified = modified, .read = earliest});
}

Result<std::string> modified_at(const Value& row) {
    LS_TRY_ASSIGN(Timestamp modified, time_in(row["Modified_Time"], "Modified_Time"));
    return format_timestamp(modified);
}

}  // namespace lockstep::connectors::zoho_crm
