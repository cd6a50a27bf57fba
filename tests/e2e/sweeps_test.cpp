// What no trigger tells of, through a real `lockstep sandbox` and a real `lockstep serve`: sweeps find it.
#include "accountant.h"
#include "base/runtime.h"
#include "company.h"

namespace lockstep::testing {
namespace {

/// A company whose triggers never come.
class Sweeps : public ::testing::Test {
protected:
    static Landscape::Options options(const TemporaryFolder& folder) {
        const std::string file = folder.file("lockstep.yaml");
        write_file(
            file,
            "store: " + folder.file("lockstep.db") +
                "\n"
                "connections:\n"
                "  salesforce: { client_id: \"${env.SF_CLIENT_ID}\", private_key_path: \"${env.SF_PRIVATE_KEY_PATH}\", username: "
                "\"${env.SF_USERNAME}\", login_url: \"${env.SF_LOGIN_URL}\" }\n"
                "  sap: { base_url: \"${env.SAP_BASE_URL}\", token_url: \"${env.SAP_TOKEN_URL}\", client_id: \"${env.SAP_CLIENT_ID}\", "
                "client_secret: \"${env.SAP_CLIENT_SECRET}\" }\n"
                "  zoho_books: { client_id: \"${env.ZOHO_CLIENT_ID}\", client_secret: \"${env.ZOHO_CLIENT_SECRET}\", refresh_token: "
                "\"${env.ZOHO_REFRESH_TOKEN}\", organization_id: \"${env.ZOHO_ORG_ID}\", accounts_url: \"${env.ZOHO_ACCOUNTS_URL}\", "
                "api_url: \"${env.ZOHO_API_URL}\" }\n"
                "  slack: { webhook_url: \"${env.SLACK_WEBHOOK_URL}\" }\n"
                "flows:\n"
                "  deal-closed: { sweep: 1m, config: { sweep_closed_since: \"2026-01-01\" } }\n"
                "  payment: { sweep: 1m }\n");
        return {.config = file};
    }
    Sweeps() : landscape(options(folder)) {
        deals = load_company(landscape, {.accounts = 2, .deals = 5});
        List changed;  // some time before the program is started for the first time
        for (const auto& id : deals)
            changed.push_back(
                Map{{"Id", id}, {"SystemModstamp", format_timestamp(Timestamp::from_ms(ThreadRuntime().now().ms() - 3'600'000))}});
        landscape.load("salesforce/Opportunity", std::move(changed));
    }

    /// Has the sweeps of a flow made now, until something holds.
    bool sweep_until(const std::string& flow, const std::function<bool()>& holds) const {
        return wait_until(
            90'000,
            [&] {
                (void)landscape.post("/api/v1/flows/" + flow + "/sweep", Map{});
                return holds();
            },
            500);
    }
    bool all_have(std::string_view field, const Value& value) const {
        const List all = landscape.state("salesforce/Opportunity");
        return std::all_of(all.begin(), all.end(), [&](const Value& deal) { return deal[field] == value; });
    }
    Value sweep(const std::string& flow) const {
        const Value health = landscape.ask("/health");
        for (const Value& its : health["sweeps"].as_list())
            if (its["flow"].text() == flow) return its;
        return {};
    }

    TemporaryFolder folder;
    Landscape landscape;
    std::vector<std::string> deals;
};

TEST_F(Sweeps, DealsAndPaymentsThatNobodyToldOfGetDone) {
    landscape.start_serve();
    ASSERT_TRUE(sweep_until("deal-closed", [&] { return all_have("Sync_Status__c", "Synced"); })) << json::write(landscape.ask("/health"));
    ASSERT_TRUE(landscape.wait_until_quiet(60'000));
    expect_done_once(landscape, deals);

    const Accountant finance(landscape);
    std::string some;
    for (const Value& invoice : landscape.state("zoho_books/invoices"))
        some = finance.pay(invoice["invoice_id"].text(), invoice["total"].to_decimal(), "2026-02-20", "banktransfer");
    ASSERT_TRUE(sweep_until("payment", [&] { return all_have("Payment_Received__c", true); })) << json::write(landscape.ask("/health"));
    for (const Value& deal : landscape.state("salesforce/Opportunity")) {
        EXPECT_EQ(deal["Payment_Amount__c"].to_decimal(), deal["Amount"].to_decimal());
        EXPECT_EQ(deal["Payment_Date__c"].text(), "2026-02-20");
    }
    // A payment that is deleted is in no list; its invoice has changed.
    (void)finance.send("DELETE", "customerpayments/" + some);
    const auto unpaid = [&] {
        const List all = landscape.state("salesforce/Opportunity");
        return std::count_if(all.begin(), all.end(), [](const Value& deal) { return deal["Payment_Received__c"] == Value(false); });
    };
    EXPECT_TRUE(sweep_until("payment", [&] { return unpaid() == 1; })) << json::write(landscape.ask("/health"));
    expect_done_once(landscape, deals);
}

TEST_F(Sweeps, AreQuietWhereAllAgreesAndSayHowTheyAre) {
    landscape.start_serve();
    ASSERT_TRUE(sweep_until("deal-closed", [&] { return all_have("Sync_Status__c", "Synced"); })) << json::write(landscape.ask("/health"));
    ASSERT_TRUE(landscape.wait_until_quiet(60'000));
    const auto writes = landscape.vendor_writes();
    // The invoices are young at first; then each is looked at, and none needs a run.
    Timestamp latest;
    for (const Value& invoice : landscape.state("zoho_books/invoices"))
        latest = std::max(latest, *parse_timestamp(invoice["last_modified_time"].text()));
    ASSERT_TRUE(sweep_until("payment", [&] { return *parse_timestamp(sweep("payment")["cursor"].text()) >= latest; }));
    ASSERT_TRUE(landscape.wait_until_quiet(60'000));
    EXPECT_EQ(landscape.vendor_writes(), writes);
    EXPECT_EQ(sweep("deal-closed")["events"], Value(5));
    EXPECT_TRUE(landscape.runs("flow=payment").empty()) << json::write(landscape.ask("/health"));
    const Value deal_sweep = sweep("deal-closed");
    EXPECT_FALSE(deal_sweep["last_success"].text().empty());
    EXPECT_TRUE(deal_sweep["error"].is_null()) << deal_sweep["error"].text();
    const Finished listed = landscape.lockstep({"sweep"});
    EXPECT_EQ(listed.exit, 0) << listed.err;
    EXPECT_NE(listed.out.find("salesforce.query"), std::string::npos) << listed.out;
    EXPECT_EQ(landscape.lockstep({"sweep", "inventory"}).exit, 1);
    EXPECT_NE(landscape.send("GET", landscape.base() + "/metrics").body.find("lockstep_sweep_events_total{flow=\"deal-closed\""),
              std::string::npos);
}

TEST_F(Sweeps, DealsFromBeforeLockstepAreLeftAlone) {
    write_file(folder.file("lockstep.yaml"), [&] {
        std::string text = read_file(folder.file("lockstep.yaml"));
        const std::string since = ", config: { sweep_closed_since: \"2026-01-01\" }";
        return text.erase(text.find(since), since.size());
    }());
    landscape.start_serve();
    const auto rows = [&] { return !sweep("deal-closed")["last_success"].text().empty(); };
    ASSERT_TRUE(sweep_until("deal-closed", rows));
    EXPECT_TRUE(landscape.runs("flow=deal-closed").empty()) << "they were closed months before the sweep was first made";
    EXPECT_EQ(landscape.vendor_writes(), 0);
}

}  // namespace
}  // namespace lockstep::testing
