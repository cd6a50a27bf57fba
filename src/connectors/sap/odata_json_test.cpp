#include "connectors/sap/odata_json.h"

#include <gtest/gtest.h>

#include "value/json.h"

namespace lockstep::connectors::sap {
namespace {

std::string written(const Map& record) {
    Result<Value> body = to_odata(record);
    return body ? json::write(*body) : "error: " + body.error().message;
}

}  // namespace

TEST(SapJson, WritesValuesAsODataV2HasThem) {
    EXPECT_EQ(written({{"RequestedQuantity", *Decimal::parse("2.500")}, {"DistributionChannel", 10}, {"IsMarkedForArchiving", false}}),
              R"({"RequestedQuantity":"2.500","DistributionChannel":"10","IsMarkedForArchiving":false})");
    EXPECT_EQ(
        written({{"SalesOrderDate", *parse_date("2017-04-13")},
                 {"RequestedDeliveryDate", "2017-04-13"},
                 {"YY1_Day", *parse_date("2017-04-13")}}),
        R"({"SalesOrderDate":"/Date(1492041600000)/","RequestedDeliveryDate":"/Date(1492041600000)/","YY1_Day":"/Date(1492041600000)/"})");
    EXPECT_EQ(written({{"ValidFrom", *parse_timestamp("2017-04-13T15:51:04Z")}}), R"({"ValidFrom":"/Date(1492098664000+0000)/"})");
    EXPECT_EQ(written({{"URLFieldLength", 5}, {"SearchTerm1", Value()}}), R"({"URLFieldLength":5,"SearchTerm1":null})");
}

TEST(SapJson, ListsOfRecordsAreADeepInsert) {
    EXPECT_EQ(written({{"to_Item", List{Map{{"Material", "A"}, {"to_PricingElement", List{Map{{"ConditionRateValue", 5}}}}}}},
                       {"to_Customer", Map{{"to_CustomerSalesArea", Map{{"results", List{Map{{"Currency", "EUR"}}}}}}}}}),
              R"({"to_Item":{"results":[{"Material":"A","to_PricingElement":{"results":[{"ConditionRateValue":"5"}]}}]},)"
              R"("to_Customer":{"to_CustomerSalesArea":{"results":[{"Currency":"EUR"}]}}})");
}

TEST(SapJson, RefusesWhatCannotBeSent) {
    EXPECT_FALSE(to_odata({{"RequestedQuantity", "two"}}));
    EXPECT_FALSE(to_odata({{"SalesOrderDate", "soon"}}));
    EXPECT_FALSE(to_odata({{"to_Item", List{"x"}}}));
    EXPECT_FALSE(to_odata({{"no name", "x"}}));
    EXPECT_EQ(written({{"__etag", "W/1"}, {"A", "x"}}), R"({"A":"x"})");
}

TEST(SapJson, ReadsARecordForFlows) {
    Result<Value> record = read_record(R"({"d":{"__metadata":{"id":"x","uri":"x","type":"y","etag":"W/\"datetimeoffset'2026'\""},
        "SalesOrder":"17","TotalNetAmount":"1234.50","SalesOrderDate":"/Date(1492041600000)/",
        "LastChangeDateTime":"/Date(1492098664000+0100)/","to_Partner":{"__deferred":{"uri":"…"}},"to_Text":null,
        "to_Item":{"results":[{"__metadata":{"uri":"x"},"SalesOrderItem":"10","NetAmount":"0.10","RequestedQuantity":"3"}]}}})");
    ASSERT_TRUE(record) << record.error().message;
    EXPECT_EQ(*record,
              Value(Map{{"__etag", "W/\"datetimeoffset'2026'\""},
                        {"SalesOrder", "17"},
                        {"TotalNetAmount", *Decimal::parse("1234.50")},
                        {"SalesOrderDate", *parse_date("2017-04-13")},
                        {"LastChangeDateTime", *parse_timestamp("2017-04-13T15:51:04Z")},
                        {"to_Text", Value()},
                        {"to_Item",
                         List{Map{{"SalesOrderItem", "10"}, {"NetAmount", *Decimal::parse("0.10")}, {"RequestedQuantity", Decimal(3)}}}}}));
    EXPECT_EQ((*record)["TotalNetAmount"].as_decimal().to_string(), "1234.50");
}

TEST(SapJson, ReadsPages) {
    Result<Page> page = read_page(R"({"d":{"__count":"3","results":[{"A":"1"},{"A":"2"}],"__next":"https://h/x?$skiptoken=2"}})");
    ASSERT_TRUE(page);
    EXPECT_EQ(page->rows.size(), 2u);
    EXPECT_EQ(page->next, "https://h/x?$skiptoken=2");
    EXPECT_EQ(read_page(R"({"d":[{"A":"1"}]})")->rows.size(), 1u);
}

TEST(SapJson, RefusesAnswersThatMakeNoSense) {
    for (std::string_view bad : {"", "<html/>", "{}", R"({"d":5})", R"({"d":{"A":"1"})"}) EXPECT_FALSE(read_page(bad)) << bad;
    EXPECT_FALSE(read_record(R"({"d":[]})"));
    EXPECT_FALSE(read_page(R"({"d":{"A":"1"}})"));
    // A part of an expanded list must not pass for the whole.
    EXPECT_FALSE(read_record(R"({"d":{"to_Item":{"results":[],"__next":"https://h/x"}}})"));
}

TEST(SapJson, DatesThatAreNoneStayTexts) {
    for (std::string_view text : {"/Date(x)/", "/Date(1", "/Date()/", "/Date(1+01)/", "/Date(99999999999999999)/"}) {
        Result<Value> record = read_record(json::write(Map{{"d", Map{{"A", text}}}}));
        ASSERT_TRUE(record);
        EXPECT_EQ((*record)["A"], Value(text));
    }
    EXPECT_EQ((*read_record(R"({"d":{"A":"/Date(-86400000)/"}})"))["A"], Value(*parse_date("1969-12-31")));
}

TEST(SapJson, TheOwnAddressOfARecordIsTakenOnlyIfItIsOne) {
    auto segment = [](std::string_view uri) {
        return own_segment(json::write(Map{{"d", Map{{"__metadata", Map{{"uri", uri}}}}}}), "A_SalesOrder");
    };
    EXPECT_EQ(segment("https://inner:443/sap/opu/odata/sap/API_SALES_ORDER_SRV/A_SalesOrder('17')"), "A_SalesOrder('17')");
    EXPECT_EQ(segment("https://h/API_X/A_SalesOrderItem('17')"), "");
    EXPECT_EQ(segment("https://h/A_SalesOrder('17')/to_Item"), "");
    EXPECT_EQ(segment("https://h/A_SalesOrder('1?x')"), "");
    EXPECT_EQ(own_segment("<html/>", "A_SalesOrder"), "");
}

TEST(SapJson, KeepsWarningsOfTheHeader) {
    List messages = read_sap_messages(
        R"({"code":"V4/219","message":"Order is incomplete","severity":"warning","target":"","details":[{"code":"A","message":"saved","severity":"info"},{"code":"V1/1","message":"no price","severity":"error","target":"to_Item"}]})");
    ASSERT_EQ(messages.size(), 2u);
    EXPECT_EQ(messages[0]["message"], Value("Order is incomplete"));
    EXPECT_EQ(messages[1]["target"], Value("to_Item"));
    EXPECT_TRUE(read_sap_messages("<x/>").empty());
}

}  // namespace lockstep::connectors::sap
