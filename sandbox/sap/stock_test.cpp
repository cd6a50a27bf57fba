#include "sandbox/sap/sap_test_client.h"

namespace lockstep::sandbox::sap {

namespace {

class SapStock : public ::testing::Test, public TestClient {
protected:
    void SetUp() override {
        load("A_Product", R"([{"Product":"PMP-1","BaseUnit":"PC"},{"Product":"OIL-1","BaseUnit":"KG"},{"Product":"NEW-1"}])");
        load("A_MatlStkInAcctMod", R"([
            {"Material":"PMP-1","Plant":"1010","StorageLocation":"101A","MatlWrhsStkQtyInMatlBaseUnit":"10"},
            {"Material":"PMP-1","Plant":"1010","StorageLocation":"101A","InventoryStockType":"07","MatlWrhsStkQtyInMatlBaseUnit":"2"},
            {"Material":"PMP-1","Plant":"1010","StorageLocation":"101A","InventorySpecialStockType":"E","SDDocument":"77",
             "SDDocumentItem":"10","MatlWrhsStkQtyInMatlBaseUnit":"5"},
            {"Material":"OIL-1","Plant":"1020","StorageLocation":"102A","MatlWrhsStkQtyInMatlBaseUnit":"0.00000000000001"}])");
    }
    std::string post(std::string_view movement) {
        auto posted = vendor->load("goods_movements", List{object(movement)});
        return posted ? "" : posted.error().message;
    }
    /// Own stock of a material by place and type, as a client reads it.
    std::string stock(std::string_view material) {
        const Value page = get("API_MATERIAL_STOCK_SRV/A_MatlStkInAcctMod?$filter=" +
                               encoding::percent_encode("Material eq '" + std::string(material) + "' and InventorySpecialStockType eq ''"));
        std::string text;
        for (const Value& row : page.at_path("d.results").as_list()) {
            const std::string quantity = row["MatlWrhsStkQtyInMatlBaseUnit"].string_or("");
            EXPECT_EQ(quantity.size() - quantity.find('.'), 15u) << quantity;
            text += row["StorageLocation"].string_or("") + "/" + row["InventoryStockType"].string_or("") + "=" +
                    quantity.substr(0, quantity.find('.')) + " ";
        }
        return text;
    }
};

}  // namespace

TEST_F(SapStock, MovesWithGoodsMovements) {
    EXPECT_EQ(post(R"({"GoodsMovementType":"601","Material":"PMP-1","Plant":"1010","StorageLocation":"101A","QuantityInBaseUnit":"3"})"),
              "");
    EXPECT_EQ(stock("PMP-1"), "101A/01=7 101A/07=2 ");
    EXPECT_EQ(post(R"({"GoodsMovementType":"343","Material":"PMP-1","Plant":"1010","StorageLocation":"101A","QuantityInBaseUnit":"2"})"),
              "");
    EXPECT_EQ(stock("PMP-1"), "101A/01=9 101A/07=0 ");
    EXPECT_EQ(post(R"({"GoodsMovementType":"311","Material":"PMP-1","Plant":"1010","StorageLocation":"101A",
                       "IssuingOrReceivingStorageLoc":"101B","QuantityInBaseUnit":4})"),
              "");
    EXPECT_EQ(stock("PMP-1"), "101A/01=5 101A/07=0 101B/01=4 ");
    EXPECT_EQ(post(R"({"GoodsMovementType":"561","Material":"NEW-1","Plant":"1010","StorageLocation":"101A","QuantityInBaseUnit":"1"})"),
              "");
    EXPECT_EQ(stock("NEW-1"), "101A/01=1 ");
}

TEST_F(SapStock, IsExactToFourteenDecimals) {
    EXPECT_EQ(post(R"({"GoodsMovementType":"101","Material":"OIL-1","Plant":"1020","StorageLocation":"102A",
                       "QuantityInBaseUnit":"12345678901234567.00000000000002"})"),
              "");
    const Value page = get("API_MATERIAL_STOCK_SRV/A_MaterialStock('OIL-1')/to_MatlStkInAcctMod");
    EXPECT_EQ(page.at_path("d.results.0.MatlWrhsStkQtyInMatlBaseUnit").string_or(""), "12345678901234567.00000000000003");
    EXPECT_EQ(page.at_path("d.results.0.MaterialBaseUnit").string_or(""), "KG");
}

TEST_F(SapStock, RefusesMovementsThatCannotBe) {
    const std::string place = R"("Material":"PMP-1","Plant":"1010","StorageLocation":"101A")";
    EXPECT_NE(post("{\"GoodsMovementType\":\"601\"," + place + ",\"QuantityInBaseUnit\":\"10.5\"}").find("Deficit of stock type 01 0.5 PC"),
              std::string::npos);
    EXPECT_NE(post("{\"GoodsMovementType\":\"999\"," + place + ",\"QuantityInBaseUnit\":\"1\"}"), "");
    EXPECT_NE(post("{\"GoodsMovementType\":\"601\"," + place + ",\"QuantityInBaseUnit\":\"-1\"}"), "");
    EXPECT_NE(post("{\"GoodsMovementType\":\"601\"," + place + "}"), "");
    EXPECT_NE(post(R"({"GoodsMovementType":"561","Material":"NONE","Plant":"1010","QuantityInBaseUnit":"1"})"), "");
    EXPECT_NE(post(R"({"GoodsMovementType":"561","Material":"PMP-1","QuantityInBaseUnit":"1"})"), "");
    EXPECT_EQ(stock("PMP-1"), "101A/01=10 101A/07=2 ");
}

