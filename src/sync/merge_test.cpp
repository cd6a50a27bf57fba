#include "sync/merge.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace lockstep::sync {
namespace {

const schema::Catalogue& catalogue() {
    static const schema::Catalogue all({{.name = "a.record_read"}, {.name = "b.record_read"}});
    return all;
}

Result<Sync> parsed(const std::string& more = "", const std::string& fields = "") {
    return parse_sync(
        "sync: test\nleft: { connection: a, object: L, link_field: RId }\nright: { connection: b, object: R, link_field: LId }\n" + more +
            "fields:\n  - [Name, Title]\n  - [Phone, Tel]\n" + fields,
        "test.yaml", {.actions = catalogue(), .connections = {{"a", "a"}, {"b", "b"}}, .config = {}});
}

Sync sync_of(const std::string& more = "", const std::string& fields = "") {
    auto sync = parsed(more, fields);
    EXPECT_TRUE(sync) << sync.error().message;
    return sync ? *std::move(sync) : Sync{};
}

Value read(const char* id, Map fields, const char* at = "2026-03-01T10:00:00Z") {
    return Map{{"found", true},     {"deleted", false},   {"id", id}, {"version", std::string("v") + id}, {"fields", std::move(fields)},
               {"modified_at", at}, {"modified_by", "Jo"}};
}
Value left(Value name, Value phone, const char* at = "2026-03-01T10:00:00Z") {
    return read("l1", Map{{"RId", "r1"}, {"Name", std::move(name)}, {"Phone", std::move(phone)}}, at);
}
Value right(Value name, Value phone, const char* at = "2026-03-01T10:00:00Z") {
    return read("r1", Map{{"LId", "l1"}, {"Title", std::move(name)}, {"Tel", std::move(phone)}}, at);
}
Value base(Value name, Value phone) {
    return Map{{"left", "l1"},
               {"right", "r1"},
               {"base", Map{{"left", Map{{"Name", name}, {"Phone", phone}}}, {"right", Map{{"Title", name}, {"Tel", phone}}}}}};
}
Value with(Value left, Value right, Value link, Value decisions = {}) {
    return Map{{"side", "left"},
               {"id", "l1"},
               {"link", std::move(link)},
               {"left", std::move(left)},
               {"right", std::move(right)},
               {"decisions", std::move(decisions)}};
}
Value decided(const Sync& sync, const Value& input) {
    auto made = merge(sync, input);
    EXPECT_TRUE(made);
    return made ? *made : Value();
}

TEST(Merge, WhatBothSidesSayAlreadyIsNotWritten) {
    auto made = decided(sync_of(), with(left("ACME", "1"), right("ACME", "1"), base("ACME", "1")));
    EXPECT_TRUE(made["to_left"].is_null());
    EXPECT_TRUE(made["to_right"].is_null());
    EXPECT_TRUE(made["links"].as_list().empty()) << "nor remembered again";
}

TEST(Merge, AnEditGoesToTheOtherSideGuardedByWhatWasRead) {
    auto made = decided(sync_of(), with(left("ACME Ltd", "1"), right("ACME", "1"), base("ACME", "1")));
    EXPECT_EQ(made["to_right"], Value(Map{{"id", "r1"}, {"version", "vr1"}, {"fields", Map{{"Title", "ACME Ltd"}}}}));
    EXPECT_TRUE(made["to_left"].is_null());
    ASSERT_EQ(made["changes"].as_list().size(), 1u);
    EXPECT_EQ(made["changes"].as_list()[0]["by"], Value("Jo"));
    EXPECT_EQ(made["links"].as_list()[0]["value"]["base"]["right"]["Title"], Value("ACME Ltd"));
}

TEST(Merge, EditsOfDifferentFieldsBothSurvive) {
    auto made = decided(sync_of(), with(left("ACME Ltd", "1"), right("ACME", "2"), base("ACME", "1")));
    EXPECT_EQ(made["to_right"]["fields"], Value(Map{{"Title", "ACME Ltd"}}));
    EXPECT_EQ(made["to_left"]["fields"], Value(Map{{"Phone", "2"}}));
    EXPECT_TRUE(made["conflicts"].as_list().empty());
}

TEST(Merge, ClearingAFieldIsAChange) {
    auto made = decided(sync_of(), with(left("ACME", nullptr), right("ACME", "1"), base("ACME", "1")));
    EXPECT_EQ(made["to_right"]["fields"], Value(Map{{"Tel", nullptr}}));
}

TEST(Merge, TheSameEditOnBothSidesIsNoConflict) {
    auto made = decided(sync_of(), with(left("New", "1"), right("New ", "1"), base("ACME", "1")));
    EXPECT_TRUE(made["conflicts"].as_list().empty());
    EXPECT_TRUE(made["to_right"].is_null());
    EXPECT_EQ(made["links"].as_list()[0]["value"]["base"]["left"]["Name"], Value("New"));
}

TEST(Merge, OfTwoEditsOfOneFieldTheNewerOneHoldsAndTheOlderOneIsKeptOnRecord) {
    auto made =
        decided(sync_of(), with(left("Left", "1", "2026-03-01T10:00:00Z"), right("Right", "1", "2026-03-01T10:00:01Z"), base("ACME", "1")));
    EXPECT_EQ(made["to_left"]["fields"], Value(Map{{"Name", "Right"}}));
    EXPECT_TRUE(made["to_right"].is_null());
    const Value& conflict = made["conflicts"].as_list().at(0);
    EXPECT_EQ(conflict["left"], Value("Left"));
    EXPECT_EQ(conflict["taken"], Value("right"));
    EXPECT_EQ(conflict["open"], Value(false));
}

TEST(Merge, ThePairsPolicyGoesBeforeTheSyncs) {
    auto sync = sync_of("conflict: right\n", "  - { left: Size, right: Size, conflict: left }\n");
    auto l = read("l1", Map{{"RId", "r1"}, {"Name", "L"}, {"Phone", "1"}, {"Size", 5}});
    auto r = read("r1", Map{{"LId", "l1"}, {"Title", "R"}, {"Tel", "1"}, {"Size", 6}});
    auto known = Map{{"left", "l1"},
                     {"right", "r1"},
                     {"base", Map{{"left", Map{{"Name", "x"}, {"Phone", "1"}, {"Size", 1}}},
                                  {"right", Map{{"Title", "x"}, {"Tel", "1"}, {"Size", 1}}}}}};
    auto made = decided(sync, with(l, r, known));
    EXPECT_EQ(made["to_left"]["fields"], Value(Map{{"Name", "R"}}));
    EXPECT_EQ(made["to_right"]["fields"], Value(Map{{"Size", 5}}));
}

TEST(Merge, AConflictForAPersonHoldsUpItsFieldAlone) {
    auto sync = sync_of("conflict: park\n");
    auto made = decided(sync, with(left("Left", "2"), right("Right", "1"), base("ACME", "1")));
    EXPECT_EQ(made["to_right"]["fields"], Value(Map{{"Tel", "2"}}));
    EXPECT_TRUE(made["to_left"].is_null());
    EXPECT_EQ(made["conflicts"].as_list().at(0)["open"], Value(true));
    EXPECT_EQ(made["links"].as_list()[0]["value"]["base"]["left"]["Name"], Value("ACME")) << "what was agreed on stays";
}

TEST(Merge, APersonDecidesForOneSideOrTypesAValue) {
    auto sync = sync_of("conflict: park\n");
    auto judge = [&](Map how) {
        how.set("left", "Left");
        how.set("right", "Right");
        return decided(sync, with(left("Left", "1"), right("Right", "1"), base("ACME", "1"), Map{{"Name", how}}));
    };
    EXPECT_EQ(judge({{"take", "left"}})["to_right"]["fields"], Value(Map{{"Title", "Left"}}));
    EXPECT_EQ(judge({{"take", "right"}})["to_left"]["fields"], Value(Map{{"Name", "Right"}}));
    auto typed = judge({{"take", "value"}, {"value", "Third"}});
    EXPECT_EQ(typed["to_left"]["fields"], Value(Map{{"Name", "Third"}}));
    EXPECT_EQ(typed["to_right"]["fields"], Value(Map{{"Title", "Third"}}));
    EXPECT_EQ(typed["base"]["right"]["Title"], Value("Third"));
}

TEST(Merge, ADecisionAboutOtherValuesThanThereAreNowIsNone) {
    auto made = decided(sync_of("conflict: park\n"), with(left("Left again", "1"), right("Right", "1"), base("ACME", "1"),
                                                          Map{{"Name", Map{{"take", "right"}, {"left", "Left"}, {"right", "Right"}}}}));
    EXPECT_TRUE(made["to_left"].is_null());
    EXPECT_EQ(made["conflicts"].as_list().at(0)["open"], Value(true));
}

TEST(Merge, AtFirstContactWhatOnlyOneSideHasGoesOverAndNothingIsEmptied) {
    auto made = decided(sync_of(), with(left("ACME", nullptr), right("ACME", "1"), nullptr));
    EXPECT_EQ(made["to_left"]["fields"], Value(Map{{"Phone", "1"}}));
    EXPECT_TRUE(made["to_right"].is_null());
}

TEST(Merge, BothRecordsNameEachOther) {
    auto l = read("l1", Map{{"RId", nullptr}, {"Name", "ACME"}, {"Phone", "1"}});
    auto made = decided(sync_of(), with(l, right("ACME", "1"), nullptr));
    EXPECT_EQ(made["to_left"]["fields"], Value(Map{{"RId", "r1"}}));
    EXPECT_EQ(made["links"].as_list().size(), 2u);
    auto claimed = read("l1", Map{{"RId", "r9"}, {"Name", "ACME"}, {"Phone", "1"}});
    EXPECT_NE(decided(sync_of(), with(claimed, right("ACME", "1"), base("ACME", "1")))["stop"].text().find("names r9"), std::string::npos);
}

TEST(Merge, ARecordWithoutPartnerGetsOne) {
    auto l = read("l1", Map{{"RId", nullptr}, {"Name", "ACME"}, {"Phone", nullptr}});
    auto made = decided(sync_of(), with(l, nullptr, nullptr));
    EXPECT_EQ(made["create"], Value(Map{{"side", "right"}, {"unique", Map{{"LId", "l1"}}}, {"fields", Map{{"Title", "ACME"}}}}));
    EXPECT_EQ(made["base"]["left"]["Name"], Value("ACME"));
    auto none = parse_sync(
        "sync: t\nleft: { connection: a, object: L, link_field: RId }\nright: { connection: b, object: R, link_field: LId, "
        "create: false }\nfields: [ [Name, Title] ]\n",
        "t.yaml", {.actions = catalogue(), .connections = {{"a", "a"}, {"b", "b"}}, .config = {}});
    ASSERT_TRUE(none) << none.error().message;
    EXPECT_NE(decided(*none, with(l, nullptr, nullptr))["nothing"].text().find("none is created"), std::string::npos);
}

TEST(Merge, ARecordThatNamesAPartnerGetsNoSecondOne) {
    auto made = merge(sync_of(), with(left("ACME", "1"), nullptr, nullptr));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().cls(), ErrorClass::conflict) << "it is read from the beginning";
    EXPECT_EQ(made.error().message, "the record names a partner now: r1");
}

