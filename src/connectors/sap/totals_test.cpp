// Reads that add up, and reads by many values.
#include "connectors/sap/sap_test.h"

namespace lockstep::connectors::sap {
namespace {

using testing::json_answer;

Map stock_totals() {
    return {{"entity", "API_MATERIAL_STOCK_SRV/A_MatlStkInAcctMod"},
            {"filter", Map{{"InventoryStockType", "01"}, {"InventorySpecialStockType", ""}, {"Plant", List{"1010", "1020"}}}},
            {"group_by", List{"Material", "MaterialBaseUnit"}},
            {"sum", "MatlWrhsStkQtyInMatlBaseUnit"}};
}

std::string stock_row(std::string_view material, std::string_view amount, std::string_view unit = "PC") {
    return R"({"Material":")" + std::string(material) + R"(","MaterialBaseUnit":")" + std::string(unit) +
           R"(","MatlWrhsStkQtyInMatlBaseUnit":")" + std::string(amount) + R"("})";
}

net::Response page(const std::string& list, std::string_view rest = "") {
    return json_answer(200, R"({"d":{"results":[)" + list + "]" + std::string(rest) + "}}");
}

constexpr std::string_view next_page =
    R"(,"__next":"https://inner/sap/opu/odata/sap/API_MATERIAL_STOCK_SRV/A_MatlStkInAcctMod?$skiptoken=2")";

std::string text_of(const Result<Value>& result) { return result ? json::write(*result) : result.error().to_text(); }

}  // namespace

TEST(SapTotals, AddUpAllPagesExactly) {
    Sap sap;
    sap.call.http
        .on("GET",
            "A_MatlStkInAcctMod?$filter=", page(stock_row("A", "0.10000000000000") + "," + stock_row("B", "-2.00000000000000"), next_page))
        .on("GET", "$skiptoken=2", page(stock_row("A", "12345678901234567.20000000000001")));
    EXPECT_EQ(text_of(sap.perform("sap.query", stock_totals())),
              R"([{"Material":"A","MaterialBaseUnit":"PC","MatlWrhsStkQtyInMatlBaseUnit":12345678901234567.30000000000001},)"
              R"({"Material":"B","MaterialBaseUnit":"PC","MatlWrhsStkQtyInMatlBaseUnit":-2}])");
    EXPECT_EQ(sap.call.http.sent()[0].request.url,
              "https://sap.example/sap/opu/odata/sap/API_MATERIAL_STOCK_SRV/"
              "A_MatlStkInAcctMod?$filter=InventoryStockType%20eq%20%2701%27%20and%20"
              "InventorySpecialStockType%20eq%20%27%27%20and%20%28Plant%20eq%20%271010%27%20or%20Plant%20eq%20%271020%27%29"
              "&$select=Material,MaterialBaseUnit,MatlWrhsStkQtyInMatlBaseUnit&$inlinecount=allpages");
}

TEST(SapTotals, AUnitOfItsOwnIsAGroupOfItsOwn) {
    Sap sap;
    sap.call.http.on("GET", "A_MatlStkInAcctMod", page(stock_row("A", "1") + "," + stock_row("A", "2", "KG")));
    EXPECT_EQ(sap.perform("sap.query", stock_totals())->as_list().size(), 2u);
}

TEST(SapTotals, ARecordThatIsLostBetweenPagesIsNoticed) {
    Sap sap;
    sap.call.http.on("GET", "A_MatlStkInAcctMod", page(stock_row("A", "1"), R"(,"__count":"2")"));
    const Result<Value> lost = sap.perform("sap.query", stock_totals());
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().cls(), ErrorClass::transient);
    EXPECT_NE(lost.error().message.find("1 of 2"), std::string::npos);
    sap.call.http.on("GET", "A_MatlStkInAcctMod", page(stock_row("A", "1"), R"(,"__count":"1")"));
    EXPECT_TRUE(sap.perform("sap.query", stock_totals()));
}

