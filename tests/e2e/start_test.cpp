// How `lockstep` starts, refuses to start, and stops.
#include "company.h"

namespace lockstep::testing {
namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// Runs `lockstep WORDS…` in an empty folder with these environment names and files.
Finished run_alone(const std::vector<std::string>& words, const std::map<std::string, std::string>& environment = {},
                   const std::map<std::string, std::string>& files = {}) {
    const TemporaryFolder folder;
    for (const auto& [name, text] : files) write_file(folder.file(name), text);
    Process::Options options{.arguments = {program()}, .folder = folder.path()};
    options.arguments.insert(options.arguments.end(), words.begin(), words.end());
    for (const auto& [name, value] : environment) options.environment.push_back(name + "=" + value);
    return run_to_end(options, 20'000);
}

}  // namespace

TEST(Start, EveryMissingEnvironmentNameIsToldAtOnce) {
    const Finished serve = run_alone({"serve"});
    EXPECT_EQ(serve.exit, 1);
    EXPECT_EQ(serve.out, "");
    for (const char* name :
         {"SF_CLIENT_ID", "SF_PRIVATE_KEY_PATH", "SF_USERNAME", "SAP_BASE_URL", "SAP_TOKEN_URL", "SAP_CLIENT_ID", "SAP_CLIENT_SECRET",
          "ZOHO_CLIENT_ID", "ZOHO_CLIENT_SECRET", "ZOHO_REFRESH_TOKEN", "ZOHO_ORG_ID", "SLACK_WEBHOOK_URL", ".env.example"})
        EXPECT_TRUE(has(serve.err, name)) << name << " is not in " << serve.err;
}

TEST(Start, AWrongKeyFileIsNamed) {
    struct Case {
        std::string path, text, says;
    };
    const Case cases[] = {{"absent.pem", "", "does not exist: absent.pem"},
                          {"text.pem", "this is no key\n", "is not PEM"},
                          {"empty.pem", "", ""},
                          {"broken.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", ""}};
    for (const Case& its : cases) {
        std::map<std::string, std::string> files;
        if (its.path != "absent.pem") files[its.path] = its.text;
        const Finished serve = run_alone({"serve", "--port", "0"},
                                         {{"SF_CLIENT_ID", "x"},
                                          {"SF_USERNAME", "u"},
                                          {"SF_PRIVATE_KEY_PATH", its.path},
                                          {"SF_LOGIN_URL", "http://127.0.0.1:9"},
                                          {"SAP_BASE_URL", "http://127.0.0.1:9"},
                                          {"SAP_API_KEY", "k"},
                                          {"ZOHO_CLIENT_ID", "1"},
                                          {"ZOHO_CLIENT_SECRET", "1"},
                                          {"ZOHO_REFRESH_TOKEN", "1"},
                                          {"ZOHO_ORG_ID", "1"},
                                          {"SLACK_WEBHOOK_URL", "http://127.0.0.1:9/services/T/B/x"}},
                                         files);
        EXPECT_EQ(serve.exit, 1) << its.path << serve.err;
        EXPECT_TRUE(has(serve.err, its.path) && has(serve.err, its.says)) << its.path << ": " << serve.err;
    }
}

TEST(Start, AMistakeInTheConfigurationIsToldWithItsPlaceAndTheNearestName) {
    const std::string yaml =
        "server:\n  prot: 3\nconnections:\n  slack: { webhook_url: x, limits: { retires: 2 } }\n  spa: {}\nflows:\n  deal-close: {}\n";
    const Finished serve = run_alone({"serve", "--config", "lockstep.yaml"}, {}, {{"lockstep.yaml", yaml}});
    EXPECT_EQ(serve.exit, 1);
    for (const char* line : {"lockstep.yaml:2:3: `server:` has no `prot` (did you mean `port`?)",
                             "lockstep.yaml:4:38: `limits:` has no `retires` (did you mean `retries`?)",
                             "lockstep.yaml:5:3: there is no connector `spa` (did you mean `sap`?)",
                             "lockstep.yaml:7:3: there is no built-in flow `deal-close` (did you mean `deal-closed`?)"})
        EXPECT_TRUE(has(serve.err, line)) << line << " is not in " << serve.err;
    EXPECT_EQ(run_alone({"serve", "--config", "absent.yaml"}).exit, 1);
    const Finished broken = run_alone({"check", "--config", "lockstep.yaml"}, {}, {{"lockstep.yaml", "server:\n  port: [\n"}});
    EXPECT_EQ(broken.exit, 1);
    EXPECT_TRUE(has(broken.err, "lockstep.yaml") && has(broken.err, "line 3")) << broken.err;
}

TEST(Start, AMistakeInAFlowIsToldWithItsPlaceAndTheNearestName) {
    const std::string head = "flow: mine\non: [ { webhook: /webhook/mine, key: \"${ body.id }\" } ]\nsteps:\n";
    struct Case {
        std::string steps, says;
    };
    const Case cases[] = {
        {"  - { id: a, uses: salesforce.updat }\n", "mine.yaml:4:20: "},
        {"  - { id: a, uses: salesforce.updat }\n", "did you mean `salesforce.update`?"},
        {"  - { id: a, uses: slak.post, with: { text: x } }\n", "did you mean `slack.post`?"},
        {"  - { id: a, uses: slack.post, wiht: { text: x } }\n", "did you mean `with`?"},
        {"  - { id: a, uses: sap.create, with: { entity: X/Y, body: {} } }\n", "needs `unique:`"},
        {"  - { id: a, uses: slack.post, with: { text: \"${ bdoy.id }\" } }\n", "bdoy"},
        {"  - { id: a, uses: slack.post, with: { text: \"${ body.id + }\" } }\n", "mine.yaml:4:"},
    };
    for (const Case& its : cases) {
        const Finished check = run_alone({"check", "mine.yaml"}, {}, {{"mine.yaml", head + its.steps}});
        EXPECT_EQ(check.exit, 1) << its.steps;
        EXPECT_TRUE(has(check.err, its.says)) << its.says << " is not in " << check.err;
    }
}

TEST(Start, WrongUsageIsTwoAndHelpIsZero) {
    for (const auto& words : std::vector<std::vector<std::string>>{{},
                                                                   {"serv"},
                                                                   {"serve", "--prot", "3"},
                                                                   {"serve", "--port", "99999"},
                                                                   {"serve", "--port", "x"},
                                                                   {"run"},
                                                                   {"runs", "--status", "lost"},
                                                                   {"parked", "replay"},
                                                                   {"sandbox", "--port", "-1"}}) {
        const Finished wrong = run_alone(words);
        EXPECT_EQ(wrong.exit, 2) << (words.empty() ? "(nothing)" : words.front()) << wrong.err;
        EXPECT_EQ(wrong.out, "");
        EXPECT_NE(wrong.err, "");
    }
    EXPECT_TRUE(has(run_alone({"serv"}).err, "did you mean `serve`?"));
    for (const auto& words : std::vector<std::vector<std::string>>{{"--help"}, {"serve", "--help"}, {"--version"}}) {
        const Finished help = run_alone(words);
        EXPECT_EQ(help.exit, 0);
        EXPECT_NE(help.out, "");
        EXPECT_EQ(help.err, "");
    }
}

TEST(Start, ListensBeyondLoopbackOnlyWithASecretOrIfThatIsSaidInWords) {
    const std::string everywhere = "server: { address: 0.0.0.0, port: 0",
                      rest =
                          " }\nconnections:\n  slack: { webhook_url: \"http://127.0.0.1:9/services/T/B/x\" }\nflows:\n  mine: { file: "
                          "mine.yaml }\n",
                      flow =
                          "flow: mine\non: [ { webhook: /webhook/mine, key: \"${ body.id }\" } ]\nsteps:\n  - { uses: slack.post, "
                          "delivery: at_most_once, with: { text: x } }\n";
    const Finished refused =
        run_alone({"serve", "--config", "lockstep.yaml"}, {}, {{"lockstep.yaml", everywhere + rest}, {"mine.yaml", flow}});
    EXPECT_EQ(refused.exit, 1);
    EXPECT_TRUE(has(refused.err, "anyone who reaches 0.0.0.0 could start flows")) << refused.err;
    for (const char* allowed : {", webhook_secret: a-long-secret", ", triggers_are_open_to_everyone: true"}) {
        const TemporaryFolder folder;
        write_file(folder.file("lockstep.yaml"), everywhere + allowed + rest);
        write_file(folder.file("mine.yaml"), flow);
        Process serve({.arguments = {program(), "serve", "--config", "lockstep.yaml"}, .folder = folder.path()});
        EXPECT_TRUE(wait_until(20'000, [&] { return has(serve.errors(), "lockstep serves"); })) << allowed << serve.errors();
        EXPECT_TRUE(has(serve.errors(), "without TLS")) << "what comes in can be read on its way: " << serve.errors();
        serve.signal(SIGTERM);
        EXPECT_EQ(serve.wait(30'000), 0) << serve.errors();
    }
}

TEST(Start, SaysWhichVendorIsSpokenToByPlainHttpOnAnotherMachine) {
    for (auto [address, warned] :
         {std::pair("http://hooks.invalid/services/T/B/x", true), std::pair("http://127.0.0.1:9/services/T/B/x", false),
          std::pair("https://hooks.invalid/services/T/B/x", false)}) {
        const TemporaryFolder folder;
        write_file(folder.file("lockstep.yaml"), "server: { port: 0 }\nconnections:\n  slack: { webhook_url: \"" + std::string(address) +
                                                     "\" }\nflows:\n  mine: { file: mine.yaml }\n");
        write_file(folder.file("mine.yaml"),
                   "flow: mine\non: [ { webhook: /webhook/mine, key: a } ]\nsteps:\n  - { uses: slack.post, delivery: at_most_once, with: "
                   "{ text: x } }\n");
        Process serve({.arguments = {program(), "serve", "--config", "lockstep.yaml"}, .folder = folder.path()});
        EXPECT_TRUE(wait_until(20'000, [&] { return has(serve.errors(), "lockstep serves"); })) << serve.errors();
        EXPECT_EQ(has(serve.errors(), "by plain http"), warned) << serve.errors();
        EXPECT_FALSE(has(serve.errors(), "/services/T")) << serve.errors();
    }
}

TEST(Start, RunNamesTheNearestFlowAndRefusesABadKey) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 1, .deals = 1});
    for (bool is_served : {false, true}) {
        if (is_served) landscape.start_serve();
        const Finished unknown = landscape.lockstep({"run", "deal-close", "--key", deals[0]});
        EXPECT_EQ(unknown.exit, 1);
        EXPECT_TRUE(has(unknown.err, "did you mean `deal-closed`?")) << unknown.err;
        const Finished bad = landscape.lockstep({"run", "deal-closed", "--key", "' OR Id != '"});
        EXPECT_EQ(bad.exit, 1);
        EXPECT_TRUE(has(bad.err, "must be an Opportunity id")) << bad.err;
    }
    const Finished good = landscape.lockstep({"run", "deal-closed", "--key", deals[0], "--json"});
    EXPECT_EQ(good.exit, 0) << good.err;
    EXPECT_EQ((*json::parse(good.out))["status"].text(), "succeeded") << good.out;
    expect_done_once(landscape, deals);
}

TEST(Start, ASecondProcessOnTheSameStoreOrPortIsRefused) {
    Landscape landscape;
    landscape.start_serve();
    const Finished same_store = landscape.lockstep({"serve", "--port", "0"});
    EXPECT_EQ(same_store.exit, 1);
    EXPECT_TRUE(has(same_store.err, "store_locked") && has(same_store.err, std::to_string(landscape.serve().pid()))) << same_store.err;
    auto other_store = landscape.serve_command();
    *(std::find(other_store.begin(), other_store.end(), "--store") + 1) = landscape.folder().file("other.db");
    const Finished same_port = run_to_end({.arguments = other_store, .folder = landscape.folder().path(), .name = "second"}, 20'000);
    EXPECT_EQ(same_port.exit, 1);
    EXPECT_TRUE(has(same_port.err, "address_in_use") && has(same_port.err, std::to_string(landscape.port()))) << same_port.err;
    EXPECT_TRUE(landscape.is_ready()) << "the first one goes on";
    const Finished sandbox = run_alone({"sandbox", "--port", std::to_string(landscape.port())});
    EXPECT_EQ(sandbox.exit, 1);
    EXPECT_TRUE(has(sandbox.err, "address_in_use")) << sandbox.err;
}

TEST(Start, AVendorThatIsNotThereHoldsUpNothingAndLosesNothing) {
    const TemporaryFolder folder;
    const std::string yaml = folder.file("lockstep.yaml");
    Landscape landscape({.config = yaml});
    const auto deals = load_company(landscape, {.accounts = 2, .deals = 3});
    write_file(yaml, connections_with_sap_at("http://127.0.0.1:" + std::to_string(free_port()), "{ retries: 2, retry_base_ms: 20 }"));
    landscape.start_serve();
    for (const auto& id : deals) (void)landscape.close_deal(id);
    ASSERT_TRUE(wait_until(30'000, [&] { return has(landscape.serve().errors(), "connection is down"); })) << landscape.serve().errors();
    EXPECT_EQ(landscape.runs("status=running").size(), deals.size());
    for (const Value& run : landscape.runs("")) EXPECT_LE(run["retries"].text(), "2") << json::write(run);
    EXPECT_EQ(landscape.counts()["parked"], Value(0));
    EXPECT_TRUE(has(landscape.serve().errors(), "a vendor does not answer")) << landscape.serve().errors();
    EXPECT_TRUE(landscape.state("zoho_books/invoices").empty());
    EXPECT_EQ(landscape.stop_serve(), 0);

    write_file(yaml, connections_with_sap_at(landscape.environment().at("SAP_BASE_URL"), "{ retries: 2, retry_base_ms: 20 }"));
    landscape.start_serve();
    ASSERT_TRUE(landscape.wait_until_quiet(60'000)) << "they go on by themselves";
    expect_done_once(landscape, deals);
}

TEST(Stop, DrainsWhatIsUnderWayAndTheNextStartGoesOn) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 10, .deals = 40});
    landscape.set_faults(
        1, {Map{{"connector", "*"}, {"method", "*"}, {"route", "*"}, {"kind", "delay"}, {"delay_ms", 100}, {"probability", 1}}});
    landscape.start_serve();
    std::vector<std::string> runs;
    for (const auto& id : deals) runs.push_back(landscape.close_deal(id));
    EXPECT_EQ(landscape.stop_serve(), 0);
    EXPECT_TRUE(has(landscape.serve().errors(), "stopped")) << landscape.serve().errors();
    EXPECT_FALSE(std::filesystem::exists(landscape.store_path() + ".address"));

    const Finished list = landscape.lockstep({"runs", "--json", "--limit", "1000"});
    EXPECT_EQ(list.exit, 0) << list.err;
    EXPECT_EQ(json::parse(list.out)->as_list().size(), deals.size()) << "runs are shown without an engine too";
    landscape.start_serve();
    ASSERT_TRUE(landscape.wait_until_quiet(60'000));
    for (const auto& id : runs) {
        const Value run = landscape.run(id);
        EXPECT_EQ(run["status"].text(), "succeeded");
        EXPECT_EQ(json::write(run["journal"]).find("\"interrupted\""), std::string::npos) << "an orderly stop leaves nothing in doubt";
    }
    expect_done_once(landscape, deals);
}

TEST(Stop, RefusesNewEventsWhileItStopsSoThatNoneIsLost) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 1, .deals = 1});
    landscape.set_faults(
        1,
        {Map{{"connector", "salesforce"}, {"method", "GET"}, {"route", "*"}, {"kind", "delay"}, {"delay_ms", 1500}, {"probability", 1}}});
    landscape.start_serve();
    (void)landscape.close_deal(deals[0]);
    ASSERT_TRUE(wait_until(10'000, [&] { return landscape.counts()["running"] == Value(1); }));
    landscape.serve().signal(SIGTERM);
    ASSERT_TRUE(wait_until(5'000, [&] { return !landscape.is_ready(); }));
    const auto late = landscape.try_close_deal(deals[0]);
    if (late) {
        EXPECT_EQ(late->status, 503) << late->body;
        EXPECT_TRUE(late->headers.contains("Retry-After"));
    }
    EXPECT_EQ(landscape.serve().wait(20'000), 0);
}

}  // namespace lockstep::testing
