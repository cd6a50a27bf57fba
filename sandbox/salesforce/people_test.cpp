// What people do, the recycle bin, merging, and what the organisation sends of it.
#include <gtest/gtest.h>

#include <chrono>

#include "sandbox/salesforce/test_organisation.h"

namespace lockstep::sandbox::salesforce {
namespace {

struct People : testing::Test {
    Organisation organisation;
    std::string first = organisation.create("Account", R"({"Name":"A","Zoho_Account_Id__c":"1"})");
    std::string second = organisation.create("Account", R"({"Name":"B"})");
    std::string contact = organisation.create("Contact", R"({"LastName":"C","AccountId":")" + first + "\"}");

    std::string act(std::string_view deed, std::string_view what) {
        auto done = organisation.vendor->load(deed, {*json::parse(what)});
        return done ? "done" : done.error().message;
    }
    std::string on(std::string_view id, std::string_view more = {}) {
        return R"({"Id":")" + std::string(id) + "\"" + std::string(more) + "}";
    }
    std::string read(std::string_view object, std::string_view id, std::string_view field) {
        return organisation.query("SELECT " + std::string(field) + " FROM " + std::string(object) + " WHERE Id = '" + std::string(id) + "'")
            .at_path("records.0." + std::string(field))
            .text();
    }
    Value deleted(std::string_view id) {
        return Organisation::parse(
                   organisation.api("GET",
                                    "/queryAll?" + net::write_form({{"q", "SELECT IsDeleted, MasterRecordId FROM Account WHERE Id = '" +
                                                                              std::string(id) + "'"}})))
            .at_path("records.0");
    }
    net::Response soap(std::string_view body) {
        return organisation.send("POST", "/services/Soap/u/60.0",
                                 "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns=\"urn:partner.soap.sforce.com\">"
                                 "<e:Header><SessionHeader><sessionId>" +
                                     organisation.token + "</sessionId></SessionHeader></e:Header><e:Body>" + std::string(body) +
                                     "</e:Body></e:Envelope>",
                                 {{"Content-Type", "text/xml"}});
    }
    /// How many notifications are sent for the rule that is set up.
    std::size_t sent() {
        std::size_t notifications = 0;
        while (auto outgoing = organisation.vendor->take_outgoing()) {
            last = outgoing->request.body;
            for (std::size_t at = 0; (at = last.find("<Notification>", at)) != std::string::npos; ++at) ++notifications;
            organisation.vendor->outgoing_done(outgoing->id, net::text_response(500, ""));
        }
        return notifications;
    }
    void rule(std::string_view more = {}) {
        organisation.load("OutboundMessage",
                          R"([{"Name":"R","EndpointUrl":"http://127.0.0.1/hook","Object":"Account","When":"every_write",)"
                          R"("Fields":["Id","SystemModstamp"],"RetryBaseMs":1000000)" +
                              std::string(more) + "}]");
    }
    std::string last;
};

TEST_F(People, WriteUnderTheirNames) {
    EXPECT_EQ(act("edit", on(first, R"(,"Fields":{"Phone":"1"},"By":"Head of Sales")")), "done");
    EXPECT_EQ(organisation.query("SELECT LastModifiedBy.Name FROM Account WHERE Phone = '1'").at_path("records.0.LastModifiedBy.Name"),
              Value("Head of Sales"));
    EXPECT_EQ(act("create", R"({"Object":"Contact","Fields":{"LastName":"D"}})"), "done");
    EXPECT_EQ(organisation.query("SELECT CreatedBy.Name FROM Contact WHERE LastName = 'D'").at_path("records.0.CreatedBy.Name"),
              Value("Sales User"));
}

TEST_F(People, AreRefusedWhatClientsAreRefused) {
    EXPECT_EQ(act("edit", on(first, R"(,"Fields":{"Name":null})")), "REQUIRED_FIELD_MISSING: Required fields are missing: [Name]");
    EXPECT_EQ(act("undelete", on(first)), "UNDELETE_FAILED: Entity is not in the recycle bin");
    EXPECT_EQ(act("edit", R"({"Object":"Acount"})"), "no such Object: Acount");
}

TEST_F(People, WhatIsDeletedComesBackWithWhatWasDeletedWithIt) {
    EXPECT_EQ(organisation.api("DELETE", "/sobjects/Account/" + first).status, 204);
    EXPECT_EQ(read("Contact", contact, "LastName"), "");
    EXPECT_EQ(deleted(first)["IsDeleted"], Value(true));
    organisation.now = organisation.now.plus_ms(5000);
    EXPECT_EQ(act("undelete", on(first)), "done");
    EXPECT_EQ(read("Contact", contact, "AccountId"), first);
    EXPECT_EQ(read("Account", first, "SystemModstamp"), "2026-02-18T10:00:05.000+0000");
    EXPECT_EQ(organisation.query("SELECT Id FROM Account WHERE Zoho_Account_Id__c = '1'")["totalSize"], Value(1))
        << "indexes know it again";
}

