// Source: Object Reference for the Salesforce Platform, Account and Contact. A business account has no Email.
#include "sandbox/salesforce/schema_columns.h"

namespace lockstep::sandbox::salesforce {
namespace {

using namespace columns;

constexpr std::string_view account_types[] = {
    "Prospect", "Customer - Direct", "Customer - Channel", "Channel Partner / Reseller", "Installation Partner", "Technology Partner",
    "Other"};
constexpr std::string_view industries[] = {"Agriculture",   "Apparel",     "Chemicals",     "Construction",    "Consulting", "Electronics",
                                           "Energy",        "Engineering", "Environmental", "Food & Beverage", "Healthcare", "Machinery",
                                           "Manufacturing", "Retail",      "Technology",    "Transportation",  "Utilities",  "Other"};
constexpr std::string_view ownerships[] = {"Public", "Private", "Subsidiary", "Other"};
constexpr std::string_view ratings[] = {"Hot", "Warm", "Cold"};
constexpr std::string_view salutations[] = {"Mr.", "Ms.", "Mrs.", "Dr.", "Prof.", "Mx."};
constexpr std::string_view sources[] = {"Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other"};

constexpr std::string_view interests[] = {"Pumps", "Valves", "Motors", "Controls", "Seals", "Services", "Spare Parts"};

constexpr Field account_fields[] = {
    text("Name", "Account Name", 255, required, name_field, indexed),
    choice("Type", "Account Type", account_types),
    reference("ParentId", "Parent Account ID", "Account", "Parent"),
    area("BillingStreet", "Billing Street", 255),
    text("BillingCity", "Billing City", 40),
    text("BillingState", "Billing State/Province", 80),
    text("BillingPostalCode", "Billing Zip/Postal Code", 20),
    text("BillingCountry", "Billing Country", 80),
    of_type(FieldType::address, "BillingAddress", "Billing Address", 0, read_only, computed, not_filterable),
    area("ShippingStreet", "Shipping Street", 255),
    text("ShippingCity", "Shipping City", 40),
    text("ShippingState", "Shipping State/Province", 80),
    text("ShippingPostalCode", "Shipping Zip/Postal Code", 20),
    text("ShippingCountry", "Shipping Country", 80),
    of_type(FieldType::address, "ShippingAddress", "Shipping Address", 0, read_only, computed, not_filterable),
    of_type(FieldType::phone, "Phone", "Account Phone", 40),
    of_type(FieldType::phone, "Fax", "Account Fax", 40),
    text("AccountNumber", "Account Number", 40),
    of_type(FieldType::url, "Website", "Website", 255),
    text("Sic", "SIC Code", 20),
    choice("Industry", "Industry", industries),
    numeric(FieldType::currency, "AnnualRevenue", "Annual Revenue", 18, 0),
    numeric(FieldType::integer, "NumberOfEmployees", "Employees", 8, 0),
    choice("Ownership", "Ownership", ownerships),
    text("TickerSymbol", "Ticker Symbol", 20),
    choice("Rating", "Account Rating", ratings),
    text("Site", "Account Site", 80),
    text("SicDesc", "SIC Description", 80),
    choice("AccountSource", "Account Source", sources),
    area("Description", "Account Description", 32000, not_filterable),
    currency_code,
    owner,
    text("External_Id__c", "External Id", 255, external_id, unique, indexed),
    choices("Product_Interests__c", "Product Interests", interests, restricted),
    text("Zoho_Account_Id__c", "Zoho Account Id", 30, external_id, unique, indexed, case_sensitive),
    text("Sync_Status__c", "Sync Status", 255),
    datetime("Last_Sync_Date__c", "Last Sync Date"),
    text("Last_Synced_By__c", "Last Synced By", 120),
    reference("MasterRecordId", "Master Record ID", "Account", "MasterRecord", read_only),
};
constexpr Child account_children[] = {
    {"Contacts", "Contact", "AccountId", true},
    {"Opportunities", "Opportunity", "AccountId", true},
    {"ChildAccounts", "Account", "ParentId"},
};

constexpr Field contact_fields[] = {
    text("LastName", "Last Name", 80, required),
    text("FirstName", "First Name", 40),
    choice("Salutation", "Salutation", salutations),
    text("Name", "Full Name", 121, read_only, computed, name_field),
    reference("AccountId", "Account ID", "Account", "Account"),
    reference("ReportsToId", "Reports To ID", "Contact", "ReportsTo"),
    text("Title", "Title", 128),
    text("Department", "Department", 80),
    of_type(FieldType::email, "Email", "Email", 80, indexed),
    of_type(FieldType::phone, "Phone", "Business Phone", 40),
    of_type(FieldType::phone, "Fax", "Business Fax", 40),
    of_type(FieldType::phone, "MobilePhone", "Mobile Phone", 40),
    of_type(FieldType::phone, "HomePhone", "Home Phone", 40),
    of_type(FieldType::phone, "OtherPhone", "Other Phone", 40),
    text("AssistantName", "Assistant's Name", 40),
    of_type(FieldType::phone, "AssistantPhone", "Asst. Phone", 40),
    choice("LeadSource", "Lead Source", sources),
    date("Birthdate", "Birthdate"),
    area("MailingStreet", "Mailing Street", 255),
    text("MailingCity", "Mailing City", 40),
    text("MailingState", "Mailing State/Province", 80),
    text("MailingPostalCode", "Mailing Zip/Postal Code", 20),
    text("MailingCountry", "Mailing Country", 80),
    of_type(FieldType::address, "MailingAddress", "Mailing Address", 0, read_only, computed, not_filterable),
    area("OtherStreet", "Other Street", 255),
    text("OtherCity", "Other City", 40),
    text("OtherState", "Other State/Province", 80),
    text("OtherPostalCode", "Other Zip/Postal Code", 20),
    text("OtherCountry", "Other Country", 80),
    of_type(FieldType::address, "OtherAddress", "Other Address", 0, read_only, computed, not_filterable),
    area("Description", "Contact Description", 32000, not_filterable),
    currency_code,
    owner,
    text("Zoho_Contact_Id__c", "Zoho Contact Id", 30, external_id, unique, indexed, case_sensitive),
    reference("MasterRecordId", "Master Record ID", "Contact", "MasterRecord", read_only),
};
constexpr Child contact_children[] = {{"OpportunityContactRoles", "OpportunityContactRole", "ContactId"}};

}  // namespace

const ObjectTable account_table = {"Account", "Account", "Accounts", "001", account_fields, account_children};
const ObjectTable contact_table = {"Contact", "Contact", "Contacts", "003", contact_fields, contact_children};

}  // namespace lockstep::sandbox::salesforce
