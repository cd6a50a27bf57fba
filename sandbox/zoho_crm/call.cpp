// What handlers read of a call.
#include "sandbox/zoho_crm/api.h"

namespace lockstep::sandbox::zoho_crm {

Result<std::optional<Timestamp>> Call::time_header(std::string_view name) const {
    const auto text = request->headers.get(name);
    if (!text || text->empty()) return std::optional<Timestamp>();
    auto time = read_time(*text);
    if (!time) return refuse("INVALID_DATA", "invalid data", {{"header_name", name}, {"expected_data_type", "datetime"}});
    return std::optional(*time);
}

Result<Table*> table_of(Crm& crm, const Call& call) {
    Table* table = crm.table(call.ids[0]);
    if (table == nullptr) return refuse("INVALID_MODULE", "the module name given seems to be invalid", {{"resource_path_index", 0}});
    return table;
}

Result<List> list_of(const Call& call, std::string_view name, std::size_t length_max) {
    const std::string path = "$." + std::string(name);
    const Value& given = call.body[name];
    if (given.is_null()) return refuse_field("MANDATORY_NOT_FOUND", "required field not found", name, path);
    if (!given.is_list()) return wrong_type("jsonarray", name, path);
    const List& list = given.as_list();
    if (list.empty()) return refuse_field("INVALID_DATA", "invalid data", name, path);
    if (list.size() > length_max)
        return refuse("LIMIT_EXCEEDED", "count of records in your request exceeds the limit",
                      {{"maximum_length", static_cast<std::int64_t>(length_max)}, {"api_name", name}});
    for (std::size_t i = 0; i < list.size(); ++i)
        if (!list[i].is_map()) return wrong_type("jsonobject", name, path + "[" + std::to_string(i) + "]");
    return list;
}

}  // namespace lockstep::sandbox::zoho_crm
