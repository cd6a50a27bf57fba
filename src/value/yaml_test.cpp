#include "value/yaml.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "value/json.h"

namespace lockstep {
namespace {

yaml::Node read(std::string_view text) {
    auto parsed = yaml::parse(text);
    EXPECT_TRUE(parsed.has_value()) << text << ": " << (parsed ? "" : parsed.error().message);
    return parsed ? *parsed : yaml::Node();
}

std::string as_json(std::string_view text) { return json::write(read(text).to_value()); }

std::string refusal(std::string_view text) {
    auto parsed = yaml::parse(text);
    EXPECT_FALSE(parsed.has_value()) << text;
    if (parsed) return "";
    EXPECT_EQ(parsed.error().code, ErrorCode::yaml_syntax);
    return parsed.error().message;
}

TEST(Yaml, NodesKnowTheirPlace) {
    auto root = read("flow: deal-closed\nsteps:\n  - id: deal\n    with: { soql: \"SELECT\" }\n");
    EXPECT_EQ(root.place.line, 1);
    EXPECT_EQ(root.place.column, 1);
    const auto& step = root.find("steps")->items.at(0);
    EXPECT_EQ(step.place.line, 3);
    EXPECT_EQ(step.place.column, 5);
    const auto& soql = step.find("with")->entries.at(0);
    EXPECT_EQ(soql.key.place.line, 4);
    EXPECT_EQ(soql.key.place.column, 13);
    EXPECT_EQ(soql.value.place.column, 19);
    EXPECT_TRUE(soql.value.quoted);
    EXPECT_EQ(root.find("nothing"), nullptr);
}

TEST(Yaml, ScalarsFollowTheCoreSchemaWithJsonsNumbers) {
    EXPECT_EQ(as_json("[null, ~, true, false, 1, -2, 1.50, 1e3, text]"), R"([null,null,true,false,1,-2,1.50,1000,"text"])");
    EXPECT_EQ(as_json("[yes, on, True, 0010, +49, 1_000, 0x1F, .5, 1., .inf, 2026-02-18, 1:30]"),
              R"(["yes","on","True","0010","+49","1_000","0x1F",".5","1.",".inf","2026-02-18","1:30"])");
    EXPECT_EQ(as_json("['1', \"true\", \"\"]"), R"(["1","true",""])");
    EXPECT_EQ(as_json("a:\nb: |\n  1\n"), "{\"a\":null,\"b\":\"1\\n\"}");
    EXPECT_EQ(as_json("9223372036854775808"), "9223372036854775808");
    EXPECT_EQ(as_json(std::string(39, '9')), "\"" + std::string(39, '9') + "\"");
}

TEST(Yaml, KeepsTheOrderOfKeysAndTheWordOn) { EXPECT_EQ(as_json("on: 1\nzebra: 2\nant: 3\n"), R"({"on":1,"zebra":2,"ant":3})"); }

TEST(Yaml, AnEmptyTextIsNull) {
    EXPECT_EQ(read("").kind, yaml::Node::Kind::null);
    EXPECT_EQ(read("# only a comment\n").kind, yaml::Node::Kind::null);
}

TEST(Yaml, AliasesRepeatTheirAnchor) { EXPECT_EQ(as_json("a: &x {k: 1}\nb: *x\n"), R"({"a":{"k":1},"b":{"k":1}})"); }

TEST(Yaml, LoopingAndMultiplyingAliasesAreRefused) {
    EXPECT_NE(refusal("a: &x [1, *x]").find("inside its own anchor"), std::string::npos);
    refusal("a: *unknown");
    std::string laughs = "l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 9; ++i) {
        auto before = "*l" + std::to_string(i - 1);
        laughs += "l" + std::to_string(i) + ": &l" + std::to_string(i) + " [";
        for (int k = 0; k < 9; ++k) laughs += before + ", ";
        laughs += before + "]\n";
    }
    EXPECT_NE(refusal(laughs).find("more nodes than allowed"), std::string::npos);
}

TEST(Yaml, DuplicateKeysAreRefusedWithTheirPlace) {
    EXPECT_EQ(refusal("a: 1\nb:\n  c: 1\n  c: 2\n"), "key stands twice: c: line 4, column 3");
    EXPECT_NE(refusal("{\"a\": 1, a: 2}").find("twice"), std::string::npos);
}

TEST(Yaml, TagsKeysThatAreNoTextAndSecondDocumentsAreRefused) {
    EXPECT_NE(refusal("a: !!python/object x").find("tags are not allowed"), std::string::npos);
    EXPECT_NE(refusal("a: !custom {b: 1}").find("tags are not allowed"), std::string::npos);
    EXPECT_NE(refusal("? [1, 2]\n: x\n").find("key must be text"), std::string::npos);
    EXPECT_NE(refusal("~: 1").find("key must be text"), std::string::npos);
    EXPECT_NE(refusal("a: 1\n---\nb: 2\n").find("second document"), std::string::npos);
    EXPECT_NE(refusal("a: 1\n---\nb: 2\n").find("line 3"), std::string::npos) << refusal("a: 1\n---\nb: 2\n");
    EXPECT_EQ(as_json("---\na: 1\n...\n"), R"({"a":1})");
}

TEST(Yaml, SyntaxErrorsSayLineAndColumn) {
    EXPECT_NE(refusal("a: 1\nb: [1, 2\nc: 3\n").find("line "), std::string::npos);
    EXPECT_NE(refusal("a: 1\n b: 2\n").find("line 2"), std::string::npos) << refusal("a: 1\n b: 2\n");
    EXPECT_NE(refusal("a: \"open").find("line 1"), std::string::npos);
    EXPECT_NE(refusal("a: ${ x ? 'a' : 'b' }").find("needs quotes"), std::string::npos);
    EXPECT_NE(refusal("- a\nb: 1\n").find("indented wrongly: line 2"), std::string::npos) << refusal("- a\nb: 1\n");
    refusal("a: \xff");
    refusal("\t- a: b: c");
}

TEST(Yaml, DeepNestingIsRefused) {
    auto depth = static_cast<std::size_t>(limits::nesting_depth_max);
    EXPECT_TRUE(yaml::parse(std::string(depth, '[') + std::string(depth, ']')).has_value());
    EXPECT_NE(refusal(std::string(depth + 1, '[') + std::string(depth + 1, ']')).find("deeper"), std::string::npos);
    refusal(std::string(20'000, '['));
}

TEST(Yaml, AliasesDoNotNestDeeperThanWhatIsWrittenOut) {
    std::string chain = "k0: &a0 [x]\n";
    for (int i = 1; i <= limits::nesting_depth_max; ++i) chain += fmt::format("k{0}: &a{0} [*a{1}]\n", i, i - 1);
    EXPECT_NE(refusal(chain).find("deeper"), std::string::npos);
}

TEST(Yaml, ControlCharactersAreRefusedAndNeverMeanAnotherEncoding) {
    EXPECT_NE(refusal(std::string("a: 1\nb: \0", 9)).find("control characters are not allowed: line 2, column 4"), std::string::npos);
    refusal(std::string("\0\0\0\r: v:false", 13));
    EXPECT_EQ(as_json("a:\t1\r\nb: 2\r\n"), R"({"a":1,"b":2})");
}

}  // namespace
}  // namespace lockstep
