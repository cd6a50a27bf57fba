#include "sandbox/salesforce/writes.h"

#include <fmt/format.h>

#include <utility>

#include "sandbox/salesforce/convert.h"
#include "sandbox/salesforce/record_id.h"
#include "sandbox/salesforce/refusal.h"

namespace lockstep::sandbox::salesforce {
namespace {

const Field& field_at(const Object& object, int index) { return object.fields[static_cast<std::size_t>(index)]; }

void append_name(std::string& names, std::string_view name) {
    if (!names.empty()) names += ",";
    names += name;
}

std::string spaced(std::string names) {
    for (std::size_t at = names.find(','); at != std::string::npos; at = names.find(',', at + 2)) names.insert(at + 1, " ");
    return names;
}

bool writable(const Field& field, bool insert) { return !field.has(read_only) && (insert || !field.has(create_only)); }

}  // namespace

Result<Row> Writer::living(const Object& object, std::string_view id) const {
    const auto id18 = canonical_id(id);
    if (!id18) return refuse("NOT_FOUND", "Provided external ID field does not exist or is not accessible: " + std::string(id));
    const Table& table = database_.table(object);
    const auto row = table.find(*id18);
    if (!row) return refuse("NOT_FOUND", "The requested resource does not exist");
    if (table.at(*row).deleted) return refuse("ENTITY_IS_DELETED", "entity is deleted");
    return *row;
}

Result<Writer::Change> Writer::parent_by_external_id(const Object& object, std::string_view relationship, const Value& written) const {
    const int way = object.relationship_index(relationship);
    const Object& parent = *Schema::instance().find(field_at(object, way).reference_to);
    if (written.is_null()) return Change{way, {}};
    if (!written.is_map())
        return refuse("JSON_PARSER_ERROR",
                      fmt::format("Cannot deserialize instance of {} from a value that is not an object", parent.table.name));
    for (const auto& [name, value] : written.as_map()) {
        if (name == "attributes") continue;
        const int field = parent.field_index(name);
        if (field < 0 || !field_at(parent, field).has(external_id) || !value.is_string())
            return refuse("INVALID_FIELD", fmt::format("{} is not an External ID or indexed field for {}", name, parent.table.name));
        const Rows& rows = database_.table(parent).with(field, value.as_string());
        if (rows.size() != 1)
            return refuse("INVALID_FIELD", fmt::format("Foreign key external ID: {} not found for field {} in entity {}", value.as_string(),
                                                       name, parent.table.name));
        return Change{way, database_.table(parent).id_of(rows.front())};
    }
    return refuse("INVALID_FIELD", fmt::format("Relationship {} names no external ID", relationship));
}

Result<Writer::Changes> Writer::read_body(const Object& object, const Map& body, bool insert) const {
    Changes changes;
    std::string refused;
    for (const auto& [name, written] : body) {
        if (name == "attributes") continue;
        const int index = object.field_index(name);
        if (index < 0 && object.relationship_index(name) >= 0) {
            LS_TRY_ASSIGN(Change change, parent_by_external_id(object, name, written));
            changes.push_back(std::move(change));
            continue;
        }
        if (index < 0) return refuse("INVALID_FIELD", fmt::format("No such column '{}' on sobject of type {}", name, object.table.name));
        if (index == id_field && !insert) return refuse("INVALID_FIELD", "The Id field should not be specified in the sobject data.");
        if (index == id_field) return refuse("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", "Id");
        const Field& field = field_at(object, index);
        if (!writable(field, insert)) append_name(refused, field.name);
        LS_TRY_ASSIGN(Value value, stored_value(field, written));
        changes.push_back({index, std::move(value)});
    }
    if (!refused.empty())
        return refuse("INVALID_FIELD_FOR_INSERT_UPDATE",
                      fmt::format("Unable to create/update fields: {}. Please check the security settings of this field and verify that "
                                  "it is read/write for your profile or permission set.",
                                  spaced(refused)),
                      refused);
    return changes;
}

Result<void> Writer::check_required(const Object& object, const Changes& changes, bool insert) const {
    std::string missing;
    for (std::size_t i = 0; i < object.fields.size(); ++i) {
        if (!object.fields[i].has(required)) continue;
        const Change* given = nullptr;
        for (const Change& change : changes)
            if (change.field == static_cast<int>(i)) given = &change;
        if (given == nullptr ? insert : given->value.is_null()) append_name(missing, object.fields[i].name);
    }
    if (missing.empty()) return {};
    return refuse("REQUIRED_FIELD_MISSING", fmt::format("Required fields are missing: [{}]", spaced(missing)), missing);
}

Result<void> Writer::check_references(const Object& object, const Changes& changes) const {
    for (const Change& change : changes) {
        const Field& field = field_at(object, change.field);
        if (field.type != FieldType::reference || change.value.is_null()) continue;
        const Table& target = database_.table(*Schema::instance().find(field.reference_to));
        const auto row = target.find(change.value.as_string());
        if (!row) return refuse("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", std::string(field.name));
        if (target.at(*row).deleted) return refuse("ENTITY_IS_DELETED", "entity is deleted", std::string(field.name));
    }
    return {};
}

Result<void> Writer::check_unique(const Object& object, const Changes& changes, std::string_view own_id) const {
    const Table& table = database_.table(object);
    for (const Change& change : changes) {
        const Field& field = field_at(object, change.field);
        if (!field.has(unique) || change.value.is_null()) continue;
        for (const Row row : table.with(change.field, change.value.as_string()))
            if (table.id_of(row) != own_id)
                return refuse("DUPLICATE_VALUE", fmt::format("duplicate value found: {} duplicates value on record with id: {}", field.name,
                                                             table.id_of(row).substr(0, 15)));
    }
    return {};
}

void Writer::touch(Table& table, Row row) {
    const Timestamp now{author_.now.seconds, 0};
    Record& record = table.at(row);
    ++record.version;
    record.set(last_modified_date_field, now);
    record.set(last_modified_by_field, author_.user_id);
    table.set(row, system_modstamp_field, now);
}

void Writer::apply(Table& table, Row row, const Changes& changes) {
    for (const Change& change : changes) table.set(row, change.field, change.value);
    touch(table, row);
}

Result<std::string> Writer::create(const Object& object, const Map& body) {
    LS_TRY_ASSIGN(Changes changes, read_body(object, body, true));
    LS_TRY(check_required(object, changes, true));
    LS_TRY(check_references(object, changes));
    LS_TRY(prepare(object, nullptr, changes));
    LS_TRY(check_rules(object, nullptr, changes));
    LS_TRY(check_unique(object, changes, {}));
    Table& table = database_.table(object);
    const std::string id = table.fresh_id();
    const Row row = table.add(id);
    Record& record = table.at(row);
    record.set(created_date_field, Timestamp{author_.now.seconds, 0});
    record.set(created_by_field, author_.user_id);
    if (const int currency = object.field_index("CurrencyIsoCode"); currency >= 0) record.set(currency, "EUR");
    if (const int owner = object.field_index("OwnerId"); owner >= 0) record.set(owner, author_.user_id);
    apply(table, row, changes);
    settle(object, row);
    return id;
}

Result<void> Writer::update(const Object& object, std::string_view id, const Map& body) {
    LS_TRY_ASSIGN(const Row row, living(object, id));
    LS_TRY_ASSIGN(Changes changes, read_body(object, body, false));
    LS_TRY(check_required(object, changes, false));
    LS_TRY(check_references(object, changes));
    Table& table = database_.table(object);
    const Record& existing = std::as_const(table).at(row);
    LS_TRY(prepare(object, &existing, changes));
    LS_TRY(check_rules(object, &existing, changes));
    LS_TRY(check_unique(object, changes, table.id_of(row)));
    apply(table, row, changes);
    settle(object, row);
    return {};
}

Result<Writer::Upserted> Writer::upsert(const Object& object, int external_field, const Value& key, const Map& body) {
    const Field& field = field_at(object, external_field);
    for (const auto& [name, value] : body)
        if (lower(name) == lower(field.name))
            return refuse("INVALID_FIELD", fmt::format("The {} field should not be specified in the sobject data.", field.name));
    const Rows rows = database_.table(object).with(external_field, key.as_string());
    if (rows.size() > 1) {
        std::string ids;
        for (const Row row : rows) append_name(ids, database_.table(object).id_of(row));
        return refuse("300", "more than one record has this external id", ids);
    }
    if (rows.size() == 1) {
        const std::string id = database_.table(object).id_of(rows.front());
        LS_TRY(update(object, id, body));
        return Upserted{id, false};
    }
    Map with_key = body;
    with_key.set(std::string(field.name), key);
    LS_TRY_ASSIGN(std::string id, create(object, with_key));
    return Upserted{std::move(id), true};
}

Result<void> Writer::remove(const Object& object, std::string_view id) {
    LS_TRY_ASSIGN(const Row row, living(object, id));
    Table& table = database_.table(object);
    const std::string id18 = table.id_of(row);
    if (&object.table == &product_table) {
        const Object& lines = *Schema::instance().find("OpportunityLineItem");
        if (!database_.table(lines).with(lines.field_index("Product2Id"), id18).empty())
            return refuse("DELETE_FAILED",
                          "Your attempt to delete this product could not be completed because it is associated with opportunities.");
    }
    remove_children(object, id18);
    const std::string opportunity = &object.table == &line_item_table ? database_.read(object, table.at(row), "OpportunityId").text() : "";
    table.remove(row);
    touch(table, row);
    if (!opportunity.empty()) settle_amount(database_, opportunity);
    return {};
}

}  // namespace lockstep::sandbox::salesforce