Value deleted(const char* id, Value into = {}) {
    return Map{{"found", true}, {"deleted", true}, {"id", id}, {"merged_into", into}, {"fields", Map{}}};
}

TEST(Merge, ThePartnerOfADeletedRecordFollowsThePolicy) {
    auto input = with(deleted("l1"), right("ACME", "1"), base("ACME", "1"));
    EXPECT_NE(decided(sync_of(), input)["nothing"].text().find("it is kept"), std::string::npos);
    EXPECT_EQ(decided(sync_of("delete: delete\n"), input)["delete"], Value(Map{{"side", "right"}, {"id", "r1"}}));
    EXPECT_FALSE(decided(sync_of("delete: park\n"), input)["stop"].is_null());
    auto edited = with(deleted("l1"), right("ACME", "2"), base("ACME", "1"));
    EXPECT_NE(decided(sync_of("delete: delete\n"), edited)["stop"].text().find("was edited since"), std::string::npos)
        << "an edit is never deleted unseen";
}

TEST(Merge, ThePartnerOfAMergedRecordGoesToTheRecordThatIsLeft) {
    auto input = with(deleted("l1", "l2"), right("ACME", "1"), base("ACME", "1"));
    auto made = decided(sync_of(), input);
    ASSERT_EQ(made["links"].as_list().size(), 3u);
    EXPECT_TRUE(made["links"].as_list()[0]["value"].is_null());
    EXPECT_EQ(made["links"].as_list()[1]["value"]["left"], Value("l2"));
    // The next run finds that the partner still names the old record, and corrects it.
    auto l2 = read("l2", Map{{"RId", nullptr}, {"Name", "ACME"}, {"Phone", "1"}});
    auto next = decided(sync_of(), with(l2, right("ACME", "1"), made["links"].as_list()[1]["value"]));
    EXPECT_TRUE(next["stop"].is_null()) << next["stop"].text();
    EXPECT_EQ(next["to_right"]["fields"]["LId"], Value("l2"));
    Value taken = input;
    taken.mutable_map().set("moved", Map{{"left", "l2"}, {"right", "r7"}});
    EXPECT_NE(decided(sync_of(), taken)["nothing"].text().find("which has r7 already"), std::string::npos);
}

