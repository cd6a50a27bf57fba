// Whole deals, through a real `lockstep sandbox` and a real `lockstep serve`.
#include "company.h"

namespace lockstep::testing {

TEST(Deals, TwoHundredOfTenNewAccountsMakeTenPartnersAndTenContacts) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 10, .deals = 200});
    landscape.start_serve();
    std::vector<std::thread> senders;
    for (std::size_t sender = 0; sender < 8; ++sender)
        senders.emplace_back([&, sender] {
            for (std::size_t i = sender; i < deals.size(); i += 8) (void)landscape.close_deal(deals[i]);
        });
    for (auto& sender : senders) sender.join();
    ASSERT_TRUE(landscape.wait_until_quiet(90'000)) << json::write(landscape.counts());
    EXPECT_EQ(landscape.counts()["succeeded"], Value(200)) << json::write(landscape.counts());
    expect_done_once(landscape, deals);
}

TEST(Deals, ASecondEventOfASyncedDealWritesNothing) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 2, .deals = 5});
    landscape.start_serve();
    for (const auto& id : deals) (void)landscape.close_deal(id);
    ASSERT_TRUE(landscape.wait_until_quiet(30'000));
    const auto writes = landscape.vendor_writes();
    const List before = landscape.state("salesforce/Opportunity");
    for (const auto& id : deals) {
        const Value run = landscape.wait_for(landscape.close_deal(id));
        EXPECT_EQ(run["status"].text(), "skipped");
        EXPECT_NE(run["reason"].text().find("synced already: order "), std::string::npos) << run["reason"].text();
    }
    EXPECT_EQ(landscape.vendor_writes(), writes);
    EXPECT_EQ(Value(landscape.state("salesforce/Opportunity")), Value(before));
    expect_done_once(landscape, deals);
}

TEST(Deals, AreLoggedAsJsonLinesThatNameRunFlowAndKey) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 1, .deals = 1});
    landscape.start_serve();
    const std::string run = landscape.wait_for(landscape.close_deal(deals[0]))["id"].text();
    (void)landscape.stop_serve();
    std::istringstream lines(landscape.serve().errors());
    Value ended;
    for (std::string line; std::getline(lines, line);) {
        const auto said = json::parse(line);
        ASSERT_TRUE(said.has_value()) << line;
        EXPECT_FALSE((*said)["time"].text().empty() || (*said)["level"].text().empty() || (*said)["message"].text().empty()) << line;
        if ((*said)["message"].text() == "run ended") ended = *said;
    }
    EXPECT_EQ(ended["run"].text(), run);
    EXPECT_EQ(ended["flow"].text(), "deal-closed");
    EXPECT_EQ(ended["key"].text(), deals[0]);
    EXPECT_EQ(ended["status"].text(), "succeeded");
}

TEST(Deals, TheShortAndTheLongIdAreTheSameDeal) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 1, .deals = 1});
    landscape.start_serve();
    const auto first = landscape.close_deal(deals[0].substr(0, 15)), second = landscape.close_deal(deals[0]);
    EXPECT_EQ(landscape.wait_for(first)["status"].text(), "succeeded");
    EXPECT_EQ(landscape.wait_for(second)["status"].text(), "skipped");
    EXPECT_EQ(landscape.run(first)["key"].text(), deals[0]);
    expect_done_once(landscape, deals);
}

TEST(Deals, ADealThatIsNotWonIsSkipped) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 1, .deals = 1, .stage = "Negotiation/Review"});
    landscape.start_serve();
    const Value run = landscape.wait_for(landscape.close_deal(deals[0]));
    EXPECT_EQ(run["status"].text(), "skipped");
    EXPECT_EQ(run["reason"].text(), "the opportunity is not won: its stage is Negotiation/Review");
    EXPECT_EQ(landscape.vendor_writes(), 0);
}

