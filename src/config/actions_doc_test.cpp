#include <gtest/gtest.h>

#include <algorithm>

#include <fmt/format.h>

#include "connector/connector.h"
#include "tests/page.h"

namespace lockstep::config {
namespace {

std::string_view what_repeating_does(schema::ActionEffect effect) {
    switch (effect) {
        case schema::ActionEffect::read:
            return "changes nothing; simply done again";
        case schema::ActionEffect::idempotent:
            return "sets the same values again; done again after the settle time";
        case schema::ActionEffect::unique:
            return "looks for its effect by `unique` before it makes it";
        case schema::ActionEffect::stateful:
            return "asks the vendor's record whether it was done before it does it";
        case schema::ActionEffect::untraceable:
            return "nobody can look whether it happened; the step's `delivery:` decides";
    }
    return "";
}

/// Text inside a cell of a table.
std::string cell(std::string text) {
    for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, "\\");
    return text;
}

std::string names_of(const std::vector<std::string>& names) {
    std::string all;
    for (const auto& name : names) all += (all.empty() ? "`" : ", `") + name + "`";
    return all;
}

std::string action_text(const schema::Action& action) {
    std::string text = fmt::format("\n### {}\n\n{}\n\n- **effect**: {} ({})\n- **value of the step**: {}\n", action.name, action.summary,
                                   schema::to_string(action.effect), what_repeating_does(action.effect), action.output);
    if (!action.lock_inputs.empty()) text += fmt::format("- **one at a time** for the same {}\n", names_of(action.lock_inputs));
    text += "\n| input | type | required | meaning |\n| --- | --- | --- | --- |\n";
    for (const auto& input : action.inputs)
        text += fmt::format("| `{}` | {} | {} | {} |\n", input.name, input.type, input.required ? "yes" : "", cell(input.summary));
    return text;
}

std::string connector_text(const connector::Connector& connector) {
    const auto& limits = connector.default_limits;
    std::string text =
        fmt::format("\n## {}\n\n{}.\n\n| setting | environment | required | default | meaning |\n| --- | --- | --- | --- | --- |\n",
                    connector.name, connector.summary);
    for (const auto& setting : connector.settings)
        text += fmt::format("| `{}` | {} | {} | {} | {}{} |\n", setting.name,
                            setting.environment.empty() ? "" : "`" + setting.environment + "`", setting.required ? "yes" : "",
                            setting.fallback.empty() ? "" : "`" + setting.fallback + "`", cell(setting.summary),
                            setting.secret ? "; secret" : "");
    text += fmt::format("\nLimits by default: concurrency {}, settle_ms {}, retries {}, retry_base_ms {}, call_timeout_ms {}.\n",
                        limits.concurrency_max, limits.settle_ms, limits.retries_max, limits.retry_base_ms, limits.call_timeout_ms);
    for (const auto& action : connector.actions) text += action_text(action);
    return text;
}

std::string page() {
    std::string text =
        "# Actions\n\n"
        "What a step's `uses:` can name, and what its `with:` takes. This page is made from what the connectors declare\n"
        "(`connectors/*/connector.cpp`), which is also what `lockstep check` checks flows against.\n\n"
        "The **effect** says what the engine does when it cannot know whether a call happened (its answer was lost, or the process "
        "ended):\n"
        "a read is done again; everything else waits the connection's `settle_ms` and is then performed again, and an action that could\n"
        "make something twice looks for its own effect first and adopts it. Where nobody can look (**untraceable**), the step says\n"
        "itself by `delivery:` what a lost answer means: `at_most_once` or `at_least_once`.\n\n"
        "`require` and `set` belong to the flow language and use no connection: docs/flows.md.\n";
    for (const auto* connector : connector::all_connectors()) text += connector_text(*connector);
    return text;
}

TEST(ActionsPage, IsWhatTheConnectorsDeclare) { lockstep::testing::expect_page("docs/actions.md", page()); }

TEST(ActionsPage, HasEveryActionWithItsInputs) {
    std::string text = lockstep::testing::read_project_file("docs/actions.md");
    for (const auto* connector : connector::all_connectors())
        for (const auto& action : connector->actions) {
            std::size_t at = text.find("### " + action.name + "\n");
            ASSERT_NE(at, std::string::npos) << action.name;
            for (const auto& input : action.inputs)
                EXPECT_NE(text.find("| `" + input.name + "` |", at), std::string::npos) << action.name << " " << input.name;
        }
}

TEST(Actions, CreatingOnesSayWhatIsLockedAndWhatIsUnique) {
    for (const auto* connector : connector::all_connectors())
        for (const auto& action : connector->actions) {
            EXPECT_TRUE(action.name.starts_with(connector->name + ".")) << action.name;
            EXPECT_FALSE(action.summary.empty()) << action.name;
            EXPECT_FALSE(action.output.empty()) << action.name;
            if (action.effect != schema::ActionEffect::unique) continue;
            EXPECT_FALSE(action.lock_inputs.empty()) << action.name;
            EXPECT_TRUE(std::any_of(action.inputs.begin(), action.inputs.end(), [](const auto& input) {
                return input.name == "unique" && input.required;
            })) << action.name;
        }
}

}  // namespace
}  // namespace lockstep::config