TEST(Merge, WhoWasMergedIntoAnotherIsNoThirdOne) {
    auto l2 = read("l2", Map{{"RId", "r1"}, {"Name", "ACME"}, {"Phone", "1"}});
    Value input = with(l2, right("ACME", "1"), nullptr);
    EXPECT_NE(decided(sync_of(), input)["stop"].text().find("names l1 in its LId, but its partner is l2"), std::string::npos);
    input.mutable_map().set("former", List{"l1"});
    auto made = decided(sync_of(), input);
    EXPECT_TRUE(made["stop"].is_null()) << made["stop"].text();
    EXPECT_EQ(made["to_right"]["fields"], Value(Map{{"LId", "l2"}}));
}

TEST(Merge, ValuesGoThroughTheTableAndWhatIsNotInItWaitsForAPerson) {
    auto sync = sync_of("", "  - { left: Kind, right: Type, values: { Customer: Kunde, Partner: Partnerin } }\n");
    auto l = read("l1", Map{{"RId", "r1"}, {"Name", "A"}, {"Phone", "2"}, {"Kind", "Customer"}});
    auto r = read("r1", Map{{"LId", "l1"}, {"Title", "A"}, {"Tel", "1"}, {"Type", nullptr}});
    auto made = decided(sync, with(l, r, base("A", "1")));
    EXPECT_EQ(made["to_right"]["fields"], Value(Map{{"Tel", "2"}, {"Type", "Kunde"}}));
    l.mutable_map()["fields"].mutable_map().set("Kind", "Friend");
    made = decided(sync, with(l, r, base("A", "1")));
    EXPECT_EQ(made["to_right"]["fields"], Value(Map{{"Tel", "2"}})) << "the other fields go on";
    EXPECT_EQ(made["problems"].as_list().at(0)["message"], Value("Kind has no line for it in `values:`: Friend"));
    EXPECT_FALSE(made["base"]["left"].find("Kind")) << "it is looked at again";
}

