#include "sandbox/zoho_crm/zoho_crm_test_client.h"

namespace lockstep::sandbox::zoho_crm {

namespace {

class CrmQueries : public ::testing::Test, public TestClient {
protected:
    void SetUp() override {
        ASSERT_TRUE(load("Accounts", R"J([
            {"id":"5725767000000100001","Account_Name":"Alpha (Nord)","Phone":"111","Employees":5,"Salesforce_Id":"001A",
             "Modified_Time":"2026-02-18T08:00:00Z"},
            {"id":"5725767000000100002","Account_Name":"Beta","Phone":"222","Employees":50,"Website":"www.beta.example",
             "Parent_Account":{"id":"5725767000000100001"},"Modified_Time":"2026-02-18T09:00:00Z"},
            {"id":"5725767000000100003","Account_Name":"Gamma's","Employees":500,"Annual_Revenue":10.5,
             "Modified_Time":"2026-02-18T09:30:00Z"}])J"));
    }
    std::string names() const {
        if (last.status != 200) return {};
        std::string all;
        const List rows = body()["data"].as_list();
        for (const Value& row : rows) all += row["Account_Name"].text().substr(0, 1);
        return all;
    }
    std::string query(const std::string& text) {
        send("POST", "coql", json::write(Value(Map{{"select_query", text}})));
        return names();
    }
    std::string search(const std::string& parameters) {
        send("GET", "Accounts/search?" + parameters);
        return names();
    }
    std::string where(const std::string& condition) { return query("select Account_Name from Accounts where " + condition); }
    static std::string criteria(const std::string& text) { return net::write_form({{"criteria", text}}); }
};

}  // namespace

TEST_F(CrmQueries, AnswerWithWhatFits) {
    EXPECT_EQ(where("id is not null"), "ABG");
    EXPECT_EQ(where("Phone = '222'"), "B");
    EXPECT_EQ(where("Phone is null"), "G");
    EXPECT_EQ(where("Employees >= 50"), "BG");
    EXPECT_EQ(where("Employees between 5 and 50"), "AB");
    EXPECT_EQ(where("Account_Name like '%a%'"), "ABG");
    EXPECT_EQ(where("Account_Name like 'b%'"), "B");
    EXPECT_EQ(where("Account_Name not like 'b%'"), "AG");
    EXPECT_EQ(where("Phone in ('111','222')"), "AB");
    EXPECT_EQ(where("Phone not in ('111')"), "BG");
    EXPECT_EQ(where("Account_Name = 'Gamma\\'s'"), "G");
    EXPECT_EQ(where("Annual_Revenue = 10.50"), "G");
    EXPECT_EQ(where("Salesforce_Id = '001a'"), "A");
    EXPECT_EQ(where("Modified_Time > '2026-02-18T10:00:00+01:00'"), "G");
    EXPECT_EQ(where("Parent_Account = '5725767000000100001'"), "B");
    EXPECT_EQ(where("Parent_Account.Employees = 5"), "B");
    EXPECT_EQ(where("Owner.last_name = 'Person'"), "ABG");
    EXPECT_EQ(where("(Employees > 5 and (Phone is null or Phone = '222'))"), "BG");
    EXPECT_EQ(where("Phone = 'none'"), "");
    EXPECT_EQ(last.status, 204);
}

TEST_F(CrmQueries, AreOrderedAndInParts) {
    EXPECT_EQ(query("select Account_Name from Accounts where id is not null order by Employees desc limit 2"), "GB");
    EXPECT_EQ(body()["info"]["more_records"], Value(true));
    EXPECT_EQ(query("SELECT Account_Name FROM Accounts WHERE id is not null ORDER BY Modified_Time asc LIMIT 1, 5"), "BG");
    EXPECT_EQ(body()["info"]["more_records"], Value(false));
    EXPECT_EQ(query("select Account_Name from Accounts where id is not null order by Modified_Time limit 1 offset 2"), "G");
}

TEST_F(CrmQueries, ShowLookupsByIdAndTheirFieldsUnderTheNameWithTheDot) {
    query("select Parent_Account, Parent_Account.Account_Name, Employees as Heads, Modified_Time from Accounts where Phone = '222'");
    const Value row = body().at_path("data.0");
    EXPECT_EQ(row["Parent_Account"]["id"].text(), "5725767000000100001") << last.body;
    EXPECT_EQ(row["Parent_Account.Account_Name"].text(), "Alpha (Nord)");
    EXPECT_EQ(row["Heads"], Value(50));
    EXPECT_EQ(row["Modified_Time"].text(), "2026-02-18T10:00:00+01:00");
    EXPECT_EQ(row["id"].text(), "5725767000000100002");
}

TEST_F(CrmQueries, WrongOnesAreRefusedWithTheReason) {
    struct Row {
        const char *text, *code;
    };
    const Row rows[] = {
        {"delete from Accounts", "SYNTAX_ERROR"},
        {"select Account_Name from Accounts", "SYNTAX_ERROR"},
        {"select Account_Name from Accounts where", "SYNTAX_ERROR"},
        {"select Account_Name from Accounts where Phone = 'open", "SYNTAX_ERROR"},
        {"select Account_Name from Accounts where Phone ~ '1'", "SYNTAX_ERROR"},
        {"select Account_Name from Accounts where Phone = '1' and Fax = '1' and Website = '1'", "SYNTAX_ERROR"},
        {"select count(id) from Accounts where id is not null", "SYNTAX_ERROR"},
        {"select Account_Name from Accounts where (Phone = '1'", "SYNTAX_ERROR"},
        {"select Account_Name from Nowhere where id is not null", "INVALID_MODULE"},
        {"select Nothing from Accounts where id is not null", "INVALID_QUERY"},
        {"select Account_Name from Accounts where Nothing = '1'", "INVALID_QUERY"},
        {"select Account_Name from Accounts where Employees = 'many'", "INVALID_QUERY"},
        {"select Account_Name from Accounts where Modified_Time > 'today'", "INVALID_QUERY"},
        {"select Account_Name from Accounts where id is not null limit s", "INVALID_QUERY"},
        {"select Account_Name from Accounts where id is not null limit 0", "INVALID_DATA"},
        {"select Account_Name from Accounts where id is not null limit 201", "LIMIT_EXCEEDED"},
        {"select Account_Name, Account_Name from Accounts where id is not null", "DUPLICATE_DATA"},
        {"select Account_Name as '' from Accounts where id is not null", "INVALID_ALIAS"},
    };
    for (const Row& row : rows) {
        query(row.text);
        EXPECT_EQ(last.status, 400) << row.text;
        EXPECT_EQ(code(), row.code) << row.text << last.body;
    }
    send("POST", "coql", "{}");
    EXPECT_EQ(code(), "MANDATORY_NOT_FOUND");
    query("select Account_Name from Accounts where " + std::string(1000, '('));
    EXPECT_EQ(last.status, 400);
}

TEST_F(CrmQueries, SearchesUseCriteria) {
    EXPECT_EQ(search(criteria("(Phone:equals:111)")), "A");
    EXPECT_EQ(search(criteria("Phone:equals:111")), "A");
    EXPECT_EQ(search(criteria("((Phone:equals:111)or(Employees:greater_than:100))")), "AG");
    EXPECT_EQ(search(criteria("((Phone:equals:111)and(Employees:greater_than:100))")), "");
    EXPECT_EQ(last.status, 204);
    EXPECT_EQ(search(criteria("(Account_Name:equals:Alpha \\(Nord\\))")), "A");
    EXPECT_EQ(search(criteria("(Account_Name:starts_with:bet)")), "B");
    EXPECT_EQ(search(criteria("(Phone:in:111,222)")), "AB");
    EXPECT_EQ(search("word=gamma"), "G");
    EXPECT_EQ(search("phone=222"), "B");
    EXPECT_EQ(search("phone=222&fields=Account_Name"), "B");
    EXPECT_EQ(body().at_path("data.0").as_map().size(), 2u);
    for (const char* wrong : {"(Phone)", "(Phone:near:1)", "(Nothing:equals:1)", "(Employees:equals:x)", "((Phone:equals:1)", ""}) {
        search(criteria(wrong));
        EXPECT_EQ(last.status, 400) << wrong;
    }
    search("colour=red");
    EXPECT_EQ(code(), "REQUIRED_PARAM_MISSING");
}

TEST_F(CrmQueries, ASearchMayNotSeeFreshWritesYet) {
    ASSERT_TRUE(load("settings", R"({"search_delay_s":30})"));
    make_account("Zeta", R"(,"Phone":"999")");
    EXPECT_EQ(search("phone=999"), "");
    EXPECT_EQ(where("Phone = '999'"), "Z") << "queries are not delayed";
    now = now.plus_ms(30'000);
    EXPECT_EQ(search("phone=999"), "Z");
}

TEST_F(CrmQueries, SearchNeedsTheScopeOfSearching) {
    ASSERT_TRUE(load("settings", R"({"scopes":"ZohoCRM.modules.ALL"})"));
    token = ask_for_token({{"grant_type", "refresh_token"}, {"refresh_token", "1000.crm"}})["access_token"].string_or("");
    search("phone=222");
    EXPECT_EQ(code(), "OAUTH_SCOPE_MISMATCH");
    EXPECT_EQ(where("Phone = '222'"), "");
    EXPECT_EQ(code(), "OAUTH_SCOPE_MISMATCH");
}

}  // namespace lockstep::sandbox::zoho_crm
