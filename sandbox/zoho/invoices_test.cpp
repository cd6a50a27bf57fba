#include "sandbox/zoho/zoho_test_client.h"

namespace lockstep::sandbox::zoho {

namespace {

class ZohoInvoices : public ::testing::Test, public TestClient {
protected:
    void SetUp() override { contact = make_contact(); }
    Value create(std::string rest = {}, std::string target = "invoices") {
        return send("POST", std::move(target), invoice_body(contact, std::move(rest)))["invoice"];
    }
    std::string contact;
};

}  // namespace

TEST_F(ZohoInvoices, ADraftHasExactTotalsAndAnAutomaticNumber) {
    const Value invoice = create();
    ASSERT_EQ(last.status, 201) << last.body;
    EXPECT_EQ(invoice["invoice_number"].string_or(""), "INV-000001");
    EXPECT_EQ(invoice["status"].string_or(""), "draft");
    EXPECT_EQ(invoice["total"].text(), "786.68");  // 785.33 + 1.35
    EXPECT_EQ(invoice["balance"].text(), "786.68");
    EXPECT_EQ(invoice["due_date"].string_or(""), "2026-03-20");
    EXPECT_EQ(invoice["is_emailed"], Value(false));
    EXPECT_EQ(create()["invoice_number"].string_or(""), "INV-000002") << "references are not unique";
}

TEST_F(ZohoInvoices, AreFoundByReference) {
    const std::string id = create()["invoice_id"].string_or("");
    create(R"(,"notes":"x")");
    const Value found = send("GET", "invoices?reference_number=SF-006");
    EXPECT_EQ(found["invoices"].as_list().size(), 2u);
    EXPECT_EQ(send("GET", "invoices?reference_number=SF-007")["invoices"].as_list().size(), 0u);
    EXPECT_EQ(send("GET", "invoices?customer_id=" + contact + "&status=draft")["invoices"].as_list().size(), 2u);
    EXPECT_EQ(send("GET", "invoices?last_modified_time=2026-02-18T11:00:01%2B0100")["invoices"].as_list().size(), 0u);
    EXPECT_EQ(send("GET", "invoices/" + id)["invoice"]["line_items"].as_list().size(), 2u);
    EXPECT_EQ(found["invoices"].as_list()[0]["last_payment_date"].string_or("none"), "") << "nothing is paid yet";
}

TEST_F(ZohoInvoices, MailingMarksAsSentAndIsKept) {
    const std::string id = create()["invoice_id"].string_or("");
    send("POST", "invoices/" + id + "/email", R"({"to_mail_ids":["ap@acme.example"],"subject":"Invoice","body":"Hello"})");
    ASSERT_EQ(last.status, 200) << last.body;
    EXPECT_EQ(body()["message"].string_or(""), "Your invoice has been sent.");
    const Value invoice = send("GET", "invoices/" + id)["invoice"];
    EXPECT_EQ(invoice["status"].string_or(""), "sent");
    EXPECT_EQ(invoice["is_emailed"], Value(true));
    const auto emails = vendor->records("emails");
    ASSERT_EQ(emails->size(), 1u);
    EXPECT_EQ((*emails)[0].at_path("to_mail_ids.0").string_or(""), "ap@acme.example");
    EXPECT_EQ(send("GET", "invoices/" + id + "/comments").at_path("comments.0.description").string_or(""),
              "Invoice emailed to ap@acme.example");
}

TEST_F(ZohoInvoices, NoMailGoesToNobody) {
    const std::string id = create()["invoice_id"].string_or("");
    for (const char* text : {R"({"to_mail_ids":[]})", R"({"to_mail_ids":[""]})", R"({"subject":"x"})", R"({"to_mail_ids":["nobody"]})",
                             R"({"to_mail_ids":"ap@acme.example"})", R"({"to_mail_ids":["a b@acme.example"]})"}) {
        send("POST", "invoices/" + id + "/email", text);
        EXPECT_EQ(last.status, 400) << text;
    }
    EXPECT_TRUE(vendor->records("emails")->empty());
    EXPECT_EQ(send("GET", "invoices/" + id)["invoice"]["status"].string_or(""), "draft");
}

TEST_F(ZohoInvoices, SendTrueMailsTheContactPerson) {
    EXPECT_EQ(create({}, "invoices?send=true")["status"].string_or(""), "sent");
    EXPECT_EQ(vendor->records("emails")->size(), 1u);
    contact = make_contact("Nobody Ltd", "");
    create({}, "invoices?send=true");
    EXPECT_EQ(last.status, 400) << "nobody to send it to";
}

TEST_F(ZohoInvoices, TotalsFollowDiscountsAndCurrencies) {
    EXPECT_EQ(create(R"(,"discount":"10%","shipping_charge":5,"adjustment":-0.01)")["total"].text(),
              "713.00");  // 786.68 − 78.67 + 5 − 0.01
    const std::string yen = send("GET", "settings/currencies").at_path("currencies.3.currency_id").string_or("");
    EXPECT_EQ(create(R"(,"currency_id":")" + yen + "\"")["total"].text(), "786");  // 785 + 1
    const Value discounted = send(
        "POST", "invoices", R"({"customer_id":")" + contact + R"(","line_items":[{"name":"P","rate":100,"quantity":3,"discount":12.34}]})");
    EXPECT_EQ(discounted["invoice"]["total"].text(), "287.66") << last.body;
}

