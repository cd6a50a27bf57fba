#include "sandbox/zoho_crm/zoho_crm_test_client.h"

namespace lockstep::sandbox::zoho_crm {

namespace {

class CrmLists : public ::testing::Test, public TestClient {
protected:
    void load_accounts(int count) {
        List records;
        for (int i = 0; i < count; ++i)
            records.push_back(Map{{"id", id(i)},
                                  {"Account_Name", "Company " + std::to_string(i)},
                                  {"Salesforce_Id", "001" + std::to_string(i)},
                                  {"Modified_Time", format_timestamp(now.plus_ms(1000LL * (i - count)))}});
        ASSERT_TRUE(vendor->load("Accounts", records));
    }
    static std::string id(int i) { return std::to_string(5725767000000100000 + i); }
    std::size_t rows() const { return body()["data"].is_list() ? body()["data"].as_list().size() : 0; }
};

}  // namespace

TEST_F(CrmLists, NeedTheirFieldsNamed) {
    load_accounts(3);
    send("GET", "Accounts");
    EXPECT_EQ(last.status, 400);
    EXPECT_EQ(code(), "REQUIRED_PARAM_MISSING");
    EXPECT_EQ(body().at_path("details.param_name").text(), "fields");
    send("GET", "Accounts?fields=Account_Name,Phone,Nothing&");
    ASSERT_EQ(rows(), 3u) << last.body;
    EXPECT_EQ(body().at_path("data.0").as_map().size(), 3u) << "two fields and the id";
    EXPECT_EQ(body().at_path("data.0.id").text(), id(2)) << "the newest first";
    std::string many = "Accounts?fields=A";
    for (int i = 0; i < 50; ++i) many += ",A";
    send("GET", many);
    EXPECT_EQ(code(), "LIMIT_EXCEEDED");
}

TEST_F(CrmLists, AreEmptyWithoutABody) {
    send("GET", "Accounts?fields=Phone");
    EXPECT_EQ(last.status, 204);
    EXPECT_TRUE(last.body.empty());
    send("GET", "Contacts/5725767000000100000");
    EXPECT_EQ(last.status, 204);
    send("GET", "Contacts/john");
    EXPECT_EQ(last.status, 400);
}

TEST_F(CrmLists, GoOnWithATokenBeyondTwoThousand) {
    load_accounts(2'450);
    send("GET", "Accounts?fields=Account_Name&page=11");
    EXPECT_EQ(code(), "DISCRETE_PAGINATION_LIMIT_EXCEEDED");
    std::vector<std::string> seen;
    std::string token;
    do {
        send("GET", "Accounts?fields=Account_Name&sort_order=asc" + (token.empty() ? "" : "&page_token=" + token));
        ASSERT_EQ(last.status, 200) << last.body;
        const List page = body()["data"].as_list();
        for (const Value& row : page) seen.push_back(row["id"].text());
        token = body().at_path("info.next_page_token").text();
    } while (body().at_path("info.more_records") == Value(true));
    EXPECT_EQ(seen.size(), 2'450u);
    EXPECT_EQ(seen.back(), id(2'449));
    EXPECT_EQ(body().at_path("info.page"), Value(13));
}

TEST_F(CrmLists, ATokenIsBoundToItsParametersAndADay) {
    load_accounts(5);
    const std::string token = send("GET", "Accounts?fields=Phone&per_page=2").at_path("info.next_page_token").text();
    send("GET", "Accounts?fields=Phone,Fax&per_page=2&page_token=" + token);
    EXPECT_EQ(code(), "TOKEN_BOUND_DATA_MISMATCH");
    send("GET", "Accounts?fields=Phone&per_page=2&page_token=nonsense");
    EXPECT_EQ(code(), "TOKEN_BOUND_DATA_MISMATCH");
    send("GET", "Accounts?fields=Phone&per_page=2&page_token=" + token);
    EXPECT_EQ(body().at_path("data.0.id").text(), id(2));
    now = now.plus_ms(24LL * 3600 * 1000);
    this->token = ask_for_token({{"grant_type", "refresh_token"}, {"refresh_token", "1000.crm"}})["access_token"].string_or("");
    send("GET", "Accounts?fields=Phone&per_page=2&page_token=" + token);
    EXPECT_EQ(code(), "EXPIRED_VALUE");
}

TEST_F(CrmLists, ShowOnlyWhatIsNewer) {
    load_accounts(10);
    const auto since = [&](int i) { return format_timestamp(now.plus_ms(1000LL * (i - 10))); };
    send_with("If-Modified-Since", since(6), "GET", "Accounts?fields=Account_Name&sort_by=Modified_Time&sort_order=asc");
    ASSERT_EQ(rows(), 3u) << last.body;
    EXPECT_EQ(body().at_path("data.0.id").text(), id(7));
    send_with("If-Modified-Since", since(6), "GET", "Accounts?fields=Account_Name&sort_by=Modified_Time&sort_order=desc&per_page=2");
    EXPECT_EQ(body().at_path("data.1.id").text(), id(8));
    EXPECT_EQ(body().at_path("info.more_records"), Value(true));
    send_with("If-Modified-Since", since(6), "GET", "Accounts?fields=Account_Name");
    EXPECT_EQ(rows(), 3u);
    send_with("If-Modified-Since", since(9), "GET", "Accounts?fields=Account_Name");
    EXPECT_EQ(last.status, 304);
    EXPECT_TRUE(last.body.empty());
    send_with("If-Modified-Since", since(9), "GET", "Accounts/" + id(9));
    EXPECT_EQ(last.status, 304);
}

TEST_F(CrmLists, ShowRecordsByTheirIds) {
    load_accounts(10);
    send("GET", "Accounts?fields=Account_Name&ids=" + id(3) + "," + id(7) + ",5725767000000999999");
    ASSERT_EQ(rows(), 2u) << last.body;
    EXPECT_EQ(body().at_path("data.1.Account_Name").text(), "Company 7");
    send("GET", "Accounts?fields=Account_Name&ids=5725767000000999999");
    EXPECT_EQ(last.status, 204);
}

TEST_F(CrmLists, WrongParametersAreRefused) {
    for (const char* wrong : {"per_page=201", "per_page=x", "page=0", "sort_by=Phone", "sort_order=up"}) {
        send("GET", std::string("Accounts?fields=Phone&") + wrong);
        EXPECT_EQ(last.status, 400) << wrong;
        EXPECT_EQ(code(), "INVALID_DATA") << wrong;
    }
}

class CrmSettings : public ::testing::Test, public TestClient {};

TEST_F(CrmSettings, TellTypesLengthsAndWhatIsUnique) {
    const List fields = send("GET", "settings/fields?module=Accounts")["fields"].as_list();
    const auto field = [&](std::string_view name) {
        for (const Value& one : fields)
            if (one["api_name"] == Value(name)) return one;
        return Value();
    };
    EXPECT_EQ(field("Account_Name")["system_mandatory"], Value(true));
    EXPECT_EQ(field("Account_Name")["length"], Value(200));
    EXPECT_EQ(field("Annual_Revenue")["json_type"].text(), "double");
    EXPECT_EQ(field("Salesforce_Id")["custom_field"], Value(true));
    EXPECT_EQ(field("Salesforce_Id")["length"], Value(18));
    EXPECT_EQ(field("Salesforce_Id")["unique"]["casesensitive"].text(), "false");
    EXPECT_TRUE(field("Phone")["unique"].as_map().empty());
    EXPECT_EQ(field("Modified_Time")["read_only"], Value(true));
    EXPECT_EQ(field("Parent_Account")["lookup"]["module"]["api_name"].text(), "Accounts");
    EXPECT_GT(field("Industry")["pick_list_values"].as_list().size(), 5u);
    for (const Value& one : fields) EXPECT_EQ(one["id"].text().size(), 19u) << one["api_name"].text();
    send("GET", "settings/fields");
    EXPECT_EQ(code(), "REQUIRED_PARAM_MISSING");
    send("GET", "settings/fields?module=Nothing");
    EXPECT_EQ(code(), "INVALID_MODULE");
}

TEST_F(CrmSettings, TakeCustomFieldsByTheControlApi) {
    ASSERT_TRUE(load("fields", R"({"module":"Accounts","api_name":"Credit_Limit","data_type":"currency"})"));
    ASSERT_TRUE(load("fields", R"({"module":"Accounts","api_name":"Tax_Id","length":9,"unique":true})"));
    const std::string id = make_account("A", R"(,"Credit_Limit":5,"Tax_Id":"123456789")");
    EXPECT_EQ(account(id)["Credit_Limit"], Value(5));
    make_account("B", R"(,"Tax_Id":"123456789")");
    EXPECT_EQ(code(), "DUPLICATE_DATA");
    make_account("B", R"(,"Tax_Id":"1234567890")");
    EXPECT_EQ(code(), "INVALID_DATA");
    EXPECT_FALSE(load("fields", R"({"module":"Accounts","api_name":"Tax_Id"})"));
    EXPECT_FALSE(load("fields", R"({"module":"Accounts","api_name":"with blank"})"));
    EXPECT_FALSE(load("fields", R"({"module":"Accounts","api_name":"X","data_type":"smell"})"));
    EXPECT_FALSE(load("fields", R"({"module":"Nothing","api_name":"X"})"));
}

TEST_F(CrmSettings, TellModulesTheUserAndTheOrganization) {
    EXPECT_EQ(send("GET", "settings/modules")["modules"].as_list().size(), 2u);
    EXPECT_EQ(send("GET", "settings/modules/Accounts").at_path("modules.0.singular_label").text(), "Account");
    EXPECT_EQ(send("GET", "users?type=CurrentUser").at_path("users.0.email").text(), "integration@sandbox.example");
    EXPECT_EQ(send("GET", "users?type=ActiveUsers")["users"].as_list().size(), 2u);
    EXPECT_EQ(send("GET", "org").at_path("org.0.zgid").text(), "20071234567");
}

class CrmScopes : public ::testing::Test, public TestClient {
protected:
    std::string token_for(const char* refresh_token) {
        return ask_for_token({{"grant_type", "refresh_token"}, {"refresh_token", refresh_token}})["access_token"].string_or("");
    }
};

TEST_F(CrmScopes, BooksDoesNotOpenCrmAndTheOtherWayRound) {
    token = token_for("1000.books");
    send("GET", "Accounts?fields=Phone");
    EXPECT_EQ(last.status, 401);
    EXPECT_EQ(code(), "OAUTH_SCOPE_MISMATCH");
    net::Request contacts{.method = "GET", .url = "/books/v3/contacts?organization_id=20071234567"};
    contacts.headers.set("Authorization", "Zoho-oauthtoken " + token);
    EXPECT_EQ(books->handle(contacts).status, 200) << "one accounts server for both";
    contacts.headers.set("Authorization", "Zoho-oauthtoken " + token_for("1000.crm"));
    EXPECT_EQ(books->handle(contacts).status, 401);
}

TEST_F(CrmScopes, DecideWhatIsAllowed) {
    ASSERT_TRUE(
        load("settings", R"({"scopes":"ZohoCRM.modules.accounts.READ,ZohoCRM.modules.contacts.ALL,ZohoCRM.settings.fields.READ"})"));
    token = token_for("1000.crm");
    struct Row {
        const char *method, *target, *body;
        int status;
    };
    const Row rows[] = {{"GET", "Accounts?fields=Phone", "", 204},
                        {"POST", "Accounts", R"({"data":[{"Account_Name":"A"}]})", 401},
                        {"DELETE", "Accounts?ids=1", "", 401},
                        {"POST", "Contacts", R"({"data":[{"Last_Name":"A"}]})", 201},
                        {"POST", "Contacts/upsert", R"({"data":[{"Last_Name":"A"}]})", 200},
                        {"GET", "settings/fields?module=Accounts", "", 200},
                        {"GET", "settings/modules", "", 401},
                        {"GET", "users?type=CurrentUser", "", 401},
                        {"GET", "org", "", 401}};
    for (const Row& row : rows) {
        send(row.method, row.target, row.body);
        EXPECT_EQ(last.status, row.status) << row.method << ' ' << row.target << ' ' << last.body;
    }
}

TEST_F(CrmScopes, AnUnknownTokenIsRefused) {
    token = "1000.nothing";
    send("GET", "org");
    EXPECT_EQ(last.status, 401);
    EXPECT_EQ(code(), "INVALID_TOKEN");
    net::Request bare{.method = "GET", .url = "/crm/v8/org"};
    EXPECT_EQ(send(bare)["code"].text(), "AUTHENTICATION_FAILURE");
}

TEST_F(CrmScopes, TokensAreAskedForWithFormDataToo) {
    net::Request request{.method = "POST", .url = "/oauth/v2/token"};
    request.headers.set("Content-Type", "multipart/form-data; boundary=--------------------------123");
    for (const auto& [name, value] : std::initializer_list<std::pair<const char*, const char*>>{
             {"client_id", "1000.CLIENT"}, {"client_secret", "secret"}, {"grant_type", "refresh_token"}, {"refresh_token", "1000.crm"}})
        request.body += std::string("----------------------------123\r\nContent-Disposition: form-data; name=\"") + name + "\"\r\n\r\n" +
                        value + "\r\n";
    request.body += "----------------------------123--\r\n";
    EXPECT_FALSE(send(request)["access_token"].is_null()) << last.body;
    request.body.resize(40);
    EXPECT_EQ(send(request)["error"].text(), "invalid_client");
}

TEST_F(CrmScopes, EachRefreshTokenHasItsOwnLimit) {
    for (int i = 0; i < 9; ++i) EXPECT_NE(token_for("1000.crm"), "") << i;
    EXPECT_EQ(token_for("1000.crm"), "");
    EXPECT_EQ(last.status, 400);
    EXPECT_NE(token_for("1000.books"), "");
}

TEST_F(CrmScopes, AGrantCodeEndsWithItsTime) {
    ASSERT_TRUE(load("grant_codes", R"({"code":"1000.a","scopes":"ZohoCRM.org.READ","valid_s":180})"));
    ASSERT_TRUE(load("grant_codes", R"({"code":"1000.b","scopes":"ZohoCRM.org.READ","valid_s":180})"));
    token = ask_for_token({{"grant_type", "authorization_code"}, {"code", "1000.a"}})["access_token"].string_or("");
    send("GET", "org");
    EXPECT_EQ(last.status, 200);
    now = now.plus_ms(180'000);
    EXPECT_EQ(ask_for_token({{"grant_type", "authorization_code"}, {"code", "1000.b"}})["error"].text(), "invalid_code");
    EXPECT_EQ(last.status, 200);
}

}  // namespace lockstep::sandbox::zoho_crm