TEST_F(SapStock, OfOthersIsToldApart) {
    const Value all = get("API_MATERIAL_STOCK_SRV/A_MaterialStock('PMP-1')?$expand=to_MatlStkInAcctMod");
    EXPECT_EQ(all.at_path("d.to_MatlStkInAcctMod.results").as_list().size(), 3u);
    EXPECT_EQ(stock("PMP-1"), "101A/01=10 101A/07=2 ");
    EXPECT_EQ(stock("NEW-1"), "") << "what never moved has no row";
    const Value one = get(
        "API_MATERIAL_STOCK_SRV/A_MatlStkInAcctMod(Material='PMP-1',Plant='1010',StorageLocation='101A',Batch='',Supplier='',Customer='',"
        "WBSElementInternalID='',SDDocument='77',SDDocumentItem='10',InventorySpecialStockType='E',InventoryStockType='01')");
    EXPECT_EQ(one.at_path("d.MatlWrhsStkQtyInMatlBaseUnit").string_or(""), "5.00000000000000") << last.body;
}

class SapLocks : public ::testing::Test, public TestClient {
protected:
    void SetUp() override {
        load("A_Product", R"([{"Product":"PUMP-1"}])");
        begin_session();
        send("POST", "API_BUSINESS_PARTNER/A_BusinessPartner", std::string(partner_body));
        send("POST", "API_SALES_ORDER_SRV/A_SalesOrder", std::string(order_body));
        ASSERT_EQ(last.status, 201) << last.body;
    }
    int change_order() { return with_star("PATCH", "API_SALES_ORDER_SRV/A_SalesOrder('1')", R"({"PurchaseOrderByCustomer":"X"})"); }
    int change_partner() { return with_star("PATCH", "API_BUSINESS_PARTNER/A_BusinessPartner('1000000')", R"({"SearchTerm1":"X"})"); }
    int with_star(std::string method, std::string target, std::string body) {
        net::Request made = request(std::move(method), std::move(target), std::move(body));
        made.headers.set("If-Match", "*");
        last = vendor->handle(made);
        return last.status;
    }
};

TEST_F(SapLocks, HoldAnOrderAndWhatIsInIt) {
    load("locks", R"([{"object":"A_SalesOrder","key":"0000000001","user":"CLERK","seconds":60}])");
    EXPECT_EQ(change_order(), 400);
    EXPECT_EQ(error_code(), "V1/042");
    EXPECT_EQ(error_text(), "Sales document 1 is currently being processed (by user CLERK)");
    EXPECT_EQ(with_star("PATCH", "API_SALES_ORDER_SRV/A_SalesOrderItem(SalesOrder='1',SalesOrderItem='10')", R"({"MaterialGroup":"X"})"),
              400);
    EXPECT_EQ(with_star("DELETE", "API_SALES_ORDER_SRV/A_SalesOrder('1')", ""), 400);
    EXPECT_EQ(send("POST", "API_SALES_ORDER_SRV/A_SalesOrder('1')/to_Item", R"({"Material":"PUMP-1","RequestedQuantity":"1"})").status,
              400);
    EXPECT_EQ(send("GET", "API_SALES_ORDER_SRV/A_SalesOrder('1')").status, 200) << "who reads does not wait";
    EXPECT_EQ(change_partner(), 204) << "another record is free";
    now = now.plus_ms(60'000);
    EXPECT_EQ(change_order(), 204) << "the lock has ended";
}

TEST_F(SapLocks, HoldAPartnerUntilReleased) {
    load("locks", R"([{"object":"A_BusinessPartner","key":"1000000","user":"CLERK"}])");
    EXPECT_EQ(change_partner(), 400);
    EXPECT_EQ(error_code(), "56/393");
    EXPECT_EQ(error_text(), "Business partner 1000000 is locked by user CLERK");
    const std::string area =
        "API_BUSINESS_PARTNER/A_CustomerSalesArea(Customer='1000000',SalesOrganization='1010',DistributionChannel='10',Division='00')";
    EXPECT_EQ(with_star("PATCH", area, R"({"CustomerPaymentTerms":"0001"})"), 400);
    EXPECT_EQ(vendor->records("locks")->size(), 1u);
    load("locks", R"([{"object":"A_BusinessPartner","key":"1000000","user":""}])");
    EXPECT_EQ(change_partner(), 204);
    EXPECT_TRUE(vendor->records("locks")->empty());
}

TEST_F(SapLocks, HoldAMaterialAgainstNewOrders) {
    load("locks", R"([{"object":"A_Product","key":"PUMP-1","user":"PLANNER","until":"2026-02-18T10:05:00Z"}])");
    EXPECT_EQ(send("POST", "API_SALES_ORDER_SRV/A_SalesOrder", std::string(order_body)).status, 400);
    EXPECT_EQ(error_code(), "M3/024");
    EXPECT_EQ(error_text(), "The plant data of material PUMP-1 is locked by user PLANNER");
    now = now.plus_ms(5 * 60'000);
    EXPECT_EQ(send("POST", "API_SALES_ORDER_SRV/A_SalesOrder", std::string(order_body)).status, 201);
}

TEST_F(SapLocks, SayWhatTheyAreToldToSay) {
    load("locks", R"([{"object":"A_SalesOrder","key":"1","user":"X","code":"V4/219","message":"Not now"}])");
    EXPECT_EQ(change_order(), 400);
    EXPECT_EQ(error_code() + " " + error_text(), "V4/219 Not now");
    for (const char* bad : {R"({"object":"A_Nothing","key":"1","user":"X"})", R"({"object":"A_SalesOrder","user":"X"})",
                            R"({"object":"A_SalesOrder","key":"1","user":"X","until":"soon"})"})
        EXPECT_FALSE(vendor->load("locks", List{object(bad)})) << bad;
}

}  // namespace lockstep::sandbox::sap
