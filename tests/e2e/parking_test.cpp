// What parks, what people are told, and how it goes on when the cause is mended.
#include "company.h"

namespace lockstep::testing {
namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// What Slack has got, once there is something and nothing more comes for a while.
std::vector<std::string> messages_after_a_while(const Landscape& landscape) {
    (void)wait_until(20'000, [&] { return !landscape.state("slack/messages").empty(); }, 50);
    // An alert gathers for two seconds what happens alike; a second message would have come by now.
    (void)wait_until(3'500, [&] { return landscape.state("slack/messages").size() > 2; }, 100);
    std::vector<std::string> all;
    for (const Value& message : landscape.state("slack/messages")) all.push_back(json::write(message));
    return all;
}

std::string sync_status(const Landscape& landscape, const std::string& deal) {
    return only(by_key(landscape.state("salesforce/Opportunity"), "Id"), deal, "deal")["Sync_Status__c"].text();
}

}  // namespace

TEST(Parking, WithoutAnAddressNothingIsMadeAndAfterMendingItGoesOn) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 1, .deals = 1, .emails = false});
    landscape.start_serve();
    const Value run = landscape.wait_for(landscape.close_deal(deals[0]));
    EXPECT_EQ(run["status"].text(), "parked");
    EXPECT_EQ(run["step"].text(), "has_email");
    EXPECT_TRUE(has(run["reason"].text(), "nobody to send the invoice to")) << run["reason"].text();
    EXPECT_TRUE(landscape.state("sap/A_BusinessPartner").empty());
    EXPECT_TRUE(landscape.state("sap/A_SalesOrder").empty());
    EXPECT_TRUE(landscape.state("zoho_books/contacts").empty());
    EXPECT_TRUE(has(sync_status(landscape, deals[0]), "Parked: nobody to send the invoice to"));

    const auto messages = messages_after_a_while(landscape);
    ASSERT_EQ(messages.size(), 1u);
    for (std::string_view told : {std::string_view(deals[0]), std::string_view("nobody to send the invoice to"),
                                  std::string_view("deal-closed"), std::string_view("lockstep parked replay ")})
        EXPECT_TRUE(has(messages[0], told)) << told << " is not in " << messages[0];

    const Finished list = landscape.lockstep({"parked", "--runs"});
    EXPECT_EQ(list.exit, 0) << list.err;
    EXPECT_TRUE(has(list.out, run["id"].text()) && has(list.out, deals[0]) && has(list.out, "has_email")) << list.out;

    landscape.load("salesforce/Contact", {contact_of(1)});
    const Finished replay = landscape.lockstep({"parked", "replay", run["id"].text()});
    EXPECT_EQ(replay.exit, 0) << replay.err;
    const Value again = landscape.wait_for(run["id"].text());
    EXPECT_EQ(again["status"].text(), "succeeded") << json::write(again["reason"]);
    expect_done_once(landscape, deals);
}

TEST(Parking, ManyOfOneCauseAreNotManyMessages) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 5, .deals = 60, .emails = false});
    landscape.start_serve();
    for (const auto& id : deals) (void)landscape.close_deal(id);
    ASSERT_TRUE(landscape.wait_until_quiet(60'000));
    EXPECT_EQ(landscape.counts()["parked"], Value(60));
    const auto messages = messages_after_a_while(landscape);
    EXPECT_GE(messages.size(), 1u);
    EXPECT_LE(messages.size(), 2u);
    EXPECT_TRUE(has(messages.at(0), "more")) << "how many there are is told: " << messages[0];

    List contacts;
    for (int i = 1; i <= 5; ++i) contacts.push_back(contact_of(i));
    landscape.load("salesforce/Contact", std::move(contacts));
    const Finished replay = landscape.lockstep({"parked", "replay", "--all"});
    EXPECT_EQ(replay.exit, 0) << replay.err;
    ASSERT_TRUE(landscape.wait_until_quiet(60'000));
    expect_done_once(landscape, deals);
}

TEST(Parking, AnOrderWithAnotherTotalIsToldWithBothAmountsAndNothingIsInvoiced) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 1, .deals = 1});
    const Value amount = landscape.state("salesforce/Opportunity").at(0)["Amount"];
    landscape.load("salesforce/Opportunity", {Map{{"Id", deals[0]}, {"Amount", decimal("100000.01")}}});
    landscape.start_serve();
    const Value run = landscape.wait_for(landscape.close_deal(deals[0]));
    EXPECT_EQ(run["status"].text(), "parked");
    EXPECT_TRUE(has(run["reason"].text(), "100000.01")) << run["reason"].text();
    EXPECT_TRUE(has(run["reason"].text(), amount.text())) << run["reason"].text();
    EXPECT_TRUE(landscape.state("zoho_books/invoices").empty());
    EXPECT_TRUE(has(sync_status(landscape, deals[0]), "Parked: the totals differ"));

    landscape.load("salesforce/Opportunity", {Map{{"Id", deals[0]}, {"Amount", amount}}});
    EXPECT_EQ(landscape.lockstep({"parked", "replay", run["id"].text()}).exit, 0);
    const Value again = landscape.wait_for(run["id"].text());
    EXPECT_EQ(again["status"].text(), "succeeded") << json::write_pretty(again);
    expect_done_once(landscape, deals);
}

