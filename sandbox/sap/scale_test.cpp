#include "sandbox/sap/sap_test_client.h"

namespace lockstep::sandbox::sap {

namespace {

constexpr int materials = 100'000;

/// 100 000 materials with a row of stock each; counts how many entities a read goes through.
class SapAtScale : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        client = new TestClient();
        List products, stock;
        for (int i = 0; i < materials; ++i) {
            const std::string code = code_of(i);
            products.push_back(
                Map{{"Product", Value(code)},
                    {"to_SalesDelivery", List{Map{{"ProductSalesOrg", Value("1010")}, {"ProductDistributionChnl", Value("10")}}}}});
            stock.push_back(Map{{"Material", Value(code)},
                                {"Plant", Value(i % 2 == 0 ? "1010" : "1020")},
                                {"StorageLocation", Value("101A")},
                                {"MatlWrhsStkQtyInMatlBaseUnit", Value(std::to_string(i % 400))}});
        }
        ASSERT_TRUE(client->vendor->load("A_Product", products));
        ASSERT_TRUE(client->vendor->load("A_MatlStkInAcctMod", stock));
    }
    static void TearDownTestSuite() {
        delete client;
        client = nullptr;
    }
    static std::string code_of(int i) {
        std::string digits = std::to_string(i);
        return "M" + std::string(6 - digits.size(), '0') + digits;
    }
    static std::int64_t visited() { return (*client->vendor->records("statistics"))[0]["entities_visited"].as_int(); }
    /// Reads a target and says how many entities were looked at for it.
    std::int64_t cost(const std::string& target) {
        const std::int64_t before = visited();
        answer = client->get(target);
        EXPECT_EQ(client->last.status, 200) << client->last.body;
        return visited() - before;
    }
    /// Follows `__next` to the end.
    std::int64_t cost_of_all(std::string target) {
        const std::int64_t before = visited();
        rows = pages = 0;
        for (; !target.empty(); ++pages) {
            const std::string body = client->send("GET", target).body;
            EXPECT_EQ(client->last.status, 200) << body;
            for (std::size_t at = 0; (at = body.find("{\"__metadata\"", at)) != std::string::npos; ++at) ++rows;
            const std::size_t next = body.find("\"__next\":\"");
            target = next == std::string::npos ? "" : body.substr(body.find("API_", next));
            target = target.substr(0, target.find('"'));
        }
        return visited() - before;
    }
    static TestClient* client;
    Value answer;
    std::size_t rows = 0, pages = 0;
};
TestClient* SapAtScale::client = nullptr;

constexpr std::string_view products = "API_PRODUCT_SRV/A_Product";
constexpr std::string_view stocks = "API_MATERIAL_STOCK_SRV/A_MatlStkInAcctMod";

std::string with_filter(std::string_view set, std::string_view filter, std::string_view more = {}) {
    return std::string(set) + "?$filter=" + encoding::percent_encode(filter) + std::string(more);
}

}  // namespace

TEST_F(SapAtScale, WhatIsLookedUpIsFoundByItsIndex) {
    EXPECT_LE(cost(std::string(products) + "('M054321')"), 1);
    EXPECT_LE(cost(with_filter(products, "Product eq 'M054321'")), 1);
    EXPECT_EQ(answer.at_path("d.results").as_list().size(), 1u);
    EXPECT_LE(cost(with_filter(stocks, "Material eq 'M000007' or Material eq 'M099999'")), 2);
    EXPECT_EQ(answer.at_path("d.results").as_list().size(), 2u);
    EXPECT_LE(cost("API_MATERIAL_STOCK_SRV/A_MaterialStock('M000007')?$expand=to_MatlStkInAcctMod"), 1);
    EXPECT_LE(cost(std::string(products) + "?$top=1"), 2) << "a cheap read for a token";
    EXPECT_LE(cost(std::string(products) + "/$count"), 0);
    EXPECT_EQ(client->last.body, "100000");
}

