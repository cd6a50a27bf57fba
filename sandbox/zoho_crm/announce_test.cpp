#include "sandbox/zoho_crm/zoho_crm_test_client.h"

namespace lockstep::sandbox::zoho_crm {

namespace {

class CrmNotifications : public ::testing::Test, public TestClient {
protected:
    Value watch(const std::string& more = {}, const std::string& method = "POST") {
        return send(method, "actions/watch",
                    R"({"watch":[{"channel_id":"1000000068001","notify_url":"https://hub.example/zoho",)"
                    R"("events":["Accounts.create","Accounts.edit","Accounts.delete"],"token":"secret")" +
                        more + "}]}");
    }
};

}  // namespace

TEST_F(CrmNotifications, TellWhatHappenedAndEchoTheToken) {
    watch(R"(,"return_affected_field_values":true)");
    ASSERT_EQ(last.status, 201) << last.body;
    EXPECT_EQ(body().at_path("watch.0.details.events.0.resource_uri").text(), "http://zoho.example/crm/v8/Accounts");
    const std::string id = make_account("A", R"(,"Phone":"1")");
    send("PUT", "Accounts/" + id, R"({"data":[{"Phone":"2"}]})");
    send("DELETE", "Accounts/" + id);
    const auto sent = outgoing();
    ASSERT_EQ(sent.size(), 3u);
    EXPECT_EQ(sent[1].url, "https://hub.example/zoho");
    EXPECT_EQ(sent[1].method, "POST");
    const std::string expected = R"({"server_time":1771408800000,"affected_values":[{"record_id":")" + id +
                                 R"(","values":{"Phone":"2"}}],"query_params":{},"module":"Accounts",)"
                                 R"("resource_uri":"http://zoho.example/crm/v8/Accounts","ids":[")" +
                                 id + R"("],"affected_fields":[{")" + id +
                                 R"(":["Phone"]}],"operation":"update","channel_id":"1000000068001","token":"secret"})";
    EXPECT_EQ(sent[1].body, expected);
    EXPECT_EQ((*json::parse(sent[0].body))["operation"].text(), "insert");
    EXPECT_EQ((*json::parse(sent[2].body))["operation"].text(), "delete");
}

TEST_F(CrmNotifications, OfOneCallComeTogether) {
    watch();
    std::string many;
    for (int i = 0; i < 5; ++i) many += (i == 0 ? "" : ",") + std::string(R"({"Account_Name":"A"})");
    send("POST", "Accounts", "{\"data\":[" + many + "]}");
    const auto sent = outgoing();
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ((*json::parse(sent[0].body))["ids"].as_list().size(), 5u);
    EXPECT_TRUE((*json::parse(sent[0].body))["affected_values"].is_null());
}

TEST_F(CrmNotifications, EndWithTheirChannelAndGoOnWhenItIsRenewed) {
    EXPECT_EQ(watch().at_path("watch.0.details.events.0.channel_expiry").text(), "2026-02-18T12:00:00+01:00") << "an hour";
    now = now.plus_ms(50LL * 60 * 1000);
    watch(R"(,"channel_expiry":"2026-02-18T14:00:00+01:00")", "PUT");
    ASSERT_EQ(last.status, 200) << last.body;
    EXPECT_EQ(body().at_path("watch.0.message").text(), "Successfully updated the subscribe details");
    now = now.plus_ms(9LL * 60 * 1000);
    make_account("A");
    EXPECT_EQ(outgoing().size(), 1u);
    now = *parse_timestamp("2026-02-18T14:00:00+01:00");
    token = ask_for_token({{"grant_type", "refresh_token"}, {"refresh_token", "1000.crm"}})["access_token"].string_or("");
    make_account("B");
    EXPECT_TRUE(outgoing().empty());
    send("GET", "actions/watch");
    EXPECT_EQ(last.status, 204);
    watch(R"(,"channel_expiry":"2026-02-19T10:00:00Z")", "PUT");
    EXPECT_EQ(body().at_path("watch.0.code").text(), "NOT_SUBSCRIBED");
}

TEST_F(CrmNotifications, AChannelLivesADayAtMost) {
    watch(R"(,"channel_expiry":"2027-02-18T10:00:00Z")");
    EXPECT_EQ(body().at_path("watch.0.details.events.0.channel_expiry").text(), "2026-02-19T11:00:00+01:00");
    ASSERT_TRUE(load("settings", R"({"channel_life_max_s":604800})"));
    watch(R"(,"channel_expiry":"2027-02-18T10:00:00Z")");
    EXPECT_EQ(body().at_path("watch.0.details.events.0.channel_expiry").text(), "2026-02-25T11:00:00+01:00");
}

