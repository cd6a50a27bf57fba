#include "sandbox/sap/sap_test_client.h"

namespace lockstep::sandbox::sap {

namespace {

class SapOData : public ::testing::Test, public TestClient {
protected:
    void SetUp() override {
        load(
            "A_Product",
            R"([{"Product":"A-1","ProductGroup":"L001","GrossWeight":"1.5","to_Description":[{"Language":"EN","ProductDescription":"O'Brien's pump"}]},
                              {"Product":"A-2","ProductGroup":"L002","GrossWeight":"10"},{"Product":"B-1","ProductGroup":"L001","GrossWeight":"2"}])");
        load("A_MatlStkInAcctMod", R"([{"Material":"A-1","Plant":"1010","StorageLocation":"101A","MatlWrhsStkQtyInMatlBaseUnit":"12.5"},
                                       {"Material":"A-1","Plant":"1020","InventoryStockType":"07","MatlWrhsStkQtyInMatlBaseUnit":"3"}])");
    }
    /// The keys that a filter finds, joined.
    std::string found(std::string_view filter, std::string options = {}) {
        const Value answer = get("API_PRODUCT_SRV/A_Product?$filter=" + encoding::percent_encode(filter) + options);
        if (last.status != 200) return std::to_string(last.status) + " " + error_text();
        std::string keys;
        for (const Value& row : answer.at_path("d.results").as_list()) keys += row["Product"].string_or("") + " ";
        return keys;
    }
};

}  // namespace

TEST_F(SapOData, FiltersByAGrammar) {
    EXPECT_EQ(found("Product eq 'A-1'"), "A-1 ");
    EXPECT_EQ(found("Product ne 'A-1'"), "A-2 B-1 ");
    EXPECT_EQ(found("ProductGroup eq 'L001' and not (Product eq 'A-1')"), "B-1 ");
    EXPECT_EQ(found("Product eq 'A-1' or Product eq 'B-1' and ProductGroup eq 'L002'"), "A-1 ");
    EXPECT_EQ(found("(Product eq 'A-1' or Product eq 'B-1') and ProductGroup eq 'L001'"), "A-1 B-1 ");
    EXPECT_EQ(found("((Product eq 'A-1'))"), "A-1 ");
    EXPECT_EQ(found("GrossWeight gt 1.5M"), "A-2 B-1 ");
    EXPECT_EQ(found("GrossWeight le 2"), "A-1 B-1 ");
    EXPECT_EQ(found("startswith(Product,'A') eq true"), "A-1 A-2 ");
    EXPECT_EQ(found("substringof('-1',Product)"), "A-1 B-1 ");
    EXPECT_EQ(found("endswith(tolower(Product),'b-1')"), "B-1 ");
    EXPECT_EQ(found("tolower(Product) eq 'b-1'"), "B-1 ");
    EXPECT_EQ(found("'A-1' eq Product"), "A-1 ");
}

TEST_F(SapOData, FiltersKnowTheFunctionsOfTheProtocol) {
    EXPECT_EQ(found("length(Product) eq 3 and indexof(Product,'-') eq 1"), "A-1 A-2 B-1 ");
    EXPECT_EQ(found("substring(Product,2) eq '2'"), "A-2 ");
    EXPECT_EQ(found("substring(Product,0,1) eq 'B'"), "B-1 ");
    EXPECT_EQ(found("toupper(concat(Product,'x')) eq 'A-1X'"), "A-1 ");
    EXPECT_EQ(found("trim(concat(' ',Product)) eq 'B-1'"), "B-1 ");
    EXPECT_EQ(found("replace(Product,'-','') eq 'A2'"), "A-2 ");
    EXPECT_EQ(found("round(GrossWeight) eq 2"), "A-1 B-1 ");
    EXPECT_EQ(found("floor(GrossWeight) eq 1"), "A-1 ");
    EXPECT_EQ(found("ceiling(GrossWeight) eq 2"), "A-1 B-1 ");
    EXPECT_EQ(found("year(CreationDate) eq 2026 and month(CreationDate) eq 2 and day(CreationDate) eq 18"), "A-1 A-2 B-1 ");
    EXPECT_EQ(found("hour(LastChangeDateTime) eq 10 and minute(LastChangeDateTime) eq 0 and second(LastChangeDateTime) eq 0"),
              "A-1 A-2 B-1 ");
    EXPECT_EQ(found("year(CrossPlantStatusValidityDate) eq 1970"), "") << "a date that is not there has no year";
    EXPECT_EQ(found("year(Product) eq 2026").substr(0, 3), "400");
    EXPECT_EQ(found("replace(Product,'-') eq 'A2'").substr(0, 3), "400");
}

