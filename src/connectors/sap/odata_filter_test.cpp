#include "connectors/sap/odata_filter.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "value/encoding.h"

namespace lockstep::connectors::sap {
namespace {

std::string filter(const Value& value) {
    Result<std::string> text = filter_text(value);
    return text ? *text : "error: " + text.error().message;
}

std::string refused(const Value& value) {
    Result<std::string> text = filter_text(value);
    return text ? "accepted: " + *text : std::string(to_string(text.error().code));
}

Decimal decimal(std::string_view text) { return *Decimal::parse(text); }

}  // namespace

TEST(SapFilter, DoublesQuotesInTexts) {
    EXPECT_EQ(filter(Map{{"OrganizationBPName1", "O'Brien & Söhne"}}), "OrganizationBPName1 eq 'O''Brien & Söhne'");
    EXPECT_EQ(filter(Map{{"SalesOrder", "' or 1 eq 1 or SalesOrder eq '"}}), "SalesOrder eq ''' or 1 eq 1 or SalesOrder eq '''");
}

TEST(SapFilter, WritesLiteralsByTheTypeOfTheProperty) {
    EXPECT_EQ(filter(Map{{"TotalNetAmount", decimal("10.50")}}), "TotalNetAmount eq 10.50M");
    EXPECT_EQ(filter(Map{{"TotalNetAmount", "10.50"}}), "TotalNetAmount eq 10.50M");
    EXPECT_EQ(filter(Map{{"IsMarkedForArchiving", true}}), "IsMarkedForArchiving eq true");
    EXPECT_EQ(filter(Map{{"DistributionChannel", 10}}), "DistributionChannel eq '10'");
    EXPECT_EQ(filter(Map{{"CreationDate", "2026-02-18"}}), "CreationDate eq datetime'2026-02-18T00:00:00'");
    EXPECT_EQ(filter(Map{{"LastChangeDateTime", *parse_timestamp("2026-02-18T11:00:00.25+01:00")}}),
              "LastChangeDateTime eq datetimeoffset'2026-02-18T10:00:00.250Z'");
    EXPECT_EQ(filter(Map{{"BusinessPartnerUUID", "005056a5-09b1-1ee1-b9a8-fec11c21578e"}}),
              "BusinessPartnerUUID eq guid'005056a5-09b1-1ee1-b9a8-fec11c21578e'");
    EXPECT_EQ(filter(Map{{"CreationTime", Duration{.seconds = 39600}}}), "CreationTime eq time'PT11H00M00S'");
    EXPECT_EQ(filter(Map{{"Supplier", Value()}}), "Supplier eq null");
}

TEST(SapFilter, JoinsConditions) {
    EXPECT_EQ(filter(Map{{"Plant", "1010"}, {"InventorySpecialStockType", ""}}), "Plant eq '1010' and InventorySpecialStockType eq ''");
    EXPECT_EQ(filter(Map{{"Plant", List{"1010", "1020"}}}), "(Plant eq '1010' or Plant eq '1020')");
    EXPECT_EQ(filter(Map{{"SalesOrder", Map{{"ge", "1"}, {"lt", "9"}}}}), "SalesOrder ge '1' and SalesOrder lt '9'");
    EXPECT_EQ(filter(Map{{"SearchTerm1", Map{{"contains", "ACME"}}}}), "substringof('ACME',SearchTerm1) eq true");
    EXPECT_EQ(filter(Map{{"SearchTerm1", Map{{"startswith", "AC"}}}}), "startswith(SearchTerm1,'AC') eq true");
    EXPECT_EQ(filter(List{Map{{"property", "Plant"}, {"op", "ne"}, {"value", "1"}}, Map{{"to_Customer/CustomerGroup", "02"}}}),
              "Plant ne '1' and to_Customer/CustomerGroup eq '02'");
    EXPECT_EQ(filter(Map{{"any", List{Map{{"A", "1"}}, Map{{"B", "2"}, {"C", "3"}}}}, {"D", "4"}}),
              "((A eq '1') or (B eq '2' and C eq '3')) and D eq '4'");
    EXPECT_EQ(filter(Value()), "");
}

TEST(SapFilter, RefusesWhatIsNoCondition) {
    EXPECT_EQ(refused(Map{{"A eq 1 or B", "1"}}), "value_invalid");
    EXPECT_EQ(refused(Map{{"A", Map{{"like", "1"}}}}), "value_invalid");
    EXPECT_EQ(refused(Map{{"A", List{}}}), "value_invalid");
    EXPECT_EQ(refused(Map{{"any", List{}}}), "value_invalid");
    EXPECT_EQ(refused("Plant eq '1010'"), "value_invalid");
    EXPECT_EQ(refused(Map{{"TotalNetAmount", "ten"}}), "value_invalid");
    EXPECT_EQ(refused(Map{{"CreationDate", "yesterday"}}), "value_invalid");
    EXPECT_EQ(refused(Map{{"BusinessPartnerUUID", "' or '"}}), "value_invalid");
    EXPECT_EQ(refused(Map{{"IsMarkedForArchiving", "1"}}), "value_invalid");
    Value deep = Map{{"A", "1"}};
    for (int i = 0; i < 200; ++i) deep = List{deep};
    EXPECT_EQ(refused(deep), "value_invalid");
}

TEST(SapFilter, KeysArePercentEncodedInsideTheirQuotes) {
    EXPECT_EQ(*key_predicate("4711"), "(%274711%27)");
    EXPECT_EQ(*key_predicate("a'b/c?d"), "(%27a%27%27b%2Fc%3Fd%27)");
    EXPECT_EQ(*key_predicate(Map{{"SalesOrder", "1"}, {"SalesOrderItem", 10}}), "(SalesOrder=%271%27,SalesOrderItem=%2710%27)");
    EXPECT_FALSE(key_predicate(""));
    EXPECT_FALSE(key_predicate(Map{}));
    EXPECT_FALSE(key_predicate(Map{{"A)", "1"}}));
    EXPECT_FALSE(key_predicate(Map{{"A", Value()}}));
}

TEST(SapFilter, OptionsStandBehindTheQuestionMark) {
    EXPECT_EQ(query_text({}), "");
    EXPECT_EQ(
        query_text({.filter = "A eq '1+1 & #'", .select = {"A", "B"}, .expand = {"to_Item/to_X"}, .orderby = {"A desc", "B"}, .top = 5}),
        "?$filter=A%20eq%20%271%2B1%20%26%20%23%27&$select=A,B&$expand=to_Item/to_X&$orderby=A%20desc,B&$top=5");
}

TEST(SapNames, EntitiesAndPropertiesAreChecked) {
    Result<Entity> entity = parse_entity("API_SALES_ORDER_SRV/A_SalesOrder");
    ASSERT_TRUE(entity);
    EXPECT_EQ(entity->path(), "/API_SALES_ORDER_SRV/A_SalesOrder");
    EXPECT_TRUE(parse_entity("API_X;v=0002/A"));
    for (std::string_view bad : {"", "A_SalesOrder", "../x/A", "A/B/C", "A/B?x", "A;v=1;x/B", "A/B('1')", "A /B", "1/B"})
        EXPECT_FALSE(parse_entity(bad)) << bad;
    EXPECT_EQ(*property_paths("expand", "to_Item, to_Partner/to_X"), (std::vector<std::string>{"to_Item", "to_Partner/to_X"}));
    EXPECT_FALSE(property_paths("select", List{"A&$top=1"}));
    EXPECT_FALSE(property_paths("select", 5));
    EXPECT_FALSE(order_terms("A descending"));
}

TEST(SapFilter, TextThatIsNotUtf8IsRefused) {
    for (const char* bad : {"O'B\xb6rien", "\xc3", "\xed\xa0\x80"}) {
        EXPECT_EQ(filter_text(Map{{"OrganizationBPName1", bad}}).error().code, ErrorCode::value_invalid);
        EXPECT_EQ(key_predicate(bad).error().code, ErrorCode::value_invalid);
    }
}

/// However a text is made, it stays inside its quotes: the literal ends where the last quote is.
TEST(SapFilter, NoTextLeavesItsQuotes) {
    rc::check([](const std::string& bytes) {
        const std::string text = encoding::replace_invalid_utf8(bytes);
        std::string written = *literal("OrganizationBPName1", Value(text));
        RC_ASSERT(written.front() == '\'' && written.back() == '\'');
        std::string inside = written.substr(1, written.size() - 2), back;
        for (std::size_t i = 0; i < inside.size(); ++i) {
            back += inside[i];
            if (inside[i] != '\'') continue;
            ++i;
            RC_ASSERT(i < inside.size() && inside[i] == '\'');
        }
        RC_ASSERT(back == text);
    });
}

}  // namespace lockstep::connectors::sap