TEST_F(CrmNotifications, ChannelsAreListedAndTakenAwayInPartOrWhole) {
    watch();
    EXPECT_EQ(send("GET", "actions/watch").at_path("watch.0.token").text(), "secret");
    send("PATCH", "actions/watch", R"({"watch":[{"channel_id":"1000000068001","events":["Accounts.create"],"_delete_events":true}]})");
    EXPECT_EQ(last.status, 200) << last.body;
    make_account("A");
    EXPECT_TRUE(outgoing().empty());
    send("PATCH", "actions/watch", R"({"watch":[{"channel_id":"1000000068001","token":"other"}]})");
    EXPECT_EQ(send("GET", "actions/watch?channel_id=1000000068001").at_path("watch.0.token").text(), "other");
    send("DELETE", "actions/watch?channel_ids=1000000068001,77");
    EXPECT_EQ(last.status, 207);
    EXPECT_EQ(body().at_path("watch.0.message").text(), "Successfully un-subscribed from actions-watch");
    EXPECT_TRUE(state("channels").empty());
    send("DELETE", "actions/watch");
    EXPECT_EQ(code(), "REQUIRED_PARAM_MISSING");
}

TEST_F(CrmNotifications, WrongChannelsAreRefused) {
    const char* wrong[] = {
        R"({"notify_url":"https://a.example","events":["Accounts.edit"]})",
        R"({"channel_id":"1","events":["Accounts.edit"]})",
        R"({"channel_id":"1","notify_url":"nowhere","events":["Accounts.edit"]})",
        R"({"channel_id":"1","notify_url":"https://a.example"})",
        R"({"channel_id":"1","notify_url":"https://a.example","events":["Accounts.smell"]})",
        R"({"channel_id":"1","notify_url":"https://a.example","events":["Deals.edit"]})",
        R"({"channel_id":"1","notify_url":"https://a.example","events":["Accounts.edit"],"channel_expiry":"2026-02-18T10:00:00Z"})",
        R"({"channel_id":"1","notify_url":"https://a.example","events":["Accounts.edit"],"channel_expiry":"soon"})",
        R"({"channel_id":"1","notify_url":"https://a.example","events":["Accounts.edit"],"return_affected_field_values":"yes"})",
    };
    for (const char* text : wrong) {
        send("POST", "actions/watch", std::string(R"({"watch":[)") + text + "]}");
        EXPECT_EQ(last.status, 400) << text << last.body;
        EXPECT_EQ(body().at_path("watch.0.status").text(), "error") << text;
    }
    send("POST", "actions/watch",
         std::string(R"({"watch":[)") + wrong[0] + R"(,{"channel_id":"1","notify_url":"https://a.example","events":["Accounts.edit"]}]})");
    EXPECT_EQ(last.status, 207);
}

TEST_F(CrmNotifications, AConditionNamesTheFieldsThatCount) {
    watch(R"(,"notification_condition":[{"type":"field_selection","module":{"api_name":"Accounts"},"field_selection":)"
          R"({"group_operator":"or","group":[{"field":{"api_name":"Phone"}},{"field":{"api_name":"Fax"}}]}}])");
    ASSERT_EQ(last.status, 201) << last.body;
    const std::string id = make_account("A");
    EXPECT_EQ(outgoing().size(), 1u);
    send("PUT", "Accounts/" + id, R"({"data":[{"Website":"www.a.example"}]})");
    EXPECT_TRUE(outgoing().empty());
    send("PUT", "Accounts/" + id, R"({"data":[{"Fax":"2"}]})");
    EXPECT_EQ(outgoing().size(), 1u);
}

namespace {

class CrmWorkflow : public ::testing::Test, public TestClient {
protected:
    void rule(const std::string& more = {}) {
        auto loaded = load("WorkflowRule", R"([{"module":"Accounts","url":"http://hub.example/webhook/zoho/account",)"
                                           R"("headers":{"X-Lockstep-Secret":"s3cret"})" +
                                               more + "}]");
        ASSERT_TRUE(loaded) << loaded.error().message;
    }
};

}  // namespace

TEST_F(CrmWorkflow, SendsWhatTheFunctionForAccountsSends) {
    rule();
    const std::string id = make_account("A");
    now = now.plus_ms(2000);
    send("PUT", "Accounts/" + id, R"({"data":[{"Phone":"1"}]})");
    now = now.plus_ms(2000);
    send("DELETE", "Accounts/" + id);
    const auto sent = outgoing();
    ASSERT_EQ(sent.size(), 3u);
    EXPECT_EQ(sent[0].method, "POST");
    EXPECT_EQ(sent[0].url, "http://hub.example/webhook/zoho/account");
    EXPECT_EQ(sent[0].headers.get("Content-Type").value_or(""), "application/json");
    EXPECT_EQ(sent[0].headers.get("X-Lockstep-Secret").value_or(""), "s3cret");
    EXPECT_EQ(sent[0].body,
              R"({"module":"Accounts","id":")" + id + R"(","operation":"create","modified_time":"2026-02-18T11:00:00+01:00"})");
    EXPECT_EQ(sent[1].body, R"({"module":"Accounts","id":")" + id + R"(","operation":"edit","modified_time":"2026-02-18T11:00:02+01:00"})");
    EXPECT_EQ(sent[2].body,
              R"({"module":"Accounts","id":")" + id + R"(","operation":"delete","modified_time":"2026-02-18T11:00:04+01:00"})");
}

TEST_F(CrmWorkflow, AnEmptyTriggerSuppressesIt) {
    rule();
    send("POST", "Accounts", R"({"data":[{"Account_Name":"A"}],"trigger":[]})");
    send("POST", "Accounts", R"({"data":[{"Account_Name":"A"}],"trigger":["approval"]})");
    EXPECT_TRUE(outgoing().empty());
    send("POST", "Accounts", R"({"data":[{"Account_Name":"A"}],"trigger":["workflow"]})");
    EXPECT_EQ(outgoing().size(), 1u);
}

TEST_F(CrmWorkflow, EventsAndCriteriaChooseTheOccasions) {
    rule(R"J(,"events":["edit"],"criteria":"(Modified_By.last_name:equals:Person)")J");
    const std::string id = make_account("A");
    send("PUT", "Accounts/" + id, R"({"data":[{"Phone":"1"}]})");
    EXPECT_TRUE(outgoing().empty());
    ASSERT_TRUE(load("actions", R"({"id":")" + id + R"(","values":{"Phone":"2"}})"));
    EXPECT_EQ(outgoing().size(), 1u);
    ASSERT_TRUE(load("actions", R"({"action":"create","values":{"Account_Name":"B"}})"));
    EXPECT_TRUE(outgoing().empty());
    EXPECT_FALSE(load("actions", R"({"action":"create","values":{"Phone":"1"}})")) << "persons keep to the rules too";
}

TEST_F(CrmWorkflow, OtherFunctionsSendWhatTheirRuleSays) {
    rule(R"(,"name":"other","parameters":{"phone":"${Accounts.Phone}","heads":"${Accounts.Employees}","text":"${id}: ${operation}"})");
    const std::string id = make_account("A", R"(,"Phone":"1","Employees":7)");
    const Value sent = *json::parse(outgoing().at(0).body);
    EXPECT_EQ(sent["heads"], Value(7));
    EXPECT_EQ(sent["text"].text(), id + ": create");
    rule(R"(,"name":"other","active":false)");
    make_account("B");
    EXPECT_TRUE(outgoing().empty());
}

TEST_F(CrmWorkflow, ACallIsMadeOnceWhateverComesOfIt) {
    rule();
    make_account("A");
    auto sent = vendor->take_outgoing();
    ASSERT_TRUE(sent.has_value());
    vendor->outgoing_done(sent->id, net::text_response(500, "no"));
    EXPECT_FALSE(vendor->outgoing_due().has_value());
    EXPECT_EQ(state("WorkflowDelivery").at(0)["status"], Value(500));
    EXPECT_EQ(state("WorkflowDelivery").at(0)["sent"], Value(true));
}

TEST_F(CrmWorkflow, WhatIsLoadedTellsNobody) {
    rule();
    ASSERT_TRUE(load("Accounts", R"({"Account_Name":"A"})"));
    EXPECT_TRUE(outgoing().empty());
    EXPECT_FALSE(load("WorkflowRule", R"({"url":"nowhere"})"));
    EXPECT_FALSE(load("WorkflowRule", R"({"url":"http://a.example","module":"Deals"})"));
    EXPECT_FALSE(load("WorkflowRule", R"({"url":"http://a.example","events":["smell"]})"));
    EXPECT_FALSE(load("WorkflowRule", R"J({"url":"http://a.example","criteria":"(Nothing:equals:1)"})J"));
}

}  // namespace lockstep::sandbox::zoho_crm
