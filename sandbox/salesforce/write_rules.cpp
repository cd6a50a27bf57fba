// The vendor's own rules for opportunities and their lines.
#include <fmt/format.h>

#include "sandbox/salesforce/refusal.h"
#include "sandbox/salesforce/writes.h"

namespace lockstep::sandbox::salesforce {
namespace {

struct LineFields {
    int opportunity, entry, product, quantity, discount, total, unit, currency;
};
const LineFields& line_fields() {
    static const LineFields fields = [] {
        const Object& line = *Schema::instance().find("OpportunityLineItem");
        const auto at = [&](const char* name) { return line.field_index(name); };
        return LineFields{at("OpportunityId"), at("PricebookEntryId"), at("Product2Id"), at("Quantity"),
                          at("Discount"),      at("TotalPrice"),       at("UnitPrice"),  at("CurrencyIsoCode")};
    }();
    return fields;
}

template <class Changes>
auto* find_change(Changes& changes, int field) {
    for (auto& change : changes)
        if (change.field == field) return &change;
    return static_cast<decltype(&changes[0])>(nullptr);
}

template <class Changes>
void put(Changes& changes, int field, Value value) {
    if (auto* change = find_change(changes, field))
        change->value = std::move(value);
    else
        changes.push_back({field, std::move(value)});
}

// The value after the change: the new one, or the one that is there.
template <class Changes>
Value after(const Record* existing, const Changes& changes, int field) {
    if (const auto* change = find_change(changes, field)) return change->value;
    return existing == nullptr ? Value() : existing->get(field);
}

}  // namespace

Result<Decimal> line_total(const Value& quantity, const Value& unit_price, const Value& discount) {
    LS_TRY_ASSIGN(Decimal total, quantity.to_decimal().times(unit_price.to_decimal()));
    if (!discount.is_null()) {
        LS_TRY_ASSIGN(const Decimal share, Decimal(100).minus(discount.to_decimal()));
        LS_TRY_ASSIGN(const Decimal part, total.times(share));
        LS_TRY_ASSIGN(total, part.divided_by(Decimal(100), 10));
    }
    LS_TRY_ASSIGN(total, total.rounded(2, Rounding::half_up));
    return total.normalized();
}

void settle_stage(Table& opportunities, Row row, bool keep_probability) {
    const Object& object = opportunities.object();
    const Stage* stage = find_stage(opportunities.at(row).get(object.field_index("StageName")).text());
    if (stage == nullptr) return;
    Record& record = opportunities.at(row);
    record.set(object.field_index("IsClosed"), stage->closed);
    record.set(object.field_index("IsWon"), stage->won);
    record.set(object.field_index("ForecastCategory"), std::string(stage->forecast_category));
    if (!keep_probability) record.set(object.field_index("Probability"), Decimal(stage->probability));
}

void settle_amount(Database& database, std::string_view opportunity_id) {
    Table& opportunities = database.table("Opportunity");
    const auto row = opportunities.find(opportunity_id);
    if (!row || opportunities.at(*row).deleted) return;
    const Table& lines = database.table("OpportunityLineItem");
    const Rows& rows = lines.with(line_fields().opportunity, opportunity_id);
    if (rows.empty()) return;
    Decimal sum;
    for (const Row line : rows) {
        const Value& total = lines.at(line).get(line_fields().total);
        if (total.is_null()) continue;
        auto more = sum.plus(total.to_decimal());
        if (more) sum = *more;
    }
    opportunities.at(*row).set(opportunities.object().field_index("Amount"), sum.normalized());
}

Result<void> Writer::prepare(const Object& object, const Record* existing, Changes& changes) const {
    if (&object.table == &opportunity_table) return prepare_opportunity(existing, changes);
    if (&object.table == &line_item_table) return prepare_line(existing, changes);
    return {};
}

Result<void> Writer::prepare_opportunity(const Record* existing, Changes& changes) const {
    const Object& object = *Schema::instance().find("Opportunity");
    if (existing == nullptr) return {};
    const bool has_lines =
        !database_.table("OpportunityLineItem").with(line_fields().opportunity, existing->get(id_field).as_string()).empty();
    if (!has_lines) return {};
    // Source: Object Reference, Opportunity.Amount: "Any attempt to update this field, if the record has products, is
    // ignored. The update call is not rejected."
    const int amount = object.field_index("Amount");
    std::erase_if(changes, [&](const Change& change) { return change.field == amount; });
    const int currency = object.field_index("CurrencyIsoCode");
    const auto* change = find_change(changes, currency);
    if (change != nullptr && !(change->value == existing->get(currency)))
        return refuse("FIELD_INTEGRITY_EXCEPTION", "The currency of an opportunity with products cannot be changed", "CurrencyIsoCode");
    return {};
}

Result<void> Writer::choose_price(const Record& opportunity, Changes& changes) const {
    const Object& opportunities = *Schema::instance().find("Opportunity");
    const Object& entries = *Schema::instance().find("PricebookEntry");
    const Table& table = database_.table(entries);
    const LineFields& f = line_fields();
    const Value currency = database_.read(opportunities, opportunity, "CurrencyIsoCode");
    const Value book = database_.read(opportunities, opportunity, "Pricebook2Id");
    const auto* entry = find_change(changes, f.entry);
    if (entry == nullptr || entry->value.is_null()) {
        const Value product = after(nullptr, changes, f.product);
        if (product.is_null())
            return refuse("REQUIRED_FIELD_MISSING", "Required fields are missing: [PricebookEntryId]", "PricebookEntryId");
        for (const Row row : table.with(entries.field_index("Product2Id"), product.as_string())) {
            const Record& candidate = table.at(row);
            const bool fits = database_.read(entries, candidate, "CurrencyIsoCode") == currency &&
                              (book.is_null() || database_.read(entries, candidate, "Pricebook2Id") == book);
            if (fits) {
                put(changes, f.entry, table.id_of(row));
                break;
            }
        }
        entry = find_change(changes, f.entry);
        if (entry == nullptr || entry->value.is_null())
            return refuse("FIELD_INTEGRITY_EXCEPTION",
                          "field integrity exception: PricebookEntryId (no price book entry for this product and currency)",
                          "PricebookEntryId");
    }
    const Record& chosen = table.at(*table.find(entry->value.as_string()));
    if (!(database_.read(entries, chosen, "CurrencyIsoCode") == currency))
        return refuse(
            "FIELD_INTEGRITY_EXCEPTION",
            "field integrity exception: PricebookEntryId (pricebook entry currency code does not match opportunity currency code)",
            "PricebookEntryId");
    if (!book.is_null() && !(database_.read(entries, chosen, "Pricebook2Id") == book))
        return refuse("FIELD_INTEGRITY_EXCEPTION",
                      "field integrity exception: PricebookEntryId (pricebook entry is in a different pricebook than the one assigned to "
                      "the opportunity)",
                      "PricebookEntryId");
    if (database_.read(entries, chosen, "IsActive") == Value(false))
        return refuse("FIELD_INTEGRITY_EXCEPTION", "field integrity exception: PricebookEntryId (pricebook entry is inactive)",
                      "PricebookEntryId");
    put(changes, f.product, database_.read(entries, chosen, "Product2Id"));
    put(changes, f.currency, currency);
    return {};
}

Result<void> Writer::prepare_line(const Record* existing, Changes& changes) const {
    const LineFields& f = line_fields();
    if (existing == nullptr) {
        const Table& opportunities = database_.table("Opportunity");
        LS_TRY(choose_price(opportunities.at(*opportunities.find(after(nullptr, changes, f.opportunity).as_string())), changes));
    }
    const Value quantity = after(existing, changes, f.quantity);
    if (quantity.to_decimal().is_zero())
        return refuse("FIELD_INTEGRITY_EXCEPTION", "field integrity exception: Quantity (Quantity must not be zero)", "Quantity");
    const auto* total = find_change(changes, f.total);
    const bool total_given = total != nullptr && !total->value.is_null();
    const bool unit_given = find_change(changes, f.unit) != nullptr && !find_change(changes, f.unit)->value.is_null();
    if (total_given && unit_given)
        return refuse("FIELD_INTEGRITY_EXCEPTION", "field integrity exception: TotalPrice (specify UnitPrice or TotalPrice, not both)",
                      "TotalPrice");
    if (existing == nullptr && !total_given && !unit_given)
        return refuse("REQUIRED_FIELD_MISSING", "Required fields are missing: [UnitPrice]", "UnitPrice");
    if (total_given) {
        auto unit = total->value.to_decimal().divided_by(quantity.to_decimal(), 2);
        if (!unit) return refuse("NUMBER_OUTSIDE_VALID_RANGE", "Sales Price: value outside of valid range on numeric field", "UnitPrice");
        put(changes, f.unit, Value(unit->rounded(2, Rounding::half_up).value_or(*unit).normalized()));
        return {};
    }
    auto computed_total = line_total(quantity, after(existing, changes, f.unit), after(existing, changes, f.discount));
    if (!computed_total)
        return refuse("NUMBER_OUTSIDE_VALID_RANGE", "Total Price: value outside of valid range on numeric field", "TotalPrice");
    put(changes, f.total, Value(*computed_total));
    return {};
}

void Writer::settle(const Object& object, Row row) {
    Table& table = database_.table(object);
    if (&object.table == &opportunity_table) {
        const bool fresh = table.at(row).version <= 1;
        settle_stage(table, row, !(fresh && table.at(row).get(object.field_index("Probability")).is_null()));
    }
    if (&object.table != &line_item_table) return;
    const Record& line = table.at(row);
    const std::string opportunity = line.get(line_fields().opportunity).as_string();
    Table& opportunities = database_.table("Opportunity");
    const Row parent = *opportunities.find(opportunity);
    const int book = opportunities.object().field_index("Pricebook2Id");
    const Value& entry = line.get(line_fields().entry);
    if (opportunities.at(parent).get(book).is_null() && !entry.is_null()) {
        const Table& entries = database_.table("PricebookEntry");
        opportunities.set(parent, book, database_.read(entries.object(), entries.at(*entries.find(entry.as_string())), "Pricebook2Id"));
    }
    settle_amount(database_, opportunity);
    touch(opportunities, parent);
}

}  // namespace lockstep::sandbox::salesforce
