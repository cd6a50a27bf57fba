#include "connectors/zoho_crm/crm_test.h"
#include "connectors/zoho_crm/field_values.h"

namespace lockstep::connectors::zoho_crm {
namespace {

const net::Response nothing{.status = 204, .headers = {}, .body = ""};

}  // namespace

TEST(CrmGet, GivesTheRecordAndFindNullWhereThereIsNone) {
    TestCrm crm;
    crm.http().on("GET", "/crm/v8/Accounts/5", testing::json_answer(200, data({R"({"id":"5","Account_Name":"Acme"})"})));
    EXPECT_EQ((*crm.perform("zoho_crm.get", {{"entity", "Accounts"}, {"id", "5"}}))["Account_Name"], Value("Acme"));
    crm.http().on("GET", "/Accounts/6", nothing);
    EXPECT_EQ(crm.perform("zoho_crm.get", {{"entity", "Accounts"}, {"id", "6"}}).error().code, ErrorCode::not_found);
    crm.http().on("GET", "/Accounts/6", testing::json_answer(400, refused("INVALID_DATA", "{}", "the id given seems to be invalid")));
    EXPECT_EQ(*crm.perform("zoho_crm.find", {{"entity", "Accounts"}, {"id", "6"}}), Value());
}

TEST(CrmUpsert, GoesByTheUniqueFieldAlone) {
    TestCrm crm;
    crm.http().on(
        "POST", "/Accounts/upsert",
        testing::json_answer(
            200, data({R"({"code":"SUCCESS","status":"success","action":"insert","duplicate_field":null,"details":{"id":"5"}})"})));
    auto made = crm.perform("zoho_crm.upsert",
                            {{"entity", "Accounts"}, {"unique", Map{{"SF_Id", "001A"}}}, {"fields", Map{{"Account_Name", "Acme"}}}});
    ASSERT_TRUE(made) << made.error().to_text();
    EXPECT_EQ(*made, Value(Map{{"id", "5"}, {"created", true}}));
    EXPECT_EQ(crm.http().last_json()["duplicate_check_fields"], Value(List{"SF_Id"}));
    EXPECT_EQ(crm.http().last_json()["trigger"], Value(List{}));
}

TEST(CrmUpdate, ASingleRefusalIsTheActionsError) {
    TestCrm crm;
    crm.http().on("PUT", "/Accounts",
                  testing::json_answer(202, data({refused("INVALID_DATA", R"({"api_name":"Employees","expected_data_type":"integer"})")})));
    auto made = crm.perform("zoho_crm.update", {{"entity", "Accounts"}, {"id", "5"}, {"fields", Map{{"Employees", "many"}}}});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().field, "Employees");
}

TEST(CrmEnsure, SaysWhetherItIsNew) {
    TestCrm crm;
    crm.http().on("POST", "/coql", nothing);
    crm.http().on("POST", "/Accounts", testing::json_answer(201, data({updated("5")})));
    EXPECT_EQ(*crm.perform("zoho_crm.ensure",
                           {{"entity", "Accounts"}, {"unique", Map{{"SF_Id", "001A"}}}, {"create", Map{{"Account_Name", "Acme"}}}}),
              Value(Map{{"id", "5"}, {"created", true}}));
}

TEST(CrmQuery, GivesRows) {
    TestCrm crm;
    crm.http().on("POST", "/coql", testing::json_answer(200, data({R"({"id":"5"})"})));
    EXPECT_EQ(crm.perform("zoho_crm.query", {{"query", "select id from Accounts where id is not null limit 0, 1"}})->as_list().size(), 1u);
}

TEST(CrmToken, ARefusedOneIsRenewedOnce) {
    TestCrm crm;
    crm.http().on("GET", "/Accounts/5", testing::json_answer(401, refused("INVALID_TOKEN", "{}", "invalid oauth token")));
    crm.http().on("POST", "/oauth/v2/token", testing::json_answer(200, R"({"access_token":"1000.u","expires_in":3600})"));
    crm.http().on("GET", "/Accounts/5", testing::json_answer(200, data({R"({"id":"5"})"})));
    ASSERT_TRUE(crm.perform("zoho_crm.get", {{"entity", "Accounts"}, {"id", "5"}}));
    EXPECT_EQ(crm.http().last().headers.get("Authorization"), "Zoho-oauthtoken 1000.u");
}

