#include "sandbox/zoho_crm/zoho_crm_test_client.h"

namespace lockstep::sandbox::zoho_crm {

namespace {

class CrmRecords : public ::testing::Test, public TestClient {};

}  // namespace

TEST_F(CrmRecords, AreInsertedAndReadBackWithTheirTimesInWholeSecondsAndWithOffset) {
    now = now.plus_ms(345);
    const std::string id = make_account("Acme", R"(,"Phone":"+49 30 1234","Employees":12,"Annual_Revenue":1250000.5)");
    EXPECT_EQ(last.status, 201) << last.body;
    EXPECT_EQ(id.size(), 19u);
    EXPECT_EQ(body().at_path("data.0.details.Modified_Time").text(), "2026-02-18T11:00:00+01:00");
    EXPECT_EQ(body().at_path("data.0.message").text(), "record added");
    const Value read = account(id);
    EXPECT_EQ(read["Account_Name"].text(), "Acme");
    EXPECT_EQ(read["Annual_Revenue"].text(), "1250000.5");
    EXPECT_EQ(read["Employees"], Value(12));
    EXPECT_TRUE(read["Billing_City"].is_null());
    EXPECT_EQ(read["Owner"]["name"].text(), "Lockstep Integration");
    EXPECT_EQ(read["Modified_Time"].text(), "2026-02-18T11:00:00+01:00");
}

TEST_F(CrmRecords, AnswerEachOfManyInTheirOrder) {
    send("POST", "Accounts", R"({"data":[{"Account_Name":"A"},{"Phone":"1"},{"Account_Name":"B"}]})");
    EXPECT_EQ(last.status, 207) << last.body;
    EXPECT_EQ(body().at_path("data.0.code").text(), "SUCCESS");
    EXPECT_EQ(body().at_path("data.1.code").text(), "MANDATORY_NOT_FOUND");
    EXPECT_EQ(body().at_path("data.1.details.api_name").text(), "Account_Name");
    EXPECT_EQ(body().at_path("data.1.details.json_path").text(), "$.data[1].Account_Name");
    EXPECT_EQ(body().at_path("data.2.code").text(), "SUCCESS");
    send("POST", "Accounts", R"({"data":[{"Phone":"1"}]})");
    EXPECT_EQ(last.status, 400);
}

TEST_F(CrmRecords, RefuseWrongTypesLengthsAndValuesWithTheirPlace) {
    struct Row {
        const char *members, *field, *detail, *expected;
    };
    const Row rows[] = {
        {R"("Website":5)", "Website", "expected_data_type", "text"},
        {R"("Employees":"12")", "Employees", "expected_data_type", "integer"},
        {R"("Employees":1234567890)", "Employees", "maximum_length", "9"},
        {R"("Annual_Revenue":"much")", "Annual_Revenue", "expected_data_type", "double"},
        {R"("Phone":"0123456789012345678901234567890")", "Phone", "maximum_length", "30"},
        {R"("Phone":"call/me")", "Phone", "api_name", "Phone"},
        {R"("Website":"two words")", "Website", "api_name", "Website"},
        {R"("Salesforce_Id":"0012345678901234567")", "Salesforce_Id", "maximum_length", "18"},
        {R"("Industry":"Witchcraft")", "Industry", "api_name", "Industry"},
        {R"("Parent_Account":{"id":"4150868000000376008"})", "Parent_Account", "json_path", "$.data[0].Parent_Account.id"},
        {R"("Parent_Account":true)", "Parent_Account", "expected_data_type", "jsonobject"},
        {R"("Owner":{"id":"1"})", "Owner", "api_name", "Owner"},
        {R"("Account_Number":"12a")", "Account_Number", "expected_data_type", "bigint"},
    };
    for (const Row& row : rows) {
        send("POST", "Accounts", std::string(R"({"data":[{"Account_Name":"A",)") + row.members + "}]}");
        EXPECT_EQ(last.status, 400) << row.members;
        EXPECT_EQ(code(), "INVALID_DATA") << row.members << last.body;
        const Value details = body().at_path("data.0.details");
        EXPECT_EQ(details["api_name"].text(), row.field) << last.body;
        EXPECT_EQ(details[row.detail].text(), row.expected) << last.body;
    }
    EXPECT_TRUE(state("Accounts").empty());
}

TEST_F(CrmRecords, NameThePossibleValuesOfAPicklistUnlessNewOnesAreTaken) {
    send("POST", "Accounts", R"({"data":[{"Account_Name":"A","Rating":"Splendid"}]})");
    EXPECT_EQ(body().at_path("data.0.details.supported_values.0").text(), "Acquired");
    ASSERT_TRUE(load("settings", R"({"accept_new_picklist_values":true})"));
    send("POST", "Accounts", R"({"data":[{"Account_Name":"A","Rating":"Splendid"}]})");
    EXPECT_EQ(last.status, 201);
}

TEST_F(CrmRecords, TellSeveralProblemsOfOneRecordTogether) {
    send("POST", "Accounts", R"({"data":[{"Employees":"x","Website":7}]})");
    EXPECT_EQ(code(), "MULTIPLE_OR_MULTI_ERRORS");
    const List errors = body().at_path("data.0.details.errors").as_list();
    ASSERT_EQ(errors.size(), 3u);
    EXPECT_EQ(errors[2]["code"].text(), "MANDATORY_NOT_FOUND");
}

TEST_F(CrmRecords, OnlyApiNamesCountAndOtherNamesAreIgnored) {
    const std::string id = make_account("A", R"(,"Billing Zip":"1","Nonsense":2,"Created_Time":"2001-01-01T00:00:00Z")");
    EXPECT_EQ(last.status, 201);
    EXPECT_TRUE(account(id)["Billing_Code"].is_null());
    EXPECT_EQ(account(id)["Created_Time"].text(), "2026-02-18T11:00:00+01:00");
    ASSERT_TRUE(load("settings", R"({"refuse_unknown_fields":true})"));
    EXPECT_EQ(make_account("B", R"(,"Nonsense":2)"), "");
    EXPECT_EQ(body().at_path("data.0.details.json_path").text(), "$.data[0].Nonsense");
}

TEST_F(CrmRecords, HaveAValueOfAUniqueFieldOnce) {
    const std::string first = make_account("A", R"(,"Salesforce_Id":"001000000000001AAA")");
    make_account("B", R"(,"Salesforce_Id":"001000000000001aaa")");
    EXPECT_EQ(code(), "DUPLICATE_DATA");
    EXPECT_EQ(body().at_path("data.0.details.duplicate_record.id").text(), first);
    EXPECT_EQ(body().at_path("data.0.details.id").text(), first);
    EXPECT_EQ(body().at_path("data.0.details.more_records"), Value(false));
    const std::string second = make_account("B");
    send("PUT", "Accounts/" + second, R"({"data":[{"Salesforce_Id":"001000000000001AAA"}]})");
    EXPECT_EQ(code(), "DUPLICATE_DATA");
    send("PUT", "Accounts/" + first, R"({"data":[{"Salesforce_Id":"001000000000001AAA"}]})");
    EXPECT_EQ(last.status, 200) << "its own";
    send("DELETE", "Accounts/" + first);
    send("PUT", "Accounts/" + second, R"({"data":[{"Salesforce_Id":"001000000000001AAA"}]})");
    EXPECT_EQ(last.status, 200) << last.body;
}

TEST_F(CrmRecords, AreUpdatedSinglyAndTogether) {
    const std::string a = make_account("A"), b = make_account("B");
    now = now.plus_ms(5000);
    send("PUT", "Accounts/" + a, R"({"data":[{"Phone":"1","Website":"www.a.example"}]})");
    EXPECT_EQ(last.status, 200) << last.body;
    EXPECT_EQ(body().at_path("data.0.message").text(), "record updated");
    EXPECT_EQ(body().at_path("data.0.details.Modified_Time").text(), "2026-02-18T11:00:05+01:00");
    EXPECT_EQ(body().at_path("data.0.details.Created_Time").text(), "2026-02-18T11:00:00+01:00");
    send("PUT", "Accounts", R"({"data":[{"id":")" + a + R"(","Phone":null},{"Phone":"2"},{"id":")" + b + R"(","Phone":"2"},{"id":"12"}]})");
    EXPECT_EQ(last.status, 207);
    EXPECT_EQ(body().at_path("data.1.code").text(), "MANDATORY_NOT_FOUND");
    EXPECT_EQ(body().at_path("data.3.code").text(), "INVALID_DATA");
    EXPECT_TRUE(account(a)["Phone"].is_null());
    EXPECT_EQ(account(a)["Website"].text(), "www.a.example");
    EXPECT_EQ(account(b)["Phone"].text(), "2");
    send("PUT", "Accounts/" + a, R"({"data":[{"Account_Name":""}]})");
    EXPECT_EQ(code(), "MANDATORY_NOT_FOUND");
    send("PUT", "Accounts/abc", R"({"data":[{"Phone":"1"}]})");
    EXPECT_EQ(last.status, 400);
}

TEST_F(CrmRecords, AGuardRefusesWhatChangedMeanwhile) {
    const std::string a = make_account("A"), b = make_account("B");
    now = now.plus_ms(2000);
    send("PUT", "Accounts/" + a, R"({"data":[{"Phone":"1"}]})");
    const char* seen = "2026-02-18T10:00:00+00:00";
    send_with("If-Unmodified-Since", seen, "PUT", "Accounts/" + a, R"({"data":[{"Phone":"2"}]})");
    EXPECT_EQ(last.status, 412) << last.body;
    EXPECT_EQ(body().at_path("data.0.code").text(), "ALREADY_MODIFIED");
    EXPECT_EQ(body().at_path("data.0.details.Modified_Time").text(), "2026-02-18T11:00:02+01:00");
    EXPECT_EQ(account(a)["Phone"].text(), "1");
    send_with("If-Unmodified-Since", seen, "PUT", "Accounts",
              R"({"data":[{"id":")" + a + R"(","Phone":"2"},{"id":")" + b + R"(","Phone":"2"}]})");
    EXPECT_EQ(last.status, 207) << "each record is judged by itself";
    EXPECT_EQ(body().at_path("data.1.code").text(), "SUCCESS");
    send_with("If-Unmodified-Since", "2026-02-18T11:00:02+01:00", "PUT", "Accounts/" + a, R"({"data":[{"Phone":"3"}]})");
    EXPECT_EQ(last.status, 200);
    send_with("If-Unmodified-Since", "yesterday", "PUT", "Accounts/" + a, R"({"data":[{"Phone":"4"}]})");
    EXPECT_EQ(last.status, 400);
}

TEST_F(CrmRecords, TheGuardDoesNotSeeASecondChangeWithinTheSameSecond) {
    const std::string id = make_account("A");
    now = now.plus_ms(400);
    send("PUT", "Accounts/" + id, R"({"data":[{"Phone":"1"}]})");
    now = now.plus_ms(400);
    send_with("If-Unmodified-Since", "2026-02-18T10:00:00+00:00", "PUT", "Accounts/" + id, R"({"data":[{"Phone":"2"}]})");
    EXPECT_EQ(last.status, 200);
}

TEST_F(CrmRecords, AnUpsertFindsByTheFieldsThatAreNamed) {
    const char* both = R"({"data":[{"Account_Name":"Acme","Salesforce_Id":"001A"},{"Account_Name":"Acme","Salesforce_Id":"001B"}],)"
                       R"("duplicate_check_fields":["Salesforce_Id"]})";
    send("POST", "Accounts/upsert", both);
    EXPECT_EQ(last.status, 200) << last.body;
    EXPECT_EQ(body().at_path("data.0.action").text(), "insert");
    EXPECT_TRUE(body().at_path("data.0.duplicate_field").is_null());
    const std::string id = body().at_path("data.1.details.id").text();
    send("POST", "Accounts/upsert", both);
    EXPECT_EQ(body().at_path("data.1.action").text(), "update");
    EXPECT_EQ(body().at_path("data.1.duplicate_field").text(), "Salesforce_Id");
    EXPECT_EQ(body().at_path("data.1.details.id").text(), id);
    EXPECT_EQ(state("Accounts").size(), 2u);
    send("POST", "Accounts/upsert", R"({"data":[{"Salesforce_Id":"001B","Phone":"7"}],"duplicate_check_fields":["Salesforce_Id"]})");
    EXPECT_EQ(last.status, 200) << "an update needs no name";
    send("POST", "Accounts/upsert", R"({"data":[{"Salesforce_Id":"001C"}],"duplicate_check_fields":["Salesforce_Id"]})");
    EXPECT_EQ(code(), "MANDATORY_NOT_FOUND");
    send("POST", "Accounts/upsert", R"({"data":[{"Account_Name":"D"}],"duplicate_check_fields":["Nothing"]})");
    EXPECT_EQ(last.status, 400);
}

TEST_F(CrmRecords, AnUpsertThatNamesNoFieldsMergesAccountsOfOneName) {
    make_account("Acme", R"(,"Salesforce_Id":"001A")");
    send("POST", "Accounts/upsert", R"({"data":[{"Account_Name":"acme","Salesforce_Id":"001B"}]})");
    EXPECT_EQ(body().at_path("data.0.duplicate_field").text(), "Account_Name");
    ASSERT_EQ(state("Accounts").size(), 1u);
    EXPECT_EQ(state("Accounts")[0]["Salesforce_Id"].text(), "001B");
}

TEST_F(CrmRecords, AtMostAHundredAreWrittenInOneCall) {
    std::string many;
    for (int i = 0; i < 101; ++i) many += (i == 0 ? "" : ",") + std::string(R"({"Account_Name":"A"})");
    send("POST", "Accounts", "{\"data\":[" + many + "]}");
    EXPECT_EQ(last.status, 400);
    EXPECT_EQ(code(), "LIMIT_EXCEEDED");
    EXPECT_TRUE(state("Accounts").empty());
}

TEST_F(CrmRecords, BadBodiesAreRefused) {
    for (const char* text :
         {"{", "[]", "5", R"({"data":5})", R"({"data":[]})", R"({"data":[5]})", "{}",
          R"({"data":[{"Account_Name":"A"}],"trigger":"workflow"})", R"({"data":[{"Account_Name":"A"}],"trigger":["sleep"]})"}) {
        send("POST", "Accounts", text);
        EXPECT_EQ(last.status, 400) << text;
        EXPECT_EQ(body()["status"].text(), "error") << text;
    }
    send("POST", "Nothing", R"({"data":[{"Account_Name":"A"}]})");
    EXPECT_EQ(code(), "INVALID_MODULE");
    send("PATCH", "Accounts", R"({"data":[{"Account_Name":"A"}]})");
    EXPECT_EQ(code(), "INVALID_REQUEST_METHOD");
    send("GET", "Accounts/1/2/3/4");
    EXPECT_EQ(last.status, 404);
    EXPECT_EQ(code(), "INVALID_URL_PATTERN");
}

TEST_F(CrmRecords, AreDeletedIntoTheRecycleBin) {
    const std::string a = make_account("A"), b = make_account("B");
    now = now.plus_ms(60'000);
    send("DELETE", "Accounts?ids=" + a + ",99," + b);
    EXPECT_EQ(last.status, 207) << last.body;
    EXPECT_EQ(body().at_path("data.1.message").text(), "record not deleted");
    send("GET", "Accounts/" + a);
    EXPECT_EQ(last.status, 204);
    send("GET", "Accounts/deleted?type=all");
    EXPECT_EQ(body()["data"].as_list().size(), 2u);
    EXPECT_EQ(body().at_path("data.0.type").text(), "recycle");
    EXPECT_EQ(body().at_path("data.0.deleted_time").text(), "2026-02-18T11:01:00+01:00");
    EXPECT_EQ(body().at_path("info.more_records"), Value(false));
    ASSERT_TRUE(load("actions", R"({"action":"purge","id":")" + a + "\"}"));
    EXPECT_EQ(send("GET", "Accounts/deleted?type=permanent").at_path("data.0.id").text(), a);
    EXPECT_TRUE(body().at_path("data.0.display_name").is_null());
    send_with("If-Modified-Since", "2026-02-18T11:01:00+01:00", "GET", "Accounts/deleted?type=all");
    EXPECT_EQ(last.status, 304);
    send("GET", "Accounts/deleted?type=lost");
    EXPECT_EQ(last.status, 400);
    send("DELETE", "Accounts");
    EXPECT_EQ(code(), "REQUIRED_PARAM_MISSING");
}

TEST_F(CrmRecords, APersonRestoresAndMerges) {
    const std::string a = make_account("A", R"(,"Salesforce_Id":"001A")"), b = make_account("B", R"(,"Phone":"9")");
    send("DELETE", "Accounts/" + a);
    ASSERT_TRUE(load("actions", R"({"action":"restore","id":")" + a + "\"}"));
    EXPECT_EQ(account(a)["Salesforce_Id"].text(), "001A");
    EXPECT_EQ(account(a)["Modified_By"]["name"].text(), "Sales Person");
    send("POST", "Contacts", R"({"data":[{"Last_Name":"Child","Account_Name":{"id":")" + b + "\"}}]}");
    EXPECT_EQ(last.status, 201) << last.body;
    ASSERT_TRUE(load("actions", R"({"action":"merge","id":")" + b + R"(","into":")" + a + "\"}"));
    EXPECT_EQ(account(a)["Phone"].text(), "9");
    EXPECT_EQ(account(a)["Account_Name"].text(), "A");
    EXPECT_EQ(send("GET", "Accounts/deleted?type=recycle").at_path("data.0.id").text(), b);
    EXPECT_EQ(state("Contacts")[0]["Account_Name"]["id"].text(), a);
    EXPECT_FALSE(load("actions", R"({"action":"restore","id":"1"})"));
    EXPECT_FALSE(load("actions", R"({"action":"juggle","id":"1"})"));
}

}  // namespace lockstep::sandbox::zoho_crm