TEST_F(ZohoInvoices, TheUniqueKeyGuardsCreation) {
    net::Request put = request("PUT", "invoices", invoice_body(contact));
    put.headers.set("X-Unique-Identifier-Key", "cf_lockstep_key");
    put.headers.set("X-Unique-Identifier-Value", "006A");
    put.headers.set("X-Upsert", "true");
    const std::string id = send(put)["invoice"]["invoice_id"].string_or("");
    EXPECT_EQ(last.status, 201) << last.body;
    EXPECT_EQ(send(put)["invoice"]["invoice_id"].string_or(""), id);
    EXPECT_EQ(vendor->records("invoices")->size(), 1u);
}

TEST_F(ZohoInvoices, BadInputIsRefused) {
    const char* rests[] = {R"(,"date":"18.02.2026")", R"(,"payment_terms":"Net 30")", R"(,"nonsense":1)",
                           R"(,"currency_id":"1")",   R"(,"contact_persons":["1"])",  R"(,"due_date":"2020-01-01")",
                           R"(,"discount":"-5")",     R"(,"invoice_number":"X")"};
    for (const char* rest : rests) {
        create(rest);
        EXPECT_EQ(last.status, 400) << rest << last.body;
    }
    send("POST", "invoices", R"({"customer_id":"1","line_items":[{"name":"P","rate":1}]})");
    EXPECT_EQ(last.status, 404);
    send("POST", "invoices", R"({"customer_id":")" + contact + R"(","line_items":[]})");
    EXPECT_EQ(last.status, 400);
    send("POST", "invoices", R"({"customer_id":")" + contact + R"(","line_items":[{"name":"P"}]})");
    EXPECT_EQ(last.status, 400);
    EXPECT_TRUE(vendor->records("invoices")->empty());
    send("GET", "invoices/1");
    EXPECT_EQ(code(), 1002);
}

TEST_F(ZohoInvoices, ASentInvoiceBecomesOverdue) {
    const std::string id = create()["invoice_id"].string_or("");
    send("POST", "invoices/" + id + "/status/sent");
    EXPECT_EQ(last.status, 200);
    now = now.plus_ms(31LL * 86'400'000);
    refresh();
    token = body()["access_token"].string_or("");
    EXPECT_EQ(send("GET", "invoices/" + id)["invoice"]["status"].string_or(""), "overdue");
    EXPECT_EQ(send("GET", "invoices?status=unpaid")["invoices"].as_list().size(), 1u);
}

TEST_F(ZohoInvoices, PaymentsSettleThemAndDeletingOpensThemAgain) {
    const std::string id = create()["invoice_id"].string_or("");
    auto pay = [&](const std::string& amount, const std::string& applied) {
        return send("POST", "customerpayments",
                    R"({"customer_id":")" + contact + R"(","payment_mode":"banktransfer","date":"2026-02-18","amount":)" + amount +
                        R"(,"invoices":[{"invoice_id":")" + id + R"(","amount_applied":)" + applied + "}]}")["payment"];
    };
    pay("100", "100");
    EXPECT_EQ(last.status, 400) << "a draft cannot be paid";
    send("POST", "invoices/" + id + "/status/sent");
    const std::string first = pay("100", "100")["payment_id"].string_or("");
    EXPECT_EQ(last.status, 201) << last.body;
    EXPECT_EQ(send("GET", "invoices/" + id)["invoice"]["status"].string_or(""), "partially_paid");
    EXPECT_EQ(pay("1000", "686.68")["unused_amount"].text(), "313.32");
    EXPECT_EQ(send("GET", "invoices/" + id)["invoice"]["balance"].text(), "0.00");
    EXPECT_EQ(send("GET", "invoices/" + id + "/payments")["payments"].as_list().size(), 2u);
    pay("1", "1");
    EXPECT_EQ(last.status, 400) << "more than the balance";
    send("DELETE", "customerpayments/" + first);
    EXPECT_EQ(send("GET", "invoices/" + id)["invoice"]["balance"].text(), "100.00");
}

TEST_F(ZohoInvoices, AVoidInvoiceOwesNothing) {
    const std::string id = create()["invoice_id"].string_or("");
    send("POST", "invoices/" + id + "/status/void");
    EXPECT_EQ(send("GET", "invoices/" + id)["invoice"]["balance"].text(), "0.00");
    send("POST", "invoices/" + id + "/email", R"({"to_mail_ids":["ap@acme.example"]})");
    EXPECT_EQ(last.status, 400);
}

}  // namespace lockstep::sandbox::zoho
