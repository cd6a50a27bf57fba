#include "value/decimal.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <cstdlib>

namespace lockstep {
namespace {

using boost::multiprecision::cpp_int;
using boost::multiprecision::cpp_rational;

/// A hundred cases, the library's default, are too few to meet the borders of 38 digits.
[[maybe_unused]] const int many_cases = setenv("RC_PARAMS", "max_success=2000", 0);

const cpp_int coefficient_limit = boost::multiprecision::pow(cpp_int(10), 38);

Decimal dec(std::string_view text) {
    auto parsed = Decimal::parse(text);
    EXPECT_TRUE(parsed.has_value()) << text;
    return parsed ? *parsed : Decimal();
}

cpp_int to_big(__int128 number) {
    bool negative = number < 0;
    auto magnitude = negative ? -static_cast<unsigned __int128>(number) : static_cast<unsigned __int128>(number);
    cpp_int big = (cpp_int(static_cast<std::uint64_t>(magnitude >> 64)) << 64) + static_cast<std::uint64_t>(magnitude);
    return negative ? cpp_int(-big) : big;
}

cpp_rational exact(const Decimal& d) {
    return {to_big(d.coefficient()), boost::multiprecision::pow(cpp_int(10), static_cast<unsigned>(d.scale()))};
}

/// The oracle's opinion whether some coefficient of at most 38 digits with a scale of 0 … 38 is exactly this number.
bool is_representable(cpp_rational number) {
    for (int scale = 0; scale <= 38; ++scale, number *= 10) {
        if (denominator(number) == 1) return abs(numerator(number)) < coefficient_limit;
    }
    return false;
}

/// All sizes of coefficient, so that both the short and the wide paths are met.
rc::Gen<Decimal> decimals() {
    return rc::gen::map(rc::gen::tuple(rc::gen::arbitrary<std::uint64_t>(), rc::gen::arbitrary<std::uint64_t>(), rc::gen::inRange(0, 39),
                                       rc::gen::inRange(0, 39), rc::gen::arbitrary<bool>()),
                        [](const auto& parts) {
                            auto [high, low, digits, scale, negative] = parts;
                            unsigned __int128 limit = 1;
                            for (int i = 0; i < digits; ++i) limit *= 10;
                            auto magnitude =
                                static_cast<__int128>(((static_cast<unsigned __int128>(high) << 64) | (low * 0x9E3779B97F4A7C15u)) % limit);
                            return *Decimal::from_parts(negative ? -magnitude : magnitude, scale);
                        });
}

void check_against_oracle(const Result<Decimal>& result, const cpp_rational& wanted) {
    RC_ASSERT(result.has_value() == is_representable(wanted));
    if (result) RC_ASSERT(exact(*result) == wanted);
    if (!result) RC_ASSERT(result.error().code == ErrorCode::decimal_overflow);
}

/// Rounds a rational to a whole number.
cpp_int round_whole(const cpp_rational& number, Rounding mode) {
    cpp_int floor = numerator(number) / denominator(number);
    if (cpp_rational(floor) > number) --floor;
    if (cpp_rational(floor) == number) return floor;
    cpp_rational rest = number - floor;
    cpp_rational half(1, 2);
    bool negative = number < 0;
    switch (mode) {
        case Rounding::floor:
            return floor;
        case Rounding::ceiling:
            return floor + 1;
        case Rounding::down:
            return negative ? cpp_int(floor + 1) : floor;
        case Rounding::up:
            return negative ? floor : cpp_int(floor + 1);
        case Rounding::half_up:
            if (rest == half) return negative ? floor : cpp_int(floor + 1);
            break;
        case Rounding::half_even:
            if (rest == half) return floor % 2 == 0 ? floor : cpp_int(floor + 1);
            break;
    }
    return rest > half ? cpp_int(floor + 1) : floor;
}

cpp_rational power_of_ten(int exponent) {
    cpp_int power = boost::multiprecision::pow(cpp_int(10), static_cast<unsigned>(std::abs(exponent)));
    return exponent < 0 ? cpp_rational(1, power) : cpp_rational(power);
}

cpp_rational round_to(const cpp_rational& number, int digits, Rounding mode) {
    return cpp_rational(round_whole(number * power_of_ten(digits), mode)) / power_of_ten(digits);
}

}  // namespace
}  // namespace lockstep

namespace rc {
template <>
struct Arbitrary<lockstep::Decimal> {
    static Gen<lockstep::Decimal> arbitrary() { return lockstep::decimals(); }
};
}  // namespace rc

