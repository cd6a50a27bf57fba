#include "sandbox/salesforce/schema.h"

#include <array>

#include "sandbox/salesforce/schema_columns.h"

namespace lockstep::sandbox::salesforce {
namespace {

constexpr std::array<std::string_view, 17> type_names = {"id",       "reference", "string",  "textarea", "picklist",     "boolean",
                                                         "currency", "double",    "percent", "int",      "date",         "datetime",
                                                         "email",    "phone",     "url",     "address",  "multipicklist"};

// Source: Object Reference, "System Fields".
constexpr Field system_fields[] = {
    {"Id", "Record ID", FieldType::id, read_only | defaulted, 18},
    columns::flag("IsDeleted", "Deleted", read_only),
    columns::datetime("CreatedDate", "Created Date", read_only, defaulted),
    columns::reference("CreatedById", "Created By ID", "User", "CreatedBy", read_only, defaulted),
    columns::datetime("LastModifiedDate", "Last Modified Date", read_only, defaulted),
    columns::reference("LastModifiedById", "Last Modified By ID", "User", "LastModifiedBy", read_only, defaulted),
    columns::datetime("SystemModstamp", "System Modstamp", read_only, defaulted),
};

constexpr std::array<const ObjectTable*, 10> all_tables = {
    &account_table, &contact_table,   &opportunity_table,     &line_item_table, &contact_role_table,
    &product_table, &pricebook_table, &pricebook_entry_table, &user_table,      &organization_table};

// The owner and editor of every row is the same few users: an index by them would only cost.
bool indexed_by_value(const Field& field) { return field.has(indexed) && field.reference_to != "User"; }

}  // namespace

std::string_view to_string(FieldType type) { return type_names[static_cast<std::size_t>(type)]; }

std::span<const ObjectTable* const> object_tables() { return all_tables; }

bool Field::is_text() const {
    switch (type) {
        case FieldType::string:
        case FieldType::textarea:
        case FieldType::picklist:
        case FieldType::email:
        case FieldType::phone:
        case FieldType::url:
        case FieldType::multipicklist:
            return true;
        default:
            return false;
    }
}

bool Field::is_number() const {
    return type == FieldType::currency || type == FieldType::number || type == FieldType::percent || type == FieldType::integer;
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

Object::Object(const ObjectTable& from) : table(from) {
    fields.assign(std::begin(system_fields), std::end(system_fields));
    fields.insert(fields.end(), from.fields.begin(), from.fields.end());
    for (std::size_t i = 0; i < fields.size(); ++i) {
        Field& field = fields[i];
        if (!indexed_by_value(field)) field.flags = static_cast<std::uint16_t>(field.flags & ~indexed);
        by_name_.emplace(lower(field.name), static_cast<int>(i));
        if (!field.relationship.empty()) by_relationship_.emplace(lower(field.relationship), static_cast<int>(i));
    }
}

int Object::field_index(std::string_view name) const {
    auto found = by_name_.find(lower(name));
    return found == by_name_.end() ? -1 : found->second;
}

int Object::relationship_index(std::string_view name) const {
    auto found = by_relationship_.find(lower(name));
    return found == by_relationship_.end() ? -1 : found->second;
}

const Child* Object::child(std::string_view relationship) const {
    const std::string wanted = lower(relationship);
    for (const Child& child : table.children)
        if (lower(child.relationship) == wanted) return &child;
    return nullptr;
}

Schema::Schema() {
    objects_.reserve(all_tables.size());
    for (const ObjectTable* table : all_tables) objects_.emplace_back(*table);
    for (const Object& object : objects_) by_name_.emplace(lower(object.table.name), &object);
}

const Schema& Schema::instance() {
    static const Schema schema;
    return schema;
}

const Object* Schema::find(std::string_view name) const {
    auto found = by_name_.find(lower(name));
    return found == by_name_.end() ? nullptr : found->second;
}

const Object* Schema::find_by_prefix(std::string_view key_prefix) const {
    for (const Object& object : objects_)
        if (object.table.key_prefix == key_prefix) return &object;
    return nullptr;
}

}  // namespace lockstep::sandbox::salesforce
