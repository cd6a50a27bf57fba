#include <algorithm>
#include <array>
#include <charconv>

#include "sandbox/sap/refusal.h"
#include "sandbox/sap/state.h"
#include "sandbox/sap/values.h"
#include "value/encoding.h"

namespace lockstep::sandbox::sap {

namespace {

constexpr std::string_view system_user = "CC0000000001";
/// 9999-12-31T00:00:00Z: "for ever" in SAP.
constexpr std::string_view end_of_time = "2534022144000000000";

struct Grouping {
    std::string_view code;
    bool external;  ///< the client gives the number
};
/// Customising: how partners get their numbers.
constexpr std::array<Grouping, 4> groupings = {{{"BP02", false}, {"0001", false}, {"BP01", true}, {"0002", true}}};

struct Category {
    std::string_view code, name_property, refusal;
};
/// [sap-s4hana: a person is "1", an organisation "2", a group "3"]; message numbers are not checked.
constexpr std::array<Category, 3> categories = {{
    {"1", "LastName", "Enter a last name"},
    {"2", "OrganizationBPName1", "Enter a name for the organization"},
    {"3", "GroupBusinessPartnerName1", "Enter a name for the group"},
}};

bool has_role(const Draft& draft, std::string_view wanted) {
    const std::vector<Draft>* roles = draft.find("to_BusinessPartnerRole");
    return roles != nullptr &&
           std::any_of(roles->begin(), roles->end(), [&](const Draft& role) { return role.text("BusinessPartnerRole") == wanted; });
}

bool is_customer(const Draft& draft) { return has_role(draft, "FLCU00") || has_role(draft, "FLCU01"); }

Result<void> check_category(const Draft& draft) {
    for (const Category& category : categories) {
        if (draft.text("BusinessPartnerCategory") != category.code) continue;
        if (!draft.text(category.name_property).empty()) return {};
        return refuse("R1/206", std::string(category.refusal), std::string(category.name_property));
    }
    return refuse("R1/202", "Business partner category '" + std::string(draft.text("BusinessPartnerCategory")) + "' is not valid",
                  "BusinessPartnerCategory");
}

Result<void> check_grouping(const State& state, const Draft& draft) {
    const std::string_view grouping = draft.text("BusinessPartnerGrouping");
    if (grouping.empty()) return refuse("R1/203", "Enter a business partner grouping", "BusinessPartnerGrouping");
    auto known = std::find_if(groupings.begin(), groupings.end(), [&](const Grouping& g) { return g.code == grouping; });
    if (known == groupings.end())
        return refuse("R1/204", "Grouping " + std::string(grouping) + " is not defined", "BusinessPartnerGrouping");
    const std::string_view number = draft.text("BusinessPartner");
    if (known->external != !number.empty())
        return refuse("R1/205",
                      known->external ? "Enter a business partner number for grouping " + std::string(grouping)
                                      : "Grouping " + std::string(grouping) + " has internal number assignment",
                      "BusinessPartner");
    if (!number.empty() && state.tables["A_BusinessPartner"].find_by({number}))
        return refuse("R1/211", "Business partner " + std::string(number) + " already exists", "BusinessPartner");
    return {};
}

Unexpected required(std::string_view field, std::string_view property) {
    return refuse("CVI_API/003", std::string(field) + " is a required entry field", std::string(property));
}

Result<void> check_sales_area(const Draft& area) {
    const std::string organization(area.text("SalesOrganization"));
    const std::string channel(area.text("DistributionChannel"));
    const std::string division(area.text("Division"));
    if (!is_sales_area(organization, channel, division))
        return refuse("VT/208", "Sales area " + organization + " " + channel + " " + division + " is not defined", "SalesOrganization");
    if (area.text("Currency").empty()) return required("Currency (KNVV-WAERS)", "Currency");
    if (!currency_decimals(area.text("Currency")))
        return refuse("CVI_API/004", "Currency " + std::string(area.text("Currency")) + " is not defined", "Currency");
    return {};
}

Result<void> check_company(const Draft& company) {
    if (!is_company_code(company.text("CompanyCode")))
        return refuse("F2/164", "Company code " + std::string(company.text("CompanyCode")) + " is not defined", "CompanyCode");
    if (company.text("ReconciliationAccount").empty()) return required("Reconciliation account (KNB1-AKONT)", "ReconciliationAccount");
    return {};
}

Result<void> check_customer(const Draft& draft) {
    const std::vector<Draft>* customer = draft.find("to_Customer");
    if (customer == nullptr) return {};
    if (!is_customer(draft)) return refuse("CVI_API/005", "Customer data needs business partner role FLCU00 or FLCU01", "to_Customer");
    if (const auto* areas = customer->front().find("to_CustomerSalesArea")) {
        if (!areas->empty() && !has_role(draft, "FLCU01"))
            return refuse("CVI_API/006", "Sales area data needs business partner role FLCU01", "to_CustomerSalesArea");
        for (const Draft& area : *areas) LS_TRY(check_sales_area(area));
    }
    if (const auto* companies = customer->front().find("to_CustomerCompany"))
        for (const Draft& company : *companies) LS_TRY(check_company(company));
    return {};
}

Result<void> check_roles(const Draft& draft) {
    static constexpr std::array<std::string_view, 6> known = {"FLCU00", "FLCU01", "FLVN00", "FLVN01", "BUP001", "BUP003"};
    const std::vector<Draft>* roles = draft.find("to_BusinessPartnerRole");
    if (roles == nullptr) return {};
    for (const Draft& role : *roles)
        if (std::find(known.begin(), known.end(), role.text("BusinessPartnerRole")) == known.end())
            return refuse("R11/108", "Business partner role " + std::string(role.text("BusinessPartnerRole")) + " is not defined",
                          "BusinessPartnerRole");
    return {};
}

Result<void> check_addresses(const Draft& draft) {
    const std::vector<Draft>* addresses = draft.find("to_BusinessPartnerAddress");
    if (is_customer(draft) && (addresses == nullptr || addresses->empty()))
        return refuse("FSBP_ECC/030", "Standard address doesn't have a language, needed for customer", "Language");
    if (addresses == nullptr) return {};
    for (const Draft& address : *addresses) LS_TRY(check_address(address, is_customer(draft)));
    return {};
}

std::string joined_name(const Draft& draft) {
    std::string name;
    for (std::string_view property : {"OrganizationBPName1", "OrganizationBPName2", "OrganizationBPName3", "OrganizationBPName4",
                                      "FirstName", "LastName", "GroupBusinessPartnerName1", "GroupBusinessPartnerName2"}) {
        const std::string_view part = draft.text(property);
        if (part.empty()) continue;
        if (!name.empty()) name += ' ';
        name += part;
    }
    return std::string(encoding::utf8_prefix(name, 81));
}

void number_partner(State& state, Draft& draft) {
    if (draft.text("BusinessPartner").empty()) draft.set("BusinessPartner", std::to_string(state.next_partner));
    const std::string_view number = draft.text("BusinessPartner");
    std::int64_t value = 0;
    auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (error == std::errc() && end == number.data() + number.size() && value >= state.next_partner) state.next_partner = value + 1;
}

void complete_address(State& state, const Draft& partner, Draft& address) {
    if (address.text("AddressID").empty()) address.set("AddressID", std::to_string(state.next_address++));
    address.propose("AddressUUID", state.random_guid());
    address.propose("FullName", encoding::utf8_prefix(partner.text("BusinessPartnerFullName"), 80));
    address.propose("AddressTimeZone", "CET");
    address.propose("ValidityStartDate", partner.text("CreationDate"));
    address.propose("ValidityEndDate", end_of_time);
    for (std::string_view navigation : {"to_EmailAddress", "to_PhoneNumber", "to_MobilePhoneNumber", "to_FaxNumber", "to_URLAddress"}) {
        std::vector<Draft>* lines = address.find(navigation);
        if (lines == nullptr) continue;
        int ordinal = navigation == "to_MobilePhoneNumber" ? 100 : 0;
        for (Draft& line : *lines) {
            line.propose("OrdinalNumber", std::to_string(++ordinal));
            if (navigation == "to_URLAddress") line.propose("ValidityStartDate", day_of(address.text("ValidityStartDate")));
        }
    }
}

/// What SAP adds to a partner by itself.
void complete(State& state, Draft& draft) {
    number_partner(state, draft);
    const std::string now = std::to_string(state.change_ticks());
    const std::string name = joined_name(draft);
    draft.propose("BusinessPartnerFullName", name);
    draft.propose("BusinessPartnerName", name);
    draft.propose("BusinessPartnerUUID", state.random_guid());
    draft.propose("CreatedByUser", system_user);
    const std::string today = day_of(now);
    draft.propose("CreationDate", today);
    draft.propose("ETag", std::string(system_user.substr(0, 2)) + now);
    if (is_customer(draft) || draft.find("to_Customer") != nullptr) {
        draft.propose("Customer", draft.text("BusinessPartner"));
        std::vector<Draft>& customers = draft.list("to_Customer");
        if (customers.empty()) customers.emplace_back(*entity_type("A_Customer"));
        customers.front().propose("CustomerName", encoding::utf8_prefix(name, 80));
        customers.front().propose("CustomerFullName", name);
        customers.front().propose("CustomerAccountGroup", "CUST");
        customers.front().propose("CreationDate", today);
    }
    if (std::vector<Draft>* roles = draft.find("to_BusinessPartnerRole"))
        for (Draft& role : *roles) {
            role.propose("ValidFrom", now);
            role.propose("ValidTo", end_of_time);
        }
    if (std::vector<Draft>* addresses = draft.find("to_BusinessPartnerAddress"))
        for (Draft& address : *addresses) complete_address(state, draft, address);
}

}  // namespace

Result<void> check_address(const Draft& address, bool customer) {
    const std::string country(address.text("Country"));
    if (country.empty()) return refuse("AM/228", "Enter a country", "Country");
    if (!is_country(country)) return refuse("AM/229", "Country " + country + " is not defined; check your entry", "Country");
    if (customer && address.text("Language").empty())
        return refuse("FSBP_ECC/030", "Standard address doesn't have a language, needed for customer", "Language");
    return {};
}

Result<Row> create_partner(State& state, Draft& draft) {
    LS_TRY(check_category(draft));
    LS_TRY(check_grouping(state, draft));
    LS_TRY(check_roles(draft));
    LS_TRY(check_addresses(draft));
    LS_TRY(check_customer(draft));
    const bool had_customer = draft.find("to_Customer") != nullptr;
    complete(state, draft);
    const Row row = store_draft(state.tables, draft);
    // What SAP added by itself is not expanded in the answer.
    if (!had_customer) std::erase_if(draft.children, [](const auto& child) { return child.first->name == "to_Customer"; });
    return row;
}

Result<Row> add_to_partner(State& state, Draft& part) {
    const EntityType& type = *part.type;
    const bool of_partner = type.find("BusinessPartner") >= 0;
    Table& partners = state.tables["A_BusinessPartner"];
    const auto row = of_partner ? partners.find_by({part.text("BusinessPartner")}) : std::nullopt;
    if (of_partner && !row)
        return refuse("R1/212", "Business partner " + std::string(part.text("BusinessPartner")) + " does not exist", "BusinessPartner");
    if (type.set == "A_BusinessPartnerAddress") {
        Draft partner(partners.type());
        partner.record = partners.at(*row);
        LS_TRY(check_address(part, !partner.text("Customer").empty()));
        complete_address(state, partner, part);
    }
    if (type.set == "A_CustomerSalesArea") LS_TRY(check_sales_area(part));
    if (type.set == "A_CustomerCompany") LS_TRY(check_company(part));
    if (!of_partner && type.find("Customer") >= 0 && !state.tables["A_Customer"].find_by({part.text("Customer")}))
        return refuse("F2/153", "Customer " + std::string(part.text("Customer")) + " does not exist", "Customer");
    const Row stored = store_draft(state.tables, part);
    if (row) refresh_partner(state, *row);
    return stored;
}

Row load_partner(State& state, Draft& draft) {
    draft.propose("BusinessPartnerCategory", "2");
    draft.propose("BusinessPartnerGrouping", "BP02");
    complete(state, draft);
    return store_draft(state.tables, draft);
}

void refresh_partner(State& state, Row row) {
    Table& partners = state.tables["A_BusinessPartner"];
    Draft draft(partners.type());
    draft.record = partners.at(row);
    const std::string now = std::to_string(state.change_ticks());
    const std::string name = joined_name(draft);
    draft.set("BusinessPartnerFullName", name);
    draft.set("BusinessPartnerName", name);
    draft.set("LastChangeDate", day_of(now));
    draft.set("LastChangedByUser", system_user);
    draft.set("ETag", std::string(system_user.substr(0, 2)) + now);
    partners.put(draft.record);
}

}  // namespace lockstep::sandbox::sap
