#include <gtest/gtest.h>

#include "sandbox/faults.h"

namespace lockstep::sandbox {

TEST(RoutePattern, PutsPlaceholdersForIdsAndKeys) {
    struct Case {
        const char* connector;
        const char* path;
        const char* pattern;
    };
    const Case cases[] = {
        {"salesforce", "/services/data/v60.0/sobjects/Opportunity/006Hs000000001AIAQ", "/services/data/v60.0/sobjects/Opportunity/{id}"},
        {"salesforce", "/services/data/v60.0/sobjects/Opportunity/describe", "/services/data/v60.0/sobjects/Opportunity/describe"},
        {"salesforce", "/services/data/v60.0/sobjects/Opportunity", "/services/data/v60.0/sobjects/Opportunity"},
        {"salesforce", "/services/data/v60.0/sobjects/Account/External_Id__c/x%20y",
         "/services/data/v60.0/sobjects/Account/External_Id__c/{value}"},
        {"salesforce", "/services/data/v60.0/query", "/services/data/v60.0/query"},
        {"salesforce", "/services/data/v60.0/query/01gHs0000000001IAA-2000", "/services/data/v60.0/query/{locator}"},
        {"salesforce", "/services/oauth2/token", "/services/oauth2/token"},
        {"salesforce", "/id/00DHs0000000001IAA/005Hs0000000001IAA", "/id/{organization}/{user}"},
        {"sap", "/sap/opu/odata/sap/API_SALES_ORDER_SRV/A_SalesOrder", "/sap/opu/odata/sap/API_SALES_ORDER_SRV/A_SalesOrder"},
        {"sap", "/sap/X/A_SalesOrder('1')/to_Item", "/sap/X/A_SalesOrder({key})/to_Item"},
        {"sap", "/sap/X/A_Thing(A='(x)/''y',B='2')", "/sap/X/A_Thing({key})"},
        {"sap", "/sap/X/A_Thing('open", "/sap/X/A_Thing({key}"},
        {"zoho_crm", "/crm/v8/Accounts/5725767000000487001", "/crm/v8/Accounts/{id}"},
        {"zoho_books", "/books/v3/invoices/982000000567001/email", "/books/v3/invoices/{id}/email"},
        {"slack", "/services/T1/B2/secret", "/services/{secret}/{secret}/{secret}"},
        {"salesforce", "", ""},
        {"salesforce", "/", "/"},
    };
    for (const Case& c : cases) EXPECT_EQ(route_pattern(c.connector, c.path), c.pattern) << c.path;
}

}  // namespace lockstep::sandbox
