#include "connectors/salesforce/joint_test.h"

namespace lockstep::connectors::salesforce {
namespace {

using testing::json_answer;

constexpr std::string_view collections = "/services/data/v60.0/composite/sobjects";

class JointUpdate : public JointTest {
protected:
    static Value update(int deal, Value value = "Synced") {
        return Map{{"object", "Opportunity"}, {"id", deal_id(deal)}, {"fields", Map{{"Sync_Status__c", std::move(value)}}}};
    }
    static std::vector<Value> updates(int count) {
        std::vector<Value> all;
        for (int i = 0; i < count; ++i) all.push_back(update(i));
        return all;
    }
    static std::string done(int deal) { return R"({"id":")" + deal_id(deal) + R"(","changed":true})"; }
};

Value success(const Value& id) { return Map{{"id", id}, {"success", true}, {"errors", List{}}}; }

Value refusal(std::string_view code, std::string_view message, List fields = {}) {
    return Map{{"success", false}, {"errors", List{Map{{"statusCode", code}, {"message", message}, {"fields", std::move(fields)}}}}};
}

/// Answers each record as `decide` says; null: a success.
testing::FakeHttp::Handler each(std::function<Value(const Value& record)> decide) {
    return [decide](const net::Request& request) -> Result<net::Response> {
        List out;
        const Value body = json::parse(request.body).value();
        for (const Value& record : body["records"].as_list()) {
            Value refused = decide(record);
            out.push_back(refused.is_null() ? success(record["id"]) : refused);
        }
        return json_answer(200, json::write(out));
    };
}

/// Refuses the request as a whole while it has the value.
testing::FakeHttp::Handler unreadable(std::string_view value, std::string_view code) {
    return [value = std::string(value), code = std::string(code)](const net::Request& request) -> Result<net::Response> {
        if (request.body.find(value) == std::string::npos) return each([](const Value&) { return Value(); })(request);
        return json_answer(400, R"([{"message":"no","errorCode":")" + code + "\"}]");
    };
}

}  // namespace

TEST_F(JointUpdate, HasANameByObjectAndARecordById) {
    EXPECT_EQ(connection->joint_name("salesforce.update", update(1)), connection->joint_name("salesforce.update", update(2)));
    EXPECT_NE(connection->joint_name("salesforce.update", update(1)), "");
    const Value shorter = Map{{"object", "Opportunity"}, {"id", deal_id(1).substr(0, 15)}, {"fields", Map{{"Name", "x"}}}};
    EXPECT_EQ(connection->joint_record("salesforce.update", update(1)), connection->joint_record("salesforce.update", shorter));
    EXPECT_NE(connection->joint_record("salesforce.update", update(1)), connection->joint_record("salesforce.update", update(2)));
    const Value account = Map{{"object", "Account"}, {"id", "001000000000001AAA"}, {"fields", Map{{"Name", "x"}}}};
    EXPECT_NE(connection->joint_name("salesforce.update", account), connection->joint_name("salesforce.update", update(1)));
}

TEST_F(JointUpdate, LeavesAloneWhatACollectionDoesNotTakeInTheSameWay) {
    const Value id = deal_id(1);
    for (const Value& input : {
             Value(Map{{"object", "Opportunity"}, {"id", id}, {"fields", Map{}}}),
             Value(Map{{"object", "Opportunity"}, {"id", id}, {"fields", Map{{"Account", Map{{"Key__c", "x"}}}}}}),
             Value(Map{{"object", "Opportunity"}, {"id", id}, {"fields", Map{{"Id", "x"}}}}),
             Value(Map{{"object", "Opportunity"}, {"id", "no"}, {"fields", Map{{"Name", "x"}}}}),
             Value(Map{{"object", "Account"}, {"id", id}, {"fields", Map{{"Name", "x"}}}}),
             Value(Map{{"object", "Opportunity"}, {"id", id}, {"feilds", Map{{"Name", "x"}}}}),
             Value(Map{{"object", "a/b"}, {"id", id}, {"fields", Map{{"Name", "x"}}}}),
         })
        EXPECT_EQ(connection->joint_name("salesforce.update", input), "") << json::write(input);
    EXPECT_EQ(connection->joint_name("salesforce.update_many", update(1)), "");
    EXPECT_EQ(connection->joint_name("salesforce.nothing", update(1)), "");
}

