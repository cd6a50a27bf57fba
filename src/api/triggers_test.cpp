#include "api/test_api.h"
#include "connector/signature.h"
#include "value/xml.h"

namespace lockstep::api {
namespace {

/// Two flows that hear Outbound Messages at one path, one that hears Zoho Books.
const std::string deals =
    "flow: deals\n"
    "key: { must: \"${ key.startsWith('006') }\", says: an Opportunity id }\n"
    "on: [ { outbound_message: Opportunity, key: \"${ notification.Id }\" }, { webhook: /webhook/deal, key: \"${ body.id }\" } ]\n"
    "steps: [ { uses: require, with: { that: \"${ body.Id == key }\", because: it is another } } ]\n";
const std::string more_deals =
    "flow: more-deals\n"
    "on: [ { outbound_message: Opportunity, key: \"${ notification.Id }\" }, { outbound_message: Account, key: \"${ notification.Id }\" } "
    "]\n"
    "steps: []\n";
const std::string payments =
    "flow: payments\n"
    "on: [ { webhook: /webhook/zoho/payment, from: zoho_books, key: \"${ body.payment_id }\" } ]\n"
    "steps: []\n";
constexpr std::string_view path = "/webhook/salesforce/outbound-message";

class TriggersTest : public testing::ApiTest {
protected:
    void open_flows(const std::vector<std::string>& texts, const std::string& secret = "", bool started = true,
                    const config::testing::Names& names = {}) {
        std::vector<config::FlowConfig> flows;
        for (const auto& text : texts) flows.push_back({"test.yaml", text, {}});
        open_with(std::move(flows), secret, started, names);
    }
    net::Response hear(const std::string& body, const std::string& query = "") {
        return post(std::string(path) + query, body, {{"Content-Type", "text/xml; charset=UTF-8"}});
    }
    std::size_t runs_of(const std::string& flow) { return body_of(get("/api/v1/runs?flow=" + flow))["runs"].as_list().size(); }
    std::size_t events() { return app_->engine().status().counters.events; }
};

std::string id_of(const std::string& prefix, int number) { return prefix + "000000000" + std::to_string(1000 + number).substr(1) + "AAA"; }

std::string notification(const std::string& object, const std::string& id, int number) {
    return "<Notification><Id>" + id_of("04l", number) + "</Id><sObject xsi:type=\"sf:" + object +
           "\" xmlns:sf=\"urn:sobject.enterprise.soap.sforce.com\"><sf:Id>" + id + "</sf:Id></sObject></Notification>";
}

std::string message(const std::string& notifications, const std::string& organization = "00D000000000001AAA") {
    return "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" "
           "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body><notifications "
           "xmlns=\"http://soap.sforce.com/2005/09/outbound\"><OrganizationId>" +
           organization + "</OrganizationId><SessionId>00D!the-session</SessionId>" + notifications +
           "</notifications></soapenv:Body></soapenv:Envelope>";
}

/// `true` if acknowledged, else the fault's text.
std::string ack_of(const net::Response& answer) {
    auto top = xml::parse(answer.body);
    if (!top || !top->child("Body")) return "no SOAP: " + answer.body;
    if (const auto* response = top->child("Body")->child("notificationsResponse")) return response->child("Ack")->text;
    const auto* fault = top->child("Body")->child("Fault");
    return fault ? fault->child("faultstring")->text : "no fault: " + answer.body;
}

TEST_F(TriggersTest, AnOutboundMessageMakesAnEventOfEachNotificationForEachFlow) {
    open_flows({deals, more_deals});
    std::string all;
    for (int i = 0; i < 40; ++i) all += notification("Opportunity", id_of("006", i), i);
    auto answer = hear(message(all));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(ack_of(answer), "true");
    EXPECT_EQ(events(), 80u);
    ASSERT_TRUE(app_->engine().wait_until_quiet(30'000));
    auto counts = app_->store().status_counts();
    ASSERT_TRUE(counts);
    EXPECT_EQ(counts->succeeded, 80) << "each key is the record's id";
    auto run = body_of(get("/api/v1/runs?flow=deals&limit=1"))["runs"].as_list()[0];
    auto detail = body_of(get("/api/v1/runs/" + run["id"].text()));
    EXPECT_EQ(detail["event"]["trigger"].text(), "outbound_message");
    EXPECT_EQ(json::write(detail).find("the-session"), std::string::npos);
}

TEST_F(TriggersTest, ANotificationThatComesAgainMakesNoRun) {
    open_flows({deals});
    const std::string one = notification("Opportunity", id_of("006", 1), 1), two = notification("Opportunity", id_of("006", 2), 2);
    EXPECT_EQ(ack_of(hear(message(one + two + one))), "true");
    EXPECT_EQ(ack_of(hear(message(two + one))), "true");
    EXPECT_EQ(events(), 2u);
    EXPECT_EQ(runs_of("deals"), 2u);
    EXPECT_EQ(ack_of(hear(message(notification("Opportunity", id_of("006", 1), 3)))), "true");
    EXPECT_EQ(runs_of("deals"), 3u) << "a new notification about the same record is another event";
}

TEST_F(TriggersTest, AFlowHearsOnlyOfItsObjects) {
    open_flows({deals, more_deals});
    EXPECT_EQ(ack_of(hear(message(notification("Account", id_of("001", 1), 1)))), "true");
    EXPECT_EQ(runs_of("deals"), 0u);
    EXPECT_EQ(runs_of("more-deals"), 1u);
}

TEST_F(TriggersTest, WhatNobodyListensToIsLeftWithSalesforceAndSaysWhy) {
    open_flows({deals});
    auto answer = hear(message(notification("Contact", id_of("003", 1), 1)));
    EXPECT_EQ(answer.status, 404);
    EXPECT_EQ(ack_of(answer), "no flow listens to outbound_message here: Contact");
    EXPECT_EQ(events(), 0u);
}

TEST_F(TriggersTest, AMessageIsTakenAsAWholeOrNotAtAll) {
    open_flows({deals});
    const std::string good = notification("Opportunity", id_of("006", 1), 1), other = notification("Opportunity", id_of("001", 2), 2);
    auto answer = hear(message(good + other));
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(ack_of(answer), "number 2 of 2: the key must be an Opportunity id: " + id_of("001", 2));
    EXPECT_EQ(events(), 0u);
    EXPECT_EQ(hear(message(good).substr(0, 300)).status, 400);
    EXPECT_EQ(post(std::string(path), message(good)).status, 415) << "as JSON";
    EXPECT_EQ(get(std::string(path)).status, 405);
    EXPECT_EQ(events(), 0u);
}

TEST_F(TriggersTest, AnotherOrganisationsMessageIsForbidden) {
    open_flows({deals}, "", true, {{"SF_ORGANIZATION_ID", "00D000000000001"}});
    const std::string one = notification("Opportunity", id_of("006", 1), 1);
    auto answer = hear(message(one, "00D000000000002AAA"));
    EXPECT_EQ(answer.status, 403);
    EXPECT_NE(ack_of(answer).find("another organisation"), std::string::npos);
    EXPECT_EQ(events(), 0u);
    const std::string counted = "lockstep_trigger_requests_refused_total{trigger=\"outbound_message\",code=\"permission_missing\"} 1\n";
    EXPECT_NE(get("/metrics").body.find(counted), std::string::npos) << "who operates it sees it too";
    EXPECT_EQ(ack_of(hear(message(one))), "true");
}

TEST_F(TriggersTest, AnOutboundMessageMustBringTheSecretInItsAddress) {
    open_flows({deals}, "s3cret");
    const std::string one = message(notification("Opportunity", id_of("006", 1), 1));
    auto refused = hear(one);
    EXPECT_EQ(refused.status, 401);
    EXPECT_NE(ack_of(refused).find("secret is missing or wrong"), std::string::npos);
    EXPECT_EQ(events(), 0u);
    EXPECT_EQ(ack_of(hear(one, "?token=s3cret")), "true");
}

TEST_F(TriggersTest, AMessageThatCannotBeKeptIsNotAcknowledged) {
    open_flows({deals});
    app_->engine().drain(1'000);
    auto answer = hear(message(notification("Opportunity", id_of("006", 1), 1)));
    EXPECT_EQ(answer.status, 503);
    EXPECT_TRUE(answer.headers.contains("Retry-After"));
    EXPECT_NE(ack_of(answer).find("stopping"), std::string::npos);
}

TEST_F(TriggersTest, AWebhookTakesAListOfObjects) {
    open_flows({deals});
    auto answer = post("/webhook/deal", R"([{"id":"006A"},{"id":"006B"}])");
    ASSERT_EQ(answer.status, 202) << answer.body;
    const List accepted = body_of(answer)["events"].as_list();
    ASSERT_EQ(accepted.size(), 2u);
    EXPECT_EQ(accepted[0]["key"].text(), "006A");
    EXPECT_EQ(accepted[1]["key"].text(), "006B");
    EXPECT_FALSE(accepted[1]["run"].text().empty());
    auto run = app_->store().load_run(accepted[1]["run"].text());
    ASSERT_TRUE(run && *run);
    EXPECT_EQ((*run)->event.body_json, R"({"id":"006B"})");
}

TEST_F(TriggersTest, AListWithABadObjectLeavesNothing) {
    open_flows({deals});
    std::string many = "[{\"id\":\"006A\"}";
    for (int i = 0; i < 100; ++i) many += ",{\"id\":\"006A\"}";
    for (const std::string& bad : {std::string("[]"), std::string(R"([{"id":"006A"},"006B"])"),
                                   std::string(R"([{"id":"006A"},{"id":"001B"}])"), std::string(R"([[{"id":"006A"}]])"), many + "]"})
        EXPECT_EQ(post("/webhook/deal", bad).status, 400) << bad.substr(0, 100);
    EXPECT_EQ(events(), 0u);
}

TEST_F(TriggersTest, AWebhookOfZohoBooksIsReadInEveryForm) {
    open_flows({payments});
    const std::string url = "/webhook/zoho/payment";
    auto key_of = [&](const net::Response& answer) { return body_of(answer)["key"].text(); };
    EXPECT_EQ(key_of(post(url, R"({"payment_id":"1","amount":10.50,"invoices":[{"invoice_id":"2"}]})")), "1");
    EXPECT_EQ(key_of(post(url, R"({"customer_payment":{"payment_id":9007199254740993}})")), "9007199254740993");
    auto form = post(url, "JSONString=%7B%22payment%22%3A%7B%22payment_id%22%3A%223%22%7D%7D",
                     {{"Content-Type", "application/x-www-form-urlencoded"}});
    EXPECT_EQ(key_of(form), "3") << form.body;
    EXPECT_EQ(post(url, "{}").status, 400);
    EXPECT_EQ(events(), 3u);
}

TEST_F(TriggersTest, AWebhookOfZohoBooksMustBeSignedIfThereIsASecret) {
    open_flows({payments}, "", true, {{"ZOHO_WEBHOOK_SECRET", "abcdefghijkl"}});
    const std::string url = "/webhook/zoho/payment", body = R"({"payment_id":"1"})";
    const std::string signature = connector::hmac_sha256_hex(Secret("abcdefghijkl"), body);
    EXPECT_EQ(post(url, body).status, 401);
    EXPECT_EQ(post(url, body + " ", {{"X-Zoho-Webhook-Signature", signature}}).status, 401);
    EXPECT_EQ(events(), 0u);
    auto counts = app_->store().status_counts();
    ASSERT_TRUE(counts);
    EXPECT_EQ(counts->waiting + counts->succeeded, 0);
    EXPECT_EQ(post(url, body, {{"X-Zoho-Webhook-Signature", signature}}).status, 202);
}

TEST(FlowsAtOnePath, MustUnderstandTheSame) {
    auto config = config::load_environment(config::testing::environment_of(config::testing::complete_names()));
    ASSERT_TRUE(config);
    auto flow_at = [](const std::string& name, const std::string& trigger) {
        return config::FlowConfig{name + ".yaml", "flow: " + name + "\non: [ { " + trigger + " } ]\nsteps: []\n", {}};
    };
    const std::string plain = "webhook: /webhook/x, key: \"${ body.id }\"";
    config->flows = {flow_at("one", plain), flow_at("two", plain)};
    EXPECT_TRUE(config::load_flows(*config));
    for (std::string other : {"webhook: /webhook/x, from: zoho_books, key: a", "outbound_message: Account, path: /webhook/x, key: a"}) {
        config->flows = {flow_at("one", plain), flow_at("two", other)};
        auto flows = config::load_flows(*config);
        ASSERT_FALSE(flows) << other;
        EXPECT_NE(flows.error().message.find("two.yaml:2:7: the flow `one` listens to the same path"), std::string::npos)
            << flows.error().message;
    }
}

}  // namespace
}  // namespace lockstep::api
