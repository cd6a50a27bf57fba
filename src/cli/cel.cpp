#include <cstdio>
#include <iostream>

#include <fmt/format.h>

#include "cli/cli.h"
#include "expr/expr.h"
#include "value/json.h"

namespace lockstep::cli {
namespace {

int judge_lines() {
    std::string line;
    while (std::getline(std::cin, line))
        if (!line.empty()) std::cout << expr::evaluate_jsonl_line(line) << "\n";
    return exit_done;
}

}  // namespace

int cel(bool jsonl, const std::string& expression, const std::string& bindings_json) {
    if (jsonl) return judge_lines();
    if (expression.empty()) {
        fmt::print(stderr, "lockstep: give an expression, such as: lockstep cel \"1.10 + 2\"\n");
        return exit_usage;
    }
    Map variables;
    if (!bindings_json.empty()) {
        auto bindings = json::parse(bindings_json);
        if (!bindings) return report(bindings.error());
        if (!bindings->is_map()) return report({ErrorCode::request_invalid, "--bind must be a JSON object"});
        variables = bindings->as_map();
    }
    auto program = expr::compile(expression, {.source = {"expression", 1, 1}});
    if (!program) return report(program.error());
    ThreadRuntime runtime;
    auto value = expr::evaluate(*program, expr::MapEnvironment(variables, runtime.now()));
    if (!value) return report(value.error());
    fmt::print("{}\n", json::write(*value));
    return exit_done;
}

}  // namespace lockstep::cli
