#include "sandbox/zoho/webhook.h"

#include "sandbox/zoho/zoho_test_client.h"

namespace lockstep::sandbox::zoho {

namespace {

class ZohoWebhook : public ::testing::Test, public TestClient {
protected:
    void SetUp() override {
        const std::string contact = make_contact();
        const std::string invoice = send("POST", "invoices", invoice_body(contact))["invoice"]["invoice_id"].string_or("");
        send("POST", "invoices/" + invoice + "/status/sent");
        payment =
            send("POST", "customerpayments",
                 R"({"customer_id":")" + contact + R"(","payment_mode":"banktransfer","date":"2026-02-18","amount":100,"invoices":[)" +
                     R"({"invoice_id":")" + invoice + R"(","amount_applied":100}]})")["payment"]["payment_id"]
                .string_or("");
    }
    Result<net::Request> emit(const std::string& more, std::string_view event = "customer_payment") {
        auto details = json::parse(R"({"url":"http://hub.example/webhook?b=2&a=1","payment_id":")" + payment + "\"" + more + "}");
        return vendor->emit(event, details->as_map());
    }
    std::string payment;
};

}  // namespace

TEST_F(ZohoWebhook, WrapsTheRecordByDefault) {
    auto request = emit("");
    ASSERT_TRUE(request.has_value()) << request.error().message;
    EXPECT_EQ((*json::parse(request->body))["customer_payment"]["amount"].text(), "100.00");
    EXPECT_FALSE(request->headers.contains("X-Zoho-Webhook-Signature"));
}

TEST_F(ZohoWebhook, ComesAsAFormOrWithAFewFieldsToo) {
    EXPECT_TRUE(emit(R"(,"body":"form")")->body.starts_with("JSONString=%7B"));
    const Value raw = *json::parse(emit(R"(,"body":"raw")")->body);
    EXPECT_EQ(raw["payment_id"].string_or(""), payment);
    EXPECT_EQ(raw["invoices"].as_list().size(), 1u);
    EXPECT_FALSE(emit(R"(,"body":"smoke")").has_value());
}

TEST_F(ZohoWebhook, UnknownEventsAndRecordsAreRefused) {
    EXPECT_FALSE(emit("", "deal").has_value());
    payment = "1";
    EXPECT_EQ(emit("").error().code, ErrorCode::not_found);
}

TEST_F(ZohoWebhook, ASecretSignsSortedParametersAndTheBody) {
    net::Request request{.method = "POST", .url = "/hook?subscription_id=90343&name=basic", .body = R"({"event_id":"1"})"};
    // HMAC-SHA256 of `namebasicsubscription_id90343{"event_id":"1"}` with the key.
    EXPECT_EQ(*webhook_signature("0123456789abcdef", request), "dfc126a28faa873506ca25ba29c2f96864052006f23f0c79326a6964b760ae20");
    EXPECT_TRUE(emit(R"(,"secret":"0123456789abcdef")")->headers.contains("X-Zoho-Webhook-Signature"));
}

class ZohoWebhookRules : public ::testing::Test, public TestClient {
protected:
    void SetUp() override {
        contact = make_contact();
        invoice_id = make_sent_invoice(contact);
    }
    std::string add(const std::string& rest) {
        return send("POST", "settings/webhooks",
                    R"({"webhook_name":"hub","url":"http://hub.example/hook","method":"POST",)" + rest + "}")["webhook"]["webhook_id"]
            .string_or("");
    }
    /// Gives out what waits, in order.
    std::vector<Outgoing> sent() {
        std::vector<Outgoing> all;
        while (auto outgoing = vendor->take_outgoing()) all.push_back(*std::move(outgoing));
        return all;
    }
    static Value payload(const Outgoing& outgoing) { return *json::parse(outgoing.request.body); }
    std::string contact, invoice_id;
};

TEST_F(ZohoWebhookRules, SendWhateverHappensToAPayment) {
    add(R"("entity":"customer_payment")");
    ASSERT_EQ(last.status, 201) << last.body;
    const std::string id = pay(contact, "10", {{invoice_id, "5"}})["payment_id"].string_or("");
    send("PUT", "customerpayments/" + id, R"({"description":"edited"})");
    send("POST", "customerpayments/" + id + "/refunds", R"({"date":"2026-02-18","from_account_id":"1","amount":5})");
    send("DELETE", "customerpayments/" + send("GET", "customerpayments")["customerpayments"].at_path("0.payment_id").text());
    EXPECT_EQ(last.status, 400) << "not while it has refunds";
    const auto all = sent();
    ASSERT_EQ(all.size(), 3u) << "created, edited, refunded";
    EXPECT_EQ(payload(all[0])["customer_payment"]["payment_id"].text(), id);
    EXPECT_EQ(payload(all[0]).at_path("customer_payment.invoices.0.balance_amount").text(), "781.68") << "after it was applied";
    EXPECT_EQ(payload(all[1])["customer_payment"]["description"].text(), "edited");
    EXPECT_EQ(payload(all[2])["customer_payment"]["amount_refunded"].text(), "5.00");
}

TEST_F(ZohoWebhookRules, ADeletedPaymentIsSentAsItWas) {
    const std::string id = pay(contact, "5", {{invoice_id, "5"}})["payment_id"].string_or("");
    add(R"("entity":"payment","events":["deleted"])");
    send("PUT", "customerpayments/" + id, R"({"description":"not listened to"})");
    send("DELETE", "customerpayments/" + id);
    const auto all = sent();
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(payload(all[0])["payment"]["payment_id"].text(), id);
    EXPECT_EQ(vendor->records("webhook_deliveries")->at(0)["event"].text(), "deleted");
}

TEST_F(ZohoWebhookRules, AnInvoiceIsEditedByItsPayments) {
    add(R"("entity":"invoice","events":["created","edited"])");
    pay(contact, "786.68", {{invoice_id, "786.68"}});
    send("POST", "invoices", invoice_body(contact));
    const auto all = sent();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(payload(all[0])["invoice"]["status"].text(), "paid");
    EXPECT_EQ(payload(all[1])["invoice"]["status"].text(), "draft");
}

TEST_F(ZohoWebhookRules, HaveFormsAndRawBodiesWithPlaceholders) {
    add(R"("entity":"customer_payment","body_type":"x-www-form-urlencoded","query_parameters":[{"param_name":"token","param_value":"a b"}])");
    add(R"("entity":"customer_payment","raw_data":"{\"payment_id\":\"${Payments.Payment ID}\",\"invoices\":${Payments.Invoices}}",)"
        R"("headers":[{"param_name":"X-Hub","param_value":"1"}])");
    add(R"("entity":"customer_payment","body_type":"form","form_data":[{"param_name":"id","param_value":"${Payment ID}"},)"
        R"({"param_name":"all","param_value":"${JSONString}"}])");
    const std::string id = pay(contact, "5", {{invoice_id, "5"}})["payment_id"].string_or("");
    const auto all = sent();
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(all[0].request.url, "http://hub.example/hook?token=a%20b");
    EXPECT_TRUE(all[0].request.body.starts_with("JSONString=%7B%22customer_payment%22")) << all[0].request.body;
    EXPECT_EQ(payload(all[1])["payment_id"].text(), id);
    EXPECT_EQ(payload(all[1]).at_path("invoices.0.invoice_id").text(), invoice_id);
    EXPECT_EQ(all[1].request.headers.get("X-Hub").value_or(""), "1");
    const auto form = net::parse_form(all[2].request.body);
    EXPECT_EQ(net::parameter(*form, "id"), id);
    EXPECT_NE(net::parameter(*form, "all")->find("customer_payment"), std::string::npos);
}

TEST_F(ZohoWebhookRules, SignWithTheirSecretAndNeverShowIt) {
    const std::string id = add(R"("entity":"invoice","secret":"0123456789abcdef")");
    EXPECT_EQ(last.body.find("0123456789abcdef"), std::string::npos);
    send("POST", "invoices", invoice_body(contact));
    const auto all = sent();
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].request.headers.get("X-Zoho-Webhook-Signature").value_or(""), *webhook_signature("0123456789abcdef", all[0].request));
    EXPECT_EQ(send("GET", "settings/webhooks/" + id).at_path("webhook.secret"), Value());
}

TEST_F(ZohoWebhookRules, CanBeChangedAndRemoved) {
    const std::string id = add(R"("entity":"invoice")");
    send("PUT", "settings/webhooks/" + id, R"({"is_active":false})");
    EXPECT_EQ(last.status, 200) << last.body;
    send("POST", "invoices", invoice_body(contact));
    EXPECT_TRUE(sent().empty());
    EXPECT_EQ(send("GET", "settings/webhooks")["webhooks"].as_list().size(), 1u);
    send("DELETE", "settings/webhooks/" + id);
    send("GET", "settings/webhooks/" + id);
    EXPECT_EQ(last.status, 404);
}

TEST_F(ZohoWebhookRules, BadOnesAreRefused) {
    for (const char* rest : {R"("entity":"deal")", R"("entity":"invoice","url":"ftp://x")", R"("entity":"invoice","url":"")",
                             R"("entity":"invoice","method":"GET")", R"("entity":"invoice","secret":"short")",
                             R"("entity":"invoice","secret":"not-alphanumeric")", R"("entity":"invoice","events":["exploded"])",
                             R"("entity":"invoice","headers":[{"name":"x"}])", R"("entity":"invoice","nonsense":1)"}) {
        send("POST", "settings/webhooks", R"({"webhook_name":"hub","url":"http://hub.example/hook",)" + std::string(rest) + "}");
        EXPECT_EQ(last.status, 400) << rest;
    }
    add(R"("entity":"invoice","description":")" + std::string(101, 'x') + "\"");
    EXPECT_EQ(code(), 15);
    EXPECT_TRUE(vendor->records("webhooks")->empty());
}

TEST_F(ZohoWebhookRules, ADeliveryShowsWhatBecameOfIt) {
    add(R"("entity":"invoice")");
    send("POST", "invoices", invoice_body(contact));
    send("POST", "invoices", invoice_body(contact));
    EXPECT_EQ(vendor->outgoing_due(), now);
    vendor->outgoing_done(vendor->take_outgoing()->id, net::Response{.status = 202, .body = "ok"});
    vendor->outgoing_done(vendor->take_outgoing()->id, fail(ErrorCode::unreachable, "nobody there"));
    EXPECT_EQ(vendor->outgoing_due(), std::nullopt) << "it is not sent again";
    const List deliveries = *vendor->records("webhook_deliveries");
    ASSERT_EQ(deliveries.size(), 2u);
    EXPECT_EQ(deliveries[0]["status"], Value(202));
    EXPECT_NE(deliveries[1]["error"].text().find("nobody there"), std::string::npos);
}

}  // namespace lockstep::sandbox::zoho