TEST_F(People, WhatHasATwinByNowStaysInTheBin) {
    EXPECT_EQ(act("delete", on(first)), "done");
    organisation.create("Account", R"({"Name":"Twin","Zoho_Account_Id__c":"1"})");
    EXPECT_TRUE(act("undelete", on(first)).starts_with("DUPLICATE_VALUE")) << act("undelete", on(first));
}

TEST_F(People, AMergedRecordGoesAndItsChildrenMove) {
    EXPECT_EQ(act("merge", on(second, R"(,"Others":[")" + first + R"("],"Fields":{"Zoho_Account_Id__c":"1"})")), "done");
    EXPECT_EQ(deleted(first)["IsDeleted"], Value(true));
    EXPECT_EQ(deleted(first)["MasterRecordId"], Value(second));
    EXPECT_EQ(read("Contact", contact, "AccountId"), second);
    EXPECT_EQ(read("Account", second, "Zoho_Account_Id__c"), "1") << "the other had it";
}

TEST_F(People, AMergeThatIsRefusedChangesNothing) {
    EXPECT_TRUE(act("merge", on(second, R"(,"Others":[")" + first + R"("],"Fields":{"Name":null})")).starts_with("REQUIRED_FIELD_MISSING"));
    EXPECT_EQ(deleted(first)["IsDeleted"], Value(false));
    EXPECT_EQ(read("Contact", contact, "AccountId"), first);
    EXPECT_TRUE(act("merge", on(first, R"(,"Others":[")" + first + R"("])")).starts_with("INVALID_ID_FIELD"));
}

TEST_F(People, TheSoapApiRestoresAndMerges) {
    EXPECT_EQ(organisation.api("DELETE", "/sobjects/Account/" + first).status, 204);
    const net::Response restored = soap("<undelete><ids>" + first + "</ids><ids>" + second + "</ids></undelete>");
    EXPECT_EQ(restored.status, 200);
    EXPECT_NE(restored.body.find("<id>" + first + "</id><success>true</success>"), std::string::npos) << restored.body;
    EXPECT_NE(restored.body.find("<statusCode>UNDELETE_FAILED</statusCode>"), std::string::npos) << restored.body;
    EXPECT_EQ(deleted(first)["IsDeleted"], Value(false));
    const net::Response merged =
        soap("<merge><request><masterRecord><type>Account</type><Id>" + second + "</Id><Phone>7</Phone></masterRecord><recordToMergeIds>" +
             first + "</recordToMergeIds></request></merge>");
    EXPECT_NE(merged.body.find("<mergedRecordIds>" + first + "</mergedRecordIds><success>true</success>"), std::string::npos)
        << merged.body;
    EXPECT_EQ(deleted(first)["MasterRecordId"], Value(second));
    EXPECT_EQ(read("Account", second, "Phone"), "7");
    organisation.token = "another";
    EXPECT_NE(soap("<undelete><ids>" + first + "</ids></undelete>").body.find("INVALID_SESSION_ID"), std::string::npos);
}

TEST_F(People, EveryWriteOfAnAccountIsToldByIdAndTime) {
    rule();
    EXPECT_EQ(act("edit", on(first, R"(,"Fields":{"Phone":"1"})")), "done");
    EXPECT_EQ(sent(), 1u);
    EXPECT_NE(last.find("<sf:Id>" + first + "</sf:Id><sf:SystemModstamp>2026-02-18T10:00:00.000Z</sf:SystemModstamp>"), std::string::npos)
        << last;
    EXPECT_EQ(act("create", R"({"Fields":{"Name":"D"}})"), "done");
    EXPECT_EQ(sent(), 1u);
    EXPECT_EQ(act("merge", on(second, R"(,"Others":[")" + first + R"("])")), "done");
    EXPECT_EQ(sent(), 1u) << "of the record that stays";
}

TEST_F(People, WhatIsDeletedOrRestoredIsNotTold) {
    rule();
    EXPECT_EQ(act("delete", on(first)), "done");
    EXPECT_EQ(act("undelete", on(first)), "done");
    soap("<undelete><ids>" + first + "</ids></undelete>");
    EXPECT_EQ(sent(), 0u);
}