TEST_F(SapOData, LiteralsAreTakenInEveryForm) {
    for (const char* weight : {"10", "10M", "10m", "10.0", "10.0M", "10d", "10L", "10f"})
        EXPECT_EQ(found("(GrossWeight eq " + std::string(weight) + ")"), "A-2 ") << weight;
    EXPECT_EQ(found("((CreationDate ge datetime'2026-02-18T00:00:00') and (CreationDate lt datetime'2026-02-19T00:00:00'))"),
              "A-1 A-2 B-1 ");
    EXPECT_EQ(found("LastChangeDateTime ge datetimeoffset'2026-02-18T10:00:00Z'"), "A-1 A-2 B-1 ");
    EXPECT_EQ(found("LastChangeDateTime lt datetimeoffset'2026-02-18T12:00:01+02:00'"), "A-1 A-2 B-1 ");
    EXPECT_EQ(found("(((Product eq 'A-1') or (Product eq 'A-2')) and (ProductGroup ne 'L001'))"), "A-2 ");
}

TEST_F(SapOData, BadFiltersAreRefused) {
    for (const char* filter :
         {"Nonsense eq 'x'", "Product eq 5", "GrossWeight eq 'x'", "Product eq 'A-1", "Product eq", "Product", "(Product eq 'A-1'",
          "Product eq 'A-1' and", "Product like 'A'", "contains(Product,'A')", "Product eq 'A-1' or 'x'", "startswith(Product)"}) {
        found(filter);
        EXPECT_EQ(last.status, 400) << filter;
    }
}

TEST_F(SapOData, QuotesInLiteralsAreDoubled) {
    const std::string base = "API_PRODUCT_SRV/A_ProductDescription?$filter=";
    EXPECT_EQ(get(base + encoding::percent_encode("ProductDescription eq 'O''Brien''s pump'")).at_path("d.results").as_list().size(), 1u);
    send("GET", base + encoding::percent_encode("ProductDescription eq 'O'Brien'"));
    EXPECT_EQ(last.status, 400);
}

TEST_F(SapOData, SelectsAndExpands) {
    const Value answer =
        get("API_PRODUCT_SRV/A_Product('A-1')?$select=Product,to_Description/ProductDescription&$expand=to_Description")["d"];
    EXPECT_EQ(answer.as_map().size(), 3u) << last.body;
    EXPECT_EQ(answer.at_path("to_Description.results.0.ProductDescription").string_or(""), "O'Brien's pump");
    EXPECT_EQ(answer.at_path("to_Description.results.0.Language").kind(), Value::Kind::null);
    EXPECT_EQ(send("GET", "API_PRODUCT_SRV/A_Product?$select=Product,MRPAvailableQuantity").status, 400);
    EXPECT_EQ(send("GET", "API_PRODUCT_SRV/A_Product?$select=Product,to_Plant/Plant").status, 400) << "selected but not expanded";
    EXPECT_EQ(send("GET", "API_PRODUCT_SRV/A_Product?$expand=to_Nothing").status, 400);
    EXPECT_EQ(send("GET", "API_PRODUCT_SRV/A_Product?$search=x").status, 400);
    EXPECT_EQ(send("GET", "API_PRODUCT_SRV/A_Product?sap-client=100&sap-language=EN").status, 200);
}

TEST_F(SapOData, WhatIsNotExpandedIsDeferred) {
    const Value answer = get("API_PRODUCT_SRV/A_Product('A-1')")["d"];
    EXPECT_EQ(answer.at_path("to_Plant.__deferred.uri").string_or(""),
              "http://sap.example/sap/opu/odata/sap/API_PRODUCT_SRV/A_Product('A-1')/to_Plant");
    EXPECT_EQ(answer.at_path("__metadata.type").string_or(""), "API_PRODUCT_SRV.A_ProductType");
    EXPECT_EQ(answer["GrossWeight"].string_or(""), "1.5");
    EXPECT_EQ(answer["IsMarkedForDeletion"], Value(false));
}

