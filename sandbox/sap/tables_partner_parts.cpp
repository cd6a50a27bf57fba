#include "sandbox/sap/model.h"

// Source: SAP's $metadata of API_BUSINESS_PARTNER (OData V2): what few clients ask for.

namespace lockstep::sandbox::sap {

namespace {
constexpr Property address_fax_number_properties[] = {
    {"AddressID", Edm::string, 10, 0, key | upper | alpha},
    {"Person", Edm::string, 10, 0, key | upper | alpha},
    {"OrdinalNumber", Edm::string, 3, 0, key | numeric | alpha},
    {"IsDefaultFaxNumber", Edm::boolean, 0, 0, upper},
    {"FaxCountry", Edm::string, 3, 0, upper},
    {"FaxNumber", Edm::string, 30, 0, upper},
    {"FaxNumberExtension", Edm::string, 10, 0, upper},
    {"InternationalFaxNumber", Edm::string, 30, 0, upper},
    {"AddressCommunicationRemarkText", Edm::string, 50},
};

constexpr Property address_home_page_url_properties[] = {
    {"AddressID", Edm::string, 10, 0, key | upper | alpha},
    {"Person", Edm::string, 10, 0, key | upper | alpha},
    {"OrdinalNumber", Edm::string, 3, 0, key | numeric | alpha},
    {"ValidityStartDate", Edm::date_time, 0, 0, key | date_only},
    {"IsDefaultURLAddress", Edm::boolean, 0, 0, key | upper},
    {"SearchURLAddress", Edm::string, 50, 0, upper},
    {"AddressCommunicationRemarkText", Edm::string, 50},
    {"URLFieldLength", Edm::int16},
    {"WebsiteURL", Edm::string, 2048},
};

constexpr Property business_partner_bank_properties[] = {
    {"BusinessPartner", Edm::string, 10, 0, key | upper | alpha},
    {"BankIdentification", Edm::string, 4, 0, key | upper},
    {"BankCountryKey", Edm::string, 3, 0, upper},
    {"BankName", Edm::string, 60, 0, read_only},
    {"BankNumber", Edm::string, 15, 0, upper},
    {"SWIFTCode", Edm::string, 11, 0, read_only | upper},
    {"BankControlKey", Edm::string, 2, 0, upper},
    {"BankAccountHolderName", Edm::string, 60},
    {"BankAccountName", Edm::string, 40},
    {"ValidityStartDate", Edm::date_time_offset},
    {"ValidityEndDate", Edm::date_time_offset},
    {"IBAN", Edm::string, 34, 0, upper},
    {"IBANValidityStartDate", Edm::date_time, 0, 0, date_only},
    {"BankAccount", Edm::string, 18, 0, upper},
    {"BankAccountReferenceText", Edm::string, 20, 0, upper},
    {"CollectionAuthInd", Edm::boolean, 0, 0, upper},
    {"CityName", Edm::string, 35, 0, read_only},
    {"AuthorizationGroup", Edm::string, 4, 0, upper},
};

constexpr Property supplier_properties[] = {
    {"Supplier", Edm::string, 10, 0, key | upper | alpha},
    {"AlternativePayeeAccountNumber", Edm::string, 10, 0, upper},
    {"AuthorizationGroup", Edm::string, 4, 0, upper},
    {"CreatedByUser", Edm::string, 12, 0, read_only | upper},
    {"CreationDate", Edm::date_time, 0, 0, read_only | date_only},
    {"Customer", Edm::string, 10, 0, upper | alpha},
    {"PaymentIsBlockedForSupplier", Edm::boolean, 0, 0, upper},
    {"PostingIsBlocked", Edm::boolean, 0, 0, upper},
    {"PurchasingIsBlocked", Edm::boolean, 0, 0, upper},
    {"SupplierAccountGroup", Edm::string, 4, 0, upper},
    {"SupplierFullName", Edm::string, 220, 0, read_only | upper},
    {"SupplierName", Edm::string, 80, 0, read_only},
    {"VATRegistration", Edm::string, 20, 0, upper},
    {"BirthDate", Edm::date_time, 0, 0, date_only},
    {"ConcatenatedInternationalLocNo", Edm::string, 20, 0, read_only},
    {"DeletionIndicator", Edm::boolean, 0, 0, upper},
    {"FiscalAddress", Edm::string, 10, 0, upper},
    {"Industry", Edm::string, 4, 0, read_only | upper},
    {"InternationalLocationNumber1", Edm::string, 7, 0, numeric},
    {"InternationalLocationNumber2", Edm::string, 5, 0, numeric},
    {"InternationalLocationNumber3", Edm::string, 1, 0, numeric},
    {"IsNaturalPerson", Edm::string, 1, 0, upper},
    {"ResponsibleType", Edm::string, 2, 0, upper},
    {"SuplrQltyInProcmtCertfnValidTo", Edm::date_time, 0, 0, date_only},
    {"SuplrQualityManagementSystem", Edm::string, 4, 0, upper},
    {"SupplierCorporateGroup", Edm::string, 10, 0, upper},
    {"SupplierProcurementBlock", Edm::string, 2, 0, upper},
    {"TaxNumber1", Edm::string, 16, 0, read_only | upper},
    {"TaxNumber2", Edm::string, 11, 0, read_only | upper},
    {"TaxNumber3", Edm::string, 18, 0, read_only | upper},
    {"TaxNumber4", Edm::string, 18, 0, read_only | upper},
    {"TaxNumber5", Edm::string, 60, 0, read_only | upper},
    {"TaxNumberResponsible", Edm::string, 18, 0, upper},
    {"TaxNumberType", Edm::string, 2, 0, upper},
    {"SuplrProofOfDelivRlvtCode", Edm::string, 1, 0, upper},
    {"BR_TaxIsSplit", Edm::boolean, 0, 0, upper},
};
}  // namespace

std::span<const EntityType> partner_part_types() {
    static const EntityType types[] = {
        {"A_AddressFaxNumber", "API_BUSINESS_PARTNER", address_fax_number_properties, {}, 0},
        {"A_AddressHomePageURL", "API_BUSINESS_PARTNER", address_home_page_url_properties, {}, 0},
        {"A_BusinessPartnerBank", "API_BUSINESS_PARTNER", business_partner_bank_properties, {}, 0},
        {"A_Supplier", "API_BUSINESS_PARTNER", supplier_properties, {}, not_creatable | not_deletable},
    };
    return types;
}

}  // namespace lockstep::sandbox::sap
