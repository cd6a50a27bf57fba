// Whatever is written, compiling and evaluating ends with a value or an error.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "expr/expr.h"
#include "expr/lexer.h"
#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::expr {
namespace {

constexpr const char* pieces[] = {"1",
                                  "0",
                                  "-1",
                                  "2.50",
                                  "1e30",
                                  "7u",
                                  "'text'",
                                  "b'\\xff'",
                                  "\"ü\"",
                                  "true",
                                  "null",
                                  "deal",
                                  "deal.Name",
                                  "x",
                                  "y",
                                  "(",
                                  ")",
                                  "[",
                                  "]",
                                  "{",
                                  "}",
                                  ",",
                                  ".",
                                  ".?",
                                  "[?",
                                  "?",
                                  ":",
                                  "+",
                                  "-",
                                  "*",
                                  "/",
                                  "%",
                                  "==",
                                  "!=",
                                  "<",
                                  ">=",
                                  "&&",
                                  "||",
                                  "!",
                                  " in ",
                                  "has(",
                                  "size(",
                                  ".map(x, ",
                                  ".filter(y, ",
                                  ".all(x, y, ",
                                  "cel.bind(x, ",
                                  ".orValue(",
                                  ".default(",
                                  "optional.of(",
                                  "optional.none()",
                                  ".slice(0, ",
                                  ".chunks(",
                                  ".groupBy(x, ",
                                  "string(",
                                  "int(",
                                  "decimal(",
                                  "duration('1h')",
                                  "timestamp(0)",
                                  ".split(",
                                  ".format([",
                                  "math.abs(",
                                  ".Name",
                                  "{'a': ",
                                  "`",
                                  "'",
                                  "\\",
                                  "//",
                                  "\n",
                                  "sum(",
                                  "toJson(",
                                  "round(",
                                  ".matches(",
                                  ".replace('', ",
                                  ".join(",
                                  ".distinct()",
                                  ".first()"};

std::string random_text(std::mt19937& random) {
    std::string text;
    const std::size_t count = 1 + random() % 12;
    for (std::size_t i = 0; i < count; ++i) text += pieces[random() % std::size(pieces)];
    for (std::size_t open = std::count(text.begin(), text.end(), '('), close = std::count(text.begin(), text.end(), ')'); open > close;
         --open) {
        text += ")";
    }
    return text;
}

TEST(Robustness, RandomExpressionsGiveAValueOrAnError) {
    std::mt19937 random(20260218);
    const MapEnvironment environment(json::parse(R"({"deal": {"Name": "Zoë", "Lines": [1, 2]}, "x": [1, 2.5], "y": "abc"})")->as_map());
    int compiled = 0;
    int evaluated = 0;
    for (int i = 0; i < 30'000; ++i) {
        const std::string text = random_text(random);
        const auto program = compile(text);
        if (!program) {
            EXPECT_EQ(program.error().code, ErrorCode::expression_syntax);
            continue;
        }
        ++compiled;
        references(*program);
        const auto result = evaluate(*program, environment);
        evaluated += result ? 1 : 0;
        const bool placed = result || result.error().message.find(": in `") != std::string::npos;
        const bool whole = !result || !result->is_string() || encoding::is_valid_utf8(result->as_string());
        EXPECT_TRUE(placed && whole) << text;
    }
    // Otherwise the pieces do not reach what they are to test.
    EXPECT_GT(compiled, 1000);
    EXPECT_GT(evaluated, 300);
}

TEST(Robustness, RandomBytesAreRefused) {
    std::mt19937 random(7);
    for (int i = 0; i < 5'000; ++i) {
        std::string text;
        for (std::size_t k = random() % 20; k > 0; --k) text += static_cast<char>(random() % 256);
        const auto program = compile(text);
        EXPECT_TRUE(program || encoding::is_valid_utf8(text) || program.error().message.find("UTF-8") != std::string::npos);
        find_expression_end(text, 0);
    }
}

TEST(Robustness, RandomTemplatesGiveAValueOrAnError) {
    std::mt19937 random(11);
    const MapEnvironment environment(json::parse(R"({"deal": {"Name": "Zoë", "Lines": [1, 2]}, "x": [1, 2.5], "y": "abc"})")->as_map());
    int rendered = 0;
    for (int i = 0; i < 5'000; ++i) {
        yaml::Node node;
        node.kind = yaml::Node::Kind::scalar;
        node.text = "a ${ " + random_text(random) + " } $${ ${ " + random_text(random) + "}";
        const auto compiled = Template::compile(node, "f.yaml");
        if (!compiled) continue;
        rendered += compiled->render(environment).has_value() ? 1 : 0;
    }
    EXPECT_GT(rendered, 0);
}

}  // namespace
}  // namespace lockstep::expr
