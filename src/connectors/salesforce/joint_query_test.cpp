#include "connectors/salesforce/joint_test.h"

namespace lockstep::connectors::salesforce {
namespace {

using testing::json_answer;

std::string asked_soql(const net::Request& request) { return net::parameter(net::parse_form(request.query()).value(), "q").value_or(""); }

std::string result_of(std::string_view records) { return R"({"totalSize":1,"done":true,"records":[)" + std::string(records) + "]}"; }

class JointQuery : public JointTest {
protected:
    static Value ask(std::string_view soql, std::string id) { return Map{{"soql", soql}, {"bind", Map{{"id", std::move(id)}}}}; }
    static Value ask(std::string_view soql, int deal) { return ask(soql, deal_id(deal)); }
    static std::string row(int deal, std::string_view rest = "") {
        return R"({"attributes":{"type":"Opportunity"},"Id":")" + deal_id(deal) + "\"" + std::string(rest) + "}";
    }
    static std::string plain(int deal) { return R"({"Id":")" + deal_id(deal) + "\"}"; }
};

constexpr std::string_view deal_soql = "SELECT Id FROM Opportunity WHERE Id = :id";
constexpr std::string_view contacts_soql = "SELECT Email FROM Contact WHERE AccountId = :id AND Email != null ORDER BY CreatedDate, Id";

}  // namespace

TEST_F(JointQuery, HasTheTextForItsNameAndMayReadARecordTwice) {
    auto name = [&](const Value& input) { return connection->joint_name("salesforce.query_one", input); };
    EXPECT_NE(name(ask(deal_soql, 1)), "");
    EXPECT_EQ(name(ask(deal_soql, 1)), name(ask(deal_soql, 2)));
    EXPECT_NE(name(ask(deal_soql, 1)), name(ask(contacts_soql, 1)));
    EXPECT_EQ(connection->joint_record("salesforce.query", ask(deal_soql, 1)), "");
}

TEST_F(JointQuery, LeavesAloneWhatIsNoExactIdOrNoSingleBoundName) {
    for (const Value& input : {
             ask(deal_soql, "x"),
             ask(deal_soql, "006000000000001AAB"),
             ask(deal_soql, "006Hs000000000BIA"),
             ask(deal_soql, "006hs000000000biaq"),
             ask(deal_soql, "' OR Id != ''  "),
             ask("SELECT Id FROM Opportunity WHERE Id = :id LIMIT 1", 1),
             Value(Map{{"soql", deal_soql}, {"bind", Map{{"id", 1}}}}),
             Value(Map{{"soql", deal_soql}, {"bind", Map{{"id", nullptr}}}}),
             Value(Map{{"soql", deal_soql}, {"bind", Map{{"other", deal_id(1)}}}}),
             Value(Map{{"soql", deal_soql}, {"bind", Map{{"id", deal_id(1)}, {"x", 1}}}}),
             Value(Map{{"soql", deal_soql}}),
         })
        EXPECT_EQ(connection->joint_name("salesforce.query", input), "") << json::write(input);
}

TEST_F(JointQuery, AsksOnceAndGivesEachItsOwnRows) {
    call.http.on("GET", "/query?q=", json_answer(200, result_of(row(2) + "," + row(0) + "," + row(1))));
    EXPECT_EQ(together("salesforce.query_one", {ask(deal_soql, 0), ask(deal_soql, 1), ask(deal_soql, 2)}),
              (std::vector{plain(0), plain(1), plain(2)}));
    EXPECT_EQ(asked_soql(call.http.last()),
              "SELECT Id FROM Opportunity WHERE Id IN ('" + deal_id(0) + "','" + deal_id(1) + "','" + deal_id(2) + "')");
    EXPECT_EQ(requests(), 1u);
}

TEST_F(JointQuery, OneThatIsNotFoundAndOneThatIsFoundTwiceDoNotTouchTheOthers) {
    call.http.on("GET", "/query?q=", json_answer(200, result_of(row(0) + "," + row(2) + "," + row(2))));
    EXPECT_EQ(together("salesforce.query_one", {ask(deal_soql, 0), ask(deal_soql, 1), ask(deal_soql, 2)}),
              (std::vector<std::string>{
                  plain(0), "not_found: no record matches the query: Opportunity, id " + deal_id(1),
                  "not_unique: more than one record matches the query where exactly one must: Opportunity, id " + deal_id(2)}));
}

TEST_F(JointQuery, TakesShortAndLongIdsForTheSameAndTellsCaseApart) {
    call.http.on("GET", "/query?q=", json_answer(200, result_of(R"({"Id":"006Hs000000000BIAQ"},{"Id":"006Hs000000000bIAA"})")));
    EXPECT_EQ(together("salesforce.query_one", {ask(deal_soql, "006Hs000000000B"), ask(deal_soql, "006Hs000000000b")}),
              (std::vector<std::string>{R"({"Id":"006Hs000000000BIAQ"})", R"({"Id":"006Hs000000000bIAA"})"}));
}

