#include "sandbox/sap/sap_test_client.h"

namespace lockstep::sandbox::sap {

namespace {

class SapOrders : public ::testing::Test, public TestClient {
protected:
    void SetUp() override {
        begin_session();
        post("API_BUSINESS_PARTNER/A_BusinessPartner", object(partner_body));
        load("A_Product", R"([{"Product":"PUMP-1","BaseUnit":"PC"},{"Product":"OLD-1","IsMarkedForDeletion":true}])");
        load("list_prices", R"([{"Material":"PUMP-1","Currency":"EUR","Rate":"99.99"}])");
    }
    Value create(const Value& body) { return post(set, body)["d"]; }
    static Value order(std::string_view key = {}, Value value = {}) {
        Value body = object(order_body);
        if (!key.empty()) body.mutable_map().set(std::string(key), std::move(value));
        return body;
    }
    /// The order with its only item changed.
    static Value with_item(std::string_view key, Value value) {
        Value body = order();
        Value item = body.at_path("to_Item.0");
        item.mutable_map().set(std::string(key), std::move(value));
        body.mutable_map().set("to_Item", List{item});
        return body;
    }
    const std::string set = "API_SALES_ORDER_SRV/A_SalesOrder";
};

}  // namespace

TEST_F(SapOrders, IsPricedByItsPricingElementToTheCent) {
    const Value created = create(order());
    ASSERT_EQ(last.status, 201) << last.body;
    EXPECT_EQ(created["SalesOrder"].string_or(""), "1");
    EXPECT_EQ(created["TotalNetAmount"].string_or(""), "785.33");  // 2.5 × 314.13 = 785.325
    EXPECT_EQ(created.at_path("to_Item.results.0.NetAmount").string_or(""), "785.33");
    EXPECT_EQ(created.at_path("to_Item.results.0.to_PricingElement.results.0.ConditionAmount").string_or(""), "785.33");
    EXPECT_FALSE(last.headers.contains("sap-message"));
}

TEST_F(SapOrders, AreFoundByTheCustomersReference) {
    create(order());
    create(order());
    create(order("PurchaseOrderByCustomer", "other"));
    const Value found = get(set +
                            "?$filter=PurchaseOrderByCustomer%20eq%20%27006A0000000EXAMPLE%27%20and%20SoldToParty%20eq%20%270001000000%27"
                            "&$select=SalesOrder&$orderby=SalesOrder%20desc");
    ASSERT_EQ(found.at_path("d.results").as_list().size(), 2u) << last.body;
    EXPECT_EQ(found.at_path("d.results.0.SalesOrder").string_or(""), "2");
}

TEST_F(SapOrders, WithoutAPriceSapTakesItsOwn) {
    const Value created = create(with_item("to_PricingElement", nullptr));
    EXPECT_EQ(created["TotalNetAmount"].string_or(""), "249.98");  // 2.5 × 99.99 = 249.975
}

TEST_F(SapOrders, WithoutAnyPriceAnOrderIsIncompleteAndSaysSo) {
    load("A_Product", R"([{"Product":"NEW-1"}])");
    Value body = with_item("Material", "NEW-1");
    Value item = body.at_path("to_Item.0");
    item.mutable_map().erase("to_PricingElement");
    body.mutable_map().set("to_Item", List{item});
    create(body);
    ASSERT_EQ(last.status, 201) << last.body;
    ASSERT_TRUE(last.headers.contains("sap-message"));
    EXPECT_EQ(object(*last.headers.get("sap-message"))["severity"].string_or(""), "warning");
}

TEST_F(SapOrders, AmountsHaveTheDecimalsOfTheirCurrency) {
    Value body =
        with_item("to_PricingElement", object(R"([{"ConditionType":"PPR0","ConditionRateValue":"1234.5","ConditionCurrency":"JPY"}])"));
    body.mutable_map().set("TransactionCurrency", "JPY");
    EXPECT_EQ(create(body)["TotalNetAmount"].string_or(""), "3086") << last.body;  // 3086.25
}

TEST_F(SapOrders, APriceMayBePerHundredPieces) {
    Value body = with_item(
        "to_PricingElement",
        object(R"([{"ConditionType":"PPR0","ConditionRateValue":"314.13","ConditionCurrency":"EUR","ConditionQuantity":"100"}])"));
    EXPECT_EQ(create(body)["TotalNetAmount"].string_or(""), "7.85") << last.body;
}

TEST_F(SapOrders, ItemsWithoutNumbersGetThem) {
    Value first = order().at_path("to_Item.0");
    first.mutable_map().erase("SalesOrderItem");
    const Value created = create(order("to_Item", List{first, first}));
    EXPECT_EQ(created.at_path("to_Item.results.0.SalesOrderItem").string_or(""), "10") << last.body;
    EXPECT_EQ(created.at_path("to_Item.results.1.SalesOrderItem").string_or(""), "20");
    EXPECT_EQ(created["TotalNetAmount"].string_or(""), "1570.66");
}

struct Refused {
    const char* what;
    const char* key;
    const char* value;
    const char* says;
};

TEST_F(SapOrders, AreRefusedInSapsWords) {
    const Refused headers[] = {
        {"unknown type", "SalesOrderType", R"("XX")", "Sales document type XX"},
        {"no customer", "SoldToParty", "null", "Enter sold-to party"},
        {"unknown customer", "SoldToParty", R"("77")", "77"},
        {"other sales area", "DistributionChannel", R"("20")", "not maintained for sales area 1010 20 00"},
        {"unknown sales area", "SalesOrganization", R"("9999")", "9999"},
        {"unknown currency", "TransactionCurrency", R"("ZZZ")", "ZZZ"},
        {"long reference", "PurchaseOrderByCustomer", R"("123456789012345678901234567890123456")", "PurchaseOrderByCustomer"},
        {"read-only", "TotalNetAmount", R"("1.00")", "TotalNetAmount"},
        {"own number", "SalesOrder", R"("4711")", "External number"},
    };
    for (const Refused& row : headers) {
        create(order(row.key, object(row.value)));
        EXPECT_EQ(last.status, 400) << row.what;
        EXPECT_NE(error_text().find(row.says), std::string::npos) << row.what << ": " << last.body;
    }
    const Refused items[] = {
        {"unknown material", "Material", R"("NO-SUCH")", "NO-SUCH"},
        {"lower case", "Material", R"("pump-1")", "pump-1"},
        {"deleted material", "Material", R"("OLD-1")", "flagged for deletion"},
        {"bare number", "RequestedQuantity", "2", "RequestedQuantity"},
        {"too many decimals", "RequestedQuantity", R"("1.0001")", "RequestedQuantity"},
        {"negative", "RequestedQuantity", R"("-1")", "positive"},
        {"unknown unit", "RequestedQuantityUnit", R"("XYZ")", "XYZ"},
        {"other unit", "RequestedQuantityUnit", R"("KG")", "KG"},
        {"invented property", "NetPriceAmount", R"("1.00")", "Property 'NetPriceAmount' is invalid"},
        {"other currency", "to_PricingElement", R"([{"ConditionType":"PPR0","ConditionRateValue":"1","ConditionCurrency":"USD"}])",
         "USD / EUR"},
        {"unknown condition", "to_PricingElement", R"([{"ConditionType":"ZZZZ","ConditionRateValue":"1"}])", "ZZZZ"},
    };
    for (const Refused& row : items) {
        create(with_item(row.key, object(row.value)));
        EXPECT_EQ(last.status, 400) << row.what;
        EXPECT_NE(error_text().find(row.says), std::string::npos) << row.what << ": " << last.body;
    }
    EXPECT_TRUE(get(set).at_path("d.results").as_list().empty()) << "nothing may be half done";
}

TEST_F(SapOrders, ACustomerWithoutTheSalesRoleCannotBeSoldTo) {
    Value partner = object(partner_body);
    partner.mutable_map().set("to_BusinessPartnerRole", object(R"([{"BusinessPartnerRole":"FLCU00"}])"));
    partner.mutable_map().erase("to_Customer");
    const std::string number = post("API_BUSINESS_PARTNER/A_BusinessPartner", partner).at_path("d.Customer").string_or("");
    ASSERT_EQ(last.status, 201) << last.body;
    create(order("SoldToParty", number));
    EXPECT_EQ(last.status, 400);
}

TEST_F(SapOrders, AChangeNeedsTheEntityTagAndGivesANewOne) {
    const std::string etag = create(order()).at_path("__metadata.etag").string_or("");
    EXPECT_TRUE(etag.starts_with("W/\"datetimeoffset'2026-02-18T10%3A00%3A00.")) << etag;
    net::Request merge = request("MERGE", set + "('1')", R"({"PurchaseOrderByShipToParty":"x"})");
    EXPECT_EQ(vendor->handle(merge).status, 428);
    merge.headers.set("If-Match", etag);
    const net::Response changed = vendor->handle(merge);
    EXPECT_EQ(changed.status, 204);
    EXPECT_TRUE(changed.body.empty());
    EXPECT_NE(changed.headers.get("ETag").value_or(""), etag);
    EXPECT_EQ(vendor->handle(merge).status, 412);
}

TEST_F(SapOrders, AChangedQuantityChangesTheTotal) {
    create(order());
    send("PATCH", "API_SALES_ORDER_SRV/A_SalesOrderItem(SalesOrder='1',SalesOrderItem='10')", R"({"RequestedQuantity":"10"})");
    ASSERT_EQ(last.status, 204) << last.body;
    EXPECT_EQ(get(set + "('1')").at_path("d.TotalNetAmount").string_or(""), "3141.30");
}

TEST_F(SapOrders, DeletingAnOrderDeletesItsItems) {
    create(order());
    net::Request remove = request("DELETE", set + "('1')");
    remove.headers.set("If-Match", "*");
    EXPECT_EQ(vendor->handle(remove).status, 204);
    EXPECT_EQ(send("GET", set + "('1')").status, 404);
    EXPECT_TRUE(get("API_SALES_ORDER_SRV/A_SalesOrderItem").at_path("d.results").as_list().empty());
}

TEST_F(SapOrders, StateShowsItemsWithTheirPrices) {
    create(order());
    const auto records = vendor->records("A_SalesOrder");
    ASSERT_TRUE(records.has_value());
    EXPECT_EQ((*records)[0].at_path("to_Item.results.0.to_PricingElement.results.0.ConditionRateValue").string_or(""), "314.130000000");
}

TEST_F(SapOrders, LoadingWhatCannotBePricedSaysSo) {
    auto loaded = vendor->load("A_SalesOrder", object(R"([{"TransactionCurrency":"EUR","to_Item":[{"Material":"X","RequestedQuantity":2,
        "to_PricingElement":[{"ConditionType":"ZZZZ","ConditionRateValue":1.5}]}]}])")
                                                   .as_list());
    ASSERT_FALSE(loaded.has_value());
    EXPECT_NE(loaded.error().message.find("ZZZZ"), std::string::npos) << loaded.error().message;
    EXPECT_EQ(vendor->load("A_Nothing", List{}).error().code, ErrorCode::not_found);
}

TEST_F(SapOrders, RepeatableRequestsAreHonouredOnlyIfTheSystemDoes) {
    auto repeat = [&] {
        net::Request made = request("POST", set, json::write(order()));
        made.headers.set("RequestID", "0123456789abcdef0123456789abcdef");
        made.headers.set("RepeatabilityCreation", "2026-02-18T10:00:00Z");
        return vendor->handle(made);
    };
    EXPECT_FALSE(repeat().headers.contains("RepeatabilityResult"));
    load("settings", R"([{"repeatability":true}])");
    const net::Response first = repeat(), second = repeat();
    EXPECT_EQ(second.headers.get("RepeatabilityResult").value_or(""), "accepted");
    EXPECT_EQ(first.body, second.body);
    EXPECT_EQ(get(set).at_path("d.results").as_list().size(), 2u);
}

}  // namespace lockstep::sandbox::sap
