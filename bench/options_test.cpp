#include "bench/options.h"

#include <gtest/gtest.h>

namespace lockstep::bench {
namespace {

TEST(LoadOptions, AreReadFromTheCommandLine) {
    const auto line = read_command_line({"--url", "http://127.0.0.1:3000", "--kind", "deal", "--ids", "ids.txt", "--rate", "250",
                                         "--duration", "2.5", "--connections", "128", "--header", "A: b", "--header", "C: d", "--json"});
    ASSERT_TRUE(line.has_value() && line->options.has_value());
    EXPECT_EQ(line->options->kind, "deal");
    EXPECT_EQ(line->options->rate, 250);
    EXPECT_EQ(line->options->duration_s, 2.5);
    EXPECT_EQ(line->options->connections, 128);
    EXPECT_EQ(line->options->headers, (std::vector<std::string>{"A: b", "C: d"}));
    EXPECT_TRUE(line->options->json);
    EXPECT_FALSE(line->options->count.has_value());
}

struct Mistake {
    std::vector<std::string> arguments;
    std::string named;  ///< what the message must say
};

TEST(LoadOptions, SayWhatIsWrong) {
    const std::vector<std::string> plain = {"--url", "http://127.0.0.1:3000"};
    const Mistake mistakes[] = {
        {{"--cont", "1"}, "did you mean `--count`"},
        {{"--count", "0"}, "--count"},
        {{"--count", "many"}, "many"},
        {{"--connections", "0"}, "--connections"},
        {{"--connections", "10001"}, "--connections"},
        {{"--rate", "0"}, "--rate"},
        {{"--rate", "-1"}, "--rate"},
        {{"--duration", "-1"}, "--duration"},
        {{"--timeout", "0"}, "--timeout"},
        {{"--header", "no colon"}, "no colon"},
        {{"--header", "A: b\r\nC: d"}, "--header"},
        {{"--kind", "dael"}, "did you mean `deal`"},
        {{"--kind", "deal"}, "needs ids"},
        {{"--ids-from", "http://127.0.0.1:4014"}, "--kind"},
        {{"--kind", "deal", "--ids", "a", "--ids-from", "http://127.0.0.1:4014"}, "not from both"},
        {{"--repeat-ids"}, "--repeat-ids"},
        {{"stray"}, "stray"},
    };
    for (const Mistake& mistake : mistakes) {
        auto arguments = plain;
        arguments.insert(arguments.end(), mistake.arguments.begin(), mistake.arguments.end());
        const auto line = read_command_line(arguments);
        ASSERT_FALSE(line.has_value()) << mistake.named;
        EXPECT_NE(line.error().message.find(mistake.named), std::string::npos) << line.error().message;
    }
}

TEST(LoadOptions, NeedAnAddressOfPlainHttpAndAnEnd) {
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{},
                                                      {"--url", "https://127.0.0.1:3000", "--count", "1"},
                                                      {"--url", "127.0.0.1:3000", "--count", "1"},
                                                      {"--url", "http://127.0.0.1:3000"},
                                                      {"--url", "http://127.0.0.1:3000", "--ids", "x", "--repeat-ids"}})
        EXPECT_FALSE(read_command_line(arguments).has_value());
}

TEST(LoadOptions, ExplainThemselves) {
    const auto line = read_command_line({"--help"});
    ASSERT_TRUE(line.has_value());
    EXPECT_FALSE(line->options.has_value());
    EXPECT_NE(line->text.find("--rate"), std::string::npos);
}

}  // namespace
}  // namespace lockstep::bench
