// The language as a table: what an expression gives, and which message a wrong one gives.
#include <gtest/gtest.h>

#include "expr/expr.h"
#include "value/json.h"

namespace lockstep::expr {
namespace {

Result<Value> run(std::string_view text) {
    LS_TRY_ASSIGN(const Program program, compile(text));
    const Value variables = *json::parse(R"({"name": "Zoë  de la Cruz", "n": null, "m": {"a": 1, "b": null}, "big": 1e20})");
    return evaluate(program, MapEnvironment(variables.as_map()));
}

struct Case {
    const char* expression;
    const char* expected;  ///< an expression, or a message; null: any message
};

class Equals : public testing::TestWithParam<Case> {};

TEST_P(Equals, Holds) {
    const auto [expression, expected] = GetParam();
    const auto left = run(expression);
    const auto right = run(expected);
    ASSERT_TRUE(left.has_value()) << expression << ": " << left.error().message;
    ASSERT_TRUE(right.has_value()) << expected << ": " << right.error().message;
    EXPECT_TRUE(*left == *right) << expression << " is " << json::write(*left) << ", not " << json::write(*right);
}

constexpr Case lexical[] = {
    {"1 + // a comment\n 2", "3"},
    {"0x1F + 0Xa", "41"},
    {".5 + 1.5e1", "15.5"},
    {"-9223372036854775808", "-9223372036854775807 - 1"},
    {"r'\\n'.size()", "2"},
    {"'\\u00e9' + \"\\U0001F600\" + '\\x41\\101'", "'é😀AA'"},
    {"b'\\xff\\377'.size()", "2"},
    {"'''a\n'b''' ", "'a\\n\\'b'"},
    {"{'a b': 1}.`a b`", "1"},
    {"{'if': 1}.if", "1"},
    {"[1, 2,]", "[1, 2]"},
    {"!!true", "true"},
    {"- -1", "1"},
};

constexpr Case operators[] = {
    {"1 + 2 * 3 - 4", "3"},
    {"true || false && false", "true"},
    {"1 < 2 == true", "true"},
    {"false ? 1 : true ? 2 : 3", "2"},
    {"2 * 1.25", "2.5"},
    {"1u + 1.5", "2.5"},
    {"10 / 4", "2"},
    {"10.0 / 4", "2.5"},
    {"1.0 / 3 == 0.333333333333333333", "true"},
    {"-7 % 3", "-1"},
    {"1 == 1.0 && 1u == 1 && 2 in [1.0, 2.0]", "true"},
    {"1 == '1' || null == false", "false"},
    {"1 < 1.5 && 2u > 1", "true"},
    {"[1] + [2]", "[1, 2]"},
    {"{1: 'a', true: 'b', 'c': 'd'}[1u] + {1: 'a'}[1.0]", "'aa'"},
    {"{'a': [1, {'b': 2}]} == {'a': [1.0, {'b': 2u}]}", "true"},
    {"duration('1h') + timestamp(0) == timestamp(3600)", "true"},
    {"timestamp(60) - timestamp(0) == duration('1m')", "true"},
    {"big == 100000000000000000000.0", "true"},
};

constexpr Case macros[] = {
    {"{'a': 1, 'b': 2}.map(k, k)", "['a', 'b']"},
    {"[1, 2, 3].map(x, x > 1, x * 2)", "[4, 6]"},
    {"{'a': 1}.transformMap(k, v, v + 1)", "{'a': 2}"},
    {"['x', 'y'].transformMapEntry(i, v, {v: i})", "{'x': 0, 'y': 1}"},
    {"['b1', 'a1', 'b2'].groupBy(x, x.slice(0, 1))", "{'b': ['b1', 'b2'], 'a': ['a1']}"},
    {"['b1', 'a1', 'b2'].groupBy(x, x.slice(0, 1)).keys()", "['b', 'a']"},
    {"[1, 2, 3].groupBy(x, x % 2)", "{1: [1, 3], 0: [2]}"},
    {"[1, 2].groupBy(x, x > 1)", "{false: [1], true: [2]}"},
    {"[].groupBy(x, x)", "{}"},
    {"{'a': 1, 'bc': 2}.groupBy(k, size(k))", "{1: ['a'], 2: ['bc']}"},
    {"[1, 1.0, '1', true, null, null, [1], [1]].distinct()", "[1, '1', true, null, [1]]"},
    {"['x', 'y'].transformList(i, v, v + string(i))", "['x0', 'y1']"},
    {"{1: 'a', 2: 'b'}.exists(k, v, k == 2 && v == 'b')", "true"},
    {"has(m.a) && !has(m.c) && has(m.b)", "true"},
    {"has(n.a) || has(m.b.c)", "false"},
    {"cel.bind(a, m.a + 1, a * a)", "4"},
    {"optional.of(2).optMap(x, x * 2).value()", "4"},
    {"optional.of(2).optFlatMap(x, optional.none()).orValue(7)", "7"},
    {"m.?a.optMap(x, x + 1).orValue(0)", "2"},
    {"[?m.?a, ?m.?c, 9]", "[1, 9]"},
    {"{?'x': m.?a, ?'y': m.?c}", "{'x': 1}"},
};

constexpr Case functions[] = {
    {"name.size()", "15"},
    {"name.slice(0, 3)", "'Zoë'"},
    {"name.slice(-5, 99) == name && name.slice(9, 2) == ''", "true"},
    {"name.truncate(0) + name.truncate(3)", "'Zoë'"},
    {"name.chunks(7)", "['Zoë  de', 'la Cruz']"},
    {"name.chunks(4)", "['Zoë', 'de', 'la', 'Cruz']"},
    {"name.chunks(3)", "['Zoë', 'de', 'la', 'Cru', 'z']"},
    {"'ääääää'.chunks(4)", "['ääää', 'ää']"},
    {"'   '.chunks(4)", "[]"},
    {"name.chunks(40)[?3].orValue('')", "''"},
    {"lines('a\\n\\nb')", "['a', '', 'b']"},
    {"lines('')", "[]"},
    {"n.default('x') + ''.default('y') + 'z'.default('w')", "'xyz'"},
    {"m.?b.default('none')", "'none'"},
    {"m.get('a', 0) + m.get('zz', 10)", "11"},
    {"round(2.5, 0) == 3 && round(-2.5, 0) == -3 && round(1.005, 2) == 1.01", "true"},
    {"sum([1, 2.5, 3u])", "6.5"},
    {"decimal('12.340')", "12.34"},
    {"isEmail('a.b+c@x.example')", "true"},
    {"['', '@x.y', 'a@', 'a@b@c.d', 'a b@c.d', 'a@c..d', 'a.@c.d', 'a@c.d '].exists(e, isEmail(e))", "false"},
    {"addDays('2024-02-28', 2)", "'2024-03-01'"},
    {"date(timestamp('2026-03-29T23:30:00Z'), '+02:00')", "'2026-03-30'"},
    {"toJson({'b': 1.50, 'a': ['x\"y', null, true]})", "'{\"b\":1.50,\"a\":[\"x\\\\\"y\",null,true]}'"},
    {"'%5s'.contains('%')", "true"},
    {"'%.2f|%e|%d|%s'.format([1.005, 12345.678, 7, [1, 'a', null]])", "'1.00|1.234568e+04|7|[1, a, null]'"},
    {"'%.1e %.0e'.format([9.96, 0.00095])", "'1.0e+01 1e-03'"},
    {"'%b %o %x %X'.format([-5, 8, 'az', 255])", "'-101 10 617a FF'"},
    {"[3, 1, 3.0, 1u].distinct()", "[3, 1]"},
    {"'a,b,,c'.split(',', 3)", "['a', 'b', ',c']"},
    {"'abc'.replace('', '-')", "'-a-b-c-'"},
    {"'ab12'.matches('^[a-z]+[0-9]+$')", "true"},
    {"string(b'abc') + string(1.50) + string(-3) + string(true)", "'abc1.50-3true'"},
    {"int(9.99) + int('-5') + int(3u)", "7"},
    {"duration('90m').getHours()", "1"},
    {"timestamp('2026-03-29T01:30:00Z').getHours('Europe/Berlin')", "3"},
};

INSTANTIATE_TEST_SUITE_P(Lexical, Equals, testing::ValuesIn(lexical));
INSTANTIATE_TEST_SUITE_P(Operators, Equals, testing::ValuesIn(operators));
INSTANTIATE_TEST_SUITE_P(Macros, Equals, testing::ValuesIn(macros));
INSTANTIATE_TEST_SUITE_P(Functions, Equals, testing::ValuesIn(functions));

class Fails : public testing::TestWithParam<Case> {};

TEST_P(Fails, WithItsMessage) {
    const auto [expression, expected] = GetParam();
    const auto result = run(expression);
    ASSERT_FALSE(result.has_value()) << expression << " is " << json::write(*result);
    if (!expected) return;
    EXPECT_EQ(result.error().message, std::string(expected) + ": in `" + expression + "`");
}

constexpr Case syntax_errors[] = {
    {"", "1:1: the expression ends too early"},
    {"1 2", "1:3: unexpected `2`"},
    {"12abc", "1:1: a number is followed by a letter"},
    {"0x", "1:1: a hexadecimal number needs digits"},
    {"9223372036854775808", "1:1: this number does not fit 64 bits: 9223372036854775808"},
    {"-1u", "1:2: an unsigned number cannot be negative: 1u"},
    {"a.b..c", "1:5: a name is expected behind the dot"},
    {"a.true", "1:3: `true` is not a name: write it in backquotes"},
    {"for + 1", "1:1: `for` is a reserved word"},
    {"[1, 2", "1:6: expected `]`, found the end"},
    {"{'a' 1}", "1:6: expected `:`, found `1`"},
    {"true ? 1", "1:9: expected `:`, found the end"},
    {"a | b", "1:3: write `&&` and `||`"},
    {"a # b", "1:3: this character means nothing here: #"},
    {"has(a)", "1:1: has() needs a field: has(record.field)"},
    {"[1].all(1, true)", "1:9: the macro needs the name of a variable here"},
    {"[1].all(i, i, true)", "1:12: the macro's two variables have the same name: i"},
    {"Money{amount: 1}", "1:6: messages cannot be made here: write a map, `{'name': value}`"},
    {"size(1, 2)", "1:1: wrong number of arguments: size(string, bytes, list or map) -> int"},
    {"size(1,)", "1:8: an argument is missing behind the comma"},
    {"'\\ud800'", "1:2: this escape does not exist: \\u"},
    {"`a`", "1:1: a name in backquotes can only follow a dot"},
};

constexpr Case evaluation_errors[] = {
    {"nothing", "1:1: no such variable: nothing"},
    {"1 + 'a'", "1:3: no such overload: int + string"},
    {"1 - 1u", "1:3: no such overload: int - uint"},
    {"1.5 % 2.0", "1:5: no such overload: double % double"},
    {"9223372036854775807 + 1", "1:21: the result of + does not fit a 64-bit integer"},
    {"-(-9223372036854775807 - 1)", "1:1: the result of - does not fit a 64-bit integer"},
    {"0u - 1u", "1:4: the result of - does not fit a 64-bit integer"},
    {"1.5 / 0", "1:5: division by zero"},
    {"1 / 0", "1:3: division by zero"},
    {"1 % 0", "1:3: division by zero"},
    {"'a' < 1", "1:5: these have no order: string and int"},
    {"1 in 2", "1:3: `in` looks into lists and maps, not int"},
    {"[1, 2][2]", "1:7: index out of range: 2, size 2"},
    {"[1, 2][-1]", "1:7: index out of range: -1, size 2"},
    {"[1][0.5]", "1:4: a list index must be a whole number: 0.5"},
    {"m['aa']", "1:2: no such key: aa"},
    {"n.a", "1:3: null_type has no entries: field a"},
    {"{'a': 1, 'a': 2}", "1:10: a map has the same key twice: a"},
    {"{1.5: 1}", "1:2: a map key must be text, a whole number or a boolean, not double"},
    {"1 ? 2 : 3", "1:3: the condition of `? :` must be a boolean, not int"},
    {"!1", "1:1: `!` needs a boolean, not int"},
    {"true && 1", "1:9: `&&` needs booleans, not int"},
    {"size(1)", "1:1: no such overload: size(int)"},
    {"[1].map(x, x + '')", "1:14: no such overload: int + string"},
    {"n.map(x, x)", "1:3: map needs a list or a map, not null_type"},
    {"[?1]", "1:3: `?` in a list needs an optional, not int"},
    {"optional.none().value()", "1:17: the optional is absent"},
    {"'abc'.substring(2, 9)", "1:7: index out of range: 9, length 3"},
    {"'abc'.chunks(0)", "1:7: chunks needs a length of at least 1: 0"},
    {"sum([1, 'a'])", "1:1: sum needs numbers only, not string"},
    {"'%d'.format([])", "1:6: the format needs more values: only 0"},
    {"'%'.format([1])", "1:5: the format ends within a clause"},
    {"'a'.matches('[')", "1:5: the regular expression is not valid: missing ]: ["},
    {"string([1])", "1:1: no such overload: string(list)"},
    {"today('Europe/Berln')", "1:1: no such time zone: Europe/Berln (did you mean `Europe/Berlin`?)"},
    {"addDays('2026-02-30', 1)", nullptr},
    {"int('x')", "1:1: cannot be read as int: x"},
    {"decimal('1,5')", nullptr},
    {"timestamp(253402300800)", "1:1: the timestamp is outside the years 1 to 9999"},
    {"addDays('9999-12-31', 1)", "1:1: the date is outside the years 1 to 9999: 9999-12-31 and 1 days"},
    {"addDays('2026-01-01', 9223372036854775807)", nullptr},
    {"round(1.5, 100)", "1:1: round takes -38 to 38 digits: 100"},
};

INSTANTIATE_TEST_SUITE_P(Syntax, Fails, testing::ValuesIn(syntax_errors));
INSTANTIATE_TEST_SUITE_P(Evaluation, Fails, testing::ValuesIn(evaluation_errors));

}  // namespace
}  // namespace lockstep::expr
