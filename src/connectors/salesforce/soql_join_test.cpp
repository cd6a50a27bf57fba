#include "connectors/salesforce/soql_join.h"

#include <gtest/gtest.h>

namespace lockstep::connectors::salesforce {
namespace {

std::string joined(std::string_view soql) {
    auto query = joinable_query(soql);
    return query ? joined_query(*query, {"a", "b"}) + (query->field_added ? " +" : "") : "alone";
}

}  // namespace

TEST(JoinableQuery, AsksForSeveralIdsInOne) {
    EXPECT_EQ(joined("SELECT Id FROM Opportunity WHERE Id = :id"), "SELECT Id FROM Opportunity WHERE Id IN ('a','b')");
    EXPECT_EQ(joined("select Name, id from Contact where AccountId=:a and Email != null order by CreatedDate, Id"),
              "select Name, id, AccountId from Contact where AccountId IN ('a','b') and Email != null order by CreatedDate, Id +");
    EXPECT_EQ(joined("SELECT AccountId FROM Contact WHERE (Email = null OR Email != '') AND AccountId = :a"),
              "SELECT AccountId FROM Contact WHERE (Email = null OR Email != '') AND AccountId IN ('a','b')");
}

TEST(JoinableQuery, KeepsSubqueriesWithTheirOwnLimits) {
    EXPECT_EQ(joined("SELECT Name, (SELECT Id FROM Contacts WHERE Name = 'x)' ORDER BY Id LIMIT 2) FROM Account WHERE Id = :id"),
              "SELECT Name, (SELECT Id FROM Contacts WHERE Name = 'x)' ORDER BY Id LIMIT 2), Id FROM Account WHERE Id IN ('a','b') +");
}

TEST(JoinableQuery, TakesTimesAndDateLiteralsForNoBoundName) {
    EXPECT_EQ(joined("SELECT Id FROM A WHERE CreatedDate > 2026-02-18T10:00:00Z AND D = LAST_N_DAYS:30 AND Id = :id"),
              "SELECT Id FROM A WHERE CreatedDate > 2026-02-18T10:00:00Z AND D = LAST_N_DAYS:30 AND Id IN ('a','b')");
    EXPECT_EQ(joined("SELECT Id FROM A WHERE Name = ':x' AND Id = :id"), "SELECT Id FROM A WHERE Name = ':x' AND Id IN ('a','b')");
}

TEST(JoinableQuery, LeavesAloneWhatWouldGiveSomethingElse) {
    for (std::string_view soql : {
             "SELECT Id FROM A WHERE Id = :id LIMIT 1",
             "SELECT Id FROM A WHERE Id = :id OFFSET 1",
             "SELECT Id FROM A WHERE Id = :id FOR UPDATE",
             "SELECT Id FROM A WHERE Id = :id ALL ROWS",
             "SELECT Id FROM A WHERE Id = :id WITH SECURITY_ENFORCED",
             "SELECT Id FROM A WHERE Id = :id OR Name = 'x'",
             "SELECT Id FROM A WHERE NOT Id = :id",
             "SELECT Id FROM A WHERE NOT Name = 'x' AND Id = :id",
             "SELECT Id FROM A WHERE (Id = :id)",
             "SELECT Id FROM A WHERE Id != :id",
             "SELECT Id FROM A WHERE Id >= :id",
             "SELECT Id FROM A WHERE Id IN :id",
             "SELECT Id FROM A WHERE Id = :id AND ParentId = :id",
             "SELECT Id FROM A WHERE Id = :id AND ParentId = :other",
             "SELECT Id FROM A WHERE Id = :id AND CreatedDate = LAST_N_DAYS:n",
             "SELECT Id FROM A WHERE Id = :id.x",
             "SELECT Id FROM A WHERE Account.Id = :id",
             "SELECT Id FROM A WHERE Name = :id",
             "SELECT Id FROM A WHERE Deal__c = :id",
             "SELECT COUNT() FROM A WHERE Id = :id",
             "SELECT COUNT(Id) n FROM A WHERE Id = :id",
             "SELECT Name, MAX(Amount) FROM A WHERE Id = :id GROUP BY Name",
             "SELECT toLabel(Name) FROM A WHERE Id = :id",
             "SELECT FIELDS(ALL) FROM A WHERE Id = :id",
             "SELECT TYPEOF What WHEN Account THEN Phone END FROM Event WHERE Id = :id",
             "SELECT Id FROM A a WHERE Id = :id",
             "SELECT Id FROM A USING SCOPE mine WHERE Id = :id",
             "SELECT Id FROM A, A.Contacts c WHERE Id = :id",
             "SELECT A.Id FROM A WHERE Id = :id",
             "SELECT Id, (SELECT Id FROM B WHERE AccountId = :id) FROM A WHERE Name = 'x'",
             "SELECT Id FROM A WHERE ParentId IN (SELECT Id FROM B WHERE Id = :id)",
             "SELECT Id FROM A ORDER BY Id",
         })
        EXPECT_EQ(joined(soql), "alone") << soql;
}

TEST(JoinableQuery, OfWhatCannotBeReadIsNone) {
    for (std::string_view bad :
         {"", "SELECT", "SELECT FROM A WHERE Id = :id", "SELECT Id FROM", "SELECT Id FROM A WHERE Id = :", "SELECT Id FROM A WHERE", "(((",
          ")))", "SELECT (SELECT", "'", "SELECT Id FROM A WHERE Id = :id AND x = 'y", "SELECT Id) FROM A WHERE Id = :id",
          "SELECT Id,, Name FROM A WHERE Id = :id", ":id", "= :id", "Id = :id", "SELECT Id FROM A WHERE = :id",
          "SELECT Id FROM A WHERE AND = :id"})
        EXPECT_EQ(joined(bad), "alone") << bad;
}

}  // namespace lockstep::connectors::salesforce
