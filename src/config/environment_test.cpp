#include <gtest/gtest.h>

#include "base/log.h"
#include "config/builtin_flows.h"
#include "config/test_configuration.h"
#include "tests/page.h"

namespace lockstep::config {
namespace {

using testing::environment_of;
using testing::TemporaryDirectory;

TEST(EnvironmentExample, IsTheFileOfTheProject) { lockstep::testing::expect_page(".env.example", environment_example()); }

TEST(EnvironmentExample, HasEveryNameOfEveryConnector) {
    std::string text = environment_example();
    for (const auto* connector : connector::all_connectors())
        for (const auto& setting : connector->settings)
            if (!setting.environment.empty()) {
                const bool required =
                    setting.required && (is_used_by_builtin_flows(connector->name) || setting.environment == "ZOHO_CLIENT_ID" ||
                                         setting.environment == "ZOHO_CLIENT_SECRET");
                EXPECT_NE(text.find("\n" + std::string(required ? "" : "#") + setting.environment + "="), std::string::npos)
                    << setting.environment;
            }
}

TEST(EnvironmentExample, HasANameOnceThoughTwoConnectorsReadIt) {
    const std::string text = environment_example(), name = "ZOHO_CLIENT_ID=";
    const std::size_t at = text.find(name);
    ASSERT_NE(at, std::string::npos);
    EXPECT_EQ(text.find(name, at + 1), std::string::npos) << "an empty second line would take back the first";
}

TEST(EnvironmentFile, ReadsNamesAndValues) {
    TemporaryDirectory directory;
    auto environment = environment_with_file(directory.write("env",
                                                             "# a comment\n\n"
                                                             "A=plain\n"
                                                             "  B = spaced out \n"
                                                             "C=\"in quotes\"\n"
                                                             "D='it is \"so\"'\n"
                                                             "export E=exported\n"
                                                             "F=https://host/path?a=b#c\n"
                                                             "G=\n"
                                                             "H=ends with return\r\n"),
                                             environment_of({{"G", "from outside"}, {"A", "hidden"}, {"Z", "outside"}}));
    ASSERT_TRUE(environment) << environment.error().message;
    const std::pair<std::string, std::string> wanted[] = {
        {"A", "plain"},        {"B", "spaced out"},       {"C", "in quotes"},
        {"D", "it is \"so\""}, {"E", "exported"},         {"F", "https://host/path?a=b#c"},
        {"G", "from outside"}, {"H", "ends with return"}, {"Z", "outside"}};
    for (const auto& [name, value] : wanted) EXPECT_EQ((*environment)(name), value) << name;
    EXPECT_EQ((*environment)("NOPE"), std::nullopt);
}

TEST(EnvironmentFile, IsWarnedOfWhereOthersMayReadItToo) {
    TemporaryDirectory directory;
    const std::string file = directory.write("env", "A=1\n");
    using enum std::filesystem::perms;
    for (auto [mode, warned] : {std::pair(owner_read | owner_write, false), std::pair(owner_read | owner_write | others_read, true)}) {
        std::filesystem::permissions(file, mode);
        log::configure(log::Level::warning, log::Format::text);
        ::testing::internal::CaptureStderr();
        EXPECT_TRUE(environment_with_file(file, environment_of({})));
        const std::string said = ::testing::internal::GetCapturedStderr();
        log::configure(log::Level::error, log::Format::text);
        EXPECT_EQ(said.find("every user of this machine (chmod 600 mends it): " + file) != std::string::npos, warned) << said;
    }
}

TEST(EnvironmentFile, SaysWhichLineIsNone) {
    TemporaryDirectory directory;
    for (std::string line : {"JUST A TEXT", "=value"}) {
        std::string file = directory.write("env", "A=1\n" + line + "\n");
        auto environment = environment_with_file(file, environment_of({}));
        ASSERT_FALSE(environment) << line;
        EXPECT_EQ(environment.error().code, ErrorCode::config_invalid);
        EXPECT_TRUE(environment.error().message.starts_with(file + ":2: ")) << environment.error().message;
    }
}

TEST(EnvironmentFile, SaysThatItIsMissing) {
    TemporaryDirectory directory;
    auto environment = environment_with_file(directory.path("nowhere"), environment_of({}));
    ASSERT_FALSE(environment);
    EXPECT_EQ(environment.error().code, ErrorCode::file_unreadable);
}

TEST(ProcessEnvironment, TakesAnEmptyNameForAbsent) {
    setenv("LOCKSTEP_TEST_NAME", "value", 1);
    EXPECT_EQ(process_environment()("LOCKSTEP_TEST_NAME"), "value");
    setenv("LOCKSTEP_TEST_NAME", "", 1);
    EXPECT_EQ(process_environment()("LOCKSTEP_TEST_NAME"), std::nullopt);
    unsetenv("LOCKSTEP_TEST_NAME");
    EXPECT_EQ(process_environment()("LOCKSTEP_TEST_NAME"), std::nullopt);
}

}  // namespace
}  // namespace lockstep::config