TEST_F(JointQuery, SelectsTheFieldForItselfAndTakesItOutAgain) {
    call.http.on("GET", "/query?q=", json_answer(200, result_of(R"({"Email":"a@x.test","AccountId":"001000000000001AAA"},
        {"Email":"b@x.test","AccountId":"001000000000002AAA"},{"Email":"c@x.test","AccountId":"001000000000001AAA"})")));
    EXPECT_EQ(together("salesforce.query", {ask(contacts_soql, "001000000000001AAA"), ask(contacts_soql, "001000000000002AAA"),
                                            ask(contacts_soql, "001000000000003AAA")}),
              (std::vector<std::string>{R"([{"Email":"a@x.test"},{"Email":"c@x.test"}])", R"([{"Email":"b@x.test"}])", "[]"}));
    EXPECT_TRUE(asked_soql(call.http.last()).starts_with("SELECT Email, AccountId FROM Contact WHERE AccountId IN ('001"));
    EXPECT_TRUE(asked_soql(call.http.last()).ends_with(") AND Email != null ORDER BY CreatedDate, Id"));
}

TEST_F(JointQuery, TwoThatAskForTheSameGetTheSame) {
    call.http.on("GET", "/query?q=", json_answer(200, result_of(row(0))));
    EXPECT_EQ(together("salesforce.query_one", {ask(deal_soql, 0), ask(deal_soql, deal_id(0).substr(0, 15)), ask(deal_soql, 0)}),
              (std::vector{plain(0), plain(0), plain(0)}));
}

TEST_F(JointQuery, ReadsAllPagesAndThoseOfSubqueries) {
    constexpr std::string_view soql = "SELECT Id, (SELECT Quantity FROM OpportunityLineItems) FROM Opportunity WHERE Id = :id";
    call.http.on(
        "GET", "/query?q=",
        json_answer(
            200,
            R"({"totalSize":2,"done":false,"nextRecordsUrl":"/services/data/v60.0/query/01gA-1","records":[)" +
                row(0,
                    R"(,"OpportunityLineItems":{"totalSize":2,"done":false,"nextRecordsUrl":"/services/data/v60.0/query/01gB-1","records":[{"Quantity":1}]})") +
                "]}"));
    call.http.on("GET", "/query/01gA-1", json_answer(200, result_of(row(1, R"(,"OpportunityLineItems":null)"))));
    call.http.on("GET", "/query/01gB-1", json_answer(200, result_of(R"({"Quantity":2.50})")));
    EXPECT_EQ(together("salesforce.query_one", {ask(soql, 0), ask(soql, 1)}),
              (std::vector<std::string>{R"({"Id":")" + deal_id(0) + R"(","OpportunityLineItems":[{"Quantity":1},{"Quantity":2.50}]})",
                                        R"({"Id":")" + deal_id(1) + R"(","OpportunityLineItems":[]})"}));
    EXPECT_TRUE(call.http.finished());
}

TEST_F(JointQuery, APageOfASubqueryThatIsLostIsTheTroubleOfItsOwnCall) {
    constexpr std::string_view soql = "SELECT Id, (SELECT Quantity FROM OpportunityLineItems) FROM Opportunity WHERE Id = :id";
    call.http.on(
        "GET", "/query?q=",
        json_answer(
            200,
            result_of(
                row(0,
                    R"(,"OpportunityLineItems":{"totalSize":2,"done":false,"nextRecordsUrl":"/services/data/v60.0/query/01gB-1","records":[]})") +
                "," + row(1))));
    call.http.on("GET", "/query/01gB-1", json_answer(429, ""));
    const auto all = results("salesforce.query_one", {ask(soql, 0), ask(soql, 1)});
    EXPECT_EQ(all[0].error().code, ErrorCode::rate_limited);
    EXPECT_TRUE(all[1]);
}

TEST_F(JointQuery, ARefusalThatMayBeOfOneIsAskedForInHalves) {
    call.http.always("GET", "/query?q=", [](const net::Request& request) -> Result<net::Response> {
        const std::string soql = asked_soql(request);
        if (soql.find(deal_id(5)) != std::string::npos)
            return json_answer(400, R"([{"errorCode":"INVALID_QUERY_FILTER_OPERATOR","message":"invalid ID field"}])");
        std::string rows;
        for (int i = 0; i < 8; ++i)
            if (soql.find(deal_id(i)) != std::string::npos) rows += (rows.empty() ? "" : ",") + row(i);
        return json_answer(200, result_of(rows));
    });
    std::vector<Value> inputs;
    for (int i = 0; i < 8; ++i) inputs.push_back(ask(deal_soql, i));
    const auto all = results("salesforce.query_one", inputs);
    for (int i = 0; i < 8; ++i) EXPECT_EQ(all[static_cast<std::size_t>(i)].has_value(), i != 5) << i;
    EXPECT_EQ(all[5].error().vendor_code, "INVALID_QUERY_FILTER_OPERATOR");
    EXPECT_LE(requests(), 7u);
}

TEST_F(JointQuery, AQueryThatIsWrongForAllIsRefusedToAllAfterOneMoreTry) {
    call.http.always("GET", "/query?q=", [](const net::Request& request) -> Result<net::Response> {
        const std::string soql = asked_soql(request);
        return json_answer(400, R"([{"errorCode":"INVALID_FIELD","message":")" + soql.substr(soql.find("WHERE")) + R"( No such column"}])");
    });
    std::vector<Value> inputs;
    for (int i = 0; i < 50; ++i) inputs.push_back(ask(deal_soql, i));
    const auto all = results("salesforce.query_one", inputs);
    EXPECT_EQ(requests(), 2u);
    EXPECT_EQ(all[49].error().vendor_code, "INVALID_FIELD");
    EXPECT_NE(all[49].error().message.find("WHERE Id = '" + deal_id(49) + "' No such column"), std::string::npos);
}

TEST_F(JointQuery, WhatOnlyTheJoiningBrokeIsAskedAlone) {
    call.http.always("GET", "/query?q=", [](const net::Request& request) -> Result<net::Response> {
        if (asked_soql(request).find(" IN ") != std::string::npos)
            return json_answer(400, R"([{"errorCode":"MALFORMED_QUERY","message":"no"}])");
        for (int i = 0; i < 3; ++i)
            if (asked_soql(request).find(deal_id(i)) != std::string::npos) return json_answer(200, result_of(row(i)));
        return json_answer(200, result_of(""));
    });
    EXPECT_EQ(together("salesforce.query_one", {ask(deal_soql, 0), ask(deal_soql, 1), ask(deal_soql, 2)}),
              (std::vector{plain(0), plain(1), plain(2)}));
}

TEST_F(JointQuery, ARowThatNobodyAskedForMeansThatEachAsksAlone) {
    call.http.on("GET", "/query?q=", json_answer(200, result_of(row(0) + "," + row(7))));
    call.http.on("GET", "/query?q=", json_answer(200, result_of(row(0))));
    call.http.on("GET", "/query?q=", json_answer(200, result_of(row(1))));
    EXPECT_EQ(together("salesforce.query_one", {ask(deal_soql, 0), ask(deal_soql, 1)}), (std::vector{plain(0), plain(1)}));
    EXPECT_EQ(requests(), 3u);
}

TEST_F(JointQuery, LimitsAndOutagesAreToldToAllWithoutAskingAgain) {
    struct Case {
        int status;
        std::string_view body;
        ErrorCode code;
    };
    for (const Case& row : {
             Case{403, R"([{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit exceeded."}])", ErrorCode::daily_limit},
             Case{503, R"([{"errorCode":"SERVER_UNAVAILABLE","message":"x"}])", ErrorCode::vendor_unavailable},
             Case{200, R"({"totalSize":1,"done":tr)", ErrorCode::connection_lost},
         }) {
        call.http.on("GET", "/query?q=", json_answer(row.status, row.body));
        for (const auto& result : results("salesforce.query_one", {ask(deal_soql, 0), ask(deal_soql, 1)}))
            EXPECT_EQ(result.error().code, row.code) << row.body;
        SetUp();  // a limit holds for the connection
    }
    EXPECT_EQ(requests(), 3u);
}

