#include "connectors/salesforce/salesforce_test.h"

namespace lockstep::connectors::salesforce {
namespace {

using testing::json_answer;

using QueryTest = SalesforceTest;

std::string asked_soql(const net::Request& request) { return net::parameter(net::parse_form(request.query()).value(), "q").value_or(""); }

constexpr std::string_view empty_result = R"({"totalSize":0,"done":true,"records":[]})";

}  // namespace

TEST_F(QueryTest, GivesPlainRecords) {
    call.http.on("GET",
                 "https://acme.my.salesforce.com/services/data/v60.0/query?q=", json_answer(200, R"({"totalSize":1,"done":true,"records":[
        {"attributes":{"type":"Opportunity","url":"/x"},"Id":"006000000000001AAA","Amount":45000.10,"Account":{"attributes":{"type":"Account"},"Name":"Müller"},"Owner":null}]})"));
    EXPECT_EQ(outcome("salesforce.query", {{"soql", "SELECT Id, Amount, Account.Name, Owner.Name FROM Opportunity"}}),
              R"([{"Id":"006000000000001AAA","Amount":45000.10,"Account":{"Name":"Müller"},"Owner":null}])");
    EXPECT_EQ(asked_soql(call.http.last()), "SELECT Id, Amount, Account.Name, Owner.Name FROM Opportunity");
}

TEST_F(QueryTest, SendsBoundValuesAsLiterals) {
    call.http.always("GET", "/query", json_answer(200, empty_result));
    ASSERT_TRUE(perform("salesforce.query", {{"soql", "SELECT Id FROM Opportunity WHERE Id = :id AND Name != '100% & #1+'"},
                                             {"bind", Map{{"id", "' OR Id != '"}}}}));
    EXPECT_EQ(asked_soql(call.http.last()), R"(SELECT Id FROM Opportunity WHERE Id = '\' OR Id != \'' AND Name != '100% & #1+')");
}

TEST_F(QueryTest, ReadsAllPages) {
    call.http.on(
        "GET", "/query?q=",
        json_answer(
            200, R"({"totalSize":3,"done":false,"nextRecordsUrl":"/services/data/v60.0/query/01gA-2","records":[{"Id":"1"},{"Id":"2"}]})"));
    call.http.on("GET", "/query/01gA-2", json_answer(200, R"({"totalSize":3,"done":true,"records":[{"Id":"3"}]})"));
    EXPECT_EQ(outcome("salesforce.query", {{"soql", "SELECT Id FROM Product2"}}), R"([{"Id":"1"},{"Id":"2"},{"Id":"3"}])");
    EXPECT_TRUE(call.http.last().url.starts_with("https://acme.my.salesforce.com/services/data/"));
}

TEST_F(QueryTest, ReadsAllPagesOfSubqueries) {
    call.http.on("GET", "/query?q=", json_answer(200, R"({"totalSize":2,"done":true,"records":[
        {"attributes":{},"Id":"1","OpportunityLineItems":{"totalSize":3,"done":false,"nextRecordsUrl":"/services/data/v60.0/query/01gB-1","records":[{"attributes":{},"Quantity":1}]}},
        {"attributes":{},"Id":"2","OpportunityLineItems":null}]})"));
    call.http.on(
        "GET", "/query/01gB-1",
        json_answer(200,
                    R"({"totalSize":3,"done":false,"nextRecordsUrl":"/services/data/v60.0/query/01gB-2","records":[{"Quantity":2.50}]})"));
    call.http.on(
        "GET", "/query/01gB-2",
        json_answer(200, R"({"totalSize":3,"done":true,"records":[{"Quantity":3,"Product2":{"attributes":{},"ProductCode":"X"}}]})"));
    EXPECT_EQ(
        outcome("salesforce.query",
                {{"soql", "SELECT Id, (SELECT Quantity, Product2.ProductCode FROM OpportunityLineItems) FROM Opportunity"}}),
        R"([{"Id":"1","OpportunityLineItems":[{"Quantity":1},{"Quantity":2.50},{"Quantity":3,"Product2":{"ProductCode":"X"}}]},{"Id":"2","OpportunityLineItems":[]}])");
}

TEST_F(QueryTest, ASubqueryWithoutChildrenIsAnEmptyListHoweverItIsWritten) {
    call.http.on("GET", "/query", json_answer(200, R"({"totalSize":1,"done":true,"records":[{"Contacts":null,"Account":null}]})"));
    EXPECT_EQ(outcome("salesforce.query", {{"soql", "SELECT Account.Name, (SELECT Id FROM contacts), (SELECT Id FROM Cases) FROM X"}}),
              R"([{"Contacts":[],"Account":null,"Cases":[]}])");
}

TEST_F(QueryTest, NestsSubqueriesInSubqueries) {
    call.http.on(
        "GET", "/query",
        json_answer(
            200,
            R"({"totalSize":1,"done":true,"records":[{"Contacts":{"totalSize":1,"done":true,"records":[{"Id":"c","Cases":null}]}}]})"));
    EXPECT_EQ(outcome("salesforce.query", {{"soql", "SELECT (SELECT Id, (SELECT Id FROM Cases) FROM Contacts) FROM Account"}}),
              R"([{"Contacts":[{"Id":"c","Cases":[]}]}])");
}

TEST_F(QueryTest, DoesNotSendTheTokenToAnAddressThatAnAnswerNames) {
    for (std::string_view next : {"https://evil.test/services/data/x", "//evil.test/", "/elsewhere", ""}) {
        call.http.on("GET", "/query", json_answer(200, R"({"done":false,"records":[],"nextRecordsUrl":")" + std::string(next) + "\"}"));
        EXPECT_EQ(perform("salesforce.query", {{"soql", "SELECT Id FROM X"}}).error().code, ErrorCode::vendor_protocol) << next;
    }
}

