// Webhooks that the emulated Zoho Books signs and sends by itself.
#include "accountant.h"
#include "company.h"

namespace lockstep::testing {
namespace {

constexpr std::string_view secret = "abcdef0123456789";

class SignedWebhooks : public ::testing::Test {
protected:
    /// A deal with its invoice; lockstep asks for signatures, and for its own secret in the address.
    SignedWebhooks() : finance(landscape) {
        std::ofstream(landscape.env_file(), std::ios::app) << "ZOHO_WEBHOOK_SECRET=" << secret << "\nLOCKSTEP_WEBHOOK_SECRET=t0ken\n";
        deals = load_company(landscape, {.accounts = 1, .deals = 1});
        landscape.start_serve();
        const net::Response answer = landscape.post("/webhook/salesforce/deal-closed?token=t0ken", Map{{"opportunityId", deals[0]}});
        require(answer.status == 202, "not taken: " + answer.body);
        (void)landscape.wait_for(Landscape::json_of(answer)["run"].text());
        invoice = only(by_key(landscape.state("zoho_books/invoices"), "reference_number"), "SF-" + deals[0], "invoice");
    }

    void set_up_webhook(Map webhook) {
        webhook.set("webhook_name", "test");
        webhook.set("entity", "customer_payment");
        webhook.set("url", landscape.base() + "/webhook/zoho/payment");
        webhook.set("query_parameters", List{Map{{"param_name", "token"}, {"param_value", "t0ken"}}});
        landscape.load("zoho_books/webhooks", {webhook});
    }
    std::int64_t payment_runs() const { return static_cast<std::int64_t>(landscape.runs("flow=payment").size()); }
    /// Waits until Zoho Books has sent something of this type and was told that it is taken.
    bool is_taken(std::string_view content_type) const {
        return wait_until(20'000, [&] {
            const List sent = landscape.state("zoho_books/webhook_deliveries");
            return std::any_of(sent.begin(), sent.end(), [&](const Value& its) {
                return its["headers"]["Content-Type"].text().starts_with(content_type) && its["status"] == Value(202);
            });
        });
    }

    Landscape landscape;
    Accountant finance;
    std::vector<std::string> deals;
    Value invoice;
};

TEST_F(SignedWebhooks, AreTakenAsJsonAndAsForms) {
    set_up_webhook({{"secret", secret}});
    (void)finance.pay(invoice["invoice_id"].text(), decimal("1.00"), "2026-02-20", "cash");
    EXPECT_TRUE(is_taken("application/json")) << json::write(landscape.state("zoho_books/webhook_deliveries"));
    set_up_webhook({{"secret", secret}, {"body_type", "x-www-form-urlencoded"}});
    (void)finance.pay(invoice["invoice_id"].text(), decimal("1.00"), "2026-02-21", "cash");
    EXPECT_TRUE(is_taken("application/x-www-form-urlencoded")) << json::write(landscape.state("zoho_books/webhook_deliveries"));
    EXPECT_GE(payment_runs(), 2);
    ASSERT_TRUE(landscape.wait_until_quiet(30'000));
    const Value deal = only(by_key(landscape.state("salesforce/Opportunity"), "Id"), deals[0], "deal");
    EXPECT_EQ(deal["Payment_Amount__c"].to_decimal(), decimal("2.00")) << json::write(landscape.runs("flow=payment"));
}

TEST_F(SignedWebhooks, WithAnotherSecretOrNoneLeaveNothing) {
    for (const Map& webhook : {Map{{"secret", "another0secret12"}}, Map{}}) {
        set_up_webhook(webhook);
        const std::size_t before = landscape.state("zoho_books/webhook_deliveries").size();
        (void)finance.pay(invoice["invoice_id"].text(), decimal("1.00"), "2026-02-20", "cash");
        EXPECT_TRUE(wait_until(20'000, [&] {
            const List sent = landscape.state("zoho_books/webhook_deliveries");
            return sent.size() > before &&
                   std::all_of(sent.begin(), sent.end(), [](const Value& its) { return its["sent"] == Value(true); });
        }));
    }
    const List deliveries = landscape.state("zoho_books/webhook_deliveries");
    for (const Value& delivery : deliveries) EXPECT_EQ(delivery["status"], Value(401)) << json::write(delivery);
    EXPECT_GE(deliveries.size(), 2u);
    EXPECT_EQ(payment_runs(), 0);
}

}  // namespace
}  // namespace lockstep::testing
