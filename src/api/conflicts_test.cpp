#include "api/test_syncs.h"

// Fields that both sides changed, what a person decides about them, and the history of a record.
namespace lockstep::api {
namespace {

using testing::SyncApiTest;

class ConflictsTest : public SyncApiTest {
protected:
    net::Response decide(const std::string& run_id, const std::string& body) {
        return post("/api/v1/syncs/people/conflicts/" + run_id, body, {{"X-Lockstep-Actor", "cli ana"}});
    }
    static std::string here_phone() { return here().records["l1"].fields.find("Phone")->text(); }
    static std::string there_phone(const std::string& id) { return there().records[id].fields.find("Telephone")->text(); }
    List conflicts(const std::string& query = "") { return body_of(get("/api/v1/syncs/people/conflicts" + query))["conflicts"].as_list(); }
};

TEST_F(ConflictsTest, AnOpenConflictShowsBaseAndBothSides) {
    open_sync();
    const std::string right = linked(), run_id = conflict(right);
    auto all = conflicts();
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0]["run"].text(), run_id);
    auto shown = body_of(get("/api/v1/syncs/people/conflicts/" + run_id));
    ASSERT_EQ(shown["conflicts"].as_list().size(), 1u);
    const Value its = shown["conflicts"].as_list()[0];
    EXPECT_EQ(its["field"].text(), "Phone");
    EXPECT_EQ(its["base"]["left"].text(), "1");
    EXPECT_EQ(its["left"].text(), "2");
    EXPECT_EQ(its["right"].text(), "3");
    EXPECT_EQ(its["left_by"].text(), "Ana");
    EXPECT_EQ(its["right_by"].text(), "Ben");
    EXPECT_EQ(its["open"], Value(true));
    EXPECT_EQ(here_phone(), "2") << "nothing is written before it is decided";
}

TEST_F(ConflictsTest, TheSideThatIsTakenGoesToTheOther) {
    open_sync();
    const std::string right = linked(), run_id = conflict(right);
    auto done = decide(run_id, R"({"take":"right"})");
    EXPECT_EQ(done.status, 200) << done.body;
    EXPECT_EQ(here_phone(), "3");
    EXPECT_EQ(there_phone(right), "3");
    EXPECT_TRUE(conflicts().empty());
    auto decided = conflicts("?all=true");
    ASSERT_EQ(decided.size(), 1u);
    EXPECT_EQ(decided[0]["conflicts"].as_list()[0]["rule"].text(), "decided");
}

TEST_F(ConflictsTest, AFieldIsDecidedWithATypedValue) {
    open_sync();
    const std::string right = linked(), run_id = conflict(right);
    auto done = decide(run_id, R"({"decisions":{"Phone":{"value":"4"}}})");
    EXPECT_EQ(done.status, 200) << done.body;
    EXPECT_EQ(here_phone(), "4");
    EXPECT_EQ(there_phone(right), "4");
}

TEST_F(ConflictsTest, TheDecisionIsInTheAuditTrail) {
    open_sync();
    const std::string run_id = conflict(linked());
    ASSERT_EQ(decide(run_id, R"({"decisions":{"Phone":"left"}})").status, 200);
    auto audit = body_of(get("/api/v1/audit?run=" + run_id))["audit"].as_list();
    ASSERT_EQ(audit.size(), 2u);
    const Value& decided = audit[1]["action"].text() == "decide" ? audit[1] : audit[0];
    EXPECT_EQ(decided["action"].text(), "decide");
    EXPECT_EQ(decided["actor"].text(), "cli ana");
    EXPECT_EQ(decided["decisions"]["Phone"]["take"].text(), "left");
    EXPECT_EQ(decided["decisions"]["Phone"]["right"].text(), "3");
    EXPECT_EQ(decided["reason"].text(), "decided: Phone: left");
}

TEST_F(ConflictsTest, ADecisionOnValuesThatHaveChangedSinceParksAgainAndSaysSo) {
    open_sync();
    const std::string right = linked(), run_id = conflict(right);
    edit(there(), right, "Telephone", "33", "Ben");
    auto again = decide(run_id, R"({"take":"left"})");
    EXPECT_EQ(again.status, 409) << again.body;
    EXPECT_EQ(body_of(again)["error"]["message"].text(),
              "Phone has changed since it was decided: it was \"2\" on the left and \"3\" on the right, and is \"2\" and \"33\"");
    EXPECT_EQ(there_phone(right), "33") << "nobody has decided about this";
    auto shown = body_of(get("/api/v1/syncs/people/conflicts/" + run_id))["conflicts"].as_list()[0];
    EXPECT_EQ(shown["right"].text(), "33");
    EXPECT_EQ(shown["decided"]["right"].text(), "3");
    EXPECT_EQ(decide(run_id, R"({"take":"left"})").status, 200);
    EXPECT_EQ(there_phone(right), "2");
}

