#include <fmt/format.h>

#include "sandbox/salesforce/soql_plan.h"
#include "sandbox/salesforce/test_organisation.h"

namespace lockstep::sandbox::salesforce {
namespace {

class Queried : public testing::Test {
protected:
    Queried() {
        organisation.load("Account", R"([
            {"Id":"001000000000001AAA","Name":"Zeta","BillingCity":"Köln","AnnualRevenue":10,"Phone":"1"},
            {"Id":"001000000000002AAA","Name":"ärmel","BillingCity":"Ulm","AnnualRevenue":5000000},
            {"Id":"001000000000003AAA","Name":"O'Neil 100%","AnnualRevenue":12345678.0,"Phone":""}])");
        organisation.load("Opportunity", R"([
            {"Name":"D1","AccountId":"001000000000001AAA","StageName":"Closed Won","CloseDate":"2026-02-18","Amount":10.50,"SAP_Order_Number__c":"A1"},
            {"Name":"D2","AccountId":"001000000000001AAA","StageName":"Prospecting","CloseDate":"2026-02-10","Amount":20},
            {"Name":"D3","AccountId":"001000000000002AAA","StageName":"Closed Lost","CloseDate":"2025-12-31","SystemModstamp":"2025-12-31T00:00:00Z"},
            {"Name":"D4","StageName":"Closed Won","CloseDate":"2026-03-01","Amount":30}])");
    }
    /// The names of what a condition selects, in order.
    std::string names(const std::string& rest) {
        const Value answer = organisation.query("SELECT Name FROM " + rest);
        std::string out;
        if (!answer["records"].is_list())
            return answer.at_path("0.errorCode").string_or("?") + ": " + answer.at_path("0.message").string_or("");
        for (const Value& row : answer["records"].as_list()) out += (out.empty() ? "" : " ") + row["Name"].string_or("");
        return out;
    }
    std::string deals(const std::string& condition) { return names("Opportunity WHERE " + condition); }
    Organisation organisation;
};

}  // namespace

TEST_F(Queried, ConditionsSelect) {
    const std::pair<const char*, const char*> cases[] = {
        {"Name = 'd1'", "D1"},
        {"Name != 'D1'", "D2 D3 D4"},
        {"Amount = 10.5", "D1"},
        {"Amount > 10.50 AND Amount <= 30", "D2 D4"},
        {"Amount = null", "D3"},
        {"Amount != null", "D1 D2 D4"},
        {"Amount < 1000000", "D1 D2 D4"},
        {"IsWon = true", "D1 D4"},
        {"IsWon = false AND IsClosed = true", "D3"},
        {"(IsWon = true AND Amount = 30) OR Name = 'D2'", "D2 D4"},
        {"NOT IsWon = true", "D2 D3"},
        {"IsClosed = true AND (NOT IsWon = true)", "D3"},
        {"Name LIKE 'd_' AND Name LIKE '%4'", "D4"},
        {"Name IN ('D1', 'd4', 'D9')", "D1 D4"},
        {"Name NOT IN ('D1', 'd4')", "D2 D3"},
        {"AccountId = '001000000000001'", "D1 D2"},
        {"AccountId IN ('001000000000001', '001000000000002AAA')", "D1 D2 D3"},
        {"AccountId = null", "D4"},
        {"Account.Name = 'zeta'", "D1 D2"},
        {"Account.Name = 'ÄRMEL'", "D3"},
        {"Account.BillingCity = null", "D4"},
        {"SAP_Order_Number__c = 'a1'", "D1"},
        {"SAP_Order_Number__c = null AND IsWon = true", "D4"},
        {"CloseDate = TODAY", "D1"},
        {"CloseDate = LAST_N_DAYS:10", "D1 D2"},
        {"CloseDate < LAST_N_DAYS:30", "D3"},
        {"CloseDate > TODAY", "D4"},
        {"CloseDate = LAST_YEAR", "D3"},
        {"CloseDate >= 2026-02-18", "D1 D4"},
        {"CreatedDate = TODAY", "D1 D2 D3 D4"},
        {"SystemModstamp < 2026-01-01T00:00:00Z", "D3"},
        {"SystemModstamp >= 2026-02-18T11:00:00+01:00", "D1 D2 D4"},
        {"SystemModstamp > 2026-02-18T10:00:00.000Z", ""},
        {"AccountId IN (SELECT Id FROM Account WHERE BillingCity = 'ulm')", "D3"},
        {"AccountId NOT IN (SELECT Id FROM Account)", "D4"},
        {"Id = ''", ""},
        {"CALENDAR_YEAR(CloseDate) = 2025", "D3"},
    };
    for (const auto& [condition, selected] : cases) EXPECT_EQ(deals(condition), selected) << condition;
}

