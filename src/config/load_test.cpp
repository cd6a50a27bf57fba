#include <gtest/gtest.h>

#include <algorithm>

#include "config/test_configuration.h"

namespace lockstep::config {
namespace {

using testing::complete_names;
using testing::environment_of;
using testing::find_connection;
using testing::TemporaryDirectory;

const std::string connections = "connections:\n  slack: { webhook_url: \"https://hooks.slack.com/services/T/B/x\" }\n";

std::size_t lines_in(const std::string& text) { return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1; }

struct Mistake {
    std::string name, text, says;
};

TEST(LoadFile, NamesEveryMistakeWithFileLineAndColumn) {
    const Mistake mistakes[] = {
        {"not a map", "- a\n", ":1:1: the configuration is a map"},
        {"unknown name", connections + "worker: 3\n", ":3:1: the configuration has no `worker` (did you mean `workers`?)"},
        {"no connections", "workers: 3\n", ":1:1: `connections:` is missing"},
        {"connections that are a list", "connections: [ slack ]\n", ":1:14: `connections:` is a map of names"},
        {"a connection that is a text", "connections:\n  slack: here\n", ":2:10: a connection is a map of settings"},
        {"unknown connector", "connections:\n  slak: {}\n", ":2:3: there is no connector `slak` (did you mean `slack`?)"},
        {"unknown connector of a named connection", "connections:\n  alerts: { connector: slak }\n",
         ":2:24: there is no connector `slak` (did you mean `slack`?)"},
        {"missing setting", "connections:\n  slack: {}\n", ":2:3: the connection `slack` needs `webhook_url`"},
        {"unknown setting", connections + "  sap: { base_url: \"https://x\", base_ulr: y }\n",
         ":3:33: the connection `sap` has no `base_ulr` (did you mean `base_url`?)"},
        {"unknown limit", connections + "  sap: { base_url: \"https://x\", limits: { retry: 1 } }\n", ":3:43: `limits:` has no `retry`"},
        {"limit out of bounds", connections + "  sap: { base_url: \"https://x\", limits: { concurrency: 0 } }\n",
         ":3:56: `concurrency` is a number from 1 to 1000: 0"},
        {"limit that is no number", connections + "  sap: { base_url: \"https://x\", limits: { settle_ms: soon } }\n",
         "`settle_ms` is a number from 0 to 3600000: soon"},
        {"limit with a fraction", connections + "  sap: { base_url: \"https://x\", limits: { retries: 1.5 } }\n",
         "`retries` is a number from 0 to 100: 1.5"},
        {"unknown server setting", connections + "server: { prot: 3000 }\n", ":3:11: `server:` has no `prot` (did you mean `port`?)"},
        {"port out of bounds", connections + "server: { port: 65536 }\n", ":3:17: `port` is a number from 0 to 65535: 65536"},
        {"port below zero", connections + "server: { port: -1 }\n", "`port` is a number from 0 to 65535: -1"},
        {"unknown level", connections + "log: { level: loud }\n", ":3:15: `level` is debug, info, warning or error: loud"},
        {"unknown format", connections + "log: { format: xml }\n", ":3:16: `format` is json or text: xml"},
        {"unknown log setting", connections + "log: { lvel: info }\n", ":3:8: `log:` has no `lvel` (did you mean `level`?)"},
        {"no workers", connections + "workers: 0\n", ":3:10: `workers` is a number from 1 to 1000: 0"},
        {"unknown alert setting", connections + "alerts: { conection: slack }\n",
         ":3:11: `alerts:` has no `conection` (did you mean `connection`?)"},
        {"another delivery", connections + "alerts: { delivery: exactly_once }\n",
         ":3:21: `delivery` is at_most_once or at_least_once: exactly_once"},
        {"unknown retention", connections + "retention: { run: 90d }\n", ":3:14: `retention:` has no `run` (did you mean `runs`?)"},
        {"retention that is a text", connections + "retention: 90d\n", ":3:12: `retention:` must be a map"},
        {"retention that is no time", connections + "retention: { runs: ninety days }\n",
         ":3:20: `runs` is a time of at least 1m such as 90d or 12h, or forever: ninety days"},
        {"retention without a unit", connections + "retention: { audit: 90 }\n", ":3:21: `audit` is a time of at least 1m"},
        {"retention below a minute", connections + "retention: { journal: 59s }\n", ":3:23: `journal` is a time of at least 1m"},
        {"retention below zero", connections + "retention: { journal: -1d }\n", ":3:23: `journal` is a time of at least 1m"},
        {"retention that is a list", connections + "retention: { runs: [ 90d ] }\n", ":3:20: `runs` is a time of at least 1m"},
        {"journal longer than its run", connections + "retention: { runs: 10d, journal: 11d }\n",
         ":3:34: `journal` is not longer than `runs`: a journal goes with its run"},
        {"journal for ever and its run not", connections + "retention: { journal: forever }\n", ":3:23: `journal` is not longer"},
        {"flows that are a list", connections + "flows: [ deal-closed ]\n", ":3:8: `flows:` is a map of names"},
        {"unknown flow", connections + "flows:\n  deal-close: {}\n",
         ":4:3: there is no built-in flow `deal-close` (did you mean `deal-closed`?); give its `file:`"},
        {"unknown setting of a flow", connections + "flows:\n  deal-closed: { cofig: {} }\n",
         ":4:18: the flow `deal-closed` has no `cofig` (did you mean `config`?)"},
        {"flow that is a text", connections + "flows:\n  deal-closed: yes please\n",
         ":4:16: a flow is a map with `file`, `config`, `enabled` and `sweep`"},
        {"flow file that is not there", connections + "flows:\n  mine: { file: nowhere.yaml }\n", ":4:17: the file cannot be read: "},
        {"reference without an end", "connections:\n  slack: { webhook_url: \"${env.URL\" }\n", ":2:25: `${env.` has no `}`"},
    };
    TemporaryDirectory directory;
    for (const auto& mistake : mistakes) {
        std::string file = directory.write("lockstep.yaml", mistake.text);
        auto config = load_file(file, environment_of({}));
        ASSERT_FALSE(config) << mistake.name;
        EXPECT_EQ(config.error().code, ErrorCode::config_invalid) << mistake.name;
        std::string says = mistake.says.starts_with(':') ? file + mistake.says : mistake.says;
        EXPECT_NE(config.error().message.find(says), std::string::npos) << mistake.name << ":\n" << config.error().message;
    }
}

TEST(LoadFile, KeepsClosedRunsAsLongAsItSays) {
    TemporaryDirectory directory;
    const auto keep = [&](const std::string& retention) {
        auto config = load_file(directory.write("lockstep.yaml", connections + retention), environment_of(complete_names()));
        EXPECT_TRUE(config) << config.error().message;
        return config ? config->keep : engine::KeepFor();
    };
    const auto defaults = keep("");
    EXPECT_EQ(defaults.runs_ms, 90 * day_ms);
    EXPECT_EQ(defaults.journal_ms, 30 * day_ms);
    EXPECT_EQ(defaults.audit_ms, 730 * day_ms);
    const auto given = keep("retention: { runs: 12h, journal: 1h30m, audit: 5d }\n");
    EXPECT_EQ(given.runs_ms, day_ms / 2);
    EXPECT_EQ(given.journal_ms, 90 * 60'000);
    EXPECT_EQ(given.audit_ms, 5 * day_ms);
    const auto forever = keep("retention: { runs: forever, journal: 0, audit: forever }\n");
    EXPECT_EQ(forever.runs_ms + forever.journal_ms + forever.audit_ms, 0);
    const auto shorter_than_journals = keep("retention: { runs: 10d }\n");
    EXPECT_EQ(shorter_than_journals.runs_ms, 10 * day_ms) << "the default of the journal gives way";
}

TEST(LoadFile, NamesAllMistakesAtOnceALineEach) {
    TemporaryDirectory directory;
    auto config =
        load_file(directory.write("lockstep.yaml", "server: { port: x }\nlog: { level: y }\nconnections:\n  slack: {}\n  sap: {}\n"),
                  environment_of({}));
    ASSERT_FALSE(config);
    EXPECT_EQ(lines_in(config.error().message), 4u) << config.error().message;
}

TEST(LoadFile, SaysWhereTextIsNotYaml) {
    TemporaryDirectory directory;
    std::string file = directory.write("lockstep.yaml", "connections:\n  slack: [\n");
    auto config = load_file(file, environment_of({}));
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().code, ErrorCode::config_invalid);
    EXPECT_TRUE(config.error().message.starts_with(file + ": ")) << config.error().message;
}

TEST(LoadFile, SaysWhichFileIsMissing) {
    TemporaryDirectory directory;
    auto config = load_file(directory.path("nowhere.yaml"), environment_of({}));
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().code, ErrorCode::file_unreadable);
    EXPECT_NE(config.error().message.find("nowhere.yaml"), std::string::npos);
}

TEST(LoadFile, NamesEveryEnvironmentNameThatIsMissing) {
    TemporaryDirectory directory;
    std::string file = directory.write(
        "lockstep.yaml", "connections:\n  slack: { webhook_url: \"${env.A}${env.B}\" }\nserver: { webhook_secret: \"${env.C}\" }\n");
    auto config = load_file(file, environment_of({{"B", "b"}}));
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().code, ErrorCode::env_missing);
    EXPECT_NE(config.error().message.find(file + ":2:25: the environment has no A"), std::string::npos) << config.error().message;
    EXPECT_NE(config.error().message.find("the environment has no C"), std::string::npos) << config.error().message;
    EXPECT_EQ(config.error().message.find("no B"), std::string::npos) << config.error().message;
}

