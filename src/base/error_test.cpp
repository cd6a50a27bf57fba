#include "base/error.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "base/result.h"

namespace lockstep {
namespace {

const std::filesystem::path pages = std::filesystem::path(LOCKSTEP_SOURCE_DIR) / "docs" / "errors";

std::string page_of(ErrorCode code) {
    std::ifstream file(pages / (std::string(to_string(code)) + ".md"));
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

TEST(ErrorCode, EachHasAClassANameAndASentence) {
    std::set<std::string_view> names;
    for (auto code : all_error_codes()) {
        EXPECT_NE(to_string(error_class(code)), "");
        EXPECT_TRUE(names.insert(to_string(code)).second);
        EXPECT_EQ(error_code_from(to_string(code)), code);
        auto sentence = summary(code);
        EXPECT_FALSE(sentence.empty() || sentence.ends_with('.') || (sentence[0] >= 'A' && sentence[0] <= 'Z')) << sentence;
    }
    EXPECT_EQ(error_code_from("no_such_code"), std::nullopt);
    EXPECT_EQ(error_code_from(""), std::nullopt);
}

TEST(ErrorCode, TheTableSaysWhatTheEngineReliesOn) {
    EXPECT_EQ(error_class(ErrorCode::answer_lost), ErrorClass::in_doubt);
    EXPECT_EQ(error_class(ErrorCode::unreachable), ErrorClass::transient);
    EXPECT_EQ(error_class(ErrorCode::rate_limited), ErrorClass::limited);
    EXPECT_EQ(error_class(ErrorCode::unauthorized), ErrorClass::unauthorized);
    EXPECT_EQ(error_class(ErrorCode::precondition_failed), ErrorClass::conflict);
    EXPECT_EQ(error_class(ErrorCode::vendor_rejected), ErrorClass::rejected);
    EXPECT_EQ(error_class(ErrorCode::config_invalid), ErrorClass::misconfigured);
    EXPECT_EQ(error_class(ErrorCode::internal), ErrorClass::bug);
}

TEST(ErrorCode, EachHasAPageThatNamesItsClassAndSaysWhatToDo) {
    for (auto code : all_error_codes()) {
        auto page = page_of(code);
        auto name = std::string(to_string(code));
        EXPECT_TRUE(page.starts_with("# " + name + "\n")) << name;
        EXPECT_NE(page.find("Class: `" + std::string(to_string(error_class(code))) + "`"), std::string::npos) << name;
        for (std::string_view heading : {"## What happened", "## What Lockstep does", "## What you can do"}) {
            EXPECT_NE(page.find(heading), std::string::npos) << name << ": " << heading;
        }
    }
}

TEST(ErrorCode, NoPageIsLeftOfACodeThatIsGone) {
    for (const auto& file : std::filesystem::directory_iterator(pages)) {
        auto name = file.path().stem().string();
        EXPECT_TRUE(name == "README" || error_code_from(name).has_value()) << name;
    }
}

TEST(Error, RendersCodeMessageAndTheVendorsCode) {
    Error error{ErrorCode::vendor_rejected, "text is longer than the field allows: Account.Name, 300 of 255"};
    EXPECT_EQ(error.to_text(), "vendor_rejected: text is longer than the field allows: Account.Name, 300 of 255");
    error.vendor_code = "STRING_TOO_LONG";
    EXPECT_TRUE(error.to_text().ends_with(" (STRING_TOO_LONG)"));
    EXPECT_EQ((Error{ErrorCode::not_found, ""}).to_text(), "not_found: there is no such record");
}

Result<int> half(int number) {
    if (number % 2 != 0) return fail(ErrorCode::value_invalid, "number is odd: " + std::to_string(number));
    return number / 2;
}

Result<int> quarter(int number) {
    LS_TRY_ASSIGN(auto once, half(number));
    LS_TRY_ASSIGN(auto twice, half(once));
    return twice;
}

TEST(Result, HandsErrorsUp) {
    EXPECT_EQ(*quarter(12), 3);
    EXPECT_EQ(quarter(6).error().message, "number is odd: 3");
    EXPECT_EQ(half(8).and_then(half).transform([](int n) { return n + 1; }).value_or(0), 3);
    EXPECT_EQ(half(2).and_then(half).value_or(-1), -1);
}

TEST(Result, AskingForWhatIsNotThereAborts) {
    auto failed = half(1);
    EXPECT_DEATH(failed.value(), "assertion failed");
    auto good = half(2);
    EXPECT_DEATH(good.error(), "assertion failed");
}

}  // namespace
}  // namespace lockstep
