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

}  // namespace lockstep::sandbox::zoho
