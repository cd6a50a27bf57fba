// Webhooks through the whole sandbox: what a call causes is sent, and the control API shows it.
#include "sandbox/test_sandbox.h"

namespace lockstep::sandbox {

namespace {

class ZohoOutgoing : public ::testing::Test, public TestSandbox {
protected:
    void SetUp() override {
        sandbox.send_out = [this](const net::Request& request) -> Result<net::Response> {
            received.push_back(request);
            return net::Response{.status = 202, .body = "taken"};
        };
        sandbox.wants_to_send = [this] { ++wishes; };
        control("POST", "/load/zoho_books/webhooks",
                R"({"records":[{"webhook_name":"hub","entity":"invoice","url":"http://hub.example/hook"}]})");
        control("POST", "/load/zoho_books/contacts", R"({"records":[{"contact_id":"1","contact_name":"Acme"}]})");
        const Credentials keys = options(*this).credentials;
        net::Request request{.method = "POST", .url = "/oauth/v2/token"};
        request.body = net::write_form({{"grant_type", "refresh_token"},
                                        {"client_id", keys.zoho_client_id},
                                        {"client_secret", keys.zoho_client_secret},
                                        {"refresh_token", keys.zoho_refresh_token}});
        token = parse(sandbox.handle("zoho_books", request).response)["access_token"].string_or("");
    }
    int create_invoice() {
        net::Request request{.method = "POST", .url = "/books/v3/invoices?organization_id=" + options(*this).credentials.zoho_org_id};
        request.headers = {{"Authorization", "Zoho-oauthtoken " + token}, {"Content-Type", "application/json"}};
        request.body = R"({"customer_id":"1","line_items":[{"name":"Pump","rate":1}]})";
        return sandbox.handle("zoho_books", request).response.status;
    }
    std::string token;
    std::vector<net::Request> received;
    int wishes = 0;
};

}  // namespace

TEST_F(ZohoOutgoing, AChangeIsSentAndShown) {
    ASSERT_EQ(create_invoice(), 201);
    EXPECT_EQ(wishes, 1);
    EXPECT_TRUE(received.empty()) << "not within the call";
    EXPECT_EQ(sandbox.send_outgoing(), std::nullopt);
    ASSERT_EQ(received.size(), 1u);
    EXPECT_EQ(received[0].url, "http://hub.example/hook");
    const Value delivery = parse(control("GET", "/state/zoho_books/webhook_deliveries")).at_path("records.0");
    EXPECT_EQ(delivery["status"], Value(202));
    EXPECT_EQ(delivery["answer"].text(), "taken");
    sandbox.send_outgoing();
    EXPECT_EQ(received.size(), 1u);
}

TEST_F(ZohoOutgoing, AnAnswerThatWasLostStillSends) {
    control("POST", "/faults", R"({"faults":[{"connector":"zoho_books","kind":"drop_after","count":1}]})");
    create_invoice();
    EXPECT_EQ(wishes, 1);
    sandbox.send_outgoing();
    EXPECT_EQ(received.size(), 1u);
}

TEST_F(ZohoOutgoing, DelaysCountAsRequestsInProcess) {
    control("POST", "/load/zoho_books/settings", R"({"records":[{"concurrency":1}]})");
    control("POST", "/faults", R"({"faults":[{"connector":"zoho_books","kind":"delay","delay_ms":300}]})");
    EXPECT_EQ(create_invoice(), 201);
    EXPECT_EQ(create_invoice(), 429);
    now = now.plus_ms(300);
    EXPECT_EQ(create_invoice(), 201);
}

}  // namespace lockstep::sandbox
