// Source: Object Reference for the Salesforce Platform, Product2, Pricebook2, PricebookEntry. ProductCode is neither
// required nor unique. The `__c` fields are those the stock flow reads and writes.
#include "sandbox/salesforce/schema_columns.h"

namespace lockstep::sandbox::salesforce {
namespace {

using namespace columns;

constexpr std::string_view families[] = {"None", "Pumps", "Valves", "Motors", "Controls", "Seals", "Services", "Spare Parts"};

constexpr Field product_fields[] = {
    text("Name", "Product Name", 255, required, name_field, indexed),
    text("ProductCode", "Product Code", 255, indexed),
    area("Description", "Product Description", 4000, not_filterable),
    flag("IsActive", "Active"),
    choice("Family", "Product Family", families),
    text("StockKeepingUnit", "Product SKU", 180),
    text("QuantityUnitOfMeasure", "Quantity Unit Of Measure", 40),
    text("ExternalId", "External ID", 255),
    of_type(FieldType::url, "DisplayUrl", "Display URL", 1000),
    columns::currency_code,
    numeric(FieldType::number, "Available_Stock__c", "Available Stock", 18, 3),
    flag("Low_Stock_Alert__c", "Low Stock Alert"),
    datetime("Stock_Last_Updated__c", "Stock Last Updated"),
    numeric(FieldType::number, "Low_Stock_Threshold__c", "Low Stock Threshold", 18, 3),
};
constexpr Child product_children[] = {
    {"PricebookEntries", "PricebookEntry", "Product2Id"},
    {"OpportunityLineItems", "OpportunityLineItem", "Product2Id"},
};

constexpr Field pricebook_fields[] = {
    text("Name", "Price Book Name", 255, required, name_field),
    flag("IsActive", "Active"),
    flag("IsStandard", "Is Standard Price Book", read_only),
    text("Description", "Description", 255),
    columns::currency_code,
};
constexpr Child pricebook_children[] = {
    {"PricebookEntries", "PricebookEntry", "Pricebook2Id"},
    {"Opportunities", "Opportunity", "Pricebook2Id"},
};

constexpr Field pricebook_entry_fields[] = {
    text("Name", "Product Name", 255, read_only, computed, name_field),
    reference("Pricebook2Id", "Price Book ID", "Pricebook2", "Pricebook2", required, create_only),
    reference("Product2Id", "Product ID", "Product2", "Product2", required, create_only),
    money("UnitPrice", "List Price", required),
    flag("IsActive", "Active"),
    flag("UseStandardPrice", "Use Standard Price"),
    text("ProductCode", "Product Code", 255, read_only, computed),
    columns::currency_code,
};
constexpr Child pricebook_entry_children[] = {{"OpportunityLineItems", "OpportunityLineItem", "PricebookEntryId"}};

constexpr Field user_fields[] = {
    text("Username", "Username", 80, required),
    text("LastName", "Last Name", 80, required),
    text("FirstName", "First Name", 40),
    text("Name", "Full Name", 121, read_only, computed, name_field),
    of_type(FieldType::email, "Email", "Email", 128, required),
    text("Alias", "Alias", 8, required),
    flag("IsActive", "Active"),
    text("TimeZoneSidKey", "Time Zone", 40),
    text("LocaleSidKey", "Locale", 40),
    text("LanguageLocaleKey", "Language", 40),
    text("UserType", "User Type", 40, read_only),
    text("DefaultCurrencyIsoCode", "User Default Currency ISO Code", 3),
    columns::currency_code,
};

constexpr Field organization_fields[] = {
    text("Name", "Name", 80, required, name_field),
    text("Country", "Country", 80),
    text("OrganizationType", "Edition", 40, read_only),
    text("InstanceName", "Instance Name", 5, read_only),
    text("NamespacePrefix", "Namespace Prefix", 15, read_only),
    flag("IsSandbox", "Is Sandbox", read_only),
    text("TimeZoneSidKey", "Time Zone", 40),
    text("LanguageLocaleKey", "Language", 40),
    columns::currency_code,
};

}  // namespace

const ObjectTable product_table = {"Product2", "Product", "Products", "01t", product_fields, product_children};
const ObjectTable pricebook_table = {"Pricebook2", "Price Book", "Price Books", "01s", pricebook_fields, pricebook_children};
const ObjectTable pricebook_entry_table = {"PricebookEntry",       "Price Book Entry",      "Price Book Entries", "01u",
                                           pricebook_entry_fields, pricebook_entry_children};
const ObjectTable user_table = {"User", "User", "Users", "005", user_fields, {}, false};
const ObjectTable organization_table = {"Organization", "Organization", "Organizations", "00D", organization_fields, {}, false};

}  // namespace lockstep::sandbox::salesforce