TEST_F(ConflictsTest, WhatARuleDecidedIsListedOnRequest) {
    open_sync();
    const std::string right = linked();
    edit(here(), "l1", "Mail", "l@example.com", "Ana");
    edit(there(), right, "Email", "r@example.com", "Ben");
    EXPECT_EQ(run(R"({"id":"l1"})").status, 200);
    EXPECT_TRUE(conflicts().empty());
    auto all = conflicts("?all=true&limit=10");
    ASSERT_EQ(all.size(), 1u);
    const Value its = all[0]["conflicts"].as_list()[0];
    EXPECT_EQ(its["rule"].text(), "left");
    EXPECT_EQ(its["taken"].text(), "left");
    EXPECT_EQ(its["right"].text(), "r@example.com");
    EXPECT_EQ(there().records[right].fields.find("Email")->text(), "l@example.com");
}

TEST_F(ConflictsTest, WhatCannotBeDecidedIsRefusedWithTheReason) {
    open_sync();
    const std::string run_id = conflict(linked());
    struct Case {
        std::string body, says;
    };
    for (const auto& its :
         {Case{R"({})", "say what is decided"}, Case{R"({"take":"newest"})", "`take` is left or right: newest"},
          Case{R"({"decisions":{"Phnoe":"left"}})", "Phnoe has no open conflict in this run (did you mean `Phone`?); open: Phone"},
          Case{R"({"decisions":{"Phone":"up"}})", "the decision on Phone is \"left\", \"right\" or {\"value\": …}: \"up\""},
          Case{R"({"decisions":{"Phone":{"value":[1]}}})", "a value of a field is a text"}}) {
        auto answer = decide(run_id, its.body);
        EXPECT_EQ(answer.status, 400) << its.body;
        EXPECT_EQ(body_of(answer)["error"]["message"].text().substr(0, its.says.size()), its.says);
    }
    EXPECT_EQ(decide("01NOSUCHRUN", R"({"take":"left"})").status, 404);
    ASSERT_EQ(decide(run_id, R"({"take":"left"})").status, 200);
    auto over = decide(run_id, R"({"take":"left"})");
    EXPECT_EQ(over.status, 400);
    EXPECT_EQ(body_of(over)["error"]["message"].text(), "only what is parked can be decided: " + run_id + " is succeeded");
}

TEST_F(ConflictsTest, TheHistoryOfARecordSaysWhoChangedWhatOnBothSides) {
    open_sync();
    const std::string right = linked();
    edit(there(), right, "Telephone", "7", "Ben");
    ASSERT_EQ(run(R"({"side":"right","id":")" + right + "\"}").status, 200);
    for (const std::string& id : {std::string("l1"), right}) {
        auto history = body_of(get("/api/v1/records/" + id));
        EXPECT_EQ(history["syncs"].as_list()[0]["right"].text(), right);
        const Value last = history["history"].as_list()[0];
        EXPECT_EQ(last["what"].text(), "changed");
        EXPECT_EQ(last["system"].text(), "here");
        EXPECT_EQ(last["field"].text(), "Phone");
        EXPECT_EQ(last["from"].text(), "1");
        EXPECT_EQ(last["to"].text(), "7");
        EXPECT_EQ(last["by"].text(), "Ben");
        EXPECT_FALSE(last["run"].is_null());
        bool created = false;
        for (const Value& its : history["history"].as_list()) created |= its["what"].text() == "created";
        EXPECT_TRUE(created);
    }
    here().records["l2"].fields = Map{{"Name", "Eva"}, {"Mail", "e@example.com"}};
    there().records["r2"].fields = Map{{"Full_Name", "Eva"}, {"Email", "e@example.com"}};
    ASSERT_EQ(post("/api/v1/syncs/people/backfill", R"({"backfill":"b","events":[{"side":"left","id":"l2","partner":"r2"}]})").status, 202);
    ASSERT_TRUE(app_->engine().wait_until_quiet(30'000));
    EXPECT_EQ(body_of(get("/api/v1/records/r2"))["history"].as_list()[0]["what"].text(), "linked");
    auto unknown = get("/api/v1/records/l9");
    EXPECT_EQ(unknown.status, 404) << unknown.body;
}

}  // namespace
}  // namespace lockstep::api