TEST(LoadFile, TakesEverySetting) {
    TemporaryDirectory directory;
    auto config = load_file(directory.write("lockstep.yaml", R"(
server:
  address: 0.0.0.0
  port: 8443
  certificate_file: tls/cert.pem
  key_file: /etc/lockstep/key.pem
  webhook_secret: ${env.SECRET}
  triggers_are_open_to_everyone: true
store: data/lockstep.db
log: { level: warning, format: text }
workers: 7
alerts: { connection: alarm }
connections:
  alarm:
    connector: slack
    webhook_url: https://hooks.slack.com/services/${env.PATH_OF_HOOK}
    limits: { concurrency: 2, settle_ms: 0, retries: 5, retry_base_ms: 100, call_timeout_ms: 1000 }
flows:
  deal-closed: { config: { order_type: TA } }
)"),
                            environment_of({{"SECRET", "s3cret"}, {"PATH_OF_HOOK", "T/B/x"}}));
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->server.address, "0.0.0.0");
    EXPECT_EQ(config->server.port, 8443);
    EXPECT_EQ(config->server.certificate_file, directory.path("tls/cert.pem"));
    EXPECT_EQ(config->server.key_file, "/etc/lockstep/key.pem");
    EXPECT_EQ(config->server.webhook_secret.reveal(), "s3cret");
    EXPECT_TRUE(config->server.triggers_open);
    EXPECT_EQ(config->store_path, directory.path("data/lockstep.db"));
    EXPECT_EQ(config->log_level, log::Level::warning);
    EXPECT_EQ(config->log_format, log::Format::text);
    EXPECT_EQ(config->workers, 7);
    EXPECT_EQ(config->alert_connection, "alarm");
    const auto* alarm = find_connection(*config, "alarm");
    ASSERT_NE(alarm, nullptr);
    EXPECT_EQ(alarm->connector->name, "slack");
    EXPECT_EQ(alarm->settings.find("webhook_url")->text(), "https://hooks.slack.com/services/T/B/x");
    EXPECT_EQ(alarm->limits.concurrency_max, 2);
    EXPECT_EQ(alarm->limits.settle_ms, 0);
    EXPECT_EQ(alarm->limits.retries_max, 5);
    EXPECT_EQ(alarm->limits.retry_base_ms, 100);
    EXPECT_EQ(alarm->limits.call_timeout_ms, 1000);
    ASSERT_EQ(config->flows.size(), 1u);
    EXPECT_EQ(config->flows[0].config.find("order_type")->text(), "TA");
}

