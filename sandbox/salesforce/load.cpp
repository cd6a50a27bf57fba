#include <fmt/format.h>

#include "base/nearest.h"
#include "sandbox/salesforce/convert.h"
#include "sandbox/salesforce/record_id.h"
#include "sandbox/salesforce/writes.h"

namespace lockstep::sandbox::salesforce {
namespace {

Unexpected no_such_field(const Object& object, std::string_view name) {
    std::vector<std::string> names;
    for (const Field& field : object.fields) names.emplace_back(field.name);
    return fail(ErrorCode::value_invalid, fmt::format("{} has no such field: {}{}", object.table.name, name, did_you_mean(name, names)));
}

struct Founding {
    std::string_view object, id;
    Map fields;
};

}  // namespace

std::string organization_id() { return make_record_id("00D", 1); }
std::string integration_user_id() { return make_record_id("005", 1); }
std::string standard_pricebook_id() { return make_record_id("01s", 1); }

void found_organisation(Database& database, std::string_view username, Timestamp now) {
    Loader loader(database, {integration_user_id(), now});
    const Map user{{"Id", integration_user_id()},
                   {"Username", username},
                   {"LastName", "Integration"},
                   {"Email", username},
                   {"Alias", "integ"},
                   {"IsActive", true},
                   {"TimeZoneSidKey", "Europe/Berlin"},
                   {"LocaleSidKey", "en_US"},
                   {"LanguageLocaleKey", "en_US"},
                   {"UserType", "Standard"},
                   {"DefaultCurrencyIsoCode", "EUR"}};
    const Map organization{{"Id", organization_id()},     {"Name", "Sandbox"}, {"OrganizationType", "Developer Edition"},
                           {"InstanceName", "SBX1"},      {"IsSandbox", true}, {"TimeZoneSidKey", "Europe/Berlin"},
                           {"LanguageLocaleKey", "en_US"}};
    const Map pricebook{{"Id", standard_pricebook_id()}, {"Name", "Standard Price Book"}, {"IsActive", true}, {"IsStandard", true}};
    const Founding rows[] = {{"User", "", user}, {"Organization", "", organization}, {"Pricebook2", "", pricebook}};
    for (const Founding& row : rows) {
        auto loaded = loader.load(*Schema::instance().find(row.object), {Value(row.fields)});
        LS_ASSERT(loaded.has_value());
    }
}

Result<void> Loader::load(const Object& object, const List& records) {
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (!records[i].is_map()) return fail(ErrorCode::value_invalid, fmt::format("record {} is not an object", i));
        auto loaded = load_one(object, records[i].as_map());
        if (!loaded) return fail(loaded.error().code, fmt::format("record {}: {}", i, loaded.error().message));
    }
    return {};
}

Result<void> Loader::load_one(const Object& object, const Map& record) {
    Table& table = database_.table(object);
    std::vector<std::pair<int, Value>> values;
    std::string id;
    for (const auto& [name, written] : record) {
        if (name == "attributes") continue;
        const int index = object.field_index(name);
        if (index < 0) return no_such_field(object, name);
        const Field& field = object.fields[static_cast<std::size_t>(index)];
        auto value = index == id_field ? Result<Value>(written) : stored_value(field, written, {.picklists = false});
        if (!value) return fail(ErrorCode::value_invalid, fmt::format("{}: {}", name, value.error().message));
        if (index != id_field) {
            values.emplace_back(index, *std::move(value));
            continue;
        }
        const auto id18 = canonical_id(written.text());
        if (!id18 || !id18->starts_with(object.table.key_prefix))
            return fail(ErrorCode::value_invalid, fmt::format("not an id of {} (15 or 18 characters, prefix {}, checksum): {}",
                                                              object.table.name, object.table.key_prefix, written.text()));
        id = *id18;
    }
    const auto existing = id.empty() ? std::nullopt : table.find(id);
    for (const auto& [field, value] : values) {
        const Field& column = object.fields[static_cast<std::size_t>(field)];
        if (!column.has(unique) || value.is_null()) continue;
        for (const Row other : table.with(field, value.as_string()))
            if (other != existing)
                return fail(ErrorCode::duplicate_found,
                            fmt::format("{} is unique and {} has it already: {}", column.name, table.id_of(other), value.as_string()));
    }
    const Row row = existing ? *existing : table.add(id.empty() ? table.fresh_id() : id);
    const Timestamp now{author_.now.seconds, 0};
    if (!existing) {
        table.at(row).set(created_date_field, now);
        table.at(row).set(created_by_field, author_.user_id);
        if (const int currency = object.field_index("CurrencyIsoCode"); currency >= 0) table.at(row).set(currency, "EUR");
        if (const int owner = object.field_index("OwnerId"); owner >= 0) table.at(row).set(owner, author_.user_id);
    }
    table.at(row).set(last_modified_date_field, now);
    table.at(row).set(last_modified_by_field, author_.user_id);
    table.set(row, system_modstamp_field, now);
    ++table.at(row).version;
    for (auto& [field, value] : values)
        if (field != is_deleted_field) table.set(row, field, std::move(value));
    complete(object, row, record);
    if (record.find("IsDeleted") != nullptr && *record.find("IsDeleted") == Value(true)) table.remove(row);
    return {};
}

// Fills what the vendor derives and the record does not say.
void Loader::complete(const Object& object, Row row, const Map& record) {
    Table& table = database_.table(object);
    Record& loaded = table.at(row);
    if (&object.table == &opportunity_table) {
        if (record.find("StageName") != nullptr) settle_stage(table, row, record.contains("Probability"));
        if (record.contains("Amount")) loaded.amount_given = !loaded.get(object.field_index("Amount")).is_null();
        if (!loaded.amount_given) settle_amount(database_, table.id_of(row));
    }
    if (&object.table != &line_item_table) return;
    const auto at = [&](const char* name) { return object.field_index(name); };
    if (loaded.get(at("Product2Id")).is_null()) {
        const Record* entry = database_.parent(object, loaded, at("PricebookEntryId"));
        if (entry != nullptr)
            table.set(row, at("Product2Id"), database_.read(*Schema::instance().find("PricebookEntry"), *entry, "Product2Id"));
    }
    const Value quantity = loaded.get(at("Quantity")), unit = loaded.get(at("UnitPrice"));
    if (!record.contains("TotalPrice") && !quantity.is_null() && !unit.is_null()) {
        auto total = line_total(quantity, unit, loaded.get(at("Discount")));
        if (total) loaded.set(at("TotalPrice"), *total);
    }
    const Value opportunity = loaded.get(at("OpportunityId"));
    if (opportunity.is_null()) return;
    Table& opportunities = database_.table("Opportunity");
    const auto parent = opportunities.find(opportunity.as_string());
    if (parent && !record.contains("CurrencyIsoCode"))
        loaded.set(at("CurrencyIsoCode"), database_.read(opportunities.object(), opportunities.at(*parent), "CurrencyIsoCode"));
    if (parent && !opportunities.at(*parent).amount_given) settle_amount(database_, opportunity.as_string());
}

}  // namespace lockstep::sandbox::salesforce