TEST_F(QueryTest, TellsABrokenAnswerFromAWrongOne) {
    call.http.on("GET", "/query", json_answer(200, R"({"totalSize":1,"done":tr)"));
    EXPECT_EQ(perform("salesforce.query", {{"soql", "SELECT Id FROM X"}}).error().code, ErrorCode::connection_lost);
    for (std::string_view odd : {"{}", "[]", R"({"records":[]})", R"({"done":true,"records":[1]})"}) {
        call.http.on("GET", "/query", json_answer(200, odd));
        EXPECT_EQ(perform("salesforce.query", {{"soql", "SELECT Id FROM X"}}).error().code, ErrorCode::vendor_protocol) << odd;
    }
}

TEST_F(QueryTest, RefusesAQueryThatIsTooLongBeforeSendingIt) {
    List ids;
    for (int i = 0; i < 1000; ++i) ids.push_back("006000000000001AAA");
    auto refused = perform("salesforce.query", {{"soql", "SELECT Id FROM Opportunity WHERE Id IN :ids"}, {"bind", Map{{"ids", ids}}}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::value_invalid);
    EXPECT_EQ(requests(), 0u);
}

TEST_F(QueryTest, StopsAtTheBoundOfPages) {
    call.http.always("GET", "/query", json_answer(200, R"({"done":false,"nextRecordsUrl":"/services/data/v60.0/query/x","records":[]})"));
    EXPECT_EQ(perform("salesforce.query", {{"soql", "SELECT Id FROM X"}}).error().code, ErrorCode::value_invalid);
}

TEST_F(QueryTest, OneGivesTheRecordItself) {
    call.http.on("GET", "/query", json_answer(200, R"({"totalSize":1,"done":true,"records":[{"Id":"1"}]})"));
    EXPECT_EQ(outcome("salesforce.query_one", {{"soql", "SELECT Id FROM X"}}), R"({"Id":"1"})");
}

TEST_F(QueryTest, OneOfNoneIsNotFound) {
    call.http.on("GET", "/query", json_answer(200, empty_result));
    EXPECT_EQ(outcome("salesforce.query_one",
                      {{"soql", "SELECT Id FROM Opportunity WHERE Id = :id"}, {"bind", Map{{"id", "006000000000001AAA"}}}}),
              "not_found: no record matches the query: Opportunity, id 006000000000001AAA");
}

TEST_F(QueryTest, OneOfSeveralIsNotUniqueWithoutReadingMore) {
    call.http.on(
        "GET", "/query",
        json_answer(200,
                    R"({"totalSize":9,"done":false,"nextRecordsUrl":"/services/data/v60.0/query/x","records":[{"Id":"1"},{"Id":"2"}]})"));
    EXPECT_EQ(perform("salesforce.query_one", {{"soql", "SELECT Id FROM X"}}).error().code, ErrorCode::not_unique);
    EXPECT_EQ(requests(), 1u);
}

TEST_F(QueryTest, FollowsTheDeadlineBetweenPages) {
    call.http.on("GET", "/query", [this](const net::Request&) -> Result<net::Response> {
        call.runtime.advance_ms(60'000);
        return json_answer(200, R"({"done":false,"nextRecordsUrl":"/services/data/v60.0/query/x","records":[]})");
    });
    EXPECT_EQ(perform("salesforce.query", {{"soql", "SELECT Id FROM X"}}).error().code, ErrorCode::deadline_exceeded);
}

TEST_F(QueryTest, KeepsTheNewestCallBudget) {
    auto answer = json_answer(200, empty_result);
    answer.headers.set("Sforce-Limit-Info", "api-usage=18/5000");
    call.http.on("GET", "/query", answer);
    auto refused = json_answer(403, R"([{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit exceeded."}])");
    refused.headers.set("Sforce-Limit-Info", "api-usage=5000/5000");
    call.http.on("GET", "/query", refused);
    auto& salesforce = dynamic_cast<SalesforceConnection&>(*connection);
    EXPECT_EQ(salesforce.budget(), std::nullopt);
    ASSERT_TRUE(perform("salesforce.query", {{"soql", "SELECT Id FROM X"}}));
    EXPECT_EQ(salesforce.budget(), (CallBudget{18, 5000}));
    EXPECT_EQ(perform("salesforce.query", {{"soql", "SELECT Id FROM X"}}).error().code, ErrorCode::daily_limit);
    EXPECT_EQ(salesforce.budget(), (CallBudget{5000, 5000}));
}

TEST_F(QueryTest, SignsInAgainOnceWhenTheSessionIsOver) {
    call.http.on("GET", "/query", json_answer(401, R"([{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}])"));
    call.http.on("GET", "/query", json_answer(200, empty_result));
    EXPECT_EQ(outcome("salesforce.query", {{"soql", "SELECT Id FROM X"}}), "[]");
    EXPECT_EQ(call.http.count("POST", "/services/oauth2/token"), 2u);
}

TEST_F(QueryTest, ManyTasksSignInOnce) {
    call.http.always("GET", "/query", json_answer(200, empty_result));
    std::atomic<int> good{0};
    for (int i = 0; i < 24; ++i)
        call.runtime.spawn("query", [&] {
            connector::Trace trace;
            connector::CallContext context{.runtime = call.runtime, .http = call.http, .trace = trace, .deadline_ms = 60'000};
            good += connection->perform("salesforce.query", Map{{"soql", "SELECT Id FROM X"}}, context).has_value();
        });
    call.runtime.join_all();
    EXPECT_EQ(good, 24);
    EXPECT_EQ(call.http.count("POST", "/services/oauth2/token"), 1u);
}

}  // namespace lockstep::connectors::salesforce