TEST(LoadFile, RunsAllBuiltInFlowsWithoutFlows) {
    TemporaryDirectory directory;
    auto config = load_file(directory.write("lockstep.yaml", connections), environment_of({}));
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_TRUE(
        std::any_of(config->flows.begin(), config->flows.end(), [](const auto& flow) { return flow.file == "flows/deal-closed.yaml"; }));
    EXPECT_EQ(config->server.port, 3000);
    EXPECT_EQ(config->server.address, "127.0.0.1");
    EXPECT_TRUE(config->server.webhook_secret.empty());
    EXPECT_FALSE(config->server.triggers_open);
}

TEST(LoadFile, LeavesOutAFlowThatIsNotEnabled) {
    TemporaryDirectory directory;
    auto config =
        load_file(directory.write("lockstep.yaml", connections + "flows:\n  deal-closed: { enabled: false }\n"), environment_of({}));
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_TRUE(config->flows.empty());
}

TEST(LoadFile, ReadsAFlowFileBesideIt) {
    TemporaryDirectory directory;
    directory.write("mine.yaml", "flow: mine\n");
    std::string file = directory.write("lockstep.yaml", connections + "flows:\n  mine: { file: mine.yaml }\n");
    auto config = load_file(file, environment_of({}));
    ASSERT_TRUE(config) << config.error().message;
    ASSERT_EQ(config->flows.size(), 1u);
    EXPECT_EQ(config->flows[0].file, directory.path("mine.yaml"));
    EXPECT_EQ(config->flows[0].text, "flow: mine\n");
}

