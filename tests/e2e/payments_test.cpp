// Payments in Zoho Books and what opportunities say of them, through a real `lockstep sandbox` and a real `lockstep serve`.
#include "accountant.h"
#include "company.h"

namespace lockstep::testing {
namespace {

/// Two deals that have their invoices, of one customer.
class Payments : public ::testing::Test {
protected:
    Payments() : finance(landscape) {
        deals = load_company(landscape, {.accounts = 1, .deals = 2});
        landscape.start_serve();
        for (const auto& id : deals) EXPECT_EQ(landscape.wait_for(landscape.close_deal(id))["status"].text(), "succeeded");
        const ByKey all = by_key(landscape.state("zoho_books/invoices"), "reference_number");
        for (const auto& id : deals) invoices.push_back(only(all, "SF-" + id, "invoice"));
    }

    std::string id_of(std::size_t invoice) const { return invoices[invoice]["invoice_id"].text(); }
    Decimal total_of(std::size_t invoice) const { return invoices[invoice]["total"].to_decimal(); }
    Value deal(const std::string& id) const { return only(by_key(landscape.state("salesforce/Opportunity"), "Id"), id, "deal"); }

    net::Response deliver(const Value& body) const { return landscape.post("/webhook/zoho/payment", body); }
    /// Tells of a payment as a configured webhook does, and waits for the run's end.
    Value told(const Value& body) const {
        const net::Response answer = deliver(body);
        require(answer.status == 202, "not taken: " + answer.body);
        return landscape.wait_for(Landscape::json_of(answer)["run"].text());
    }
    Value told_of(const std::string& payment_id) const { return told(Map{{"payment_id", payment_id}}); }
    void expect_told(const std::string& payment_id, const std::string& status = "succeeded") const {
        const Value run = told_of(payment_id);
        EXPECT_EQ(run["status"].text(), status) << run["reason"].text();
    }

    struct Shown {
        bool received;
        Decimal amount;
        std::string date, method;  ///< empty: null
    };
    void expect_shown(const std::string& deal_id, const Shown& shown) const {
        const Value its = deal(deal_id);
        EXPECT_EQ(its["Payment_Received__c"], Value(shown.received)) << deal_id;
        EXPECT_TRUE(its["Payment_Amount__c"].is_number() && its["Payment_Amount__c"].to_decimal() == shown.amount)
            << deal_id << ": " << its["Payment_Amount__c"].text() << " instead of " << shown.amount.to_string();
        EXPECT_EQ(its["Payment_Date__c"].text(), shown.date) << deal_id;
        EXPECT_EQ(its["Payment_Method__c"].text(), shown.method) << deal_id;
    }

