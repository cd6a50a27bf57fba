#include "sandbox/salesforce/bulk.h"

#include "sandbox/salesforce/test_organisation.h"

namespace lockstep::sandbox::salesforce {
namespace {

class Bulk : public testing::Test {
protected:
    Value open(const std::string& body, const char* kind = "ingest") {
        const net::Response response = organisation.api("POST", std::string("/jobs/") + kind, body);
        EXPECT_EQ(response.status, 200) << response.body;
        return Organisation::parse(response);
    }
    net::Response upload(const std::string& id, std::string csv, const std::string& type = "text/csv") {
        net::Headers headers;
        headers.set("Content-Type", type);
        return organisation.api("PUT", "/jobs/ingest/" + id + "/batches", std::move(csv), std::move(headers));
    }
    net::Response set_state(const std::string& id, const std::string& state) {
        return organisation.api("PATCH", "/jobs/ingest/" + id, R"({"state":")" + state + "\"}");
    }
    Value run(const std::string& id, const std::string& csv) {
        EXPECT_EQ(upload(id, csv).status, 201);
        EXPECT_EQ(set_state(id, "UploadComplete").status, 200);
        Value job = Organisation::parse(organisation.api("GET", "/jobs/ingest/" + id));
        for (int polls = 0; polls < 20 && job["state"] == Value("InProgress"); ++polls)
            job = Organisation::parse(organisation.api("GET", "/jobs/ingest/" + id));
        return job;
    }
    std::string results(const std::string& id, const std::string& which) {
        return organisation.api("GET", "/jobs/ingest/" + id + "/" + which).body;
    }
    std::string id_of(const Value& job) { return job["id"].string_or(""); }

