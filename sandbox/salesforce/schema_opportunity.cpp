// Source: Object Reference for the Salesforce Platform, Opportunity, OpportunityLineItem, OpportunityContactRole,
// OpportunityStage (the stages of a new organisation). The `__c` fields are those the built-in flows write.
#include "sandbox/salesforce/schema_columns.h"

namespace lockstep::sandbox::salesforce {
namespace {

using namespace columns;

constexpr Stage all_stages[] = {
    {"Prospecting", "Pipeline", false, false, 10},
    {"Qualification", "Pipeline", false, false, 10},
    {"Needs Analysis", "Pipeline", false, false, 20},
    {"Value Proposition", "Pipeline", false, false, 50},
    {"Id. Decision Makers", "Pipeline", false, false, 60},
    {"Perception Analysis", "Pipeline", false, false, 70},
    {"Proposal/Price Quote", "Pipeline", false, false, 75},
    {"Negotiation/Review", "Pipeline", false, false, 90},
    {"Closed Won", "Closed", true, true, 100},
    {"Closed Lost", "Omitted", true, false, 0},
};
constexpr std::string_view stage_names[] = {"Prospecting",         "Qualification",       "Needs Analysis",       "Value Proposition",
                                            "Id. Decision Makers", "Perception Analysis", "Proposal/Price Quote", "Negotiation/Review",
                                            "Closed Won",          "Closed Lost"};
constexpr std::string_view types[] = {"Existing Customer - Upgrade", "Existing Customer - Replacement", "Existing Customer - Downgrade",
                                      "New Customer"};
constexpr std::string_view sources[] = {"Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other"};
constexpr std::string_view forecasts[] = {"Omitted", "Pipeline", "BestCase", "Forecast", "Closed"};
constexpr std::string_view roles[] = {
    "Business User",   "Decision Maker", "Economic Buyer", "Economic Decision Maker", "Evaluator", "Executive Sponsor", "Influencer",
    "Technical Buyer", "Billing",        "Other"};

constexpr Field opportunity_fields[] = {
    text("Name", "Name", 120, required, name_field, indexed),
    reference("AccountId", "Account ID", "Account", "Account"),
    choice("StageName", "Stage", stage_names, required, restricted),
    money("Amount", "Amount"),
    numeric(FieldType::percent, "Probability", "Probability (%)", 3, 0, defaulted),
    date("CloseDate", "Close Date", required),
    choice("Type", "Opportunity Type", types),
    text("NextStep", "Next Step", 255),
    choice("LeadSource", "Lead Source", sources),
    flag("IsClosed", "Closed", read_only),
    flag("IsWon", "Won", read_only),
    choice("ForecastCategory", "Forecast Category", forecasts, read_only),
    flag("HasOpportunityLineItem", "Has Line Item", read_only, computed),
    reference("Pricebook2Id", "Price Book ID", "Pricebook2", "Pricebook2"),
    area("Description", "Description", 32000, not_filterable),
    currency_code,
    owner,
    text("SAP_Order_Number__c", "SAP Order Number", 10, external_id, unique, indexed),
    text("Zoho_Invoice_Number__c", "Zoho Invoice Number", 100),
    text("Sync_Status__c", "Sync Status", 255),
    datetime("Last_Sync_Date__c", "Last Sync Date"),
    flag("Payment_Received__c", "Payment Received"),
    date("Payment_Date__c", "Payment Date"),
    numeric(FieldType::currency, "Payment_Amount__c", "Payment Amount", 16, 2),
    text("Payment_Method__c", "Payment Method", 100),
};
constexpr Child opportunity_children[] = {
    {"OpportunityLineItems", "OpportunityLineItem", "OpportunityId"},
    {"OpportunityContactRoles", "OpportunityContactRole", "OpportunityId"},
};

constexpr Field line_item_fields[] = {
    reference("OpportunityId", "Opportunity ID", "Opportunity", "Opportunity", required, create_only),
    numeric(FieldType::integer, "SortOrder", "Sort Order", 9, 0, read_only),
    reference("PricebookEntryId", "Price Book Entry ID", "PricebookEntry", "PricebookEntry", create_only),
    reference("Product2Id", "Product ID", "Product2", "Product2", create_only),
    text("ProductCode", "Product Code", 255, read_only, computed),
    text("Name", "Opportunity Product Name", 376, read_only, computed, name_field),
    numeric(FieldType::number, "Quantity", "Quantity", 18, 4, required),
    numeric(FieldType::percent, "Discount", "Discount", 5, 2),
    money("TotalPrice", "Total Price"),
    money("UnitPrice", "Sales Price"),
    money("ListPrice", "List Price", read_only, computed),
    date("ServiceDate", "Date"),
    text("Description", "Line Description", 255),
    columns::currency_code,
};

constexpr Field contact_role_fields[] = {
    reference("OpportunityId", "Opportunity ID", "Opportunity", "Opportunity", required, create_only),
    reference("ContactId", "Contact ID", "Contact", "Contact", required),
    choice("Role", "Role", roles),
    flag("IsPrimary", "Primary"),
    columns::currency_code,
};

}  // namespace

const ObjectTable opportunity_table = {"Opportunity", "Opportunity", "Opportunities", "006", opportunity_fields, opportunity_children};
const ObjectTable line_item_table = {"OpportunityLineItem", "Opportunity Product", "Opportunity Products", "00k", line_item_fields, {}};
const ObjectTable contact_role_table = {
    "OpportunityContactRole", "Opportunity Contact Role", "Opportunity Contact Roles", "00K", contact_role_fields, {}};

std::span<const Stage> stages() { return all_stages; }

const Stage* find_stage(std::string_view name) {
    for (const Stage& stage : all_stages)
        if (stage.name == name) return &stage;
    return nullptr;
}

}  // namespace lockstep::sandbox::salesforce
