// Deals as people really type them: fractions, discounts, currencies without cents, countries in any case; and tokens that end.
#include "company.h"

namespace lockstep::testing {
namespace {

struct Line {
    std::string quantity, unit_price, discount;
};

/// A won deal of account 1 with these lines, in this currency.
std::string load_deal(const Landscape& landscape, int serial, const std::vector<Line>& lines, const std::string& currency = "EUR") {
    landscape.load("salesforce/Opportunity", {Map{{"Id", deal_id(serial)},
                                                  {"Name", "A deal"},
                                                  {"AccountId", account_id(1)},
                                                  {"StageName", "Closed Won"},
                                                  {"CloseDate", "2026-02-18"},
                                                  {"CurrencyIsoCode", currency}}});
    List items;
    for (const Line& line : lines) {
        Map item{{"OpportunityId", deal_id(serial)},
                 {"Product2Id", product_id(1)},
                 {"Quantity", decimal(line.quantity)},
                 {"UnitPrice", decimal(line.unit_price)}};
        if (!line.discount.empty()) item.set("Discount", decimal(line.discount));
        items.push_back(std::move(item));
    }
    landscape.load("salesforce/OpportunityLineItem", std::move(items));
    return deal_id(serial);
}

std::string outcome(const Value& run) { return run["status"].text() + " " + run["step"].string_or("") + " " + run["reason"].string_or(""); }

}  // namespace

TEST(AcceptedDeals, DiscountsOfAnyQuantityReachSapAndZohoToTheCent) {
    Landscape landscape;
    (void)load_company(landscape, {.accounts = 1, .deals = 0});
    landscape.start_serve();
    const std::vector<std::string> deals = {
        load_deal(landscape, 101, {{"2.5", "10.01", "15"}, {"1.25", "99.99", "7.5"}}),
        load_deal(landscape, 102, {{"0.333", "7.77", "33.33"}, {"7", "33.33", "33.33"}}),
        load_deal(landscape, 103, {{"100000", "1.37", "15"}}),
        load_deal(landscape, 104, {{"8", "1500", "12.5"}, {"7", "101", "0"}, {"2.5", "100", "10"}}, "JPY"),
    };
    std::vector<std::string> runs;
    for (const auto& id : deals) runs.push_back(landscape.close_deal(id));
    for (const auto& id : runs) {
        const Value run = landscape.wait_for(id);
        EXPECT_EQ(run["status"].text(), "succeeded") << outcome(run);
    }
    expect_done_once(landscape, deals);
}

TEST(AcceptedDeals, ACountryIsKnownInAnyCase) {
    Landscape landscape;
    (void)load_company(landscape, {.accounts = 1, .deals = 0});
    landscape.start_serve();
    int serial = 200;
    for (const char* country : {"GERMANY", " germany ", "de"}) {
        landscape.load("salesforce/Account", {Map{{"Id", account_id(1)}, {"BillingCountry", country}}});
        const Value run = landscape.wait_for(landscape.close_deal(load_deal(landscape, ++serial, {{"1", "10", ""}})));
        EXPECT_EQ(run["status"].text(), "succeeded") << country << ": " << outcome(run);
    }
    EXPECT_EQ(landscape.state("sap/A_BusinessPartnerAddress").at(0)["Country"].text(), "DE");
}

TEST(AcceptedDeals, AnAmountThatTheLinesDoNotMakeIsRefusedBeforeAnythingIsMade) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 1, .deals = 1});
    landscape.load("salesforce/Opportunity", {Map{{"Id", deals[0]}, {"Amount", decimal("999999.99")}}});
    landscape.start_serve();
    const Value run = landscape.wait_for(landscape.close_deal(deals[0]));
    EXPECT_EQ(run["status"].text(), "parked");
    EXPECT_EQ(run["step"].text(), "lines_make_amount") << outcome(run);
    for (const char* object : {"sap/A_BusinessPartner", "sap/A_SalesOrder", "zoho_books/contacts", "zoho_books/invoices"})
        EXPECT_TRUE(landscape.state(object).empty()) << object;
}