TEST(Parking, ADealThatWasChangedAfterItsOrderIsNotInvoicedByAReplay) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 1, .deals = 1});
    landscape.set_faults(1, {Map{{"connector", "zoho_books"},
                                 {"method", "POST"},
                                 {"route", "/books/v3/invoices"},
                                 {"kind", "status"},
                                 {"status", 404},
                                 {"probability", 1}}});
    landscape.start_serve();
    const std::string id = landscape.close_deal(deals[0]);
    EXPECT_EQ(landscape.wait_for(id)["status"].text(), "parked");
    ASSERT_EQ(landscape.state("sap/A_SalesOrder").size(), 1u);
    (void)landscape.control("DELETE", "/faults");

    const auto deal_says = [&](std::string_view field) { return landscape.state("salesforce/Opportunity").at(0)[field]; };
    const Value amount = deal_says("Amount");
    EXPECT_EQ(deal_says("SAP_Order_Number__c"), landscape.state("sap/A_SalesOrder").at(0)["SalesOrder"]) << "what there is, is shown";
    const Value line = landscape.state("salesforce/OpportunityLineItem").at(0);
    landscape.load("salesforce/OpportunityLineItem", {Map{{"Id", line["Id"]}, {"Quantity", decimal("99")}}});
    ASSERT_NE(deal_says("Amount"), amount);
    EXPECT_EQ(landscape.lockstep({"parked", "replay", id}).exit, 0);
    const Value again = landscape.wait_for(id);
    EXPECT_EQ(again["status"].text(), "parked") << json::write(again);
    EXPECT_EQ(again["step"].text(), "order_total");
    EXPECT_TRUE(has(again["reason"].text(), "the totals differ: the deal is ") && has(again["reason"].text(), amount.text()));
    EXPECT_EQ(landscape.state("sap/A_SalesOrder").size(), 1u);
    EXPECT_TRUE(landscape.state("zoho_books/invoices").empty());
    EXPECT_TRUE(has(sync_status(landscape, deals[0]), "Parked: the totals differ"));
}

TEST(Parking, ADealThatWasChangedAfterItWasSyncedParksUntilOrderAndInvoiceAgreeWithItAgain) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 1, .deals = 1});
    landscape.start_serve();
    EXPECT_EQ(landscape.wait_for(landscape.close_deal(deals[0]))["status"].text(), "succeeded");
    const Value line = landscape.state("salesforce/OpportunityLineItem").at(0);
    const Value quantity = line["Quantity"];
    const auto sell = [&](const Value& pieces) {
        landscape.load("salesforce/OpportunityLineItem", {Map{{"Id", line["Id"]}, {"Quantity", pieces}}});
    };
    const Value amount = landscape.state("salesforce/Opportunity").at(0)["Amount"];

    sell(decimal("99"));
    const std::string id = landscape.close_deal(deals[0]);
    const Value parked = landscape.wait_for(id);
    EXPECT_EQ(parked["step"].text(), "amended") << json::write(parked);
    EXPECT_TRUE(has(parked["reason"].text(), "it was " + amount.text())) << parked["reason"].text();
    EXPECT_TRUE(has(sync_status(landscape, deals[0]), "Parked: the deal was changed after it was synced"));
    EXPECT_EQ(landscape.lockstep({"parked", "replay", id}).exit, 0);
    EXPECT_EQ(landscape.wait_for(id)["status"].text(), "parked") << "nothing was amended";

    sell(quantity);
    EXPECT_EQ(landscape.lockstep({"parked", "replay", id}).exit, 0);
    EXPECT_EQ(landscape.wait_for(id)["status"].text(), "skipped");
    EXPECT_EQ(sync_status(landscape, deals[0]), "Synced");
    EXPECT_EQ(landscape.state("sap/A_SalesOrder").size(), 1u);
    EXPECT_EQ(landscape.state("zoho_books/invoices").size(), 1u);
}

