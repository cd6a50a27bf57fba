// `matches`, by RE2: linear time in the text whatever the pattern. The only file that knows RE2.
#include <re2/re2.h>

#include <memory>
#include <unordered_map>

#include "expr/evaluation.h"
#include "expr/functions/families.h"

namespace lockstep::expr::functions {
namespace {

/// Patterns are almost always literals of a flow; a thread keeps the compiled form of so many.
constexpr std::size_t patterns_kept_max = 64;
/// RE2's own default is 8 MiB; a pattern that needs more than this is a mistake.
constexpr std::int64_t pattern_memory_bytes_max = 1 << 20;

const RE2& compiled(const std::string& pattern) {
    thread_local std::unordered_map<std::string, std::unique_ptr<RE2>> kept;
    if (const auto found = kept.find(pattern); found != kept.end()) return *found->second;
    if (kept.size() >= patterns_kept_max) kept.clear();
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(pattern_memory_bytes_max);
    return *(kept[pattern] = std::make_unique<RE2>(pattern, options));
}

Result<Value> matches(const Call& call) {
    const std::string& text = call[0].as_string();
    const std::string& pattern = call[1].as_string();
    LS_TRY(call.evaluation.charge_bytes(text.size() + pattern.size()));
    const RE2& expression = compiled(pattern);
    if (!expression.ok()) return failed("the regular expression is not valid: " + expression.error());
    return Value(RE2::PartialMatch(text, expression));
}

}  // namespace

std::vector<Function> regular_expressions() {
    return {
        {.name = "matches",
         .style = Style::both,
         .signature = "string.matches(string pattern) -> bool",
         .summary = "Whether a regular expression (RE2 syntax) matches any part of the text; anchor with ^ and $.",
         .examples = {{"'SF-0042'.matches('^SF-[0-9]+$')", "true"}},
         .overloads = {{{Type::string, Type::string}, matches}}},
    };
}

}  // namespace lockstep::expr::functions
