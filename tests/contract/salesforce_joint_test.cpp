// Calls of Salesforce that are made together get exactly what each gets alone, by the emulator's word: results, order of
// rows, error codes, messages and fields.
#include <gtest/gtest.h>

#include <deque>

#include "connector/connector.h"
#include "connectors/salesforce/connection.h"
#include "sandbox/sandbox.h"
#include "tests/page.h"
#include "value/json.h"
#include "value/yaml.h"

namespace lockstep::connectors::salesforce {
namespace {

constexpr std::string_view address = "http://127.0.0.1:4010";

/// Hands requests to the emulator, without a socket.
class DirectHttp : public net::HttpClient {
public:
    explicit DirectHttp(sandbox::Vendor& vendor) : vendor_(vendor) {}
    Result<net::Response> send(const net::Request& request, const net::SendOptions&) override {
        ++calls;
        net::Request bare = request;
        bare.url = request.url.substr(address.size());
        return vendor_.handle(bare);
    }
    int calls = 0;

private:
    sandbox::Vendor& vendor_;
};

class TogetherAndAlone : public ::testing::Test {
protected:
    TogetherAndAlone() : vendor_(sandbox::make_salesforce(options())), http_(*vendor_) {
        const auto& keys = credentials().credentials;
        Map settings{{"client_id", keys.sf_client_id}, {"client_secret", keys.sf_client_secret}, {"login_url", address}};
        connection_ = *SalesforceConnection::make({"salesforce", connector::Settings(std::move(settings)), {}, runtime_, nullptr});
        load("Account",
             R"([{"Id":"001000000000001AAA","Name":"A"},{"Id":"001000000000002AAA","Name":"B"},{"Id":"001000000000003AAA","Name":"C"}])");
        load("Contact", R"([
            {"Id":"003000000000001AAA","LastName":"One","AccountId":"001000000000001AAA","Email":"one@a.example"},
            {"Id":"003000000000002AAA","LastName":"Two","AccountId":"001000000000002AAA","Email":"two@b.example"},
            {"Id":"003000000000003AAA","LastName":"Three","AccountId":"001000000000001AAA","Email":"three@a.example"},
            {"Id":"003000000000004AAA","LastName":"Four","AccountId":"001000000000001AAA"}])");
        load("Product2",
             R"([{"Id":"01t000000000001AAA","Name":"P"},{"Id":"01t000000000002AAA","Name":"Q"},{"Id":"01t000000000003AAA","Name":"R"}])");
    }

    static const sandbox::GeneratedCredentials& credentials() {
        static const sandbox::GeneratedCredentials made = *sandbox::generate_credentials();
        return made;
    }
    static sandbox::Options options() {
        sandbox::Options out;
        out.clock = [] { return *parse_timestamp("2026-02-18T10:00:00Z"); };
        out.addresses.salesforce = address;
        out.credentials = credentials().credentials;
        return out;
    }
    void load(std::string_view object, std::string_view records) {
        ASSERT_TRUE(vendor_->load(object, json::parse(records)->as_list()).has_value());
    }