TEST(Deals, AChangeWhileTheOrderIsMadeDoesNotSetOrderAndInvoiceApart) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 1, .deals = 1});
    const Value amount = landscape.state("salesforce/Opportunity").at(0)["Amount"];
    landscape.set_faults(1, {Map{{"connector", "sap"}, {"kind", "delay"}, {"delay_ms", 400}, {"probability", 1}}});
    landscape.start_serve();
    const std::string id = landscape.close_deal(deals[0]);
    ASSERT_TRUE(wait_until(10'000, [&] { return json::write(landscape.run(id)["journal"]).find("\"partner\"") != std::string::npos; }))
        << "the deal has been read when the partner is looked for";
    const Value line = landscape.state("salesforce/OpportunityLineItem").at(0);
    landscape.load("salesforce/OpportunityLineItem", {Map{{"Id", line["Id"]}, {"Quantity", 99}}});
    ASSERT_NE(landscape.state("salesforce/Opportunity").at(0)["Amount"], amount);
    ASSERT_TRUE(landscape.state("sap/A_SalesOrder").empty()) << "too late: the order was made before the change";
    EXPECT_EQ(landscape.wait_for(id)["status"].text(), "succeeded");
    const Value order = landscape.state("sap/A_SalesOrder").at(0), invoice = landscape.state("zoho_books/invoices").at(0);
    EXPECT_EQ(decimal(order["TotalNetAmount"].text()), amount.to_decimal()) << "what was read is what is carried through";
    EXPECT_EQ(invoice["total"].to_decimal(), amount.to_decimal());
}

TEST(Deals, EveryOpenDealOfTheMadeUpManufacturerIsSyncedOrParkedForWhatIsWrongWithIt) {
    Landscape landscape({.seed_data = true});
    std::vector<std::string> open;
    List won;
    for (const Value& deal : landscape.state("salesforce/Opportunity")) {
        if (deal["IsClosed"] == Value(true)) continue;
        open.push_back(deal["Id"].text());
        won.push_back(Map{{"Id", deal["Id"]}, {"StageName", "Closed Won"}});
    }
    ASSERT_GT(open.size(), 50u);
    landscape.load("salesforce/Opportunity", std::move(won));
    const Effects before = read_effects(landscape);
    landscape.start_serve();
    for (const auto& id : open) (void)landscape.close_deal(id);
    ASSERT_TRUE(landscape.wait_until_quiet(90'000));
    const Effects effects = read_effects(landscape);
    std::size_t parked = 0;
    for (const Value& run : landscape.runs("status=parked")) {
        ++parked;
        const std::string reason = run["reason"].text();
        const auto says = [&](std::string_view part) { return reason.find(part) != std::string::npos; };
        EXPECT_TRUE(says("nobody to send the invoice to") || says("country is not known") || says("does not exist")) << reason;
        EXPECT_EQ(effects.invoices.count("SF-" + run["key"].text()), 0u) << reason;
    }
    EXPECT_GE(parked, 1u) << "there are deals with something wrong among them";
    EXPECT_LE(parked, 5u);
    EXPECT_EQ(effects.orders.size() - before.orders.size(), open.size() - parked);
    EXPECT_EQ(effects.invoices.size() - before.invoices.size(), open.size() - parked);
    for (const Value& run : landscape.runs("status=succeeded")) expect_deal_done_once(effects, run["key"].text());
    for (const auto& records : {effects.partners, effects.contacts})
        for (const auto& [account, record] : records) EXPECT_LE(records.count(account), account.empty() ? records.size() : 1u) << account;
}

TEST(Deals, ARunThatRetriesForLongSaysSoInSalesforceAndAShortOneSpendsNoCallOnIt) {
    const TemporaryFolder folder;
    const std::string yaml = folder.file("lockstep.yaml"), flow = folder.file("deal-closed.yaml");
    std::string text = read_file(std::string(LOCKSTEP_SOURCE_DIR) + "/flows/deal-closed.yaml");
    const std::string_view a_minute = "waiting_after: 60s";
    ASSERT_NE(text.find(a_minute), std::string::npos);
    write_file(flow, text.replace(text.find(a_minute), a_minute.size(), "waiting_after: 1s"));
    Landscape landscape({.config = yaml});
    write_file(yaml, connections_with_sap_at(landscape.environment().at("SAP_BASE_URL"), "{ retries: 50, retry_base_ms: 50 }") +
                         "flows:\n  deal-closed: { file: " + flow + " }\n");
    const auto deals = load_company(landscape, {.accounts = 1, .deals = 2});
    landscape.start_serve();
    const auto status = [&](std::size_t deal) {
        return only(by_key(landscape.state("salesforce/Opportunity"), "Id"), deals[deal], "deal")["Sync_Status__c"].text();
    };
    const auto updates = [&] {
        const Value calls = landscape.control("GET", "/calls")["calls"];
        std::int64_t total = 0;
        for (const Value& call : calls.as_list()) total += call["method"].text() == "PATCH" ? call["count"].as_int() : 0;
        return total;
    };
    EXPECT_EQ(landscape.wait_for(landscape.close_deal(deals[0]))["status"].text(), "succeeded");
    EXPECT_EQ(updates(), 1) << "the numbers are written back, and nothing else";

    landscape.set_faults(1, {Map{{"connector", "sap"}, {"kind", "status"}, {"status", 503}, {"probability", 1}}});
    const std::string run = landscape.close_deal(deals[1]);
    EXPECT_TRUE(wait_until(
        20'000, [&] { return status(1).starts_with("Waiting: "); }, 50))
        << json::write(landscape.run(run)).substr(0, 3000);
    (void)landscape.control("DELETE", "/faults");
    EXPECT_EQ(landscape.wait_for(run)["status"].text(), "succeeded");
    EXPECT_EQ(updates(), 3) << "waiting is told once";
    expect_done_once(landscape, deals);
}

}  // namespace lockstep::testing
