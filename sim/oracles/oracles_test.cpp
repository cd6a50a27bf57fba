#include <gtest/gtest.h>

#include "sim/oracles/evidence.h"
#include "sim/oracles/secrets.h"

namespace lockstep::sim::oracles {
namespace {

constexpr const char* deal_id = "006000000000001AAA";
constexpr const char* account_id = "001000000000001AAA";

/// A play in which one deal was carried through and its invoice paid; tests spoil it.
class Oracles : public ::testing::Test {
protected:
    Oracles() {
        evidence.history = &history;
        history.triggers.push_back({.flow = "deal-closed",
                                    .key = deal_id,
                                    .body = "{}",
                                    .what = "deal",
                                    .given_ms = 1,
                                    .acknowledged_ms = 5,
                                    .event_id = "E1",
                                    .run_id = "R1"});
        history.agreement_ms = 10'000;
        history.ended_ms = 20'000;
        evidence.runs.push_back(run("R1", "E1", 1000, 2000));
        evidence.deals.emplace(deal_id, Map{{"Id", deal_id},
                                            {"AccountId", account_id},
                                            {"IsWon", true},
                                            {"Amount", *Decimal::parse("12.50")},
                                            {"CurrencyIsoCode", "EUR"},
                                            {"SAP_Order_Number__c", "7"},
                                            {"Zoho_Invoice_Number__c", "INV-1"},
                                            {"Sync_Status__c", "Synced"},
                                            {"Payment_Received__c", true},
                                            {"Payment_Amount__c", *Decimal::parse("12.5")},
                                            {"Payment_Date__c", "2026-03-01"},
                                            {"Payment_Method__c", "cash"}});
        evidence.orders.emplace(deal_id, Map{{"SalesOrder", "7"}, {"TotalNetAmount", "12.50"}, {"TransactionCurrency", "EUR"}});
        evidence.partners.emplace(account_id, Map{{"BusinessPartner", "100"}});
        evidence.contacts.emplace(account_id, Map{{"contact_id", "200"}});
        evidence.invoices.emplace(std::string("SF-") + deal_id, Map{{"invoice_id", "300"},
                                                                    {"invoice_number", "INV-1"},
                                                                    {"total", *Decimal::parse("12.50")},
                                                                    {"currency_code", "EUR"},
                                                                    {"status", "paid"},
                                                                    {"balance", 0}});
        evidence.emails.emplace("300", Map{{"subject", "Your invoice INV-1"}});
        evidence.payments.push_back(payment("400", "12.50", "2026-03-01", "cash"));
        evidence.ledger.closed_deals.insert(deal_id);
        evidence.ledger.paid_invoices.insert("300");
    }

    static Value payment(const char* id, const char* amount, const char* date, const char* mode) {
        return Map{{"payment_id", id},
                   {"date", date},
                   {"payment_mode", mode},
                   {"invoices", List{Map{{"invoice_id", "300"}, {"amount_applied", *Decimal::parse(amount)}}}}};
    }
    static store::LoadedRun run(const std::string& id, const std::string& event, std::int64_t from_ms, std::int64_t to_ms) {
        store::LoadedRun made;
        made.run = {.id = id, .event_id = event, .flow = "deal-closed", .key = deal_id, .status = store::RunStatus::succeeded};
        made.event = {.id = event, .flow = "deal-closed", .key = deal_id};
        std::int64_t seq = 0;
        auto add = [&](const char* kind, const char* step, std::int64_t at_ms, const char* data) {
            made.journal.push_back({.run_id = id, .seq = ++seq, .at_ms = at_ms, .kind = kind, .step = step, .data_json = data});
        };
        add("started", "", from_ms, "{}");
        add("done", "partner", from_ms + 1, R"({"output":{"BusinessPartner":"100"}})");
        add("done", "order", from_ms + 2, R"({"output":{"SalesOrder":"7"}})");
        add("done", "contact", from_ms + 3, R"({"output":{"contact_id":"200"}})");
        add("done", "invoice", from_ms + 4, R"({"output":{"invoice_id":"300"}})");
        add("ended", "", to_ms, R"({"status":"succeeded"})");
        return made;
    }
    SentCall& call(const std::string& connector, std::int64_t sent_ms, std::int64_t answered_ms, int status = 200) {
        history.calls.push_back({.number = history.calls.size() + 1,
                                 .connector = connector,
                                 .method = "GET",
                                 .url = "/",
                                 .sent_ms = sent_ms,
                                 .answered_ms = answered_ms,
                                 .vendor_status = status,
                                 .status = status});
        return history.calls.back();
    }
    void alert(const std::string& id, std::int64_t at_ms, const std::string& title = "deal-closed: parked at step `order`") {
        SentCall& sent = call("slack", at_ms, at_ms + 1);
        sent.method = "POST";
        sent.effect = net::Effect::write;
        sent.body = R"({"text":")" + title + R"(\n• 006 (run R1): it is so\nMend it\nAlert )" + id + "\"}";
    }
    Value& deal() { return evidence.deals.begin()->second; }
    void set(Records& records, const char* name, Value value) { records.begin()->second.mutable_map().set(name, std::move(value)); }
    /// The one sentence about what was spoilt.
    void complains(Sentences (*oracle)(const Evidence&), const char* about) {
        Sentences broken = oracle(evidence);
        ASSERT_EQ(broken.size(), 1u) << (broken.empty() ? about : broken[1]);
        EXPECT_NE(broken[0].find(about), std::string::npos) << broken[0];
    }

