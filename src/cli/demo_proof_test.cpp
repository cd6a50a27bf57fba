// The demo's proof must be able to fail: each test makes a day that is good but for one thing.
#include "cli/demo_proof.h"

#include <gtest/gtest.h>

namespace lockstep::cli {
namespace {

/// Ten deals that are in SAP and in Zoho Books, emailed, as if the day had made them.
class DemoProofTest : public ::testing::Test {
protected:
    void SetUp() override {
        auto started = sandbox::start_sandbox_server({.port = 0, .seed_data = false});
        ASSERT_TRUE(started.has_value());
        sandbox_ = *std::move(started);
        vendors_ = std::make_unique<DemoVendors>(*sandbox_);
        proof_ = std::make_unique<DemoProof>(*vendors_);
        proof_->begin();
        ASSERT_TRUE(sandbox_->sandbox().load_seed_data().has_value());
        for (const Value& deal : vendors_->records("salesforce/Opportunity"))
            if (deal["IsWon"] == Value(true)) deals_.push_back(deal);
        ASSERT_EQ(deals_.size(), 10u);
        for (const Value& deal : deals_) proof_->closed(deal["Id"].text());
        for (const Value& invoice : vendors_->records("zoho_books/invoices")) email(invoice["invoice_id"].text());
    }

    void email(const std::string& invoice_id) {
        auto sent = vendors_->zoho("POST", "invoices/" + invoice_id + "/email",
                                   Map{{"to_mail_ids", List{"payables@customer.example"}}, {"subject", "Invoice"}, {"body", "Invoice"}});
        ASSERT_TRUE(sent.has_value()) << sent.error().message;
    }
    std::string deal_id() const { return deals_[0]["Id"].text(); }
    Value invoice() const { return vendors_->record("zoho_books/invoices", "reference_number", "SF-" + deal_id()); }
    void load(const std::string& object, Map record) {
        auto loaded = vendors_->load(object, {std::move(record)});
        ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    }

    struct Verdict {
        bool good;
        std::string text;
    };
    Verdict verdict() {
        proof_->judge_deals();
        ThreadRuntime runtime;
        DemoScreen screen(runtime);
        ::testing::internal::CaptureStdout();
        const bool good = proof_->print(screen);
        return {good, ::testing::internal::GetCapturedStdout()};
    }
    void expect_wrong(const std::string& because) {
        const Verdict its = verdict();
        EXPECT_FALSE(its.good) << its.text;
        EXPECT_NE(its.text.find(because), std::string::npos) << because << " is not in\n" << its.text;
    }

    std::unique_ptr<sandbox::SandboxServer> sandbox_;
    std::unique_ptr<DemoVendors> vendors_;
    std::unique_ptr<DemoProof> proof_;
    List deals_;
};

TEST_F(DemoProofTest, HoldsForADayOnWhichAllWentWell) {
    const Verdict its = verdict();
    EXPECT_TRUE(its.good) << its.text;
    EXPECT_EQ(its.text.find("≠"), std::string::npos) << its.text;
}

TEST_F(DemoProofTest, SeesADealThatIsLost) {
    for (const Value& deal : vendors_->records("salesforce/Opportunity"))
        if (deal["IsWon"] != Value(true)) {
            proof_->closed(deal["Id"].text());
            break;
        }
    expect_wrong("0 orders in SAP");
}

TEST_F(DemoProofTest, SeesASecondOrder) {
    const Value order = vendors_->record("sap/A_SalesOrder", "PurchaseOrderByCustomer", deal_id());
    load("sap/A_SalesOrder", {{"SalesOrder", "777"},
                              {"SalesOrderType", "OR"},
                              {"SalesOrganization", "1010"},
                              {"DistributionChannel", "10"},
                              {"OrganizationDivision", "00"},
                              {"SoldToParty", order["SoldToParty"]},
                              {"PurchaseOrderByCustomer", deal_id()},
                              {"TransactionCurrency", order["TransactionCurrency"]}});
    expect_wrong("2 orders in SAP");
}

TEST_F(DemoProofTest, SeesASecondEmail) {
    email(invoice()["invoice_id"].text());
    expect_wrong("emailed 2 times");
}

TEST_F(DemoProofTest, SeesACentTooMuch) {
    auto more = number_of(deals_[0]["Amount"]).plus(*Decimal::parse("0.01"));
    ASSERT_TRUE(more.has_value());
    load("salesforce/Opportunity", {{"Id", deal_id()}, {"Amount", *more}});
    expect_wrong("the deal is " + more->to_string());
}

TEST_F(DemoProofTest, SeesANumberThatWasNotWrittenBack) {
    load("salesforce/Opportunity", {{"Id", deal_id()}, {"SAP_Order_Number__c", Value()}});
    expect_wrong("the numbers in Salesforce are others");
}

TEST_F(DemoProofTest, SeesADealThatIsStillParked) {
    load("salesforce/Opportunity", {{"Id", deal_id()}, {"Sync_Status__c", "Parked: because"}});
    expect_wrong("Parked: because");
}

TEST_F(DemoProofTest, SeesAPaymentThatNobodyMade) {
    load("salesforce/Opportunity", {{"Id", deal_id()}, {"Payment_Amount__c", 5}});
    expect_wrong("0 is paid, Salesforce shows 5");
}

TEST_F(DemoProofTest, SeesADealThatIsShownAsPaidBeforeTheBalanceIsNought) {
    load("salesforce/Opportunity", {{"Id", deal_id()}, {"Payment_Received__c", true}});
    expect_wrong("and Salesforce says otherwise");
}

TEST_F(DemoProofTest, SeesACustomerWhoWasMadeTwice) {
    load("sap/A_BusinessPartner",
         {{"BusinessPartner", "7777777"}, {"BusinessPartnerCategory", "2"}, {"BusinessPartnerIDByExtSystem", deals_[0]["AccountId"]}});
    expect_wrong("2 partners in SAP");
}

TEST_F(DemoProofTest, SeesAProductWithAnotherStock) {
    proof_->judge_products();
    expect_wrong("Salesforce shows ");
}

}  // namespace
}  // namespace lockstep::cli
