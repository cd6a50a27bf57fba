#include "connectors/zoho_crm/receive.h"

#include "connectors/zoho_crm/crm_test.h"

namespace lockstep::connectors::zoho_crm {
namespace {

const Secret secret("a-long-webhook-secret");

net::Request request(std::string_view body, std::string_view given = "a-long-webhook-secret") {
    net::Request made{.method = "POST", .url = std::string(change_path), .body = std::string(body)};
    made.headers.set("Content-Type", "application/json");
    if (!given.empty()) made.headers.set(std::string(secret_header), std::string(given));
    return made;
}

constexpr std::string_view edit =
    R"({"module":"Accounts","id":"4150868000000376008","operation":"edit","modified_time":"2026-02-18T15:30:00+05:30"})";

std::string channel_body(std::string_view token) {
    return R"({"server_time":1771408800123,"affected_values":[],"query_params":{},"module":"Accounts","ids":["1","2","1"],"operation":"insert",)"
           R"("channel_id":"1000000068001","token":")" +
           std::string(token) + "\"}";
}

}  // namespace

TEST(CrmReceive, TakesWhatTheFunctionSends) {
    auto delivery = receive_change(secret, request(edit));
    ASSERT_TRUE(delivery) << delivery.error().to_text();
    ASSERT_EQ(delivery->size(), 1u);
    EXPECT_EQ(delivery->front().topic, "Accounts");
    EXPECT_EQ(
        delivery->front().body,
        Value(
            Map{{"id", "4150868000000376008"}, {"module", "Accounts"}, {"operation", "edit"}, {"modified_time", "2026-02-18T10:00:00Z"}}));
}

TEST(CrmReceive, RefusesAMissingOrWrongSecret) {
    for (std::string_view given : {"", "a-long-webhook-secreT", "x"}) {
        auto delivery = receive_change(secret, request(edit, given));
        ASSERT_FALSE(delivery);
        EXPECT_EQ(delivery.error().code, ErrorCode::unauthorized);
        EXPECT_EQ(delivery.error().message.find("a-long"), std::string::npos) << "an error tells nobody the secret";
    }
    EXPECT_TRUE(receive_change(Secret(), request(edit, ""))) << "none is configured";
}

TEST(CrmReceive, TakesSeveralIdsOfAChannel) {
    const std::string token = channel_token(secret, "1000000068001");
    auto delivery = receive_change(secret, request(channel_body(token), ""));
    ASSERT_TRUE(delivery) << delivery.error().to_text();
    ASSERT_EQ(delivery->size(), 2u) << "an id once";
    EXPECT_EQ(delivery->back().body["id"], Value("2"));
    EXPECT_EQ(delivery->back().body["operation"], Value("create"));
    EXPECT_EQ(delivery->back().body["modified_time"], Value("2026-02-18T10:00:00.123Z"));
    EXPECT_LE(token.size(), 50u);
}

TEST(CrmReceive, RefusesAChannelOfSomebodyElse) {
    EXPECT_EQ(receive_change(secret, request(channel_body("guess"), "")).error().code, ErrorCode::unauthorized);
    EXPECT_EQ(receive_change(secret, request(channel_body(channel_token(secret, "1000000068002")), "")).error().code,
              ErrorCode::unauthorized);
    EXPECT_EQ(receive_change(secret, request(channel_body(channel_token(Secret("other"), "1000000068001")), "")).error().code,
              ErrorCode::unauthorized);
    EXPECT_EQ(receive_change(secret, request(channel_body("guess"))).error().code, ErrorCode::unauthorized)
        << "a channel has no header to prove it";
}

TEST(CrmReceive, RefusesWhatCanNeverBeRight) {
    for (std::string_view body :
         {"", "[]", "{}", R"({"module":"Accounts"})", R"({"module":"Accounts","id":"001A"})", R"({"module":"A b","id":"1"})",
          R"({"module":"Accounts","id":"1","operation":"explode"})", R"({"module":"Accounts","ids":[],"token":""})"}) {
        auto delivery = receive_change(Secret(), request(body, ""));
        ASSERT_FALSE(delivery) << body;
        EXPECT_EQ(delivery.error().cls(), ErrorClass::rejected) << body;
    }
    net::Request form = request(edit);
    form.headers.set("Content-Type", "application/x-www-form-urlencoded");
    EXPECT_EQ(receive_change(secret, form).error().field, "Content-Type");
}

TEST(CrmReceive, ANumberIsAnIdWithAllItsDigits) {
    auto delivery = receive_change(Secret(), request(R"({"module":"Accounts","id":4150868000000376008})", ""));
    ASSERT_TRUE(delivery) << delivery.error().to_text();
    EXPECT_EQ(delivery->front().body["id"], Value("4150868000000376008"));
    EXPECT_EQ(delivery->front().body["operation"], Value());
}

}  // namespace lockstep::connectors::zoho_crm