namespace lockstep {
namespace {

RC_GTEST_PROP(DecimalProperty, PlusIsExactOrOverflows, (const Decimal& a, const Decimal& b)) {
    check_against_oracle(a.plus(b), exact(a) + exact(b));
}

RC_GTEST_PROP(DecimalProperty, MinusIsExactOrOverflows, (const Decimal& a, const Decimal& b)) {
    check_against_oracle(a.minus(b), exact(a) - exact(b));
}

RC_GTEST_PROP(DecimalProperty, TimesIsExactOrOverflows, (const Decimal& a, const Decimal& b)) {
    check_against_oracle(a.times(b), exact(a) * exact(b));
}

RC_GTEST_PROP(DecimalProperty, DividingIsExactOrHalfEven, (const Decimal& a, const Decimal& b)) {
    RC_PRE(!b.is_zero());
    int digits = *rc::gen::inRange(0, 39);
    cpp_rational quotient = exact(a) / exact(b);
    cpp_rational wanted = is_representable(quotient) ? quotient : round_to(quotient, digits, Rounding::half_even);
    check_against_oracle(a.divided_by(b, digits), wanted);
}

RC_GTEST_PROP(DecimalProperty, DividingAProductGivesTheFactor, (const Decimal& a, const Decimal& b)) {
    RC_PRE(!b.is_zero());
    auto product = a.times(b);
    RC_PRE(product.has_value());
    RC_ASSERT(*product->divided_by(b) == a);
}

RC_GTEST_PROP(DecimalProperty, RoundingFollowsTheMode, (const Decimal& a)) {
    int digits = *rc::gen::inRange(-40, 45);
    auto mode = *rc::gen::element(Rounding::half_up, Rounding::half_even, Rounding::down, Rounding::up, Rounding::floor, Rounding::ceiling);
    check_against_oracle(a.rounded(digits, mode), round_to(exact(a), digits, mode));
}

RC_GTEST_PROP(DecimalProperty, OrderIsNumeric, (const Decimal& a, const Decimal& b)) {
    auto left = exact(a);
    auto right = exact(b);
    RC_ASSERT((a < b) == (left < right));
    RC_ASSERT((a == b) == (left == right));
    RC_ASSERT((a > b) == (left > right));
}

RC_GTEST_PROP(DecimalProperty, TextRoundTripsWithItsDigits, (const Decimal& a)) {
    auto again = Decimal::parse(a.to_string());
    RC_ASSERT(again.has_value());
    RC_ASSERT(again->coefficient() == a.coefficient());
    RC_ASSERT(again->scale() == a.scale());
}

RC_GTEST_PROP(DecimalProperty, NormalizingKeepsTheValueAndNoTrailingZero, (const Decimal& a)) {
    auto plain = a.normalized();
    RC_ASSERT(plain == a);
    RC_ASSERT(plain.scale() == 0 || plain.coefficient() % 10 != 0);
    RC_ASSERT(a.is_integer() == (plain.scale() == 0));
}

RC_GTEST_PROP(DecimalProperty, NoTextBringsTheParserDown, (const std::string& text)) {
    auto parsed = Decimal::parse(text);
    if (parsed) RC_ASSERT(Decimal::parse(parsed->to_string()).has_value());
}

RC_GTEST_PROP(DecimalProperty, NumberTextsAreReadAsTheOracleReadsThem, ()) {
    auto digits = *rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::inRange<char>('0', '9' + 1)));
    auto fraction = *rc::gen::container<std::string>(rc::gen::inRange<char>('0', '9' + 1));
    auto exponent = *rc::gen::inRange(-45, 45);
    cpp_int whole = 0;
    for (char c : digits + fraction) whole = whole * 10 + (c - '0');
    auto wanted = cpp_rational(whole) * power_of_ten(exponent - static_cast<int>(fraction.size()));
    check_against_oracle(Decimal::parse(digits + "." + fraction + "e" + std::to_string(exponent)), wanted);
}

TEST(Decimal, KeepsTrailingZeros) {
    EXPECT_EQ(dec("1.50").to_string(), "1.50");
    EXPECT_EQ(dec("100").to_string(), "100");
    EXPECT_EQ(dec("0.00").to_string(), "0.00");
    EXPECT_EQ(dec("1.50"), dec("1.5"));
}

TEST(Decimal, ReadsEveryUsualForm) {
    struct Case {
        std::string_view text, wanted;
    };
    for (auto [text, wanted] : std::initializer_list<Case>{{"-12.340", "-12.340"},
                                                           {"1e3", "1000"},
                                                           {"1.5E-3", "0.0015"},
                                                           {"1.50e1", "15.0"},
                                                           {"+.5", "0.5"},
                                                           {"5.", "5"},
                                                           {"007", "7"},
                                                           {"-0", "0"},
                                                           {"-0.0", "0.0"},
                                                           {"0e999999999999", "0"},
                                                           {"-9223372036854775809", "-9223372036854775809"},
                                                           {"1e37", "10000000000000000000000000000000000000"}}) {
        EXPECT_EQ(dec(text).to_string(), wanted) << text;
    }
}