TEST_F(JointUpdate, IsOneRequestForTwoHundred) {
    call.http.on("PATCH", std::string(collections), each([](const Value&) { return Value(); }));
    const auto outcomes = together("salesforce.update", updates(200));
    EXPECT_EQ(requests(), 1u);
    for (int i = 0; i < 200; ++i) EXPECT_EQ(outcomes[static_cast<std::size_t>(i)], done(i));
    const Value body = call.http.last_json();
    EXPECT_EQ(body["allOrNone"], Value(false));
    EXPECT_EQ(json::write(body.at_path("records.7")),
              R"({"attributes":{"type":"Opportunity"},"id":")" + deal_id(7) + R"(","Sync_Status__c":"Synced"})");
}

TEST_F(JointUpdate, TellsEachCallWhatBecameOfItsOwnRecord) {
    call.http.on("PATCH", std::string(collections), each([](const Value& record) -> Value {
                     if (record["id"] == Value(deal_id(1)))
                         return refusal("FIELD_CUSTOM_VALIDATION_EXCEPTION", "too early", {"Sync_Status__c"});
                     if (record["id"] == Value(deal_id(2))) return refusal("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access");
                     if (record["id"] == Value(deal_id(3))) return refusal("UNKNOWN_EXCEPTION", "An unexpected error occurred");
                     if (record["id"] == Value(deal_id(4))) return refusal("ENTITY_IS_DELETED", "entity is deleted");
                     return {};
                 }));
    const auto all = results("salesforce.update", updates(6));
    EXPECT_TRUE(all[0] && all[5]);
    EXPECT_EQ(all[1].error().code, ErrorCode::vendor_rejected);
    EXPECT_EQ(all[1].error().field, "Sync_Status__c");
    EXPECT_NE(all[1].error().message.find("too early, field Sync_Status__c"), std::string::npos);
    EXPECT_EQ(all[2].error().code, ErrorCode::record_locked);
    EXPECT_EQ(all[3].error().cls(), ErrorClass::in_doubt);
    EXPECT_EQ(all[4].error().code, ErrorCode::not_found);
    EXPECT_NE(all[4].error().message.find("Opportunity " + deal_id(4)), std::string::npos);
    EXPECT_EQ(requests(), 1u);
}

TEST_F(JointUpdate, WhatIsSaidOfARecordThatIsNotThereIsAskedAlone) {
    call.http.on("PATCH", std::string(collections), each([](const Value& record) -> Value {
                     return record["id"] == Value(deal_id(1)) ? refusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
                                                              : Value();
                 }));
    call.http.on("PATCH", "/sobjects/Opportunity/" + deal_id(1),
                 json_answer(404, R"([{"errorCode":"NOT_FOUND","message":"The requested resource does not exist"}])"));
    const auto all = results("salesforce.update", updates(3));
    EXPECT_TRUE(all[0] && all[2]);
    EXPECT_EQ(all[1].error().code, ErrorCode::not_found);
    EXPECT_EQ(requests(), 2u);
}

