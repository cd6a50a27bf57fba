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
    EXPECT_EQ(tokens, 6) << "two of each vendor";
}

}  // namespace lockstep::testing