TEST(CrmToken, OneThatIsKeptIsUsedWhereTheSettingSaysStored) {
    testing::Call call;
    testing::MemoryVault vault;
    vault.save("zoho_crm/refresh_token", R"({"refresh_token":"1000.kept","data_centre":"eu"})");
    const Map settings{{"client_id", "c"}, {"client_secret", "s"}, {"refresh_token", "stored"}, {"data_centre", "com"}};
    auto made = descriptor().make(
        {.name = "zoho_crm", .settings = connector::Settings(settings), .limits = {}, .runtime = call.runtime, .vault = &vault});
    ASSERT_TRUE(made) << made.error().message;
    call.http.on("POST", "https://accounts.zoho.eu/oauth/v2/token", testing::json_answer(200, R"({"access_token":"1000.t"})"));
    call.http.on("GET", "https://www.zohoapis.eu/crm/v8/Accounts/5", nothing);
    ASSERT_TRUE((*made)->perform("zoho_crm.find", Map{{"entity", "Accounts"}, {"id", "5"}}, call.context));
    EXPECT_NE(call.http.sent()[0].request.body.find("refresh_token=1000.kept"), std::string::npos);
}

TEST(CrmToken, StoredWithoutOneSaysWhatToDo) {
    TestCrm crm({{"refresh_token", "stored"}});
    auto made = crm.perform("zoho_crm.find", {{"entity", "Accounts"}, {"id", "5"}});
    EXPECT_EQ(made.error().code, ErrorCode::credentials_refused);
    EXPECT_NE(made.error().message.find("lockstep auth zoho"), std::string::npos);
    EXPECT_TRUE(crm.http().sent().empty());
}

TEST(CrmCredits, AreKnownAsFarAsZohoTells) {
    auto answer = [](std::string_view left) {
        net::Response response = testing::json_answer(200, data({R"({"id":"5"})"}));
        response.headers.set("X-API-CREDITS-REMAINING", std::string(left));
        return response;
    };
    TestCrm guessing, knowing({{"credits_per_day", "50000"}});
    for (TestCrm* crm : {&guessing, &knowing}) {
        crm->http().on("GET", "/Accounts/5", testing::json_answer(200, data({R"({"id":"5"})"})));
        crm->http().on("GET", "/Accounts/5", answer("20000"));
        crm->http().on("GET", "/Accounts/5", answer("19000"));
        crm->http().on("GET", "/Accounts/5", answer("many"));
        EXPECT_TRUE(crm->perform("zoho_crm.get", {{"entity", "Accounts"}, {"id", "5"}}));
        EXPECT_EQ(crm->connection->budget(), std::nullopt);
        for (int i = 0; i < 3; ++i) EXPECT_TRUE(crm->perform("zoho_crm.get", {{"entity", "Accounts"}, {"id", "5"}}));
    }
    EXPECT_EQ(guessing.connection->budget(), (connector::CallBudget{.used = 21'000, .allowed = 40'000}));
    EXPECT_EQ(knowing.connection->budget(), (connector::CallBudget{.used = 31'000, .allowed = 50'000}));
}

TEST(CrmSettings, NameWhatIsMissing) {
    testing::Call call;
    auto made = descriptor().make(
        {.name = "zoho_crm", .settings = connector::Settings(Map{}), .limits = {}, .runtime = call.runtime, .vault = nullptr});
    EXPECT_EQ(made.error().code, ErrorCode::config_invalid);
    EXPECT_NE(made.error().message.find("ZOHO_CRM_REFRESH_TOKEN"), std::string::npos);
}

TEST(CrmFieldValues, HaveOneFormForAllVendors) {
    EXPECT_EQ(field_value("2026-02-18T10:00:00+05:30"), Value("2026-02-18T04:30:00Z"));
    EXPECT_EQ(field_value("2026-02-18"), Value("2026-02-18"));
    EXPECT_EQ(field_value(""), Value());
    EXPECT_EQ(field_value(*json::parse("1234567890.10")), Value(*Decimal::parse("1234567890.10")));
    EXPECT_EQ(field_value(Map{{"id", "7"}, {"name", "x"}}), Value("7"));
    EXPECT_EQ(field_value(List{}), Value());
    EXPECT_EQ(written_value("2026-02-18T04:30:00.123Z"), Value("2026-02-18T04:30:00+00:00"));
    EXPECT_EQ(written_value("10:00Z"), Value("10:00Z"));
    EXPECT_EQ(written_value(""), Value());
    EXPECT_FALSE(checked_name("Accounts' or", "entity"));
}

}  // namespace lockstep::connectors::zoho_crm
