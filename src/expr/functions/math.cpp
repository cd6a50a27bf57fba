// CEL's math extension. Decimals are always finite and never "not a number".
#include "expr/evaluation.h"
#include "expr/functions/families.h"
#include "expr/operators.h"

namespace lockstep::expr::functions {
namespace {

constexpr int bits = 64;

template <bool greatest>
Result<Value> extreme(std::span<const Value> values) {
    if (values.empty()) return failed("math.greatest and math.least need a number");
    const Value* best = nullptr;
    for (const Value& value : values) {
        if (!value.is_number()) return failed("math.greatest and math.least need numbers only, not " + std::string(name_of_type(value)));
        if (!best) best = &value;
        LS_TRY_ASSIGN(const auto order, compare(value, *best));
        if (greatest ? order > 0 : order < 0) best = &value;
    }
    return *best;
}
template <bool greatest>
Result<Value> extreme_of_list(const Call& call) {
    LS_TRY(call.evaluation.charge(call[0].as_list().size()));
    return extreme<greatest>(call[0].as_list());
}
template <bool greatest>
Result<Value> extreme_of_arguments(const Call& call) {
    return extreme<greatest>(call.arguments);
}

template <Rounding mode>
Result<Value> to_whole(const Call& call) {
    return call[0].as_decimal().rounded(0, mode).transform([](Decimal d) { return Value(d); });
}

Result<Value> abs(const Call& call) {
    if (call[0].kind() == Value::Kind::decimal) return Value(call[0].as_decimal().abs());
    return call[0].kind() == Value::Kind::integer && call[0].as_int() < 0 ? negate(call[0]) : call[0];
}

Result<Value> sign(const Call& call) {
    const Decimal number = call[0].to_decimal();
    const std::int64_t result = number.is_zero() ? 0 : number.is_negative() ? -1 : 1;
    if (call[0].kind() == Value::Kind::decimal) return Value(Decimal(result));
    if (call[0].kind() == Value::Kind::integer) return Value(result);
    return Value(Value::Unsigned{static_cast<std::uint64_t>(result)});
}

template <bool answer>
Result<Value> always(const Call&) {
    return Value(answer);
}

std::uint64_t bits_of(const Value& value) {
    return value.kind() == Value::Kind::integer ? static_cast<std::uint64_t>(value.as_int()) : value.as_uint();
}
/// A value of the same kind as `like`.
Value of_bits(std::uint64_t value, const Value& like) {
    return like.kind() == Value::Kind::integer ? Value(static_cast<std::int64_t>(value)) : Value(Value::Unsigned{value});
}

Result<Value> bit_and(const Call& call) { return of_bits(bits_of(call[0]) & bits_of(call[1]), call[0]); }
Result<Value> bit_or(const Call& call) { return of_bits(bits_of(call[0]) | bits_of(call[1]), call[0]); }
Result<Value> bit_xor(const Call& call) { return of_bits(bits_of(call[0]) ^ bits_of(call[1]), call[0]); }
Result<Value> bit_not(const Call& call) { return of_bits(~bits_of(call[0]), call[0]); }

template <bool left>
Result<Value> shift(const Call& call) {
    const std::int64_t offset = call[1].as_int();
    if (offset < 0) return failed("a shift cannot be negative: " + std::to_string(offset));
    if (offset >= bits) return of_bits(0, call[0]);
    const std::uint64_t value = bits_of(call[0]);
    return of_bits(left ? value << offset : value >> offset, call[0]);
}

constexpr auto I = Type::integer;
constexpr auto U = Type::unsigned_integer;
constexpr auto D = Type::decimal;
constexpr auto N = Type::number;

Function rounding(std::string name, std::string summary, std::string result, Code code) {
    return {.name = "math." + name,
            .signature = "math." + name + "(decimal) -> decimal",
            .summary = std::move(summary),
            .examples = {{"math." + name + "(-1.5)", std::move(result)}},
            .overloads = {{{D}, code}}};
}

Function bitwise(std::string name, std::string summary, std::string example, std::string result, Code code) {
    return {.name = "math." + name,
            .signature = "math." + name + "(int, int) -> int",
            .summary = std::move(summary),
            .examples = {{"math." + name + "(" + std::move(example) + ")", std::move(result)}},
            .overloads = {{{I, I}, code}, {{U, U}, code}}};
}

Function shifting(std::string name, std::string example, std::string result, Code code) {
    return {.name = "math." + name,
            .signature = "math." + name + "(int, int) -> int",
            .summary = "The bits shifted; zeros come in.",
            .examples = {{"math." + name + "(" + std::move(example) + ")", std::move(result)}},
            .overloads = {{{I, I}, code}, {{U, I}, code}}};
}

Function finiteness(std::string name, std::string summary, bool answer) {
    return {.name = "math." + name,
            .signature = "math." + name + "(decimal) -> bool",
            .summary = std::move(summary),
            .examples = {{"math." + name + "(1.5)", answer ? "true" : "false"}},
            .overloads = {{{D}, answer ? always<true> : always<false>}}};
}

}  // namespace

std::vector<Function> math() {
    return {
        {.name = "math.abs",
         .signature = "math.abs(number) -> number",
         .summary = "The number without its sign.",
         .examples = {{"math.abs(-1.5)", "1.5"}},
         .overloads = {{{N}, abs}}},
        {.name = "math.greatest",
         .signature = "math.greatest(number, …) -> number",
         .summary = "The greatest of its arguments, or of a list.",
         .examples = {{"math.greatest(1, 2.5, 2)", "2.5"}},
         .overloads = {{{Type::list}, extreme_of_list<true>}, {{N}, extreme_of_arguments<true>, true}}},
        {.name = "math.least",
         .signature = "math.least(number, …) -> number",
         .summary = "The least of its arguments, or of a list.",
         .examples = {{"math.least([3, 1, 2])", "1"}},
         .overloads = {{{Type::list}, extreme_of_list<false>}, {{N}, extreme_of_arguments<false>, true}}},
        {.name = "math.sign",
         .signature = "math.sign(number) -> number",
         .summary = "-1, 0 or 1.",
         .examples = {{"math.sign(-3)", "-1"}},
         .overloads = {{{N}, sign}}},
        rounding("ceil", "The next whole number above.", "-1.0", to_whole<Rounding::ceiling>),
        rounding("floor", "The next whole number below.", "-2.0", to_whole<Rounding::floor>),
        rounding("round", "The nearest whole number, halves away from zero.", "-2.0", to_whole<Rounding::half_up>),
        rounding("trunc", "Without the fraction.", "-1.0", to_whole<Rounding::down>),
        finiteness("isFinite", "Always true: decimals are finite.", true),
        finiteness("isInf", "Always false: decimals are finite.", false),
        finiteness("isNaN", "Always false: decimals are numbers.", false),
        bitwise("bitAnd", "The bits set in both.", "6, 3", "2", bit_and),
        bitwise("bitOr", "The bits set in either.", "6, 3", "7", bit_or),
        bitwise("bitXor", "The bits set in one only.", "6, 3", "5", bit_xor),
        {.name = "math.bitNot",
         .signature = "math.bitNot(int) -> int",
         .summary = "All bits inverted.",
         .examples = {{"math.bitNot(1)", "-2"}},
         .overloads = {{{Type::whole}, bit_not}}},
        shifting("bitShiftLeft", "1, 4", "16", shift<true>),
        shifting("bitShiftRight", "16, 4", "1", shift<false>),
    };
}

}  // namespace lockstep::expr::functions