    Landscape landscape;
    Accountant finance;
    std::vector<std::string> deals;
    std::vector<Value> invoices;
};

TEST_F(Payments, OneOverSeveralInvoicesAndSeveralOnOneAreAddedUpInvoiceByInvoice) {
    const Decimal first = decimal("1.10"), rest = *total_of(0).minus(first);
    const auto one = finance.pay({{id_of(0), first}, {id_of(1), total_of(1)}}, plus(first, total_of(1)), "2026-02-20", "banktransfer");
    expect_told(one);
    expect_shown(deals[0], {false, first, "2026-02-20", "banktransfer"});
    expect_shown(deals[1], {true, total_of(1), "2026-02-20", "banktransfer"});
    const auto two = finance.pay(id_of(0), rest, "2026-02-25", "creditcard");
    const auto writes = landscape.vendor_writes();
    expect_told(two);
    EXPECT_EQ(landscape.vendor_writes(), writes + 1) << "only the deal whose payment changed";
    expect_shown(deals[0], {true, total_of(0), "2026-02-25", "creditcard"});
    for (const auto& again : {one, two, one}) expect_told(again);
    EXPECT_EQ(landscape.vendor_writes(), writes + 1) << "told again, nothing is written";
}

TEST_F(Payments, TheOrderInWhichPaymentsAreToldMakesNoDifference) {
    const Decimal first = decimal("1.10");
    const auto one = finance.pay(id_of(0), first, "2026-02-20", "cash");
    const auto two = finance.pay(id_of(0), *total_of(0).minus(first), "2026-02-19", "check");
    expect_told(two);
    expect_told(one);
    expect_shown(deals[0], {true, total_of(0), "2026-02-20", "cash"});
}

TEST_F(Payments, WhatIsPaidTooMuchIsNotTheDealsAndItsRefundChangesNothing) {
    const Decimal more = decimal("50.00");
    const auto payment = finance.pay({{id_of(0), total_of(0)}}, plus(total_of(0), more), "2026-02-20", "cash");
    expect_told(payment);
    expect_shown(deals[0], {true, total_of(0), "2026-02-20", "cash"});
    (void)finance.send("POST", "customerpayments/" + payment + "/refunds",
                       Map{{"date", "2026-02-21"}, {"amount", more}, {"from_account_id", "460000000000358"}});
    const auto writes = landscape.vendor_writes();
    expect_told(payment);
    EXPECT_EQ(landscape.vendor_writes(), writes);
}

TEST_F(Payments, AnEditShowsAlsoOnTheDealThatThePaymentLeaves) {
    const auto payment = finance.pay(id_of(0), total_of(0), "2026-02-20", "cash");
    expect_told(payment);
    expect_shown(deals[0], {true, total_of(0), "2026-02-20", "cash"});
    finance.edit(payment, {{id_of(0), decimal("2.00")}}, decimal("2.00"));
    expect_told(payment);
    expect_shown(deals[0], {false, decimal("2.00"), "2026-02-20", "cash"});
    finance.edit(payment, {{id_of(1), decimal("2.00")}}, decimal("2.00"));
    expect_told(payment);
    expect_shown(deals[0], {false, decimal("0"), "", ""});
    expect_shown(deals[1], {false, decimal("2.00"), "2026-02-20", "cash"});
    // It is not looked at for ever.
    const Value run = told_of(payment);
    EXPECT_EQ(run.at_path("report.invoices"), Value(List{invoices[1]["invoice_number"]})) << json::write(run["report"]);
}

TEST_F(Payments, ADeletedPaymentIsTakenBackFromTheDealsThatItPaid) {
    const auto payment =
        finance.pay({{id_of(0), total_of(0)}, {id_of(1), decimal("1.00")}}, plus(total_of(0), decimal("1.00")), "2026-02-20", "cash");
    expect_told(payment);
    (void)finance.send("DELETE", "customerpayments/" + payment);
    expect_told(payment);
    for (const auto& id : deals) expect_shown(id, {false, decimal("0"), "", ""});
    expect_told(payment, "skipped");
}

TEST_F(Payments, AVoidedInvoiceIsNotPaid) {
    const auto payment = finance.pay(id_of(0), total_of(0), "2026-02-20", "cash");
    expect_told(payment);
    (void)finance.send("POST", "invoices/" + id_of(0) + "/status/void");
    const Value run = told(Map{{"invoice", Map{{"invoice_id", id_of(0)}, {"status", "void"}}}});
    EXPECT_EQ(run["key"].text(), "invoice-" + id_of(0));
    EXPECT_EQ(run["status"].text(), "succeeded") << run["reason"].text();
    expect_shown(deals[0], {false, decimal("0"), "", ""});
}

TEST_F(Payments, TheRequestIsOnlyAHint) {
    const auto payment = finance.pay(id_of(0), decimal("1.00"), "2026-02-20", "cash");
    const Value forged = Map{{"payment_id", payment},
                             {"amount", 999999},
                             {"date", "2030-01-01"},
                             {"payment_mode", "gold"},
                             {"invoices", List{Map{{"invoice_id", id_of(1)}}, Map{{"invoice_id", "123"}}}}};
    EXPECT_EQ(told(forged)["status"].text(), "succeeded");
    expect_shown(deals[0], {false, decimal("1.00"), "2026-02-20", "cash"});
    expect_shown(deals[1], {false, decimal("0"), "", ""});
    const auto writes = landscape.vendor_writes();
    const Value unknown = told(Map{{"payment_id", "4242"}, {"amount", 1}});
    EXPECT_EQ(unknown["status"].text(), "skipped");
    EXPECT_NE(unknown["reason"].text().find("no such payment"), std::string::npos) << unknown["reason"].text();
    for (const char* bad : {"../4", "4 OR 1", "abc", "4\n"}) EXPECT_EQ(deliver(Map{{"payment_id", bad}}).status, 400) << bad;
    EXPECT_EQ(deliver(Map{{"amount", 1}}).status, 400);
    EXPECT_EQ(landscape.vendor_writes(), writes);
}

TEST_F(Payments, AreUnderstoodInEveryFormThatZohoSends) {
    const auto payment = finance.pay(id_of(0), total_of(0), "2026-02-20", "cash");
    for (const char* body : {"raw", "default", "form"}) {
        const Value sent =
            landscape.control("POST", "/emit/zoho_books/customer_payment",
                              Map{{"url", landscape.base() + "/webhook/zoho/payment"}, {"payment_id", payment}, {"body", body}});
        EXPECT_EQ(sent["status"], Value(202)) << body << ": " << json::write(sent);
    }
    ASSERT_TRUE(landscape.wait_until_quiet(30'000));
    EXPECT_EQ(landscape.runs("flow=payment&status=succeeded").size(), 3u);
    expect_shown(deals[0], {true, total_of(0), "2026-02-20", "cash"});
}

TEST_F(Payments, AReferenceThatSomebodyTypedIsNotBelieved) {
    const std::string customer = invoices[0]["customer_id"].text();
    const Value before = deal(deals[0]);
    const Value typed = finance.invoice_by_hand(customer, "SF-" + deals[0], decimal("7.00"));
    const auto payment = finance.pay(typed["invoice_id"].text(), decimal("7.00"), "2026-02-20", "cash");
    const Value run = told_of(payment);
    EXPECT_EQ(run["status"].text(), "parked") << "a person must look";
    EXPECT_NE(run["reason"].text().find("has the invoice " + invoices[0]["invoice_number"].text()), std::string::npos)
        << run["reason"].text();
    EXPECT_EQ(deal(deals[0]), before);
    // Mended, and taken up again.
    (void)finance.send("PUT", "invoices/" + typed["invoice_id"].text(), Map{{"reference_number", "by hand"}});
    EXPECT_EQ(landscape.lockstep({"parked", "replay", run["id"].text()}).exit, 0);
    const Value again = landscape.wait_for(run["id"].text());
    EXPECT_EQ(again["status"].text(), "skipped") << again["reason"].text();
    EXPECT_EQ(deal(deals[0]), before);
}

TEST_F(Payments, OfInvoicesThatAreOfNoDealConcernNobody) {
    const std::string customer = invoices[0]["customer_id"].text();
    for (const char* reference : {"", "PO 4711", "SF-1", "SF-006", "SF-001000000000001AAA"}) {
        const Value typed = finance.invoice_by_hand(customer, reference, decimal("7.00"));
        const Value run = told_of(finance.pay(typed["invoice_id"].text(), decimal("7.00"), "2026-02-20", "cash"));
        EXPECT_EQ(run["status"].text(), "skipped") << reference << ": " << run["reason"].text();
    }
    EXPECT_EQ(landscape.runs("status=parked").size(), 0u);
}

TEST_F(Payments, AnInvoiceFromBeforeIsFoundByAReferenceWhoseNumbersAgree) {
    const std::string customer = invoices[0]["customer_id"].text(), old = deal_id(900);
    const Value typed = finance.invoice_by_hand(customer, "SF-" + old.substr(0, 15), decimal("7.00"));
    landscape.load("salesforce/Opportunity", {Map{{"Id", old},
                                                  {"Name", "Before"},
                                                  {"AccountId", account_id(1)},
                                                  {"StageName", "Closed Won"},
                                                  {"CloseDate", "2025-02-18"},
                                                  {"Zoho_Invoice_Number__c", typed["invoice_number"]}}});
    expect_told(finance.pay(typed["invoice_id"].text(), decimal("7.00"), "2026-02-20", "cash"));
    expect_shown(old, {true, decimal("7.00"), "2026-02-20", "cash"});
}

TEST_F(Payments, TheLinkIsStrongerThanWhatSomebodyTypes) {
    (void)finance.send("PUT", "invoices/" + id_of(0), Map{{"reference_number", "SF-" + deals[1]}});
    expect_told(finance.pay(id_of(0), total_of(0), "2026-02-20", "cash"));
    expect_shown(deals[0], {true, total_of(0), "2026-02-20", "cash"});
    EXPECT_TRUE(deal(deals[1])["Payment_Amount__c"].is_null());
}

TEST_F(Payments, OfADealThatIsNotWrittenBackYetAreShownToo) {
    landscape.load("salesforce/Opportunity", {Map{{"Id", deals[0]}, {"Zoho_Invoice_Number__c", Value()}}});
    expect_told(finance.pay(id_of(0), total_of(0), "2026-02-20", "cash"));
    expect_shown(deals[0], {true, total_of(0), "2026-02-20", "cash"});
}

TEST_F(Payments, OfAnInvoiceThatIsDeletedAreTakenBack) {
    const auto payment = finance.pay(id_of(0), total_of(0), "2026-02-20", "cash");
    expect_told(payment);
    (void)finance.send("DELETE", "customerpayments/" + payment);
    (void)finance.send("DELETE", "invoices/" + id_of(0));
    expect_told(payment);
    expect_shown(deals[0], {false, decimal("0"), "", ""});
}

TEST_F(Payments, AnInvoiceThatHasBeenReplacedSaysNothingMoreOfItsDeal) {
    const auto payment = finance.pay(id_of(0), total_of(0), "2026-02-20", "cash");
    expect_told(payment);
    const Value fresh = finance.invoice_by_hand(invoices[0]["customer_id"].text(), "SF-" + deals[0], decimal("9.00"));
    landscape.load("salesforce/Opportunity", {Map{{"Id", deals[0]}, {"Zoho_Invoice_Number__c", fresh["invoice_number"]}}});
    // A payment that is still on the old one is a person's to move.
    const Value run = told_of(payment);
    EXPECT_EQ(run["status"].text(), "parked");
    EXPECT_NE(run["reason"].text().find("has another invoice now, " + fresh["invoice_number"].text()), std::string::npos)
        << run["reason"].text();
    finance.edit(payment, {{fresh["invoice_id"].text(), decimal("9.00")}}, total_of(0));
    (void)finance.send("POST", "invoices/" + id_of(0) + "/status/void");
    EXPECT_EQ(told(Map{{"invoice", Map{{"invoice_id", id_of(0)}}}})["status"].text(), "succeeded");
    expect_told(payment);
    expect_shown(deals[0], {true, decimal("9.00"), "2026-02-20", "cash"});
}

TEST_F(Payments, CreditsAndWriteOffsSettleAnInvoiceWithoutMoney) {
    const auto told_of_invoice = [&](std::size_t which) {
        EXPECT_EQ(told(Map{{"invoice", Map{{"invoice_id", id_of(which)}}}})["status"].text(), "succeeded");
    };
    (void)finance.send("POST", "invoices/" + id_of(0) + "/writeoff");
    told_of_invoice(0);
    expect_shown(deals[0], {true, decimal("0"), "", ""});
    // One part by what was paid too much elsewhere, which is money; the rest by a credit note.
    const Decimal excess = decimal("3.00");
    const Value elsewhere = finance.invoice_by_hand(invoices[1]["customer_id"].text(), "", decimal("5.00"));
    const auto payment =
        finance.pay({{elsewhere["invoice_id"].text(), decimal("5.00")}}, plus(decimal("5.00"), excess), "2026-02-20", "cash");
    expect_told(payment, "skipped");
    landscape.load("zoho_books/creditnotes",
                   {Map{{"creditnote_id", "77"}, {"customer_id", invoices[1]["customer_id"]}, {"total", total_of(1)}}});
    (void)finance.send("POST", "invoices/" + id_of(1) + "/credits",
                       Map{{"invoice_payments", List{Map{{"payment_id", payment}, {"amount_applied", excess}}}},
                           {"apply_creditnotes", List{Map{{"creditnote_id", "77"}, {"amount_applied", *total_of(1).minus(excess)}}}}});
    told_of_invoice(1);
    expect_shown(deals[1], {true, excess, "2026-02-20", "cash"});
}

TEST_F(Payments, OfOneInvoiceAtTheSameTimeEndWithWhatZohoSays) {
    std::vector<std::string> payments;
    for (int i = 0; i < 6; ++i) payments.push_back(finance.pay(id_of(0), decimal("0.50"), "2026-02-20", "cash"));
    std::vector<std::thread> senders;
    for (const auto& id : payments) senders.emplace_back([&, id] { (void)deliver(Map{{"payment_id", id}}); });
    for (auto& sender : senders) sender.join();
    ASSERT_TRUE(landscape.wait_until_quiet(30'000));
    EXPECT_EQ(landscape.runs("flow=payment&status=succeeded").size(), payments.size());
    expect_shown(deals[0], {false, decimal("3.00"), "2026-02-20", "cash"});
}

TEST_F(Payments, ADealThatSalesforceRefusesDoesNotStopTheOthersAndAReplayWritesOnlyThatOne) {
    const auto payment = finance.pay({{id_of(0), decimal("1.00")}, {id_of(1), decimal("2.00")}}, decimal("3.00"), "2026-02-20", "cash");
    const auto refused = [](const std::string& route) {
        return Map{{"connector", "salesforce"}, {"method", "PATCH"}, {"route", route}, {"kind", "status"}, {"status", 404}};
    };
    landscape.set_faults(
        1, {refused("/services/data/v60.0/composite/sobjects"), refused("/services/data/v60.0/sobjects/Opportunity/" + deals[0])});
    const Value run = told_of(payment);
    EXPECT_EQ(run["status"].text(), "parked") << run["reason"].text();
    expect_shown(deals[1], {false, decimal("2.00"), "2026-02-20", "cash"});
    EXPECT_TRUE(deal(deals[0])["Payment_Amount__c"].is_null());
    (void)landscape.control("DELETE", "/faults");
    const auto writes = landscape.vendor_writes();
    EXPECT_EQ(landscape.lockstep({"parked", "replay", run["id"].text()}).exit, 0);
    EXPECT_EQ(landscape.wait_for(run["id"].text())["status"].text(), "succeeded");
    expect_shown(deals[0], {false, decimal("1.00"), "2026-02-20", "cash"});
    EXPECT_EQ(landscape.vendor_writes(), writes + 1);
}

TEST_F(Payments, FollowZohosOwnWebhooksFromTheFirstPaymentToItsDeletion) {
    for (const char* entity : {"customer_payment", "invoice"})
        landscape.load("zoho_books/webhooks",
                       {Map{{"webhook_name", entity}, {"entity", entity}, {"url", landscape.base() + "/webhook/zoho/payment"}}});
    const auto shows = [&](std::size_t which, const Shown& shown) {
        const bool done = wait_until(
            20'000,
            [&] {
                const Value its = deal(deals[which]);
                return its["Payment_Amount__c"].is_number() && its["Payment_Amount__c"].to_decimal() == shown.amount;
            },
            50);
        EXPECT_TRUE(done && landscape.wait_until_quiet(20'000));
        expect_shown(deals[which], shown);
    };
    const auto payment = finance.pay(id_of(0), total_of(0), "2026-02-20", "cash");
    shows(0, {true, total_of(0), "2026-02-20", "cash"});
    finance.edit(payment, {{id_of(1), decimal("1.00")}}, decimal("1.00"));
    shows(1, {false, decimal("1.00"), "2026-02-20", "cash"});
    shows(0, {false, decimal("0"), "", ""});
    (void)finance.send("DELETE", "customerpayments/" + payment);
    shows(1, {false, decimal("0"), "", ""});
    EXPECT_EQ(landscape.runs("status=parked").size(), 0u);
}

/// Every call takes its time, so that each kill finds some under way: reading, remembering, writing.
TEST_F(Payments, AreNotForgottenWhenTheProcessIsKilledAgainAndAgain) {
    landscape.set_faults(1, {Map{{"connector", "*"}, {"kind", "delay"}, {"delay_ms", 40}, {"probability", 1}}});
    for (int i = 0; i < 8; ++i) {
        const auto one = finance.pay(id_of(0), decimal("0.25"), "2026-02-20", "cash");
        const auto both = finance.pay({{id_of(0), decimal("0.25")}, {id_of(1), decimal("0.50")}}, decimal("0.75"), "2026-02-20", "cash");
        for (const auto& payment : {one, both}) ASSERT_EQ(deliver(Map{{"payment_id", payment}}).status, 202);
        std::this_thread::sleep_for(std::chrono::milliseconds(45 * i));
        landscape.kill_serve();
        landscape.start_serve();
    }
    ASSERT_TRUE(landscape.wait_until_quiet(60'000));
    EXPECT_EQ(landscape.runs("flow=payment&status=succeeded").size(), 16u);
    expect_shown(deals[0], {false, decimal("4.00"), "2026-02-20", "cash"});
    expect_shown(deals[1], {false, decimal("4.00"), "2026-02-20", "cash"});
}

TEST(PaymentCurrencies, HaveNoneOrThreeDecimals) {
    Landscape landscape;
    const Accountant finance(landscape);
    landscape.start_serve();
    landscape.load("salesforce/Account", {account(1)});
    struct Case {
        std::string currency, total, shown;
    };
    int serial = 1;
    const ByKey currencies = by_key(finance.send("GET", "settings/currencies")["currencies"].as_list(), "currency_code");
    for (const Case& its : {Case{"JPY", "150000", "150000"}, Case{"KWD", "10.125", "10.13"}}) {
        const std::string id = deal_id(serial++);
        const Value currency = only(currencies, its.currency, "currency");
        const Value contact =
            finance.send("POST", "contacts", Map{{"contact_name", its.currency}, {"currency_id", currency["currency_id"]}})["contact"];
        const Value invoice = finance.invoice_by_hand(contact["contact_id"].text(), "SF-" + id, decimal(its.total));
        landscape.load("salesforce/Opportunity", {Map{{"Id", id},
                                                      {"Name", its.currency},
                                                      {"AccountId", account_id(1)},
                                                      {"StageName", "Closed Won"},
                                                      {"CloseDate", "2026-02-18"},
                                                      {"CurrencyIsoCode", its.currency},
                                                      {"Zoho_Invoice_Number__c", invoice["invoice_number"]}}});
        const auto payment = finance.pay(invoice["invoice_id"].text(), decimal(its.total), "2026-02-20", "cash");
        for (int again = 0; again < 2; ++again) {
            const auto writes = landscape.vendor_writes();
            const net::Response answer = landscape.post("/webhook/zoho/payment", Map{{"payment_id", payment}});
            ASSERT_EQ(answer.status, 202) << answer.body;
            const Value run = landscape.wait_for(Landscape::json_of(answer)["run"].text());
            EXPECT_EQ(run["status"].text(), "succeeded") << run["reason"].text();
            const Value deal = only(by_key(landscape.state("salesforce/Opportunity"), "Id"), id, "deal");
            EXPECT_EQ(deal["Payment_Amount__c"].to_decimal(), decimal(its.shown)) << its.currency;
            EXPECT_EQ(deal["Payment_Received__c"], Value(true));
            EXPECT_EQ(landscape.vendor_writes() - writes, again == 0 ? 1 : 0) << its.currency;
        }
    }
}

}  // namespace
}  // namespace lockstep::testing
