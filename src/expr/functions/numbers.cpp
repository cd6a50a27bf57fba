// Lockstep's own functions on numbers: exact decimals for money and quantities.
#include "expr/evaluation.h"
#include "expr/functions/families.h"
#include "expr/operators.h"

namespace lockstep::expr::functions {
namespace {

constexpr std::int64_t digits_max = 38;

Result<Value> round_half_up(const Call& call) {
    const std::int64_t digits = call.size() > 1 ? call[1].as_int() : 0;
    if (digits < -digits_max || digits > digits_max) return failed("round takes -38 to 38 digits: " + std::to_string(digits));
    return call[0].to_decimal().rounded(static_cast<int>(digits), Rounding::half_up).transform([](Decimal d) { return Value(d); });
}

Result<Value> sum(const Call& call) {
    Value total(0);
    for (const Value& element : call[0].as_list()) {
        if (!element.is_number()) return failed("sum needs numbers only, not " + std::string(name_of_type(element)));
        LS_TRY(call.evaluation.charge(1));
        const bool whole = element.kind() == Value::Kind::integer && total.kind() == Value::Kind::integer;
        LS_TRY_ASSIGN(total, arithmetic(call.evaluation, Operator::add, total, whole ? element : Value(element.to_decimal())));
    }
    return total;
}

}  // namespace

std::vector<Function> numbers() {
    return {
        {.name = "round",
         .style = Style::both,
         .signature = "round(number, [int digits]) -> decimal",
         .summary = "Rounded to so many digits behind the point (default 0), halves away from zero.",
         .examples = {{"round(2.345, 2)", "2.35"}, {"round(-2.5, 0)", "-3.0"}, {"round(1250, -2)", "1300.0"}},
         .overloads = {{{Type::number}, round_half_up}, {{Type::number, Type::integer}, round_half_up}}},
        {.name = "sum",
         .style = Style::both,
         .signature = "sum(list of numbers) -> int or decimal",
         .summary = "The exact sum; 0 for an empty list.",
         .examples = {{"sum([0.1, 0.2])", "0.3"}, {"sum([1, 2])", "3"}, {"sum([])", "0"}},
         .overloads = {{{Type::list}, sum}}},
    };
}

}  // namespace lockstep::expr::functions