TEST(SapTotals, ARecordThatCannotBeAddedIsNoZero) {
    for (const char* row : {R"({"Material":"A","MaterialBaseUnit":"PC"})", R"({"Material":"A","MatlWrhsStkQtyInMatlBaseUnit":"1"})",
                            R"({"Material":"A","MaterialBaseUnit":"PC","MatlWrhsStkQtyInMatlBaseUnit":null})"}) {
        Sap sap;
        sap.call.http.on("GET", "A_MatlStkInAcctMod", page(row));
        const Result<Value> refused = sap.perform("sap.query", stock_totals());
        ASSERT_FALSE(refused) << row;
        EXPECT_EQ(refused.error().code, ErrorCode::vendor_protocol) << row;
    }
}

TEST(SapTotals, RefuseInputsThatDoNotGoTogether) {
    Sap sap;
    auto refused = [&](std::string name, Value value) {
        Map input = stock_totals();
        input.set(std::move(name), std::move(value));
        return sap.perform("sap.query", input).error().code;
    };
    EXPECT_EQ(refused("sum", {}), ErrorCode::value_invalid);
    EXPECT_EQ(refused("group_by", {}), ErrorCode::value_invalid);
    EXPECT_EQ(refused("top", 5), ErrorCode::value_invalid);
    EXPECT_EQ(refused("sum", "to_X/Y"), ErrorCode::value_invalid);
    EXPECT_EQ(refused("any_of", Map{{"Material", List{"A"}}}), ErrorCode::value_invalid);
    EXPECT_TRUE(sap.call.http.sent().empty());
}

namespace {

Map products_input(List values) {
    return {{"entity", "API_PRODUCT_SRV/A_Product"},
            {"filter", Map{{"IsMarkedForDeletion", false}}},
            {"select", "Product"},
            {"any_of", Map{{"Product", std::move(values)}}}};
}

}  // namespace

TEST(SapAnyOf, AsksForEachValueOnceInAddressesThatServersTake) {
    List values;
    for (int i = 0; i < 400; ++i) values.push_back("MATERIAL-" + std::to_string(1000 + i % 399));
    Sap sap;
    sap.call.http.always("GET", "A_Product", [](const net::Request&) -> Result<net::Response> { return rows(R"([{"Product":"X"}])"); });
    const Result<Value> found = sap.perform("sap.query", products_input(values));
    ASSERT_TRUE(found) << found.error().to_text();
    const auto sent = sap.call.http.sent();
    EXPECT_EQ(found->as_list().size(), sent.size());
    EXPECT_EQ(sent.size(), 3u);
    std::size_t asked = 0;
    for (const auto& one : sent) {
        EXPECT_LT(one.request.url.size(), 8'000u);
        EXPECT_NE(one.request.url.find("?$filter=%28IsMarkedForDeletion%20eq%20false%29%20and%20%28Product%20eq%20"), std::string::npos);
        for (std::size_t at = 0; (at = one.request.url.find("MATERIAL-", at)) != std::string::npos; ++at) ++asked;
    }
    EXPECT_EQ(asked, 399u);
}

TEST(SapAnyOf, AsksNothingForNoValue) {
    Sap sap;
    EXPECT_EQ(text_of(sap.perform("sap.query", products_input({}))), "[]");
    EXPECT_TRUE(sap.call.http.sent().empty());
}

TEST(SapAnyOf, RefusesWhatIsNoPropertyWithAList) {
    Sap sap;
    for (const Value& bad : {Value("x"), Value(Map{}), Value(Map{{"Product", "A"}}), Value(Map{{"A", List{}}, {"B", List{}}}),
                             Value(Map{{"a b", List{"x"}}}), Value(Map{{"Product", List{List{}}}})}) {
        Map input = products_input({});
        input.set("any_of", bad);
        const Result<Value> refused = sap.perform("sap.query", input);
        ASSERT_FALSE(refused) << json::write(bad);
        EXPECT_EQ(refused.error().code, ErrorCode::value_invalid) << json::write(bad);
    }
}

}  // namespace lockstep::connectors::sap
