#include <gtest/gtest.h>

#include "sandbox/salesforce/soql.h"

namespace lockstep::sandbox::salesforce::soql {

TEST(SoqlParser, AcceptsWhatTheReferenceAllows) {
    const char* queries[] = {
        "SELECT Id FROM Account",
        "select id, name from account limit 5 offset 10",
        "SELECT COUNT() FROM Opportunity WHERE IsWon = true",
        "SELECT Id, Account.Name, Account.Owner.Name FROM Contact",
        "SELECT Id, (SELECT Quantity, Product2.ProductCode FROM OpportunityLineItems ORDER BY SortOrder) FROM Opportunity",
        "SELECT Id FROM Account WHERE Name = 'O\\'Neil' AND Phone != null AND (Fax = '1' OR Fax = '2')",
        "SELECT Id FROM Account WHERE NOT Name LIKE 'a%'",
        "SELECT Id FROM Account WHERE Name <> NULL AND (NOT AnnualRevenue > 0)",
        "SELECT Id FROM Opportunity WHERE CloseDate >= 2026-02-18 AND SystemModstamp > 2026-02-18T10:00:00Z",
        "SELECT Id FROM Opportunity WHERE SystemModstamp > 2026-02-18T10:00:00.000+01:00",
        "SELECT Id FROM Opportunity WHERE CloseDate = LAST_N_DAYS:7 AND CloseDate < TODAY",
        "SELECT Id FROM Account WHERE Id NOT IN ('a', 'b') ORDER BY Name DESC NULLS LAST, Id",
        "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Opportunity)",
        "SELECT StageName, COUNT(Id), SUM(Amount) total FROM Opportunity GROUP BY StageName HAVING COUNT(Id) > 1",
        "SELECT a.Name FROM Account a WHERE a.Name = 'x'",
        "SELECT FIELDS(ALL) FROM Account LIMIT 200",
        "SELECT Id FROM Account WHERE Name = 'caf\\u00e9' FOR UPDATE",
    };
    for (const char* query : queries) {
        auto parsed = parse(query);
        EXPECT_TRUE(parsed.has_value()) << query << "\n" << (parsed ? "" : parsed.error().message);
    }
}

TEST(SoqlParser, RefusesWhatTheVendorRefuses) {
    struct Case {
        const char* query;
        const char* message;
    };
    const Case cases[] = {
        {"", "unexpected token: '<EOF>'"},
        {"SELECT", "unexpected token: '<EOF>'"},
        {"SELECT FROM Account", "unexpected token: 'FROM'"},
        {"SELECT * FROM Account", "unexpected token: '*'"},
        {"SELECT Id Account", "unexpected token: 'Account'"},
        {"SELECT Id, FROM Account", "unexpected token: 'FROM'"},
        {"q=SELECT Id FROM Account", "unexpected token: 'q'"},
        {"SELECT Id FROM Account WHERE Name = 'a' AND Fax = 'b' OR Fax = 'c'", "unexpected token: 'OR'"},
        {"SELECT Id FROM Account WHERE Name = 'a' OR Fax = 'b' AND Fax = 'c'", "unexpected token: 'AND'"},
        {"SELECT Id FROM Account WHERE Name <> NULL AND NOT (AnnualRevenue > 0)", "unexpected token: 'NOT'"},
        {"SELECT Id FROM Account WHERE Name IS NULL", "unexpected token: 'IS'"},
        {"SELECT Id FROM Account WHERE Name = :name", "Bind variables only allowed in Apex code"},
        {"SELECT Id FROM Account WHERE Name = \"x\"", "unexpected token: '\"'"},
        {"SELECT Id FROM Account WHERE Name = 'x", "expecting '''"},
        {"SELECT Id FROM Account WHERE Name = '\\x'", "Illegal character sequence"},
        {"SELECT Id FROM Account WHERE Name = x", "unexpected token: 'x'"},
        {"SELECT Id FROM Account LIMIT -1", "unexpected token: '-1'"},
        {"SELECT Id FROM Account LIMIT 1.5", "unexpected token: '1.5'"},
        {"SELECT Id FROM Account ORDER BY", "unexpected token: '<EOF>'"},
        {"SELECT Id FROM Account; DELETE", "unexpected token: ';'"},
        {"SELECT Id FROM Account WHERE Id = '' OR Id != '' x", "unexpected token: 'x'"},
        {"SELECT Id FROM Opportunity WHERE CloseDate = 2026-02-30", "unexpected token: '2026-02-30'"},
        {"SELECT Id, (SELECT Id, (SELECT Id FROM Contacts) FROM Contacts) FROM Account", "more than 1 level"},
    };
    for (const Case& c : cases) {
        auto parsed = parse(c.query);
        ASSERT_FALSE(parsed.has_value()) << c.query;
        EXPECT_EQ(parsed.error().vendor_code, "MALFORMED_QUERY") << c.query;
        EXPECT_NE(parsed.error().message.find(c.message), std::string::npos) << c.query << "\n" << parsed.error().message;
    }
}

TEST(SoqlParser, AnErrorShowsRowColumnAndACaretBelowThePlace) {
    auto parsed = parse("SELECT Id FROM Account WHERE Name IS NULL");
    ASSERT_FALSE(parsed.has_value());
    EXPECT_EQ(parsed.error().message,
              "\nSELECT Id FROM Account WHERE Name IS NULL\n                                  ^\nERROR at Row:1:Column:35\nunexpected "
              "token: 'IS'");
}

TEST(SoqlParser, DeepNestingIsAnErrorAndNotACrash) {
    const std::string deep(100000, '(');
    EXPECT_FALSE(parse("SELECT Id FROM Account WHERE " + deep).has_value());
    EXPECT_FALSE(parse("SELECT Id FROM Account WHERE " + deep + "Name = 'a'").has_value());
}

TEST(SoqlLexer, UndoesEveryEscape) {
    auto tokens = tokenize(R"('a\'b\\c\nd\u00e9')");
    ASSERT_TRUE(tokens.has_value());
    EXPECT_EQ(tokens->front().text, "a'b\\\\c\nd\xC3\xA9");
}

}  // namespace lockstep::sandbox::salesforce::soql