TEST(LoadEnvironment, NamesEverythingThatIsMissingAtOnce) {
    auto config = load_environment(environment_of({{"ZOHO_ORG_ID", "700000001"}}));
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().code, ErrorCode::env_missing);
    for (std::string name :
         {"SF_CLIENT_ID", "SAP_BASE_URL", "ZOHO_CLIENT_ID", "ZOHO_CLIENT_SECRET", "ZOHO_REFRESH_TOKEN", "SLACK_WEBHOOK_URL"})
        EXPECT_NE(config.error().message.find(name), std::string::npos) << config.error().message;
    EXPECT_EQ(config.error().message.find("ZOHO_ORG_ID"), std::string::npos) << config.error().message;
}

TEST(LoadEnvironment, NamesIncompleteWaysToSignInBesideWhatIsMissing) {
    auto names = complete_names();
    names["ZOHO_ORG_ID"] = names["SF_CLIENT_SECRET"] = names["SAP_PASSWORD"] = "";
    auto config = load_environment(environment_of(names));
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().code, ErrorCode::env_missing);
    for (std::string name : {"ZOHO_ORG_ID", "SF_PRIVATE_KEY_PATH", "SF_CLIENT_SECRET", "SAP_PASSWORD"})
        EXPECT_NE(config.error().message.find(name), std::string::npos) << config.error().message;
}

TEST(LoadEnvironment, TakesTheNamesOfLockstepItself) {
    auto names = complete_names();
    names.insert({{"PORT", "4000"},
                  {"LOCKSTEP_STORE", "/var/lib/lockstep.db"},
                  {"LOCKSTEP_WEBHOOK_SECRET", "s3cret"},
                  {"ZOHO_API_URL", "https://www.zohoapis.eu"}});
    auto config = load_environment(environment_of(names));
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->server.port, 4000);
    EXPECT_EQ(config->store_path, "/var/lib/lockstep.db");
    EXPECT_EQ(config->server.webhook_secret.reveal(), "s3cret");
    EXPECT_EQ(find_connection(*config, "zoho_books")->settings.find("api_url")->text(), "https://www.zohoapis.eu");
}

