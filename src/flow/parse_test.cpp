#include <gtest/gtest.h>

#include "flow/testing.h"

namespace lockstep::flow {
namespace {

using testing::flow_text;
using testing::parse;

struct Case {
    std::string name, text, says;
};

/// Every mistake is told with file, line and the nearest right name.
TEST(ParseFlow, NamesEveryMistakeAndHowToMendIt) {
    const std::string step = "  - { id: one, uses: a.read }\n";
    const Case cases[] = {
        {"unknown action", flow_text("  - { uses: a.raed }\n"), "test.yaml:5:13: there is no action `a.raed` (did you mean `a.read`?)"},
        {"unknown key of a step", flow_text("  - { uses: a.read, wiht: {} }\n"), "a step has no `wiht` (did you mean `with`?)"},
        {"unknown input", flow_text("  - { uses: a.read, with: { y: 1 } }\n"), "`a.read` has no `y`"},
        {"create without unique", flow_text("  - { uses: a.create, with: { x: 1 } }\n"),
         "`a.create` needs `unique:`, by which it is found again"},
        {"unknown reference", flow_text(step + "  - { uses: a.set, with: { x: \"${ oen }\" } }\n"),
         "there is nothing called `oen` here (did you mean `one`?)"},
        {"reference to a later step", flow_text("  - { uses: a.set, with: { x: \"${ one }\" } }\n" + step),
         "uses `one`, which it does not wait for"},
        {"reference beside needs", flow_text(step + "  - { id: two, uses: a.set, needs: [], with: { x: \"${ one }\" } }\n"),
         "`two` uses `one`, which it does not wait for: put it above, or add it to `needs:`"},
        {"unknown need", flow_text(step + "  - { uses: a.set, needs: [won] }\n"), "`needs:` names `won`, which is no step above"},
        {"unknown config", flow_text("  - { uses: a.set, with: { x: \"${ config.greetin }\" } }\n"),
         "`config:` has no `greetin` (did you mean `greeting`?)"},
        {"two of one id", flow_text(step + step), "there are two steps with the id `one`"},
        {"bad expression", flow_text("  - { uses: a.set, with: { x: \"${ 1 + }\" } }\n"), "test.yaml:5:"},
        {"unknown function", flow_text("  - { uses: a.set, with: { x: \"${ sizee('a') }\" } }\n"), "did you mean `size`?"},
        {"unknown connection", flow_text("  - { uses: a.set, connection: c }\n"), "there is no connection `c`"},
        {"connection of another connector", flow_text("  - { uses: a.set, connection: b }\n"),
         "the connection `b` is one of `b`, not of `a`"},
        {"unknown top-level key", flow_text(step, "stpes: []\n"), "a flow has no `stpes` (did you mean `steps`?)"},
        {"bad cron", "flow: test\non: [ { schedule: \"61 * * * *\" } ]\nsteps: []\n", "test.yaml:2:"},
        {"webhook elsewhere", "flow: test\non: [ { webhook: /hook, key: a } ]\nsteps: []\n", "a webhook's path must begin with /webhook/"},
        {"trigger of nobody", "flow: test\non: [ { inbound_message: x } ]\nsteps: []\n",
         "a trigger has no `inbound_message` (did you mean `outbound_message`?)"},
        {"message of nothing", "flow: test\non: [ { outbound_message: [], key: a } ]\nsteps: []\n", "`outbound_message:` names an object"},
        {"message without key", "flow: test\non: [ { outbound_message: Deal } ]\nsteps: []\n",
         "`outbound_message:` needs `key:`, the record it is about, such as `key: ${ notification.Id }`"},
        {"message with a webhook's key", "flow: test\non: [ { outbound_message: Deal, key: a, from: a } ]\nsteps: []\n",
         "`outbound_message:` has no `from`"},
        {"message elsewhere", "flow: test\non: [ { outbound_message: Deal, key: a, path: /x } ]\nsteps: []\n",
         "a webhook's path must begin with /webhook/: `/x`"},
        {"message of another's connection", "flow: test\non: [ { outbound_message: Deal, key: a, connection: b } ]\nsteps: []\n",
         "the connection `b` is one of `b`, not of `a`"},
        {"webhook from nobody", "flow: test\non: [ { webhook: /webhook/x, key: a, from: bb } ]\nsteps: []\n",
         "there is no connection `bb` that understands webhooks of its vendor"},
        {"webhook from who sends none", "flow: test\non: [ { webhook: /webhook/x, key: a, from: a } ]\nsteps: []\n",
         "there is no connection `a` that understands webhooks of its vendor"},
        {"notification of a webhook", "flow: test\non: [ { webhook: /webhook/x, key: \"${ notification.Id }\" } ]\nsteps: []\n",
         "there is nothing called `notification` here"},
        {"require without reason", flow_text("  - { uses: require, with: { that: true } }\n"), "`require` needs `because:`"},
        {"untraceable without a policy", flow_text("  - { uses: b.post }\n"),
         "test.yaml:5:5: `b.post` needs `delivery:`, because nobody can look whether it happened when its answer is lost: `at_most_once` "
         "(it "
         "may be missing) or `at_least_once` (it may come twice)"},
        {"another policy", flow_text("  - { uses: b.post, delivery: exactly_once }\n"),
         "`delivery:` is `at_most_once` or `at_least_once`: `exactly_once`"},
        {"a policy where the effect is looked for",
         flow_text("  - { uses: a.create, delivery: at_most_once, with: { unique: { x: 1 } } }\n"),
         "`delivery:` is for effects that nobody can look for; that of `a.create` can be looked for"},
        {"a policy for a read", flow_text("  - { uses: a.read, delivery: at_most_once }\n"), "that of `a.read` can be repeated"},
        {"not yaml", "flow: [", "test.yaml: "},
    };
    for (const auto& its : cases) {
        auto flow = parse(its.text);
        ASSERT_FALSE(flow) << its.name;
        EXPECT_EQ(flow.error().code, ErrorCode::flow_invalid);
        EXPECT_NE(flow.error().message.find(its.says), std::string::npos) << its.name << ":\n" << flow.error().message;
    }
}

std::string sweep_text(const std::string& keys) { return "flow: test\non: [ { " + keys + " } ]\nsteps: []\n"; }

TEST(ParseFlow, NamesEveryMistakeOfASweep) {
    const std::string with = "with: { x: \"${ since }\" }, ", ends = "key: \"${ row.id }\", position: \"${ row.at }\"";
    const std::string good = "sweep: 5m, uses: a.read, " + with + ends;
    ASSERT_TRUE(parse(sweep_text(good))) << parse(sweep_text(good)).error().message;
    const Case cases[] = {
        {"too often", sweep_text("sweep: 30s, uses: a.read, " + with + ends), "a sweep is made once a minute at most: `30s`"},
        {"no duration", sweep_text("sweep: often, uses: a.read, " + with + ends), "`sweep` must be a duration"},
        {"asks nobody", sweep_text("sweep: 5m, " + with + ends), "a sweep needs `uses:`, an action that reads"},
        {"unknown action", sweep_text("sweep: 5m, uses: a.raed, " + with + ends), "there is no action `a.raed` (did you mean `a.read`?)"},
        {"writes", sweep_text("sweep: 5m, uses: a.set, " + with + ends), "a sweep only reads: `a.set` does not"},
        {"asks itself", sweep_text("sweep: 5m, uses: find_link, " + with + ends), "a sweep asks a vendor: `find_link` does not"},
        {"asks nothing", sweep_text("sweep: 5m, uses: a.read, " + ends), "a sweep needs `with:`"},
        {"unknown input", sweep_text("sweep: 5m, uses: a.read, with: { y: \"${ since }\" }, " + ends), "`a.read` has no `y`"},
        {"all anew each time", sweep_text("sweep: 5m, uses: a.read, with: { x: 1 }, " + ends), "its `with:` must use `since`"},
        {"no key", sweep_text("sweep: 5m, uses: a.read, " + with + "position: \"${ row.at }\""), "a sweep needs `key:`"},
        {"no position", sweep_text("sweep: 5m, uses: a.read, " + with + "key: \"${ row.id }\""),
         "a sweep needs `position:`, when a row changed, such as `position: ${ row.SystemModstamp }`"},
        {"pages without a way on", sweep_text(good + ", page_rows: 10"), "must use either `after`"},
        {"a way on without pages", sweep_text("sweep: 5m, uses: a.read, with: { x: \"${ [since, page] }\" }, " + ends),
         "`page_rows:` must say how many rows a page has"},
        {"empty pages", sweep_text(good + ", page_rows: 0"), "`page_rows` is a number from 1 to 10000: `0`"},
        {"no calls", sweep_text(good + ", budget: 0"), "`budget` is a number from 1 to 1000: `0`"},
        {"unknown name", sweep_text(good + ", if: \"${ rwo.open }\""), "there is nothing called `rwo` here (did you mean `row`?)"},
        {"a row in the call", sweep_text("sweep: 5m, uses: a.read, with: { x: \"${ [since, row] }\" }, " + ends),
         "there is nothing called `row` here"},
        {"compared with a write", sweep_text(good + ", against: { uses: a.set, with: { x: \"${ rows }\" } }"), "a sweep only reads"},
        {"unknown key", sweep_text(good + ", every: 5m"), "a sweep has no `every`"},
        {"a taken name", sweep_text("sweep: 5m, as: page, uses: a.read, " + with + ends), "`page` is the name of something else"},
        {"two of one name", "flow: test\non: [ { " + good + " }, { " + good + " } ]\nsteps: []\n",
         "there are two sweeps called `a.read`: give them a `name:`"},
    };
    for (const auto& its : cases) {
        auto flow = parse(its.text);
        ASSERT_FALSE(flow) << its.name;
        EXPECT_NE(flow.error().message.find(its.says), std::string::npos) << its.name << ":\n" << flow.error().message;
    }
}

TEST(ParseFlow, ASweepIsMadeAsOftenAsTheConfigurationSaysOrNotAtAll) {
    const std::string text =
        sweep_text("sweep: 5m, uses: a.read, with: { x: \"${ since }\" }, key: \"${ row.id }\", position: \"${ row.at }\", starts: 30d");
    auto every = [&](const std::string& configured) {
        auto flow = parse_flow(text, "test.yaml",
                               {.actions = testing::catalogue(), .connections = {{"a", "a"}}, .config = {}, .sweep_every = configured});
        return flow ? flow->triggers[0].sweep->every_ms : -1;
    };
    EXPECT_EQ(every(""), 300'000);
    EXPECT_EQ(every("1h"), 3'600'000);
    EXPECT_EQ(every("off"), 0);
    EXPECT_EQ(every("1s"), -1) << "refused";
    EXPECT_EQ(parse(text)->triggers[0].sweep->starts_ms, 30 * 86'400'000LL);
}

TEST(ParseFlow, ASweepIsAnotherWhereItAsksForOtherRecords) {
    auto definition = [](const std::string& every, const std::string& with, const std::string& since) {
        auto flow = parse_flow("flow: test\nconfig: { since: \"\", other: 1 }\non: [ { sweep: " + every + ", uses: a.read, with: { x: \"" +
                                   with + "\" }, key: \"${ row.id }\", position: \"${ row.at }\" } ]\nsteps: []\n",
                               "test.yaml",
                               {.actions = testing::catalogue(), .connections = {{"a", "a"}}, .config = {{"since", since}, {"other", 2}}});
        return flow ? flow->triggers[0].sweep->definition : flow.error().message;
    };
    const std::string with = "${ [since, config.since] }", same = definition("5m", with, "2026");
    EXPECT_EQ(definition("1h", with, "2026"), same) << "how often is no matter";
    EXPECT_NE(definition("5m", with, "2025"), same) << "the configuration lets others through";
    EXPECT_NE(definition("5m", "${ [since, 1, config.since] }", "2026"), same);
}

TEST(ParseFlow, ReportsAllMistakesAtOnce) {
    auto flow = parse(flow_text("  - { uses: a.raed }\n  - { uses: b.mial }\n"));
    ASSERT_FALSE(flow);
    EXPECT_NE(flow.error().message.find("a.raed"), std::string::npos);
    EXPECT_NE(flow.error().message.find("b.mial"), std::string::npos);
}

TEST(ParseFlow, TriggersOfVendorsKnowWhereTheyListenAndToWhom) {
    auto flow = parse(
        "flow: test\n"
        "on:\n"
        "  - { outbound_message: Deal, key: \"${ notification.Id }\" }\n"
        "  - { outbound_message: Account, key: \"${ body.Id }\", path: /webhook/other }\n"
        "  - { webhook: /webhook/payment, from: b, key: \"${ body.id }\" }\n"
        "steps: []\n");
    ASSERT_TRUE(flow) << flow.error().message;
    ASSERT_EQ(flow->triggers.size(), 3u);
    EXPECT_EQ(flow->triggers[0].name, "outbound_message");
    EXPECT_EQ(flow->triggers[0].path, "/webhook/a/message");
    EXPECT_EQ(flow->triggers[0].connection, "a");
    EXPECT_EQ(flow->triggers[0].topic, "Deal");
    EXPECT_EQ(flow->triggers[1].path, "/webhook/other");
    EXPECT_EQ(flow->triggers[2].name, "webhook");
    EXPECT_EQ(flow->triggers[2].connection, "b");
    EXPECT_EQ(flow->triggers[2].topic, "");
    EXPECT_EQ(*event_key(*flow, flow->triggers[0], Map{{"Id", "abc"}}), "abc");
    EXPECT_EQ(*event_key(*flow, flow->triggers[1], Map{{"Id", "abc"}}), "abc");
}

TEST(ParseFlow, ChecksAndNormalisesKeys) {
    auto flow = parse(flow_text("  - { uses: a.read }\n",
                                "key: { must: \"${ key.matches('^[a-z]+$') }\", says: small letters, as: \"${ key + '!' }\" }\n"));
    ASSERT_TRUE(flow) << flow.error().message;
    EXPECT_EQ(*event_key(*flow, flow->triggers[0], Map{{"id", "abc"}}), "abc!");
    for (const Value& bad : {Value("' OR Id != '"), Value("../x"), Value(""), Value(), Value(List{1})}) {
        auto key = event_key(*flow, flow->triggers[0], Map{{"id", bad}});
        ASSERT_FALSE(key);
        EXPECT_EQ(key.error().code, ErrorCode::request_invalid);
        EXPECT_NE(key.error().message.find("small letters"), std::string::npos) << key.error().message;
    }
    EXPECT_FALSE(event_key(*flow, flow->triggers[0], Map{{"other", 1}}));
}

}  // namespace
}  // namespace lockstep::flow
