#include "connectors/zoho_crm/crm_test.h"

namespace lockstep::connectors::zoho_crm {
namespace {

std::string row(int id, std::string_view clock) {
    return R"({"id":")" + std::to_string(id) + R"(","Modified_Time":"2026-02-18T)" + std::string(clock) + R"(+00:00"})";
}
net::Response rows(const std::vector<std::string>& all, bool more = false) {
    std::string body = data(all);
    body.pop_back();
    return testing::json_answer(200, body + R"(,"info":{"more_records":)" + (more ? "true" : "false") + "}}");
}
const net::Response nothing{.status = 204, .headers = {}, .body = ""};

std::string query_of(const net::Request& request) { return (*json::parse(request.body))["select_query"].text(); }

Map changes_input(std::string after = "", int limit = 200) {
    Map input{{"entity", "Accounts"}, {"since", "2026-02-18T10:00:00Z"}, {"limit", limit}};
    if (!after.empty()) input.set("after", after);
    return input;
}

}  // namespace

TEST(CrmRecordChanges, ComeOldestFirstWithThoseOfTheSecondItself) {
    TestCrm crm;
    crm.http().on("POST", "/coql", rows({row(7, "10:00:00")}));
    crm.http().on("POST", "/coql", rows({row(9, "10:00:03"), row(10, "10:00:01"), row(8, "10:00:03")}));
    auto changes = crm.perform("zoho_crm.record_changes", changes_input("5"));
    ASSERT_TRUE(changes) << changes.error().to_text();
    EXPECT_EQ(*changes, Value(List{Map{{"id", "7"}, {"at", "2026-02-18T10:00:00Z"}}, Map{{"id", "10"}, {"at", "2026-02-18T10:00:01Z"}},
                                   Map{{"id", "8"}, {"at", "2026-02-18T10:00:03Z"}}, Map{{"id", "9"}, {"at", "2026-02-18T10:00:03Z"}}}));
    EXPECT_EQ(query_of(crm.http().sent()[1].request),
              "select id, Modified_Time from Accounts where (Modified_Time = '2026-02-18T10:00:00+00:00' and "
              "id > 5) order by id asc limit 0, 200");
    EXPECT_EQ(
        query_of(crm.http().sent()[2].request),
        "select id, Modified_Time from Accounts where Modified_Time > '2026-02-18T10:00:00+00:00' order by Modified_Time asc limit 0, 200");
}

TEST(CrmRecordChanges, ManyOfOneSecondAreAllFound) {
    TestCrm crm;
    std::vector<std::string> full;
    for (int i = 0; i < 199; ++i) full.push_back(row(1000 + i, "10:00:01"));
    full.push_back(row(3000, "10:00:02"));
    std::vector<std::string> second;
    for (int i = 0; i < 200; ++i) second.push_back(row(2900 + i, "10:00:02"));
    crm.http().on("POST", "/coql", nothing);
    crm.http().on("POST", "/coql", rows(full, true));
    crm.http().on("POST", "/coql", rows(second, true));
    crm.http().on("POST", "/coql", rows({row(3100, "10:00:02")}));
    crm.http().on("POST", "/coql", nothing);
    auto changes = crm.perform("zoho_crm.record_changes", changes_input("", 1000));
    ASSERT_TRUE(changes) << changes.error().to_text();
    EXPECT_EQ(changes->as_list().size(), 199u + 201u);
    EXPECT_NE(query_of(crm.http().sent()[4].request).find("id > 3099"), std::string::npos);
    EXPECT_TRUE(crm.http().finished());
}

TEST(CrmRecordChanges, AreNoMoreThanAskedFor) {
    TestCrm crm;
    crm.http().on("POST", "/coql", rows({row(1, "10:00:00"), row(2, "10:00:00"), row(3, "10:00:00")}));
    auto changes = crm.perform("zoho_crm.record_changes", changes_input("", 2));
    ASSERT_TRUE(changes);
    EXPECT_EQ(changes->as_list().size(), 2u);
}

TEST(CrmRecordChanges, RefuseATimeThatIsNone) {
    TestCrm crm;
    EXPECT_EQ(crm.perform("zoho_crm.record_changes", {{"entity", "Accounts"}, {"since", "yesterday"}}).error().code,
              ErrorCode::value_invalid);
    EXPECT_EQ(crm.perform("zoho_crm.record_changes", {{"entity", "Accounts where 1"}, {"since", "2026-02-18T10:00:00Z"}}).error().code,
              ErrorCode::value_invalid)
        << "a name stands in a query";
}

TEST(CrmRecordDeletions, AreOfAllPagesAndSinceThen) {
    TestCrm crm;
    crm.http().on("GET", "/Accounts/deleted?type=all&page=1",
                  testing::json_answer(200, R"({"data":[{"id":"2","deleted_time":"2026-02-18T10:00:05+00:00"},)"
                                            R"({"id":"1","deleted_time":"2026-02-18T10:00:05+00:00"}],"info":{"more_records":true}})"));
    crm.http().on(
        "GET", "/Accounts/deleted?type=all&page=2",
        testing::json_answer(
            200,
            R"({"data":[{"id":"3","deleted_time":"2026-02-18T09:59:59+00:00"},{"id":"4","deleted_time":"2026-02-18T10:00:00+00:00"}]})"));
    auto deletions = crm.perform("zoho_crm.record_deletions", {{"entity", "Accounts"}, {"since", "2026-02-18T10:00:00Z"}});
    ASSERT_TRUE(deletions) << deletions.error().to_text();
    EXPECT_EQ(*deletions, Value(List{Map{{"id", "4"}, {"at", "2026-02-18T10:00:00Z"}}, Map{{"id", "1"}, {"at", "2026-02-18T10:00:05Z"}},
                                     Map{{"id", "2"}, {"at", "2026-02-18T10:00:05Z"}}}));
    EXPECT_EQ(crm.http().last().headers.get("If-Modified-Since"), "2026-02-18T09:59:59+00:00");
}

TEST(CrmRecordDeletions, AreNoneWhereNothingIsNewer) {
    TestCrm crm;
    crm.http().on("GET", "/Accounts/deleted", {.status = 304, .headers = {}, .body = ""});
    auto deletions = crm.perform("zoho_crm.record_deletions", {{"entity", "Accounts"}, {"since", "2026-02-18T10:00:00Z"}});
    ASSERT_TRUE(deletions) << deletions.error().to_text();
    EXPECT_EQ(*deletions, Value(List{}));
}

TEST(CrmRecordList, GoesFromIdToId) {
    TestCrm crm;
    crm.http().on("POST", "/coql",
                  rows({R"({"id":"6","Account_Name":"A","Modified_Time":"2026-02-18T10:00:00Z"})", row(7, "10:00:00")}, true));
    auto page = crm.perform("zoho_crm.record_list", {{"entity", "Accounts"}, {"fields", List{"Account_Name"}}, {"after", "5"}});
    ASSERT_TRUE(page) << page.error().to_text();
    EXPECT_EQ((*page)["next"], Value("7"));
    EXPECT_EQ(page->at_path("rows.0.fields"), Value(Map{{"Account_Name", "A"}}));
    EXPECT_EQ(page->at_path("rows.1.fields"), Value(Map{{"Account_Name", Value()}}));
    EXPECT_EQ(query_of(crm.http().last()),
              "select id, Account_Name, Modified_Time from Accounts where id > 5 order by id asc limit 0, 200");
}

TEST(CrmRecordList, FieldsThatCannotBeQueriedAreReadById) {
    TestCrm crm;
    crm.http().on("POST", "/coql", testing::json_answer(400, refused("INVALID_QUERY", R"({"column_name":"Notes"})")));
    crm.http().on("POST", "/coql", rows({row(6, "10:00:00")}));
    crm.http().on("GET", "/Accounts?ids=6&fields=Notes",
                  testing::json_answer(200, data({R"({"id":"6","Notes":"n","Modified_Time":"2026-02-18T10:00:00Z"})"})));
    auto page = crm.perform("zoho_crm.record_list", {{"entity", "Accounts"}, {"fields", List{"Notes"}}});
    ASSERT_TRUE(page) << page.error().to_text();
    EXPECT_EQ((*page)["next"], Value());
    EXPECT_EQ(page->at_path("rows.0.fields.Notes"), Value("n"));
}

TEST(CrmRecordFields, SayWhatASyncMustKnow) {
    TestCrm crm;
    crm.http().on(
        "GET", "/settings/fields?module=Accounts",
        testing::json_answer(
            200,
            R"({"fields":[{"api_name":"Account_Name","field_label":"Account Name","data_type":"text","length":200,"system_mandatory":true,)"
            R"("operation_type":{"api_create":true,"api_update":true},"unique":{}},)"
            R"({"api_name":"SF_Id","field_label":"SF Id","data_type":"text","length":18,"unique":{"case_sensitive":false}},)"
            R"({"api_name":"Rating","data_type":"picklist","length":120,"pick_list_values":[{"actual_value":"-None-"},{"actual_value":"Hot","display_value":"Heiss"}]},)"
            R"({"api_name":"Created_Time","data_type":"datetime","read_only":true},{"api_name":"Revenue","data_type":"currency","decimal_place":2}]})"));
    auto fields = crm.perform("zoho_crm.record_fields", {{"entity", "Accounts"}});
    ASSERT_TRUE(fields) << fields.error().to_text();
    EXPECT_EQ(fields->at_path("0"), Value(Map{{"name", "Account_Name"},
                                              {"label", "Account Name"},
                                              {"type", "text"},
                                              {"length", 200},
                                              {"scale", Value()},
                                              {"mandatory", true},
                                              {"writable", true},
                                              {"unique", false},
                                              {"values", List{}}}));
    EXPECT_EQ(fields->at_path("1.unique"), Value(true));
    EXPECT_EQ(fields->at_path("2.values"), Value(List{"Hot"}));
    EXPECT_EQ(fields->at_path("3.writable"), Value(false));
    EXPECT_EQ(fields->at_path("3.type"), Value("time"));
    EXPECT_EQ(fields->at_path("4.scale"), Value(2));
}

}  // namespace lockstep::connectors::zoho_crm
