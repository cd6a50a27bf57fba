// Customers kept in step between Salesforce and Zoho CRM, over real processes.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "landscape.h"

namespace lockstep::testing {
namespace {

constexpr const char* left_link = "Zoho_Account_Id__c";
constexpr const char* right_link = "Salesforce_Id";

/// People who edit accounts on both sides, and what there is.
class Customers {
public:
    explicit Customers(const Landscape& landscape) : landscape_(landscape) {}

    /// Both vendors tell of what is edited from now on, as the installed message and function do.
    void tell_lockstep() const {
        landscape_.load("salesforce/OutboundMessage",
                        {Value(Map{{"Name", "Accounts"},
                                   {"Object", "Account"},
                                   {"When", "every_write"},
                                   {"Fields", List{"SystemModstamp"}},
                                   {"EndpointUrl", landscape_.base() + "/webhook/salesforce/outbound-message"}})});
        landscape_.load("zoho_crm/WorkflowRule", {Value(Map{{"name", "Accounts"},
                                                            {"module", "Accounts"},
                                                            {"events", List{"create", "edit", "delete"}},
                                                            {"url", landscape_.base() + "/webhook/zoho/account"}})});
    }

    std::string create_left(Map fields) const {
        const std::string name = fields.find("Name")->text();
        landscape_.load("salesforce/create", {Value(Map{{"Object", "Account"}, {"Fields", std::move(fields)}})});
        return left_named(name)["Id"].text();
    }
    void edit_left(const std::string& id, Map fields) const {
        landscape_.load("salesforce/edit", {Value(Map{{"Object", "Account"}, {"Id", id}, {"Fields", std::move(fields)}})});
    }
    void edit_right(const std::string& id, Map values) const { act("edit", id, std::move(values)); }
    void act(const std::string& action, const std::string& id, Map values = {}) const {
        landscape_.load("zoho_crm/actions",
                        {Value(Map{{"module", "Accounts"}, {"action", action}, {"id", id}, {"values", std::move(values)}})});
    }

    Value left(const std::string& id) const { return one("salesforce/Account", "Id", id); }
    Value right(const std::string& id) const { return one("zoho_crm/Accounts", "id", id); }
    Value left_named(const std::string& name) const { return one("salesforce/Account", "Name", name); }
    Value right_of(const std::string& left_id) const { return one("zoho_crm/Accounts", right_link, left_id); }

private:
    Value one(const std::string& object, const std::string& field, const std::string& value) const {
        for (const Value& record : landscape_.state(object))
            if (record[field].text() == value) return record;
        return {};
    }