    struct Made {
        std::vector<std::string> texts;
        int calls = 0;
    };
    static std::string text_of(const Result<Value>& result) {
        return result ? json::write(*result)
                      : result.error().to_text() + " [" + result.error().vendor_code + ", " + result.error().field + "]";
    }
    Made alone(std::string_view action, const std::vector<Value>& inputs) {
        Made made;
        const int before = http_.calls;
        for (const Value& input : inputs) {
            connector::Trace trace;
            connector::CallContext context{
                .runtime = runtime_, .http = http_, .trace = trace, .deadline_ms = runtime_.monotonic_ms() + 60'000};
            made.texts.push_back(text_of(connection_->perform(action, input, context)));
        }
        made.calls = http_.calls - before;
        return made;
    }
    Made together(std::string_view action, const std::vector<Value>& inputs) {
        std::deque<connector::Trace> traces(inputs.size());
        std::deque<connector::CallContext> contexts;
        std::vector<connector::JointCall> calls;
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            contexts.push_back({.runtime = runtime_, .http = http_, .trace = traces[i], .deadline_ms = runtime_.monotonic_ms() + 60'000});
            calls.push_back({inputs[i], contexts.back()});
        }
        Made made;
        const int before = http_.calls;
        for (const Result<Value>& result : connection_->perform_jointly(action, calls)) made.texts.push_back(text_of(result));
        made.calls = http_.calls - before;
        return made;
    }
    void expect_same(std::string_view action, const std::vector<Value>& inputs, int calls_most) {
        for (const Value& input : inputs) ASSERT_NE(connection_->joint_name(action, input), "") << json::write(input);
        (void)alone("salesforce.get", {Map{{"object", "Account"}, {"id", "001000000000001AAA"}}});  // signs in
        const Made one_by_one = alone(action, inputs);
        const Made at_once = together(action, inputs);
        EXPECT_EQ(at_once.texts, one_by_one.texts);
        EXPECT_LE(at_once.calls, calls_most);
    }

    ThreadRuntime runtime_;
    std::unique_ptr<sandbox::Vendor> vendor_;
    DirectHttp http_;
    std::unique_ptr<connector::Connection> connection_;
};

Value ask(std::string_view soql, std::string_view id) { return Map{{"soql", soql}, {"bind", Map{{"id", id}}}}; }

Value stock(std::string_view id, Value value) {
    return Map{{"object", "Product2"}, {"id", id}, {"fields", Map{{"Available_Stock__c", std::move(value)}}}};
}

/// The query of a step of a flow, with what is computed in it.
std::string soql_of(const Value& flow, std::string_view step) {
    for (const Value& each : flow["steps"].as_list()) {
        if (each["id"].text() != step) continue;
        std::string soql = each.at_path("with.soql").text();
        for (std::size_t at = 0; (at = soql.find("${", at)) != std::string::npos;)
            soql.replace(at, soql.find(" }", at) + 2 - at, "CurrencyIsoCode, ");
        return soql;
    }
    return {};
}

}  // namespace

TEST_F(TogetherAndAlone, TheQueriesOfABurstOfDeals) {
    const Result<yaml::Node> flow = yaml::parse(lockstep::testing::read_project_file("flows/deal-closed.yaml"));
    ASSERT_TRUE(flow);
    const Value all = flow->to_value();
    for (std::string_view step : {"deal", "account_contacts"}) {
        const std::string soql = soql_of(all, step);
        const Value input = Map{{"soql", soql}, {"bind", Map{{step == "deal" ? "id" : "account", "001000000000001AAA"}}}};
        EXPECT_NE(connection_->joint_name("salesforce.query", input), "") << step << ": " << soql;
    }
}

TEST_F(TogetherAndAlone, QueriesOfOneRecordEach) {
    constexpr std::string_view soql = "SELECT Name, (SELECT LastName FROM Contacts ORDER BY LastName DESC) FROM Account WHERE Id = :id";
    expect_same(
        "salesforce.query_one",
        {ask(soql, "001000000000001AAA"), ask(soql, "001000000000009AAA"), ask(soql, "001000000000002"), ask(soql, "001000000000003AAA")},
        1);
}

TEST_F(TogetherAndAlone, QueriesOfSeveralRecordsEach) {
    constexpr std::string_view soql = "SELECT Email FROM Contact WHERE AccountId = :id AND Email != null ORDER BY CreatedDate, Id";
    expect_same("salesforce.query", {ask(soql, "001000000000001AAA"), ask(soql, "001000000000002AAA"), ask(soql, "001000000000003AAA")}, 1);
}

TEST_F(TogetherAndAlone, QueriesThatAreRefused) {
    for (std::string_view soql : {"SELECT Nmae FROM Account WHERE Id = :id", "SELECT Name FROM Acount WHERE Id = :id",
                                  "SELECT Name FROM Account WHERE Id = :id AND Name = ", "SELECT Name FROM Account WHERE NoId = :id"})
        expect_same("salesforce.query", {ask(soql, "001000000000001AAA"), ask(soql, "001000000000002AAA"), ask(soql, "001000000000003AAA")},
                    2);
}

TEST_F(TogetherAndAlone, Updates) {
    expect_same("salesforce.update", {stock("01t000000000001AAA", 1), stock("01t000000000002", 2), stock("01t000000000003AAA", nullptr)},
                1);
    expect_same("salesforce.update", {stock("01t000000000001AAA", 1), stock("01t000000000009AAA", 2), stock("01t000000000003AAA", 3)}, 2);
    expect_same("salesforce.update", {stock("01t000000000001AAA", 1), stock("01t000000000002AAA", "lots"), stock("01t000000000003AAA", 3)},
                5);
    expect_same("salesforce.update",
                {stock("01t000000000001AAA", 1),
                 Map{{"object", "Product2"}, {"id", "01t000000000002AAA"}, {"fields", Map{{"Name", std::string(300, 'x')}}}},
                 Map{{"object", "Product2"}, {"id", "01t000000000003AAA"}, {"fields", Map{{"Name", nullptr}}}}},
                1);
    const auto unknown = [](std::string_view id) {
        return Value(Map{{"object", "Product2"}, {"id", id}, {"fields", Map{{"No_Such__c", 1}}}});
    };
    expect_same("salesforce.update", {unknown("01t000000000001AAA"), unknown("01t000000000002AAA"), unknown("01t000000000003AAA")}, 1);
}

TEST_F(TogetherAndAlone, UpsertsOfRecordsThatAreThere) {
    const auto upsert = [](std::string_view key, std::string name) {
        return Value(
            Map{{"object", "Account"}, {"external_id", "External_Id__c"}, {"value", key}, {"fields", Map{{"Name", std::move(name)}}}});
    };
    const std::vector<Value> inputs = {upsert("k1", "A"), upsert("k2", std::string(300, 'x')), upsert("k3", "C")};
    const Made first = together("salesforce.upsert", inputs);
    EXPECT_NE(first.texts[0].find("\"created\":true"), std::string::npos) << first.texts[0];
    expect_same("salesforce.upsert", inputs, 1);
}

TEST_F(TogetherAndAlone, HalfOfThemRefused) {
    load("settings", R"([{"collection_refuse_every":2,"collection_refuse_with":"UNABLE_TO_LOCK_ROW"}])");
    const Made made =
        together("salesforce.update", {stock("01t000000000001AAA", 1), stock("01t000000000002AAA", 2), stock("01t000000000003AAA", 3)});
    EXPECT_EQ(made.texts[0], R"({"id":"01t000000000001AAA","changed":true})");
    EXPECT_TRUE(made.texts[1].starts_with("record_locked")) << made.texts[1];
    EXPECT_EQ(made.texts[2], R"({"id":"01t000000000003AAA","changed":true})");
}

}  // namespace lockstep::connectors::salesforce