TEST_F(JointUpdate, ATriggerThatOneRecordBreaksDoesNotSinkTheOthers) {
    call.http.always("PATCH", std::string(collections), [](const net::Request& request) -> Result<net::Response> {
        const bool breaks = request.body.find(deal_id(37)) != std::string::npos;
        return each([&](const Value&) -> Value {
            return breaks ? refusal("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "DealTrigger: execution of BeforeUpdate") : Value();
        })(request);
    });
    call.http.on("PATCH", "/sobjects/Opportunity/" + deal_id(37),
                 json_answer(400, R"([{"errorCode":"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY","message":"DealTrigger"}])"));
    call.http.always("PATCH", "/sobjects/Opportunity/", net::Response{.status = 204, .headers = {}, .body = {}});
    const auto all = results("salesforce.update", updates(200));
    for (int i = 0; i < 200; ++i) EXPECT_EQ(all[static_cast<std::size_t>(i)].has_value(), i != 37) << i;
    EXPECT_LE(requests(), 17u);
}

TEST_F(JointUpdate, AValueThatCannotBeReadDoesNotSinkTheOthers) {
    call.http.always("PATCH", std::string(collections), unreadable("lots", "JSON_PARSER_ERROR"));
    call.http.on("PATCH", "/sobjects/Opportunity/" + deal_id(99),
                 json_answer(400, R"([{"errorCode":"JSON_PARSER_ERROR","message":"Cannot deserialize instance of currency"}])"));
    call.http.always("PATCH", "/sobjects/Opportunity/", net::Response{.status = 204, .headers = {}, .body = {}});
    auto inputs = updates(200);
    inputs[99] = update(99, "lots");
    const auto all = results("salesforce.update", inputs);
    for (int i = 0; i < 200; ++i) EXPECT_EQ(all[static_cast<std::size_t>(i)].has_value(), i != 99) << i;
    EXPECT_EQ(all[99].error().code, ErrorCode::vendor_rejected);
    EXPECT_LE(requests(), 17u);
}

TEST_F(JointUpdate, AFieldThatNoneMayHaveIsToldToAllAtOnce) {
    call.http.on(
        "PATCH", std::string(collections),
        json_answer(400, R"([{"errorCode":"INVALID_FIELD","message":"No such column 'Sync_Status__c' on sobject of type Opportunity"}])"));
    for (const auto& result : results("salesforce.update", updates(5))) EXPECT_EQ(result.error().vendor_code, "INVALID_FIELD");
    EXPECT_EQ(requests(), 1u);
}

TEST_F(JointUpdate, ARecordWithoutAResultIsInDoubtAndNeverDone) {
    struct Case {
        std::string_view answer;
        std::string_view expected;  ///< for each of three records: d done, ? in doubt
    };
    for (
        const Case& row : {
            Case{R"([])", "???"},
            Case{R"({})", "???"},
            Case{R"([{"id":"006000000000002AAA","success":true,"errors":[]}])", "??d"},
            Case{R"([{"id":"006000000000002","success":true,"errors":[]},{"success":true}])", "??d"},
            Case{R"([{"id":"006000000000000AAA","success":true},null,{"id":"006000000000002AAA","success":true}])", "d?d"},
            Case{R"([{"id":"006000000000000AAA","success":true},{"id":"006000000000001AAA"},{"id":"006000000000002AAA","success":"true"}])",
                 "d??"},
            Case{
                R"([{"id":"006000000000001AAA","success":true},{"id":"006000000000000AAA","success":true},{"id":"006000000000002AAA","success":true}])",
                "??d"},
            Case{R"([{"id":"006000000000000AAA","success":true},{"id":"006000000000001AAA","success":tr)", "???"},
        }) {
        call.http.on("PATCH", std::string(collections), json_answer(200, row.answer));
        std::string outcome;
        for (const auto& result : results("salesforce.update", updates(3)))
            outcome += result ? 'd' : result.error().cls() == ErrorClass::in_doubt ? '?' : '!';
        EXPECT_EQ(outcome, row.expected) << row.answer;
    }
}

TEST_F(JointUpdate, WhatIsWrongWithTheRequestIsToldToAll) {
    struct Case {
        int status;
        std::string_view body;
        ErrorCode code;
    };
    for (const Case& row : {
             Case{403, R"([{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit exceeded."}])", ErrorCode::daily_limit},
             Case{403, R"([{"errorCode":"API_DISABLED_FOR_ORG","message":"no"}])", ErrorCode::permission_missing},
             Case{429, "", ErrorCode::rate_limited},
             Case{500, R"([{"errorCode":"UNKNOWN_EXCEPTION","message":"x"}])", ErrorCode::answer_lost},
             Case{503, R"([{"errorCode":"SERVER_UNAVAILABLE","message":"x"}])", ErrorCode::answer_lost},
         }) {
        call.http.on("PATCH", std::string(collections), json_answer(row.status, row.body));
        for (const auto& result : results("salesforce.update", updates(3))) EXPECT_EQ(result.error().code, row.code) << row.body;
        SetUp();  // a limit holds for the connection
    }
    call.http.on("PATCH", std::string(collections), Error{ErrorCode::answer_lost, "the connection was cut"});
    for (const auto& result : results("salesforce.update", updates(3))) EXPECT_EQ(result.error().code, ErrorCode::answer_lost);
    call.http.on("PATCH", std::string(collections), Error{ErrorCode::unreachable, "nobody there"});
    for (const auto& result : results("salesforce.update", updates(3))) EXPECT_EQ(result.error().code, ErrorCode::unreachable);
    EXPECT_EQ(requests(), 7u);
}

