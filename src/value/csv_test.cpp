#include "value/csv.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace lockstep {
namespace {

using Rows = std::vector<csv::Row>;

TEST(Csv, ReadsBothLineEndsAndSkipsTheMark) {
    EXPECT_EQ(*csv::parse("\xef\xbb\xbfId,Name\r\n1,A\n2,B"), (Rows{{"Id", "Name"}, {"1", "A"}, {"2", "B"}}));
    EXPECT_EQ(*csv::parse("a,\n"), (Rows{{"a", ""}}));
    EXPECT_EQ(*csv::parse(""), Rows{});
    EXPECT_EQ(*csv::parse("a\n\n\r\nb\n"), (Rows{{"a"}, {"b"}}));
}

TEST(Csv, QuotedFieldsHoldEverything) {
    EXPECT_EQ(*csv::parse("\"a,b\",\"say \"\"hi\"\"\",\"two\r\nlines\"\n"), (Rows{{"a,b", "say \"hi\"", "two\r\nlines"}}));
    EXPECT_EQ(*csv::parse("\"\",x"), (Rows{{"", "x"}}));
    EXPECT_EQ(*csv::parse("a;b,c", ';'), (Rows{{"a", "b,c"}}));
}

TEST(Csv, BrokenQuotesAreRefusedWithTheirLine) {
    for (auto [text, line] : std::initializer_list<std::pair<std::string, std::string>>{
             {"a,b\nc,\"open\n\n", "line 2"}, {"a\n\"x\"y", "line 2"}, {"a\"b", "line 1"}, {"\"two\nlines\",\"x\"y", "line 2"}}) {
        auto rows = csv::parse(text);
        ASSERT_FALSE(rows.has_value()) << text;
        EXPECT_EQ(rows.error().code, ErrorCode::csv_syntax);
        EXPECT_NE(rows.error().message.find(line), std::string::npos) << rows.error().message;
    }
}

TEST(Csv, QuotesOnlyWhereNeeded) {
    EXPECT_EQ(csv::write_row({"a", "b c", "d,e", "f\"g", "h\ni"}), "a,b c,\"d,e\",\"f\"\"g\",\"h\ni\"\n");
    EXPECT_EQ(csv::write_row({"a;b", "c"}, ';', "\r\n"), "\"a;b\";c\r\n");
}

TEST(Csv, AByteOrderMarkInAFieldStaysInIt) {
    const std::string text =
        csv::write_row({"\xef\xbb\xbf"
                        "a",
                        "b"});
    auto rows = csv::parse(text);
    ASSERT_TRUE(rows.has_value());
    EXPECT_EQ(*rows, (Rows{{"\xef\xbb\xbf"
                            "a",
                            "b"}}));
}

RC_GTEST_PROP(CsvProperty, WhatIsWrittenReadsAsTheSame, ()) {
    Rows rows(*rc::gen::inRange<std::size_t>(0, 5));
    for (auto& row : rows) {
        row.resize(*rc::gen::inRange<std::size_t>(1, 4));
        for (auto& field : row) {
            for (int left = *rc::gen::inRange(0, 5); left > 0; --left) field += *rc::gen::element('a', ',', '"', '\n', '\r', ';');
        }
    }
    std::string text;
    for (const auto& row : rows) text += csv::write_row(row);
    auto again = csv::parse(text);
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == rows);
}

}  // namespace
}  // namespace lockstep
