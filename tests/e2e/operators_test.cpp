// What an operator does on the command line: look by cause, mend, correct, skip, drop; and what the audit trail says of it.
#include "company.h"
#include "page.h"

namespace lockstep::testing {
namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// A deal whose product SAP does not know: its run parks at `order`.
struct UnknownMaterial {
    Landscape landscape;
    std::string deal, run;

    UnknownMaterial() {
        deal = load_company(landscape, {.accounts = 1, .deals = 1})[0];
        for (int i = 1; i <= 10; ++i)
            landscape.load("salesforce/Product2", {Map{{"Id", product_id(i)}, {"ProductCode", fmt::format("NOPE-{:03}", i)}}});
        landscape.start_serve();
        run = landscape.close_deal(deal);
        const Value parked = landscape.wait_for(run);
        require(parked["status"].text() == "parked" && parked["step"].text() == "order", "not parked at the order: " + json::write(parked));
    }
    Finished edit(std::vector<std::string> words) const {
        words.insert(words.begin(), {"parked", "edit", run});
        return landscape.lockstep(std::move(words));
    }
    /// The step's input with the materials that SAP knows.
    std::string mended_input() const {
        auto input = json::parse(edit({"--step", "order"}).out);
        require(input.has_value(), "the input is no JSON");
        List& items = (*input).mutable_map()["body"].mutable_map()["to_Item"].mutable_list();
        for (Value& item : items) {
            std::string material = item["Material"].text();
            item.mutable_map().set("Material", "PART" + material.substr(4));
        }
        return json::write(*input);
    }
    void write(const std::string& name, const std::string& text) const { std::ofstream(landscape.folder().file(name)) << text; }
};

/// The `--options` that a text names.
std::set<std::string> options_of(const std::string& text) {
    std::set<std::string> all;
    for (std::size_t at = 0; (at = text.find("--", at)) != std::string::npos;) {
        const std::size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz-", at);
        const std::string option = text.substr(at, end == std::string::npos ? end : end - at);
        if (option.size() > 2 && option[2] != '-') all.insert(option);
        at += option.size();
    }
    return all;
}

std::string help_of(std::vector<std::string> words) {
    const TemporaryFolder folder;
    words.insert(words.begin(), program());
    words.emplace_back("--help");
    const Finished help = run_to_end({.arguments = words, .folder = folder.path()});
    EXPECT_EQ(help.exit, 0) << help.err;
    return help.out;
}

std::string audit_of(const Landscape& landscape, const std::string& run) { return landscape.lockstep({"audit", run}).out; }

}  // namespace

TEST(Operators, ThePageNamesEveryCommandAndOnlyOptionsThatThereAre) {
    const std::string page = read_project_file("docs/operations.md");
    std::string help = help_of({"serve"}) + help_of({"audit"}) + help_of({"parked"});
    for (const char* command : {"show", "replay", "edit", "skip", "drop"}) {
        EXPECT_TRUE(has(page, "lockstep parked " + std::string(command))) << command;
        help += help_of({"parked", command});
    }
    const auto known = options_of(help);
    EXPECT_TRUE(known.contains("--because") && known.contains("--cause")) << help;
    const auto named = options_of(page);
    EXPECT_GE(named.size(), 10u);
    for (const auto& option : named) EXPECT_TRUE(known.contains(option) || option == "--status") << option;
    for (const auto& option : options_of(help_of({"parked", "edit"})))
        EXPECT_TRUE(named.contains(option) || option == "--help" || option == "--from-start" || option == "--reason") << option;
}