    History history;
    Evidence evidence;
};

TEST_F(Oracles, FindNothingWhereNothingIsWrong) {
    Sentences broken = judge(evidence);
    EXPECT_TRUE(broken.empty()) << broken[0];
}

TEST_F(Oracles, MissAnEventThatIsGone) {
    evidence.runs.clear();
    complains(every_event_has_ended, "is gone");
}
TEST_F(Oracles, MissTheRunOfAnEvent) {
    history.triggers[0].run_id = "R9";
    complains(every_event_has_ended, "has no run");
}
TEST_F(Oracles, SeeARunThatHasNotEnded) {
    evidence.runs[0].run.status = store::RunStatus::running;
    complains(every_event_has_ended, "has not ended");
}
TEST_F(Oracles, SeeAnEndWithoutAReason) {
    evidence.runs[0].run.status = store::RunStatus::skipped;
    complains(every_event_has_ended, "without a reason");
}
TEST_F(Oracles, SeeAnEventThatWasTakenForADuplicateOfNothing) {
    history.triggers[0].duplicate = true;
    complains(every_event_has_ended, "another's duplicate");
}

TEST_F(Oracles, SeeTwoOrders) {
    evidence.orders.emplace(deal_id, Map{{"SalesOrder", "8"}});
    Sentences broken = one_effect_an_intent(evidence);
    ASSERT_FALSE(broken.empty());
    EXPECT_NE(broken[0].find("2 SAP orders"), std::string::npos) << broken[0];
}
TEST_F(Oracles, MissAnInvoice) {
    evidence.invoices.clear();
    Sentences broken = one_effect_an_intent(evidence);
    ASSERT_FALSE(broken.empty());
    EXPECT_NE(broken[0].find("0 Zoho invoices"), std::string::npos) << broken[0];
}
TEST_F(Oracles, SeeTwoInvoicesUnlessPeopleVoidedOne) {
    evidence.invoices.emplace(std::string("SF-") + deal_id, Map{{"invoice_id", "301"}, {"invoice_number", "INV-0"}, {"status", "void"}});
    Sentences broken = one_effect_an_intent(evidence);
    ASSERT_FALSE(broken.empty());
    EXPECT_NE(broken[0].find("0 emails"), std::string::npos) << broken[0];
    evidence.ledger.voided_invoices.insert("301");
    EXPECT_TRUE(one_effect_an_intent(evidence).empty()) << "the other has taken its place";
}
TEST_F(Oracles, SeeTwoEmailsAndNone) {
    evidence.emails.emplace("300", Map{{"subject", "Your invoice INV-1"}});
    complains(one_effect_an_intent, "2 emails");
    evidence.emails.clear();
    complains(one_effect_an_intent, "0 emails");
    evidence.emails.emplace("300", Map{{"subject", "By hand"}});
    EXPECT_TRUE(one_effect_an_intent(evidence).empty()) << "people have sent it";
}
TEST_F(Oracles, SeeAPartnerBesideOneThatPeopleHadMade) {
    evidence.partners.emplace(account_id, Map{{"BusinessPartner", "101"}});
    complains(one_effect_an_intent, "2 partners of the program");
    evidence.ledger.hand_partners.insert("101");
    evidence.ledger.hand_made_ms.emplace(std::string("partner ") + account_id, 50);
    call("sap", 40, 60).url = std::string("/A_BusinessPartner?$filter=") + account_id;
    EXPECT_TRUE(one_effect_an_intent(evidence).empty()) << "made while the run was under way";
    evidence.ledger.hand_made_ms.begin()->second = 0;
    complains(one_effect_an_intent, "the program made another");
}
TEST_F(Oracles, SeeWhatNobodyWanted) {
    evidence.ledger.closed_deals.clear();
    deal().mutable_map().set("IsWon", false);
    Sentences broken = one_effect_an_intent(evidence);
    EXPECT_GE(broken.size(), 4u) << "an order, an invoice, a partner and a contact";
}
TEST_F(Oracles, SeeAnotherOrdersNumber) {
    set(evidence.deals, "SAP_Order_Number__c", "8");
    complains(one_effect_an_intent, "SAP_Order_Number__c is `8`, not `7`");
}

TEST_F(Oracles, SeeTwoRunsOfAKeyAtATime) {
    evidence.runs.push_back(run("R2", "E2", 1500, 2500));
    complains(keys_in_order, "began before run R1 had ended");
}
TEST_F(Oracles, SeeRunsOutOfOrder) {
    evidence.runs.push_back(run("R0", "E0", 3000, 4000));
    complains(keys_in_order, "run R0 began after the later run R1");
}
TEST_F(Oracles, SeeEventsOutOfOrder) {
    history.triggers.push_back(history.triggers[0]);
    history.triggers[1].acknowledged_ms = 9;
    history.triggers[1].run_id = "R0";
    complains(keys_in_order, "acknowledged later comes first");
}

TEST_F(Oracles, SeeTotalsThatDifferByACent) {
    set(evidence.orders, "TotalNetAmount", "12.51");
    complains(totals_agree, "SAP order is 12.51");
}
TEST_F(Oracles, SeeAnotherCurrency) {
    set(evidence.invoices, "currency_code", "USD");
    complains(totals_agree, "Zoho invoice is 12.50 USD");
}

TEST_F(Oracles, SeeAPaymentThatIsNotShown) {
    evidence.payments.push_back(payment("401", "0.01", "2026-02-01", "check"));
    complains(payments_are_shown, "12.51");
}
TEST_F(Oracles, SeeTheMethodOfAnOlderPayment) {
    evidence.payments[0].mutable_map().set("date", "2026-03-02");
    complains(payments_are_shown, "2026-03-02");
}
TEST_F(Oracles, SeeAVoidInvoiceShownAsPaid) {
    set(evidence.invoices, "status", "void");
    complains(payments_are_shown, "received true");
}

TEST_F(Oracles, SeeStockThatDiffers) {
    evidence.has_stock = true;
    evidence.ledger.stock_changed_ms = 100;
    evidence.products = {Map{{"ProductCode", "P"}, {"IsActive", true}, {"Available_Stock__c", 9}, {"Low_Stock_Alert__c", true}}};
    evidence.materials = {Map{{"Product", "P"}}};
    evidence.stock = {Map{{"Material", "P"},
                          {"Plant", "1010"},
                          {"InventoryStockType", "01"},
                          {"InventorySpecialStockType", ""},
                          {"MatlWrhsStkQtyInMatlBaseUnit", "9.5"}},
                      Map{{"Material", "P"},
                          {"Plant", "1010"},
                          {"InventoryStockType", "07"},
                          {"InventorySpecialStockType", ""},
                          {"MatlWrhsStkQtyInMatlBaseUnit", "5"}}};
    EXPECT_TRUE(stock_is_shown(evidence).empty()) << "no run since";
    evidence.runs[0].run.flow = "inventory";
    history.triggers[0].given_ms = 101;
    complains(stock_is_shown, "SAP has 9.5, Salesforce shows 9");
    evidence.products[0].mutable_map().set("Available_Stock__c", *Decimal::parse("9.5"));
    EXPECT_TRUE(stock_is_shown(evidence).empty());
    evidence.products[0].mutable_map().set("Low_Stock_Alert__c", false);
    complains(stock_is_shown, "low false");
}

TEST_F(Oracles, SeeACallInsideARetryAfterWindow) {
    call("sap", 90, 120);  // in flight
    call("sap", 100, 110, 429).retry_after_ms = 1000;
    call("zoho_books", 500, 510);
    call("sap", 1110, 1120);
    EXPECT_TRUE(limits_are_kept(evidence).empty());
    call("sap", 1109, 1120);
    complains(limits_are_kept, "1 ms before call 2 allowed");
}
TEST_F(Oracles, SeeACallBeforeATimeThatTheProcessBeforeHadWrittenDown) {
    history.lives = {{.started_ms = 0}, {.started_ms = 300}, {.started_ms = 2000}};
    history.commits.push_back({.at_ms = 120, .life = 0, .done = true, .rests = {{"sap", history.wall_start_ms + 1110}}});
    history.commits.push_back({.at_ms = 130, .life = 0, .done = false, .rests = {{"sap", history.wall_start_ms + 9999}}});
    call("sap", 100, 110);
    call("zoho_books", 500, 510).life = 1;
    call("sap", 1110, 1120).life = 1;
    call("sap", 2110, 2120).life = 2;
    EXPECT_TRUE(limits_are_kept(evidence).empty());
    call("sap", 1109, 1120).life = 1;
    complains(limits_are_kept, "1 ms before what the process before had written down");
}

TEST_F(Oracles, SeeMoreCallsThanAreAllowed) {
    for (int i = 0; i < 3; ++i) call("sap", i, 100);
    call("sap", 60'100, 60'200);
    evidence.bounds["sap"] = {.at_once = 3, .a_minute = 3};
    EXPECT_TRUE(limits_are_kept(evidence).empty());
    evidence.bounds["sap"] = {.at_once = 2};
    complains(limits_are_kept, "3 calls at once");
    evidence.bounds["sap"] = {.a_minute = 2};
    complains(limits_are_kept, "3 calls within a minute");
}

TEST_F(Oracles, SeeTheUseOfWhatIsLeftToOthers) {
    evidence.bounds["sap"] = {.reserve_percent = 10};
    auto answered = [&](std::int64_t sent_ms, std::int64_t used) {
        auto& its = call("sap", sent_ms, sent_ms + 10);
        its.day_used = used;
        its.day_allowed = 100;
    };
    answered(0, 90);
    answered(20, 91);  // from here on
    for (int i = 0; i < 4; ++i) answered(40 + i * 20, 92 + i);
    EXPECT_TRUE(limits_are_kept(evidence).empty()) << "what is under way goes on";
    answered(700'000, 96);
    EXPECT_TRUE(limits_are_kept(evidence).empty()) << "somebody looks whether a new day has begun";
    answered(900'000, 97);
    complains(limits_are_kept, "of the day's 100 is for others");
    for (auto& its : history.calls)
        if (its.sent_ms == 900'000) its.day_used = 1;
    EXPECT_TRUE(limits_are_kept(evidence).empty()) << "a new day";
}

TEST_F(Oracles, SeeSecretsWhereverTheyStand) {
    history.secrets = {"s3cret-of-sap/1"};
    call("sap", 1, 2).answer = R"({"access_token" : "token-given-out"})";
    EXPECT_TRUE(no_secret_is_told(evidence).empty());
    history.log.push_back({1, "x s3cret-of-sap/1 x"});
    complains(no_secret_is_told, "the log");
    history.log.clear();
    evidence.runs[0].journal[2].trace_json = "a=s3cret-of-sap%2F1";
    complains(no_secret_is_told, "a trace");
    evidence.runs[0].journal[2].trace_json.clear();
    evidence.runs[0].journal[2].data_json = "token-given-out";
    complains(no_secret_is_told, "the journal");
}
TEST(PatternSearch, FindsEveryPatternAtEveryPlace) {
    PatternSearch search({"abcdefgh", "abcdefghij", "short", "zzzzzzzzz"});
    EXPECT_FALSE(search.find("abcdefg short abcdef"));
    EXPECT_EQ(search.find("abcdefgh"), 0u);
    EXPECT_EQ(search.find("aaabcdefg abcdefghi"), 0u);
    EXPECT_EQ(search.find("zzzzzzzz zzzzzzzzz"), 3u);
    EXPECT_FALSE(search.find(""));
}

TEST_F(Oracles, SeeThatAgreementWasNotReached) {
    history.agreement_ms.reset();
    complains(agreement_is_reached, "no agreement");
    history.agreement_ms = 4'000'000;
    complains(agreement_is_reached, "agreement took");
}
TEST_F(Oracles, SeeWhatIsStillParked) {
    evidence.runs[0].run.status = store::RunStatus::parked;
    evidence.runs[0].run.reason = "it is so";
    complains(agreement_is_reached, "still parked: it is so");
}
TEST_F(Oracles, SeeWritesInAQuietLandscape) {
    call("salesforce", 5'000, 5'001).effect = net::Effect::write;
    history.calls_at_agreement = 1;
    call("salesforce", 15'000, 15'001);
    EXPECT_TRUE(agreement_is_reached(evidence).empty());
    call("salesforce", 15'000, 15'001).effect = net::Effect::write;
    complains(agreement_is_reached, "in a quiet landscape");
}

TEST_F(Oracles, SeeTwoAlertsOfACauseWithinItsWindow) {
    alert("A1", 1'000);
    alert("A2", 700'000);
    EXPECT_TRUE(people_are_told_once(evidence).empty());
    alert("A3", 800'000);
    complains(people_are_told_once, "two alerts within 100 s");
}
TEST_F(Oracles, SeeAnAlertThatIsSentAgainForNothing) {
    alert("A1", 1'000);
    history.calls[0].status = 0;
    alert("A1", 2'000);
    EXPECT_TRUE(people_are_told_once(evidence).empty()) << "its answer was lost";
    history.calls[0].status = 200;
    complains(people_are_told_once, "although it had arrived");
}
TEST_F(Oracles, MissAnAlert) {
    auto& journal = evidence.runs[0].journal;
    journal.back().data_json = R"({"status":"parked","reason":"it is so"})";
    journal.insert(journal.end() - 1,
                   {.run_id = "R1", .seq = 6, .at_ms = 1, .kind = "parking", .data_json = R"({"step":"order","reason":"it is so"})"});
    complains(people_are_told_once, "1 times, people were told of 0");
    alert("A1", 1'000);
    EXPECT_TRUE(people_are_told_once(evidence).empty());
}

TEST_F(Oracles, SeeAnEffectThatNoRunKnows) {
    evidence.runs[0].journal[2].data_json = "{}";
    complains(effects_have_a_run, R"("SalesOrder":"7")");
}
TEST_F(Oracles, SeeAStepDoneTwice) {
    auto& journal = evidence.runs[0].journal;
    journal.push_back(journal[2]);
    journal.back().seq = 100;
    complains(effects_have_a_run, "step order was done twice");
    journal.insert(journal.end() - 1, {.run_id = "R1", .seq = 50, .kind = "replayed"});
    EXPECT_TRUE(effects_have_a_run(evidence).empty());
}

TEST_F(Oracles, SeeARefusalThatIsTriedAgain) {
    auto& journal = evidence.runs[0].journal;
    journal.push_back({.run_id = "R1",
                       .seq = 100,
                       .kind = "retry",
                       .step = "order",
                       .data_json = R"({"error":{"code":"vendor_unavailable"},"counted":true})"});
    EXPECT_TRUE(effects_have_a_run(evidence).empty());
    journal.back().data_json = R"({"error":{"code":"vendor_rejected"},"counted":true})";
    complains(effects_have_a_run, "step order was refused and tried again");
}

}  // namespace
}  // namespace lockstep::sim::oracles