TEST_F(SapOData, PagesAreFollowedByNext) {
    load("settings", R"([{"page_size":2}])");
    Value page = get("API_PRODUCT_SRV/A_Product?$inlinecount=allpages&$top=3&$filter=" + encoding::percent_encode("Product ne 'x y'"));
    EXPECT_EQ(page.at_path("d.results").as_list().size(), 2u);
    EXPECT_EQ(page.at_path("d.__count").string_or(""), "3");
    const std::string next = page.at_path("d.__next").string_or("");
    ASSERT_TRUE(next.starts_with("http://sap.example/sap/opu/odata/sap/API_PRODUCT_SRV/A_Product?")) << next;
    page = get(next.substr(std::string("http://sap.example/sap/opu/odata/sap/").size()));
    EXPECT_EQ(page.at_path("d.results").as_list().size(), 1u) << last.body;
    EXPECT_EQ(page.at_path("d.results.0.Product").string_or(""), "B-1");
    EXPECT_TRUE(page.at_path("d.__next").is_null());
}

TEST_F(SapOData, TopAndSkipAndOrderAndCount) {
    const Value page = get("API_PRODUCT_SRV/A_Product?$orderby=GrossWeight%20desc&$skip=1&$top=1");
    EXPECT_EQ(page.at_path("d.results.0.Product").string_or(""), "B-1");
    EXPECT_EQ(send("GET", "API_PRODUCT_SRV/A_Product/$count").body, "3");
    EXPECT_EQ(send("GET", "API_PRODUCT_SRV/A_Product?$top=-1").status, 400);
    EXPECT_EQ(send("GET", "API_PRODUCT_SRV/A_Product?$top=abc").status, 400);
    EXPECT_EQ(send("GET", "API_PRODUCT_SRV/A_Product?$orderby=Nonsense").status, 400);
}

TEST_F(SapOData, StockHasFourteenDecimals) {
    const Value page = get("API_MATERIAL_STOCK_SRV/A_MatlStkInAcctMod?$filter=" +
                           encoding::percent_encode("InventoryStockType eq '01' and InventorySpecialStockType eq '' and Plant eq '1010'") +
                           "&$select=Material,MatlWrhsStkQtyInMatlBaseUnit");
    ASSERT_EQ(page.at_path("d.results").as_list().size(), 1u);
    EXPECT_EQ(page.at_path("d.results.0.MatlWrhsStkQtyInMatlBaseUnit").string_or(""), "12.50000000000000");
    const Value expanded = get("API_MATERIAL_STOCK_SRV/A_MaterialStock?$expand=to_MatlStkInAcctMod&$filter=Material%20eq%20%27A-1%27");
    EXPECT_EQ(expanded.at_path("d.results.0.to_MatlStkInAcctMod.results").as_list().size(), 2u);
}

TEST_F(SapOData, StockCannotBeWritten) {
    begin_session();
    EXPECT_EQ(send("POST", "API_MATERIAL_STOCK_SRV/A_MaterialStock", R"({"Material":"X"})").status, 405);
}

TEST_F(SapOData, WhatDoesNotExistIsNotFound) {
    EXPECT_EQ(send("GET", "API_PRODUCT_SRV/A_Product('NONE')").status, 404);
    EXPECT_EQ(send("GET", "API_PRODUCT_SRV/A_Nothing").status, 404);
    EXPECT_EQ(error_text(), "Resource not found for the segment 'A_Nothing'.");
    EXPECT_EQ(send("GET", "API_PRODUCT_SRV/A_SalesOrder").status, 404) << "belongs to another service";
    EXPECT_EQ(send("GET", "API_NOTHING/A_Product").status, 403);
    EXPECT_EQ(send("GET", "API_PRODUCT_SRV/A_Product(Product='A-1',Other='x')").status, 400);
}