TEST(Operators, SeeCausesAndReplayAllOfOne) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 2, .deals = 3, .emails = false});
    landscape.start_serve();
    for (const auto& id : deals) (void)landscape.wait_for(landscape.close_deal(id));
    const std::string cause = "deal-closed/has_email/requirement_failed";
    const Finished list = landscape.lockstep({"parked"});
    EXPECT_EQ(list.exit, 0) << list.err;
    EXPECT_TRUE(has(list.out, "     3  " + cause) && has(list.out, "nobody to send the invoice to")) << list.out;
    EXPECT_TRUE(has(list.out, "lockstep parked replay --cause " + cause)) << list.out;
    const auto as_json = json::parse(landscape.lockstep({"parked", "--json"}).out);
    ASSERT_TRUE(as_json && as_json->is_list() && as_json->as_list().size() == 1);
    EXPECT_EQ(as_json->as_list()[0]["count"], Value(3));
    const Finished runs = landscape.lockstep({"parked", "--runs"});
    for (const auto& id : deals) EXPECT_TRUE(has(runs.out, id)) << runs.out;
    EXPECT_TRUE(has(landscape.lockstep({"parked", "--flow", "inventory"}).out, "0 parked"));

    landscape.load("salesforce/Contact", {contact_of(1), contact_of(2)});
    const Finished none = landscape.lockstep({"parked", "replay", "--cause", "deal-closed/order/requirement_failed"});
    EXPECT_EQ(none.out, "0 replayed\n");
    const Finished replay = landscape.lockstep({"parked", "replay", "--cause", cause});
    EXPECT_EQ(replay.exit, 0) << replay.err;
    EXPECT_EQ(replay.out, "3 replayed; each goes on\n");
    ASSERT_TRUE(landscape.wait_until_quiet(60'000));
    expect_done_once(landscape, deals);
    EXPECT_TRUE(has(landscape.lockstep({"parked"}).out, "0 parked"));
}

TEST(Operators, AStepsInputIsCorrectedAndTheOrderIsMadeOnce) {
    UnknownMaterial its;
    const Finished shown = its.landscape.lockstep({"parked", "show", its.run});
    EXPECT_TRUE(has(shown.out, "order was called with") && has(shown.out, "NOPE-")) << shown.out;
    EXPECT_TRUE(has(shown.out, "lockstep parked edit " + its.run + " --step order")) << shown.out;
    its.write("mended.json", its.mended_input());
    const Finished edit = its.edit({"--step", "order", "--input", "mended.json", "--because", "the codes were changed in Salesforce"});
    EXPECT_EQ(edit.exit, 0) << edit.err;
    EXPECT_EQ(its.landscape.wait_for(its.run)["status"].text(), "succeeded");
    expect_done_once(its.landscape, {its.deal});
    const std::string trail = audit_of(its.landscape, its.run);
    EXPECT_TRUE(has(trail, "correct") && has(trail, "NOPE-") && has(trail, "PART-") && has(trail, "the codes were changed in Salesforce"))
        << trail;
    const std::string journal = its.landscape.lockstep({"runs", "show", its.run}).out;
    EXPECT_TRUE(has(journal, "corrected") && has(journal, "intended")) << "the original stays, too: " << journal;
}

TEST(Operators, WithoutAnEngineTheDecisionWaitsInTheStore) {
    UnknownMaterial its;
    its.write("mended.json", its.mended_input());
    ASSERT_EQ(its.landscape.stop_serve(), 0);
    EXPECT_TRUE(has(its.edit({"--step", "order"}).out, "NOPE-"));
    const Finished wrong = its.edit({"--step", "ordre", "--input", "mended.json", "--because", "x"});
    EXPECT_EQ(wrong.exit, 1);
    EXPECT_TRUE(has(wrong.err, "did you mean `order`?")) << wrong.err;
    const Finished edit = its.edit({"--step", "order", "--input", "mended.json", "--because", "codes"});
    EXPECT_EQ(edit.exit, 0) << edit.err;
    EXPECT_TRUE(has(edit.out, "will go on when `lockstep serve` is started")) << edit.out;
    its.landscape.start_serve();
    EXPECT_EQ(its.landscape.wait_for(its.run)["status"].text(), "succeeded");
    expect_done_once(its.landscape, {its.deal});
}

TEST(Operators, ValuesAreSetOneByOne) {
    UnknownMaterial its;
    std::vector<std::string> words = {"--step", "order", "--because", "codes"};
    auto input = json::parse(its.edit({"--step", "order"}).out);
    ASSERT_TRUE(input);
    const List items = input->at_path("body.to_Item").as_list();
    for (std::size_t i = 0; i < items.size(); ++i) {
        words.emplace_back("--set");
        words.push_back(fmt::format("body.to_Item.{}.Material=PART{}", i, items[i]["Material"].text().substr(4)));
    }
    EXPECT_EQ(its.edit(words).exit, 0);
    EXPECT_EQ(its.landscape.wait_for(its.run)["status"].text(), "succeeded");
    expect_done_once(its.landscape, {its.deal});
}

TEST(Operators, WhatCannotBeCorrectedIsRefusedWithItsReason) {
    UnknownMaterial its;
    its.write("list.json", "[1]");
    its.write("broken.json", "{\"a\":");
    its.write("empty.json", "{}");
    its.write("other.json", R"({"opportunityId":"006000000000999AAA"})");
    struct Wrong {
        std::vector<std::string> words;
        int exit;
        std::string says;
    };
    const std::vector<Wrong> all = {
        {{"--step", "order", "--set", "body.x=1"}, 2, "say why: --because TEXT"},
        {{"--input", "list.json", "--because", "x"}, 2, "--input and --reset need --step"},
        {{"--step", "order", "--reset", "--set", "a=1", "--because", "x"}, 2, "--reset takes back"},
        {{"--step", "order", "--input", "list.json", "--because", "x"}, 1, "the input of `order` must be a map"},
        {{"--step", "order", "--input", "broken.json", "--because", "x"}, 1, "broken.json: "},
        {{"--step", "order", "--input", "nowhere.json", "--because", "x"}, 1, "the file cannot be read: nowhere.json"},
        {{"--step", "order", "--input", "empty.json", "--because", "x"}, 1, "sap.create needs the input `"},
        {{"--step", "order", "--set", "bodi=1", "--because", "x"}, 1, "sap.create has no input `bodi` (did you mean `body`?)"},
        {{"--step", "order", "--set", "unique.PurchaseOrderByCustomer=X", "--because", "x"}, 1, "could be made twice"},
        {{"--step", "order", "--set", "body.to_Item.99.Material=X", "--because", "x"},
         1,
         "there is no such place: body.to_Item.99.Material"},
        {{"--step", "order", "--set", "body", "--because", "x"}, 1, "--set is path=value: body"},
        {{"--step", "oder", "--set", "a=1", "--because", "x"}, 1, "did you mean `order`?"},
        {{"--step", "order/0", "--set", "a=1", "--because", "x"}, 1, "`order` has no elements"},
        {{"--step", "has_email", "--set", "a=1", "--because", "x"}, 1, "skip it instead"},
        {{"--step", "partner", "--set", "link=1", "--because", "x"}, 1, "`partner` is done and is not made again"},
        {{"--step", "tell_parked", "--set", "id=1", "--because", "x"}, 1, "only tells that the run waits or is parked"},
        {{"--step", "order", "--reset", "--because", "x"}, 1, "nothing was decided about `order`"},
        {{"--event", "list.json", "--because", "x"}, 1, "the event's body must be a map"},
        {{"--event", "other.json", "--because", "x"}, 1, "the body must be of the same record, " + its.deal},
        {{"--step", "order", "--colour", "red"}, 2, "--colour"},
    };
    for (const Wrong& wrong : all) {
        const Finished edit = its.edit(wrong.words);
        EXPECT_EQ(edit.exit, wrong.exit) << wrong.says << ": " << edit.err;
        EXPECT_TRUE(has(edit.err, wrong.says)) << wrong.says << " is not in " << edit.err;
    }
    const auto fails = [&](std::vector<std::string> words, int exit, std::string_view says) {
        const Finished its_end = its.landscape.lockstep(std::move(words));
        EXPECT_EQ(its_end.exit, exit) << says;
        EXPECT_TRUE(has(its_end.err, says)) << says << " is not in " << its_end.err;
    };
    fails({"parked", "skip", its.run, "order"}, 2, "--because");
    fails({"parked", "skip", its.run, "order", "--because", ""}, 1, "the reason why the step is skipped");
    fails({"parked", "skip", its.run, "order/x", "--because", "x"}, 1, "a step is named STEP, or STEP/NUMBER");
    fails({"parked", "skip", its.run, "order", "--output", "{", "--because", "x"}, 1, "--output: ");
    fails({"parked", "skip", its.run, "partner", "--because", "x"}, 1, "`partner` is done already");
    fails({"parked", "skip", "01NOSUCHRUN", "order", "--because", "x"}, 1, "there is no such run");
    fails({"parked", "replay", "--cause", "deal-closed"}, 2, "a cause is FLOW/STEP/CODE");
    fails({"parked", "replay", its.run, "--all"}, 2, "say which");
    fails({"parked", "replay", "--cause", "a/b/c", "--flow", "a"}, 2, "leave --flow and --all away");
    fails({"parked", "replay", its.run, "--from", "middle"}, 2, "middle");
    fails({"parked", "show", "01NOSUCHRUN"}, 1, "there is no such run");
    EXPECT_EQ(its.landscape.run(its.run)["status"].text(), "parked");
    EXPECT_FALSE(has(audit_of(its.landscape, its.run), its.run)) << "nothing was done, so nothing is told";
    EXPECT_TRUE(its.landscape.state("sap/A_SalesOrder").empty());
}

TEST(Operators, AStepThatWasDoneByHandIsSkippedWithItsReason) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 1, .deals = 1});
    landscape.set_faults(1, {Map{{"connector", "sap"},
                                 {"method", "POST"},
                                 {"route", "/sap/opu/odata/sap/API_SALES_ORDER_SRV"},
                                 {"kind", "status"},
                                 {"status", 400},
                                 {"probability", 1}}});
    landscape.start_serve();
    const std::string id = landscape.close_deal(deals[0]);
    const Value parked = landscape.wait_for(id);
    ASSERT_EQ(parked["step"].text(), "order") << json::write(parked);
    const Value amount = landscape.state("salesforce/Opportunity").at(0)["Amount"];
    const std::string order = json::write(Map{{"SalesOrder", "4711"}, {"TotalNetAmount", amount}, {"TransactionCurrency", "EUR"}});
    const Finished skip = landscape.lockstep({"parked", "skip", id, "order", "--output", order, "--because", "entered by hand as 4711"});
    EXPECT_EQ(skip.exit, 0) << skip.err;
    const Value run = landscape.wait_for(id);
    EXPECT_EQ(run["status"].text(), "succeeded") << json::write(run);
    EXPECT_TRUE(landscape.state("sap/A_SalesOrder").empty());
    EXPECT_EQ(landscape.state("zoho_books/invoices").size(), 1u);
    EXPECT_EQ(landscape.state("salesforce/Opportunity").at(0)["SAP_Order_Number__c"].text(), "4711");
    const std::string trail = audit_of(landscape, id);
    EXPECT_TRUE(has(trail, "skip") && has(trail, "entered by hand as 4711") && has(trail, "cli")) << trail;
}

