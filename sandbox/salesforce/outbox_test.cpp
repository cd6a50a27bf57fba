#include "sandbox/salesforce/outbox.h"

#include <gtest/gtest.h>

#include "sandbox/salesforce/writes.h"
#include "value/json.h"

namespace lockstep::sandbox::salesforce {
namespace {

net::Response answer_of(std::string_view ack) {
    return net::text_response(200,
                              "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body><notificationsResponse "
                              "xmlns=\"http://soap.sforce.com/2005/09/outbound\"><Ack>" +
                                  std::string(ack) + "</Ack></notificationsResponse></e:Body></e:Envelope>");
}

class OutboxTest : public testing::Test {
protected:
    OutboxTest() {
        options.clock = [this] { return now; };
        options.addresses.salesforce = "https://sandbox.example";
    }
    void rule(const std::string& more = {}, OutboundRule::Kind kind = OutboundRule::Kind::message) {
        const auto rules = json::parse(R"([{"Name":"Won","EndpointUrl":"http://127.0.0.1/hook","Fields":["Amount"])" + more + "}]");
        auto set = outbox.configure(kind, rules->as_list());
        ASSERT_TRUE(set.has_value()) << set.error().message;
    }
    std::string create(const std::string& stage) {
        auto id = Writer(database, {integration_user_id(), now})
                      .create(deals(), Map{{"Name", "D"}, {"StageName", stage}, {"CloseDate", "2026-01-01"}});
        EXPECT_TRUE(id.has_value());
        outbox.watch();
        return id.value_or("");
    }
    void update(const std::string& id, Map fields) {
        EXPECT_TRUE(Writer(database, {integration_user_id(), now}).update(deals(), id, fields).has_value());
        outbox.watch();
    }
    static const Object& deals() { return *Schema::instance().find("Opportunity"); }
    /// Sends what is due; returns how many notifications that were.
    std::size_t deliver(const Result<net::Response>& answer) {
        const auto outgoing = outbox.take();
        if (!outgoing) return 0;
        outbox.settle(outgoing->id, answer);
        std::size_t notifications = 0;
        for (std::size_t at = 0; (at = outgoing->request.body.find("<Notification>", at)) != std::string::npos; ++at) ++notifications;
        return notifications;
    }
    std::string state(std::size_t at) { return outbox.deliveries()[at]["State"].text(); }

    Timestamp now = *parse_timestamp("2026-02-18T10:00:00Z");
    Options options;
    Database database;
    Outbox outbox{database, options};
};

TEST_F(OutboxTest, WhatWasWonBeforeTheRuleIsNoNews) {
    const std::string old = create("Closed Won");
    rule();
    update(old, {{"NextStep", "x"}});
    EXPECT_FALSE(outbox.take());
    update(old, {{"StageName", "Qualification"}});
    update(old, {{"StageName", "Closed Won"}});
    EXPECT_EQ(deliver(answer_of("true")), 1u);
}

TEST_F(OutboxTest, TheIntervalDoublesUpToItsCap) {
    rule(R"(,"RetryBaseMs":1000,"RetryCapMs":5000)");
    create("Closed Won");
    std::string waits;
    for (int attempt = 0; attempt < 5; ++attempt) {
        ASSERT_EQ(deliver(answer_of("false")), 1u);
        EXPECT_FALSE(outbox.take());
        waits += std::to_string(outbox.due()->ms() - now.ms()) + " ";
        now = *outbox.due();
    }
    EXPECT_EQ(waits, "1000 2000 4000 5000 5000 ");
}

TEST_F(OutboxTest, OnlyAnAcknowledgementInTheEnvelopeCounts) {
    EXPECT_TRUE(acknowledges(answer_of("true")));
    net::Response refused = answer_of("true");
    refused.status = 202;
    for (const net::Response& answer : {answer_of("false"), answer_of(" true"), refused, net::text_response(200, ""),
                                        net::text_response(200, "<Ack>true</Ack>"), net::text_response(200, "{\"Ack\":true}")})
        EXPECT_FALSE(acknowledges(answer)) << answer.body;
}

TEST_F(OutboxTest, ALostAnswerIsNoDelivery) {
    rule(R"(,"RetryBaseMs":1000)");
    create("Closed Won");
    EXPECT_EQ(deliver(fail(ErrorCode::answer_lost, "gone")), 1u);
    EXPECT_EQ(state(0), "pending");
    EXPECT_NE(outbox.deliveries()[0]["LastError"].text(), "");
}

TEST_F(OutboxTest, AMessageHoldsAtMostAHundredNotifications) {
    rule();
    for (int i = 0; i < 130; ++i) create("Closed Won");
    EXPECT_EQ(deliver(answer_of("true")), 100u);
    EXPECT_EQ(deliver(answer_of("true")), 30u);
    EXPECT_EQ(deliver(answer_of("true")), 0u);
}

TEST_F(OutboxTest, AfterADayANotificationIsDropped) {
    rule();
    create("Closed Won");
    deliver(answer_of("false"));
    now = now.plus_ms(24LL * 3600 * 1000);
    EXPECT_FALSE(outbox.take());
    EXPECT_EQ(state(0), "dropped");
}

TEST_F(OutboxTest, ADayThatEndsWhileTheAnswerIsAwaitedDropsItToo) {
    rule();
    create("Closed Won");
    const auto outgoing = outbox.take();
    ASSERT_TRUE(outgoing);
    now = now.plus_ms(24LL * 3600 * 1000);
    outbox.settle(outgoing->id, answer_of("false"));
    EXPECT_EQ(state(0), "dropped");
}

TEST_F(OutboxTest, ContentsAreThoseOfTheMomentOfSending) {
    rule();
    const std::string id = create("Closed Won");
    update(id, {{"Amount", 17}});
    const auto outgoing = outbox.take();
    ASSERT_TRUE(outgoing);
    EXPECT_NE(outgoing->request.body.find("<sf:Amount>17.0</sf:Amount>"), std::string::npos) << outgoing->request.body;
}

TEST_F(OutboxTest, ACalloutIsMadeOnceAndForEachRecord) {
    rule(R"(,"When":"every_write","Body":{"id":"{!$Record.Id}","won":"{!$Record.IsWon}"})", OutboundRule::Kind::callout);
    const std::string first = create("Qualification"), second = create("Closed Won");
    const auto outgoing = outbox.take();
    ASSERT_TRUE(outgoing);
    EXPECT_EQ(outgoing->request.body, R"({"id":")" + first + R"(","won":false})");
    outbox.settle(outgoing->id, net::text_response(503, ""));
    deliver(net::text_response(204, ""));
    EXPECT_EQ(state(0) + " " + state(1), "failed delivered");
}

TEST_F(OutboxTest, WhatWasUndoneSendsNothing) {
    rule();
    database.begin();
    Writer writer(database, {integration_user_id(), now});
    ASSERT_TRUE(writer.create(deals(), Map{{"Name", "D"}, {"StageName", "Closed Won"}, {"CloseDate", "2026-01-01"}}).has_value());
    database.finish(false);
    outbox.watch();
    EXPECT_FALSE(outbox.due());
}

TEST_F(OutboxTest, ARuleThatIsTakenAwayTakesItsWaitingNotificationsAlong) {
    rule();
    create("Closed Won");
    ASSERT_TRUE(outbox.configure(OutboundRule::Kind::message, {Value(Map{{"Name", "Won"}, {"IsActive", false}})}).has_value());
    EXPECT_FALSE(outbox.take());
    EXPECT_EQ(state(0), "dropped");
}

}  // namespace
}  // namespace lockstep::sandbox::salesforce
