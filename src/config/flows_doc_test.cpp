#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>
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

/// The names that a reader takes: those in the lists that its source gives to `only_keys`.
std::set<std::string> keys_taken_by(const std::string& source_file) {
    const std::string source = lockstep::testing::read_project_file(source_file);
    std::set<std::string> keys;
    for (std::size_t at = 0; (at = source.find("only_keys(", at)) != std::string::npos; ++at) {
        std::size_t open = source.find_first_of("{;", at), close = source.find('}', at);
        if (open == std::string::npos || source[open] != '{') continue;
        std::istringstream list(source.substr(open + 1, close - open - 1));
        for (std::string name; std::getline(list, name, ',');)
            if (std::size_t quote = name.find('"'); quote != std::string::npos && std::islower(static_cast<unsigned char>(name[quote + 1])))
                keys.insert(name.substr(quote + 1, name.find('"', quote + 1) - quote - 1));
    }
    return keys;
}

TEST(FlowsPage, NamesEveryKeyOfTheLanguage) {
    const std::string page = lockstep::testing::read_project_file("docs/flows.md");
    std::set<std::string> keys = {"each", "value"};
    for (const char* part : {"parse", "parse_triggers", "parse_sweeps", "parse_steps"})
        keys.merge(keys_taken_by(fmt::format("src/flow/{}.cpp", part)));
    ASSERT_GE(keys.size(), 30u);
    auto names = [&](const std::string& before, const std::string& key) { return page.find(before + key + ":") != std::string::npos; };
    for (const auto& key : keys) EXPECT_TRUE(names("`", key) || names("`{ ", key) || names(", ", key)) << key;
}

TEST(ConfigurationPage, NamesEveryKeyOfTheFile) {
    const std::string page = lockstep::testing::read_project_file("docs/configuration.md");
    auto keys = keys_taken_by("src/config/load.cpp");
    ASSERT_GE(keys.size(), 20u);
    for (const auto& key : keys) EXPECT_NE(page.find("`" + key + ":"), std::string::npos) << key;
}

TEST(ConfigurationPage, NamesEveryEnvironmentNameOfLockstepItself) {
    const std::string page = lockstep::testing::read_project_file("docs/configuration.md"), example = environment_example();
    std::istringstream lines(example.substr(example.find("# lockstep itself")));
    int names = 0;
    for (std::string line; std::getline(lines, line);)
        if (std::size_t equals = line.find('='); equals != std::string::npos && line.find(' ') == std::string::npos) {
            ++names;
            EXPECT_NE(page.find("`" + line.substr(1, equals - 1) + "`"), std::string::npos) << line;
        }
    EXPECT_GE(names, 3);
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
