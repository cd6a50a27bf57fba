#include <fmt/format.h>

#include "sandbox/salesforce/test_organisation.h"

namespace lockstep::sandbox::salesforce {
namespace {

class Collections : public testing::Test {
protected:
    Collections() { organisation.load("Product2", R"([{"Id":"01t000000000001AAA","Name":"A"},{"Id":"01t000000000002AAA","Name":"B"}])"); }
    Value call(const std::string& method, const std::string& path, const std::string& body, int status = 200) {
        const net::Response response = organisation.api(method, path, body);
        EXPECT_EQ(response.status, status) << response.body;
        return Organisation::parse(response);
    }
    static std::string product(const std::string& id, const std::string& rest) {
        return R"({"attributes":{"type":"Product2"},"id":")" + id + "\"," + rest + "}";
    }
    Value stock(const std::string& id) {
        return organisation.query("SELECT Available_Stock__c FROM Product2 WHERE Id = '" + id + "'")
            .at_path("records.0.Available_Stock__c");
    }
    Organisation organisation;
};

}  // namespace

TEST_F(Collections, EachRecordSucceedsOrFailsByItself) {
    organisation.load("Product2", R"([{"Id":"01t000000000003AAA","Name":"C"}])");
    const Value results = call("PATCH", "/composite/sobjects",
                               R"({"allOrNone":false,"records":[)" + product("01t000000000001AAA", R"("Available_Stock__c":12.5)") + "," +
                                   product("01t000000000009AAA", R"("Available_Stock__c":1)") + "," +
                                   product("01t000000000002AAA", R"("Name":")" + std::string(300, 'x') + "\"") + "," +
                                   product("01t000000000003AAA", R"("Available_Stock__c":98)") + "," +
                                   product("01t000000000003", R"("Available_Stock__c":99)") + "," +
                                   R"({"attributes":{"type":"Product2"},"Name":"x"})" + "]}");
    EXPECT_EQ(results.at_path("0.success"), Value(true));
    EXPECT_EQ(results.at_path("0.id").string_or(""), "01t000000000001AAA");
    EXPECT_EQ(results.at_path("1.errors.0.statusCode").string_or(""), "INVALID_CROSS_REFERENCE_KEY");
    EXPECT_EQ(results.at_path("2.errors.0.statusCode").string_or(""), "STRING_TOO_LONG");
    for (const char* twice : {"3", "4"}) {
        EXPECT_EQ(results.at_path(std::string(twice) + ".errors.0.statusCode").string_or(""), "DUPLICATE_VALUE");
        EXPECT_EQ(results.at_path(std::string(twice) + ".errors.0.message").string_or(""), "Duplicate id specified: 01t000000000003AAA");
    }
    EXPECT_EQ(results.at_path("5.errors.0.statusCode").string_or(""), "MISSING_ARGUMENT");
    EXPECT_EQ(stock("01t000000000001AAA"), Value(*Decimal::parse("12.5")));
    EXPECT_TRUE(stock("01t000000000003AAA").is_null());
}

TEST_F(Collections, ARecordThatCannotBeReadHasTheWholeRequestRefused) {
    for (const std::string& bad : {std::string(R"("Available_Stock__c":"lots")"), std::string(R"("No_Such_Field__c":1)")}) {
        call("PATCH", "/composite/sobjects",
             R"({"records":[)" + product("01t000000000001AAA", R"("Available_Stock__c":12.5)") + "," + product("01t000000000002AAA", bad) +
                 "]}",
             400);
        EXPECT_TRUE(stock("01t000000000001AAA").is_null()) << bad;
    }
    call("PATCH", "/composite/sobjects", R"({"allOrNone":"no","records":[)" + product("01t000000000001AAA", R"("Name":"x")") + "]}", 400);
}

TEST_F(Collections, CountAsOneCallHoweverManyRecords) {
    const auto used = [&](const net::Response& response) { return std::string(response.headers.get("Sforce-Limit-Info").value_or("")); };
    const std::string before = used(organisation.api("GET", "/limits"));
    std::string records;
    for (int i = 0; i < 200; ++i) records += fmt::format(R"({}{{"attributes":{{"type":"Product2"}},"Name":"P{}"}})", i == 0 ? "" : ",", i);
    const std::string after = used(organisation.api("POST", "/composite/sobjects", R"({"records":[)" + records + "]}"));
    const auto number = [](const std::string& text) { return std::stoi(text.substr(text.find('=') + 1)); };
    EXPECT_EQ(number(after), number(before) + 1);
}