TEST(Parking, AnInvoiceOfAnotherTotalUnderTheDealsReferenceIsNeitherTakenNorDoubled) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 1, .deals = 1});
    landscape.load("zoho_books/contacts", {Map{{"contact_id", "460000000000090001"},
                                               {"contact_name", "Someone"},
                                               {"contact_type", "customer"},
                                               {"custom_fields", List{Map{{"api_name", "cf_salesforce_id"}, {"value", account_id(1)}}}}}});
    landscape.load("zoho_books/invoices",
                   {Map{{"invoice_id", "460000000000090003"},
                        {"customer_id", "460000000000090001"},
                        {"reference_number", "SF-" + deals[0]},
                        {"line_items", List{Map{{"name", "By hand"}, {"rate", decimal("12.34")}, {"quantity", 1}}}}}});
    landscape.start_serve();
    const Value run = landscape.wait_for(landscape.close_deal(deals[0]));
    EXPECT_EQ(run["status"].text(), "parked") << json::write(run);
    EXPECT_TRUE(has(run["reason"].text(), "12.34")) << run["reason"].text();
    EXPECT_EQ(landscape.state("zoho_books/invoices").size(), 1u);
    EXPECT_TRUE(landscape.state("zoho_books/emails").empty());
}

TEST(Parking, AnInvoiceInAnotherCurrencyIsNotTakenThoughItsTotalIsTheSame) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 1, .deals = 1});
    landscape.load("zoho_books/contacts", {Map{{"contact_id", "460000000000090001"},
                                               {"contact_name", "Someone"},
                                               {"contact_type", "customer"},
                                               {"currency_code", "USD"},
                                               {"custom_fields", List{Map{{"api_name", "cf_salesforce_id"}, {"value", account_id(1)}}}}}});
    landscape.load(
        "zoho_books/invoices",
        {Map{{"invoice_id", "460000000000090003"},
             {"customer_id", "460000000000090001"},
             {"currency_code", "USD"},
             {"reference_number", "SF-" + deals[0]},
             {"line_items",
              List{Map{{"name", "By hand"}, {"rate", landscape.state("salesforce/Opportunity").at(0)["Amount"]}, {"quantity", 1}}}}}});
    ASSERT_EQ(landscape.state("zoho_books/invoices").at(0)["currency_code"].text(), "USD");
    landscape.start_serve();
    const Value run = landscape.wait_for(landscape.close_deal(deals[0]));
    EXPECT_EQ(run["status"].text(), "parked") << json::write(run);
    EXPECT_TRUE(has(run["reason"].text(), "USD") && has(run["reason"].text(), "EUR")) << run["reason"].text();
    EXPECT_EQ(landscape.state("zoho_books/invoices").size(), 1u);
    EXPECT_TRUE(landscape.state("zoho_books/emails").empty());
}

TEST(Parking, WhatPeopleTypedMentionsNobodyInSlack) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 1, .deals = 1});
    landscape.load("salesforce/Account", {Map{{"Id", account_id(1)}, {"BillingCountry", "<!channel> & <https://evil.example|here>"}}});
    landscape.start_serve();
    EXPECT_EQ(landscape.wait_for(landscape.close_deal(deals[0]))["step"].text(), "country_is_known");
    const auto messages = messages_after_a_while(landscape);
    ASSERT_EQ(messages.size(), 1u);
    EXPECT_TRUE(has(messages[0], "&lt;!channel&gt; &amp; &lt;https://evil.example|here&gt;")) << messages[0];
    EXPECT_FALSE(has(messages[0], "<")) << messages[0];
}

TEST(Parking, AParkedRunCanBeDroppedOnceAndForAReason) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 1, .deals = 1, .emails = false});
    landscape.start_serve();
    const std::string id = landscape.wait_for(landscape.close_deal(deals[0]))["id"].text();
    EXPECT_EQ(landscape.lockstep({"parked", "drop", id}).exit, 2) << "without a reason";
    EXPECT_EQ(landscape.lockstep({"parked", "drop", id, "--reason", "paid in cash"}).exit, 0);
    EXPECT_EQ(landscape.run(id)["status"].text(), "dropped");
    const Finished again = landscape.lockstep({"parked", "replay", id});
    EXPECT_EQ(again.exit, 1);
    EXPECT_TRUE(has(again.err, "only a parked run can be replayed")) << again.err;
    EXPECT_EQ(landscape.lockstep({"parked", "replay", "01NOSUCHRUN"}).exit, 1);
    EXPECT_EQ(landscape.lockstep({"parked", "replay"}).exit, 2);
}

}  // namespace lockstep::testing
