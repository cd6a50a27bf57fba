// What first contact finds, proposes and reports, from vendors in memory.
#include "cli/first_contact.h"

#include <fstream>

#include "api/test_syncs.h"

namespace lockstep::cli {
namespace {

Map person(const char* name, const char* phone, const char* mail) { return Map{{"Name", name}, {"Phone", phone}, {"Mail", mail}}; }
Map persons(const char* name, const char* phone, const char* mail) {
    return Map{{"Full_Name", name}, {"Telephone", phone}, {"Email", mail}};
}

class FirstContactTest : public api::testing::SyncApiTest {
protected:
    FirstContactTest() {
        auto syncs = config::load_syncs(config_of());
        EXPECT_TRUE(syncs) << (syncs ? "" : syncs.error().message);
        if (syncs) sync_ = syncs->front();
        decisions_ = *MatchDecisions::read(directory_.path("decisions.json"), "people");
    }
    Plan plan(store::Store* store = nullptr) {
        auto vendors = VendorCalls::open(config_of(), &http_);
        EXPECT_TRUE(vendors) << (vendors ? "" : vendors.error().message);
        auto both = read_both_sides(*vendors, *sync_, [this](sync::Side side, std::size_t count) { progress_[side] = count; });
        EXPECT_TRUE(both) << (both ? "" : both.error().message);
        auto made = make_plan(*sync_, *both, store, decisions_, *vendors);
        EXPECT_TRUE(made) << (made ? "" : made.error().message);
        return made ? *std::move(made) : Plan();
    }
    void decide(const std::string& left, const std::string& right, bool accepted) {
        decisions_.set({.left = left, .right = right, .accepted = accepted, .by = "cli ana", .at = "2026-02-18T08:00:00Z", .score = 80});
    }
    /// One record on each side that may be the same.
    static void load_near() {
        here().records["l1"].fields = person("Weber Bau GmbH", "+49 30 1234567", "");
        there().records["r1"].fields = persons("Weber Bau", "030 1234567", "");
    }
    static std::vector<std::string> kinds(const Plan& plan) {
        std::vector<std::string> all;
        for (const auto& its : plan.misfits) all.push_back(its.kind + " " + its.side + " " + its.id + " " + its.field);
        return all;
    }

