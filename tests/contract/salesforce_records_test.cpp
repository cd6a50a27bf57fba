// What Salesforce offers to syncs, by the emulator's word: guarded reads and writes, alone and together, what is deleted and
// merged, and answers that are lost.
#include <gtest/gtest.h>

#include <deque>

#include "connector/connector.h"
#include "connectors/salesforce/connection.h"
#include "sandbox/sandbox.h"
#include "value/json.h"

namespace lockstep::connectors::salesforce {
namespace {

constexpr std::string_view address = "http://127.0.0.1:4010";

/// Hands requests to the emulator, without a socket; on request an answer is lost.
class LossyHttp : public net::HttpClient {
public:
    explicit LossyHttp(sandbox::Vendor& vendor) : vendor_(vendor) {}
    Result<net::Response> send(const net::Request& request, const net::SendOptions&) override {
        ++calls;
        writes += request.method != "GET";
        last = request;
        net::Request bare = request;
        bare.url = request.url.substr(address.size());
        net::Response answer = vendor_.handle(bare);
        if (lose == 0 || --lose > 0) return answer;
        return fail(ErrorCode::answer_lost, "the connection was closed");
    }
    int calls = 0, writes = 0;
    int lose = 0;  ///< 1: the next answer; 2: the one after it …
    net::Request last;

private:
    sandbox::Vendor& vendor_;
};

class SalesforceRecords : public ::testing::Test {
protected:
    SalesforceRecords() : vendor_(sandbox::make_salesforce(options())), http_(*vendor_) {
        const auto& keys = credentials().credentials;
        Map settings{{"client_id", keys.sf_client_id}, {"client_secret", keys.sf_client_secret}, {"login_url", address}};
        connection_ = *SalesforceConnection::make({"salesforce", connector::Settings(std::move(settings)), {}, runtime_, nullptr});
        load("Account", R"([{"Id":"001000000000001AAA","Name":"A","Phone":"1","AnnualRevenue":45000,"Zoho_Account_Id__c":"z1"},
                            {"Id":"001000000000002AAA","Name":"B"},{"Id":"001000000000003AAA","Name":"C"}])");
        load("Contact", R"([{"Id":"003000000000001AAA","LastName":"One","AccountId":"001000000000001AAA"},
                            {"Id":"003000000000002AAA","LastName":"Two"}])");
        (void)perform("salesforce.get", {{"object", "Account"}, {"id", a}});  // signs in
        now_ = now_.plus_ms(60'000);
        http_.calls = 0;
    }

    static const sandbox::GeneratedCredentials& credentials() {
        static const sandbox::GeneratedCredentials made = *sandbox::generate_credentials();
        return made;
    }
    sandbox::Options options() {
        sandbox::Options out;
        out.clock = [this] { return now_; };
        out.addresses.salesforce = address;
        out.credentials = credentials().credentials;
        return out;
    }
    void load(std::string_view object, std::string_view records) {
        const auto loaded = vendor_->load(object, json::parse(records)->as_list());
        ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    }