TEST_F(Queried, WhatDoesNotFitTheSchemaIsRefused) {
    struct Case {
        const char* soql;
        const char* code;
        const char* message;
    };
    const Case cases[] = {
        {"SELECT Email FROM Account", "INVALID_FIELD",
         "No such column 'Email' on entity 'Account'. If you are attempting to use a custom field, be sure to append the '__c'"},
        {"SELECT Id FROM Acount", "INVALID_TYPE", "sObject type 'Acount' is not supported."},
        {"SELECT Owners.Name FROM Account", "INVALID_FIELD", "Didn't understand relationship 'Owners' in field path."},
        {"SELECT (SELECT Id FROM Deals) FROM Account", "INVALID_TYPE",
         "Didn't understand relationship 'Deals' in FROM part of query call."},
        {"SELECT Id, Id FROM Account", "INVALID_FIELD", "duplicate field selected: Id"},
        {"SELECT Id FROM Opportunity WHERE Amount = '5'", "INVALID_FIELD",
         "value of filter criterion for field 'Amount' must be of type currency and should not be enclosed in quotes"},
        {"SELECT Id FROM Product2 WHERE Available_Stock__c > '5'", "INVALID_FIELD",
         "must be of type double and should not be enclosed in quotes"},
        {"SELECT Id FROM Product2 WHERE ProductCode = 3999", "INVALID_FIELD",
         "value of filter criterion for field 'ProductCode' must be of type string and should be enclosed in quotes"},
        {"SELECT Id FROM Opportunity WHERE CloseDate = '2026-02-18'", "INVALID_FIELD",
         "must be of type date and should not be enclosed in quotes"},
        {"SELECT Id FROM Opportunity WHERE CloseDate = 2026-02-18T00:00:00Z", "INVALID_FIELD", "must be of type date"},
        {"SELECT Id FROM Opportunity WHERE SystemModstamp = 2026-02-18", "INVALID_FIELD", "must be of type dateTime"},
        {"SELECT Id FROM Opportunity WHERE IsWon = 1", "INVALID_FIELD", "must be of type boolean"},
        {"SELECT Id FROM Opportunity WHERE IsWon > false", "INVALID_QUERY_FILTER_OPERATOR", "boolean"},
        {"SELECT Id FROM Account WHERE Id = 'abc'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: abc"},
        {"SELECT Id FROM Account WHERE Id = ''' OR Id != '''", "MALFORMED_QUERY", "unexpected token"},
        {"SELECT Id FROM Account WHERE Id LIKE '001%'", "INVALID_QUERY_FILTER_OPERATOR", "invalid operator on id field"},
        {"SELECT Id FROM Account WHERE AnnualRevenue LIKE '1%'", "INVALID_QUERY_FILTER_OPERATOR", "invalid operator on currency field"},
        {"SELECT Id FROM Account WHERE Description = 'x'", "INVALID_FIELD", "can not be filtered"},
        {"SELECT Id FROM Account ORDER BY Nmae", "INVALID_FIELD", "No such column 'Nmae'"},
        {"SELECT Name, COUNT(Id) FROM Account", "MALFORMED_QUERY", "Field must be grouped or aggregated: Name"},
        {"SELECT Id FROM Account OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "2000"},
        {"SELECT FIELDS(ALL) FROM Account", "MALFORMED_QUERY", "LIMIT of at most 200"},
    };
    for (const Case& c : cases) {
        const net::Response response = organisation.query_response(c.soql);
        EXPECT_EQ(response.status, 400) << c.soql;
        EXPECT_EQ(Organisation::code(response), c.code) << c.soql << "\n" << response.body;
        EXPECT_NE(Organisation::message(response).find(c.message), std::string::npos) << c.soql << "\n" << response.body;
    }
    EXPECT_EQ(Organisation::code(organisation.api("GET", "/query")), "MALFORMED_QUERY");
}

TEST_F(Queried, OrderPutsNullsFirstUnlessTold) {
    EXPECT_EQ(names("Opportunity ORDER BY Amount"), "D3 D1 D2 D4");
    EXPECT_EQ(names("Opportunity ORDER BY Amount DESC"), "D3 D4 D2 D1");
    EXPECT_EQ(names("Opportunity ORDER BY Amount NULLS LAST"), "D1 D2 D4 D3");
    EXPECT_EQ(names("Opportunity ORDER BY IsWon DESC, CloseDate LIMIT 3 OFFSET 1"), "D4 D3 D2");
    EXPECT_EQ(names("Account ORDER BY Name"), "O'Neil 100% Zeta ärmel");
}

TEST_F(Queried, ParentsNestAndMissingOnesAreNull) {
    const net::Response response = organisation.query_response(
        "select name, account.billingcity, Account.Owner.Name, account.name from opportunity where name in ('D1','D4')");
    const Value answer = Organisation::parse(response);
    EXPECT_EQ(answer["totalSize"], Value(2));
    EXPECT_EQ(answer["done"], Value(true));
    EXPECT_EQ(answer.at_path("records.0.Account.BillingCity").string_or(""), "Köln");
    EXPECT_EQ(answer.at_path("records.0.Account.attributes.type").string_or(""), "Account");
    EXPECT_EQ(answer.at_path("records.0.Account.Owner.Name").string_or(""), "Integration");
    EXPECT_TRUE(answer.at_path("records.1.Account").is_null());
    EXPECT_NE(answer.at_path("records.1").find("Account"), nullptr);
}

TEST_F(Queried, SubqueriesAreNullWithoutChildren) {
    const Value answer =
        organisation.query("SELECT Name, BillingAddress, (SELECT Name FROM Opportunities WHERE Amount > 15) FROM Account ORDER BY Id");
    EXPECT_EQ(answer.at_path("records.0.Opportunities.totalSize"), Value(1));
    EXPECT_EQ(answer.at_path("records.0.Opportunities.records.0.Name").string_or(""), "D2");
    EXPECT_EQ(answer.at_path("records.0.BillingAddress.city").string_or(""), "Köln");
    EXPECT_TRUE(answer.at_path("records.1.Opportunities").is_null());
}

TEST_F(Queried, NumbersKeepTheirJavaLook) {
    const std::string body = organisation.query_response("SELECT AnnualRevenue FROM Account ORDER BY Id").body;
    for (const char* number : {"\"AnnualRevenue\":10.0", "\"AnnualRevenue\":5000000.0", "\"AnnualRevenue\":1.2345678E7"})
        EXPECT_NE(body.find(number), std::string::npos) << body;
}

TEST_F(Queried, AggregatesGroupAndCount) {
    const Value answer = organisation.query(
        "SELECT StageName, COUNT(Id) n, SUM(Amount), MIN(CloseDate) first FROM Opportunity GROUP BY StageName HAVING COUNT(Id) > 1");
    ASSERT_EQ(answer["totalSize"], Value(1));
    EXPECT_EQ(answer.at_path("records.0.StageName").string_or(""), "Closed Won");
    EXPECT_EQ(answer.at_path("records.0.n"), Value(2));
    EXPECT_EQ(answer.at_path("records.0.expr0"), Value(*Decimal::parse("40.5")));
    EXPECT_EQ(answer.at_path("records.0.first").string_or(""), "2026-02-18");
    EXPECT_EQ(organisation.query("SELECT COUNT() FROM Opportunity WHERE IsWon = true").at_path("totalSize"), Value(2));
    EXPECT_EQ(
        organisation.query("SELECT COUNT(Amount), COUNT_DISTINCT(StageName), AVG(Amount) FROM Opportunity").at_path("records.0.expr1"),
        Value(3));
}

TEST_F(Queried, QueryAllShowsDeletedRows) {
    const std::string id = organisation.query("SELECT Id FROM Opportunity WHERE Name = 'D2'").at_path("records.0.Id").as_string();
    organisation.api("DELETE", "/sobjects/Opportunity/" + id);
    EXPECT_EQ(deals("AccountId = '001000000000001'"), "D1");
    const Value all = Organisation::parse(organisation.api("GET", "/queryAll?q=SELECT+Id,IsDeleted+FROM+Opportunity+WHERE+IsDeleted=true"));
    EXPECT_EQ(all.at_path("records.0.Id").string_or(""), id);
}

TEST(Paging, WalksAllRowsInBatches) {
    Organisation organisation;
    List many;
    for (int i = 0; i < 450; ++i) many.push_back(Map{{"Name", fmt::format("P{:03}", i)}, {"IsActive", true}});
    ASSERT_TRUE(organisation.vendor->load("Product2", many).has_value());
    const net::Headers batch{{"Sforce-Query-Options", "batchSize=200"}};
    Value page = Organisation::parse(organisation.query_response("SELECT Name FROM Product2 ORDER BY Name DESC", batch));
    std::size_t rows = 0;
    for (int pages = 1;; ++pages) {
        EXPECT_EQ(page["totalSize"], Value(450));
        rows += page["records"].as_list().size();
        if (page["done"] == Value(true)) {
            EXPECT_EQ(pages, 3);
            break;
        }
        ASSERT_TRUE(page["nextRecordsUrl"].string_or("").starts_with("/services/data/v60.0/query/01g"));
        page = Organisation::parse(organisation.send("GET", page["nextRecordsUrl"].as_string(), {}, batch));
    }
    EXPECT_EQ(rows, 450u);
    EXPECT_EQ(page["records"].as_list().back()["Name"].string_or(""), "P000");
    EXPECT_EQ(
        Organisation::parse(organisation.query_response("SELECT Name FROM Product2", {{"Sforce-Query-Options", "batchSize=1"}}))["records"]
            .as_list()
            .size(),
        200u);
}

TEST(Paging, NestedResultsPageOnTheirOwn) {
    Organisation organisation;
    const std::string deal = make_record_id("006", 500), other = make_record_id("006", 501);
    ASSERT_TRUE(
        organisation.vendor->load("Opportunity", {Value(Map{{"Id", deal}, {"Name", "Big"}}), Value(Map{{"Id", other}, {"Name", "Next"}})})
            .has_value());
    List lines;
    for (int i = 0; i < 250; ++i) lines.push_back(Map{{"OpportunityId", deal}, {"Quantity", 1}, {"UnitPrice", i}});
    ASSERT_TRUE(organisation.vendor->load("OpportunityLineItem", lines).has_value());
    const net::Headers batch{{"Sforce-Query-Options", "batchSize=200"}};
    const Value first = Organisation::parse(
        organisation.query_response("SELECT Name, (SELECT UnitPrice FROM OpportunityLineItems) FROM Opportunity ORDER BY Name", batch));
    EXPECT_EQ(first["done"], Value(false)) << "child rows count towards the page";
    const Value& nested = first.at_path("records.0.OpportunityLineItems");
    EXPECT_EQ(nested["totalSize"], Value(250));
    EXPECT_EQ(nested["done"], Value(false));
    EXPECT_EQ(nested["records"].as_list().size(), 200u);
    const Value rest = Organisation::parse(organisation.send("GET", nested["nextRecordsUrl"].as_string()));
    EXPECT_EQ(rest["done"], Value(true));
    EXPECT_EQ(rest["records"].as_list().size(), 50u);
    EXPECT_EQ(rest.at_path("records.49.UnitPrice"), Value(249));
    const Value second = Organisation::parse(organisation.send("GET", first["nextRecordsUrl"].as_string()));
    EXPECT_EQ(second.at_path("records.0.Name").string_or(""), "Next");
    EXPECT_TRUE(second.at_path("records.0.OpportunityLineItems").is_null());
}

TEST(Paging, FalseAndOldLocatorsAreRefused) {
    Organisation organisation;
    List many(300, Value(Map{{"Name", "P"}}));
    ASSERT_TRUE(organisation.vendor->load("Product2", many).has_value());
    const std::string next = Organisation::parse(organisation.query_response("SELECT Name FROM Product2",
                                                                             {{"Sforce-Query-Options", "batchSize=200"}}))["nextRecordsUrl"]
                                 .string_or("");
    EXPECT_EQ(organisation.send("GET", next).status, 200);
    for (const char* locator : {"x", "01gHs0000000009-2000", "-", "01g-5"})
        EXPECT_EQ(Organisation::code(organisation.api("GET", std::string("/query/") + locator)), "INVALID_QUERY_LOCATOR") << locator;
    organisation.now = organisation.now.plus_ms(3 * 86'400'000LL);
    organisation.login();
    EXPECT_EQ(Organisation::code(organisation.send("GET", next)), "INVALID_QUERY_LOCATOR");
}

TEST(DateRange, MeansWhatTheReferenceSays) {
    const Date today{2026, 2, 18};  // a Wednesday
    const auto text = [&](std::string_view range, int n = 0) {
        const auto [first, after] = soql::date_range(range, n, today);
        return format_date(first) + "/" + format_date(after);
    };
    EXPECT_EQ(text("YESTERDAY"), "2026-02-17/2026-02-18");
    EXPECT_EQ(text("LAST_N_DAYS", 7), "2026-02-11/2026-02-19");
    EXPECT_EQ(text("NEXT_N_DAYS", 1), "2026-02-19/2026-02-20");
    EXPECT_EQ(text("N_DAYS_AGO", 3), "2026-02-15/2026-02-16");
    EXPECT_EQ(text("THIS_WEEK"), "2026-02-15/2026-02-22");
    EXPECT_EQ(text("LAST_MONTH"), "2026-01-01/2026-02-01");
    EXPECT_EQ(text("LAST_N_MONTHS", 3), "2025-11-01/2026-02-01");
    EXPECT_EQ(text("NEXT_QUARTER"), "2026-04-01/2026-07-01");
    EXPECT_EQ(text("LAST_YEAR"), "2025-01-01/2026-01-01");
}

}  // namespace lockstep::sandbox::salesforce
