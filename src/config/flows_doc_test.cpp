#include <gtest/gtest.h>

#include <sstream>

#include "config/test_configuration.h"
#include "tests/page.h"

namespace lockstep::config {
namespace {

struct Example {
    int line = 0;
    std::string text;
};

/// The ```yaml blocks of a page.
std::vector<Example> examples_of(const std::string& page) {
    std::vector<Example> examples;
    std::istringstream lines(page);
    std::string line;
    bool inside = false;
    for (int number = 1; std::getline(lines, line); ++number) {
        if (line == "```yaml") {
            inside = true;
            examples.push_back({number, ""});
            continue;
        }
        if (line == "```") inside = false;
        if (inside) examples.back().text += line + "\n";
    }
    return examples;
}

bool has_key(const std::string& text, const std::string& key) {
    return text.starts_with(key + ":") || text.find("\n" + key + ":") != std::string::npos;
}

/// Makes a whole flow of an example: one of steps follows a step `deal`; what an example of other keys lacks is added.
std::string whole_flow(const std::string& example) {
    const std::string on = "on: [ { webhook: /webhook/example, key: \"${ body.id }\" } ]\n";
    const std::string deal = "  - { id: deal, uses: salesforce.get, with: { object: Opportunity, id: \"${ key }\" } }\n";
    if (example.starts_with("- ")) {
        std::string indented, line;
        for (std::istringstream lines(example); std::getline(lines, line);) indented += "  " + line + "\n";
        return "flow: example\n" + on + "steps:\n" + deal + indented;
    }
    return (has_key(example, "flow") ? "" : "flow: example\n") + std::string(has_key(example, "on") ? "" : on) + example +
           (has_key(example, "steps") ? "" : "steps:\n" + deal);
}

TEST(FlowsPage, HasOnlyExamplesThatPassTheCheck) {
    auto examples = examples_of(lockstep::testing::read_project_file("docs/flows.md"));
    ASSERT_GE(examples.size(), 10u);
    auto config = load_environment(testing::environment_of(testing::complete_names()));
    ASSERT_TRUE(config) << config.error().message;
    for (const auto& example : examples) {
        config->flows = {{"docs/flows.md:" + std::to_string(example.line), whole_flow(example.text), {}}};
        auto flows = load_flows(*config);
        EXPECT_TRUE(flows) << flows.error().message << "\nin:\n" << config->flows[0].text;
    }
}

TEST(FlowsPage, NamesEveryKeyOfTheLanguage) {
    std::string page = lockstep::testing::read_project_file("docs/flows.md");
    for (std::string key : {"flow",      "summary",  "config",     "key",      "on",        "steps",     "waiting_after", "on_waiting",
                            "on_parked", "report",   "webhook",    "schedule", "dedupe",    "time_zone", "must",          "says",
                            "as",        "id",       "uses",       "with",     "if",        "needs",     "for_each",      "retry",
                            "timeout",   "on_error", "connection", "that",     "otherwise", "because",   "each",          "value"})
        EXPECT_NE(page.find("`" + key + ":`"), std::string::npos) << key;
}

TEST(ExampleConfiguration, IsTakenAsItIs) {
    auto names = testing::complete_names();
    names["LOCKSTEP_WEBHOOK_SECRET"] = "s3cret";
    names["SF_PRIVATE_KEY_PATH"] = "key.pem";
    names["SF_USERNAME"] = "integration@example.com";
    names["SAP_TOKEN_URL"] = "https://example.authentication.eu10.hana.ondemand.com/oauth/token";
    names["SAP_CLIENT_ID"] = "sb-client";
    names["SAP_CLIENT_SECRET"] = "a-secret";
    auto config = load_file(std::string(LOCKSTEP_SOURCE_DIR) + "/lockstep.example.yaml", testing::environment_of(names));
    ASSERT_TRUE(config) << config.error().message;
    auto flows = load_flows(*config);
    EXPECT_TRUE(flows) << flows.error().message;
}

}  // namespace
}  // namespace lockstep::config
