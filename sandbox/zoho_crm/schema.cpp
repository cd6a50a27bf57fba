#include "sandbox/zoho_crm/schema.h"

#include <algorithm>
#include <array>

namespace lockstep::sandbox::zoho_crm {

namespace {

struct TypeRow {
    Type type;
    TypeNames names;
};
/// Zoho's own SDK reads records by these names.
constexpr std::array<TypeRow, 17> type_rows = {{{Type::text, {"text", "string"}},
                                                {Type::textarea, {"textarea", "string"}},
                                                {Type::website, {"website", "string"}},
                                                {Type::email, {"email", "string"}},
                                                {Type::phone, {"phone", "string"}},
                                                {Type::integer, {"integer", "integer"}},
                                                {Type::bigint, {"bigint", "string"}},
                                                {Type::currency, {"currency", "double"}},
                                                {Type::decimal, {"double", "double"}},
                                                {Type::boolean, {"boolean", "boolean"}},
                                                {Type::picklist, {"picklist", "string"}},
                                                {Type::multiselectpicklist, {"multiselectpicklist", "jsonarray"}},
                                                {Type::date, {"date", "string"}},
                                                {Type::datetime, {"datetime", "string"}},
                                                {Type::lookup, {"lookup", "jsonobject"}},
                                                {Type::ownerlookup, {"ownerlookup", "jsonobject"}},
                                                {Type::tags, {"text", "jsonarray"}}}};

constexpr int default_text_length = 255;

Unexpected unusable(std::string message) { return fail(ErrorCode::request_invalid, std::move(message)); }

bool is_api_name(std::string_view text) {
    return !text.empty() && text.size() <= 50 && std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

Value picklist_value(const Field& field) {
    List list;
    for (std::size_t i = 0; i < field.picklist.size(); ++i)
        list.push_back(Map{{"display_value", field.picklist[i]},
                           {"actual_value", field.picklist[i]},
                           {"reference_value", field.picklist[i]},
                           {"sequence_number", static_cast<std::int64_t>(i + 1)},
                           {"colour_code", nullptr},
                           {"type", "used"},
                           {"id", field.id.substr(0, 13) + std::to_string(300'001 + i)}});
    return list;
}

Value lookup_value(const Field& field, const std::vector<Module>& modules) {
    if (field.type != Type::lookup) return Map{};
    const auto found = std::ranges::find(modules, field.lookup_module, &Module::api_name);
    return Map{{"display_label", field.label},
               {"api_name", nullptr},
               {"query_details", Map{}},
               {"module", Map{{"api_name", field.lookup_module}, {"id", found == modules.end() ? Value() : Value(found->id)}}},
               {"revalidate_filter_during_edit", false},
               {"id", field.id}};
}

}  // namespace

TypeNames names_of(Type type) {
    for (const TypeRow& row : type_rows)
        if (row.type == type) return row.names;
    return type_rows[0].names;
}

std::optional<Type> type_of(std::string_view data_type) {
    for (const TypeRow& row : type_rows)
        if (row.names.data_type == data_type) return row.type;
    return std::nullopt;
}

int Module::position(std::string_view name) const {
    for (std::size_t i = 0; i < fields.size(); ++i)
        if (fields[i].api_name == name) return static_cast<int>(i);
    return -1;
}

const Field* Module::field(std::string_view name) const {
    const int at = position(name);
    return at < 0 ? nullptr : &fields[static_cast<std::size_t>(at)];
}

Result<void> Module::add(Field field) {
    if (this->field(field.api_name) != nullptr) return unusable("there is such a field already: " + api_name + "." + field.api_name);
    field.id = id.substr(0, 13) + std::to_string(700'001 + 2 * fields.size());
    fields.push_back(std::move(field));
    return {};
}

Result<Field> read_custom_field(const Value& given) {
    Field field{.api_name = given["api_name"].text(), .custom = true};
    if (!is_api_name(field.api_name)) return unusable("api_name has up to 50 letters, digits and _: " + field.api_name);
    field.label = given["field_label"].string_or(field.api_name);
    const auto type = type_of(given["data_type"].string_or("text"));
    if (!type) return unusable("no such data_type: " + given["data_type"].text());
    field.type = *type;
    field.length = field.is_text() ? default_text_length : 120;
    if (given["length"].kind() == Value::Kind::integer && given["length"].as_int() > 0 && given["length"].as_int() <= 32'000)
        field.length = static_cast<int>(given["length"].as_int());
    else if (!given["length"].is_null())
        return unusable("length is a number from 1 to 32000: " + given["length"].text());
    field.mandatory = given["mandatory"] == Value(true);
    field.unique = given["unique"] == Value(true);
    field.lookup_module = given["lookup"].string_or("");
    if (given["pick_list_values"].is_list())
        for (const Value& value : given["pick_list_values"].as_list())
            field.picklist.push_back(value.is_map() ? value["actual_value"].text() : value.text());
    if (field.type == Type::lookup && field.lookup_module.empty()) return unusable("a lookup names a module as `lookup`");
    return field;
}

Value field_value(const Field& field, const std::vector<Module>& modules) {
    const TypeNames names = names_of(field.type);
    const bool writable = !field.read_only();
    return Map{
        {"api_name", field.api_name},
        {"field_label", field.label},
        {"display_label", field.label},
        {"id", field.id},
        {"data_type", names.data_type},
        {"json_type", names.json_type},
        {"length", field.length},
        {"decimal_place", field.type == Type::currency || field.type == Type::decimal ? Value(2) : Value()},
        {"system_mandatory", field.mandatory},
        {"custom_field", field.custom},
        {"read_only", !writable},
        {"field_read_only", !writable},
        {"visible", true},
        {"unique", field.unique ? Value(Map{{"casesensitive", "false"}}) : Value(Map{})},
        {"external", nullptr},
        {"pick_list_values", picklist_value(field)},
        {"lookup", lookup_value(field, modules)},
        {"multiselectlookup", Map{}},
        {"formula", Map{}},
        {"currency", field.type == Type::currency ? Value(Map{{"rounding_option", "normal"}, {"precision", 2}}) : Value(Map{})},
        {"auto_number", Map{}},
        {"default_value", nullptr},
        {"created_source", field.custom ? "user" : "default"},
        {"sortable", field.type != Type::textarea && field.type != Type::tags},
        {"filterable", field.type != Type::textarea},
        {"searchable", field.type != Type::tags},
        {"mass_update", writable},
        {"webhook", true},
        {"type", "used"},
        {"operation_type", Map{{"web_update", writable}, {"api_create", writable}, {"web_create", writable}, {"api_update", writable}}},
        {"view_type", Map{{"view", true}, {"edit", writable}, {"quick_create", false}, {"create", writable}}}};
}

Value module_value(const Module& module) {
    return Map{{"api_name", module.api_name},
               {"module_name", module.api_name},
               {"singular_label", module.singular},
               {"plural_label", module.plural},
               {"id", module.id},
               {"generated_type", "default"},
               {"api_supported", true},
               {"creatable", true},
               {"editable", true},
               {"deletable", true},
               {"viewable", true},
               {"visible", true},
               {"modified_time", nullptr},
               {"modified_by", nullptr},
               {"status", "visible"},
               {"sequence_number", 1},
               {"global_search_supported", true},
               {"presence_sub_menu", true},
               {"triggers_supported", true},
               {"feeds_required", false},
               {"scoring_supported", true},
               {"webform_supported", true},
               {"arguments", List{}},
               {"profiles", List{}},
               {"parent_module", Map{}}};
}

}  // namespace lockstep::sandbox::zoho_crm