TEST(LoadEnvironment, TheTokenForOtherMachinesComesFromTheEnvironmentOrTheFile) {
    auto names = complete_names();
    EXPECT_TRUE(load_environment(environment_of(names))->server.api_token.empty());
    names["LOCKSTEP_API_TOKEN"] = "for-machines";
    EXPECT_EQ(load_environment(environment_of(names))->server.api_token.reveal(), "for-machines");
    TemporaryDirectory directory;
    auto path = directory.write("lockstep.yaml", connections + "flows: {}\nserver: { api_token: \"${env.LOCKSTEP_API_TOKEN}\" }\n");
    auto config = load_file(path, environment_of(names));
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->server.api_token.reveal(), "for-machines");
}

TEST(LoadEnvironment, DoesWithoutAConnectionThatNoBuiltInFlowNeeds) {
    auto config = load_environment(environment_of(complete_names()));
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(find_connection(*config, "zoho_crm"), nullptr) << "the names that it shares with Zoho Books are not enough";

    auto names = complete_names();
    names["ZOHO_CRM_REFRESH_TOKEN"] = "1000.crm";
    config = load_environment(environment_of(names));
    ASSERT_TRUE(config) << config.error().message;
    ASSERT_NE(find_connection(*config, "zoho_crm"), nullptr);
    EXPECT_EQ(find_connection(*config, "zoho_crm")->settings.find("client_id")->text(), "1000.ABC");
}

TEST(LoadEnvironment, NamesWhatIsMissingOfAConnectionThatIsWanted) {
    auto names = complete_names();
    names["ZOHO_CRM_WEBHOOK_SECRET"] = "a-secret-of-webhooks";
    auto config = load_environment(environment_of(names));
    ASSERT_FALSE(config);
    EXPECT_NE(config.error().message.find("ZOHO_CRM_REFRESH_TOKEN"), std::string::npos) << config.error().message;
}

TEST(LoadEnvironment, RefusesAPortThatIsNone) {
    for (std::string port : {"65536", "-1", "http", "80.5"}) {
        auto names = complete_names();
        names["PORT"] = port;
        auto config = load_environment(environment_of(names));
        ASSERT_FALSE(config) << port;
        EXPECT_EQ(config.error().code, ErrorCode::config_invalid);
        EXPECT_NE(config.error().message.find(port), std::string::npos);
    }
}

std::vector<std::string> names_of(const std::vector<flow::Flow>& flows) {
    std::vector<std::string> names;
    for (const auto& flow : flows) names.push_back(flow.name);
    return names;
}

TEST(LoadFlows, TakesEveryBuiltInFlow) {
    auto config = load_environment(environment_of(complete_names()));
    ASSERT_TRUE(config) << config.error().message;
    auto flows = load_flows(*config);
    ASSERT_TRUE(flows) << flows.error().message;
    EXPECT_EQ(names_of(*flows), (std::vector<std::string>{"deal-closed", "inventory", "payment"})) << "no sync without both its sides";
}

TEST(LoadFlows, TakesASyncWhereBothItsSidesAreConnectedAndThoseThatAreOffOnlyByName) {
    auto names = complete_names();
    names["ZOHO_CRM_REFRESH_TOKEN"] = "1000.crm";
    auto config = load_environment(environment_of(names));
    ASSERT_TRUE(config) << config.error().message;
    auto flows = load_flows(*config);
    ASSERT_TRUE(flows) << flows.error().message;
    EXPECT_EQ(names_of(*flows), (std::vector<std::string>{"accounts", "deal-closed", "inventory", "payment"}));
    auto syncs = load_syncs(*config);
    ASSERT_TRUE(syncs);
    EXPECT_EQ(syncs->size(), 1u);
    for (auto& flow : config->flows) flow.named = true;
    flows = load_flows(*config);
    ASSERT_TRUE(flows) << flows.error().message;
    EXPECT_EQ(names_of(*flows), (std::vector<std::string>{"accounts", "contacts", "deal-closed", "inventory", "payment"}));
}