TEST(Merge, ATextThatDoesNotFitIsNeverCut) {
    auto sync = sync_of("", "  - { left: Note, right: Note, length: { right: 5 } }\n");
    auto l = read("l1", Map{{"RId", "r1"}, {"Name", "A"}, {"Phone", "1"}, {"Note", "äöüßéè"}});
    auto r = read("r1", Map{{"LId", "l1"}, {"Title", "A"}, {"Tel", "1"}, {"Note", nullptr}});
    auto made = decided(sync, with(l, r, base("A", "1")));
    EXPECT_TRUE(made["to_right"].is_null());
    EXPECT_EQ(made["problems"].as_list().at(0)["message"], Value("text is longer than the field allows: Note, 6 of 5"));
}

TEST(Merge, AFieldThatIsOnlyShownOnOneSideNeverGoesBack) {
    auto sync = sync_of("", "  - { left: Score, right: Score, direction: to_right }\n");
    auto pair = [&](Value l_score, Value r_score) {
        auto l = read("l1", Map{{"RId", "r1"}, {"Name", "A"}, {"Phone", "1"}, {"Score", l_score}});
        auto r = read("r1", Map{{"LId", "l1"}, {"Title", "A"}, {"Tel", "1"}, {"Score", r_score}});
        auto known = base("A", "1");
        known.mutable_map()["base"].mutable_map()["left"].mutable_map().set("Score", 1);
        known.mutable_map()["base"].mutable_map()["right"].mutable_map().set("Score", 1);
        return decided(sync, with(l, r, known));
    };
    EXPECT_TRUE(pair(1, 2)["to_left"].is_null());
    EXPECT_TRUE(pair(1, 2)["to_right"].is_null());
    EXPECT_EQ(pair(3, 2)["to_right"]["fields"], Value(Map{{"Score", 3}}));
    EXPECT_TRUE(pair(3, 2)["conflicts"].as_list().empty());
}