TEST_F(Collections, HalfOfThemFailWhenToldTo) {
    organisation.load("settings", R"([{"collection_refuse_every":2,"collection_refuse_calls":1}])");
    const std::string body = R"({"records":[)" + product("01t000000000001AAA", R"("Available_Stock__c":1)") + "," +
                             product("01t000000000002AAA", R"("Available_Stock__c":2)") + "]}";
    const Value half = call("PATCH", "/composite/sobjects", body);
    EXPECT_EQ(half.at_path("0.success"), Value(true));
    EXPECT_EQ(half.at_path("1.errors.0.statusCode").string_or(""), "UNABLE_TO_LOCK_ROW");
    EXPECT_TRUE(stock("01t000000000002AAA").is_null());
    EXPECT_EQ(call("PATCH", "/composite/sobjects", body).at_path("1.success"), Value(true));
    EXPECT_FALSE(organisation.vendor->load("settings", {Value(Map{{"collection_refuse_evry", 2}})}));
}

TEST_F(Collections, AllOrNoneUndoesWhatSucceeded) {
    const std::string body = R"({"allOrNone":true,"records":[)" + product("01t000000000001AAA", R"("Available_Stock__c":7)") + "," +
                             product("01t000000000002AAA", R"("Name":"")") + "]}";
    const Value results = call("PATCH", "/composite/sobjects", body);
    EXPECT_EQ(results.at_path("0.errors.0.statusCode").string_or(""), "ALL_OR_NONE_OPERATION_ROLLED_BACK");
    EXPECT_EQ(results.at_path("1.errors.0.statusCode").string_or(""), "REQUIRED_FIELD_MISSING");
    EXPECT_TRUE(stock("01t000000000001AAA").is_null());
}

TEST_F(Collections, UndoneCreationsLeaveNoTraceInTheIndexes) {
    const std::string records = R"({"attributes":{"type":"Account"},"Name":"N","External_Id__c":"E1"},{"attributes":{"type":"Account"}})";
    call("POST", "/composite/sobjects", R"({"allOrNone":true,"records":[)" + records + "]}");
    EXPECT_EQ(organisation.query("SELECT COUNT() FROM Account")["totalSize"], Value(0));
    EXPECT_EQ(organisation.api("GET", "/sobjects/Account/External_Id__c/E1").status, 404);
    EXPECT_EQ(Organisation::parse(organisation.api("GET", "/queryAll?q=SELECT+Id+FROM+Account"))["totalSize"], Value(0));
    const Value kept = call("POST", "/composite/sobjects", R"({"records":[)" + records + "]}");
    EXPECT_EQ(kept.at_path("0.success"), Value(true));
    EXPECT_EQ(kept.at_path("1.success"), Value(false));
}

TEST_F(Collections, UpsertRetrieveAndDeleteWorkOnMany) {
    const std::string body =
        R"({"records":[{"attributes":{"type":"Account"},"Name":"N","External_Id__c":"E1"},{"attributes":{"type":"Account"},"Name":"M","External_Id__c":"E2"}]})";
    const Value first = call("PATCH", "/composite/sobjects/Account/External_Id__c", body);
    EXPECT_EQ(first.at_path("0.created"), Value(true));
    const Value upserted = call("PATCH", "/composite/sobjects/Account/External_Id__c", body);
    EXPECT_EQ(upserted.at_path("1.created"), Value(false));
    const std::string twice = R"({"attributes":{"type":"Account"},"Name":"N","External_Id__c":"E3"})";
    const Value refused = call("PATCH", "/composite/sobjects/Account/External_Id__c", R"({"records":[)" + twice + "," + twice + "]}");
    for (const char* path : {"0.errors.0.message", "1.errors.0.message"})
        EXPECT_EQ(refused.at_path(path).string_or(""), "Duplicate external id specified: E3");
    const std::string id = upserted.at_path("1.id").as_string();
    const Value read = call("POST", "/composite/sobjects/Account", R"({"ids":[")" + id + R"(","001000000000009AAA"],"fields":["Name"]})");
    EXPECT_EQ(read.at_path("0.Name").string_or(""), "M");
    EXPECT_TRUE(read.at_path("1").is_null());
    const Value deleted = call("DELETE", "/composite/sobjects?ids=" + id + ",001000000000009AAA", "");
    EXPECT_EQ(deleted.at_path("0.success"), Value(true));
    EXPECT_EQ(deleted.at_path("1.success"), Value(false));
}

