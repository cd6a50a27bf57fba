#include "engine/outages.h"

#include <gtest/gtest.h>

namespace lockstep::engine {
namespace {

TEST(Outages, LastFromTheFirstFailureToTheFirstAnswer) {
    Outages outages;
    outages.suspect("sap", 1'000);
    outages.confirm("sap", 4'000);
    EXPECT_TRUE(outages.is_away("sap"));
    outages.note_going_on("sap", 2);
    auto over = outages.end("sap", 3, 61'000);
    ASSERT_TRUE(over);
    EXPECT_EQ(over->away_ms, 60'000);
    EXPECT_EQ(over->runs, 5u) << "those that went on already, and those that are about to";
    EXPECT_FALSE(outages.end("sap", 3, 62'000)) << "it is told once";
}

TEST(Outages, WhatNobodyWasToldOfIsNoOutage) {
    Outages outages;
    outages.suspect("sap", 1'000);
    EXPECT_FALSE(outages.is_away("sap"));
    EXPECT_FALSE(outages.end("sap", 3, 2'000));
    EXPECT_FALSE(outages.end("zoho_books", 0, 2'000));
}

TEST(Outages, ARestMeanwhileDoesNotMakeThemShorter) {
    Outages outages;
    outages.suspect("sap", 1'000);
    outages.confirm("sap", 2'000);
    outages.suspect("sap", 50'000);
    EXPECT_EQ(outages.end("sap", 0, 61'000)->away_ms, 60'000);
}

TEST(Outages, OneThatWasOnlySuspectedBeginsAnew) {
    Outages outages;
    outages.suspect("sap", 1'000);
    outages.note_going_on("sap", 7);
    outages.suspect("sap", 500'000);
    outages.confirm("sap", 501'000);
    auto over = outages.end("sap", 1, 510'000);
    ASSERT_TRUE(over);
    EXPECT_EQ(over->away_ms, 10'000);
    EXPECT_EQ(over->runs, 1u) << "those before waited for a rest, not for this";
}

TEST(Outages, LengthsAreSaidInTwoUnitsAtMost) {
    EXPECT_EQ(length_text(0), "0 s");
    EXPECT_EQ(length_text(-5), "0 s");
    EXPECT_EQ(length_text(42'999), "42 s");
    EXPECT_EQ(length_text(60'000), "1 min");
    EXPECT_EQ(length_text(200'000), "3 min 20 s");
    EXPECT_EQ(length_text(3'600'000 * 5 + 60'000 * 12 + 59'000), "5 h 12 min");
    EXPECT_EQ(length_text(86'400'000 * 2 + 3'600'000 * 3), "2 d 3 h");
}

}  // namespace
}  // namespace lockstep::engine
