#include "api/test_syncs.h"

// A record is run through its sync, and its link looked at, over HTTP.
namespace lockstep::api {
namespace {

using testing::SyncApiTest;

std::string message_of(const net::Response& response) {
    auto body = json::parse(response.body);
    return body ? (*body)["error"]["message"].text() : response.body;
}

TEST_F(SyncApiTest, ARunIsAnsweredWhenItHasEnded) {
    open_sync();
    here().records["l1"].fields = Map{{"Name", "Ana"}, {"Phone", "1"}};
    auto answer = run(R"({"side":"left","id":"l1","by":"Ada Admin"})");
    EXPECT_EQ(answer.status, 200) << answer.body;
    auto body = body_of(answer);
    EXPECT_EQ(body["status"].text(), "succeeded");
    EXPECT_EQ(body["left_id"].text(), "l1");
    EXPECT_EQ(body["right_id"].text(), "made1");
    EXPECT_EQ(body["created"].text(), "right");
    EXPECT_EQ(body["changed"]["right"], Value(List{"Full_Name", "Telephone"}));
    EXPECT_EQ(there().records["made1"].fields.find("Full_Name")->text(), "Ana");
    auto kept = body_of(get("/api/v1/runs/" + body["run_id"].text()));
    EXPECT_EQ(kept["event"]["trigger"].text(), "button");
    EXPECT_EQ(kept["event"]["body"]["by"].text(), "Ada Admin");
}

TEST_F(SyncApiTest, ARecordOfTheRightIsRunAsWell) {
    open_sync();
    there().records["r1"].fields = Map{{"Full_Name", "Ben"}};
    auto body = body_of(run(R"({"side":"right","id":"r1"})"));
    EXPECT_EQ(body["created"].text(), "left");
    EXPECT_EQ(body["changed"]["left"], Value(List{"Name"}));
    EXPECT_EQ(body_of(get("/api/v1/runs/" + body["run_id"].text()))["event"]["trigger"].text(), "manual");
}

TEST_F(SyncApiTest, ARunThatTakesLongerThanTheBoundIsSaidToBeRunning) {
    open_sync();
    std::promise<void> goes_on;
    auto gate = goes_on.get_future().share();
    here().before_call = [gate] { gate.wait(); };
    here().records["l1"].fields = Map{{"Name", "Ana"}};
    auto answer = run(R"({"id":"l1","wait_ms":20})");
    EXPECT_EQ(answer.status, 202) << answer.body;
    EXPECT_EQ(body_of(answer)["status"].text(), "running");
    const std::string id = body_of(answer)["run_id"].text();
    EXPECT_EQ(run(R"({"id":"l2","wait_ms":0})").status, 202);
    goes_on.set_value();
    ASSERT_TRUE(app_->engine().wait_until_quiet(30'000));
    EXPECT_EQ(body_of(get("/api/v1/runs/" + id))["status"].text(), "succeeded");
}

TEST_F(SyncApiTest, ARefusalNamesTheFieldAndTheVendorsReason) {
    open_sync();
    there().refuses_writes = Error{ErrorCode::value_invalid, "required field not found", "MANDATORY_NOT_FOUND", "Full_Name"};
    here().records["l1"].fields = Map{{"Phone", "1"}};
    auto answer = run(R"({"id":"l1"})");
    EXPECT_EQ(answer.status, 409) << answer.body;
    auto body = body_of(answer);
    EXPECT_EQ(body["status"].text(), "parked");
    EXPECT_EQ(body["error"]["code"].text(), "value_invalid");
    EXPECT_EQ(body["error"]["message"].text(), "required field not found");
    EXPECT_EQ(body["error"]["field"].text(), "Full_Name");
    EXPECT_EQ(body["error"]["record"].text(), "there Persons");
}

TEST_F(SyncApiTest, ATextThatDoesNotFitIsRefusedWithItsField) {
    open_sync();
    here().records["l1"].fields = Map{{"Name", "Ana the very long"}};
    auto body = body_of(run(R"({"id":"l1"})"));
    EXPECT_EQ(body["status"].text(), "parked");
    EXPECT_EQ(body["error"]["field"].text(), "Full_Name");
    EXPECT_EQ(body["error"]["code"].text(), "value_invalid");
    EXPECT_NE(body["error"]["message"].text().find("17 of 10"), std::string::npos) << body["error"]["message"].text();
}

TEST_F(SyncApiTest, ARecordThatIsNotThereIsSkippedWithTheReason) {
    open_sync();
    auto answer = run(R"({"id":"nobody"})");
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(body_of(answer)["status"].text(), "skipped");
    EXPECT_EQ(body_of(answer)["reason"].text(), "there is no such record");
}

TEST_F(SyncApiTest, WhatIsAskedForWronglyIsRefusedWithTheReason) {
    open_sync();
    struct Case {
        std::string body, says;
    };
    for (const auto& its :
         {Case{R"({"side":"middle","id":"l1"})", "`side` is left or right: middle"}, Case{R"({})", "`id` is the record's id, a text"},
          Case{R"({"id":17})", "`id` is the record's id, a text"},
          Case{R"({"id":"l1","wait_ms":60001})", "`wait_ms` is a number from 0 to 60000: 60001"},
          Case{R"({"id":"l1","wait_ms":"1"})", "`wait_ms` is a number from 0 to 60000: 1"},
          Case{R"({"id":"l1","who":"Ada"})", "the body has no `who`"},
          Case{R"({"id":"l1","by":["Ada"]})", "`by` is a person's name, a text of at most 100 bytes"},
          Case{R"({"id":"a b"})", "the key must be `left:` and an id of here Person, or `right:` and an id of there Persons: left:a b"}}) {
        auto answer = run(its.body);
        EXPECT_EQ(answer.status, 400) << its.body;
        EXPECT_EQ(message_of(answer).substr(0, its.says.size()), its.says);
    }
    auto misspelt = post("/api/v1/syncs/peopel/run", R"({"id":"l1"})");
    EXPECT_EQ(misspelt.status, 404);
    EXPECT_EQ(message_of(misspelt), "there is no such sync: peopel (did you mean `people`?)");
}

TEST_F(SyncApiTest, OtherMachinesNeedTheToken) {
    open_sync("a-token-for-machines");
    here().records["l1"].fields = Map{{"Name", "Ana"}};
    const std::string url = "/api/v1/syncs/people/run", body = R"({"id":"l1"})", far = "203.0.113.7";
    auto none = post(url, body, {}, far);
    EXPECT_EQ(none.status, 401) << none.body;
    EXPECT_EQ(none.body.find("a-token"), std::string::npos);
    EXPECT_EQ(post(url, body, {{"Authorization", "Bearer a-token-for-machinez"}}, far).status, 401);
    EXPECT_EQ(post(url, body, {{"Authorization", "Bearer wrong"}}).status, 401) << "a wrong token is wrong from here too";
    EXPECT_EQ(post(url, body, {{"Authorization", "Bearer a-token-for-machines"}}, far).status, 200);
    EXPECT_EQ(post(url, body).status, 200) << "the machine itself needs none";
    EXPECT_EQ(get("/api/v1/syncs/people/records/left/l1", far).status, 401);
    EXPECT_EQ(get("/api/v1/syncs/people/conflicts", far).status, 403) << "decisions are made on the machine";
}

TEST_F(SyncApiTest, WithoutATokenOnlyTheMachineItselfMayRunASync) {
    open_sync();
    auto far = post("/api/v1/syncs/people/run", R"({"id":"l1"})", {{"Authorization", "Bearer "}}, "203.0.113.7");
    EXPECT_EQ(far.status, 403) << far.body;
    EXPECT_NE(message_of(far).find("LOCKSTEP_API_TOKEN"), std::string::npos);
}

TEST_F(SyncApiTest, AnEngineThatStopsSaysSo) {
    open_sync();
    app_->engine().drain(1'000);
    auto answer = run(R"({"id":"l1"})");
    EXPECT_EQ(answer.status, 503) << answer.body;
    EXPECT_TRUE(answer.headers.contains("Retry-After"));
}

TEST_F(SyncApiTest, TheStatusOfARecordSaysWhatItIsLinkedWithAndSinceWhen) {
    open_sync();
    auto unknown = body_of(get("/api/v1/syncs/people/records/left/l9"));
    EXPECT_EQ(unknown["linked"], Value(false));
    EXPECT_EQ(unknown["left_id"].text(), "l9");
    const std::string right = linked();
    auto status = body_of(get("/api/v1/syncs/people/records/left/l1"));
    EXPECT_EQ(status["linked"], Value(true));
    EXPECT_EQ(status["right_id"].text(), right);
    EXPECT_FALSE(status["last_synced_at"].is_null());
    EXPECT_FALSE(status["last_run_id"].is_null());
    EXPECT_EQ(status["changed_by"].text(), "Ana");
    EXPECT_EQ(status["open_conflicts"], Value(List{}));
    EXPECT_EQ(body_of(get("/api/v1/syncs/people/records/right/" + right))["left_id"].text(), "l1");
    const std::string parked = conflict(right);
    status = body_of(get("/api/v1/syncs/people/records/right/" + right));
    EXPECT_EQ(status["open_conflicts"], Value(List{Map{{"run", parked}, {"field", "Phone"}}}));
    EXPECT_EQ(get("/api/v1/syncs/people/records/middle/l1").status, 400);
}

TEST_F(SyncApiTest, TheSyncsAreListed) {
    open_sync();
    auto all = body_of(get("/api/v1/syncs"))["syncs"];
    ASSERT_EQ(all.as_list().size(), 1u);
    EXPECT_EQ(all.as_list()[0]["sync"].text(), "people");
    EXPECT_EQ(all.as_list()[0]["right"]["object"].text(), "Persons");
}

TEST_F(SyncApiTest, ABackfillsEventsAreTakenOnce) {
    open_sync();
    here().records["l1"].fields = Map{{"Name", "Ana"}};
    there().records["r1"].fields = Map{{"Full_Name", "Ana"}};
    const std::string url = "/api/v1/syncs/people/backfill";
    const std::string body = R"({"backfill":"b1","events":[{"side":"left","id":"l1","partner":"r1"}]})";
    auto first = post(url, body);
    EXPECT_EQ(first.status, 202) << first.body;
    ASSERT_TRUE(app_->engine().wait_until_quiet(30'000));
    EXPECT_EQ(there().records["r1"].fields.find("Here_Id")->text(), "l1");
    EXPECT_EQ(body_of(post(url, body))["duplicate"], Value(true));
    EXPECT_EQ(body_of(get("/api/v1/runs/" + body_of(first)["run"].text()))["event"]["trigger"].text(), "backfill");
    for (const char* bad : {R"({"backfill":"","events":[{"side":"left","id":"l1"}]})", R"({"backfill":"b","events":[]})",
                            R"({"backfill":"b","events":[{"side":"up","id":"l1"}]})",
                            R"({"backfill":"b","events":[{"side":"left","id":"l1","partner":"a b"}]})"})
        EXPECT_EQ(post(url, bad).status, 400) << bad;
}

}  // namespace
}  // namespace lockstep::api