TEST(AcceptedDeals, AnAddressIsSplitOverSapsFieldsOrRefusedAndNeverCut) {
    Landscape landscape;
    (void)load_company(landscape, {.accounts = 1, .deals = 0});
    landscape.start_serve();
    const auto run_with = [&](int serial, Map address) {
        address.set("Id", account_id(1));
        landscape.load("salesforce/Account", {address});
        return landscape.wait_for(landscape.close_deal(load_deal(landscape, serial, {{"1", "10", ""}})));
    };
    const std::string forty(40, 'x');
    const Map bad[] = {{{"BillingPostalCode", "12345678901"}},
                       {{"BillingPostalCode", "50667"}, {"BillingStreet", forty + forty + forty + "x"}},
                       {{"BillingStreet", "Straße 1"}, {"Name", forty + forty + forty + forty + "x"}}};
    int serial = 300;
    for (const Map& address : bad) {
        const Value run = run_with(++serial, address);
        EXPECT_EQ(run["step"].text(), "address_fits") << outcome(run);
    }
    EXPECT_TRUE(landscape.state("sap/A_BusinessPartner").empty());
    const Value good = run_with(
        ++serial,
        {{"Name", forty + "y"}, {"BillingStreet", "Werk Süd, Tor 113\r\nAm alten Güterbahnhof hinter Halle 17 links\n Postfach 1 "}});
    EXPECT_EQ(good["status"].text(), "succeeded") << outcome(good);
    const Value address = landscape.state("sap/A_BusinessPartnerAddress").at(0);
    EXPECT_EQ(address["StreetName"].text(), "Werk Süd, Tor 113, Am alten Güterbahnhof") << "at most 40 characters, whole words";
    EXPECT_EQ(address["StreetPrefixName"].text(), "hinter Halle 17 links, Postfach 1");
    const Value partner = landscape.state("sap/A_BusinessPartner").at(0);
    EXPECT_EQ(partner["OrganizationBPName1"].text() + "|" + partner["OrganizationBPName2"].text(), forty + "|y");
}

TEST(AcceptedDeals, TaxesOnTheInvoiceAreNoDifferenceToTheDealIfTheyComeOnTopOfIt) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 1, .deals = 2});
    landscape.load("zoho_books/contacts", {Map{{"contact_id", "460000000000090001"},
                                               {"contact_name", "Someone"},
                                               {"contact_type", "customer"},
                                               {"custom_fields", List{Map{{"api_name", "cf_salesforce_id"}, {"value", account_id(1)}}}}}});
    const Value tax = landscape.state("zoho_books/taxes").at(0)["tax_id"];
    const auto amounts = by_key(landscape.state("salesforce/Opportunity"), "Id");
    for (int i : {0, 1})
        landscape.load("zoho_books/invoices",
                       {Map{{"invoice_id", "46000000000009000" + std::to_string(3 + i)},
                            {"customer_id", "460000000000090001"},
                            {"reference_number", "SF-" + deals[static_cast<std::size_t>(i)]},
                            {"is_inclusive_tax", i == 1},
                            {"line_items", List{Map{{"name", "By hand"},
                                                    {"rate", amounts.find(deals[static_cast<std::size_t>(i)])->second["Amount"]},
                                                    {"quantity", 1},
                                                    {"tax_id", tax}}}}}});
    landscape.start_serve();
    const Value on_top = landscape.wait_for(landscape.close_deal(deals[0])), within = landscape.wait_for(landscape.close_deal(deals[1]));
    EXPECT_EQ(on_top["status"].text(), "succeeded") << outcome(on_top);
    EXPECT_EQ(within["step"].text(), "invoice_total") << outcome(within);
    EXPECT_EQ(landscape.state("zoho_books/emails").size(), 1u);
}

