// Lockstep's own functions on numbers: exact decimals for money and quantities.
#include <algorithm>
#include <array>

#include "expr/evaluation.h"
#include "expr/functions/families.h"
#include "expr/operators.h"

namespace lockstep::expr::functions {
namespace {

constexpr std::int64_t digits_max = 38;

struct Mode {
    std::string_view name;
    Rounding rounding;
};
constexpr std::array<Mode, 6> modes = {{{"half_up", Rounding::half_up},
                                        {"half_even", Rounding::half_even},
                                        {"down", Rounding::down},
                                        {"up", Rounding::up},
                                        {"floor", Rounding::floor},
                                        {"ceiling", Rounding::ceiling}}};

Result<Rounding> mode_named(const std::string& name) {
    const auto mode = std::find_if(modes.begin(), modes.end(), [&](const Mode& m) { return m.name == name; });
    if (mode != modes.end()) return mode->rounding;
    return failed("no such way of rounding (half_up, half_even, down, up, floor, ceiling): " + name);
}

Result<Value> round(const Call& call) {
    const std::int64_t digits = call.size() > 1 ? call[1].as_int() : 0;
    if (digits < -digits_max || digits > digits_max) return failed("round takes -38 to 38 digits: " + std::to_string(digits));
    LS_TRY_ASSIGN(const Rounding mode, mode_named(call.size() > 2 ? call[2].as_string() : "half_up"));
    return call[0].to_decimal().rounded(static_cast<int>(digits), mode).transform([](Decimal d) { return Value(d); });
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
         .signature = "round(number, [int digits, [string mode]]) -> decimal",
         .summary = "Rounded to so many digits behind the point (default 0), halves away from zero; or by `half_even`, `down` (to zero), "
                    "`up`, `floor`, `ceiling`.",
         .examples =
             {{"round(2.345, 2)", "2.35"}, {"round(-2.5, 0)", "-3.0"}, {"round(1250, -2)", "1300.0"}, {"round(2.349, 2, 'floor')", "2.34"}},
         .overloads = {{{Type::number}, round},
                       {{Type::number, Type::integer}, round},
                       {{Type::number, Type::integer, Type::string}, round}}},
        {.name = "sum",
         .style = Style::both,
         .signature = "sum(list of numbers) -> int or decimal",
         .summary = "The exact sum; 0 for an empty list.",
         .examples = {{"sum([0.1, 0.2])", "0.3"}, {"sum([1, 2])", "3"}, {"sum([])", "0"}},
         .overloads = {{{Type::list}, sum}}},
    };
}

}  // namespace lockstep::expr::functions
