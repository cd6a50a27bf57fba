#include "expr/expr.h"
#include "tests/fuzz/target.h"
#include "value/json.h"

using namespace lockstep;
using namespace lockstep::expr;

namespace {

const MapEnvironment& environment() {
    static const MapEnvironment all(json::parse(R"({"x": 3, "d": 12.50, "t": "Müller & Söhne", "l": [1, 2.5, "a", null],
        "deal": {"Id": "006A0000000EXAMPLE", "Amount": 45000.00, "Account": {"Name": "Acme", "Phone": null},
                 "lines": [{"sku": "P-1", "quantity": 2, "price": 0.1}, {"sku": "S-2", "quantity": 3, "price": 314.13}]}})")
                                        ->as_map(),
                                    Timestamp{1'771'408'800, 0});
    return all;
}

/// Evaluating ends, with the same value each time: nothing but the variables and the fixed clock goes in.
void check_expression(std::string_view text) {
    const auto program = compile(text);
    if (!program) {
        LS_ASSERT(program.error().code == ErrorCode::expression_syntax);
        return;
    }
    static_cast<void>(references(*program));
    const auto first = evaluate(*program, environment());
    const auto second = evaluate(*program, environment());
    LS_ASSERT(first.has_value() == second.has_value());
    if (!first) return;
    LS_ASSERT(*first == *second);
    static_cast<void>(to_text(*first));
    static_cast<void>(json::write(*first));
}

void check_template(std::string_view text) {
    const auto node = yaml::parse(text);
    if (!node) return;
    const auto made = Template::compile(*node, "fuzz.yaml");
    if (!made) return;
    static_cast<void>(made->references());
    const auto value = made->render(environment());
    if (made->is_constant() && text.find("$${") == std::string_view::npos) LS_ASSERT(value && *value == node->to_value());
    if (value) static_cast<void>(json::write(*value));
}

}  // namespace

/// A text with `${` is a template in YAML, any other an expression.
FUZZ(expression) { data.find("${") == std::string_view::npos ? check_expression(data) : check_template(data); }
