#include "connectors/zoho_crm/errors.h"

#include <gtest/gtest.h>

#include "connectors/testing/error_cases.h"

namespace lockstep::connectors::zoho_crm {
namespace {

Value result(std::string_view code, std::string_view details, std::string_view message = "no") {
    return *json::parse(R"({"status":"error","code":")" + std::string(code) + R"(","message":")" + std::string(message) +
                        R"(","details":)" + std::string(details) + "}");
}

struct Words {
    std::string_view code, details;
    std::string_view field, words;
};

}  // namespace

TEST(CrmErrors, AreClassifiedAsTheTableSays) { testing::expect_cases("src/connectors/zoho_crm/zoho_crm.cases.yaml", classify); }

TEST(CrmErrors, OfARecordNameTheFieldAndSayWhy) {
    for (
        const Words& row : {
            Words{"MANDATORY_NOT_FOUND", R"({"api_name":"Account_Name"})", "Account_Name", "Account_Name is mandatory"},
            Words{"INVALID_DATA", R"({"api_name":"Phone","maximum_length":30})", "Phone", "Phone is longer than the 30 characters allowed"},
            Words{"INVALID_DATA", R"({"api_name":"Employees","expected_data_type":"integer"})", "Employees",
                  "Employees must be of the type integer"},
            Words{"INVALID_DATA", R"({"api_name":"Rating","supported_values":["Hot","Cold"]})", "Rating", "Rating is none of: Hot, Cold"},
            Words{"DUPLICATE_DATA", R"({"api_name":"SF_Id","duplicate_record":{"id":"7"}})", "SF_Id",
                  "SF_Id is taken already by the record 7"},
            Words{"DEPENDENT_FIELD_MISSING", R"({"api_name":"Layout"})", "Layout", "no, field Layout"},
            Words{
                "MULTIPLE_OR_MULTI_ERRORS",
                R"({"errors":[{"code":"MANDATORY_NOT_FOUND","details":{"api_name":"A"}},{"code":"INVALID_DATA","details":{"api_name":"B","maximum_length":2}}]})",
                "A", "A is mandatory; B is longer than the 2 characters allowed"},
        }) {
        auto error = classify_record(result(row.code, row.details));
        ASSERT_TRUE(error) << row.code;
        EXPECT_EQ(error->code, ErrorCode::vendor_rejected) << row.code;
        EXPECT_EQ(error->field, row.field);
        EXPECT_EQ(error->vendor_code, row.code);
        EXPECT_NE(error->message.find(row.words), std::string::npos) << error->message;
    }
}

TEST(CrmErrors, OfARecordHaveTheirClasses) {
    EXPECT_EQ(classify_record(result("ALREADY_MODIFIED", "{}"))->code, ErrorCode::precondition_failed);
    EXPECT_EQ(classify_record(result("RECORD_LOCKED", "{}"))->cls(), ErrorClass::transient);
    EXPECT_EQ(classify_record(result("INTERNAL_ERROR", "{}"))->cls(), ErrorClass::in_doubt);
    EXPECT_EQ(classify_record(result("INVALID_DATA", R"({"id":"9"})", "the id given seems to be invalid"))->code, ErrorCode::not_found);
    EXPECT_EQ(classify_record(result("INVALID_DATA", R"({"id":"9"})", "record not deleted"))->code, ErrorCode::not_found);
    EXPECT_EQ(classify_record(result("NO_PERMISSION", "{}"))->code, ErrorCode::vendor_rejected)
        << "one record does not stop the connection";
    EXPECT_TRUE(classify_record(Value())) << "no result is no success";
    EXPECT_FALSE(classify_record(*json::parse(R"({"code":"SUCCESS","status":"success"})")));
}

TEST(CrmErrors, AMissingScopeIsKnownFromTheRequest) {
    EXPECT_EQ(scope_for("GET", "/Accounts"), "ZohoCRM.modules.accounts.READ");
    EXPECT_EQ(scope_for("PUT", "/Contacts"), "ZohoCRM.modules.contacts.UPDATE");
    EXPECT_EQ(scope_for("POST", "/Accounts/upsert"), "ZohoCRM.modules.accounts.ALL");
    EXPECT_EQ(scope_for("POST", "/coql"), "ZohoCRM.coql.READ");
    EXPECT_EQ(scope_for("POST", "/actions/watch"), "ZohoCRM.notifications.ALL");
    EXPECT_EQ(scope_for("GET", "/settings/fields"), "ZohoCRM.settings.fields.READ");
}

}  // namespace lockstep::connectors::zoho_crm