    Result<Value> perform(std::string_view action, Map input) {
        connector::Trace trace;
        connector::CallContext context{.runtime = runtime_, .http = http_, .trace = trace, .deadline_ms = runtime_.monotonic_ms() + 60'000};
        return connection_->perform(action, input, context);
    }
    Value read(std::string_view entity, std::string_view id, List fields = {"Name"}) {
        Result<Value> result = perform("salesforce.record_read", {{"entity", entity}, {"id", id}, {"fields", std::move(fields)}});
        EXPECT_TRUE(result) << result.error().to_text();
        return result ? *result : Value();
    }
    Result<Value> update(std::string_view entity, std::string_view id, Value version, Map fields) {
        return perform("salesforce.record_update",
                       {{"entity", entity}, {"id", id}, {"version", std::move(version)}, {"fields", std::move(fields)}});
    }
    Result<Value> create(std::string_view key, Map fields) {
        return perform("salesforce.record_create",
                       {{"entity", "Account"}, {"unique", Map{{"Zoho_Account_Id__c", key}}}, {"fields", std::move(fields)}});
    }

    std::vector<Result<Value>> together(std::string_view action, const std::vector<Value>& inputs) {
        std::deque<connector::Trace> traces(inputs.size());
        std::deque<connector::CallContext> contexts;
        std::vector<connector::JointCall> calls;
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            EXPECT_NE(connection_->joint_name(action, inputs[i]), "") << json::write(inputs[i]);
            contexts.push_back({.runtime = runtime_, .http = http_, .trace = traces[i], .deadline_ms = runtime_.monotonic_ms() + 60'000});
            calls.push_back({inputs[i], contexts.back()});
        }
        return connection_->perform_jointly(action, calls);
    }
    /// What a person does in Salesforce.
    void person(std::string_view deed, Map what) {
        const auto done = vendor_->load(deed, {Value(std::move(what))});
        ASSERT_TRUE(done.has_value()) << done.error().message;
    }
    /// The ids, each with a blank behind it.
    std::string changes(std::string_view since, std::string_view after = {}, int limit = 100) {
        Result<Value> list =
            perform("salesforce.record_changes", {{"entity", "Account"}, {"since", since}, {"after", after}, {"limit", limit}});
        EXPECT_TRUE(list) << list.error().to_text();
        std::string ids;
        for (const Value& each : list ? list->as_list() : List{}) ids += each["id"].text() + " ";
        return ids;
    }
    std::string field(std::string_view entity, std::string_view id, std::string_view name) {
        return read(entity, id, {std::string(name)})["fields"][name].text();
    }

    static constexpr std::string_view a = "001000000000001AAA", b = "001000000000002AAA", c = "001000000000003AAA";
    static constexpr std::string_view one = "003000000000001AAA", two = "003000000000002AAA";

    Timestamp now_ = *parse_timestamp("2026-02-18T10:00:00Z");
    ThreadRuntime runtime_;
    std::unique_ptr<sandbox::Vendor> vendor_;
    LossyHttp http_;
    std::unique_ptr<connector::Connection> connection_;
};

std::string code_of(const Result<Value>& result) { return result ? "done" : std::string(to_string(result.error().code)); }

Value update_input(std::string_view entity, std::string_view id, const Value& version, Map fields) {
    return Map{{"entity", entity}, {"id", id}, {"version", version}, {"fields", std::move(fields)}};
}

}  // namespace

TEST_F(SalesforceRecords, AnAccountIsReadInOneCallWithItsTag) {
    const Value record = read("Account", a, {"Name", "AnnualRevenue", "Fax", "Zoho_Account_Id__c", "LastModifiedDate"});
    EXPECT_EQ(http_.calls, 1);
    EXPECT_EQ(json::write(record["fields"]),
              R"({"Name":"A","AnnualRevenue":45000,"Fax":null,"Zoho_Account_Id__c":"z1","LastModifiedDate":"2026-02-18T10:00:00Z"})");
    EXPECT_TRUE(record["version"].text().starts_with("etag \"")) << record["version"].text();
    EXPECT_EQ(record["modified_at"], Value("2026-02-18T10:00:00Z"));
    EXPECT_EQ(record["modified_by"], Value("Integration"));
    EXPECT_EQ(record["found"], Value(true));
    EXPECT_EQ(record["deleted"], Value(false));
}

TEST_F(SalesforceRecords, AnUpdateOfWhatWasReadIsWrittenAndTheNextOneToo) {
    const Value record = read("Account", a);
    const Result<Value> first = update("Account", a, record["version"], {{"Phone", "2"}});
    ASSERT_TRUE(first) << first.error().to_text();
    const Result<Value> second = update("Account", a, (*first)["version"], {{"Phone", nullptr}});
    ASSERT_TRUE(second) << second.error().to_text();
    EXPECT_EQ(field("Account", a, "Phone"), "");
}

TEST_F(SalesforceRecords, AnUpdateOfWhatAnotherChangedIsRefused) {
    const Value record = read("Account", a);
    ASSERT_TRUE(update("Account", a, "", {{"Phone", "3"}}));
    const Result<Value> late = update("Account", a, record["version"], {{"Phone", "2"}});
    EXPECT_EQ(code_of(late), "precondition_failed");
    EXPECT_EQ(field("Account", a, "Phone"), "3");
}

TEST_F(SalesforceRecords, AContactIsGuardedByTheTimeOfItsLastChange) {
    const Value record = read("Contact", one, {"LastName"});
    EXPECT_EQ(http_.calls, 1);
    EXPECT_EQ(record["version"], Value("since 2026-02-18T10:00:00Z"));
    ASSERT_TRUE(update("Contact", one, record["version"], {{"LastName", "Uno"}}));
    now_ = now_.plus_ms(10'000);
    EXPECT_EQ(code_of(update("Contact", one, record["version"], {{"LastName", "Eins"}})), "precondition_failed");
    EXPECT_EQ(field("Contact", one, "LastName"), "Uno");
}

TEST_F(SalesforceRecords, AContactReadInTheSecondOfItsChangeMustBeReadAgainAndNothingIsSent) {
    ASSERT_TRUE(update("Contact", one, "", {{"LastName", "Uno"}}));
    const Value fresh = read("Contact", one, {"LastName"});
    http_.calls = 0;
    const Result<Value> early = update("Contact", one, fresh["version"], {{"LastName", "Eins"}});
    EXPECT_EQ(code_of(early), "precondition_failed");
    EXPECT_EQ(http_.calls, 0);
    EXPECT_NE(early.error().message.find("in the second it was read"), std::string::npos) << early.error().message;
    now_ = now_.plus_ms(2'000);
    EXPECT_TRUE(update("Contact", one, read("Contact", one, {"LastName"})["version"], {{"LastName", "Eins"}}));
}

TEST_F(SalesforceRecords, WhatNeverWasIsNotFound) {
    EXPECT_EQ(read("Account", "001000000000009AAA")["found"], Value(false));
    EXPECT_EQ(read("Contact", "003000000000009AAA", {"LastName"})["found"], Value(false));
}

TEST_F(SalesforceRecords, TwentyFiveUpdatesAreOneCallAndARefusedGuardInTheMiddleStopsNoOther) {
    std::vector<Value> inputs;
    for (int i = 0; i < 25; ++i) {
        const std::string id = "0010000000001" + std::to_string(10 + i) + "AAA";
        load("Account", R"([{"Id":")" + id + R"(","Name":"N"}])");
        inputs.push_back(update_input("Account", id, read("Account", id)["version"], {{"Phone", std::to_string(i)}}));
    }
    const std::string middle = inputs[12]["id"].text();
    ASSERT_TRUE(update("Account", middle, "", {{"Phone", "theirs"}}));
    http_.calls = 0;
    const auto results = together("salesforce.record_update", inputs);
    EXPECT_EQ(http_.calls, 1);
    for (std::size_t i = 0; i < results.size(); ++i) EXPECT_EQ(code_of(results[i]), i == 12 ? "precondition_failed" : "done");
    EXPECT_EQ(field("Account", middle, "Phone"), "theirs");
    EXPECT_EQ(field("Account", inputs[24]["id"].text(), "Phone"), "24");
}

TEST_F(SalesforceRecords, AnAccountIsCreatedOnceAndThenAdoptedUnchanged) {
    const Result<Value> made = create("z9", {{"Name", "New"}});
    ASSERT_TRUE(made) << made.error().to_text();
    EXPECT_EQ((*made)["created"], Value(true));
    const Result<Value> again = create("z9", {{"Name", "Other"}});
    ASSERT_TRUE(again) << again.error().to_text();
    EXPECT_EQ((*again)["created"], Value(false));
    EXPECT_EQ((*again)["id"], (*made)["id"]);
    EXPECT_EQ(field("Account", (*made)["id"].text(), "Name"), "New");
}

TEST_F(SalesforceRecords, ACreationWhoseAnswerWasLostIsFoundTheNextTime) {
    http_.lose = 2;  // the first answer is that of the look-up
    EXPECT_EQ(code_of(create("z9", {{"Name", "New"}})), "answer_lost");
    const Result<Value> again = create("z9", {{"Name", "New"}});
    ASSERT_TRUE(again) << again.error().to_text();
    EXPECT_EQ((*again)["created"], Value(false));
}

TEST_F(SalesforceRecords, AnUpdateWhoseAnswerWasLostIsRefusedTheNextTimeAndFoundWritten) {
    const Value record = read("Account", a);
    http_.lose = 1;
    EXPECT_EQ(code_of(update("Account", a, record["version"], {{"Phone", "2"}})), "answer_lost");
    EXPECT_EQ(code_of(update("Account", a, record["version"], {{"Phone", "2"}})), "precondition_failed");
    EXPECT_EQ(field("Account", a, "Phone"), "2");
}

TEST_F(SalesforceRecords, UpdatesTogetherWhoseAnswerWasLostAreAllInDoubt) {
    const std::vector<Value> inputs = {update_input("Account", a, read("Account", a)["version"], {{"Phone", "2"}}),
                                       update_input("Account", b, read("Account", b)["version"], {{"Phone", "2"}})};
    http_.lose = 1;
    for (const auto& result : together("salesforce.record_update", inputs)) EXPECT_EQ(code_of(result), "answer_lost");
    EXPECT_EQ(field("Account", b, "Phone"), "2");
}

TEST_F(SalesforceRecords, WhatIsRefusedForItsValuesNamesTheFieldAndStopsNoOther) {
    const auto input = [&](std::string_view id, Map fields) {
        return update_input("Account", id, read("Account", id)["version"], std::move(fields));
    };
    const auto results = together("salesforce.record_update",
                                  {input(a, {{"Phone", std::string(50, '1')}}), input(b, {{"Name", nullptr}}), input(c, {{"Phone", "3"}})});
    ASSERT_FALSE(results[0]);
    EXPECT_EQ(results[0].error().vendor_code, "STRING_TOO_LONG");
    EXPECT_EQ(results[0].error().field, "Phone");
    ASSERT_FALSE(results[1]);
    EXPECT_EQ(results[1].error().vendor_code, "REQUIRED_FIELD_MISSING");
    EXPECT_EQ(results[1].error().field, "Name");
    EXPECT_TRUE(results[2]);
}

TEST_F(SalesforceRecords, AThousandEditsInABurstCostFortyWritingCalls) {
    List accounts;
    for (int i = 0; i < 1000; ++i) accounts.emplace_back(Map{{"Id", "00100000001" + std::to_string(1000 + i) + "AAA"}, {"Name", "N"}});
    load("Account", json::write(accounts));
    int writes = 0, calls = 0;
    for (std::size_t at = 0; at < accounts.size(); at += connection_->joint_max()) {
        std::vector<Value> reads;
        for (std::size_t i = at; i < std::min(at + connection_->joint_max(), accounts.size()); ++i)
            reads.push_back(Map{{"entity", "Account"}, {"id", accounts[i]["Id"]}, {"fields", List{"Name", "Phone"}}});
        const auto read = together("salesforce.record_read", reads);
        std::vector<Value> updates;
        for (const auto& record : read)
            updates.push_back(update_input("Account", (*record)["id"].text(), (*record)["version"], {{"Phone", "5"}}));
        http_.writes = http_.calls = 0;
        for (const auto& result : together("salesforce.record_update", updates)) EXPECT_EQ(code_of(result), "done");
        writes += http_.writes;
        calls += http_.calls;
    }
    EXPECT_LE(writes, 50);
    EXPECT_EQ(writes, 40);
    EXPECT_EQ(calls, 40);
}

TEST_F(SalesforceRecords, ReadsTogetherAreOneCallAndSayWhatEachWouldSayAlone) {
    person("delete", Map{{"Id", c}});
    for (const std::string_view entity : {"Account", "Contact"}) {
        std::vector<Value> inputs;
        std::vector<std::string> alone;
        for (const std::string_view id :
             entity == "Account" ? std::vector{a, b, c, std::string_view("001000000000009AAA")} : std::vector{one, two}) {
            inputs.push_back(Map{{"entity", entity}, {"id", id}, {"fields", List{"Phone", "Description"}}});
            alone.push_back(json::write(*perform("salesforce.record_read", inputs.back().as_map())));
        }
        http_.calls = 0;
        const auto results = together("salesforce.record_read", inputs);
        EXPECT_EQ(http_.calls, 1);
        for (std::size_t i = 0; i < results.size(); ++i) EXPECT_EQ(json::write(*results[i]), alone[i]);
    }
}

TEST_F(SalesforceRecords, WhoChangedARecordIsNamed) {
    person("edit", Map{{"Id", a}, {"Fields", Map{{"Phone", "7"}}}, {"By", "Head of Sales"}});
    EXPECT_EQ(read("Account", a)["modified_by"], Value("Head of Sales"));
    ASSERT_TRUE(update("Account", a, "", {{"Phone", "8"}}));
    EXPECT_EQ(read("Account", a)["modified_by"], Value("Integration"));
}

TEST_F(SalesforceRecords, ADeletedRecordIsShownAsDeletedAndIsBackWhenItWasRestored) {
    const Value before = read("Account", a, {"Name", "Phone"});
    EXPECT_EQ(json::write(*perform("salesforce.record_delete", {{"entity", "Account"}, {"id", a}})), R"({"deleted":true})");
    EXPECT_EQ(json::write(*perform("salesforce.record_delete", {{"entity", "Account"}, {"id", a}})), R"({"deleted":true})");
    const Value gone = read("Account", a, {"Name", "Phone"});
    EXPECT_EQ(gone["found"], Value(true));
    EXPECT_EQ(gone["deleted"], Value(true));
    EXPECT_EQ(gone["merged_into"], Value());
    EXPECT_EQ(gone["fields"], before["fields"]);
    EXPECT_EQ(code_of(update("Account", a, before["version"], {{"Phone", "2"}})), "precondition_failed");
    EXPECT_EQ(code_of(update("Account", a, gone["version"], {{"Phone", "2"}})), "precondition_failed");
    EXPECT_EQ(code_of(update("Account", a, "", {{"Phone", "2"}})), "not_found");

    now_ = now_.plus_ms(60'000);
    person("undelete", Map{{"Id", a}});
    const Value back = read("Account", a, {"Name", "Phone"});
    EXPECT_EQ(back["deleted"], Value(false));
    EXPECT_TRUE(update("Account", a, back["version"], {{"Phone", "2"}}));
    EXPECT_EQ(changes("2026-02-18T10:02:00Z"), "001000000000001AAA ");
}

TEST_F(SalesforceRecords, AMergedRecordNamesTheOneItWentInto) {
    person("merge", Map{{"Id", b}, {"Others", List{a}}, {"Fields", Map{{"Phone", "9"}}}});
    const Value loser = read("Account", a);
    EXPECT_EQ(loser["deleted"], Value(true));
    EXPECT_EQ(loser["merged_into"], Value(b));
    EXPECT_EQ(field("Account", b, "Phone"), "9");
    EXPECT_EQ(field("Contact", one, "AccountId"), b);
    const Value listed = *perform("salesforce.record_deletions", {{"entity", "Account"}, {"since", "2026-02-18T10:00:30Z"}});
    EXPECT_EQ(json::write(listed), R"([{"id":"001000000000001AAA","at":"2026-02-18T10:01:00Z"}])");
}

TEST_F(SalesforceRecords, ChangesComeOldestFirstAndGoOnWhereTheLastOnesEnded) {
    now_ = now_.plus_ms(1'000);
    person("edit", Map{{"Id", c}, {"Fields", Map{{"Phone", "1"}}}});
    now_ = now_.plus_ms(1'000);
    person("edit", Map{{"Id", a}, {"Fields", Map{{"Phone", "2"}}}});
    person("edit", Map{{"Id", b}, {"Fields", Map{{"Phone", "2"}}}});
    EXPECT_EQ(changes("2026-02-18T10:01:00Z"), "001000000000003AAA 001000000000001AAA 001000000000002AAA ");
    EXPECT_EQ(changes("2026-02-18T10:01:02Z", a), "001000000000002AAA ");
    EXPECT_EQ(changes("2026-02-18T10:01:02Z", b), "");
    EXPECT_EQ(changes("2026-02-18T10:01:00Z", {}, 2), "001000000000003AAA 001000000000001AAA ");
}

TEST_F(SalesforceRecords, AllRecordsAreListedPageByPage) {
    Map input{{"entity", "Account"}, {"fields", List{"Name"}}, {"limit", 2}};
    const Value first = *perform("salesforce.record_list", input);
    EXPECT_EQ(first.at_path("rows.0.fields.Name"), Value("A"));
    EXPECT_EQ(first["next"], Value(b));
    input.set("after", first["next"]);
    const Value second = *perform("salesforce.record_list", input);
    EXPECT_EQ(second["rows"].as_list().size(), 1u);
    EXPECT_EQ(second["next"], Value());
    EXPECT_TRUE(update("Account", c, second.at_path("rows.0.version"), {{"Phone", "2"}})) << "a list guards as well as a read";
    now_ = now_.plus_ms(5'000);
    EXPECT_EQ(code_of(update("Account", c, second.at_path("rows.0.version"), {{"Phone", "3"}})), "precondition_failed");
}

TEST_F(SalesforceRecords, FieldsAreDescribed) {
    const Value fields = *perform("salesforce.record_fields", {{"entity", "Account"}});
    const auto named = [&](std::string_view name) {
        for (const Value& each : fields.as_list())
            if (each["name"] == Value(name)) return json::write(each);
        return std::string("none");
    };
    EXPECT_EQ(
        named("Name"),
        R"({"name":"Name","label":"Account Name","type":"text","length":255,"scale":0,"mandatory":true,"writable":true,"unique":false,"values":[],"restricted":false})");
    EXPECT_EQ(
        named("Zoho_Account_Id__c"),
        R"({"name":"Zoho_Account_Id__c","label":"Zoho Account Id","type":"text","length":30,"scale":0,"mandatory":false,"writable":true,"unique":true,"values":[],"restricted":false})");
    EXPECT_EQ(
        named("AnnualRevenue"),
        R"({"name":"AnnualRevenue","label":"Annual Revenue","type":"number","length":18,"scale":0,"mandatory":false,"writable":true,"unique":false,"values":[],"restricted":false})");
    EXPECT_NE(
        named("Rating").find(
            R"("type":"picklist","length":255,"scale":0,"mandatory":false,"writable":true,"unique":false,"values":["Hot","Warm","Cold"])"),
        std::string::npos)
        << named("Rating");
    EXPECT_NE(named("LastModifiedDate").find(R"("type":"time")"), std::string::npos);
    EXPECT_NE(named("LastModifiedDate").find(R"("writable":false)"), std::string::npos);
    EXPECT_NE(named("ParentId").find(R"("type":"reference")"), std::string::npos);
}

TEST_F(SalesforceRecords, CreationsTogetherAreTwoCallsAndAdoptWhatIsThere) {
    const auto input = [](std::string_view key, std::string name) {
        return Value(Map{{"entity", "Account"}, {"unique", Map{{"Zoho_Account_Id__c", key}}}, {"fields", Map{{"Name", std::move(name)}}}});
    };
    http_.calls = 0;
    const auto results =
        together("salesforce.record_create", {input("z1", "Other"), input("z2", "New"), input("z3", std::string(300, 'x'))});
    EXPECT_EQ(http_.calls, 2);
    EXPECT_EQ((*results[0])["id"], Value(a));
    EXPECT_EQ((*results[0])["created"], Value(false));
    EXPECT_EQ(field("Account", a, "Name"), "A");
    ASSERT_TRUE(results[1]) << results[1].error().to_text();
    EXPECT_EQ((*results[1])["created"], Value(true));
    EXPECT_EQ(field("Account", (*results[1])["id"].text(), "Zoho_Account_Id__c"), "z2");
    ASSERT_FALSE(results[2]);
    EXPECT_EQ(results[2].error().field, "Name");
}

TEST_F(SalesforceRecords, ADeletedRecordIsNotAdopted) {
    person("delete", Map{{"Id", a}});
    const Result<Value> made = create("z1", {{"Name", "New"}});
    ASSERT_TRUE(made) << made.error().to_text();
    EXPECT_EQ((*made)["created"], Value(true));
    EXPECT_NE((*made)["id"], Value(a));
}

}  // namespace lockstep::connectors::salesforce
