#include "engine/sweeps.h"

#include <gtest/gtest.h>

#include <map>

#include "flow/testing.h"

namespace lockstep::engine {
namespace {

constexpr std::int64_t minute = 60'000, hour = 60 * minute;

/// The sweeps of one flow, carried through by hand.
class SweepsTest : public ::testing::Test {
protected:
    static std::string text(const std::string& more, const std::string& with = "[since, page]") {
        return "flow: test\n"
               "key: { must: \"${ key != 'bad' }\" }\n"
               "on:\n"
               "  - sweep: 10m\n"
               "    uses: a.read\n"
               "    with: { x: \"${ " +
               with +
               " }\" }\n"
               "    key: ${ row.id }\n"
               "    position: ${ row.at }\n" +
               more + "steps: []\n";
    }
    void make(const std::string& flow_text, const std::string& every = "") {
        auto parsed =
            flow::parse_flow(flow_text, "test.yaml",
                             {.actions = flow::testing::catalogue(), .connections = {{"a", "a"}}, .config = {}, .sweep_every = every});
        ASSERT_TRUE(parsed) << parsed.error().message;
        flows.clear();
        flows.push_back(*std::move(parsed));
        auto stored = [this](const std::string& name) -> Result<std::optional<store::CursorRow>> {
            auto found = rows.find(name);
            if (found == rows.end()) return std::optional<store::CursorRow>();
            return std::optional(found->second);
        };
        auto made = Sweeps::make(flows, stored, clock, [] { return std::uint64_t{0}; });
        ASSERT_TRUE(made) << made.error().message;
        sweeps = *std::move(made);
        for (const auto& row : sweeps->fresh()) rows[row.name] = row;
    }
    void pass(std::int64_t ms) {
        clock.now_ms += ms;
        clock.monotonic_ms += ms;
    }
    /// Passes time until the sweep is due and returns what it asks.
    Value ask() {
        auto due = sweeps->next_ms();
        EXPECT_TRUE(due.has_value());
        pass(std::max<std::int64_t>(0, *due - clock.monotonic_ms));
        EXPECT_EQ(sweeps->due(clock), std::vector<std::size_t>{0});
        return go_on();
    }
    Value go_on() {
        auto input = sweeps->next_call(0, clock);
        EXPECT_TRUE(input) << input.error().message;
        return (*input)["x"];
    }
    static Value row(const std::string& id, std::int64_t at_ms) { return Map{{"id", id}, {"at", Value(Timestamp::from_ms(at_ms))}}; }
    /// Answers the call, and stores what comes of it.
    Sweeps::Page answer(List list) {
        auto page = sweeps->take(0, Value(std::move(list)), clock);
        EXPECT_TRUE(page && *page);
        auto stored = sweeps->accept(0, **page, (*page)->found.size(), clock);
        rows[stored.name] = stored;
        return **page;
    }
    static std::string keys(const Sweeps::Page& page) {
        std::string all;
        for (const auto& found : page.found) all += (all.empty() ? "" : " ") + found.key;
        return all;
    }
    SweepCursor cursor() { return *sweep_cursor_from(rows.at("sweep/test/a.read").value); }

