// What the connector promises to syncs, by the emulator's word: nothing here is written by hand but what is asked for.
#include <gtest/gtest.h>

#include <array>
#include <ctime>
#include <map>

#include "connector/connector.h"
#include "sandbox/sandbox.h"
#include "value/json.h"

namespace lockstep::connectors::zoho_crm {

const connector::Connector& descriptor();

namespace {

constexpr std::string_view address = "http://zoho.example";
constexpr std::int64_t start_s = 1'771'408'800;  // 2026-02-18T10:00:00Z

std::string http_date(std::time_t time) {
    std::array<char, 40> text{};
    std::tm parts{};
    gmtime_r(&time, &parts);
    return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

/// Hands requests to the emulator, without a socket, and does what a server does beside: it says what time it is.
class DirectHttp : public net::HttpClient {
public:
    DirectHttp(sandbox::Vendor& vendor, const Timestamp& now) : vendor_(vendor), now_(now) {}
    Result<net::Response> send(const net::Request& request, const net::SendOptions&) override {
        net::Request bare = request;
        bare.url = request.url.substr(address.size());
        net::Response response = vendor_.handle(bare);
        if (!response.headers.contains("Date")) response.headers.set("Date", http_date(static_cast<std::time_t>(now_.seconds)));
        ++calls[request.method + " " + bare.url.substr(0, bare.url.find('?'))];
        return response;
    }
    std::map<std::string, int> calls;

private:
    sandbox::Vendor& vendor_;
    const Timestamp& now_;
};

/// Whose time stands still but when a test moves it.
class StandingRuntime : public ThreadRuntime {
public:
    explicit StandingRuntime(const Timestamp& now) : now_(now) {}
    Timestamp now() override { return now_; }
    std::int64_t monotonic_ms() override { return now_.ms() - start_s * 1000; }

private:
    const Timestamp& now_;
};

class CrmContract : public ::testing::Test {
protected:
    CrmContract() : runtime_(now_), vendor_(sandbox::make_zoho_crm(options())), http_(*vendor_, now_) {
        const Map settings{{"client_id", "1000.CLIENT"},
                           {"client_secret", "secret"},
                           {"refresh_token", "1000.crm"},
                           {"accounts_url", std::string(address)},
                           {"webhook_secret", "a-long-webhook-secret"}};
        connection_ = *descriptor().make(
            {.name = "zoho_crm", .settings = connector::Settings(settings), .limits = {}, .runtime = runtime_, .vault = nullptr});
    }

    sandbox::Options options() {
        sandbox::Options made;
        made.clock = [this] { return now_; };
        made.addresses.zoho = std::string(address);
        made.credentials.zoho_client_id = "1000.CLIENT";
        made.credentials.zoho_client_secret = "secret";
        made.credentials.zoho_refresh_token = "1000.books";
        made.credentials.zoho_crm_refresh_token = "1000.crm";
        made.credentials.zoho_org_id = "20071234567";
        made.zoho_accounts = sandbox::make_zoho_accounts(made);
        return made;
    }

    connector::CallContext& context() {
        traces_.push_back(std::make_unique<connector::Trace>());
        contexts_.push_back(
            std::make_unique<connector::CallContext>(connector::CallContext{.runtime = runtime_,
                                                                            .http = http_,
                                                                            .trace = *traces_.back(),
                                                                            .deadline_ms = runtime_.monotonic_ms() + 60'000,
                                                                            .request_id = "0123456789abcdef0123456789abcdef",
                                                                            .first_sent = now_}));
        return *contexts_.back();
    }
    Result<Value> perform(std::string_view action, const Map& input) {
        return connection_->perform("zoho_crm." + std::string(action), Value(input), context());
    }
    std::vector<Result<Value>> jointly(std::string_view action, const std::vector<Value>& inputs) {
        const std::string name = "zoho_crm." + std::string(action);
        std::vector<connector::JointCall> calls;
        for (const Value& input : inputs) {
            EXPECT_EQ(connection_->joint_name(name, input), connection_->joint_name(name, inputs.front()));
            calls.push_back({input, context()});
        }
        return connection_->perform_jointly(name, calls);
    }
    void wait_s(std::int64_t seconds) { now_.seconds += seconds; }

    static Map create_input(const std::string& key, Map fields) {
        return {{"entity", "Accounts"}, {"unique", Map{{"Salesforce_Id", key}}}, {"fields", std::move(fields)}};
    }
    std::string made(const std::string& key, const std::string& name) {
        auto result = perform("record_create", create_input(key, {{"Account_Name", name}}));
        EXPECT_TRUE(result) << result.error().to_text();
        return result ? (*result)["id"].text() : std::string();
    }
    Map read_input(const std::string& id) const { return {{"entity", "Accounts"}, {"id", id}, {"fields", List{"Account_Name", "Phone"}}}; }
    Value read(const std::string& id) {
        auto result = perform("record_read", read_input(id));
        EXPECT_TRUE(result) << result.error().to_text();
        return result ? *result : Value();
    }
    static Map update_input(const std::string& id, const Value& version, Map fields) {
        return {{"entity", "Accounts"}, {"id", id}, {"version", version}, {"fields", std::move(fields)}};
    }

    Timestamp now_{.seconds = start_s};
    StandingRuntime runtime_;
    std::unique_ptr<sandbox::Vendor> vendor_;
    DirectHttp http_;
    std::unique_ptr<connector::Connection> connection_;
    std::vector<std::unique_ptr<connector::Trace>> traces_;
    std::vector<std::unique_ptr<connector::CallContext>> contexts_;
};

}  // namespace

TEST_F(CrmContract, ARecordIsMadeOnceReadChangedAndDeleted) {
    const std::string id = made("001000000000001AAA", "Acme");
    EXPECT_EQ(made("001000000000001AAA", "Another name"), id) << "adopted";
    wait_s(1);
    Value record = read(id);
    EXPECT_EQ(record["fields"], Value(Map{{"Account_Name", "Acme"}, {"Phone", Value()}})) << "and nothing of it changed";

    auto changed = perform("record_update", update_input(id, record["version"], {{"Phone", "+49 30 1"}}));
    ASSERT_TRUE(changed) << changed.error().to_text();
    EXPECT_EQ((*changed)["modified_at"], Value("2026-02-18T10:00:01Z"));
    EXPECT_EQ(read(id)["fields"]["Phone"], Value("+49 30 1"));

    EXPECT_EQ(*perform("record_delete", {{"entity", "Accounts"}, {"id", id}}), Value(Map{{"deleted", true}}));
    EXPECT_EQ(*perform("record_delete", {{"entity", "Accounts"}, {"id", id}}), Value(Map{{"deleted", true}})) << "it was gone";
    record = read(id);
    EXPECT_EQ(record["found"], Value(true));
    EXPECT_EQ(record["deleted"], Value(true));
    EXPECT_EQ(read("4150868000000999999")["found"], Value(false));
}

TEST_F(CrmContract, AnUpdateOfWhatSomebodyElseHasChangedIsRefusedAndNothingIsLost) {
    const std::string id = made("001000000000001AAA", "Acme");
    wait_s(5);
    const Value mine = read(id), theirs = read(id);
    ASSERT_TRUE(perform("record_update", update_input(id, theirs["version"], {{"Phone", "theirs"}})));
    auto refused = perform("record_update", update_input(id, mine["version"], {{"Phone", "mine"}}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::precondition_failed) << refused.error().to_text();
    EXPECT_EQ(read(id)["fields"]["Phone"], Value("theirs"));
}

TEST_F(CrmContract, WhatWasChangedInTheSecondOfReadingIsReadAgainBeforeItIsWritten) {
    const std::string id = made("001000000000001AAA", "Acme");
    const Value record = read(id);
    auto early = perform("record_update", update_input(id, record["version"], {{"Phone", "1"}}));
    ASSERT_FALSE(early);
    EXPECT_EQ(early.error().code, ErrorCode::precondition_failed);
    wait_s(1);
    EXPECT_TRUE(perform("record_update", update_input(id, read(id)["version"], {{"Phone", "1"}})));
}

TEST_F(CrmContract, AHundredAreMadeReadAndChangedByOneRequestEach) {
    std::vector<Value> creates;
    for (int i = 0; i < 100; ++i)
        creates.push_back(create_input("001" + std::to_string(100'000'000'000'000 + i), {{"Account_Name", "A" + std::to_string(i)}}));
    std::vector<std::string> ids;
    for (const auto& result : jointly("record_create", creates)) {
        ASSERT_TRUE(result) << result.error().to_text();
        EXPECT_EQ((*result)["created"], Value(true));
        ids.push_back((*result)["id"].text());
    }
    for (const auto& result : jointly("record_create", creates)) EXPECT_EQ((*result)["created"], Value(false));
    wait_s(2);
    std::vector<Value> reads, updates;
    for (const std::string& id : ids) reads.push_back(read_input(id));
    for (const auto& result : jointly("record_read", reads)) {
        ASSERT_TRUE(result) << result.error().to_text();
        updates.push_back(update_input((*result)["id"].text(), (*result)["version"], {{"Phone", "1"}}));
    }
    ASSERT_TRUE(perform("record_update", update_input(ids[7], Value(), {{"Phone", "theirs"}})));
    const auto results = jointly("record_update", updates);
    for (std::size_t i = 0; i < results.size(); ++i)
        if (i == 7)
            EXPECT_EQ(results[i].error().code, ErrorCode::precondition_failed) << "guarded though there are a hundred";
        else
            EXPECT_TRUE(results[i]) << results[i].error().to_text();
    EXPECT_EQ(http_.calls["POST /crm/v8/Accounts"], 1);
    EXPECT_EQ(http_.calls["GET /crm/v8/Accounts"], 1);
    EXPECT_EQ(http_.calls["PUT /crm/v8/Accounts"], 2) << "one of them was somebody else's";
}

TEST_F(CrmContract, RefusalsNameTheFieldAndTouchNoOther) {
    const std::string first = made("001000000000001AAA", "Acme"), second = made("001000000000002AAA", "Beta"),
                      third = made("001000000000003AAA", "Gamma");
    const auto results = jointly(
        "record_update", {update_input(first, Value(), {{"Account_Name", Value()}}), update_input(second, Value(), {{"Phone", "1"}}),
                          update_input(third, Value(), {{"Phone", std::string(31, '1')}})});
    EXPECT_EQ(results[0].error().code, ErrorCode::vendor_rejected);
    EXPECT_EQ(results[0].error().field, "Account_Name");
    EXPECT_TRUE(results[1]);
    EXPECT_EQ(results[2].error().field, "Phone");
    auto taken = perform("record_update", update_input(first, Value(), {{"Salesforce_Id", "001000000000002AAA"}}));
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().field, "Salesforce_Id") << taken.error().to_text();
    auto missing = perform("record_create", create_input("001000000000009AAA", {{"Phone", "1"}}));
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::vendor_rejected);
    EXPECT_NE(missing.error().message.find("Account_Name is mandatory"), std::string::npos) << missing.error().message;
}

TEST_F(CrmContract, ChangesDeletionsAndListsAreComplete) {
    const std::string since = format_timestamp(now_);
    std::vector<Value> creates;
    for (int i = 0; i < 100; ++i)
        creates.push_back(create_input("001" + std::to_string(100'000'000'000'000 + i), {{"Account_Name", "A" + std::to_string(i)}}));
    (void)jointly("record_create", creates);
    for (Value& create : creates)
        create = create_input("002" + create["unique"]["Salesforce_Id"].text().substr(3), {{"Account_Name", "B"}});
    (void)jointly("record_create", creates);
    wait_s(1);
    for (Value& create : creates)
        create = create_input("003" + create["unique"]["Salesforce_Id"].text().substr(3), {{"Account_Name", "C"}});
    (void)jointly("record_create", creates);

    auto all = perform("record_changes", {{"entity", "Accounts"}, {"since", since}, {"limit", 1000}});
    ASSERT_TRUE(all) << all.error().to_text();
    ASSERT_EQ(all->as_list().size(), 300u);
    auto part = perform("record_changes", {{"entity", "Accounts"}, {"since", since}, {"after", all->at_path("149.id")}, {"limit", 1000}});
    ASSERT_TRUE(part) << part.error().to_text();
    EXPECT_EQ(*part, Value(List(all->as_list().begin() + 150, all->as_list().end())));

    std::size_t listed = 0;
    Value after;
    do {
        Map input{{"entity", "Accounts"}, {"fields", List{"Account_Name"}}, {"limit", 130}};
        if (!after.is_null()) input.set("after", after);
        auto page = perform("record_list", input);
        ASSERT_TRUE(page) << page.error().to_text();
        listed += (*page)["rows"].as_list().size();
        after = (*page)["next"];
    } while (!after.is_null());
    EXPECT_EQ(listed, 300u);

    wait_s(1);
    const std::string id = all->at_path("0.id").text();
    ASSERT_TRUE(perform("record_delete", {{"entity", "Accounts"}, {"id", id}}));
    auto deletions = perform("record_deletions", {{"entity", "Accounts"}, {"since", format_timestamp(now_)}});
    ASSERT_TRUE(deletions) << deletions.error().to_text();
    EXPECT_EQ(*deletions, Value(List{Map{{"id", id}, {"at", format_timestamp(now_)}}}));
    EXPECT_EQ(perform("record_deletions", {{"entity", "Accounts"}, {"since", format_timestamp(now_.plus_ms(1000))}})->as_list().size(), 0u);
}

TEST_F(CrmContract, FieldsAreDescribed) {
    auto fields = perform("record_fields", {{"entity", "Accounts"}});
    ASSERT_TRUE(fields) << fields.error().to_text();
    std::map<std::string, Value> by_name;
    for (const Value& field : fields->as_list()) by_name[field["name"].text()] = field;
    EXPECT_EQ(by_name["Account_Name"]["mandatory"], Value(true));
    EXPECT_EQ(by_name["Salesforce_Id"]["unique"], Value(true));
    EXPECT_EQ(by_name["Phone"]["length"], Value(30));
    EXPECT_EQ(by_name["Parent_Account"]["type"], Value("reference"));
    EXPECT_EQ(by_name["Modified_Time"]["writable"], Value(false));
}

TEST_F(CrmContract, AReferenceIsReadAndWrittenAsAnId) {
    const std::string parent = made("001000000000001AAA", "Top"), child = made("001000000000002AAA", "Below");
    auto changed = perform("record_update", update_input(child, Value(), {{"Parent_Account", parent}}));
    ASSERT_TRUE(changed) << changed.error().to_text();
    EXPECT_EQ(perform("record_read", {{"entity", "Accounts"}, {"id", child}, {"fields", List{"Parent_Account"}}})
                  ->at_path("fields.Parent_Account"),
              Value(parent));
}

TEST_F(CrmContract, AChannelIsOpenedAndRenewedAndWhatItTellsIsTaken) {
    const Map input{{"entity", "Accounts"}, {"notify_url", "http://hub.example/webhook/zoho/account"}, {"channel_id", "1000000068001"}};
    auto watched = perform("watch", input);
    ASSERT_TRUE(watched) << watched.error().to_text();
    EXPECT_EQ((*watched)["renewed"], Value(true));
    auto again = perform("watch", input);
    ASSERT_TRUE(again) << again.error().to_text();
    EXPECT_EQ((*again)["renewed"], Value(false)) << "it has long to live";
    wait_s(14 * 3600);
    again = perform("watch", input);
    ASSERT_TRUE(again) << again.error().to_text();
    EXPECT_EQ((*again)["renewed"], Value(true));

    const std::string id = made("001000000000001AAA", "Acme");
    auto outgoing = vendor_->take_outgoing();
    ASSERT_TRUE(outgoing) << "channels tell of every write";
    auto delivery = connection_->receive(outgoing->request);
    ASSERT_TRUE(delivery) << delivery.error().to_text();
    EXPECT_EQ(delivery->front().topic, "Accounts");
    EXPECT_EQ(delivery->front().body["id"], Value(id));
}

TEST_F(CrmContract, UpsertsEnsuresAndFindsWork) {
    auto first = perform(
        "upsert",
        {{"entity", "Accounts"}, {"unique", Map{{"Salesforce_Id", "001000000000001AAA"}}}, {"fields", Map{{"Account_Name", "Acme"}}}});
    ASSERT_TRUE(first) << first.error().to_text();
    EXPECT_EQ((*first)["created"], Value(true));
    auto second = perform(
        "upsert", {{"entity", "Accounts"}, {"unique", Map{{"Salesforce_Id", "001000000000001AAA"}}}, {"fields", Map{{"Phone", "2"}}}});
    ASSERT_TRUE(second) << second.error().to_text();
    EXPECT_EQ((*second)["created"], Value(false));
    auto found = perform("find", {{"entity", "Accounts"}, {"id", (*first)["id"]}});
    ASSERT_TRUE(found) << found.error().to_text();
    EXPECT_EQ((*found)["Phone"], Value("2"));
    auto none = perform("find", {{"entity", "Accounts"}, {"id", "4150868000000999999"}});
    ASSERT_TRUE(none) << none.error().to_text();
    EXPECT_TRUE(none->is_null());
    auto rows = perform("query", {{"query", "select id from Accounts where Salesforce_Id = '001000000000001AAA' limit 0, 5"}});
    ASSERT_TRUE(rows) << rows.error().to_text();
    EXPECT_EQ(rows->as_list().size(), 1u);
}

}  // namespace lockstep::connectors::zoho_crm