TEST_F(SapOData, MetadataNamesTypesAndFlags) {
    const std::string xml = send("GET", "API_SALES_ORDER_SRV/$metadata").body;
    EXPECT_NE(xml.find(R"(<Property Name="PurchaseOrderByCustomer" Type="Edm.String" MaxLength="35"/>)"), std::string::npos);
    EXPECT_NE(xml.find(R"(ConcurrencyMode="Fixed")"), std::string::npos);
    EXPECT_EQ(xml.find("A_Product"), std::string::npos);
}

class SapSession : public ::testing::Test, public TestClient {};

TEST_F(SapSession, AChangeNeedsTokenAndCookieOfOneSession) {
    const std::string target = "API_BUSINESS_PARTNER/A_BusinessPartner";
    send("POST", target, std::string(partner_body));
    EXPECT_EQ(last.status, 403);
    EXPECT_EQ(last.headers.get("x-csrf-token").value_or(""), "Required");
    EXPECT_NE(last.body.find("CSRF token validation failed"), std::string::npos);
    begin_session();
    const std::string first_cookie = cookie;
    cookie.clear();
    EXPECT_EQ(send("POST", target, std::string(partner_body)).status, 403) << "the token without its cookie";
    begin_session();
    cookie = first_cookie;
    EXPECT_EQ(send("POST", target, std::string(partner_body)).status, 403) << "the cookie of another session";
    begin_session();
    EXPECT_EQ(send("POST", target, std::string(partner_body)).status, 201);
}

TEST_F(SapSession, DiesAfterHalfAnHourWithoutUse) {
    begin_session();
    now = now.plus_ms(31 * 60 * 1000);
    EXPECT_EQ(send("POST", "API_BUSINESS_PARTNER/A_BusinessPartner", std::string(partner_body)).status, 403);
}

TEST_F(SapSession, ATokenIsGivenByHeadWhateverItsStatus) {
    const std::pair<const char*, int> heads[] = {{"API_BUSINESS_PARTNER/", 200},
                                                 {"API_BUSINESS_PARTNER/A_BusinessPartner/", 200},
                                                 {"API_BUSINESS_PARTNER/A_Nothing/", 404},
                                                 {"API_BUSINESS_PARTNER/$batch/", 405},
                                                 {"API_BUSINESS_PARTNER/$batch", 405}};
    for (const auto& [target, status] : heads) {
        net::Request head = request("HEAD", target);
        head.headers.set("x-csrf-token", "fetch");
        const net::Response answer = vendor->handle(head);
        EXPECT_EQ(answer.status, status) << target;
        EXPECT_TRUE(answer.headers.contains("x-csrf-token")) << target;
        EXPECT_FALSE(answer.headers.all("Set-Cookie").empty()) << target;
    }
}

TEST_F(SapSession, NobodyGetsInWithoutCredentials) {
    net::Request made = request("GET", "API_PRODUCT_SRV/A_Product");
    made.headers.erase("Authorization");
    EXPECT_EQ(vendor->handle(made).status, 401);
    made.headers.set("Authorization", "Basic " + encoding::base64("USER:wrong"));
    EXPECT_EQ(vendor->handle(made).status, 401);
    made.headers.erase("Authorization");
    made.headers.set("APIKey", "key-1");
    EXPECT_EQ(vendor->handle(made).status, 200);
}

TEST_F(SapSession, AccessTokensEnd) {
    net::Request ask{.method = "POST", .url = "/oauth/token", .body = "grant_type=client_credentials"};
    ask.headers.set("Content-Type", "application/x-www-form-urlencoded");
    EXPECT_EQ(vendor->handle(ask).status, 401);
    ask.headers.set("Authorization", "Basic " + encoding::base64("sb-client!b1|x:secret"));
    const Value token = parsed(vendor->handle(ask));
    EXPECT_EQ(token["expires_in"], Value(43199));
    net::Request made = request("GET", "API_PRODUCT_SRV/A_Product");
    made.headers.set("Authorization", "Bearer " + token["access_token"].string_or(""));
    EXPECT_EQ(vendor->handle(made).status, 200);
    now = now.plus_ms(43199LL * 1000);
    EXPECT_EQ(vendor->handle(made).status, 401);
    ask.body = "grant_type=password";
    EXPECT_EQ(vendor->handle(ask).status, 400);
}

}  // namespace lockstep::sandbox::sap
