// The fields that the vendor makes from other records whenever it is asked.
#include <array>

#include "sandbox/salesforce/database.h"

namespace lockstep::sandbox::salesforce {
namespace {

using Compute = Value (*)(const Database&, const Object&, const Record&, std::string_view field);

Value from_parent(const Database& database, const Object& object, const Record& record, std::string_view reference,
                  std::string_view parent_field) {
    const int way = object.field_index(reference);
    const Record* parent = database.parent(object, record, way);
    if (parent == nullptr) return {};
    const Object& there = *Schema::instance().find(object.fields[static_cast<std::size_t>(way)].reference_to);
    return database.read(there, *parent, parent_field);
}

Value person_name(const Database& database, const Object& object, const Record& record, std::string_view) {
    const std::string first = database.read(object, record, "FirstName").text();
    const std::string last = database.read(object, record, "LastName").text();
    return first.empty() ? last : first + " " + last;
}

Value has_line_item(const Database& database, const Object&, const Record& record, std::string_view) {
    static const int opportunity = Schema::instance().find("OpportunityLineItem")->field_index("OpportunityId");
    return !database.table("OpportunityLineItem").with(opportunity, record.get(id_field).as_string()).empty();
}

Value product_of_line(const Database& database, const Object& object, const Record& record, std::string_view field) {
    return from_parent(database, object, record, "Product2Id", field);
}

Value list_price(const Database& database, const Object& object, const Record& record, std::string_view) {
    return from_parent(database, object, record, "PricebookEntryId", "UnitPrice");
}

// Source: Object Reference, OpportunityLineItem.Name: the opportunity's name and the product's.
Value line_name(const Database& database, const Object& object, const Record& record, std::string_view) {
    const Value opportunity = from_parent(database, object, record, "OpportunityId", "Name");
    const Value product = from_parent(database, object, record, "Product2Id", "Name");
    if (opportunity.is_null() || product.is_null()) return {};
    return opportunity.text() + " " + product.text();
}

Value product_name(const Database& database, const Object& object, const Record& record, std::string_view) {
    return from_parent(database, object, record, "Product2Id", "Name");
}

// A compound address: its parts are the fields with the same beginning.
Value address(const Database& database, const Object& object, const Record& record, std::string_view field) {
    const std::string start(field.substr(0, field.size() - std::string_view("Address").size()));
    const auto part = [&](const char* name) { return database.read(object, record, start + name); };
    Map parts{{"city", part("City")}, {"country", part("Country")},       {"geocodeAccuracy", nullptr}, {"latitude", nullptr},
              {"longitude", nullptr}, {"postalCode", part("PostalCode")}, {"state", part("State")},     {"street", part("Street")}};
    for (const auto& [name, value] : parts)
        if (!value.is_null()) return parts;
    return {};
}

struct Rule {
    std::string_view object, field;
    Compute compute;
};
constexpr std::array rules = {
    Rule{"Opportunity", "HasOpportunityLineItem", has_line_item},
    Rule{"OpportunityLineItem", "ProductCode", product_of_line},
    Rule{"OpportunityLineItem", "Name", line_name},
    Rule{"OpportunityLineItem", "ListPrice", list_price},
    Rule{"PricebookEntry", "Name", product_name},
    Rule{"PricebookEntry", "ProductCode", product_of_line},
    Rule{"Contact", "Name", person_name},
    Rule{"User", "Name", person_name},
    Rule{"Account", "BillingAddress", address},
    Rule{"Account", "ShippingAddress", address},
    Rule{"Contact", "MailingAddress", address},
    Rule{"Contact", "OtherAddress", address},
};

}  // namespace

Value compute_field(const Database& database, const Object& object, const Record& record, int field) {
    const std::string_view name = object.fields[static_cast<std::size_t>(field)].name;
    for (const Rule& rule : rules)
        if (rule.object == object.table.name && rule.field == name) return rule.compute(database, object, record, name);
    return {};
}

}  // namespace lockstep::sandbox::salesforce
