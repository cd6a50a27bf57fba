// Syncs as an administrator uses them: plan, backfill, one record now, history, on the command line with real processes.
#include "company.h"
#include "page.h"

namespace lockstep::testing {
namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

Value parsed(const Finished& finished) {
    auto value = json::parse(finished.out);
    require(value.has_value(), "not JSON: " + finished.out + finished.err);
    return *value;
}

/// Requests that change something; Zoho CRM's queries are POSTs, too.
std::int64_t writes(const Landscape& landscape) {
    const Value calls = landscape.control("GET", "/calls")["calls"];
    std::int64_t total = 0;
    for (const Value& call : calls.as_list()) {
        const std::string route = call["route"].text();
        if (call["method"].text() != "GET" && !has(route, "token") && !has(route, "coql")) total += call["count"].as_int();
    }
    return total;
}

std::string crm_id(int serial) { return fmt::format("5725767000000{:06}", serial); }

/// Accounts that are on one side only, one that is on both by its website, and one that is nearly the same.
void load_accounts(const Landscape& landscape) {
    landscape.load("salesforce/Account",
                   {Map{{"Id", account_id(1)}, {"Name", "Northwind"}, {"Website", "https://northwind.example"}, {"Phone", "+49 30 111111"}},
                    Map{{"Id", account_id(2)}, {"Name", "Weber Bau GmbH"}, {"Phone", "+49 30 7654321"}, {"BillingCity", "Berlin"}},
                    Map{{"Id", account_id(3)}, {"Name", "Contoso"}}});
    landscape.load("zoho_crm/Accounts",
                   {Map{{"id", crm_id(1)}, {"Account_Name", "Northwind"}, {"Website", "https://northwind.example"}},
                    Map{{"id", crm_id(2)}, {"Account_Name", "Weber Bau"}, {"Phone", "030 7654321"}, {"Billing_City", "Berlin"}}});
}

Value record(const List& records, const char* name, const std::string& value) {
    for (const Value& its : records)
        if (its[name].text() == value) return its;
    return {};
}

TEST(Syncs, APlanTouchesNothingAndTheBackfillDoesWhatItSays) {
    Landscape landscape;
    load_accounts(landscape);
    const Finished shown = landscape.lockstep({"plan", "accounts", "--json"});
    ASSERT_EQ(shown.exit, 0) << shown.err;
    const Value plan = parsed(shown);
    EXPECT_EQ(plan["counts"]["link"], Value(1)) << shown.out;
    EXPECT_EQ(plan["counts"]["proposals"], Value(1));
    EXPECT_EQ(plan["counts"]["create_right"], Value(1));
    EXPECT_EQ(plan["counts"]["change_right"], Value(1));
    EXPECT_EQ(writes(landscape), 0);
    const std::string proposal = plan["proposals"].as_list()[0]["id"].text();

    const Finished accepted = landscape.lockstep({"plan", "accounts", "--accept", proposal});
    EXPECT_EQ(accepted.exit, 0) << accepted.err;
    EXPECT_TRUE(has(accepted.out, "1 accepted")) << accepted.out;
    EXPECT_EQ(writes(landscape), 0);

    const Finished filled = landscape.lockstep({"backfill", "accounts", "--json"});
    EXPECT_EQ(filled.exit, 0) << filled.out << filled.err;
    const Value tally = parsed(filled);
    EXPECT_EQ(tally["linked"], Value(2)) << filled.out;
    EXPECT_EQ(tally["created"], Value(1)) << filled.out;
    const List accounts = landscape.state("zoho_crm/Accounts");
    EXPECT_EQ(accounts.size(), 3u);
    EXPECT_EQ(record(accounts, "id", crm_id(1))["Phone"].text(), "+49 30 111111");
    EXPECT_EQ(record(accounts, "id", crm_id(2))["Salesforce_Id"].text(), account_id(2));
    EXPECT_EQ(record(landscape.state("salesforce/Account"), "Id", account_id(1))["Zoho_Account_Id__c"].text(), crm_id(1));

    const std::int64_t before = writes(landscape);
    const Finished again = landscape.lockstep({"backfill", "accounts", "--json"});
    EXPECT_EQ(again.exit, 0) << again.err;
    EXPECT_EQ(parsed(again)["linked"], Value(0));
    EXPECT_EQ(writes(landscape), before) << "what is linked is left alone";
}

TEST(Syncs, ABackfillThatWasKilledGoesOnAndMakesNothingTwice) {
    Landscape landscape;
    List accounts;
    for (int i = 1; i <= 60; ++i) accounts.push_back(Map{{"Id", account_id(i)}, {"Name", fmt::format("Partner {:03} {}", i, i * 7919)}});
    landscape.load("salesforce/Account", std::move(accounts));
    {
        Process backfill(Process::Options{.arguments = landscape.command({"backfill", "accounts", "--in-flight", "5"}),
                                          .folder = landscape.folder().path(),
                                          .name = "backfill"});
        ASSERT_TRUE(wait_until(60'000, [&] { return landscape.state("zoho_crm/Accounts").size() >= 5 || !backfill.is_running(); }, 20));
        backfill.kill();
    }
    const Finished rest = landscape.lockstep({"backfill", "accounts"});
    EXPECT_EQ(rest.exit, 0) << rest.out << rest.err;
    std::set<std::string> partners;
    for (const Value& its : landscape.state("zoho_crm/Accounts")) partners.insert(its["Salesforce_Id"].text());
    EXPECT_EQ(partners.size(), 60u);
    EXPECT_EQ(landscape.state("zoho_crm/Accounts").size(), 60u);
}

TEST(Syncs, ARecordIsRunThroughTheEngineAndItsHistoryShown) {
    Landscape landscape;
    landscape.load("salesforce/Account", {Map{{"Id", account_id(1)}, {"Name", "Contoso"}, {"Phone", "1234567"}}});
    const Finished alone = landscape.lockstep({"sync", "run", "accounts", account_id(1)});
    EXPECT_EQ(alone.exit, 1);
    EXPECT_TRUE(has(alone.err, "start `lockstep serve`")) << alone.err;
    landscape.start_serve();
    const Finished done = landscape.lockstep({"sync", "run", "accounts", account_id(1).substr(0, 15), "--json"});
    ASSERT_EQ(done.exit, 0) << done.out << done.err;
    const Value outcome = parsed(done);
    EXPECT_EQ(outcome["left_id"].text(), account_id(1)) << "15 and 18 characters are the same record";
    const std::string right = outcome["right_id"].text();
    EXPECT_EQ(record(landscape.state("zoho_crm/Accounts"), "id", right)["Phone"].text(), "1234567");
    const Finished history = landscape.lockstep({"records", "show", right});
    EXPECT_EQ(history.exit, 0) << history.err;
    EXPECT_TRUE(has(history.out, "Phone: (empty) → \"1234567\"")) << history.out;
    const Finished by_left = landscape.lockstep({"records", "show", account_id(1).substr(0, 15)});
    EXPECT_EQ(by_left.out, history.out) << by_left.err;
    const Finished status = landscape.lockstep({"conflicts"});
    EXPECT_TRUE(has(status.out, "nothing waits to be decided")) << status.out << status.err;
}

/// The sync alone, parking what both sides changed, and asking the vendors for nothing by itself.
struct ParkingSync {
    TemporaryFolder folder;
    std::unique_ptr<Landscape> landscape;

    ParkingSync() {
        std::string text = read_project_file("flows/accounts.yaml");
        const std::string policy = "conflict: newest";
        text.replace(text.find(policy), policy.size(), "conflict: park");
        std::ofstream(folder.file("accounts.yaml")) << text;
        std::ofstream(folder.file("lockstep.yaml"))
            << "connections:\n"
               "  salesforce: { client_id: \"${env.SF_CLIENT_ID}\", private_key_path: \"${env.SF_PRIVATE_KEY_PATH}\", "
               "username: \"${env.SF_USERNAME}\", login_url: \"${env.SF_LOGIN_URL}\" }\n"
               "  zoho_crm: { client_id: \"${env.ZOHO_CLIENT_ID}\", client_secret: \"${env.ZOHO_CLIENT_SECRET}\", refresh_token: "
               "\"${env.ZOHO_CRM_REFRESH_TOKEN}\", accounts_url: \"${env.ZOHO_ACCOUNTS_URL}\", api_url: \"${env.ZOHO_API_URL}\" }\n"
               "flows:\n  accounts: { file: accounts.yaml, sweep: \"off\" }\n";
        landscape = std::make_unique<Landscape>(Landscape::Options{.config = folder.file("lockstep.yaml")});
        load_accounts(*landscape);
        landscape->start_serve();
    }
};

TEST(Syncs, ABackfillGoesThroughTheEngineAndAConflictIsDecided) {
    const ParkingSync its;
    const Landscape& landscape = *its.landscape;
    const Finished filled = landscape.lockstep({"backfill", "accounts", "--json"});
    ASSERT_EQ(filled.exit, 0) << filled.out << filled.err;
    EXPECT_EQ(parsed(filled)["linked"], Value(1)) << filled.out;
    EXPECT_EQ(parsed(filled)["created"], Value(1)) << filled.out;
    EXPECT_EQ(parsed(filled)["left_out"], Value(1)) << "a proposal waits for a person";

    landscape.load("salesforce/Account", {Map{{"Id", account_id(1)}, {"Phone", "+49 1"}}});
    landscape.load("zoho_crm/Accounts", {Map{{"id", crm_id(1)}, {"Phone", "+49 2"}}});
    const Finished parked = landscape.lockstep({"sync", "run", "accounts", account_id(1)});
    EXPECT_EQ(parked.exit, 1);
    EXPECT_TRUE(has(parked.out, "both sides changed Phone")) << parked.out << parked.err;
    const Value conflicts = parsed(landscape.lockstep({"conflicts", "--json"}));
    ASSERT_EQ(conflicts.as_list().size(), 1u) << json::write(conflicts);
    const std::string run = conflicts.as_list()[0]["run"].text();
    const Finished shown = landscape.lockstep({"conflicts", "show", run});
    for (const char* value : {"agreed before  \"+49 30 111111\"", "left           \"+49 1\"", "right          \"+49 2\""})
        EXPECT_TRUE(has(shown.out, value)) << shown.out;

    const Finished decided = landscape.lockstep({"conflicts", "decide", run, "--field", "Phone=+49 3"});
    EXPECT_EQ(decided.exit, 0) << decided.out << decided.err;
    EXPECT_EQ(record(landscape.state("zoho_crm/Accounts"), "id", crm_id(1))["Phone"].text(), "+49 3");
    EXPECT_EQ(record(landscape.state("salesforce/Account"), "Id", account_id(1))["Phone"].text(), "+49 3");
    EXPECT_TRUE(has(landscape.lockstep({"audit", run}).out, "decide"));
    EXPECT_TRUE(has(landscape.lockstep({"conflicts", "--all"}).out, "took value (decided)"));
}

TEST(Syncs, ADecisionWithoutAnEngineWaitsInTheStore) {
    const ParkingSync its;
    Landscape& landscape = *its.landscape;
    landscape.load("salesforce/Account", {Map{{"Id", account_id(1)}, {"Phone", "+49 1"}, {"Zoho_Account_Id__c", crm_id(1)}}});
    landscape.load("zoho_crm/Accounts", {Map{{"id", crm_id(1)}, {"Phone", "+49 2"}}});
    EXPECT_EQ(landscape.lockstep({"sync", "run", "accounts", account_id(1)}).exit, 1);
    ASSERT_EQ(landscape.stop_serve(), 0);
    const std::string run = parsed(landscape.lockstep({"conflicts", "--json"})).as_list().at(0)["run"].text();
    const Finished decided = landscape.lockstep({"conflicts", "decide", run, "right"});
    EXPECT_EQ(decided.exit, 0) << decided.err;
    EXPECT_TRUE(has(decided.out, "will go on when `lockstep serve` is started")) << decided.out;
    EXPECT_TRUE(has(landscape.lockstep({"audit", run}).out, "decide"));
    landscape.start_serve();
    EXPECT_EQ(landscape.wait_for(run)["status"].text(), "succeeded");
    EXPECT_EQ(record(landscape.state("salesforce/Account"), "Id", account_id(1))["Phone"].text(), "+49 2");
}

TEST(Syncs, ThePageNamesOnlyOptionsThatThereAre) {
    const TemporaryFolder folder;
    std::string helps;
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
             {"sync", "run"}, {"run"}, {"conflicts"}, {"conflicts", "decide"}, {"plan"}, {"backfill"}, {"records", "show"}}) {
        std::vector<std::string> arguments = {program()};
        arguments.insert(arguments.end(), words.begin(), words.end());
        arguments.emplace_back("--help");
        helps += run_to_end({.arguments = arguments, .folder = folder.path()}).out;
    }
    const std::string page = read_project_file("docs/syncs.md");
    for (std::size_t at = 0; (at = page.find(" --", at)) != std::string::npos; ++at) {
        const std::size_t end = page.find_first_not_of("abcdefghijklmnopqrstuvwxyz-", at + 1);
        const std::string option = page.substr(at + 1, end - at - 1);
        EXPECT_TRUE(option.size() <= 2 || option[2] == '-' || has(helps, option)) << option;
    }
}

TEST(Syncs, MistakesInWordsAreNamed) {
    Landscape landscape;
    load_accounts(landscape);
    struct Case {
        std::vector<std::string> words;
        int exit;
        std::string says;
    };
    for (const auto& its :
         {Case{{"plan", "acounts"}, 1, "there is no such sync: acounts (did you mean `accounts`?)"},
          Case{{"backfill", "acounts"}, 1, "there is no such sync: acounts (did you mean `accounts`?)"},
          Case{{"plan", "accounts", "--accept", "nobody"}, 1, "there is no proposal that is still to be decided: nobody"},
          Case{{"plan", "accounts", "--min-score", "90"}, 2, "--min-score goes with --accept all"},
          Case{{"conflicts", "--sync", "acounts"}, 1, "there is no such sync: acounts (did you mean `accounts`?)"},
          Case{{"sync", "run", "accounts"}, 2, "name one record"}, Case{{"conflicts", "decide", "01NOSUCHRUN"}, 2, "say what is decided"},
          Case{
              {"conflicts", "decide", "01NOSUCHRUN", "--field", "Phone"}, 2, "--field is FIELD=left, FIELD=right or FIELD=VALUE: Phone"}}) {
        const Finished refused = landscape.lockstep(its.words);
        EXPECT_EQ(refused.exit, its.exit) << its.words[0] << refused.out << refused.err;
        EXPECT_TRUE(has(refused.err, its.says)) << refused.err;
    }
}

}  // namespace
}  // namespace lockstep::testing
