// The fields of the standard modules. Sources: API names and mandatory fields from zoho/crm-oas v8.0, the examples of
// createRecords; lengths from [zoho-crm, section 2], and where it is silent from the field metadata of new organisations as
// seen in public listings: they are unverified, and clients are to read them from `settings/fields`, as with the real service.
#include <array>
#include <span>

#include "sandbox/zoho_crm/schema.h"

namespace lockstep::sandbox::zoho_crm {

namespace {

enum Flag : std::uint8_t { none = 0, mandatory = 1, unique = 2, custom = 4 };

struct Row {
    std::string_view api_name, label;
    Type type;
    int length;
    int flags = none;
    std::string_view more = {};  ///< values of a picklist, separated by `|`; the module of a lookup
};

constexpr std::string_view industries =
    "ASP (Application Service Provider)|Communications|Consulting|Data/Telecom OEM|Education|Engineering|ERP (Enterprise Resource "
    "Planning)|Financial Services|Government/Military|Large Enterprise|ManagementISV|Manufacturing|MSP (Management Service "
    "Provider)|Network Equipment Enterprise|Non-management ISV|Optical Networking|Real Estate|Service Provider|Small/Medium "
    "Enterprise|Storage Equipment|Storage Service Provider|Systems Integrator|Technology|Wireless Industry|Other";
constexpr std::string_view account_types =
    "Analyst|Competitor|Customer|Distributor|Integrator|Investor|Other|Partner|Press|Prospect|Reseller|Supplier|Vendor";
constexpr std::string_view ownerships = "Other|Private|Public|Subsidiary|Partnership|Government|Privately Held|Public Company";
constexpr std::string_view ratings = "Acquired|Active|Market Failed|Project Cancelled|Shut Down";
constexpr std::string_view lead_sources =
    "Advertisement|Cold Call|Employee Referral|External Referral|Online Store|Partner|Public Relations|Sales Email Alias|Seminar "
    "Partner|Internal Seminar|Trade Show|Web Download|Web Research|Chat|Web";

constexpr Row account_rows[] = {
    {"Owner", "Account Owner", Type::ownerlookup, 120},
    {"Account_Name", "Account Name", Type::text, 200, mandatory},
    {"Phone", "Phone", Type::phone, 30},
    {"Fax", "Fax", Type::text, 30},
    {"Website", "Website", Type::website, 450},
    {"Parent_Account", "Parent Account", Type::lookup, 200, none, "Accounts"},
    {"Account_Number", "Account Number", Type::bigint, 18},
    {"Account_Site", "Account Site", Type::text, 80},
    {"Account_Type", "Account Type", Type::picklist, 120, none, account_types},
    {"Ownership", "Ownership", Type::picklist, 120, none, ownerships},
    {"Industry", "Industry", Type::picklist, 120, none, industries},
    {"Employees", "Employees", Type::integer, 9},
    {"Annual_Revenue", "Annual Revenue", Type::currency, 16},
    {"SIC_Code", "SIC Code", Type::integer, 9},
    {"Ticker_Symbol", "Ticker Symbol", Type::text, 30},
    {"Rating", "Rating", Type::picklist, 120, none, ratings},
    {"Billing_Street", "Billing Street", Type::text, 250},
    {"Billing_City", "Billing City", Type::text, 100},
    {"Billing_State", "Billing State", Type::text, 100},
    {"Billing_Code", "Billing Code", Type::text, 30},
    {"Billing_Country", "Billing Country", Type::text, 100},
    {"Shipping_Street", "Shipping Street", Type::text, 250},
    {"Shipping_City", "Shipping City", Type::text, 100},
    {"Shipping_State", "Shipping State", Type::text, 100},
    {"Shipping_Code", "Shipping Code", Type::text, 30},
    {"Shipping_Country", "Shipping Country", Type::text, 100},
    {"Description", "Description", Type::textarea, 32000},
    {"Tag", "Tag", Type::tags, 2000},
    {"Salesforce_Id", "Salesforce Id", Type::text, 18, unique | custom},
};

constexpr Row contact_rows[] = {
    {"Owner", "Contact Owner", Type::ownerlookup, 120},
    {"Salutation", "Salutation", Type::picklist, 120, none, "Mr.|Mrs.|Ms.|Dr.|Prof."},
    {"First_Name", "First Name", Type::text, 40},
    {"Last_Name", "Last Name", Type::text, 80, mandatory},
    {"Account_Name", "Account Name", Type::lookup, 200, none, "Accounts"},
    {"Email", "Email", Type::email, 100},
    {"Secondary_Email", "Secondary Email", Type::email, 100},
    {"Title", "Title", Type::text, 100},
    {"Department", "Department", Type::text, 50},
    {"Phone", "Phone", Type::phone, 50},
    {"Mobile", "Mobile", Type::phone, 30},
    {"Home_Phone", "Home Phone", Type::phone, 30},
    {"Other_Phone", "Other Phone", Type::phone, 30},
    {"Fax", "Fax", Type::text, 30},
    {"Assistant", "Assistant", Type::text, 50},
    {"Asst_Phone", "Asst Phone", Type::phone, 30},
    {"Reporting_To", "Reporting To", Type::lookup, 200, none, "Contacts"},
    {"Lead_Source", "Lead Source", Type::picklist, 120, none, lead_sources},
    {"Date_of_Birth", "Date of Birth", Type::date, 20},
    {"Email_Opt_Out", "Email Opt Out", Type::boolean, 5},
    {"Skype_ID", "Skype ID", Type::text, 50},
    {"Mailing_Street", "Mailing Street", Type::text, 250},
    {"Mailing_City", "Mailing City", Type::text, 100},
    {"Mailing_State", "Mailing State", Type::text, 100},
    {"Mailing_Zip", "Mailing Zip", Type::text, 30},
    {"Mailing_Country", "Mailing Country", Type::text, 100},
    {"Other_Street", "Other Street", Type::text, 250},
    {"Other_City", "Other City", Type::text, 100},
    {"Other_State", "Other State", Type::text, 100},
    {"Other_Zip", "Other Zip", Type::text, 30},
    {"Other_Country", "Other Country", Type::text, 100},
    {"Description", "Description", Type::textarea, 32000},
    {"Tag", "Tag", Type::tags, 2000},
    {"Salesforce_Id", "Salesforce Id", Type::text, 18, unique | custom},
};

struct SystemRow {
    std::string_view api_name, label;
    Type type;
    int length;
    Source source;
};
constexpr std::array<SystemRow, 5> system_rows = {{
    {"id", "Record Id", Type::bigint, 20, Source::id},
    {"Created_By", "Created By", Type::ownerlookup, 120, Source::created_by},
    {"Modified_By", "Modified By", Type::ownerlookup, 120, Source::modified_by},
    {"Created_Time", "Created Time", Type::datetime, 120, Source::created_time},
    {"Modified_Time", "Modified Time", Type::datetime, 120, Source::modified_time},
}};

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('|'), text.size());
        out.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

struct Making {
    std::string_view api_name, singular, id_prefix, name_field, check_field;
    std::span<const Row> rows;
};

Field field_of(const Row& row) {
    Field field{.api_name = std::string(row.api_name), .label = std::string(row.label), .type = row.type, .length = row.length};
    field.mandatory = (row.flags & mandatory) != 0;
    field.unique = (row.flags & unique) != 0;
    field.custom = (row.flags & custom) != 0;
    if (row.type == Type::picklist) field.picklist = split(row.more);
    if (row.type == Type::lookup) field.lookup_module = row.more;
    return field;
}

Module make(const Making& making) {
    Module module{.api_name = std::string(making.api_name),
                  .singular = std::string(making.singular),
                  .plural = std::string(making.api_name),
                  .id = std::string(making.id_prefix) + "002175",
                  .name_field = std::string(making.name_field),
                  .check_field = std::string(making.check_field),
                  .fields = {}};
    for (const SystemRow& row : system_rows)
        module.fields.push_back({.api_name = std::string(row.api_name),
                                 .label = std::string(row.label),
                                 .type = row.type,
                                 .length = row.length,
                                 .source = row.source});
    for (const Row& row : making.rows) module.fields.push_back(field_of(row));
    if (making.api_name == "Contacts")
        module.fields.push_back({.api_name = "Full_Name", .label = "Full Name", .length = 80, .source = Source::full_name});
    for (std::size_t i = 0; i < module.fields.size(); ++i)
        module.fields[i].id = std::string(making.id_prefix) + std::to_string(102'401 + 2 * i);
    return module;
}

}  // namespace

const std::vector<Module>& standard_modules() {
    // 19 digits in all, as every id of an organisation.
    static const std::vector<Module> all = {make({"Accounts", "Account", "5725767000000", "Account_Name", "Account_Name", account_rows}),
                                            make({"Contacts", "Contact", "5725767000001", "Full_Name", "Email", contact_rows})};
    return all;
}

}  // namespace lockstep::sandbox::zoho_crm