TEST(Merge, TransformsSeeTheWholeRecord) {
    auto sync = sync_of("",
                        "  - { left: Code, right: Code, to_right: \"${ record.Name + '/' + value }\", to_left: \"${ "
                        "value.slice(value.indexOf('/') + 1, size(value)) }\" }\n");
    auto l = read("l1", Map{{"RId", "r1"}, {"Name", "A"}, {"Phone", "1"}, {"Code", "7"}});
    auto r = read("r1", Map{{"LId", "l1"}, {"Title", "A"}, {"Tel", "1"}, {"Code", nullptr}});
    EXPECT_EQ(decided(sync, with(l, r, base("A", "1")))["to_right"]["fields"], Value(Map{{"Code", "A/7"}}));
}

TEST(Same, KnowsWhatVendorsWriteDifferently) {
    EXPECT_TRUE(same(" a\r\nb ", "a\nb"));
    EXPECT_TRUE(same("", nullptr));
    EXPECT_TRUE(same(Value(1), Value(*Decimal::parse("1.00"))));
    EXPECT_TRUE(same("2026-03-01T10:00:00+05:30", "2026-03-01T04:30:00.000Z"));
    EXPECT_FALSE(same("1", Value(1)));
    EXPECT_FALSE(same("a", "A"));
}

TEST(SyncFile, NamesEveryMistakeWithItsPlace) {
    auto bad = parsed("conflict: never\ndelete: all\n", "  - [Name, Other]\n  - { left: X, right: Y, to_right: \"${ valu }\" }\n");
    ASSERT_FALSE(bad);
    for (const char* part :
         {"test.yaml:4:11: `conflict:` is newest, left, right or park: `never`", "`delete:` is keep, delete or park: `all`",
          "`Name` is in two pairs", "there is nothing called `valu` here (did you mean `value`?)",
          "`X` goes both ways: it needs `to_right:` and `to_left:`, or a `direction:`"})
        EXPECT_NE(bad.error().message.find(part), std::string::npos) << part << "\n" << bad.error().message;
    auto nobody =
        parse_sync("sync: t\nleft: { connection: z, object: L, link_field: A }\nright: { connection: b, object: R }\nfields: []\n",
                   "t.yaml", {.actions = catalogue(), .connections = {{"a", "a"}, {"b", "b"}}, .config = {}});
    ASSERT_FALSE(nobody);
    for (const char* part :
         {"there is no connection `z` that syncs can use", "`right:` needs `link_field:`", "`fields:` is a list of 1 to 200 pairs"})
        EXPECT_NE(nobody.error().message.find(part), std::string::npos) << part << "\n" << nobody.error().message;
}

TEST(SyncFile, ReadsWhatItsExpressionsNeed) {
    auto sync = sync_of("", "  - { left: X, right: Y, direction: to_right, to_right: \"${ record.Extra }\" }\n");
    EXPECT_NE(std::ranges::find(sync.left.fields, "Extra"), sync.left.fields.end());
    EXPECT_EQ(sync.left.fields.front(), "RId");
}

}  // namespace
}  // namespace lockstep::sync
