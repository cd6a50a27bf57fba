// What people are told of a vendor that was away: once that it is, once that it is back.
#include "sim/engine_fixture.h"

namespace lockstep::sim {
namespace {

using flow::testing::flow_text;

class Outages : public EngineTest {
protected:
    Outages() {
        alerts_by = "b";
        begin();
    }
    void begin() {
        start(flow_text("  - { id: one, uses: a.set, with: { x: \"${ key }\" } }\n"), {.alert_delay_ms = 36'000'000});  // all stay open
    }
    void be_away() {
        answer = [](const std::string&) { return Result<Value>(fail(ErrorCode::unreachable, "connection refused")); };
        probe_answer = [] { return Result<void>(fail(ErrorCode::unreachable, "connection refused")); };
    }
    void be_back() {
        answer = [](const std::string&) { return Result<Value>(Value(1)); };
        probe_answer = [] { return Result<void>(); };
    }
    std::vector<store::AlertRow> told(const std::string& title) {
        std::vector<store::AlertRow> all;
        auto rows = *real->open_alerts(100);
        for (const auto& row : rows)
            if (row.text.starts_with(title)) all.push_back(row);
        return all;
    }
};

TEST_F(Outages, AreOverWithOneMessageThatSaysHowLongTheyTookAndWhatGoesOn) {
    be_away();
    for (const char* key : {"k1", "k2", "k3"}) (void)submit(key);
    pass(60'000);
    ASSERT_EQ(told("The connection a is paused\n").size(), 1u);
    for (const char* key : {"k4", "k5"}) (void)submit(key);
    pass(9 * 60'000);
    EXPECT_TRUE(told("The connection a is back").empty());
    be_back();
    pass(5 * 60'000);
    const auto back = told("The connection a is back\n");
    ASSERT_EQ(back.size(), 1u);
    EXPECT_NE(back[0].text.find("away for 10 min"), std::string::npos) << back[0].text;
    EXPECT_NE(back[0].text.find("the 5 runs that waited for it go on"), std::string::npos) << back[0].text;
    EXPECT_EQ(runs(store::RunStatus::succeeded).size(), 5u);
}

TEST_F(Outages, AVendorThatAnswersItsFirstProbeWasNotAway) {
    be_away();
    (void)submit("k1");
    pass(500);
    probe_answer = [] { return Result<void>(); };
    pass(20'000);
    be_back();
    ASSERT_TRUE(becomes_quiet());
    EXPECT_TRUE(told("The connection a is").empty()) << "only the run is told of, which gave up";
}

TEST_F(Outages, ARestartKnowsOfThemTellsNobodyAgainAndAsksByAProbeBeforeAnybodyCalls) {
    be_away();
    for (int i = 0; i < 20; ++i) (void)submit("k" + std::to_string(i));
    pass(2 * 60'000);
    for (int restarts = 0; restarts < 5; ++restarts) {
        kill();
        calls.clear();
        probes = 0;
        begin();
        pass(5 * 60'000);
        EXPECT_TRUE(calls.empty()) << "nobody calls what is known to be away";
        EXPECT_GE(probes, 4);
    }
    ASSERT_EQ(told("The connection a is paused").size(), 1u);
    EXPECT_EQ(told("The connection a is paused")[0].count, 1) << "people are not told again at every start";
    kill();
    be_back();
    begin();
    pass(3'000);
    EXPECT_EQ(runs(store::RunStatus::succeeded).size(), 20u) << "the first probe lets everything go on";
    const auto back = told("The connection a is back\n");
    ASSERT_EQ(back.size(), 1u);
    EXPECT_NE(back[0].text.find("away for 26 min"), std::string::npos) << back[0].text;
}

TEST_F(Outages, AVendorThatIsBackAndBusyIsBack) {
    be_away();
    for (const char* key : {"k1", "k2", "k3"}) (void)submit(key);
    pass(60'000);
    answer = [](const std::string&) { return Result<Value>(Value(1)); };
    probe_answer = [] { return Result<void>(fail(Error{.code = ErrorCode::rate_limited, .message = "429", .retry_after_ms = 30'000})); };
    pass(120'000);
    EXPECT_EQ(told("The connection a is back\n").size(), 1u);
    EXPECT_EQ(runs(store::RunStatus::succeeded).size(), 3u);
}

}  // namespace
}  // namespace lockstep::sim
