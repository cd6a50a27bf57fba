#include "connectors/zoho_crm/metadata.h"

#include <algorithm>
#include <array>

#include "connectors/zoho_crm/field_values.h"

namespace lockstep::connectors::zoho_crm {
namespace {

constexpr std::int64_t kept_ms = 10 * 60'000;

struct TypeName {
    std::string_view zoho, ours;
};
/// Source: OpenAPI v8.0, fields (`data_type`); zoho.com/crm/developer/docs/api/v8/field-meta.
constexpr auto types = std::to_array<TypeName>({
    {"text", "text"},
    {"textarea", "text"},
    {"email", "text"},
    {"phone", "text"},
    {"website", "text"},
    {"autonumber", "text"},
    {"integer", "number"},
    {"bigint", "number"},
    {"double", "number"},
    {"currency", "number"},
    {"percent", "number"},
    {"boolean", "boolean"},
    {"date", "date"},
    {"datetime", "time"},
    {"picklist", "picklist"},
    {"lookup", "reference"},
    {"ownerlookup", "reference"},
    {"userlookup", "reference"},
});

std::string type_of(const Value& field) {
    const std::string given = field["data_type"].text();
    auto found = std::find_if(types.begin(), types.end(), [&](const TypeName& type) { return type.zoho == given; });
    return std::string(found == types.end() ? "other" : found->ours);
}

/// Absent or null: none. Zoho writes an empty map where a field is not unique.
bool is_set(const Value& value) { return value.is_map() && !value.as_map().empty(); }

Value picklist_values(const Value& field) {
    List values;
    const Value& given = field["pick_list_values"];
    for (const Value& entry : given.is_list() ? given.as_list() : List()) {
        const std::string value = entry["actual_value"].text();
        if (!value.empty() && value != "-None-") values.push_back(Value(value));
    }
    return values;
}

bool is_writable(const Value& field) {
    const Value& may = field["operation_type"]["api_update"];
    const bool locked = field["read_only"] == Value(true) || field["field_read_only"] == Value(true);
    return !locked && may != Value(false);
}

/// Shorter texts of digits are phone and other numbers. Source: the API's pages; ids have 15 digits and more.
bool looks_like_id(const Value& value) { return value.is_string() && value.as_string().size() >= 15 && is_record_id(value.as_string()); }

}  // namespace

Value described_field(const Value& field) {
    return Map{
        {"name", field["api_name"]},      {"label", field["field_label"]},     {"type", type_of(field)},
        {"length", field["length"]},      {"scale", field["decimal_place"]},   {"mandatory", field["system_mandatory"] == Value(true)},
        {"writable", is_writable(field)}, {"unique", is_set(field["unique"])}, {"values", picklist_values(field)}};
}

Result<List> Metadata::fields(connector::CallContext& context, const std::string& module) {
    LS_TRY_ASSIGN(Answer answer, api_.get(context, "/settings/fields", {{"module", module}}));
    if (!answer.body["fields"].is_list()) return fail(ErrorCode::vendor_protocol, "Zoho CRM answered without the fields of " + module);
    std::lock_guard lock(mutex_);
    kept_[module] = {context.runtime.monotonic_ms(), answer.body["fields"].as_list()};
    return answer.body["fields"].as_list();
}

Result<List> Metadata::kept(connector::CallContext& context, const std::string& module) {
    {
        std::lock_guard lock(mutex_);
        auto found = kept_.find(module);
        if (found != kept_.end() && context.runtime.monotonic_ms() - found->second.at_ms < kept_ms) return found->second.fields;
    }
    return fields(context, module);
}

Result<Map> Metadata::written(connector::CallContext& context, const std::string& module, const Map& given) {
    Map all;
    for (const auto& [name, value] : given) all.set(name, written_value(value));
    if (std::none_of(all.begin(), all.end(), [](const auto& field) { return looks_like_id(field.second); })) return all;
    LS_TRY_ASSIGN(List known, kept(context, module));
    for (const Value& field : known) {
        Value* value = type_of(field) == "reference" ? all.find(field["api_name"].text()) : nullptr;
        if (value && looks_like_id(*value)) *value = Map{{"id", *value}};
    }
    return all;
}

}  // namespace lockstep::connectors::zoho_crm
