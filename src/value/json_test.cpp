#include "value/json.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "base/limits.h"

namespace lockstep {
namespace {

Value read(std::string_view text) {
    auto parsed = json::parse(text);
    EXPECT_TRUE(parsed.has_value()) << text << ": " << (parsed ? "" : parsed.error().message);
    return parsed ? *parsed : Value();
}

std::string refusal(std::string_view text) {
    auto parsed = json::parse(text);
    EXPECT_FALSE(parsed.has_value()) << text;
    return parsed ? "" : parsed.error().to_text();
}

TEST(Json, NumbersKeepTheirDigits) {
    EXPECT_EQ(json::write(read("[1.50,0.10,100.00,-0.001,12345678901234567890.123456789]")),
              "[1.50,0.10,100.00,-0.001,12345678901234567890.123456789]");
    EXPECT_EQ(read("1.5e3"), Value(1500));
    EXPECT_EQ(read("1.0").kind(), Value::Kind::decimal);
}

TEST(Json, IdsAbove2To53Survive) {
    EXPECT_EQ(read("9007199254740993").as_int(), 9007199254740993);
    EXPECT_EQ(json::write(read("982000000567114001")), "982000000567114001");
    EXPECT_EQ(read("9223372036854775807").as_int(), INT64_MAX);
    EXPECT_EQ(read("-9223372036854775808").as_int(), INT64_MIN);
    EXPECT_EQ(json::write(read("9223372036854775808")), "9223372036854775808");
    EXPECT_EQ(json::write(read("18446744073709551616")), "18446744073709551616");
    EXPECT_EQ(json::write(read("-9223372036854775809")), "-9223372036854775809");
}

TEST(Json, NumbersOfMoreThan38DigitsAreRefused) {
    EXPECT_EQ(read(std::string(38, '9')).text(), std::string(38, '9'));
    EXPECT_EQ(refusal("[1, " + std::string(39, '9') + "]").substr(0, 17), "decimal_overflow:");
    EXPECT_EQ(refusal("1e400").substr(0, 17), "decimal_overflow:");
    EXPECT_EQ(refusal("1e-400").substr(0, 17), "decimal_overflow:");
}

TEST(Json, ReadsEveryKind) {
    auto value = read(R"( {"a": null, "b": [true, false], "c": {"d": "x"}, "e": -1, "": ""} )");
    EXPECT_TRUE(value["a"].is_null());
    EXPECT_EQ(value["b"], Value(List{true, false}));
    EXPECT_EQ(value.at_path("c.d"), Value("x"));
    EXPECT_EQ(value["e"], Value(-1));
    EXPECT_EQ(value[""], Value(""));
    EXPECT_EQ(read("[]"), Value(List{}));
    EXPECT_EQ(read("{}"), Value(Map{}));
}

TEST(Json, ReadsEscapesAndSurrogatePairs) {
    EXPECT_EQ(read(R"("\u00e9\n\t\"\\\/\b\f\r \ud83d\ude00")").as_string(), "é\n\t\"\\/\b\f\r 😀");
    EXPECT_EQ(read(R"("a\u0000b")").as_string(), std::string("a\0b", 3));
    auto long_text = "\"" + std::string(10000, 'x') + "\\n" + std::string(10000, 'y') + "\"";
    EXPECT_EQ(read(long_text).as_string(), std::string(10000, 'x') + "\n" + std::string(10000, 'y'));
    EXPECT_EQ(read("{" + long_text + ":1}").as_map().begin()->first.size(), 20001u);
}

TEST(Json, ReadsKeysWithEscapesBesideThoseWithout) {
    const Value map = read(R"({"a\nb":1,"plain":{"\u00e9":2,"a\"":3},"\t":4,"":5})");
    EXPECT_EQ(map, Value(Map{{"a\nb", 1}, {"plain", Map{{"é", 2}, {"a\"", 3}}}, {"\t", 4}, {"", 5}}));
}

TEST(Json, TheLastOfDuplicateKeysWins) {
    auto value = read(R"({"a":1,"b":2,"a":3})");
    EXPECT_EQ(value["a"], Value(3));
    EXPECT_EQ(value.as_map().size(), 2u);
}

TEST(Json, RefusesWhatIsNotJson) {
    for (std::string_view text : {"",
                                  " ",
                                  "{",
                                  "[1,]",
                                  "{\"a\":1,}",
                                  "{a:1}",
                                  "'x'",
                                  "01",
                                  "1.",
                                  ".5",
                                  "+1",
                                  "-",
                                  "1e",
                                  "NaN",
                                  "Infinity",
                                  "nul",
                                  "true false",
                                  "[1]]",
                                  "\"\\x\"",
                                  "\"\n\"",
                                  "\"\t\"",
                                  "\"open",
                                  "// no\n1",
                                  "/* no */ 1",
                                  "{\"a\" 1}",
                                  "{\"a\":}",
                                  "[1 2]",
                                  "\xef\xbb\xbf{}",
                                  "\"\\ud800\"",
                                  "\"\\udc00\"",
                                  "\"\\ud800\\u0041\"",
                                  "\"\\u12\"",
                                  "{1:2}"}) {
        EXPECT_EQ(refusal(text).substr(0, 12), "json_syntax:") << text;
    }
}