    SweepClock clock{.now_ms = 1'800'000'000'000, .monotonic_ms = 5'000};
    std::vector<flow::Flow> flows;
    std::optional<Sweeps> sweeps;
    std::map<std::string, store::CursorRow> rows;
};

TEST_F(SweepsTest, ACursorIsReadAsItWasWrittenAndRubbishIsNot) {
    SweepCursor cursor{.definition = "d", .began_ms = 1, .at_ms = 2, .complete_ms = 3, .pass = {}};
    EXPECT_EQ(sweep_cursor_from(to_text(cursor)), cursor);
    cursor.pass = {.since_ms = 4, .after = "k\"", .page = 5, .greatest_ms = 6, .began_ms = 7};
    EXPECT_EQ(sweep_cursor_from(to_text(cursor)), cursor);
    for (const char* rubbish : {"", "{", "[]", "{\"at_ms\":\"x\"}", "2026-01-01"}) EXPECT_FALSE(sweep_cursor_from(rubbish)) << rubbish;
}

TEST_F(SweepsTest, PagesByNumberKeepTheirBeginningAndTheCursorWaitsForTheLast) {
    make(text("    page_rows: 2\n    budget: 2\n    overlap: 5m\n"));
    const std::int64_t began = clock.now_ms;
    EXPECT_EQ(ask().as_list()[0].as_timestamp().ms(), began - 5 * minute);
    const std::int64_t first_at = clock.now_ms - minute;
    auto page = answer({row("a", first_at), row("b", first_at - hour)});
    EXPECT_EQ(keys(page), "a b");
    ASSERT_TRUE(sweeps->goes_on(0));
    EXPECT_EQ(go_on().as_list()[1], Value(2));
    (void)answer({row("c", first_at), row("d", first_at)});
    EXPECT_FALSE(sweeps->goes_on(0)) << "the budget is spent";
    EXPECT_EQ(cursor().at_ms, began) << "the pass is not over";
    // The process ends and begins again: it goes on at the same page.
    make(text("    page_rows: 2\n    budget: 2\n    overlap: 5m\n"));
    pass(hour);
    auto third = ask();
    EXPECT_EQ(third.as_list()[0].as_timestamp().ms(), began - 5 * minute);
    EXPECT_EQ(third.as_list()[1], Value(3));
    // What changed during the pass may be on a page that was read already.
    page = answer({row("e", clock.now_ms - 20'000)});
    EXPECT_TRUE(page.is_last);
    EXPECT_FALSE(cursor().pass);
    EXPECT_EQ(cursor().at_ms, first_at + minute) << "not beyond the pass's beginning";
    EXPECT_EQ(cursor().complete_ms, clock.now_ms);
    EXPECT_EQ(ask().as_list()[1], Value(1));
}

TEST_F(SweepsTest, ARowThatIsYoungIsLeftToTheNextAndStaysAboveTheCursor) {
    make(text("", "since"));
    (void)ask();
    auto at = clock.now_ms;
    auto page = answer({row("young", at - 5'000), row("old", at - minute)});
    EXPECT_EQ(keys(page), "old");
    EXPECT_EQ(cursor().at_ms, std::max(at - minute, cursor().began_ms));
    EXPECT_LE(ask().as_timestamp().ms(), at - 5'000);
    EXPECT_EQ(keys(answer({row("young", at - 5'000)})), "young");
}

TEST_F(SweepsTest, AClockThatWasSetBackKeepsNothingFromBeingFound) {
    make(text("", "since"));
    (void)ask();
    auto at = clock.now_ms - minute;
    clock.now_ms -= 24 * hour;
    EXPECT_EQ(keys(answer({row("a", at)})), "a") << "it is not young, our clock is wrong";
    EXPECT_LE(ask().as_timestamp().ms(), at);
}

TEST_F(SweepsTest, RowsAreComparedWithASecondReading) {
    make(text("    against: { uses: a.read, with: { x: \"${ rows.map(each, each.id) }\" }, as: shown }\n    if: ${ !(row.id in shown) }\n",
              "since"));
    (void)ask();
    auto at = clock.now_ms - minute;
    auto first = sweeps->take(0, Value(List{row("a", at), row("b", at)}), clock);
    ASSERT_TRUE(first);
    EXPECT_FALSE(*first) << "one more call is needed";
    EXPECT_EQ(go_on(), Value(List{"a", "b"}));
    EXPECT_EQ(keys(answer({"a"})), "b");
    (void)ask();
    EXPECT_EQ(keys(answer({})), "") << "nothing to compare costs no call";
}

TEST_F(SweepsTest, ARowWithoutAGoodKeyOrPositionIsRefusedAlone) {
    make(text("", "since"));
    (void)ask();
    auto page = answer({row("bad", clock.now_ms - minute), Map{{"id", "x"}, {"at", "yesterday"}}, row("good", clock.now_ms - minute)});
    EXPECT_EQ(keys(page), "good");
    ASSERT_EQ(page.refused.size(), 2u);
    EXPECT_NE(page.refused[1].find("`position:` of a row is not a time: yesterday"), std::string::npos) << page.refused[1];
    EXPECT_TRUE(sweeps->is_first_refusal(0));
    EXPECT_FALSE(sweeps->is_first_refusal(0));
    EXPECT_EQ(sweeps->status()[0].rows_refused, 2u);
}

TEST_F(SweepsTest, OneVersionOfARecordHasOneDedupeId) {
    make(text("", "since"));
    (void)ask();
    auto at = clock.now_ms - minute;
    auto page = answer({row("a", at), row("a", at), row("a", at + 1'000)});
    ASSERT_EQ(page.found.size(), 3u);
    EXPECT_EQ(page.found[0].dedupe_id, page.found[1].dedupe_id);
    EXPECT_NE(page.found[0].dedupe_id, page.found[2].dedupe_id);
}

TEST_F(SweepsTest, AskedForInAnotherWayItBeginsAtItsStartAgain) {
    make(text("    starts: 1h\n", "since"));
    auto began = clock.now_ms;
    EXPECT_EQ(ask().as_timestamp().ms(), began - hour - 10 * minute);
    (void)answer({row("a", clock.now_ms - minute)});
    pass(48 * hour);
    make(text("    starts: 1h\n", "since"));
    EXPECT_GT(ask().as_timestamp().ms(), began - 12 * minute) << "the cursor holds";
    make(text("    starts: 1h\n    if: ${ row.id != '' }\n", "since"));
    EXPECT_LE(ask().as_timestamp().ms(), began) << "what lies between is not forgotten";
    EXPECT_EQ(cursor().began_ms, began);
}

TEST_F(SweepsTest, AFailureIsTriedAgainAtGrowingDistancesAndToldOnceAfterLong) {
    make(text("", "since"));
    auto failed_at = clock.now_ms;
    int tries = 0, told = 0;
    for (; clock.now_ms < failed_at + 24 * hour; ++tries) {
        (void)ask();
        if (sweeps->fail(0, {ErrorCode::vendor_unavailable, "down"}, clock)) {
            ++told;
            EXPECT_GE(clock.now_ms, failed_at + hour);
        }
    }
    EXPECT_EQ(told, 1);
    EXPECT_LT(tries, 24 * 6 * 3 / 2);
    EXPECT_NE(sweeps->status()[0].error.find("down"), std::string::npos);
    (void)ask();
    (void)answer({});
    EXPECT_TRUE(sweeps->status()[0].error.empty());
    EXPECT_EQ(sweeps->status()[0].failing_since_ms, 0);
}

TEST_F(SweepsTest, APageThatLeadsNowhereIsAFailureAndNotAnEndlessLoop) {
    make(text("    page_rows: 1\n", "[since, after]"));
    (void)ask();
    auto at = clock.now_ms - minute;
    (void)answer({row("a", at)});
    (void)go_on();
    auto again = sweeps->take(0, Value(List{row("a", at)}), clock);
    ASSERT_FALSE(again);
    EXPECT_NE(again.error().message.find("a page ends where it began"), std::string::npos);
    EXPECT_FALSE(sweeps->take(0, Value(1), clock)) << "no list";
}

TEST_F(SweepsTest, SwitchedOffItIsNeverDueAndKeepsNoCursor) {
    make(text("", "since"), "off");
    EXPECT_EQ(sweeps->next_ms(), std::nullopt);
    EXPECT_FALSE(sweeps->hurry("test", clock));
    EXPECT_TRUE(sweeps->fresh().empty());
    make(text("", "since"), "1h");
    EXPECT_EQ(sweeps->status()[0].every_ms, hour);
}

TEST_F(SweepsTest, ItsTimesDoNotGoByTheWallClock) {
    make(text("", "since"));
    (void)ask();
    (void)answer({});
    auto due = *sweeps->next_ms();
    clock.now_ms -= 240 * hour;
    EXPECT_EQ(*sweeps->next_ms(), due);
    clock.monotonic_ms = due;
    EXPECT_EQ(sweeps->due(clock).size(), 1u);
}

}  // namespace
}  // namespace lockstep::engine
