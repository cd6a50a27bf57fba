// Whole deals, through a real `lockstep sandbox` and a real `lockstep serve`.
#include "company.h"

namespace lockstep::testing {

TEST(Deals, TwoHundredOfTenNewAccountsMakeTenPartnersAndTenContacts) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 10, .deals = 200});
    landscape.start_serve();
    std::vector<std::thread> senders;
    for (std::size_t sender = 0; sender < 8; ++sender)
        senders.emplace_back([&, sender] { for (std::size_t i = sender; i < deals.size(); i += 8) (void)landscape.close_deal(deals[i]); });
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

}  // namespace lockstep::testing