    Organisation organisation;
};

TEST_F(Bulk, AJobTakesDataOnceAndOnlyAsCsv) {
    const std::string id = id_of(open(R"({"object":"Account","operation":"insert"})"));
    EXPECT_TRUE(id.starts_with("750"));
    EXPECT_EQ(upload(id, "Name\nA\n", "application/json").status, 415);
    EXPECT_EQ(set_state(id, "UploadComplete").status, 400);
    EXPECT_EQ(upload(id, "Name\nA\n").status, 201);
    EXPECT_EQ(Organisation::code(upload(id, "Name\nB\n")), "INVALIDJOBSTATE");
    EXPECT_EQ(Organisation::code(set_state(id, "JobComplete")), "INVALIDJOB");
    EXPECT_EQ(Organisation::code(organisation.api("DELETE", "/jobs/ingest/" + id)), "INVALIDJOBSTATE");
}

TEST_F(Bulk, BatchesOfTenThousandRowsAreSeenInTheJobsProgress) {
    std::string csv = "Name,External_Id__c\n";
    for (int i = 0; i < 25'000; ++i) csv += "N,B" + std::to_string(i) + "\n";
    const std::string id = id_of(open(R"({"object":"Account","operation":"insert"})"));
    ASSERT_EQ(upload(id, csv).status, 201);
    ASSERT_EQ(set_state(id, "UploadComplete").status, 200);
    std::string seen;
    for (int i = 0; i < 4; ++i) {
        const Value job = Organisation::parse(organisation.api("GET", "/jobs/ingest/" + id));
        seen += job["state"].text() + " " + job["numberRecordsProcessed"].text() + ", ";
    }
    EXPECT_EQ(seen, "InProgress 0, InProgress 10000, InProgress 20000, JobComplete 25000, ");
}

TEST_F(Bulk, AnAbortedJobKeepsWhatItDidAndGivesTheRestBack) {
    std::string csv = "Name\n";
    for (int i = 0; i < 15'000; ++i) csv += "N" + std::to_string(i) + "\n";
    const std::string id = id_of(open(R"({"object":"Account","operation":"insert"})"));
    ASSERT_EQ(upload(id, csv).status, 201);
    ASSERT_EQ(set_state(id, "UploadComplete").status, 200);
    ASSERT_EQ(organisation.api("GET", "/jobs/ingest/" + id).status, 200);
    EXPECT_EQ(Organisation::parse(set_state(id, "Aborted"))["state"], Value("Aborted"));
    EXPECT_EQ(organisation.query("SELECT COUNT() FROM Account")["totalSize"], Value(10'000));
    const std::string rest = results(id, "unprocessedrecords");
    EXPECT_TRUE(rest.starts_with("\"Name\"\n\"N10000\"\n")) << rest.substr(0, 40);
    EXPECT_EQ(std::count(rest.begin(), rest.end(), '\n'), 5'001);
    EXPECT_EQ(Organisation::code(set_state(id, "Aborted")), "INVALIDJOBSTATE");
}

TEST_F(Bulk, WhatCannotBeReadFailsTheWholeJob) {
    struct Row {
        const char *job, *csv, *error;
    };
    const Row rows[] = {
        {R"({"object":"Account","operation":"insert"})", "Name,Nope\nA,B\n", "InvalidBatch : Field name not found : Nope"},
        {R"({"object":"Account","operation":"update"})", "Name\nA\n", "InvalidBatch : Field name not found : Id"},
        {R"({"object":"Account","operation":"delete"})", "Id,Name\n1,A\n", "InvalidBatch : The 'delete' batch must contain only ids"},
        {R"({"object":"Account","operation":"insert"})", "Name\r\nA\r\n",
         "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF"},
        {R"({"object":"Account","operation":"upsert","externalIdFieldName":"External_Id__c"})", "Name\nA\n",
         "InvalidBatch : Field name not found : External_Id__c"},
    };
    for (const Row& row : rows) {
        const std::string id = id_of(open(row.job));
        const Value job = run(id, row.csv);
        EXPECT_EQ(job["state"], Value("Failed")) << row.csv;
        EXPECT_EQ(job["errorMessage"].string_or(""), row.error);
    }
    EXPECT_EQ(organisation.query("SELECT COUNT() FROM Account")["totalSize"], Value(0));
}

TEST_F(Bulk, EachColumnDelimiterIsReadAndWritten) {
    constexpr std::pair<const char*, char> delimiters[] = {{"COMMA", ','}, {"TAB", '\t'},  {"SEMICOLON", ';'},
                                                           {"PIPE", '|'},  {"CARET", '^'}, {"BACKQUOTE", '`'}};
    for (const auto& [name, sign] : delimiters) {
        const std::string id = id_of(open(std::string(R"({"object":"Account","operation":"insert","columnDelimiter":")") + name + "\"}"));
        const Value job = run(id, std::string("Name") + sign + "Phone\nX" + sign + "1\n");
        EXPECT_EQ(job["state"], Value("JobComplete")) << name;
        EXPECT_TRUE(results(id, "successfulResults").starts_with(std::string("\"sf__Id\"") + sign + "\"sf__Created\"" + sign)) << name;
    }
}

TEST_F(Bulk, BooleansMayBeWrittenInWords) {
    const std::string id = id_of(open(R"({"object":"Product2","operation":"insert"})"));
    run(id, "Name,IsActive\nA,1\nB,no\nC,maybe\n");
    EXPECT_EQ(organisation.query("SELECT COUNT() FROM Product2 WHERE IsActive = true")["totalSize"], Value(1));
    EXPECT_NE(results(id, "failedResults").find("\"JSON_PARSER_ERROR:"), std::string::npos);
}

TEST_F(Bulk, ResultsOfAnUnfinishedQueryAreRefusedAndLocatorsChecked) {
    for (int i = 0; i < 3; ++i) organisation.create("Account", R"({"Name":"Q"})");
    const std::string path = "/jobs/query/" + id_of(open(R"({"operation":"query","query":"SELECT Name FROM Account"})", "query"));
    // The job runs beside the calls: this one sees it at work.
    EXPECT_EQ(Organisation::code(organisation.api("GET", path + "/results")), "INVALIDJOBSTATE");
    EXPECT_EQ(Organisation::parse(organisation.api("GET", path))["state"], Value("JobComplete"));
    const net::Response page = organisation.api("GET", path + "/results?maxRecords=2");
    EXPECT_EQ(page.body, "\"Name\"\n\"Q\"\n\"Q\"\n");
    const std::string locator(page.headers.get("Sforce-Locator").value_or(""));
    EXPECT_EQ(organisation.api("GET", path + "/results?locator=" + locator).headers.get("Sforce-Locator").value_or(""), "null");
    EXPECT_EQ(Organisation::code(organisation.api("GET", path + "/results?locator=M7")), "INVALIDLOCATOR");
    EXPECT_EQ(Organisation::code(organisation.api("GET", path + "/results?maxRecords=0")), "INVALIDPARAMETER");
}

TEST_F(Bulk, JobsAreListedByTheirKind) {
    open(R"({"object":"Account","operation":"insert"})");
    open(R"({"operation":"query","query":"SELECT Id FROM Account"})", "query");
    EXPECT_EQ(Organisation::parse(organisation.api("GET", "/jobs/ingest"))["records"].as_list().size(), 1u);
    EXPECT_EQ(Organisation::parse(organisation.api("GET", "/jobs/query")).at_path("records.0.jobType"), Value("V2Query"));
}

}  // namespace
}  // namespace lockstep::sandbox::salesforce
