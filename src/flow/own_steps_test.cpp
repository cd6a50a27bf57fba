#include <gtest/gtest.h>

#include "flow/testing.h"

// Steps that need no vendor: link, find_link, lock.
namespace lockstep::flow {
namespace {

using testing::Driver;
using testing::flow_text;

const std::string found = "  - { id: known, uses: find_link, with: { entity: a/things, id: 7 } }\n";
const std::string locked = "  - { id: alone, uses: lock, with: { names: \"${ body.?names.orValue(['b', 'a', 'b']) }\" } }\n";

TEST(Link, IsWrittenWithTheFactThatItsStepIsDone) {
    Driver run(
        flow_text("  - { id: make, uses: a.read }\n"
                  "  - { id: keep, uses: link, with: { entity: a/things, id: \"${ make.id }\", value: { of: \"${ key }\" } } }\n"
                  "  - { uses: a.set, with: { x: \"${ keep.of }\" } }\n"));
    EXPECT_TRUE(run.start().links.empty());
    auto decision = run.answer("make", Value(Map{{"id", 7}}));
    ASSERT_EQ(decision.links.size(), 1u);
    EXPECT_EQ(decision.links[0].entity, "a/things");
    EXPECT_EQ(decision.links[0].id, "7");
    EXPECT_EQ(decision.links[0].value, Value(Map{{"of", "k"}}));
    ASSERT_GE(decision.facts.size(), 2u);
    EXPECT_EQ(decision.facts[1].kind, Fact::Kind::done);
    EXPECT_EQ(run.open[0].input["x"], Value("k")) << "its value is what is remembered";
}

TEST(Link, OfManyRecordsIsOneStep) {
    Driver run(flow_text("  - { uses: link, for_each: \"${ [1, 2] }\", with: { entity: a/things, id: \"${ item }\", value: null } }\n"));
    auto decision = run.start();
    ASSERT_EQ(decision.links.size(), 2u);
    EXPECT_EQ(decision.links[1].id, "2");
    EXPECT_TRUE(run.end);
}

TEST(Link, ARecordWithoutANameParks) {
    for (const char* id : {"null", "''", "[1]"}) {
        Driver run(flow_text("  - { uses: link, with: { entity: a/things, id: \"${ " + std::string(id) + " }\", value: 1 } }\n"));
        EXPECT_TRUE(run.start().links.empty()) << id;
        ASSERT_TRUE(run.end);
        EXPECT_EQ(run.end->status, End::Status::parked);
        EXPECT_NE(run.end->reason.find("`id:` of `link`"), std::string::npos) << run.end->reason;
    }
    Driver run(flow_text("  - { uses: find_link, with: { entity: \"${ key }\", id: 1 } }\n"));
    run.start();
    EXPECT_NE(run.end->reason.find("must be CONNECTION/ENTITY: k"), std::string::npos) << run.end->reason;
}

TEST(FindLink, IsACallWithIntentAndOutcomeThatACrashSimplyRepeats) {
    Driver run(flow_text(found + "  - { uses: a.set, with: { x: \"${ known.of }\" } }\n"));
    auto decision = run.start();
    ASSERT_EQ(decision.calls.size(), 1u);
    EXPECT_EQ(decision.calls[0].connection, own_connection);
    EXPECT_EQ(decision.calls[0].action, "find_link");
    EXPECT_EQ(decision.calls[0].input, Value(Map{{"entity", "a/things"}, {"id", "7"}}));
    run.crash_and_resume();
    EXPECT_EQ(run.calls(), "known") << "a read is not in doubt";
    run.answer("known", Value(Map{{"of", "x"}}));
    EXPECT_EQ(run.open[0].input["x"], Value("x"));
}

TEST(Lock, TakesItsNamesInOneOrderEachOnce) {
    Driver run(flow_text(locked + "  - { uses: a.set, with: { x: \"${ alone }\" } }\n"));
    auto decision = run.start();
    ASSERT_EQ(decision.calls.size(), 1u);
    EXPECT_EQ(decision.calls[0].connection, own_connection);
    EXPECT_EQ(lock_names(decision.calls[0].input), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(run_locks(run.flow, run.state).step, -1) << "not yet: another run may have one";
    run.answer("alone", Value(List{"a", "b"}));
    EXPECT_EQ(run_locks(run.flow, run.state).names, (std::vector<std::string>{"a", "b"}));
    run.crash_and_resume();
    EXPECT_EQ(run_locks(run.flow, run.state).step, 0) << "a restart knows what it had";
    run.wake();
    run.answer("set", Value(1));
    EXPECT_EQ(run_locks(run.flow, run.state).step, -1) << "it is over";
}

TEST(Lock, AReplayTakesItAnew) {
    Driver run(flow_text(locked + "  - { id: write, uses: a.set }\n"));
    run.start();
    run.answer("alone", Value(List{"a", "b"}));
    run.answer("write", fail(ErrorCode::vendor_rejected, "no"));
    ASSERT_TRUE(run.end);
    EXPECT_EQ(run_locks(run.flow, run.state).step, -1);
    run.give(input::Replay{});
    EXPECT_EQ(run.calls(), "alone");
}

TEST(Lock, RefusesWhatIsNoListOfNames) {
    for (const char* names : {"'a'", "['a', '']", "['a', 1]", "null"}) {
        Driver run(flow_text("  - { uses: lock, with: { names: \"${ " + std::string(names) + " }\" } }\n"));
        run.start();
        ASSERT_TRUE(run.end) << names;
        EXPECT_NE(run.end->reason.find("`names:` of `lock` must be a list of at most 1000 texts"), std::string::npos) << run.end->reason;
    }
    Driver run(flow_text(locked));
    List names;
    for (int i = 0; i <= static_cast<int>(run_locks_max); ++i) names.push_back(std::to_string(i));
    run.state.body = Map{{"id", "k"}, {"names", std::move(names)}};
    run.start();
    EXPECT_EQ(run.end->status, End::Status::parked);
}

TEST(OwnSteps, MistakesAreNamedWhenTheFlowIsRead) {
    struct Case {
        std::string steps, says;
    };
    const Case cases[] = {
        {"  - { uses: link, with: { entity: a/things, id: 1 } }\n", "`link` needs `value:` (what is remembered about it)"},
        {"  - { uses: find_link, with: { entity: a/things, id: 1, vlaue: 2 } }\n", "`find_link` has no `vlaue`"},
        {"  - { uses: find_link, with: { entity: things, id: 1 } }\n", "`entity:` must be CONNECTION/ENTITY: `things`"},
        {"  - { uses: find_link, with: { entity: c/things, id: 1 } }\n", "there is no connection `c`"},
        {"  - { uses: lock }\n", "`lock` needs `with:`"},
        {"  - { uses: lock, with: { name: [a] } }\n", "`lock` has no `name` (did you mean `names`?)"},
        {"  - { uses: lock, connection: a, with: { names: [a] } }\n", "`lock` uses no connection"},
        {"  - { uses: lock, for_each: \"${ [1] }\", with: { names: [a] } }\n", "without `for_each:`"},
        {locked + "  - { uses: lock, with: { names: [a] } }\n", "a flow has at most one `lock` step"},
        {"  - { uses: lokc, with: { names: [a] } }\n", "there is no action `lokc` (did you mean `lock`?)"},
    };
    for (const auto& its : cases) {
        auto flow = testing::parse(flow_text(its.steps));
        ASSERT_FALSE(flow) << its.says;
        EXPECT_NE(flow.error().message.find(its.says), std::string::npos) << its.says << ":\n" << flow.error().message;
    }
    auto elsewhere = testing::parse(flow_text(found, "on_parked: [ { uses: lock, with: { names: [a] } } ]\n"));
    ASSERT_FALSE(elsewhere);
    EXPECT_NE(elsewhere.error().message.find("`lock` belongs to `steps:`"), std::string::npos) << elsewhere.error().message;
}

}  // namespace
}  // namespace lockstep::flow
