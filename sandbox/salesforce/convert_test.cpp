#include "sandbox/salesforce/convert.h"

#include <gtest/gtest.h>

#include "sandbox/salesforce/text_fold.h"

namespace lockstep::sandbox::salesforce {

TEST(DoubleText, LooksLikeAJavaDouble) {
    const std::pair<const char*, const char*> cases[] = {{"45000.00", "45000.0"},     {"0", "0.0"},
                                                         {"12.50", "12.5"},           {"-3", "-3.0"},
                                                         {"0.001", "0.001"},          {"0.0001", "1.0E-4"},
                                                         {"9999999", "9999999.0"},    {"10000000", "1.0E7"},
                                                         {"99213206", "9.9213206E7"}, {"-115056052.25", "-1.1505605225E8"},
                                                         {"0.00012", "1.2E-4"}};
    for (const auto& [number, text] : cases) EXPECT_EQ(double_text(*Decimal::parse(number)), text) << number;
}

TEST(Like, KnowsItsWildcardsAndTheirEscapes) {
    struct Case {
        const char* text;
        const char* pattern;
        bool fits;
    };
    const Case cases[] = {
        {"acme", "ac%", true},      {"acme", "%me", true},    {"acme", "a_me", true},
        {"acme", "ac", false},      {"", "%", true},          {"", "_", false},
        {"müller", "m_ller", true}, {"100%", "100\\%", true}, {"100x", "100\\%", false},
        {"a_b", "a\\_b", true},     {"axb", "a\\_b", false},  {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "%a%a%a%a%a%a%a%a%c", false},
        {"abcabc", "%bc", true}};
    for (const Case& c : cases) EXPECT_EQ(like(c.text, c.pattern), c.fits) << c.text << " like " << c.pattern;
}

TEST(Fold, DisregardsCaseOfUmlautsToo) {
    EXPECT_EQ(fold("MÜLLER & SÖHNE É"), fold("müller & söhne é"));
    EXPECT_NE(fold("Muller"), fold("Müller"));
}

}  // namespace lockstep::sandbox::salesforce
