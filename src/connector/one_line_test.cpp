#include "connector/one_line.h"

#include <gtest/gtest.h>

namespace lockstep::connector {

TEST(OneLine, KeepsWordsAndDropsLayout) {
    EXPECT_EQ(one_line("\nSELECT Id\n        ^\r\nERROR\t at 1 ", 100), "SELECT Id ^ ERROR at 1");
    EXPECT_EQ(one_line("", 10), "");
    EXPECT_EQ(one_line("\n \t", 10), "");
}

TEST(OneLine, CutsByCodePoints) {
    EXPECT_EQ(one_line("üüüü", 4), "üüüü");
    EXPECT_EQ(one_line("üüüüü", 4), "üüüü…");
}

TEST(OneLine, OnlyNamesWhatIsNotText) { EXPECT_EQ(one_line("\xff\xfe", 10), "a text that is not UTF-8"); }

}  // namespace lockstep::connector
