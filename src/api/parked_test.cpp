#include "api/test_api.h"

// Looking at parked runs and deciding about them, over HTTP.
namespace lockstep::api {
namespace {

class ParkedTest : public testing::ApiTest {
protected:
    static const net::Headers& as_ana() {
        static const net::Headers headers{{"X-Lockstep-Actor", "ana"}};
        return headers;
    }
    std::string park() { return carry("wrong")["id"].text(); }
    net::Response replay(const std::string& id, const std::string& body) { return post("/api/v1/runs/" + id + "/replay", body, as_ana()); }
    std::string status_of(const std::string& id) {
        EXPECT_TRUE(app_->engine().wait_until_quiet(30'000));
        return body_of(get("/api/v1/runs/" + id))["status"].text();
    }
    static std::string message_of(const net::Response& answer) { return body_of(answer).at_path("error.message").text(); }
};

TEST_F(ParkedTest, AreGroupedByCauseWithTheCommandThatReplaysThem) {
    open();
    (void)park();
    const std::string newest = park();
    auto answer = get("/api/v1/parked");
    ASSERT_EQ(answer.status, 200) << answer.body;
    const List causes = body_of(answer)["causes"].as_list();
    ASSERT_EQ(causes.size(), 1u);
    EXPECT_EQ(causes[0]["cause"].text(), "say/require_2/requirement_failed");
    EXPECT_EQ(causes[0]["count"], Value(2));
    EXPECT_EQ(causes[0]["newest_run"].text(), newest);
    EXPECT_EQ(causes[0]["reason"].text(), "it is wrong");
    EXPECT_EQ(causes[0]["replay"].text(), "lockstep parked replay --cause say/require_2/requirement_failed");
    EXPECT_TRUE(body_of(get("/api/v1/parked?flow=other"))["causes"].as_list().empty());
    EXPECT_EQ(get("/api/v1/parked?colour=red").status, 400);
}

TEST_F(ParkedTest, AStepIsSkippedWithAReasonAndTheTrailSaysWho) {
    open();
    const std::string id = park();
    EXPECT_EQ(post("/api/v1/runs/" + id + "/skip", R"({"step":"require_2"})", as_ana()).status, 400);
    auto answer = post("/api/v1/runs/" + id + "/skip", R"({"step":"require_2","because":"it is right"})", as_ana());
    EXPECT_EQ(answer.status, 202) << answer.body;
    EXPECT_EQ(status_of(id), "succeeded");
    const List audit = body_of(get("/api/v1/audit?run=" + id))["audit"].as_list();
    ASSERT_EQ(audit.size(), 2u);
    EXPECT_EQ(audit[1]["actor"].text(), "ana");
    EXPECT_EQ(audit[1]["action"].text(), "skip");
    EXPECT_EQ(audit[1]["step"].text(), "require_2");
    EXPECT_EQ(audit[1]["reason"].text(), "it is right");
    EXPECT_EQ(body_of(get("/api/v1/audit?limit=1"))["audit"].as_list().size(), 1u);
    EXPECT_EQ(get("/api/v1/audit?limit=0").status, 400);
    EXPECT_EQ(get("/api/v1/audit?colour=red").status, 400);
}

TEST_F(ParkedTest, TheEventIsCorrectedAndTheOriginalStays) {
    open();
    const std::string id = park();
    EXPECT_EQ(body_of(get("/api/v1/runs/" + id + "/input"))["input"], Value(Map{{"id", "wrong"}}));
    EXPECT_NE(message_of(replay(id, R"({"event":{"id":"right"},"because":"x"})")).find("the same record, wrong: it is of right"),
              std::string::npos);
    EXPECT_EQ(replay(id, R"({"event":{"id":"wrong","more":1},"because":"it was short"})").status, 202);
    EXPECT_EQ(status_of(id), "parked");
    EXPECT_EQ(body_of(get("/api/v1/runs/" + id + "/input"))["input"]["more"], Value(1)) << "as the run sees it";
    EXPECT_TRUE(body_of(get("/api/v1/runs/" + id)).at_path("event.body.more").is_null()) << "as it came";
}

TEST_F(ParkedTest, SecretsAreTakenOutOfTheAuditTrail) {
    open();
    const std::string id = park();
    EXPECT_EQ(replay(id, R"({"event":{"id":"wrong","password":"hunter22"},"because":"x"})").status, 202);
    EXPECT_EQ(status_of(id), "parked");
    auto trail = get("/api/v1/audit?run=" + id);
    EXPECT_NE(trail.body.find("correct_event"), std::string::npos);
    EXPECT_EQ(trail.body.find("hunter22"), std::string::npos) << trail.body;
}

TEST_F(ParkedTest, WhatCannotBeDecidedIsRefusedWithItsReason) {
    open();
    const std::string id = park();
    struct Case {
        std::string body, says;
    };
    const Case cases[] = {
        {R"({"from":"middle"})", "`from` is failed or start: middle"},
        {R"({"fron":"start"})", "the body has no `fron` (did you mean `from`?)"},
        {R"({"corrections":{}})", "`corrections` is a list of at most 100"},
        {R"({"corrections":[{"step":"require_2","input":{}}]})", "give the reason why it is corrected"},
        {R"({"corrections":[{"step":"require_2","input":{}}],"because":"x"})", "skip it instead"},
        {R"({"corrections":[{"step":"requir_2","input":{}}],"because":"x"})", "did you mean `require_2`?"},
        {R"({"corrections":[{"step":"require_2"}],"because":"x"})", "nothing was decided about `require_2`"},
        {R"({"corrections":[{"step":"require_2/x"}],"because":"x"})", "a step is named STEP, or STEP/NUMBER"},
        {R"({"corrections":[7],"because":"x"})", "a correction must be a JSON object"},
        {R"({"skip":[{"step":"require_2"}]})", "give the reason why the step is skipped"},
        {R"({"skip":[{"step":"require_2","because":7}]})", "give the reason why the step is skipped"},
        {R"({"event":[],"because":"x"})", "the event's body must be a map"},
    };
    for (const auto& its : cases) {
        auto answer = replay(id, its.body);
        EXPECT_EQ(answer.status, 400) << its.body;
        EXPECT_NE(message_of(answer).find(its.says), std::string::npos) << its.body << ": " << message_of(answer);
    }
    EXPECT_EQ(get("/api/v1/runs/" + id + "/input?step=requir_2").status, 400);
    EXPECT_EQ(get("/api/v1/runs/01NOSUCHRUN/input").status, 404);
    EXPECT_EQ(status_of(id), "parked");
    EXPECT_TRUE(body_of(get("/api/v1/audit?run=" + id))["audit"].as_list().empty());
}

TEST_F(ParkedTest, ManyAreReplayedOrDroppedByCauseByFlowOrAll) {
    open();
    const std::string id = park();
    (void)park();
    for (const char* which : {R"({"cause":"say/require_2/requirement_failed"})", R"({"flow":"say"})", R"({"all":true})"}) {
        auto answer = post("/api/v1/parked/replay", which, as_ana());
        EXPECT_EQ(answer.status, 202) << answer.body;
        EXPECT_EQ(body_of(answer)["replayed"], Value(2)) << which;
        EXPECT_EQ(status_of(id), "parked") << "nothing was mended";
    }
    EXPECT_EQ(body_of(post("/api/v1/parked/replay", R"({"cause":"say/require_1/requirement_failed"})"))["replayed"], Value(0));
    for (const char* bad : {"{}", R"({"all":false})", R"({"all":true,"flow":"say"})", R"({"cause":"say"})", R"({"cause":"say/x"})",
                            R"({"flow":""})", R"({"all":true,"event":{}})"})
        EXPECT_EQ(post("/api/v1/parked/replay", bad).status, 400) << bad;
    EXPECT_EQ(post("/api/v1/parked/drop", R"({"all":true})").status, 400) << "without a reason";
    for (const char* misspelt : {R"({"flow":"sya","because":"x"})", R"({"cause":"sya/require_2/requirement_failed","because":"x"})"})
        for (const char* what : {"/api/v1/parked/replay", "/api/v1/parked/drop"}) {
            auto answer = post(what, misspelt);
            EXPECT_EQ(answer.status, 404) << answer.body;
            EXPECT_EQ(message_of(answer), "there is no such flow: sya (did you mean `say`?)");
        }
    auto dropped = post("/api/v1/parked/drop", R"({"all":true,"because":"a test"})", as_ana());
    EXPECT_EQ(body_of(dropped)["dropped"], Value(2)) << dropped.body;
    EXPECT_EQ(status_of(id), "dropped");
}

TEST_F(ParkedTest, WhoSaysItIsKeptAsPlainText) {
    open();
    const std::string id = park();
    (void)post("/api/v1/runs/" + id + "/drop", R"({"because":"x"})", {{"X-Lockstep-Actor", "an\xff" + std::string(200, 'a')}});
    EXPECT_EQ(body_of(get("/api/v1/audit?run=" + id))["audit"].as_list().at(0)["actor"].text(), "an?" + std::string(97, 'a'));
}

TEST_F(ParkedTest, OnlyTheMachineItselfMayDecide) {
    open();
    for (const char* path : {"/api/v1/parked", "/api/v1/audit", "/api/v1/runs/x/input"})
        EXPECT_EQ(get(path, "10.0.0.7").status, 403) << path;
    for (const char* path : {"/api/v1/parked/replay", "/api/v1/parked/drop", "/api/v1/runs/x/skip"})
        EXPECT_EQ(post(path, "{}", {}, "10.0.0.7").status, 403) << path;
}

}  // namespace
}  // namespace lockstep::api
