#include "connectors/zoho_crm/crm_test.h"
#include "connectors/zoho_crm/receive.h"

namespace lockstep::connectors::zoho_crm {
namespace {

const Map settings{{"webhook_secret", "a-long-webhook-secret"}};
const Map input{
    {"entity", "Accounts"}, {"notify_url", "https://hub.example.com/webhook/zoho/account"}, {"channel_id", "1000000068001"}, {"hours", 20}};

/// It is 2026-02-18T10:00:00Z.
net::Response open_until(std::string_view time, std::string_view events = R"("Accounts.create","Accounts.edit","Accounts.delete")") {
    return testing::json_answer(200, R"({"watch":[{"channel_id":"1000000068001","resource_name":"Accounts","channel_expiry":")" +
                                         std::string(time) + R"(","notify_url":"https://hub.example.com/webhook/zoho/account","events":[)" +
                                         std::string(events) + R"(],"token":")" +
                                         channel_token(Secret("a-long-webhook-secret"), "1000000068001") + R"("}]})");
}
net::Response done(int status) {
    return testing::json_answer(
        status,
        R"({"watch":[{"code":"SUCCESS","status":"success","message":"ok","details":{"events":[{"channel_expiry":"2026-02-19T11:30:00+05:30"}]}}]})");
}

}  // namespace

TEST(CrmWatch, OpensAChannelWithATokenThatOnlyWeCanMake) {
    TestCrm crm(settings);
    crm.http().on("GET", "/actions/watch?channel_id=1000000068001&module=Accounts", {.status = 204, .headers = {}, .body = ""});
    crm.http().on("POST", "/actions/watch", done(201));
    auto made = crm.perform("zoho_crm.watch", input);
    ASSERT_TRUE(made) << made.error().to_text();
    EXPECT_EQ(*made, Value(Map{{"renewed", true}, {"expires_at", "2026-02-19T06:00:00Z"}}));
    const Value sent = crm.http().last_json().at_path("watch.0");
    EXPECT_EQ(sent["events"], Value(List{"Accounts.create", "Accounts.edit", "Accounts.delete"}));
    EXPECT_EQ(sent["channel_expiry"], Value("2026-02-19T06:00:00+00:00"));
    EXPECT_EQ(sent["token"], Value(channel_token(Secret("a-long-webhook-secret"), "1000000068001")));
}

TEST(CrmWatch, LeavesOneThatHasMoreThanHalfOfItsLife) {
    TestCrm crm(settings);
    crm.http().on("GET", "/actions/watch", open_until("2026-02-18T20:00:01+00:00"));
    auto made = crm.perform("zoho_crm.watch", input);
    ASSERT_TRUE(made) << made.error().to_text();
    EXPECT_EQ(*made, Value(Map{{"renewed", false}, {"expires_at", "2026-02-18T20:00:01Z"}}));
}

TEST(CrmWatch, RenewsOneThatEndsSoonOrTellsTooLittle) {
    for (const net::Response& open :
         {open_until("2026-02-18T20:00:00+00:00"), open_until("2026-02-19T06:00:00+00:00", R"("Accounts.create")")}) {
        TestCrm crm(settings);
        crm.http().on("GET", "/actions/watch", open);
        crm.http().on("PUT", "/actions/watch", done(200));
        auto made = crm.perform("zoho_crm.watch", input);
        ASSERT_TRUE(made) << made.error().to_text();
        EXPECT_EQ((*made)["renewed"], Value(true));
    }
}

TEST(CrmWatch, OneThatHasEndedIsOpenedAnew) {
    TestCrm crm(settings);
    crm.http().on("GET", "/actions/watch", open_until("2026-02-18T09:00:00+00:00"));
    crm.http().on(
        "PUT", "/actions/watch",
        testing::json_answer(
            400, R"({"watch":[{"code":"INVALID_DATA","status":"error","message":"not enabled","details":{"api_name":"channel_id"}}]})"));
    crm.http().on("POST", "/actions/watch", done(201));
    ASSERT_TRUE(crm.perform("zoho_crm.watch", input));
}

TEST(CrmWatch, NeedsASecretAndAnAddress) {
    TestCrm without;
    EXPECT_EQ(without.perform("zoho_crm.watch", input).error().code, ErrorCode::config_invalid);
    TestCrm crm(settings);
    Map wrong = input;
    wrong.set("notify_url", "hub");
    EXPECT_EQ(crm.perform("zoho_crm.watch", wrong).error().code, ErrorCode::value_invalid);
    wrong = input;
    wrong.set("operations", List{"explode"});
    EXPECT_EQ(crm.perform("zoho_crm.watch", wrong).error().code, ErrorCode::value_invalid);
}

}  // namespace lockstep::connectors::zoho_crm
