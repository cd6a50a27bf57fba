#include "sim/business.h"

#include <gtest/gtest.h>

#include <set>

namespace lockstep::sim {
namespace {

/// The vendors without the program.
class BusinessTest : public ::testing::Test {
protected:
    BusinessTest()
        : credentials(sandbox::generate_secrets()),
          vendors({.clock = [this] { return Timestamp::from_ms(1771408800000 + now_ms); }, .addresses = {}, .credentials = credentials}) {}

    void open(Plan plan) {
        business = std::make_unique<Business>(std::move(plan), vendors, credentials, [this] { return now_ms; });
        auto loaded = business->load();
        ASSERT_TRUE(loaded) << loaded.error().to_text();
    }
    Business::Happened happen(Deed deed, int subject = 0, std::uint64_t dice = 1) {
        now_ms += 1000;
        return business->happen({.deed = deed, .subject = subject, .dice = dice});
    }
    Value only(std::string_view connector, std::string_view object) {
        auto all = vendors.vendor(connector).records(object);
        EXPECT_TRUE(all && all->size() == 1) << object;
        return all && !all->empty() ? all->front() : Value();
    }

    std::int64_t now_ms = 0;
    sandbox::Credentials credentials;
    sandbox::Sandbox vendors;
    std::unique_ptr<Business> business;
};

TEST_F(BusinessTest, ADealIsClosedOpenedAgainAndClosedAgain) {
    open({});
    EXPECT_EQ(only("salesforce", "Opportunity")["IsWon"], Value(false));
    auto told = happen(Deed::close).told;
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0].key, business->deal_id(0));
    EXPECT_EQ(only("salesforce", "Opportunity")["IsWon"], Value(true));
    EXPECT_TRUE(happen(Deed::reopen).told.empty());
    EXPECT_EQ(only("salesforce", "Opportunity")["IsWon"], Value(false));
    EXPECT_FALSE(happen(Deed::reopen).possible);
    EXPECT_EQ(happen(Deed::close).told.size(), 1u);
}

TEST_F(BusinessTest, EveryEditChangesTheAmount) {
    for (std::uint64_t dice = 1; dice < 30; ++dice) {
        vendors.vendor("salesforce").reset();
        vendors.vendor("sap").reset();
        open({.dice = dice});
        happen(Deed::close);
        Value before = only("salesforce", "Opportunity")["Amount"];
        happen(Deed::edit, 0, dice);
        EXPECT_FALSE(only("salesforce", "Opportunity")["Amount"] == before) << dice;
        EXPECT_EQ(business->ledger().edited_deals.size(), 1u);
    }
}

TEST_F(BusinessTest, ALostMessageTellsNobody) {
    open({});
    EXPECT_TRUE(business->happen({.deed = Deed::close, .lost = true}).told.empty());
    EXPECT_EQ(only("salesforce", "Opportunity")["IsWon"], Value(true));
}

TEST_F(BusinessTest, APartnerMadeByHandIsOneThatAFlowWouldFind) {
    open({});
    happen(Deed::make_partner);
    EXPECT_EQ(only("sap", "A_BusinessPartner")["BusinessPartnerIDByExtSystem"].text(), business->account_id(0));
    EXPECT_EQ(business->ledger().hand_partners.size(), 1u);
    happen(Deed::make_partner);
    (void)only("sap", "A_BusinessPartner");
    happen(Deed::make_contact);
    EXPECT_EQ(only("zoho_books", "contacts").at_path("custom_field_hash.cf_salesforce_id").text(), business->account_id(0));
    EXPECT_EQ(business->ledger().hand_contacts.size(), 1u);
}

TEST_F(BusinessTest, WhatADealParksForIsMendedOnce) {
    int mended = 0;
    for (std::uint64_t dice = 1; dice < 40; ++dice) {
        vendors.vendor("salesforce").reset();
        vendors.vendor("sap").reset();
        open({.accounts = 1, .deals = 1, .dice = dice, .odd = true});
        happen(Deed::close);
        mended += business->mend_all().empty() ? 0 : 1;
        EXPECT_TRUE(business->mend_all().empty());
        EXPECT_FALSE(only("salesforce", "Opportunity")["Amount"].is_null());
    }
    EXPECT_GT(mended, 10);
    EXPECT_LT(mended, 39);
}

TEST_F(BusinessTest, ActsWaitForTheirOccasion) {
    Plan plan{.accounts = 2, .deals = 2};
    plan.acts.push_back({.deed = Deed::rename, .subject = 1, .at_ms = 5, .occasion = Occasion::partner_made});
    open(plan);
    net::Request request{.method = "POST",
                         .url = "/sap/opu/odata/sap/API_BUSINESS_PARTNER/A_BusinessPartner",
                         .headers = {},
                         .body = "{\"BusinessPartnerIDByExtSystem\":\"" + business->account_id(0) + "\"}",
                         .peer = {}};
    EXPECT_TRUE(business->occasioned_by("sap", request).empty());
    request.body = "{\"BusinessPartnerIDByExtSystem\":\"" + business->account_id(1) + "\"}";
    EXPECT_EQ(business->occasioned_by("sap", request).size(), 1u);
    EXPECT_TRUE(business->occasioned_by("sap", request).empty()) << "once only";
}

TEST_F(BusinessTest, GoodsMoveAndProductsComeAndGo) {
    open({.deals = 1, .materials = 8, .stock = true});
    auto sum = [&] {
        auto stock = vendors.vendor("sap").records("A_MatlStkInAcctMod");
        return stock->size();
    };
    EXPECT_GT(sum(), 4u);
    for (int i = 0; i < 8; ++i) {
        happen(Deed::receive_goods, i);
        EXPECT_EQ(business->ledger().stock_changed_ms, now_ms);
        happen(Deed::issue_goods, i);
        happen(Deed::block_goods, i);
    }
    happen(Deed::add_material);
    happen(Deed::add_product);
    happen(Deed::deactivate_product);
    happen(Deed::recode_product, 1);
    EXPECT_EQ(happen(Deed::ask_for_stock).told.at(0).flow, "inventory");
}

TEST(Plan, IsDrawnTheSameFromTheSameSeedAndItsActsAreText) {
    Wishes wishes{.edits = true, .hands = true, .odd = true, .payments_max = 5, .stock_moves_max = 5, .losses = true};
    std::set<std::string> all;
    for (std::uint64_t seed = 1; seed < 100; ++seed) {
        Plan plan = draw_plan(seed, wishes);
        EXPECT_EQ(plan, draw_plan(seed, wishes));
        all.insert(plan.to_string());
        for (const auto& act : plan.acts) EXPECT_EQ(Act::parse(act.to_string()), act);
    }
    EXPECT_EQ(all.size(), 99u);
    for (const char* wrong : {"", "close", "close:0:at:1", "close:0:at:1:2:found", "close:-1:at:1:2", "fly:0:at:1:2", "close:0:once:1:2"})
        EXPECT_FALSE(Act::parse(wrong)) << wrong;
}

}  // namespace
}  // namespace lockstep::sim