    std::shared_ptr<const sync::Sync> sync_;
    MatchDecisions decisions_;
    std::map<sync::Side, std::size_t> progress_;
};

TEST_F(FirstContactTest, ExactKeysLinkAndWhatHasNoPartnerIsCreated) {
    here().records["l1"].fields = person("Ana", "1", "a@example.com");
    here().records["l2"].fields = person("Xaver", "2", "");
    there().records["r1"].fields = persons("Ana", "", "A@example.com");
    there().records["r2"].fields = persons("Quentin", "4", "");
    auto made = plan();
    ASSERT_EQ(made.pairs.size(), 1u);
    EXPECT_EQ(made.pairs[0].left + " " + made.pairs[0].right, "l1 r1");
    EXPECT_EQ(made.pairs[0].by, "Mail = Email");
    bool phone = false;
    for (const Value& change : made.pairs[0].changes.as_list())
        phone |= change["side"].text() == "right" && change["field"].text() == "Telephone" && change["to"].text() == "1";
    EXPECT_TRUE(phone) << "what one side lacks comes from the other";
    ASSERT_EQ(made.creations.size(), 2u);
    EXPECT_EQ(made.creations[0].left, "l2");
    EXPECT_EQ(made.creations[1].right, "r2");
}

TEST_F(FirstContactTest, AllPagesAreReadAndNothingIsWritten) {
    for (int i = 0; i < 5; ++i) here().records["l" + std::to_string(i)].fields = person(("Name" + std::to_string(i)).c_str(), "", "");
    auto made = plan();
    EXPECT_EQ(made.records[0], 5u);
    EXPECT_EQ(progress_[sync::Side::left], 5u);
    for (const auto& call : here().calls) EXPECT_TRUE(call == "record_list" || call == "record_fields") << call;
    EXPECT_EQ(here().calls.size(), 4u) << "the fields and three pages";
    EXPECT_EQ(there().records.size(), 0u);
}

TEST_F(FirstContactTest, WhatIsNearIsProposedWithReasonsAndNeitherLinkedNorCreated) {
    load_near();
    auto made = plan();
    ASSERT_EQ(made.proposals.size(), 1u);
    EXPECT_FALSE(made.proposals[0].reasons.empty());
    EXPECT_TRUE(made.pairs.empty());
    EXPECT_TRUE(made.creations.empty());
}

TEST_F(FirstContactTest, AnAcceptedProposalIsLinkedAndARejectedOneIsNot) {
    load_near();
    decide("l1", "r1", true);
    auto accepted = plan();
    ASSERT_EQ(accepted.pairs.size(), 1u);
    EXPECT_EQ(accepted.pairs[0].by, "accepted");
    EXPECT_TRUE(accepted.proposals.empty());
    decide("l1", "r1", false);
    auto rejected = plan();
    EXPECT_TRUE(rejected.pairs.empty());
    EXPECT_EQ(rejected.rejected, 1u);
    EXPECT_EQ(rejected.creations.size(), 2u);
}

TEST_F(FirstContactTest, OneRecordIsNotAcceptedTwice) {
    load_near();
    there().records["r2"].fields = persons("Weber Bau", "030 1234567", "");
    decide("l1", "r1", true);
    decide("l1", "r2", true);
    auto vendors = VendorCalls::open(config_of(), &http_);
    auto both = read_both_sides(*vendors, *sync_, [](sync::Side, std::size_t) {});
    auto made = make_plan(*sync_, *both, nullptr, decisions_, *vendors);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().message, "two accepted proposals share a record; reject one of them: l1 and r2");
}

TEST_F(FirstContactTest, WhatDoesNotFitIsReportedWithItsRecordAndField) {
    there().field_list = {Map{{"name", "Full_Name"}, {"type", "text"}, {"length", 9}, {"mandatory", true}, {"writable", true}},
                          Map{{"name", "Telephone"}, {"type", "picklist"}, {"length", 40}, {"writable", true}, {"values", List{"1", "2"}}},
                          Map{{"name", "Email"}, {"type", "number"}, {"writable", false}},
                          Map{{"name", "Owner"}, {"type", "text"}, {"mandatory", true}, {"writable", true}}};
    here().field_list = {Map{{"name", "Name"}, {"type", "text"}, {"writable", true}},
                         Map{{"name", "Mail"}, {"type", "text"}, {"writable", true}}};
    here().records["l1"].fields = person("Ten chars!", "1", "");
    here().records["l2"].fields = person("Ana", "3", "");
    here().records["l3"].fields = person("Eleven char", "1", "");
    EXPECT_EQ(kinds(plan()), (std::vector<std::string>{
                                 "missing left  Phone",
                                 "read_only right  Email",
                                 "type right  Mail",
                                 "too_long right l1 Full_Name",
                                 "mandatory right l1 Owner",
                                 "not_known right l2 Telephone",
                                 "mandatory right l2 Owner",
                                 "cannot_go_over right l3 Name",
                             }));
}

TEST_F(FirstContactTest, WhatIsLinkedAlreadyIsLeftOut) {
    open_sync();
    const std::string right = linked();
    here().records["l2"].fields = person("Xaver", "2", "");
    auto made = plan(&app_->store());
    EXPECT_EQ(made.linked_already, 1u);
    EXPECT_TRUE(made.pairs.empty());
    ASSERT_EQ(made.creations.size(), 1u);
    EXPECT_EQ(made.creations[0].left, "l2");
    EXPECT_EQ(made.creations[0].right, "") << right;
}

TEST_F(FirstContactTest, ThePlanSaysWhatABackfillCosts) {
    here().records["l1"].fields = person("Ana", "1", "");
    auto made = plan();
    EXPECT_EQ(made.cost[0].connection, "here");
    EXPECT_EQ(made.cost[0].at_most, 3) << "read twice, and given the other's id";
    EXPECT_EQ(made.cost[1].at_most, 2) << "looked for and made";
    EXPECT_EQ(made.cost[1].at_least, 1);
    auto value = plan_value(*sync_, made, 10);
    EXPECT_EQ(value["calls"].as_list()[0]["allowance"]["allowed"], Value(1000));
    EXPECT_EQ(value["counts"]["create_right"], Value(1));
    EXPECT_EQ(value["creations"].as_list().size(), 1u);
    EXPECT_EQ(plan_value(*sync_, made, 0)["creations"].as_list().size(), 0u);
}

TEST_F(FirstContactTest, DecisionsAreKeptInAFile) {
    decide("l1", "r1", true);
    decide("l2", "r2", false);
    decisions_.backfill = "b1";
    ASSERT_TRUE(decisions_.write());
    auto read = MatchDecisions::read(directory_.path("decisions.json"), "people");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->backfill, "b1");
    ASSERT_NE(read->find("l1", "r1"), nullptr);
    EXPECT_TRUE(read->find("l1", "r1")->accepted);
    EXPECT_EQ(read->find("l1", "r1")->by, "cli ana");
    EXPECT_FALSE(read->find("l2", "r2")->accepted);
    EXPECT_EQ(read->find("l1", "r2"), nullptr);
}

TEST_F(FirstContactTest, AFileOfSomethingElseIsRefused) {
    for (const char* text : {"", "[]", R"({"sync":"accounts","decisions":[]})", R"({"sync":"people"})"}) {
        auto read = MatchDecisions::read(directory_.write("other.json", text), "people");
        ASSERT_FALSE(read) << text;
        EXPECT_NE(read.error().message.find("the file holds no decisions about people"), std::string::npos);
    }
    auto nowhere = MatchDecisions::read(directory_.path("no/such/directory.json"), "people");
    ASSERT_TRUE(nowhere) << "a file that is not there yet is empty";
    EXPECT_FALSE(nowhere->write());
}

}  // namespace
}  // namespace lockstep::cli