TEST(Decimal, RefusesWhatIsNoNumber) {
    for (std::string_view text :
         {"", "-", "+", ".", "e5", "1e", "1e+", "1.2.3", "1,5", " 1", "1 ", "0x10", "NaN", "Infinity", "--1", "1e1.5", "1_000", "١"}) {
        auto parsed = Decimal::parse(text);
        ASSERT_FALSE(parsed.has_value()) << text;
        EXPECT_EQ(parsed.error().code, ErrorCode::decimal_invalid) << text;
    }
}

TEST(Decimal, TakesThirtyEightDigitsAndNotThirtyNine) {
    std::string longest(38, '9');
    EXPECT_EQ(dec(longest).to_string(), longest);
    EXPECT_EQ(dec("-0." + longest).to_string(), "-0." + longest);
    for (const std::string& text : {"1" + longest, longest + ".5", "0.0" + longest, std::string("1e38"), std::string("1e-39"),
                                    std::string("1e99999999999999999999")}) {
        auto parsed = Decimal::parse(text);
        ASSERT_FALSE(parsed.has_value()) << text;
        EXPECT_EQ(parsed.error().code, ErrorCode::decimal_overflow) << text;
    }
}

TEST(Decimal, DropsTrailingZerosOnlyWhereTheyDoNotFit) {
    EXPECT_EQ(dec("1." + std::string(60, '0')).to_string(), "1." + std::string(37, '0'));
}

TEST(Decimal, TheLargestSumsOverflowInsteadOfWrapping) {
    auto largest = dec(std::string(38, '9'));
    EXPECT_EQ(largest.plus(largest).error().code, ErrorCode::decimal_overflow);
    EXPECT_EQ(largest.negated().minus(largest).error().code, ErrorCode::decimal_overflow);
    EXPECT_EQ(largest.minus(largest)->to_string(), "0");
    EXPECT_EQ(largest.plus(dec("0.00"))->to_string(), std::string(38, '9'));
}

TEST(Decimal, AddsMoneyAsAPersonWould) {
    EXPECT_EQ(dec("0.1").plus(dec("0.2"))->to_string(), "0.3");
    EXPECT_EQ(dec("1.50").plus(dec("1.5"))->to_string(), "3.00");
    EXPECT_EQ(dec("12.50").times(dec("3"))->to_string(), "37.50");
}

TEST(Decimal, DividesExactlyWhereItCan) {
    EXPECT_EQ(dec("10").divided_by(dec("4"))->to_string(), "2.5");
    EXPECT_EQ(dec("1").divided_by(dec("3"), 4)->to_string(), "0.3333");
    EXPECT_EQ(dec("2").divided_by(dec("3"), 4)->to_string(), "0.6667");
    EXPECT_EQ(dec("1").divided_by(dec("0.00")).error().code, ErrorCode::value_invalid);
}

TEST(Decimal, AQuotientOf39DigitsRoundsItsTieToEven) {
    std::string odd = std::string(37, '9') + "9";
    std::string even = std::string(37, '9') + "7";
    EXPECT_EQ(dec(odd).divided_by(dec("2"), 0)->to_string(), "5" + std::string(37, '0'));
    EXPECT_EQ(dec(even).divided_by(dec("2"), 0)->to_string(), "4" + std::string(36, '9') + "8");
}

TEST(Decimal, ADifferenceBorrowsFromTheUpperHalf) {
    EXPECT_EQ(dec("4" + std::string(37, '0')).minus(dec("9" + std::string(36, '0') + ".0"))->to_string(), "31" + std::string(36, '0'));
}

TEST(Decimal, RoundingFillsUpWithZeros) {
    EXPECT_EQ(dec("1.5").rounded(2, Rounding::half_up)->to_string(), "1.50");
    EXPECT_EQ(dec("2.345").rounded(2, Rounding::half_up)->to_string(), "2.35");
    EXPECT_EQ(dec("2.345").rounded(2, Rounding::half_even)->to_string(), "2.34");
    EXPECT_EQ(dec("1250").rounded(-2, Rounding::half_even)->to_string(), "1200");
}

TEST(Decimal, BecomesAnIntegerOnlyIfItIsOne) {
    EXPECT_EQ(*dec("12.00").to_int64(), 12);
    EXPECT_EQ(*dec("-9223372036854775808").to_int64(), INT64_MIN);
    EXPECT_EQ(dec("9223372036854775808").to_int64().error().code, ErrorCode::decimal_overflow);
    EXPECT_EQ(dec("0.5").to_int64().error().code, ErrorCode::decimal_overflow);
}

TEST(Decimal, StaysSmallInsideAValue) { EXPECT_LE(sizeof(Decimal), 24u); }

}  // namespace
}  // namespace lockstep