    const Landscape& landscape_;
};

class Accounts : public ::testing::Test {
protected:
    void SetUp() override {
        landscape.start_serve();
        people.tell_lockstep();
    }
    /// A record of Salesforce and its partner.
    std::pair<std::string, std::string> linked_pair() const {
        const std::string left = people.create_left({{"Name", "Fjord Pumps AS"}, {"Phone", "+47 22 00 00 01"}});
        EXPECT_TRUE(wait_until(20'000, [&] { return people.left(left)[left_link].is_string(); }, 20));
        EXPECT_TRUE(landscape.wait_until_quiet(20'000));
        return {left, people.right_of(left)["id"].text()};
    }
    /// Requests that change records: Salesforce reads many by POST, too, and Zoho CRM asks by it.
    std::int64_t writes() const {
        const Value calls = landscape.control("GET", "/calls")["calls"];
        std::int64_t total = 0;
        for (const Value& call : calls.as_list()) {
            const std::string method = call["method"].text(), route = call["route"].text();
            if (method == "PATCH" || method == "PUT" || method == "DELETE" || (method == "POST" && route.ends_with("/Accounts")))
                total += call["count"].as_int();
        }
        return total;
    }
    bool soon(const std::function<bool()>& holds) const { return wait_until(20'000, holds, 20); }

    Landscape landscape;
    Customers people{landscape};
};

TEST_F(Accounts, ANewOneIsThereOnTheOtherSideAMomentLaterAndEachNamesTheOther) {
    const auto [left, right] = linked_pair();
    ASSERT_FALSE(right.empty());
    EXPECT_EQ(people.left(left)[left_link].text(), right);
    EXPECT_EQ(people.right(right)["Account_Name"].text(), "Fjord Pumps AS");
    EXPECT_EQ(people.right(right)["Phone"].text(), "+47 22 00 00 01");
    people.act("create", "", {{"Account_Name", "Made in Zoho"}, {"Website", "https://made.example"}});
    ASSERT_TRUE(soon([&] { return people.left_named("Made in Zoho")["Website"].is_string(); }));
    ASSERT_TRUE(landscape.wait_until_quiet(20'000));
    EXPECT_EQ(landscape.state("zoho_crm/Accounts").size(), 2u);
    EXPECT_EQ(landscape.state("salesforce/Account").size(), 2u);
}

TEST_F(Accounts, AnEditInZohoShowsInSalesforceAndIsOneWrite) {
    const auto [left, right] = linked_pair();
    const auto before = writes();
    people.edit_right(right, {{"Phone", "+47 22 99 99 99"}});
    ASSERT_TRUE(soon([&] { return people.left(left)["Phone"].text() == "+47 22 99 99 99"; }));
    ASSERT_TRUE(landscape.wait_until_quiet(20'000));
    people.edit_left(left, {{"Phone", nullptr}});
    ASSERT_TRUE(soon([&] { return people.right(right)["Phone"].is_null(); })) << "clearing a field is a change";
    ASSERT_TRUE(landscape.wait_until_quiet(20'000));
    EXPECT_EQ(writes(), before + 2) << "the echoes make none";
}

TEST_F(Accounts, EditsOfDifferentFieldsOnBothSidesBothSurvive) {
    const auto [left, right] = linked_pair();
    people.edit_left(left, {{"Website", "https://left.example"}});
    people.edit_right(right, {{"Billing_City", "Bergen"}});
    ASSERT_TRUE(soon([&] {
        return people.right(right)["Website"].text() == "https://left.example" && people.left(left)["BillingCity"].text() == "Bergen";
    }));
    ASSERT_TRUE(landscape.wait_until_quiet(20'000));
    EXPECT_EQ(people.right(right)["Billing_City"].text(), "Bergen");
    EXPECT_EQ(people.left(left)["Website"].text(), "https://left.example");
}

TEST_F(Accounts, ManyEditsInABurstCostFewWritesAndAllArrive) {
    constexpr int many = 200;
    List made;
    for (int i = 0; i < many; ++i) people.create_left({{"Name", fmt::format("Burst {}", i)}});
    ASSERT_TRUE(wait_until(60'000, [&] { return landscape.state("zoho_crm/Accounts").size() == many; }, 100));
    ASSERT_TRUE(landscape.wait_until_quiet(60'000));
    List edits;
    for (const Value& record : landscape.state("salesforce/Account"))
        edits.push_back(Map{{"Object", "Account"}, {"Id", record["Id"]}, {"Fields", Map{{"Site", "Quay " + record["Name"].text()}}}});
    const auto before = writes();
    landscape.load("salesforce/edit", std::move(edits));
    ASSERT_TRUE(wait_until(
        60'000,
        [&] {
            const List all = landscape.state("zoho_crm/Accounts");
            return std::ranges::all_of(all, [](const Value& its) { return its["Account_Site"].is_string(); });
        },
        100));
    ASSERT_TRUE(landscape.wait_until_quiet(60'000));
    EXPECT_LE(writes() - before, many / 10) << "a call carries many edits";
}

TEST_F(Accounts, WhatIsDeletedIsKeptOnTheOtherSideAndGoesOnWhenItIsRestored) {
    const auto [left, right] = linked_pair();
    people.act("delete", right);
    ASSERT_TRUE(landscape.wait_until_quiet(20'000));
    EXPECT_FALSE(people.left(left).is_null()) << "the policy is keep";
    people.edit_left(left, {{"Fax", "+47 22 00 00 02"}});
    ASSERT_TRUE(landscape.wait_until_quiet(20'000));
    people.act("restore", right);
    people.edit_right(right, {{"Billing_City", "Oslo"}});
    ASSERT_TRUE(soon([&] { return people.left(left)["BillingCity"].text() == "Oslo" && people.right(right)["Fax"].is_string(); }))
        << "also what was edited while it was away";
    EXPECT_EQ(landscape.state("zoho_crm/Accounts").size(), 1u) << "it is the same record";
}

TEST_F(Accounts, WhenAccountsAreMergedThePartnerGoesToTheOneThatIsLeft) {
    const auto [loser, right] = linked_pair();
    // A second record of the same customer that nobody has told of yet.
    landscape.load("salesforce/OutboundMessage", {Value(Map{{"Name", "Accounts"}, {"IsActive", false}})});
    const std::string master = people.create_left({{"Name", "Fjord Pumps"}, {"Website", "https://fjord.example"}});
    people.tell_lockstep();
    landscape.load("salesforce/merge", {Value(Map{{"Object", "Account"}, {"Id", master}, {"Others", List{loser}}})});
    landscape.load("salesforce/edit", {Value(Map{{"Object", "Account"}, {"Id", master}, {"Fields", Map{{"Site", "Quay 7"}}}})});
    ASSERT_TRUE(soon([&, right = right] { return people.right(right)["Account_Site"].text() == "Quay 7"; }));
    ASSERT_TRUE(landscape.wait_until_quiet(20'000));
    EXPECT_EQ(people.right(right)[right_link].text(), master);
    EXPECT_EQ(people.left(master)[left_link].text(), right);
    EXPECT_EQ(people.right(right)["Website"].text(), "https://fjord.example");
    EXPECT_EQ(landscape.state("zoho_crm/Accounts").size(), 1u) << "it is the same partner";
}

/// The second built-in sync is a file and nothing else: it runs where the configuration names it.
TEST(Contacts, AreKeptInStepByTheirFileAlone) {
    TemporaryFolder folder;
    const std::string config = folder.file("lockstep.yaml");
    std::ofstream(config)
        << "connections:\n"
           "  salesforce: { client_id: \"${env.SF_CLIENT_ID}\", private_key_path: \"${env.SF_PRIVATE_KEY_PATH}\", username: "
           "\"${env.SF_USERNAME}\", login_url: \"${env.SF_LOGIN_URL}\" }\n"
           "  zoho_crm: { client_id: \"${env.ZOHO_CLIENT_ID}\", client_secret: \"${env.ZOHO_CLIENT_SECRET}\", refresh_token: "
           "\"${env.ZOHO_CRM_REFRESH_TOKEN}\", accounts_url: \"${env.ZOHO_ACCOUNTS_URL}\", api_url: \"${env.ZOHO_API_URL}\" }\n"
           "  slack: { webhook_url: \"${env.SLACK_WEBHOOK_URL}\" }\n"
           "flows: { contacts: {} }\n";
    Landscape landscape({.config = config});
    landscape.start_serve();
    landscape.load("salesforce/OutboundMessage", {Value(Map{{"Name", "Contacts"},
                                                            {"Object", "Contact"},
                                                            {"When", "every_write"},
                                                            {"Fields", List{"SystemModstamp"}},
                                                            {"EndpointUrl", landscape.base() + "/webhook/salesforce/outbound-message"}})});
    landscape.load("zoho_crm/WorkflowRule", {Value(Map{{"name", "Contacts"},
                                                       {"module", "Contacts"},
                                                       {"events", List{"create", "edit", "delete"}},
                                                       {"url", landscape.base() + "/webhook/zoho/account"}})});
    landscape.load(
        "salesforce/create",
        {Value(Map{{"Object", "Contact"}, {"Fields", Map{{"FirstName", "Ingrid"}, {"LastName", "Berg"}, {"Email", "ib@fjord.example"}}}})});
    const auto right = [&] {
        const List all = landscape.state("zoho_crm/Contacts");
        return all.empty() ? Value() : all[0];
    };
    ASSERT_TRUE(wait_until(20'000, [&] { return right()["Email"].text() == "ib@fjord.example"; }, 20));
    ASSERT_TRUE(landscape.wait_until_quiet(20'000));
    landscape.load("zoho_crm/actions",
                   {Value(Map{{"module", "Contacts"}, {"action", "edit"}, {"id", right()["id"]}, {"values", Map{{"Title", "Buyer"}}}})});
    ASSERT_TRUE(wait_until(20'000, [&] { return landscape.state("salesforce/Contact").at(0)["Title"].text() == "Buyer"; }, 20));
    EXPECT_EQ(landscape.state("salesforce/Contact").at(0)["Zoho_Contact_Id__c"].text(), right()["id"].text());
    EXPECT_EQ(landscape.runs("flow=accounts").size(), 0u) << "only what is named runs";
}

}  // namespace
}  // namespace lockstep::testing