TEST_F(Collections, AMalformedCallIsRefusedAsAWhole) {
    std::string many;
    for (int i = 0; i < 201; ++i) many += (i == 0 ? "" : ",") + product("01t000000000001AAA", R"("Name":"x")");
    for (const std::string& body : {std::string(), std::string("{}"), std::string(R"({"records":[]})"), std::string(R"({"records":[1]})"),
                                    std::string(R"({"records":[{"Name":"x"}]})"),
                                    std::string(R"({"records":[{"attributes":{"type":"Nothing"}}]})"), R"({"records":[)" + many + "]}"})
        EXPECT_EQ(organisation.api("PATCH", "/composite/sobjects", body).status, 400) << body.substr(0, 60);
}

TEST_F(Collections, CompositeCarriesReferencesFromOneToTheNext) {
    const Value answer = call("POST", "/composite", R"({"allOrNone":true,"compositeRequest":[
        {"method":"POST","url":"/services/data/v60.0/sobjects/Account","referenceId":"acc","body":{"Name":"Parent"}},
        {"method":"POST","url":"/services/data/v60.0/sobjects/Contact","referenceId":"con","body":{"LastName":"Child","AccountId":"@{acc.id}"}},
        {"method":"GET","url":"/services/data/v60.0/query?q=SELECT Account.Name FROM Contact WHERE Id = '@{con.id}'","referenceId":"q"},
        {"method":"GET","url":"/services/data/v60.0/sobjects/Account/@{q.records[0].Account.attributes.nothing}","referenceId":"bad"}]})");
    EXPECT_EQ(answer.at_path("compositeResponse.3.body.0.errorCode").string_or(""), "PROCESSING_HALTED");
    EXPECT_EQ(answer.at_path("compositeResponse.0.httpStatusCode"), Value(400)) << "undone with the others";
    EXPECT_EQ(organisation.query("SELECT COUNT() FROM Account")["totalSize"], Value(0));
    const Value kept = call("POST", "/composite", R"({"compositeRequest":[
        {"method":"POST","url":"/services/data/v60.0/sobjects/Account","referenceId":"acc","body":{"Name":"Parent"}},
        {"method":"GET","url":"/services/data/v60.0/sobjects/Account/@{acc.id}?fields=Name","referenceId":"get"},
        {"method":"PATCH","url":"/services/data/v60.0/sobjects/Account/@{acc.id}","referenceId":"late","body":{"Name":"x"},"httpHeaders":{"If-Match":"\"old\""}}]})");
    EXPECT_EQ(kept.at_path("compositeResponse.0.httpStatusCode"), Value(201));
    EXPECT_EQ(kept.at_path("compositeResponse.1.body.Name").string_or(""), "Parent");
    EXPECT_EQ(kept.at_path("compositeResponse.2.httpStatusCode"), Value(412));
}

TEST_F(Collections, BatchRunsEachByItself) {
    const Value answer = call("POST", "/composite/batch",
                              R"({"batchRequests":[{"method":"GET","url":"v60.0/sobjects/Product2/01t000000000001AAA?fields=Name"},
        {"method":"PATCH","url":"v60.0/sobjects/Product2/01t000000000002AAA","richInput":{"Name":"C"}},{"method":"GET","url":"v60.0/sobjects/Nothing/1"}]})");
    EXPECT_EQ(answer["hasErrors"], Value(true));
    EXPECT_EQ(answer.at_path("results.0.result.Name").string_or(""), "A");
    EXPECT_EQ(answer.at_path("results.1.statusCode"), Value(204));
    EXPECT_EQ(answer.at_path("results.2.statusCode"), Value(404));
    EXPECT_EQ(organisation.api("POST", "/composite", R"({"compositeRequest":[]})").status, 400);
}

}  // namespace lockstep::sandbox::salesforce
