#include <algorithm>

#include "sandbox/sap/sap_test_client.h"
#include "value/xml.h"

namespace lockstep::sandbox::sap {

namespace {

class SapAtom : public ::testing::Test, public TestClient {
protected:
    void SetUp() override {
        load("A_Product", R"([{"Product":"A & B","GrossWeight":"1.5","to_Description":[{"Language":"EN","ProductDescription":"<pump>"}]},
                              {"Product":"C-1"},{"Product":"D-1"}])");
    }
    net::Response ask(std::string target, std::string accept) {
        net::Request made = request("GET", "API_PRODUCT_SRV/" + std::move(target));
        made.headers.set("Accept", std::move(accept));
        return vendor->handle(made);
    }
    static xml::Element document(const net::Response& response) {
        auto parsed = xml::parse(response.body);
        EXPECT_TRUE(parsed.has_value()) << response.body;
        return parsed ? *parsed : xml::Element();
    }
    static std::string value(const xml::Element& entry, std::string_view property) {
        const xml::Element* found = entry.child("content")->child("properties")->child(property);
        return found == nullptr ? "(none)" : found->text;
    }
};

}  // namespace

TEST_F(SapAtom, IsWhatComesUnlessJsonIsAskedFor) {
    for (const char* accept : {"application/atom+xml", "*/*", "application/xml", ""}) {
        const net::Response answer = ask("A_Product('C-1')", accept);
        EXPECT_EQ(answer.status, 200) << accept;
        EXPECT_EQ(answer.headers.get("Content-Type").value_or(""), "application/atom+xml;type=entry;charset=utf-8");
        EXPECT_EQ(document(answer).name, "entry");
    }
    EXPECT_TRUE(ask("A_Product('C-1')", "application/json").body.starts_with("{"));
    EXPECT_TRUE(ask("A_Product('C-1')?$format=json", "*/*").body.starts_with("{"));
    EXPECT_TRUE(ask("A_Product('C-1')?$format=atom", "application/json").body.starts_with("<?xml"));
}

TEST_F(SapAtom, EntriesHoldTheTypesAsTheyAreInXml) {
    load("A_SalesOrder", R"([{"SalesOrder":"7","TransactionCurrency":"EUR","SalesOrderDate":"2026-02-18T00:00:00"}])");
    net::Request made = request("GET", "API_SALES_ORDER_SRV/A_SalesOrder('7')");
    made.headers.set("Accept", "application/atom+xml");
    const xml::Element entry = document(vendor->handle(made));
    EXPECT_EQ(entry.child("id")->text, "http://sap.example/sap/opu/odata/sap/API_SALES_ORDER_SRV/A_SalesOrder('7')");
    EXPECT_EQ(entry.child("category")->attribute("term"), "API_SALES_ORDER_SRV.A_SalesOrderType");
    EXPECT_TRUE(entry.attribute("m:etag").starts_with("W/\"datetimeoffset'")) << entry.attribute("m:etag");
    EXPECT_EQ(value(entry, "SalesOrderDate"), "2026-02-18T00:00:00");
    EXPECT_EQ(value(entry, "TotalNetAmount"), "0.00");
    EXPECT_EQ(entry.child("content")->child("properties")->child("CustomerPurchaseOrderDate")->attribute("m:null"), "true");
}

TEST_F(SapAtom, FeedsExpandCountAndPage) {
    load("settings", R"([{"page_size":2}])");
    const xml::Element feed = document(ask("A_Product?$expand=to_Description&$inlinecount=allpages&$select=Product,to_Description", "*/*"));
    EXPECT_EQ(feed.name, "feed");
    EXPECT_EQ(feed.child("count")->text, "3");
    const auto entries = std::count_if(feed.children.begin(), feed.children.end(), [](const auto& c) { return c.name == "entry"; });
    EXPECT_EQ(entries, 2);
    const xml::Element& entry = *feed.child("entry");
    EXPECT_EQ(value(entry, "Product"), "A & B");
    EXPECT_EQ(value(entry, "GrossWeight"), "(none)");
    std::string text;
    for (const xml::Element& link : entry.children)
        if (link.attribute("title") == "to_Description")
            text = value(*link.child("inline")->child("feed")->child("entry"), "ProductDescription");
    EXPECT_EQ(text, "<pump>");
    const xml::Element& next = feed.children.back();
    EXPECT_EQ(next.attribute("rel"), "next");
    EXPECT_NE(next.attribute("href").find("$skiptoken=2"), std::string::npos);
}

TEST_F(SapAtom, WhatIsMadeIsAnsweredSoToo) {
    begin_session();
    net::Request made = request("POST", "API_BUSINESS_PARTNER/A_BusinessPartner", std::string(partner_body));
    made.headers.erase("Accept");
    const net::Response answer = vendor->handle(made);
    EXPECT_EQ(answer.status, 201);
    EXPECT_EQ(value(document(answer), "BusinessPartner"), "1000000");
}

TEST_F(SapAtom, ErrorsAreXmlWithSapsDetails) {
    const net::Response answer = ask("A_Product('NONE')", "*/*");
    EXPECT_EQ(answer.status, 404);
    const xml::Element error = document(answer);
    EXPECT_EQ(error.name, "error");
    EXPECT_EQ(error.child("message")->text, "Resource not found for segment 'A_ProductType'");
    EXPECT_FALSE(error.child("innererror")->child("transactionid")->text.empty());
}

TEST_F(SapAtom, PropertiesAreAnsweredAlone) {
    EXPECT_EQ(ask("A_Product('A%20%26%20B')/GrossWeight", "application/json").body, R"({"d":{"GrossWeight":"1.5"}})");
    EXPECT_EQ(document(ask("A_Product('A%20%26%20B')/GrossWeight", "*/*")).text, "1.5");
    const net::Response raw = ask("A_Product('A%20%26%20B')/Product/$value", "*/*");
    EXPECT_EQ(raw.body, "A & B");
    EXPECT_EQ(raw.headers.get("Content-Type").value_or(""), "text/plain;charset=utf-8");
    for (const char* target : {"A_Product('C-1')/Nothing", "A_Product('C-1')/$value", "A_Product('C-1')/Product/$value/$value",
                               "A_Product('C-1')/Product/Product", "A_Product/Product", "A_Product('C-1')/LastChangeDate/$value"})
        EXPECT_EQ(ask(target, "application/json").status, 404) << target;
    begin_session();
    EXPECT_EQ(send("PATCH", "API_PRODUCT_SRV/A_Product('C-1')/Product", R"({"Product":"X"})").status, 405);
    EXPECT_EQ(send("DELETE", "API_PRODUCT_SRV/A_Product('C-1')/Product").status, 405);
    EXPECT_EQ(send("POST", "API_PRODUCT_SRV/A_Product('C-1')/Product", "{}").status, 405);
}

}  // namespace lockstep::sandbox::sap