TEST(AcceptedDeals, TheContactSaysWhereWhoInWhichCurrencyAndOnWhichTerms) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 1, .deals = 1});
    landscape.start_serve();
    const Value run = landscape.wait_for(landscape.close_deal(deals[0]));
    ASSERT_EQ(run["status"].text(), "succeeded") << outcome(run);
    const Value contact = landscape.state("zoho_books/contacts").at(0), account = landscape.state("salesforce/Account").at(0);
    EXPECT_EQ(contact["contact_type"].text(), "customer");
    EXPECT_EQ(contact["currency_code"].text(), "EUR");
    EXPECT_EQ(contact["payment_terms"], Value(30));
    EXPECT_EQ(contact.at_path("billing_address.city"), account["BillingCity"]);
    EXPECT_EQ(contact.at_path("billing_address.zip"), account["BillingPostalCode"]);
    EXPECT_EQ(contact.at_path("contact_persons.0.email").text(), "invoices@account-1.example");
    EXPECT_EQ(contact.at_path("contact_persons.0.is_primary_contact"), Value(true));
    EXPECT_EQ(landscape.state("zoho_books/emails").at(0).at_path("to_mail_ids.0").text(), "invoices@account-1.example");
}

TEST(AcceptedDeals, AMaterialIsTheProductsCodeWithoutItsBlanksInCapitalsOrWhatTheTableSays) {
    const TemporaryFolder folder;
    const std::string yaml = folder.file("lockstep.yaml");
    Landscape landscape({.config = yaml});
    write_file(yaml, connections_with_sap_at(landscape.environment().at("SAP_BASE_URL"), "{}") +
                         "flows:\n  deal-closed: { config: { unit: XX, materials: { SHOP-7: part-002 } } }\n");
    (void)load_company(landscape, {.accounts = 1, .deals = 0});
    landscape.start_serve();
    int serial = 400;
    for (auto [code, material] : {std::pair(" part-003 ", "PART-003"), std::pair("SHOP-7", "PART-002")}) {
        landscape.load("salesforce/Product2", {Map{{"Id", product_id(1)}, {"ProductCode", code}, {"QuantityUnitOfMeasure", "Piece"}}});
        const std::string deal = load_deal(landscape, ++serial, {{"1", "10", ""}});
        const Value run = landscape.wait_for(landscape.close_deal(deal));
        ASSERT_EQ(run["status"].text(), "succeeded") << outcome(run);
        const Value order = only(by_key(landscape.state("sap/A_SalesOrder"), "PurchaseOrderByCustomer"), deal, "order");
        const Value item = order.at_path(order["to_Item"].is_list() ? "to_Item.0" : "to_Item.results.0");
        EXPECT_EQ(item["Material"].text(), material) << json::write(order);
        EXPECT_EQ(item["RequestedQuantityUnit"].text(), "PC") << "the product's own unit as SAP calls it, not the one for products without";
    }
}

TEST(AcceptedDeals, EndedTokensAndSessionsOfAllVendorsAreRenewedOnce) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 1, .deals = 2});
    landscape.start_serve();
    EXPECT_EQ(landscape.wait_for(landscape.close_deal(deals[0]))["status"].text(), "succeeded");
    (void)landscape.control("POST", "/clock", Map{{"advance_s", 50'000}});
    const Value run = landscape.wait_for(landscape.close_deal(deals[1]));
    EXPECT_EQ(run["status"].text(), "succeeded") << outcome(run);
    expect_done_once(landscape, deals);
    std::int64_t tokens = 0;
    const Value calls = landscape.control("GET", "/calls")["calls"];
    for (const Value& call : calls.as_list())
        if (call["route"].text().find("token") != std::string::npos) tokens += call["count"].as_int();
    EXPECT_GE(tokens, 6) << "two of each vendor";
    EXPECT_LE(tokens, 8) << "and of Zoho CRM as often as it was asked for changes";
}

}  // namespace lockstep::testing