TEST(Operators, ALaterSuccessOfTheDealClosesItsParkedRun) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 1, .deals = 1, .emails = false});
    landscape.start_serve();
    const std::string older = landscape.close_deal(deals[0]);
    EXPECT_EQ(landscape.wait_for(older)["status"].text(), "parked");
    landscape.load("salesforce/Contact", {contact_of(1)});
    const std::string later = landscape.close_deal(deals[0]);
    EXPECT_EQ(landscape.wait_for(later)["status"].text(), "succeeded");
    const Value closed = landscape.run(older);
    EXPECT_EQ(closed["status"].text(), "dropped");
    EXPECT_EQ(closed["reason"].text(), "superseded by run " + later + ", which succeeded");
    EXPECT_EQ(closed["code"].text(), "superseded");
    EXPECT_TRUE(has(audit_of(landscape, older), "engine")) << audit_of(landscape, older);
    EXPECT_TRUE(has(landscape.lockstep({"parked"}).out, "0 parked"));
    expect_done_once(landscape, deals);
}

TEST(Operators, ManyAreDroppedWithOneReason) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 1, .deals = 3, .emails = false});
    landscape.start_serve();
    for (const auto& id : deals) (void)landscape.wait_for(landscape.close_deal(id));
    ASSERT_EQ(landscape.stop_serve(), 0);
    EXPECT_EQ(landscape.lockstep({"parked", "drop", "--all"}).exit, 2) << "without a reason";
    const Finished drop = landscape.lockstep({"parked", "drop", "--flow", "deal-closed", "--because", "test records"});
    EXPECT_EQ(drop.out, "3 dropped\n") << drop.err;
    const auto trail = json::parse(landscape.lockstep({"audit", "--json"}).out);
    ASSERT_TRUE(trail && trail->is_list());
    EXPECT_EQ(trail->as_list().size(), 3u);
    for (const Value& row : trail->as_list()) EXPECT_EQ(row["reason"].text(), "test records");
}

}  // namespace lockstep::testing
