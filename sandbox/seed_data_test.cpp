#include "sandbox/seed_data.h"

#include <set>

#include "sandbox/test_sandbox.h"

namespace lockstep::sandbox {

namespace {

class SeedDataTest : public ::testing::Test {
protected:
    void SetUp() override {
        auto loaded = sandbox.sandbox.load_seed_data();
        ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    }
    List records(std::string_view connector, std::string_view object) {
        auto list = sandbox.sandbox.vendor(connector).records(object);
        EXPECT_TRUE(list.has_value()) << object;
        return list ? *list : List{};
    }
    TestSandbox sandbox;
};

Decimal decimal(const Value& value) {
    if (value.is_number()) return value.to_decimal();
    auto parsed = Decimal::parse(value.text());
    return parsed ? *parsed : Decimal(0);
}

}  // namespace

TEST_F(SeedDataTest, IsAMidSizeManufacturer) {
    EXPECT_EQ(records("salesforce", "Account").size(), 60u);
    EXPECT_EQ(records("salesforce", "Product2").size(), 301u);
    EXPECT_EQ(records("salesforce", "Opportunity").size(), 133u);
    EXPECT_EQ(records("sap", "A_Product").size(), 300u);
    EXPECT_EQ(records("sap", "A_ProductPlant").size(), 900u);
    EXPECT_GT(records("sap", "A_MatlStkInAcctMod").size(), 800u);
    EXPECT_EQ(records("sap", "A_SalesOrder").size(), 10u);
    EXPECT_EQ(records("zoho_books", "invoices").size(), 10u);
    EXPECT_EQ(records("zoho_books", "emails").size(), 0u);
}

TEST_F(SeedDataTest, WonDealsAgreeWithTheirOrdersAndInvoicesToTheCent) {
    std::map<std::string, Decimal> amounts;
    for (const Value& deal : records("salesforce", "Opportunity"))
        if (!deal["SAP_Order_Number__c"].is_null()) amounts[deal["Id"].text()] = decimal(deal["Amount"]);
    ASSERT_EQ(amounts.size(), 10u);
    for (const Value& order : records("sap", "A_SalesOrder"))
        EXPECT_EQ(decimal(order["TotalNetAmount"]), amounts.at(order["PurchaseOrderByCustomer"].text())) << order["SalesOrder"].text();
    for (const Value& invoice : records("zoho_books", "invoices"))
        EXPECT_EQ(decimal(invoice["total"]), amounts.at(invoice["reference_number"].text().substr(3))) << invoice["invoice_number"].text();
}

TEST_F(SeedDataTest, EveryOpenDealHasLinesAndAnAmount) {
    std::set<std::string> with_lines;
    for (const Value& line : records("salesforce", "OpportunityLineItem")) with_lines.insert(line["OpportunityId"].text());
    std::set<std::string> currencies;
    for (const Value& deal : records("salesforce", "Opportunity")) {
        EXPECT_TRUE(with_lines.contains(deal["Id"].text())) << deal["Name"].text();
        EXPECT_GT(decimal(deal["Amount"]), Decimal(0)) << deal["Name"].text();
        currencies.insert(deal["CurrencyIsoCode"].text());
    }
    EXPECT_EQ(currencies, (std::set<std::string>{"EUR", "GBP", "JPY", "USD"}));
}

TEST_F(SeedDataTest, HasStockOfEveryTypeAndOfOthersToo) {
    std::map<std::string, int> types, specials;
    std::set<std::string> places, materials;
    Decimal naive(0), own(0);
    for (const Value& row : records("sap", "A_MatlStkInAcctMod")) {
        ++types[row["InventoryStockType"].text()];
        ++specials[row["InventorySpecialStockType"].text()];
        places.insert(row["Plant"].text() + row["StorageLocation"].text());
        materials.insert(row["Material"].text());
        naive = *naive.plus(decimal(row["MatlWrhsStkQtyInMatlBaseUnit"]));
        if (row["InventoryStockType"].text() == "01" && row["InventorySpecialStockType"].text().empty())
            own = *own.plus(decimal(row["MatlWrhsStkQtyInMatlBaseUnit"]));
    }
    EXPECT_EQ(types.size(), 10u);
    for (const char* special : {"", "E", "K", "Q"}) EXPECT_GT(specials[special], 10) << special;
    EXPECT_GE(places.size(), 7u);
    EXPECT_EQ(materials.size(), 275u) << "the others have never moved";
    EXPECT_GT(naive, own);
}

TEST_F(SeedDataTest, LoadingTwiceIsHarmless) {
    auto again = sandbox.sandbox.load_seed_data();
    ASSERT_TRUE(again.has_value()) << again.error().message;
    EXPECT_EQ(records("sap", "A_SalesOrder").size(), 10u);
    EXPECT_EQ(records("sap", "A_BusinessPartnerAddress").size(), 10u);
    EXPECT_EQ(records("zoho_books", "contacts").size(), 10u);
    EXPECT_EQ(records("zoho_books", "invoices").size(), 10u);
}

TEST(SeedData, IsTheSameForTheSameSeed) {
    const SeedData first = make_seed_data(7), second = make_seed_data(7), other = make_seed_data(8);
    ASSERT_EQ(first.objects.size(), second.objects.size());
    bool differs = false;
    for (std::size_t i = 0; i < first.objects.size(); ++i) {
        EXPECT_EQ(Value(first.objects[i].records), Value(second.objects[i].records)) << first.objects[i].object;
        differs = differs || !(Value(first.objects[i].records) == Value(other.objects[i].records));
    }
    EXPECT_TRUE(differs);
}

}  // namespace lockstep::sandbox
