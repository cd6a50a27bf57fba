#include "bench/text_template.h"

#include <gtest/gtest.h>

namespace lockstep::bench {
namespace {

std::string filled(std::string_view text) {
    const std::vector<std::string> columns = {"006A", "12.50"};
    std::string out;
    TextTemplate::parse(text)->append(out, {&columns, 7});
    return out;
}

TEST(TextTemplate, FillsItsPlaces) {
    EXPECT_EQ(filled(R"({"opportunityId":"{id}"})"), R"({"opportunityId":"006A"})");
    EXPECT_EQ(filled("{1}/{2}/{n}"), "006A/12.50/7");
    EXPECT_EQ(filled("{id}{id}"), "006A006A");
}

TEST(TextTemplate, LeavesOtherBracesAlone) {
    for (const std::string_view text : {"{}", "{ id }", R"({"a":{"b":[]}})", "{", "}", "{id", ""}) EXPECT_EQ(filled(text), text);
}

TEST(TextTemplate, RefusesAPlaceThatItDoesNotKnow) {
    for (const std::string_view text : {"{ID}", "{0}", "{10}", "x{uuid}y"}) EXPECT_FALSE(TextTemplate::parse(text)) << text;
    EXPECT_NE(TextTemplate::parse("{uuid}").error().message.find("{uuid}"), std::string::npos);
}

TEST(TextTemplate, SaysHowManyColumnsItTakes) {
    EXPECT_EQ(TextTemplate::parse("{n}")->columns_needed(), 0u);
    EXPECT_EQ(TextTemplate::parse("{id}")->columns_needed(), 1u);
    EXPECT_EQ(TextTemplate::parse("{3}{1}")->columns_needed(), 3u);
}

}  // namespace
}  // namespace lockstep::bench
