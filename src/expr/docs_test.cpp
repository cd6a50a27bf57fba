#include <gtest/gtest.h>

#include <algorithm>

#include <fmt/format.h>

#include "expr/expr.h"
#include "tests/page.h"

namespace lockstep::expr {
namespace {

std::string function_text(const FunctionDoc& doc) {
    std::string text = fmt::format("\n### {}\n\n`{}`\n\n{}\n", doc.name, doc.signature, doc.summary);
    if (doc.examples.empty()) return text;
    text += "\n```\n";
    for (const auto& [expression, result] : doc.examples) text += fmt::format("{}  →  {}\n", expression, result);
    return text + "```\n";
}

constexpr std::string_view begin_mark = "<!-- made from the code: functions -->\n";

/// The page: what is written by hand up to the mark, and behind it every function.
std::string page() {
    std::string text = lockstep::testing::read_project_file("docs/expressions.md");
    text.resize(std::min(text.size(), text.find(begin_mark)));
    text += begin_mark;
    auto docs = function_docs();
    std::stable_sort(docs.begin(), docs.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    for (const auto& doc : docs) text += function_text(doc);
    return text;
}

TEST(ExpressionsPage, IsWhatTheFunctionsSay) { lockstep::testing::expect_page("docs/expressions.md", page()); }

TEST(ExpressionsPage, HasEveryFunctionWithItsSignature) {
    std::string text = lockstep::testing::read_project_file("docs/expressions.md");
    ASSERT_FALSE(function_docs().empty());
    for (const auto& doc : function_docs()) {
        EXPECT_NE(text.find("\n### " + doc.name + "\n"), std::string::npos) << doc.name;
        EXPECT_NE(text.find("`" + doc.signature + "`"), std::string::npos) << doc.signature;
    }
}

}  // namespace
}  // namespace lockstep::expr
