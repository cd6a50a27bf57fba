#include <gtest/gtest.h>

#include "expr/expr.h"
#include "value/json.h"

namespace lockstep::expr {
namespace {

Map variables() {
    return json::parse(R"({
        "deal": {"Id": "006", "Name": "Müller", "Amount": 1200.50, "Count": 3, "Owner": null,
                 "Lines": [{"Code": "A", "Quantity": 2}, {"Code": "B", "Quantity": 0}]}})")
        ->as_map();
}

Result<Value> render(std::string_view yaml) {
    LS_TRY_ASSIGN(const yaml::Node node, yaml::parse(yaml));
    LS_TRY_ASSIGN(const Template compiled, Template::compile(node, "flows/deal.yaml"));
    return compiled.render(MapEnvironment(variables()));
}

std::string rendered(std::string_view yaml) {
    auto result = render(yaml);
    return result ? json::write(*result) : result.error().message;
}

TEST(Template, KeepsTheTypeOfAWholeExpression) {
    EXPECT_EQ(rendered("{a: \"${ deal.Count }\", b: \"${ deal.Amount }\", c: \"${ deal.Lines }\", d: \"${ deal.Owner }\"}"),
              R"({"a":3,"b":1200.50,"c":[{"Code":"A","Quantity":2},{"Code":"B","Quantity":0}],"d":null})");
}

TEST(Template, InterpolatesIntoText) {
    EXPECT_EQ(rendered("a: SF-${ deal.Id }/${ deal.Amount } ${ deal.Owner }${ deal.?Nothing }."), R"({"a":"SF-006/1200.50 ."})");
}

TEST(Template, FindsTheEndOfAnExpressionBehindBracesAndQuotes) {
    EXPECT_EQ(rendered("a: \"${ {'x}': {'y': '}'}}['x}'].y } end\""), R"({"a":"} end"})");
}

TEST(Template, TakesAnEscapedOpeningLiterally) {
    EXPECT_EQ(rendered("a: $${ deal.Id }"), R"({"a":"${ deal.Id }"})");
    EXPECT_EQ(rendered("a: $${ x } ${ deal.Id }"), R"({"a":"${ x } 006"})");
}

TEST(Template, LeavesConstantsAsYamlHasThem) {
    EXPECT_EQ(rendered("{a: 1, b: 1.50, c: '1', d: true, e: null, f: [x, 2]}"),
              R"({"a":1,"b":1.50,"c":"1","d":true,"e":null,"f":["x",2]})");
    EXPECT_TRUE(Template::compile(*yaml::parse("{a: [1, {b: x}]}"), "f")->is_constant());
    EXPECT_FALSE(Template::compile(*yaml::parse("{a: [1, {b: \"${ x }\"}]}"), "f")->is_constant());
}

TEST(Template, LeavesOutWhatIsAbsent) {
    EXPECT_EQ(rendered("{a: \"${ deal.?Nothing }\", b: \"${ deal.?Id }\", c: [\"${ deal.?Nothing }\", 1]}"), R"({"b":"006","c":[1]})");
    EXPECT_EQ(rendered("${ deal.?Nothing }"), "null");
}

TEST(Template, RepeatsAValueOverAList) {
    EXPECT_EQ(rendered("items:\n  each: ${ deal.Lines }\n  as: line\n  if: ${ line.Quantity > 0 }\n  value:\n"
                       "    Material: ${ line.Code }\n    Position: ${ (line_index + 1) * 10 }\n    Deal: ${ deal.Id }\n"),
              R"({"items":[{"Material":"A","Position":10,"Deal":"006"}]})");
    EXPECT_EQ(rendered("{each: [1, 2], value: \"${ item * 2 }\"}"), "[2,4]");
    EXPECT_EQ(rendered("{each: \"${ deal.?Nothing }\", value: \"${ item }\"}"), "[]");
}

TEST(Template, AMapWithEachButNoValueIsAPlainMap) { EXPECT_EQ(rendered("{each: 1}"), R"({"each":1})"); }

TEST(Template, SaysWhatIsWrongWithAnEach) {
    EXPECT_EQ(rendered("a:\n  each: ${ deal.Owner }\n  value: 1\n"), "flows/deal.yaml:2:9: `each` needs a list, not null_type");
    EXPECT_EQ(rendered("a:\n  each: [1]\n  value: 1\n  whre: 2\n"),
              "flows/deal.yaml:4:3: a map with `each` has only `each`, `as`, `if` and `value`: whre");
    EXPECT_EQ(rendered("a:\n  each: [1]\n  if: 7\n  value: 1\n"), "flows/deal.yaml:3:7: `if` needs a boolean, not int");
    EXPECT_EQ(rendered("a:\n  each: [1]\n  as: a-b\n  value: 1\n"), "flows/deal.yaml:3:7: `as` needs the name of a variable: a-b");
}

TEST(Template, ErrorsNameThePlaceInTheFile) {
    EXPECT_EQ(rendered("a: 1\nb: Deal ${ deal.Nmae }\n"), "flows/deal.yaml:2:17: no such key: Nmae (did you mean `Name`?): in `deal.Nmae`");
    EXPECT_EQ(rendered("a: \"${ 1 + }\""), "flows/deal.yaml:1:11: the expression ends too early: in `1 +`");
    EXPECT_EQ(rendered("a: |\n  x\n  ${ nothing }\n"), "flows/deal.yaml:3:1: no such variable: nothing: in `nothing`");
    EXPECT_EQ(rendered("a: x ${ 1"), "flows/deal.yaml:1:6: `${` is not closed by `}`");
    EXPECT_EQ(rendered("a: x ${ }"), "flows/deal.yaml:1:9: the expression is empty");
    EXPECT_EQ(rendered("a: x ${ deal.Lines }"), "flows/deal.yaml:1:9: a list has no text form: in `deal.Lines`");
    EXPECT_EQ(rendered("${ deal.Id }: 1"), "flows/deal.yaml:1:1: a key cannot hold an expression: ${ deal.Id }");
}

TEST(Template, ListsReferencesWithoutTheVariablesOfEach) {
    const auto compiled = Template::compile(*yaml::parse("{a: \"${ deal.Id }\", b: {each: \"${ deal.Lines }\", as: l, value: \"${ l.Code "
                                                         "+ order.Id + string(l_index) }\"}, c: \"x ${ config.zone }\"}"),
                                            "f.yaml");
    ASSERT_TRUE(compiled.has_value());
    std::string found;
    for (const Reference& reference : compiled->references()) found += reference.variable + "." + reference.path.at(0) + " ";
    EXPECT_EQ(found, "deal.Id deal.Lines order.Id config.zone ");
}

}  // namespace
}  // namespace lockstep::expr