TEST_F(SapAtScale, ReadingAllPagesLooksAtEveryEntityTwiceAtMost) {
    EXPECT_LE(cost_of_all(std::string(products) + "?$select=Product"), 2 * materials);
    EXPECT_EQ(rows, static_cast<std::size_t>(materials));
    EXPECT_EQ(pages, 100u);
    EXPECT_LE(cost_of_all(with_filter(stocks, "InventoryStockType eq '01' and InventorySpecialStockType eq '' and Plant eq '1010'",
                                      "&$inlinecount=allpages&$select=Material,MatlWrhsStkQtyInMatlBaseUnit")),
              2 * materials);
    EXPECT_EQ(rows, static_cast<std::size_t>(materials) / 2);
    EXPECT_LE(cost_of_all(std::string(products) + "?$orderby=Product%20desc&$select=Product"), 2 * materials);
    EXPECT_EQ(rows, static_cast<std::size_t>(materials));
}

TEST_F(SapAtScale, SkippingIsNoDearerThanPaging) {
    const std::int64_t before = visited();
    std::size_t found = 0;
    for (int skip = 0; skip < materials; skip += 1000) {
        cost_of_all(with_filter(stocks, "Plant eq '1020'", "&$select=Material&$top=1000&$skip=" + std::to_string(skip)));
        found += rows;
    }
    EXPECT_EQ(found, static_cast<std::size_t>(materials) / 2);
    EXPECT_LE(visited() - before, 2 * materials);
}

TEST_F(SapAtScale, AChangeBetweenPagesIsSeen) {
    cost(with_filter(products, "ProductGroup eq 'L9'", "&$inlinecount=allpages"));
    EXPECT_EQ(answer.at_path("d.__count").string_or(""), "0");
    client->load("A_Product", R"([{"Product":"M050000","ProductGroup":"L9"}])");
    cost(with_filter(products, "ProductGroup eq 'L9'", "&$inlinecount=allpages"));
    EXPECT_EQ(answer.at_path("d.__count").string_or(""), "1");
}

TEST_F(SapAtScale, AnOrderIsFoundAmongAllOfItsCustomer) {
    List orders;
    for (int i = 0; i < 5000; ++i)
        orders.push_back(Map{{"SoldToParty", Value("1000000")}, {"PurchaseOrderByCustomer", Value("DEAL-" + std::to_string(i))}});
    ASSERT_TRUE(client->vendor->load("A_SalesOrder", orders));
    for (const char* filter :
         {"PurchaseOrderByCustomer eq 'DEAL-4711' and SoldToParty eq '1000000'",
          "SoldToParty eq '1000000' and PurchaseOrderByCustomer eq 'DEAL-4711'",
          "SoldToParty eq '1000000' and (PurchaseOrderByCustomer eq 'DEAL-4711' or PurchaseOrderByCustomer eq 'NONE')"}) {
        EXPECT_LE(cost(with_filter("API_SALES_ORDER_SRV/A_SalesOrder", filter)), 2) << filter;
        EXPECT_EQ(answer.at_path("d.results").as_list().size(), 1u) << filter;
    }
    client->begin_session();
    net::Request change = client->request("PATCH", "API_SALES_ORDER_SRV/A_SalesOrder('4712')", R"({"AssignmentReference":"X"})");
    change.headers.set("If-Match", "*");
    const std::int64_t before = visited();
    EXPECT_EQ(client->vendor->handle(change).status, 204);
    EXPECT_LE(visited() - before, 4);
}

TEST_F(SapAtScale, AMovementOfOneMaterialLooksAtNoOther) {
    const std::int64_t before = visited();
    client->load("goods_movements",
                 R"([{"GoodsMovementType":"101","Material":"M000007","Plant":"1020","StorageLocation":"101A","QuantityInBaseUnit":"1"}])");
    EXPECT_LE(visited() - before, 2);
}

}  // namespace lockstep::sandbox::sap
