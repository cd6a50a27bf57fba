#include "sandbox/zoho/zoho_test_client.h"

namespace lockstep::sandbox::zoho {

namespace {

class ZohoPayments : public ::testing::Test, public TestClient {
protected:
    void SetUp() override {
        contact = make_contact();
        first = make_sent_invoice(contact);
        second = make_sent_invoice(contact);
    }
    std::string id_of(const Value& payment) const { return payment["payment_id"].string_or(""); }
    Value payment(const std::string& id) { return send("GET", "customerpayments/" + id)["payment"]; }
    Value refund(const std::string& payment, const std::string& amount) {
        return send("POST", "customerpayments/" + payment + "/refunds",
                    R"({"date":"2026-02-19","refund_mode":"banktransfer","from_account_id":"1","amount":)" + amount + "}");
    }
    std::string status(const std::string& id) { return invoice(id)["status"].string_or(""); }
    std::string balance(const std::string& id) { return invoice(id)["balance"].text(); }

    std::string contact, first, second;
};

}  // namespace

TEST_F(ZohoPayments, OnePaymentSettlesSeveralInvoices) {
    const Value made = pay(contact, "886.68", {{first, "786.68"}, {second, "100"}});
    ASSERT_EQ(last.status, 201) << last.body;
    EXPECT_EQ(made["unused_amount"].text(), "0.00");
    EXPECT_EQ(made.at_path("invoices.1.balance_amount").text(), "686.68");
    EXPECT_EQ(status(first), "paid");
    EXPECT_EQ(status(second), "partially_paid");
    const Value row = send("GET", "invoices/" + second + "/payments").at_path("payments.0");
    EXPECT_EQ(row["amount"].text(), "100.00") << "the part of this invoice, not the whole payment";
    EXPECT_EQ(row["is_single_invoice_payment"], Value(false));
    EXPECT_EQ(row["payment_id"], made["payment_id"]);
}

TEST_F(ZohoPayments, ChangeTheirInvoicesSoThatListsByChangeShowThem) {
    const auto changed = [&](const std::string& since) {
        return send("GET", "invoices?sort_column=created_time&last_modified_time=" + since)["invoices"].as_list();
    };
    EXPECT_TRUE(changed("2026-02-18T10:05:00%2B0000").empty());
    now = now.plus_ms(600'000);
    const std::string id = id_of(pay(contact, "786.68", {{first, "786.68"}}));
    ASSERT_EQ(changed("2026-02-18T10:05:00%2B0000").size(), 1u);
    EXPECT_EQ(changed("2026-02-18T10:05:00%2B0000")[0]["last_payment_date"].string_or(""), "2026-02-18");
    now = now.plus_ms(600'000);
    send("DELETE", "customerpayments/" + id);
    const List shown = changed("2026-02-18T10:15:00%2B0000");
    ASSERT_EQ(shown.size(), 1u) << "a deleted payment is in no list, but its invoice is";
    EXPECT_EQ(shown[0]["invoice_id"].string_or(""), first);
    EXPECT_EQ(shown[0]["last_payment_date"].string_or("none"), "");
}

TEST_F(ZohoPayments, WhatIsLeftIsTheCustomersAndCanBeRefunded) {
    const std::string id = id_of(pay(contact, "1000", {{first, "786.68"}}));
    EXPECT_EQ(send("GET", "contacts/" + contact)["contact"]["unused_credits_receivable_amount"].text(), "213.32");
    refund(id, "213.33");
    EXPECT_EQ(last.status, 400) << "more than the excess";
    const Value refunded = refund(id, "200");
    ASSERT_EQ(last.status, 200) << last.body;
    EXPECT_EQ(payment(id)["amount_refunded"].text(), "200.00");
    EXPECT_EQ(payment(id)["unused_amount"].text(), "13.32");
    EXPECT_EQ(balance(first), "0.00") << "a refund of the excess changes no invoice";
    const std::string refund_id = refunded.at_path("payment_refunds.0.payment_refund_id").string_or("");
    EXPECT_EQ(send("GET", "customerpayments/" + id + "/refunds")["payment_refunds"].as_list().size(), 1u);
    EXPECT_EQ(send("GET", "customerpayments/" + id + "/refunds/" + refund_id).at_path("payment_refunds.0.amount").text(), "200.00");
    send("PUT", "customerpayments/" + id + "/refunds/" + refund_id, R"({"amount":213.32})");
    EXPECT_EQ(payment(id)["unused_amount"].text(), "0.00");
    send("DELETE", "customerpayments/" + id);
    EXPECT_EQ(last.status, 400) << "refunds go first";
    send("DELETE", "customerpayments/" + id + "/refunds/" + refund_id);
    EXPECT_EQ(payment(id)["amount_refunded"].text(), "0.00");
    send("DELETE", "customerpayments/" + id);
    EXPECT_EQ(last.status, 200);
}

TEST_F(ZohoPayments, APaidInvoiceIsRefundedByTakingThePaymentOffFirst) {
    const std::string id = id_of(pay(contact, "786.68", {{first, "786.68"}}));
    refund(id, "786.68");
    EXPECT_EQ(last.status, 400) << "nothing is left over";
    send("PUT", "customerpayments/" + id, R"({"invoices":[]})");
    EXPECT_EQ(balance(first), "786.68");
    EXPECT_EQ(status(first), "sent");
    refund(id, "786.68");
    EXPECT_EQ(last.status, 200) << last.body;
    EXPECT_TRUE(send("GET", "invoices/" + first + "/payments")["payments"].as_list().empty());
}

TEST_F(ZohoPayments, EditingMovesTheMoneyToAnotherInvoice) {
    const std::string id = id_of(pay(contact, "500", {{first, "500"}}));
    send("PUT", "customerpayments/" + id, R"({"amount":600,"invoices":)" + parts_json({{second, "600"}}) + "}");
    ASSERT_EQ(last.status, 200) << last.body;
    EXPECT_EQ(balance(first), "786.68");
    EXPECT_EQ(balance(second), "186.68");
    send("PUT", "customerpayments/" + id, R"({"amount":599})");
    EXPECT_EQ(last.status, 400) << "less than what is applied";
    EXPECT_EQ(payment(id)["amount"].text(), "600.00");
}

TEST_F(ZohoPayments, APartThatStaysMayUseWhatItPaidBefore) {
    const std::string id = id_of(pay(contact, "786.68", {{first, "786.68"}}));
    const std::string part = payment(id).at_path("invoices.0.invoice_payment_id").text();
    send("PUT", "customerpayments/" + id, R"({"description":"x","invoices":)" + parts_json({{first, "786.68"}}) + "}");
    EXPECT_EQ(last.status, 200) << last.body;
    EXPECT_EQ(payment(id).at_path("invoices.0.invoice_payment_id").text(), part);
}

TEST_F(ZohoPayments, DeletingOpensEveryInvoice) {
    const std::string id = id_of(pay(contact, "886.68", {{first, "786.68"}, {second, "100"}}));
    const std::string other = id_of(pay(contact, "1", {{second, "1"}}));
    send("DELETE", "customerpayments/" + id);
    EXPECT_EQ(balance(first), "786.68");
    EXPECT_EQ(balance(second), "785.68");
    send("GET", "customerpayments/" + id);
    EXPECT_EQ(last.status, 404);
    EXPECT_EQ(code(), 1002);
    send("DELETE", "customerpayments?bulk_delete=true&payment_ids=" + other + "," + id);
    EXPECT_EQ(last.status, 404) << "all or none";
    EXPECT_EQ(balance(second), "785.68");
    send("DELETE", "customerpayments?bulk_delete=true&payment_ids=" + other);
    EXPECT_EQ(balance(second), "786.68");
}

TEST_F(ZohoPayments, OfAVoidInvoiceGoBackToTheCustomer) {
    const std::string id = id_of(pay(contact, "300", {{first, "200"}, {second, "100"}}));
    send("POST", "invoices/" + first + "/status/void");
    EXPECT_EQ(last.status, 200) << last.body;
    EXPECT_EQ(status(first), "void");
    EXPECT_EQ(balance(first), "0.00");
    EXPECT_EQ(payment(id)["unused_amount"].text(), "200.00");
    EXPECT_EQ(balance(second), "686.68");
    pay(contact, "1", {{first, "1"}});
    EXPECT_EQ(last.status, 400);
}

TEST_F(ZohoPayments, WriteOffsLowerTheBalanceWithoutAPayment) {
    pay(contact, "86.68", {{first, "86.68"}});
    send("POST", "invoices/" + first + "/writeoff");
    EXPECT_EQ(last.status, 200) << last.body;
    EXPECT_EQ(status(first), "paid");
    EXPECT_EQ(balance(first), "0.00");
    EXPECT_EQ(invoice(first)["write_off_amount"].text(), "700.00");
    EXPECT_EQ(invoice(first)["payment_made"].text(), "86.68");
    send("POST", "invoices/" + first + "/writeoff");
    EXPECT_EQ(last.status, 400) << "a closed invoice";
    send("POST", "invoices/" + first + "/writeoff/cancel");
    EXPECT_EQ(balance(first), "700.00");
    send("POST", "invoices/" + first + "/writeoff/cancel");
    EXPECT_EQ(last.status, 400);
}

TEST_F(ZohoPayments, ExcessAndCreditNotesSettleInvoicesToo) {
    const std::string id = id_of(pay(contact, "500", {}));
    ASSERT_TRUE(vendor->load("creditnotes", {Map{{"creditnote_id", "77"}, {"customer_id", contact}, {"total", 400}}}));
    auto apply = [&](const std::string& paid, const std::string& credited) {
        send("POST", "invoices/" + first + "/credits",
             R"({"invoice_payments":[{"payment_id":")" + id + R"(","amount_applied":)" + paid +
                 R"(}],"apply_creditnotes":[{"creditnote_id":"77","amount_applied":)" + credited + "}]}");
    };
    apply("500", "300");
    EXPECT_EQ(code(), 24016) << "more than the balance";
    apply("500.01", "1");
    EXPECT_EQ(last.status, 400) << "more than is left";
    EXPECT_EQ(balance(first), "786.68");
    apply("486.68", "300");
    EXPECT_EQ(last.status, 200) << last.body;
    EXPECT_EQ(status(first), "paid");
    EXPECT_EQ(invoice(first)["credits_applied"].text(), "300.00");
    EXPECT_EQ(invoice(first)["payment_made"].text(), "486.68");
    const std::string credit =
        send("GET", "invoices/" + first + "/creditsapplied").at_path("credits.0.creditnotes_invoice_id").string_or("");
    send("DELETE", "invoices/" + first + "/creditsapplied/" + credit);
    EXPECT_EQ(balance(first), "300.00");
    const std::string part = send("GET", "invoices/" + first + "/payments").at_path("payments.0.invoice_payment_id").string_or("");
    send("DELETE", "invoices/" + first + "/payments/" + part);
    EXPECT_EQ(balance(first), "786.68");
    EXPECT_EQ(payment(id)["unused_amount"].text(), "500.00") << "the payment stays, as the customer's excess";
}

TEST_F(ZohoPayments, AnInvoiceWithPaymentsIsNotDeletedNorGivenToAnother) {
    pay(contact, "1", {{first, "1"}});
    send("DELETE", "invoices/" + first);
    EXPECT_EQ(code(), 4001);
    const std::string other = make_contact("Other");
    send("PUT", "invoices/" + first, R"({"customer_id":")" + other + "\"}");
    EXPECT_EQ(code(), 3010);
    send("DELETE", "contacts/" + contact);
    EXPECT_EQ(last.status, 400);
}

TEST_F(ZohoPayments, AUniqueKeyKeepsAPaymentSingle) {
    net::Request put =
        request("PUT", "customerpayments",
                R"({"customer_id":")" + contact + R"(","payment_mode":"cash","date":"2026-02-18","amount":1,"invoices":[]})");
    put.headers.set("X-Unique-Identifier-Key", "cf_lockstep_key");
    put.headers.set("X-Unique-Identifier-Value", "p-1");
    put.headers.set("X-Upsert", "true");
    const std::string id = id_of(send(put)["payment"]);
    EXPECT_EQ(last.status, 201) << last.body;
    EXPECT_EQ(id_of(send(put)["payment"]), id);
    EXPECT_EQ(vendor->records("customerpayments")->size(), 1u);
}

TEST_F(ZohoPayments, BadInputIsRefusedAndChangesNothing) {
    struct Row {
        std::string body;
        int code;
    };
    const std::string start = R"({"customer_id":")" + contact + R"(","payment_mode":"cash","date":"2026-02-18",)";
    const Row rows[] = {
        {R"({"customer_id":"1","payment_mode":"cash","date":"2026-02-18","amount":1,"invoices":[]})", 3004},
        {R"({"payment_mode":"cash","date":"2026-02-18","amount":1,"invoices":[]})", 3004},
        {start + R"("amount":1})", 4},
        {start + R"("amount":0,"invoices":[]})", 4},
        {start + R"("amount":-1,"invoices":[]})", 4},
        {start + R"("amount":"much","invoices":[]})", 4},
        {start + R"("amount":1e30,"invoices":[]})", 4},
        {start + R"("amount":1,"nonsense":1,"invoices":[]})", 11},
        {start + R"("amount":1,"invoices":[{"invoice_id":"1","amount_applied":1}]})", 1002},
        {start + R"("amount":1,"invoices":)" + parts_json({{first, "2"}}) + "}", 4},
        {start + R"("amount":1000,"invoices":)" + parts_json({{first, "786.69"}}) + "}", 24016},
        {start + R"("amount":10,"invoices":)" + parts_json({{first, "1"}, {first, "1"}}) + "}", 4},
        {start + R"("amount":10,"invoices":)" + parts_json({{first, "-1"}}) + "}", 4},
        {R"({"customer_id":")" + contact + R"(","payment_mode":"cash","date":"18.02.2026","amount":1,"invoices":[]})", 4},
        {R"({"customer_id":")" + contact + R"(","date":"2026-02-18","amount":1,"invoices":[]})", 4},
    };
    for (const Row& row : rows) {
        send("POST", "customerpayments", row.body);
        EXPECT_EQ(code(), row.code) << row.body << last.body;
    }
    EXPECT_TRUE(vendor->records("customerpayments")->empty());
    EXPECT_EQ(balance(first), "786.68");
    refund("1", "1");
    EXPECT_EQ(code(), 1002);
    const std::string id = id_of(pay(contact, "5", {}));
    for (const char* body :
         {R"({"date":"2026-02-18","amount":1})", R"({"date":"x","from_account_id":"1","amount":1})",
          R"({"date":"2026-02-18","from_account_id":"1"})", R"({"date":"2026-02-18","from_account_id":"1","amount":0})"}) {
        send("POST", "customerpayments/" + id + "/refunds", body);
        EXPECT_EQ(last.status, 400) << body;
    }
}

TEST_F(ZohoPayments, AreListedByTheirFilters) {
    pay(contact, "1", {});
    pay(make_contact("Other"), "2", {});
    EXPECT_EQ(send("GET", "customerpayments?customer_id=" + contact)["customerpayments"].as_list().size(), 1u);
    EXPECT_EQ(send("GET", "customerpayments?amount=2")["customerpayments"].as_list().size(), 1u);
    EXPECT_EQ(send("GET", "customerpayments?filter_by=PaymentMode.BankTransfer")["customerpayments"].as_list().size(), 2u);
    EXPECT_EQ(send("GET", "customerpayments?filter_by=PaymentMode.Cash")["customerpayments"].as_list().size(), 0u);
}

}  // namespace lockstep::sandbox::zoho
