// Look-ups must cost the same in a large organisation: rows are counted, not milliseconds.
#include "sandbox/zoho_crm/zoho_crm_test_client.h"

namespace lockstep::sandbox::zoho_crm {

namespace {

constexpr int records = 3'000;

std::string id(int i) { return std::to_string(5725767000000100000 + i); }

class CrmScale : public ::testing::Test, public TestClient {
protected:
    void SetUp() override {
        List accounts;
        for (int i = 0; i < records; ++i)
            accounts.push_back(Map{{"id", id(i)},
                                   {"Account_Name", "Company " + std::to_string(i)},
                                   {"Salesforce_Id", "001" + std::to_string(i)},
                                   {"Modified_Time", format_timestamp(now.plus_ms(1000LL * (i - records)))}});
        ASSERT_TRUE(vendor->load("Accounts", accounts));
    }
    /// The rows that a call looks at.
    std::int64_t rows_of(const std::string& method, const std::string& target, const std::string& text = {}) {
        const std::int64_t before = state("counters")[0]["rows_visited"].as_int();
        send(method, target, text);
        EXPECT_EQ(last.status, 200) << target << last.body;
        return state("counters")[0]["rows_visited"].as_int() - before;
    }
};

}  // namespace

TEST_F(CrmScale, LookUpsVisitOnlyWhatTheyFind) {
    EXPECT_EQ(rows_of("GET", "Accounts/search?criteria=(Salesforce_Id:equals:0011234)"), 1);
    EXPECT_EQ(rows_of("GET", "Accounts/search?criteria=((Salesforce_Id:equals:0011234)and(Phone:not_equal:1))"), 1);
    EXPECT_EQ(rows_of("POST", "coql", R"q({"select_query":"select id from Accounts where Salesforce_Id in ('0011','0012')"})q"), 2);
    EXPECT_EQ(rows_of("POST", "coql",
                      R"({"select_query":"select id from Accounts where Modified_Time >= '2026-02-18T09:59:50Z' order by Modified_Time"})"),
              10);
    EXPECT_EQ(rows_of("GET", "Accounts?fields=Phone&ids=" + id(1) + "," + id(2)), 2);
    EXPECT_EQ(rows_of("POST", "Accounts/upsert",
                      R"({"data":[{"Salesforce_Id":"0011234","Phone":"1"}],"duplicate_check_fields":["Salesforce_Id"]})"),
              0);
}

TEST_F(CrmScale, PagesVisitTheirOwnRowsAndOneMore) {
    EXPECT_EQ(rows_of("GET", "Accounts?fields=Phone"), 201);
    const std::string token = body().at_path("info.next_page_token").text();
    EXPECT_EQ(rows_of("GET", "Accounts?fields=Phone&page_token=" + token), 201);
    EXPECT_EQ(rows_of("GET", "Accounts?fields=Phone&sort_by=Modified_Time&per_page=10"), 11);
}

TEST_F(CrmScale, AThousandAreUpdatedInTenCalls) {
    for (int call = 0; call < 10; ++call) {
        std::string many;
        for (int i = 0; i < 100; ++i) many += (i == 0 ? "" : ",") + std::string(R"({"id":")") + id(call * 100 + i) + R"(","Phone":"7"})";
        const std::string body = "{\"data\":[" + many + "],\"trigger\":[]}";
        send_with("If-Unmodified-Since", "2026-02-18T10:00:00Z", "PUT", "Accounts", body);
        ASSERT_EQ(last.status, 200) << last.body;
    }
    EXPECT_EQ(account(id(999))["Phone"].text(), "7");
}

class CrmLimits : public ::testing::Test, public TestClient {};

TEST_F(CrmLimits, CreditsEndAndComeBackAfterADay) {
    ASSERT_TRUE(load("settings", R"({"credits_per_day":4})"));
    const std::string twenty = [] {
        std::string many = R"({"data":[)";
        for (int i = 0; i < 20; ++i) many += (i == 0 ? "" : ",") + std::string(R"({"Account_Name":"A"})");
        return many + "]}";
    }();
    send("POST", "Accounts", twenty);
    EXPECT_EQ(last.status, 201) << "ten records a credit";
    EXPECT_EQ(last.headers.get("X-API-CREDITS-REMAINING").value_or(""), "2");
    send("GET", "org");
    send("POST", "Accounts", twenty);
    EXPECT_EQ(last.status, 429);
    EXPECT_EQ(code(), "TOO_MANY_REQUESTS");
    EXPECT_EQ(state("Accounts").size(), 20u);
    now = now.plus_ms(24LL * 3600 * 1000);
    token = ask_for_token({{"grant_type", "refresh_token"}, {"refresh_token", "1000.crm"}})["access_token"].string_or("");
    send("POST", "Accounts", twenty);
    EXPECT_EQ(last.status, 201);
}

TEST_F(CrmLimits, AnswersThatAreHeldBackAreInProcess) {
    ASSERT_TRUE(load("settings", R"({"concurrency":2})"));
    for (int i = 0; i < 2; ++i) {
        vendor->hold(500);
        send("GET", "org");
        EXPECT_EQ(last.status, 200);
    }
    send("GET", "org");
    EXPECT_EQ(last.status, 429);
    now = now.plus_ms(500);
    send("GET", "org");
    EXPECT_EQ(last.status, 200);
    EXPECT_FALSE(load("settings", R"({"edition":"gold"})"));
    EXPECT_FALSE(load("settings", R"({"colour":"red"})"));
    EXPECT_FALSE(load("settings", R"({"concurrency":-1})"));
}

TEST_F(CrmLimits, ALargeBodyIsRefusedIfThereIsABound) {
    ASSERT_TRUE(load("settings", R"({"body_bytes_max":40})"));
    make_account(std::string(40, 'a'));
    EXPECT_EQ(last.status, 413);
}

}  // namespace lockstep::sandbox::zoho_crm