TEST_F(JointUpdate, SignsInAgainOnceForAll) {
    const auto over = json_answer(401, R"([{"errorCode":"INVALID_SESSION_ID","message":"Session expired or invalid"}])");
    call.http.on("PATCH", std::string(collections), over);
    call.http.on("PATCH", std::string(collections), each([](const Value&) { return Value(); }));
    EXPECT_EQ(together("salesforce.update", updates(2)), (std::vector{done(0), done(1)}));
    EXPECT_EQ(call.http.count("POST", "/services/oauth2/token"), 2u);
    EXPECT_NE(traces[1].to_json().find(deal_id(1)), std::string::npos);
    call.http.always("PATCH", std::string(collections), over);
    for (const auto& result : results("salesforce.update", updates(2))) EXPECT_EQ(result.error().code, ErrorCode::unauthorized);
}

TEST_F(JointUpdate, NothingIsSentAfterTheEarliestDeadline) {
    call.runtime.advance_ms(60'000);
    for (const auto& result : results("salesforce.update", updates(3))) EXPECT_EQ(result.error().code, ErrorCode::deadline_exceeded);
    EXPECT_EQ(requests(), 0u);
}

TEST_F(JointUpdate, ARecordTwiceIsWrittenOneAfterTheOther) {
    call.http.on("PATCH", std::string(collections), each([](const Value&) { return Value(); }));
    call.http.on("PATCH", "/sobjects/Opportunity/" + deal_id(0), net::Response{.status = 204, .headers = {}, .body = {}});
    auto inputs = updates(2);
    inputs.push_back(Map{{"object", "Opportunity"}, {"id", deal_id(0).substr(0, 15)}, {"fields", Map{{"Name", "later"}}}});
    EXPECT_EQ(together("salesforce.update", inputs), (std::vector{done(0), done(1), done(0)}));
    EXPECT_EQ(call.http.last().body, R"({"Name":"later"})");
}

TEST_F(JointUpdate, CarriesFewerWhileSalesforceNeedsTooLong) {
    EXPECT_EQ(connection->joint_max(), 200u);
    call.http.on("PATCH", std::string(collections), json_answer(500, R"([{"errorCode":"REQUEST_RUNNING_TOO_LONG","message":"x"}])"));
    EXPECT_EQ(results("salesforce.update", updates(100))[0].error().cls(), ErrorClass::in_doubt);
    EXPECT_EQ(connection->joint_max(), 50u);
    call.http.always("PATCH", std::string(collections), each([](const Value&) { return Value(); }));
    for (int i = 0; i < 8; ++i) ASSERT_TRUE(results("salesforce.update", updates(2))[0]);
    EXPECT_EQ(connection->joint_max(), 200u);
}

TEST_F(JointUpdate, EachTraceShowsItsOwnRecordOnly) {
    call.http.on("PATCH", std::string(collections), each([](const Value& record) -> Value {
                     return record["id"] == Value(deal_id(1)) ? refusal("STRING_TOO_LONG", "secret of one") : Value();
                 }));
    (void)together("salesforce.update", {update(0, "private of nought"), update(1, "private of one"), update(2, "private of two")});
    ASSERT_EQ(traces[1].exchanges().size(), 2u) << "the token and the collection";
    const std::string nought = traces[0].to_json(), one = traces[1].to_json();
    EXPECT_NE(one.find("private of one"), std::string::npos) << one;
    EXPECT_NE(one.find("secret of one"), std::string::npos) << one;
    EXPECT_NE(one.find("2 others"), std::string::npos) << one;
    EXPECT_EQ(one.find("private of two"), std::string::npos) << one;
    EXPECT_NE(nought.find(deal_id(0)), std::string::npos) << nought;
    EXPECT_EQ(nought.find("secret of one"), std::string::npos) << nought;
}

TEST_F(JointUpdate, NoTraceShowsTheToken) {
    Map settings{{"client_id", "id"}, {"client_secret", "top-secret-1"}, {"refresh_token", "refresh-2"}};
    connection = *SalesforceConnection::make({"salesforce", connector::Settings(std::move(settings)), {}, call.runtime, nullptr});
    call.http.on("PATCH", std::string(collections),
                 each([](const Value&) -> Value { return refusal("X", "you are top-secret-1 with refresh-2"); }));
    (void)together("salesforce.update", updates(2));
    const std::string shown = traces[0].to_json();
    EXPECT_NE(shown.find("you are "), std::string::npos) << shown;
    for (std::string_view secret : {"top-secret-1", "refresh-2"}) EXPECT_EQ(shown.find(secret), std::string::npos) << shown;
}

class JointUpsert : public JointTest {
protected:
    static Value upsert(std::string value, Value name = "N") {
        return Map{
            {"object", "Account"}, {"external_id", "Key__c"}, {"value", std::move(value)}, {"fields", Map{{"Name", std::move(name)}}}};
    }
};

TEST_F(JointUpsert, TakesEachRecordByItsOwnValue) {
    call.http.on("PATCH", std::string(collections) + "/Account/Key__c", json_answer(200, R"([
        {"id":"001000000000001AAA","success":true,"errors":[],"created":true},
        {"id":"001000000000002AAA","success":true,"errors":[],"created":false},
        {"success":false,"errors":[{"statusCode":"DUPLICATE_EXTERNAL_ID","message":"several","fields":["Key__c"]}]}])"));
    const auto all = results("salesforce.upsert", {upsert("a"), upsert("b"), upsert("c")});
    EXPECT_EQ(json::write(*all[0]), R"({"id":"001000000000001AAA","created":true})");
    EXPECT_EQ((*all[1])["created"], Value(false));
    EXPECT_EQ(all[2].error().code, ErrorCode::not_unique);
    EXPECT_EQ(json::write(call.http.last_json().at_path("records.1")), R"({"attributes":{"type":"Account"},"Key__c":"b","Name":"N"})");
}

TEST_F(JointUpsert, ResultsThatCannotBeToldApartAreAllInDoubt) {
    call.http.on("PATCH", std::string(collections) + "/Account/Key__c",
                 json_answer(200, R"([{"id":"001000000000001AAA","success":true,"errors":[],"created":true}])"));
    for (const auto& result : results("salesforce.upsert", {upsert("a"), upsert("b")}))
        EXPECT_EQ(result.error().cls(), ErrorClass::in_doubt);
}

TEST_F(JointUpsert, OfARecordThatSomebodyMadeMeanwhileIsTriedAlone) {
    call.http.on("PATCH", std::string(collections) + "/Account/Key__c", json_answer(200, R"([
        {"id":"001000000000001AAA","success":true,"errors":[],"created":true},
        {"success":false,"errors":[{"statusCode":"DUPLICATE_VALUE","message":"duplicate value found: Key__c","fields":[]}]}])"));
    call.http.on("PATCH", "/sobjects/Account/Key__c/b", json_answer(200, R"({"id":"001000000000002AAA","success":true,"created":false})"));
    EXPECT_EQ(together("salesforce.upsert", {upsert("a"), upsert("b")})[1], R"({"id":"001000000000002AAA","created":false})");
}

TEST_F(JointUpsert, CreateIsToldApartByItsUnique) {
    auto create = [](std::string key) {
        return Value(Map{{"object", "Account"}, {"unique", Map{{"Key__c", std::move(key)}}}, {"fields", Map{{"Name", "N"}}}});
    };
    EXPECT_EQ(connection->joint_name("salesforce.create", create("a")), connection->joint_name("salesforce.create", create("b")));
    EXPECT_EQ(connection->joint_record("salesforce.create", create("a")), connection->joint_record("salesforce.create", create("A")));
    call.http.on("PATCH", std::string(collections) + "/Account/Key__c", json_answer(200, R"([
        {"id":"001000000000001AAA","success":true,"errors":[],"created":true},
        {"id":"001000000000002AAA","success":true,"errors":[],"created":true}])"));
    EXPECT_EQ(together("salesforce.create", {create("a"), create("b")})[1], R"({"id":"001000000000002AAA","created":true})");
}

}  // namespace lockstep::connectors::salesforce
