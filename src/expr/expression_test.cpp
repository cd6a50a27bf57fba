#include <gtest/gtest.h>

#include "expr/expr.h"
#include "value/json.h"

namespace lockstep::expr {
namespace {

Map variables() {
    return json::parse(R"({
        "deal": {"Id": "006", "Name": "Müller & Söhne GmbH", "Amount": 1200.50, "Account": {"Name": "Müller"}, "Owner": null,
                 "Lines": [{"Quantity": 2, "UnitPrice": 100.25}, {"Quantity": 1, "UnitPrice": 1000}]},
        "empty": "", "list": [1, 2, 3]})")
        ->as_map();
}

Result<Value> run(std::string_view text, std::string file = {}) {
    CompileOptions options;
    if (!file.empty()) options.source = {std::move(file), 7, 12};
    LS_TRY_ASSIGN(const Program program, compile(text, options));
    return evaluate(program, MapEnvironment(variables(), Timestamp{1'771'455'600, 0}));
}

Value value_of(std::string_view text) {
    auto result = run(text);
    EXPECT_TRUE(result.has_value()) << text << ": " << (result ? "" : result.error().message);
    return result ? *result : Value();
}

std::string error_of(std::string_view text, std::string file = {}) {
    auto result = run(text, std::move(file));
    EXPECT_FALSE(result.has_value()) << text;
    return result ? "" : result.error().message;
}

TEST(Expression, ComputesWithExactDecimals) {
    EXPECT_EQ(value_of("0.1 + 0.2"), Value(*Decimal::parse("0.3")));
    EXPECT_EQ(value_of("0.1 + 0.2 == 0.3"), Value(true));
    EXPECT_EQ(value_of("sum(deal.Lines.map(l, l.Quantity * l.UnitPrice))"), Value(*Decimal::parse("1200.50")));
    EXPECT_EQ(value_of("sum(deal.Lines.map(l, l.Quantity * l.UnitPrice)) == deal.Amount"), Value(true));
}

TEST(Expression, KeepsTheDigitsOfADecimalInText) { EXPECT_EQ(value_of("string(deal.Amount)"), Value("1200.50")); }

TEST(Expression, DividesWholeNumbersWithoutAFractionUnlessToldDecimal) {
    EXPECT_EQ(value_of("7 / 2"), Value(3));
    EXPECT_EQ(value_of("decimal(7) / 2"), Value(*Decimal::parse("3.5")));
}

TEST(Expression, SelectsFieldsAndEntries) {
    EXPECT_EQ(value_of("deal.Account.Name"), Value("Müller"));
    EXPECT_EQ(value_of("deal['Account']['Name']"), Value("Müller"));
    EXPECT_EQ(value_of("deal.Lines[1].Quantity"), Value(1));
}

TEST(Expression, NamesTheNearestFieldOfAMissingOne) {
    EXPECT_EQ(error_of("deal.Amuont > 1", "flows/deal.yaml"),
              "flows/deal.yaml:7:17: no such key: Amuont (did you mean `Amount`?): in `deal.Amuont > 1`");
}

TEST(Expression, NamesTheNearestFunctionOfAMissingOne) {
    EXPECT_EQ(error_of("deal.Name.lowerAsci()", "flows/deal.yaml"),
              "flows/deal.yaml:7:22: no such function: lowerAsci (did you mean `lowerAscii`?): in `deal.Name.lowerAsci()`");
}

TEST(Expression, SaysWhereTheSyntaxIsWrong) {
    EXPECT_EQ(error_of("1 +", "f.yaml"), "f.yaml:7:15: the expression ends too early: in `1 +`");
    EXPECT_EQ(error_of("1 = 2"), "1:3: `=` does not compare: write `==`: in `1 = 2`");
    EXPECT_EQ(error_of("(1"), "1:3: expected `)`, found the end: in `(1`");
    EXPECT_EQ(error_of("'abc"), "1:1: the text does not end: the closing quote is missing: in `'abc`");
    EXPECT_EQ(error_of("'a\\qb'"), "1:3: this escape does not exist: \\q: in `'a\\qb'`");
    EXPECT_EQ(error_of("1\n + ]"), "2:4: unexpected `]`: in `1  + ]`");
    EXPECT_EQ(error_of("deal.Name.substring(1, 2, 3)"),
              "1:11: wrong number of arguments: string.substring(int start, [int end]) -> string: in "
              "`deal.Name.substring(1, 2, 3)`");
}

TEST(Expression, SyntaxAndEvaluationHaveTheirOwnCodes) {
    EXPECT_EQ(run("1 +").error().code, ErrorCode::expression_syntax);
    EXPECT_EQ(run("1 / 0").error().code, ErrorCode::expression_failed);
    EXPECT_EQ(run("timestamp('x')").error().code, ErrorCode::expression_failed);
    EXPECT_EQ(run("9999999999999999999999999999999999999999.5").error().code, ErrorCode::expression_syntax);
    EXPECT_EQ(run("9999999999999999999999999999999999999.0 * 1000.5").error().code, ErrorCode::decimal_overflow);
}

TEST(Expression, OperandThatDecidesMakesErrorsOfTheOthersIrrelevant) {
    EXPECT_EQ(value_of("1 / 0 > 1 || true"), Value(true));
    EXPECT_EQ(value_of("false && deal.Nothing"), Value(false));
    EXPECT_EQ(value_of("deal.Nothing && false"), Value(false));
    EXPECT_EQ(error_of("deal.Nothing && 1 / 0 > 1"), "1:6: no such key: Nothing: in `deal.Nothing && 1 / 0 > 1`");
}

TEST(Expression, SelectsOptionallyThroughNullAndMissingFields) {
    EXPECT_EQ(value_of("deal.?Owner.?Name.orValue('nobody')"), Value("nobody"));
    EXPECT_EQ(value_of("deal.?Nothing.Name.orValue('nobody')"), Value("nobody"));
    EXPECT_EQ(value_of("deal.?Account.Name.orValue('nobody')"), Value("Müller"));
    EXPECT_EQ(value_of("has(deal.Owner.Name)"), Value(false));
    EXPECT_EQ(value_of("has(deal.Owner)"), Value(true));
    EXPECT_EQ(error_of("deal.Owner.Name"), "1:12: null_type has no entries: field Name: in `deal.Owner.Name`");
}

TEST(Expression, DefaultDoesNotEvaluateWhatItDoesNotNeed) {
    EXPECT_EQ(value_of("deal.Name.default(1 / 0)"), Value("Müller & Söhne GmbH"));
    EXPECT_EQ(value_of("empty.default('x')"), Value("x"));
}

TEST(Expression, VariablesOfMacrosHideOuterOnes) {
    EXPECT_EQ(value_of("[10, 20].map(deal, deal + 1)"), Value(List{11, 21}));
    EXPECT_EQ(value_of("[1, 2].map(x, [10, 20].map(y, x + y))"), Value(List{List{11, 21}, List{12, 22}}));
    EXPECT_EQ(value_of("cel.bind(x, 1, cel.bind(x, x + 1, x * 10))"), Value(20));
}

TEST(Expression, TodayIsTheDayOfTheRunInTheZone) {
    EXPECT_EQ(value_of("now()"), Value(Timestamp{1'771'455'600, 0}));  // 2026-02-18T23:00:00Z
    EXPECT_EQ(value_of("today('UTC')"), Value("2026-02-18"));
    EXPECT_EQ(value_of("addDays(today('Europe/Berlin'), 30)"), Value("2026-03-21"));
}

TEST(Expression, LookupNamesTheKeyAndTheNearest) {
    EXPECT_EQ(error_of("lookup({'Germany': 'DE'}, 'Germny')"),
              "1:1: the table has no entry for Germny (did you mean `Germany`?): in `lookup({'Germany': 'DE'}, 'Germny')`");
}

TEST(Expression, StopsWhenItTakesTooManySteps) {
    const std::string nine = "[1,2,3,4,5,6,7,8,9]";
    std::string text = "1 == 1";
    for (int i = 0; i < 8; ++i) text = nine + ".all(x" + std::to_string(i) + ", " + text + ")";
    EXPECT_NE(error_of(text).find("too many steps"), std::string::npos);
    // Absorbed errors do not hide it.
    EXPECT_NE(error_of("(" + text + ") || (" + text + ")").find("too many steps"), std::string::npos);
}

TEST(Expression, GroupsAndSumsTenThousandRowsWithinItsSteps) {
    List rows;
    for (int i = 0; i < 10'000; ++i) rows.push_back(Map{{"material", "M" + std::to_string(i % 5'000)}, {"quantity", i / 5'000 + 1}});
    const MapEnvironment environment(Map{{"rows", std::move(rows)}});
    const auto evaluated = [&](std::string_view text) { return evaluate(*compile(text), environment); };
    EXPECT_EQ(*evaluated("size(rows.groupBy(r, r.material).transformMap(k, of, sum(of.map(r, r.quantity))).values().filter(q, q == 3))"),
              Value(5'000));
    EXPECT_EQ(*evaluated("size(rows.map(r, r.material).distinct())"), Value(5'000));
    EXPECT_EQ(evaluated("rows.groupBy(r, [r.material])").error().code, ErrorCode::expression_failed);
}

TEST(Expression, StopsBeforeATextGrowsWithoutBound) {
    std::string text = "size(a39)";
    for (int i = 39; i > 0; --i) {
        const std::string before = "a" + std::to_string(i - 1);
        text = "cel.bind(a" + std::to_string(i) + ", " + before + " + " + before + ", " + text + ")";
    }
    EXPECT_NE(error_of("cel.bind(a0, 'x', " + text + ")").find("too many steps"), std::string::npos);
}

TEST(Expression, StopsBeforeComparingSharedListsWithoutBound) {
    std::string text = "a30 == b30 ? 1 : 2";
    for (int i = 30; i > 0; --i) {
        for (const char* name : {"a", "b"}) {
            const std::string before = name + std::to_string(i - 1);
            text = "cel.bind(" + std::string(name) + std::to_string(i) + ", [" + before + ", " + before + "], " + text + ")";
        }
    }
    EXPECT_NE(error_of("cel.bind(a0, 'x', cel.bind(b0, 'x', " + text + "))").find("too many steps"), std::string::npos);
}

TEST(Expression, RefusesAResultThatSharesItsPartsTooOften) {
    std::string text = "a40";
    for (int i = 40; i > 0; --i) {
        const std::string before = "a" + std::to_string(i - 1);
        text = "cel.bind(a" + std::to_string(i) + ", [" + before + ", " + before + "], " + text + ")";
    }
    EXPECT_NE(error_of("cel.bind(a0, 'x', " + text + ")").find("the result is too large"), std::string::npos);
}

TEST(Expression, RefusesNestingThatIsTooDeep) {
    EXPECT_EQ(value_of(std::string(60, '(') + "1" + std::string(60, ')')), Value(1));
    for (const auto& [open, close] : {std::pair{"(", ")"}, {"[", "]"}, {"-(", ")"}, {"f(", ")"}}) {
        std::string text;
        for (int i = 0; i < 100'000; ++i) text += open;
        EXPECT_NE(error_of(text).find("nested too deeply"), std::string::npos) << open << close;
    }
    EXPECT_NE(error_of(std::string(100'000, '!') + "true").find("nested too deeply"), std::string::npos);
    std::string sum = "1";
    for (int i = 0; i < 100'000; ++i) sum += "+1";
    EXPECT_NE(error_of(sum).find("nested too deeply"), std::string::npos);
}

TEST(Expression, LongConditionsAreNotNested) {
    std::string text = "true";
    for (int i = 0; i < 1000; ++i) text += " && true";
    EXPECT_EQ(value_of(text), Value(true));
}

TEST(Expression, ListsItsReferences) {
    const Program program =
        *compile("deal.Account.Name + items.map(i, i.x + config['zone']).join() + string(now())", {.source = {"f.yaml", 3, 5}});
    const auto found = references(program);
    ASSERT_EQ(found.size(), 3u);
    EXPECT_EQ(found[0].variable, "deal");
    EXPECT_EQ(found[0].path, (std::vector<std::string>{"Account", "Name"}));
    EXPECT_EQ(found[0].source.line, 3);
    EXPECT_EQ(found[0].source.column, 5);
    EXPECT_EQ(found[1].variable, "items");
    EXPECT_EQ(found[2].variable, "config");
    EXPECT_EQ(found[2].path, (std::vector<std::string>{"zone"}));
}

TEST(Expression, EveryFunctionIsDocumentedAndItsExamplesHold) {
    for (const FunctionDoc& doc : function_docs()) {
        EXPECT_FALSE(doc.summary.empty()) << doc.name;
        EXPECT_FALSE(doc.examples.empty()) << doc.name;
        for (const auto& [expression, expected] : doc.examples) {
            EXPECT_EQ(value_of("(" + expression + ") == (" + expected + ")"), Value(true)) << expression << " should be " << expected;
        }
    }
}

}  // namespace
}  // namespace lockstep::expr
