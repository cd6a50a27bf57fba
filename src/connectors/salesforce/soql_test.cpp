#include "connectors/salesforce/soql.h"

#include <gtest/gtest.h>

namespace lockstep::connectors::salesforce {
namespace {

std::string bound(std::string_view soql, Map bind) {
    auto result = bind_soql(soql, bind);
    return result ? *result : result.error().to_text();
}

std::string refusal(std::string_view soql, Map bind) {
    auto result = bind_soql(soql, bind);
    return result ? "accepted: " + *result : result.error().message;
}

Decimal decimal(std::string_view text) { return Decimal::parse(text).value(); }

}  // namespace

TEST(BindSoql, WritesEachKindAsItsLiteral) {
    EXPECT_EQ(bound("a = :v", {{"v", "x"}}), "a = 'x'");
    EXPECT_EQ(bound("a = :v", {{"v", 42}}), "a = 42");
    EXPECT_EQ(bound("a = :v", {{"v", decimal("-1.50")}}), "a = -1.50");
    EXPECT_EQ(bound("a = :v", {{"v", true}}), "a = true");
    EXPECT_EQ(bound("a = :v", {{"v", nullptr}}), "a = null");
    EXPECT_EQ(bound("a = :v", {{"v", Date{2026, 2, 18}}}), "a = 2026-02-18");
    EXPECT_EQ(bound("a >= :v", {{"v", Timestamp{1'771'408'800, 0}}}), "a >= 2026-02-18T10:00:00Z");
    EXPECT_EQ(bound("a >= :v", {{"v", Timestamp{1'771'408'800, 123'456'789}}}), "a >= 2026-02-18T10:00:00.123Z");
    EXPECT_EQ(bound("a IN :v", {{"v", List{"x", "y's", 3}}}), "a IN ('x', 'y\\'s', 3)");
}

TEST(BindSoql, EscapesEverythingThatCouldEndAString) {
    EXPECT_EQ(bound("Id = :id", {{"id", "' OR Id != '"}}), R"(Id = '\' OR Id != \'')");
    EXPECT_EQ(bound("Id = :id", {{"id", "\\' OR Name != '"}}), R"(Id = '\\\' OR Name != \'')");
    EXPECT_EQ(bound("Id = :id", {{"id", "\\"}}), R"(Id = '\\')");
    EXPECT_EQ(bound("Id = :id", {{"id", "a\nb\rc\td\be\ff\"g"}}), R"(Id = 'a\nb\rc\td\be\ff\"g')");
    EXPECT_EQ(bound("Id = :id", {{"id", std::string("a\0b\x01", 4)}}), R"(Id = 'a\u0000b\u0001')");
    EXPECT_EQ(bound("Name = :n", {{"n", "Müller & Söhne 💡"}}), "Name = 'Müller & Söhne 💡'");
}

TEST(BindSoql, DoesNotBindWithinAValueThatWasBound) {
    EXPECT_EQ(bound("a = :v AND b = :w", {{"v", ":w"}, {"w", "x"}}), "a = ':w' AND b = 'x'");
}

TEST(BindSoql, LeavesStringsOfTheQueryAlone) {
    EXPECT_EQ(bound("a = ':v' AND b = :v", {{"v", "x"}}), "a = ':v' AND b = 'x'");
    EXPECT_EQ(bound(R"(a = 'it\'s :v' AND b = :v)", {{"v", "x"}}), R"(a = 'it\'s :v' AND b = 'x')");
}

TEST(BindSoql, LeavesTimesAndDateLiteralsAlone) {
    EXPECT_EQ(bound("a > 2026-02-18T10:00:00Z AND b = LAST_N_DAYS:30", {}), "a > 2026-02-18T10:00:00Z AND b = LAST_N_DAYS:30");
    EXPECT_EQ(bound("b = LAST_N_DAYS:days", {{"days", 30}}), "b = LAST_N_DAYS:30");
}

TEST(BindSoql, TakesANameWithOrWithoutSpaceAround) {
    EXPECT_EQ(bound("a IN: v", {{"v", List{1, 2}}}), "a IN (1, 2)");
    EXPECT_EQ(bound("a IN :v ORDER BY x", {{"v", List{1}}}), "a IN (1) ORDER BY x");
    EXPECT_EQ(bound("a=:v", {{"v", 1}}), "a=1");
}

TEST(BindSoql, UsesOneValueTwice) { EXPECT_EQ(bound("a = :v OR b = :v", {{"v", 1}}), "a = 1 OR b = 1"); }

TEST(BindSoql, RefusesANameThatIsNotBound) {
    EXPECT_EQ(refusal("a = :oppId", {{"oppID", "x"}}), "the query names a value that `bind` does not have: :oppId (did you mean `oppID`?)");
    EXPECT_NE(refusal("a = :v", {}).find(":v"), std::string::npos);
}

TEST(BindSoql, RefusesAValueThatIsNotUsed) {
    EXPECT_EQ(refusal("a = :v", {{"v", 1}, {"w", 2}}), "`bind` has a value that the query does not use: w");
}

TEST(BindSoql, RefusesWhatCannotBeALiteral) {
    EXPECT_NE(refusal("a IN :v", {{"v", List{}}}).find("empty list"), std::string::npos);
    EXPECT_NE(refusal("a = :v", {{"v", Map{{"x", 1}}}}).find("map"), std::string::npos);
    EXPECT_NE(refusal("a IN :v", {{"v", List{List{1}}}}).find("list within a list"), std::string::npos);
    EXPECT_NE(refusal("a = :v", {{"v", "\xff\xfe"}}).find("UTF-8"), std::string::npos);
    EXPECT_NE(refusal("a = :v.Id", {{"v", Map{}}}).find("has no parts"), std::string::npos);
}

TEST(BindSoql, RefusesAStringWithoutEnd) {
    EXPECT_NE(refusal("a = 'x AND b = :v", {{"v", 1}}).find("closing quote"), std::string::npos);
    EXPECT_NE(refusal("a = 'x\\", {}).find("closing quote"), std::string::npos);
}

TEST(Subqueries, AreThoseOfTheFieldList) {
    auto found = subqueries_of(
        "SELECT Id, (SELECT Quantity FROM OpportunityLineItems WHERE x = 'a) FROM B' ORDER BY Id), Name, "
        "(select Id from Contacts) FROM Opportunity WHERE AccountId IN (SELECT Id FROM Account)");
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].name, "OpportunityLineItems");
    EXPECT_EQ(found[1].name, "Contacts");
}

TEST(Subqueries, MayNestAndStandBesideFunctions) {
    auto found =
        subqueries_of("SELECT COUNT(Id), (SELECT Id, (SELECT Id FROM Assets), toLabel(Type) FROM Contacts WHERE (a = 1)) FROM Account");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].name, "Contacts");
    ASSERT_EQ(found[0].children.size(), 1u);
    EXPECT_EQ(found[0].children[0].name, "Assets");
}

TEST(Subqueries, OfAQueryThatCannotBeReadAreNone) {
    for (std::string_view bad : {"", "SELECT", "(((", ")))", "SELECT (SELECT", "SELECT a, (SELECT b FROM", "DELETE FROM x", "'"})
        EXPECT_NO_FATAL_FAILURE(subqueries_of(bad)) << bad;
}

TEST(ObjectOf, IsTheOutermostFrom) {
    EXPECT_EQ(object_of("SELECT Id, (SELECT Id FROM Contacts) FROM Account LIMIT 1"), "Account");
    EXPECT_EQ(object_of("nonsense"), "");
}

}  // namespace lockstep::connectors::salesforce