TEST_F(JointQuery, SplitsWhereTheAddressWouldBeTooLong) {
    const std::string soql = "SELECT Id, " + std::string(11'000, 'x') + " FROM Opportunity WHERE Id = :id";
    call.http.always("GET", "/query?q=", json_answer(200, result_of("")));
    std::vector<Value> inputs;
    for (int i = 0; i < 200; ++i) inputs.push_back(ask(soql, i));
    for (const auto& result : results("salesforce.query", inputs)) EXPECT_TRUE(result);
    EXPECT_EQ(requests(), 2u);
    for (const auto& sent : call.http.sent()) EXPECT_LT(sent.request.url.size(), 16'000u);
}

TEST_F(JointQuery, EachTraceShowsItsOwnRowsOnly) {
    call.http.on("GET", "/query?q=",
                 json_answer(200, result_of(row(0, R"(,"Name":"private of nought")") + "," + row(1, R"(,"Name":"private of one")"))));
    (void)together("salesforce.query_one", {ask(deal_soql, 0), ask(deal_soql, 1)});
    const std::string one = traces[1].to_json();
    EXPECT_NE(one.find("private of one"), std::string::npos) << one;
    EXPECT_EQ(one.find("private of nought"), std::string::npos) << one;
    EXPECT_EQ(one.find(deal_id(0)), std::string::npos) << one;
    EXPECT_NE(one.find(deal_id(1)), std::string::npos) << one;
}

}  // namespace lockstep::connectors::salesforce