TEST_F(People, AMessageMayBeAboutCertainFieldsOnly) {
    rule(R"(,"Changed":["Phone","Name"])");
    EXPECT_EQ(act("edit", on(first, R"(,"Fields":{"Sync_Status__c":"Synced"})")), "done");
    EXPECT_EQ(act("edit", on(first, R"(,"Fields":{"Name":"A"})")), "done");
    EXPECT_EQ(sent(), 0u);
    EXPECT_EQ(act("edit", on(first, R"(,"Fields":{"Phone":"5"})")), "done");
    EXPECT_EQ(sent(), 1u);
    EXPECT_EQ(act("create", R"({"Fields":{"Name":"D"}})"), "done");
    EXPECT_EQ(sent(), 1u);
    EXPECT_EQ(act("OutboundMessage", R"({"EndpointUrl":"http://127.0.0.1/","Object":"Account","When":"every_write","Changed":["Fone"]})"),
              "Changed names fields of Account, with When `every_write`: Fone");
}

TEST_F(People, RulesOfTheOrganisationRefuseInItsWords) {
    organisation.load("ValidationRule", R"([{"Name":"V","Object":"Account","Field":"Phone","Message":"A phone number is needed"}])");
    const net::Response refused = organisation.api("PATCH", "/sobjects/Account/" + first, R"({"Site":"x"})");
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(refused.body,
              R"([{"message":"A phone number is needed","errorCode":"FIELD_CUSTOM_VALIDATION_EXCEPTION","fields":["Phone"]}])");
    EXPECT_EQ(organisation.api("PATCH", "/sobjects/Account/" + first, R"({"Phone":"1"})").status, 204);
    organisation.load("ValidationRule", R"([{"Name":"V","Object":"Account","Field":"Phone","IsActive":false}])");
    organisation.load("DuplicateRule", R"([{"Object":"Account","Fields":["Name"]}])");
    EXPECT_EQ(Organisation::code(organisation.api("POST", "/sobjects/Account", R"({"Name":"b"})")), "DUPLICATES_DETECTED");
    EXPECT_EQ(organisation.api("POST", "/sobjects/Account", R"({"Name":"c"})").status, 201);
}

TEST_F(People, UniqueTextsThatTellCaseApartAreTwo) {
    EXPECT_EQ(Organisation::code(organisation.api("POST", "/sobjects/Account", R"({"Name":"x","Zoho_Account_Id__c":"1"})")),
              "DUPLICATE_VALUE");
    organisation.create("Account", R"({"Name":"x","Zoho_Account_Id__c":"z"})");
    organisation.create("Account", R"({"Name":"x","Zoho_Account_Id__c":"Z"})");
    EXPECT_EQ(organisation.query("SELECT Id FROM Account WHERE Zoho_Account_Id__c = 'z'")["totalSize"], Value(1));
    EXPECT_EQ(organisation.query("SELECT Id FROM Account WHERE Name = 'x' AND Zoho_Account_Id__c IN ('z','y')")["totalSize"], Value(1));
}

TEST_F(People, GuardsOfSubrequestsAreTheirOwn) {
    const std::string path = "/services/data/v60.0/sobjects/Account/";
    const std::string tag = json::write(Value(*organisation.api("GET", "/sobjects/Account/" + first).headers.get("ETag")));
    const auto patch = [&](const std::string& id, const std::string& reference) {
        return R"({"method":"PATCH","url":")" + path + id + R"(","referenceId":")" + reference + R"(","httpHeaders":{"If-Match":)" + tag +
               R"(},"body":{"Phone":"1"}})";
    };
    const net::Response answer =
        organisation.api("POST", "/composite", R"({"compositeRequest":[)" + patch(second, "a") + "," + patch(first, "b") + "]}");
    const Value results = Organisation::parse(answer)["compositeResponse"];
    EXPECT_EQ(results.at_path("0.httpStatusCode"), Value(412));
    EXPECT_EQ(results.at_path("1.httpStatusCode"), Value(204));
    EXPECT_EQ(results.at_path("1.httpHeaders.ETag").text(), *organisation.api("GET", "/sobjects/Account/" + first).headers.get("ETag"));
    EXPECT_EQ(organisation
                  .api("POST", "/composite",
                       R"({"compositeRequest":[{"method":"GET","url":")" + path + first +
                           R"(","referenceId":"a","httpHeaders":{"accept":"application/json"}}]})")
                  .status,
              400);
    EXPECT_EQ(answer.headers.get("Date").value_or(""), "Wed, 18 Feb 2026 10:00:00 GMT");
}

TEST_F(People, OneHundredThousandAccountsAreLoadedAndChangedTwentyFiveACall) {
    using clock = std::chrono::steady_clock;
    List accounts;
    for (int i = 0; i < 100'000; ++i)
        accounts.emplace_back(
            Map{{"Name", "Account " + std::to_string(i)}, {"Phone", "+49 30 " + std::to_string(i)}, {"BillingCity", "Berlin"}});
    const auto began = clock::now();
    ASSERT_TRUE(organisation.vendor->load("Account", accounts).has_value());
    const auto loaded = clock::now();
    const List ids = organisation.query("SELECT Id FROM Account LIMIT 25")["records"].as_list();
    List subrequests;
    for (const Value& row : ids)
        subrequests.emplace_back(Map{{"method", "PATCH"},
                                     {"url", "/services/data/v60.0/sobjects/Account/" + row["Id"].text()},
                                     {"referenceId", row["Id"]},
                                     {"body", Map{{"Phone", "2"}}}});
    const std::string body = json::write(Map{{"compositeRequest", std::move(subrequests)}});
    const auto asked = clock::now();
    for (int i = 0; i < 20; ++i) organisation.api("POST", "/composite", body);
    const auto written = clock::now();
    const auto ms = [](auto span) { return std::chrono::duration<double, std::milli>(span).count(); };
    RecordProperty("load_ms", std::to_string(ms(loaded - began)));
    RecordProperty("composite_ms", std::to_string(ms(written - asked) / 20));
}

}  // namespace
}  // namespace lockstep::sandbox::salesforce