TEST(Json, RefusesBadUtf8) {
    for (std::string_view text : {"\"\xff\"", "\"\xc3\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "{\"\x80\":1}"}) {
        EXPECT_EQ(refusal(text).substr(0, 12), "json_syntax:");
    }
}

TEST(Json, ErrorsSayLineAndColumn) {
    EXPECT_NE(refusal("{\n  \"a\": 1,\n  \"ü\": x\n}").find("line 3, column 8"), std::string::npos)
        << refusal("{\n  \"a\": 1,\n  \"ü\": x\n}");
    EXPECT_NE(refusal("{}\n{}").find("line 2, column 1"), std::string::npos) << refusal("{}\n{}");
    EXPECT_NE(refusal("[1").find("line 1, column 3"), std::string::npos) << refusal("[1");
}

TEST(Json, DeepNestingIsRefused) {
    auto depth = static_cast<std::size_t>(limits::nesting_depth_max);
    EXPECT_TRUE(json::parse(std::string(depth, '[') + std::string(depth, ']')).has_value());
    EXPECT_NE(refusal(std::string(depth + 1, '[') + std::string(depth + 1, ']')).find("deeper"), std::string::npos);
    EXPECT_NE(refusal(std::string(1'000'000, '[')).find("deeper"), std::string::npos);
}

TEST(Json, WritesTimesAsTextAndBytesAsBase64) {
    Value value = Map{{"at", *parse_timestamp("2026-02-18T10:00:00.5Z")},
                      {"on", Date{2026, 2, 18}},
                      {"for", Duration{90, 0}},
                      {"bytes", Value::Bytes{"\xff\x00\x01"}},
                      {"u", Value::Unsigned{18446744073709551615u}}};
    EXPECT_EQ(json::write(value),
              R"({"at":"2026-02-18T10:00:00.500Z","on":"2026-02-18","for":"90s","bytes":"/w==","u":18446744073709551615})");
}

TEST(Json, WritesPrettyForPeople) {
    EXPECT_EQ(json::write_pretty(Map{{"a", List{1, Map{}}}, {"b", List{}}}), "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}");
}

TEST(Json, EscapesWhatMustBeEscaped) { EXPECT_EQ(json::write(Value("\"\\/\n\x01é\x7f")), "\"\\\"\\\\/\\n\\u0001é\x7f\""); }

TEST(Json, EscapesAtEveryPlaceOfALongText) {
    for (std::string_view special : {"\"", "\\", "\n", "\x1f", "é", "€"})
        for (std::size_t before = 0; before < 20; ++before) {
            const std::string text = std::string(before, 'x').append(special).append("\"é\\ and ").append(special);
            EXPECT_EQ(read(json::write(Value(text))), Value(text)) << text;
        }
}

TEST(Json, BadUtf8IsNeverWritten) {
    EXPECT_EQ(json::write(Value("a\xff"
                                "b")),
              "\"a\xef\xbf\xbd"
              "b\"");
}

rc::Gen<Value> scalars() {
    return rc::gen::oneOf(
        rc::gen::construct<Value>(rc::gen::arbitrary<bool>()), rc::gen::construct<Value>(rc::gen::arbitrary<std::int64_t>()),
        rc::gen::map(rc::gen::pair(rc::gen::arbitrary<std::int64_t>(), rc::gen::inRange(1, 39)),
                     [](auto parts) { return Value(*Decimal::from_parts(parts.first, parts.second)); }),
        rc::gen::map(rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127)), [](std::string s) { return Value(std::move(s)); }),
        rc::gen::element(Value(), Value("ü€😀"), Value("\\\"\n")));
}

Value random_value(int depth) {
    int shape = depth == 0 ? 0 : *rc::gen::inRange(0, 3);
    if (shape == 0) return *scalars();
    auto size = *rc::gen::inRange(0, 18);
    List list;
    Map map;
    for (int i = 0; i < size; ++i) {
        if (shape == 1) list.push_back(random_value(depth - 1));
        if (shape == 2) map.set(*rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127)), random_value(depth - 1));
    }
    return shape == 1 ? Value(list) : Value(map);
}

RC_GTEST_PROP(JsonProperty, WhatIsWrittenReadsAsTheSame, ()) {
    auto value = random_value(2);
    auto text = json::write(value);
    auto again = json::parse(text);
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == value);
    RC_ASSERT(json::write(*again) == text);
    auto pretty = json::parse(json::write_pretty(value));
    RC_ASSERT(pretty.has_value());
    RC_ASSERT(*pretty == value);
}

RC_GTEST_PROP(JsonProperty, NoTextBringsTheParserDown, (const std::string& text)) {
    auto parsed = json::parse(text);
    RC_CLASSIFY(parsed.has_value());
    auto damaged = R"({"a":[1.5,"x\u00e9",{"b":null}],"c":-1e3})" + std::string();
    if (!text.empty()) damaged[static_cast<unsigned char>(text[0]) % damaged.size()] = text.back();
    if (auto value = json::parse(damaged)) RC_ASSERT(json::parse(json::write(*value)).has_value());
}

}  // namespace
}  // namespace lockstep