TEST(LoadFlows, AppliesWhatTheConfigurationOverrides) {
    auto config = load_environment(environment_of(complete_names()));
    ASSERT_TRUE(config) << config.error().message;
    for (auto& flow : config->flows)
        if (flow.file == "flows/deal-closed.yaml") flow.config.set("order_type", "TA");
    auto flows = load_flows(*config);
    ASSERT_TRUE(flows) << flows.error().message;
    for (const auto& flow : *flows)
        if (flow.name == "deal-closed") { EXPECT_EQ(flow.config.find("order_type")->text(), "TA"); }
}

TEST(LoadFlows, RefusesToOverrideWhatAFlowDoesNotHave) {
    auto config = load_environment(environment_of(complete_names()));
    ASSERT_TRUE(config) << config.error().message;
    for (auto& flow : config->flows) flow.config.set("order_tpye", "TA");
    auto flows = load_flows(*config);
    ASSERT_FALSE(flows);
    EXPECT_EQ(flows.error().code, ErrorCode::flow_invalid);
    EXPECT_NE(flows.error().message.find("`order_tpye`"), std::string::npos) << flows.error().message;
    EXPECT_NE(flows.error().message.find("did you mean `order_type`?"), std::string::npos) << flows.error().message;
}

TEST(LoadFlows, RefusesTwoFlowsOfOneName) {
    auto config = load_environment(environment_of(complete_names()));
    ASSERT_TRUE(config) << config.error().message;
    config->flows.push_back({"copy.yaml", config->flows.back().text, {}});
    auto flows = load_flows(*config);
    ASSERT_FALSE(flows);
    EXPECT_NE(flows.error().message.find("copy.yaml: there are two flows called"), std::string::npos) << flows.error().message;
}

TEST(LoadFlows, NamesTheMistakesOfAllFlows) {
    auto config = load_environment(environment_of(complete_names()));
    ASSERT_TRUE(config) << config.error().message;
    config->flows = {{"one.yaml", "flow: one\n", {}}, {"two.yaml", "flow: two\n", {}}};
    auto flows = load_flows(*config);
    ASSERT_FALSE(flows);
    EXPECT_NE(flows.error().message.find("one.yaml:1:1: `on:`"), std::string::npos) << flows.error().message;
    EXPECT_NE(flows.error().message.find("two.yaml:1:1: `steps:` is missing"), std::string::npos) << flows.error().message;
}

TEST(MakeConnections, MakesOneForEachConnector) {
    ThreadRuntime runtime;
    auto names = complete_names();
    names["ZOHO_CRM_REFRESH_TOKEN"] = "1000.crm";
    auto config = load_environment(environment_of(names));
    ASSERT_TRUE(config) << config.error().message;
    auto made = make_connections(*config, runtime, nullptr);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->size(), connector::all_connectors().size());
}

TEST(MakeConnections, NamesTheMistakesOfAllConnections) {
    ThreadRuntime runtime;
    auto config = load_environment(environment_of(complete_names()));
    ASSERT_TRUE(config) << config.error().message;
    for (auto& connection : config->connections) {
        if (connection.name == "salesforce") connection.settings.set("client_secret", "");
        if (connection.name == "sap") connection.settings.set("password", "");
        if (connection.name == "slack") connection.settings.set("webhook_url", "here");
    }
    auto made = make_connections(*config, runtime, nullptr);
    ASSERT_FALSE(made);
    for (std::string says : {"connection salesforce: no way to sign in", "connection sap: SAP needs", "missing: SAP_PASSWORD",
                             "connection slack: not an address"})
        EXPECT_NE(made.error().message.find(says), std::string::npos) << says << " in:\n" << made.error().message;
}

}  // namespace
}  // namespace lockstep::config
