#include "sandbox/zoho/zoho_test_client.h"

namespace lockstep::sandbox::zoho {

namespace {

class ZohoTaxes : public ::testing::Test, public TestClient {
protected:
    void SetUp() override {
        contact = make_contact();
        standard = send("GET", "settings/taxes").at_path("taxes.0.tax_id").string_or("");
        reduced = send("GET", "settings/taxes").at_path("taxes.1.tax_id").string_or("");
    }
    Value create(const std::string& rest = {}) {
        return send("POST", "invoices",
                    R"({"customer_id":")" + contact + R"(","line_items":[{"name":"Pump","rate":99.99,"quantity":3,"tax_id":")" + standard +
                        R"("},{"name":"Book","rate":10.05,"tax_id":")" + reduced + R"("},{"name":"Free","rate":1}])" + rest +
                        "}")["invoice"];
    }
    std::string contact, standard, reduced;
};

}  // namespace

TEST_F(ZohoTaxes, AreAddedLineByLine) {
    const Value invoice = create();
    ASSERT_EQ(last.status, 201) << last.body;
    EXPECT_EQ(invoice["sub_total"].text(), "311.02");
    EXPECT_EQ(invoice["tax_total"].text(), "57.69");  // 56.99 + 0.70
    EXPECT_EQ(invoice["total"].text(), "368.71");
    EXPECT_EQ(invoice.at_path("taxes.0.tax_name").string_or(""), "Standard Rate (19%)");
    EXPECT_EQ(invoice.at_path("taxes.1.tax_amount").text(), "0.70");
    EXPECT_EQ(invoice.at_path("line_items.0.tax_percentage").text(), "19");
}

TEST_F(ZohoTaxes, MayBePartOfThePrice) {
    const Value invoice = create(R"(,"is_inclusive_tax":true)");
    EXPECT_EQ(invoice["total"].text(), "311.02");
    EXPECT_EQ(invoice["tax_total"].text(), "48.55");  // 47.89 + 0.66
}

TEST_F(ZohoTaxes, FollowADiscountOfTheWholeInvoice) {
    EXPECT_EQ(create(R"(,"discount":"10%","is_discount_before_tax":true)")["tax_total"].text(), "51.93");  // 51.30 + 0.63
    EXPECT_EQ(create(R"(,"discount":"10%","is_discount_before_tax":false)")["tax_total"].text(), "57.69");
}

TEST_F(ZohoTaxes, CanBeAddedAndAreRefusedWhenUnknown) {
    const std::string id = send("POST", "settings/taxes", R"({"tax_name":"MwSt","tax_percentage":8.1})")["tax"]["tax_id"].string_or("");
    EXPECT_EQ(last.status, 201) << last.body;
    EXPECT_EQ(send("GET", "settings/taxes/" + id)["tax"]["tax_percentage"].text(), "8.1");
    for (const char* body : {R"({"tax_percentage":8})", R"({"tax_name":"x"})", R"({"tax_name":"x","tax_percentage":101})"}) {
        send("POST", "settings/taxes", body);
        EXPECT_EQ(last.status, 400) << body;
    }
    create();
    send("DELETE", "settings/taxes/" + standard);
    EXPECT_EQ(last.status, 400) << "in use";
    send("DELETE", "settings/taxes/" + id);
    EXPECT_EQ(last.status, 200);
    reduced = id;
    create();
    EXPECT_EQ(last.status, 400) << "a tax that is gone";
}

TEST_F(ZohoTaxes, CurrenciesHaveRatesThatInvoicesTake) {
    const Value currencies = send("GET", "settings/currencies")["currencies"];
    EXPECT_EQ(currencies.at_path("0.is_base_currency"), Value(true));
    const std::string dollars = currencies.at_path("1.currency_id").string_or("");
    EXPECT_EQ(create(R"(,"currency_id":")" + dollars + "\"")["exchange_rate"], currencies.at_path("1.exchange_rate"));
    EXPECT_EQ(create(R"(,"exchange_rate":1.08,"currency_id":")" + dollars + "\"")["exchange_rate"].text(), "1.08");
    create(R"(,"exchange_rate":0)");
    EXPECT_EQ(last.status, 400);
    send("POST", "settings/currencies", R"({"currency_code":"NOK","currency_symbol":"kr","exchange_rate":0.086})");
    EXPECT_EQ(last.status, 201) << last.body;
    send("POST", "settings/currencies", R"({"currency_code":"NOK","currency_symbol":"kr"})");
    EXPECT_EQ(last.status, 400);
}

}  // namespace lockstep::sandbox::zoho
