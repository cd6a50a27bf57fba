#include "flow/mending.h"

#include "flow/testing.h"
#include "value/json.h"

namespace lockstep::flow {
namespace {

using testing::Driver;
using testing::flow_text;

/// A run that a person mends.
class Mended : public Driver {
public:
    using Driver::Driver;

    /// Decides and replays. Returns the error's text, or nothing.
    std::string mend(Mending mending, const std::string& trigger = "webhook", bool from_start = false) {
        mending.actor = "ana";
        RunState tried = state;
        auto decided = flow::mend(flow, tried, mending, trigger, now_ms);
        if (!decided) return decided.error().message;
        facts.insert(facts.end(), decided->begin(), decided->end());
        state = std::move(tried);
        end.reset();
        (void)give(input::Replay{from_start, "ana"});
        return "";
    }
    std::string correct(const std::string& step, std::optional<Value> value, int element = -1) {
        return mend({.corrections = {{step, element, std::move(value)}}});
    }
    std::string skip(const std::string& step, std::optional<Value> output = {}, int element = -1) {
        return mend({.waivers = {{step, element, std::move(output), "by hand"}}});
    }
    Value input_of_call(std::size_t index = 0) const { return open.at(index).input; }
    bool is_parked() const { return end && end->status == End::Status::parked; }
};

Error rejected() { return {ErrorCode::vendor_rejected, "the vendor says no"}; }
Value with_x(Value x) { return Map{{"x", std::move(x)}}; }

const std::string reads_and_creates = flow_text(
    "  - { id: look, uses: a.read, with: { x: \"${ body.id }\" } }\n"
    "  - { id: make, uses: a.create, with: { x: \"${ look.n }\", unique: { n: \"${ key }\" } } }\n"
    "  - { id: tell, uses: b.mail, with: { x: \"${ make.id }\" } }\n");

/// Parked because what was to be made was rejected.
Mended parked_at_make(const std::string& text = reads_and_creates) {
    Mended run(text);
    (void)run.start();
    (void)run.answer("look", Value(Map{{"n", 1}}));
    (void)run.answer("make", fail(rejected()));
    EXPECT_TRUE(run.is_parked());
    return run;
}
Value make_input(Value x, Value name = "k") { return Map{{"x", std::move(x)}, {"unique", Map{{"n", std::move(name)}}}}; }

TEST(Correct, AStepIsCalledWithTheInputThatAPersonGave) {
    Mended run = parked_at_make();
    ASSERT_EQ(run.correct("make", make_input(7)), "");
    (void)run.answer("look", Value(Map{{"n", 2}}));
    EXPECT_EQ(run.calls(), "make");
    EXPECT_EQ(run.input_of_call(), make_input(7)) << "not what is rendered now";
    (void)run.answer("make", Value(Map{{"id", 5}}));
    (void)run.answer("tell", Value());
    EXPECT_EQ(run.end->status, End::Status::succeeded);
}

TEST(Correct, HoldsOverReplaysAndCrashesUntilItIsTakenBack) {
    Mended run = parked_at_make();
    ASSERT_EQ(run.correct("make", make_input(7)), "");
    (void)run.crash_and_resume();
    (void)run.answer("look", Value(Map{{"n", 2}}));
    (void)run.answer("make", fail(rejected()));
    (void)run.give(input::Replay{});
    (void)run.answer("look", Value(Map{{"n", 3}}));
    EXPECT_EQ(run.input_of_call(), make_input(7));
    (void)run.answer("make", fail(rejected()));
    (void)run.give(input::Replay{.from_start = true});
    (void)run.answer("look", Value(Map{{"n", 3}}));
    EXPECT_EQ(run.input_of_call(), make_input(7));
    (void)run.answer("make", fail(rejected()));
    ASSERT_EQ(run.correct("make", std::nullopt), "");
    (void)run.answer("look", Value(Map{{"n", 4}}));
    EXPECT_EQ(run.input_of_call(), make_input(4)) << "as the flow says again";
    EXPECT_EQ(run.facts[0].kind, Fact::Kind::started);
}

TEST(Correct, WhoAndWhyStandInTheJournalAndTheOriginalStays) {
    Mended run = parked_at_make();
    ASSERT_EQ(run.mend({.note = "the price was wrong", .corrections = {{"make", -1, make_input(7)}}}), "");
    bool original = false, corrected = false;
    for (const auto& fact : run.facts) {
        original |= fact.kind == Fact::Kind::intended && fact.data["input"] == make_input(1);
        corrected |= fact.kind == Fact::Kind::corrected && fact.data["actor"].text() == "ana" &&
                     fact.data["because"].text() == "the price was wrong" && fact.data["input"] == make_input(7);
    }
    EXPECT_TRUE(original);
    EXPECT_TRUE(corrected);
}

TEST(Correct, WhatCannotBeCorrectedIsRefused) {
    struct Case {
        std::string step;
        Value input;
        std::string says;
        int element = -1;
    };
    const Case cases[] = {
        {"mak", make_input(1), "there is no such step in test: mak (did you mean `make`?)"},
        {"make", 7, "the input of `make` must be a map"},
        {"make", Value(), "must be a map"},
        {"make", with_x(1), "a.create needs the input `unique`"},
        {"make", Value(Map{{"x", 1}, {"uniqe", 1}, {"unique", Map{{"n", "k"}}}}), "a.create has no input `uniqe` (did you mean `unique`?)"},
        {"make", make_input(1, "other"), "`make` has been called with unique {\"n\":\"k\"}"},
        {"make", make_input(1), "`make` has no elements", 0},
        {"told", with_x(1), "`told` only tells that the run waits or is parked"},
    };
    for (const auto& its : cases) {
        Mended run = parked_at_make(reads_and_creates + "on_parked:\n  - { id: told, uses: b.read, with: { x: 1 }, if: \"${ false }\" }\n");
        const auto facts = run.facts.size();
        EXPECT_NE(run.correct(its.step, its.input, its.element).find(its.says), std::string::npos)
            << run.correct(its.step, its.input, its.element);
        EXPECT_EQ(run.facts.size(), facts);
        EXPECT_TRUE(run.state.rulings.empty());
    }
}

TEST(Correct, TheNameOfWhatMayExistStaysEvenAfterAReplayFromTheStart) {
    Mended run = parked_at_make();
    (void)run.give(input::Replay{.from_start = true});
    (void)run.answer("look", fail(rejected()));
    EXPECT_NE(run.correct("make", make_input(1, "other")).find("could be made twice"), std::string::npos);
    EXPECT_EQ(run.correct("make", make_input(1)), "");
}

TEST(Correct, TheNameOfWhatWasNeverCalledForMayChange) {
    Mended run(reads_and_creates);
    (void)run.start();
    (void)run.answer("look", fail(rejected()));
    ASSERT_EQ(run.correct("make", make_input(1, "other")), "");
    (void)run.answer("look", Value(Map{{"n", 2}}));
    EXPECT_EQ(run.input_of_call(), make_input(1, "other"));
}

TEST(Correct, WhatWasMadeIsNotMadeAgain) {
    Mended run = parked_at_make();
    (void)run.give(input::Replay{});
    (void)run.answer("look", Value(Map{{"n", 2}}));
    (void)run.answer("make", Value(Map{{"id", 5}}));
    (void)run.answer("tell", fail(rejected()));
    EXPECT_EQ(run.correct("make", make_input(8)), "`make` is done and is not made again: correct it where it was made");
    EXPECT_EQ(run.correct("tell", with_x("other")), "");
    (void)run.answer("look", Value(Map{{"n", 2}}));
    EXPECT_EQ(run.calls(), "tell");
    EXPECT_EQ(run.input_of_call(), with_x("other"));
}

TEST(Correct, WhatOnlySetsIsSetAgain) {
    Mended run(flow_text("  - { id: set, uses: a.set, with: { x: 1 } }\n  - { id: tell, uses: b.mail, with: { x: 1 } }\n"));
    (void)run.start();
    (void)run.answer("set", Value(1));
    (void)run.answer("tell", fail(rejected()));
    ASSERT_EQ(run.correct("set", with_x(2)), "");
    EXPECT_EQ(run.calls(), "set");
    EXPECT_EQ(run.input_of_call(), with_x(2));
}

TEST(Correct, AStepWhoseExpressionFailedIsGivenWhatItCouldNotReckon) {
    Mended run(flow_text("  - { id: make, uses: a.create, with: { x: \"${ body.missing.x }\", unique: { n: 1 } } }\n"));
    (void)run.start();
    ASSERT_TRUE(run.is_parked());
    EXPECT_FALSE(current_input(run.flow, run.state, "make", -1));
    ASSERT_EQ(run.correct("make", make_input(1, 1)), "");
    EXPECT_EQ(run.calls(), "make");
}

// ---- the event ----

TEST(CorrectTheEvent, TheRunSeesTheBodyThatAPersonGave) {
    Mended run(reads_and_creates);
    (void)run.start();
    (void)run.answer("look", fail(rejected()));
    EXPECT_EQ(run.mend({.body = Map{{"id", "other"}}}), "the body must be of the same record, k: it is of other");
    EXPECT_EQ(run.mend({.body = Map{{"no", "id"}}}).find("the body must be of the same record, k: "), 0u);
    EXPECT_EQ(run.mend({.body = List{}}), "the event's body must be a map (a JSON object)");
    ASSERT_EQ(run.mend({.body = Map{{"id", "k"}, {"more", 1}}}), "");
    EXPECT_EQ(run.state.body["more"], Value(1));
    RunState fresh(run.flow);
    fresh.body = Map{{"id", "k"}};
    fresh.key = "k";
    for (const auto& fact : run.facts) apply(run.flow, fresh, fact);
    EXPECT_EQ(fresh.body["more"], Value(1)) << "the journal alone says so";
}

TEST(CorrectTheEvent, AKeyThatWasGivenByHandHangsOnNoBody) {
    Mended run(reads_and_creates);
    (void)run.start();
    (void)run.answer("look", fail(rejected()));
    EXPECT_EQ(run.mend({.body = Map{{"anything", 1}}}, "manual"), "");
}

// ---- skipping ----

TEST(Skip, AStepIsDoneWithTheOutputThatAPersonGave) {
    Mended run = parked_at_make();
    ASSERT_EQ(run.skip("make", Value(Map{{"id", 9}})), "");
    (void)run.crash_and_resume();
    (void)run.answer("look", Value(Map{{"n", 2}}));
    EXPECT_EQ(run.calls(), "tell");
    EXPECT_EQ(run.input_of_call(), with_x(9));
    (void)run.answer("tell", fail(rejected()));
    (void)run.give(input::Replay{});
    (void)run.answer("look", Value(Map{{"n", 2}}));
    EXPECT_EQ(run.calls(), "tell") << "it holds over the next replay";
    (void)run.answer("tell", Value());
    EXPECT_EQ(run.end->status, End::Status::succeeded);
}

TEST(Skip, ARequirementThatFailedCountsAsMet) {
    Mended run(
        flow_text("  - { id: must, uses: require, with: { that: \"${ 1 > 2 }\", because: no } }\n  - { id: tell, uses: b.mail, with: { x: "
                  "\"${ must }\" } }\n"));
    (void)run.start();
    ASSERT_TRUE(run.is_parked());
    EXPECT_NE(run.correct("must", Value(Map{{"that", true}})).find("skip it instead"), std::string::npos);
    ASSERT_EQ(run.skip("must"), "");
    EXPECT_EQ(run.input_of_call(), with_x(true));
}

TEST(Skip, AnElementOfAListIsSkippedAndTheOthersAreMade) {
    const std::string text = flow_text(
        "  - { id: look, uses: a.read, with: { x: 1 } }\n"
        "  - { id: each, uses: a.create, for_each: \"${ look }\", with: { x: \"${ item }\", unique: { n: \"${ item }\" } } }\n");
    Mended run(text);
    (void)run.start();
    const Value list = List{"p", "q", "r"};
    (void)run.answer("look", list);
    (void)run.answer("each", Value("made p"), 0);
    (void)run.answer("each", fail(rejected()), 1);
    (void)run.answer("each", Value("made r"), 2);
    ASSERT_TRUE(run.is_parked());
    EXPECT_EQ(run.skip("each", {}, 0), "`each/0` is done already");
    EXPECT_EQ(run.skip("each", {}, 3), "`each` has 3 elements, counted from 0: 3");
    EXPECT_EQ(run.skip("each"), "some of `each` was called for: skip what is to be skipped of it, such as each/0");
    ASSERT_EQ(run.skip("each", Value("by hand"), 1), "");
    (void)run.answer("look", list);
    EXPECT_EQ(run.calls(), "");
    EXPECT_EQ(run.end->status, End::Status::succeeded);
    EXPECT_EQ(run.state.steps[1].elements[1].output, Value("by hand"));
}

TEST(Skip, ADecisionAboutAnElementDoesNotSlideToAnother) {
    Mended run(
        flow_text("  - { id: look, uses: a.read, with: { x: 1 } }\n"
                  "  - { id: each, uses: a.set, for_each: \"${ look }\", with: { x: \"${ item }\" } }\n"));
    (void)run.start();
    (void)run.answer("look", Value(List{"p", "q"}));
    (void)run.answer("each", Value(1), 0);
    (void)run.answer("each", fail(rejected()), 1);
    ASSERT_EQ(run.skip("each", {}, 1), "");
    (void)run.answer("look", Value(List{"q", "p"}));
    EXPECT_EQ(run.calls(), "each") << "q, which comes first now, is called for as the flow says";
    (void)run.answer("each", Value(1), 0);
    ASSERT_TRUE(run.is_parked());
    EXPECT_EQ(run.end->reason.find("`each/1` was corrected or skipped by hand, but the list has another element"), 0u) << run.end->reason;
    ASSERT_EQ(run.mend({.corrections = {{"each", 1, std::nullopt}}}), "");
    (void)run.answer("look", Value(List{"q", "p"}));
    EXPECT_EQ(run.end->status, End::Status::succeeded) << "q and p were set before";
}

TEST(Skip, AllOfAListWhoseListCannotBeReckoned) {
    Mended run(
        flow_text("  - { id: each, uses: a.set, for_each: \"${ body.missing }\", with: { x: \"${ item }\" } }\n"
                  "  - { id: tell, uses: b.mail, with: { x: \"${ size(each) }\" } }\n"));
    (void)run.start();
    ASSERT_TRUE(run.is_parked());
    EXPECT_EQ(run.skip("each", Value(1)), "the output of `each` must be a list: it is done for each of a list");
    EXPECT_EQ(run.skip("each", {}, 0), "`each` has not begun: its elements are not known yet");
    ASSERT_EQ(run.skip("each", Value(List{1, 2})), "");
    EXPECT_EQ(run.input_of_call(), with_x(2));
    (void)run.answer("tell", fail(rejected()));
    ASSERT_EQ(run.skip("each"), "");
    EXPECT_EQ(run.input_of_call(), with_x(0));
}

TEST(Skip, IsRefusedWithoutAReasonAndForWhatKeepsOthersAway) {
    Mended run(flow_text("  - { uses: lock, id: alone, with: { names: [a] } }\n  - { id: tell, uses: b.mail, with: { x: 1 } }\n"));
    (void)run.start();
    (void)run.answer("alone", Value());
    (void)run.answer("tell", fail(rejected()));
    EXPECT_EQ(run.mend({.waivers = {{"tell", -1, {}, ""}}}), "say why `tell` is skipped");
    EXPECT_EQ(run.skip("alone"), "`alone` keeps other runs away: it can be neither corrected nor skipped");
    EXPECT_EQ(run.skip("tel"), "there is no such step in test: tel (did you mean `tell`?)");
}

TEST(Mend, NothingIsDecidedWhileACallIsInDoubt) {
    Mended run(reads_and_creates);
    (void)run.start();
    (void)run.answer("look", Value(Map{{"n", 1}}));
    EXPECT_EQ(run.calls(), "make");
    EXPECT_EQ(run.skip("make"), "a call of the run is in doubt: replay it as it is, so that it is looked for first");
}

TEST(Mend, AReplayDoesNotForgetThatACallIsInDoubt) {
    for (bool from_start : {false, true}) {
        Mended run(reads_and_creates);
        (void)run.start();
        (void)run.answer("look", Value(Map{{"n", 1}}));
        apply(run.flow, run.state, {.kind = Fact::Kind::replayed, .data = Map{{"from_start", from_start}}});
        EXPECT_EQ(run.state.steps[1].elements[0].phase, Phase::intended);
    }
}

TEST(Supersedes, IsTrueUnlessTheFlowSaysOtherwise) {
    const std::string nothing = "  - { uses: set, with: { x: 1 } }\n";
    EXPECT_TRUE(testing::parse(flow_text(nothing))->supersedes);
    EXPECT_FALSE(testing::parse(flow_text(nothing, "supersedes: false\n"))->supersedes);
    auto wrong = testing::parse(flow_text(nothing, "supersedes: sometimes\n"));
    ASSERT_FALSE(wrong);
    EXPECT_NE(wrong.error().message.find("`supersedes:` is true or false"), std::string::npos);
    testing::Driver run(flow_text(nothing, "supersedes: { parked: true, keys: \"${ [key, 'other', ''] }\" }\n"));
    run.start();
    EXPECT_TRUE(run.flow.parking_supersedes);
    EXPECT_EQ(superseded_keys(run.flow, run.state), std::vector<std::string>{"other"}) << "its own are superseded anyway";
}

TEST(StepName, IsAStepOrAnElementOfItsList) {
    EXPECT_EQ(parse_step_name("order")->step, "order");
    EXPECT_EQ(parse_step_name("order")->element, -1);
    EXPECT_EQ(parse_step_name("order/12")->element, 12);
    EXPECT_EQ(step_name("order", 12), "order/12");
    for (const char* bad : {"order/", "order/x", "order/-1", "/1", "order/1.5", "order/99999999999"})
        EXPECT_FALSE(parse_step_name(bad)) << bad;
}

}  // namespace
}  // namespace lockstep::flow
