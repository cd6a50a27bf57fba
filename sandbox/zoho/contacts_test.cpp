#include "sandbox/zoho/zoho_test_client.h"

namespace lockstep::sandbox::zoho {

namespace {

class ZohoContacts : public ::testing::Test, public TestClient {};

}  // namespace

TEST_F(ZohoContacts, AreMadeWithTheirPersonsAndFoundByTheirCustomField) {
    const std::string id = make_contact("O'Malley & Söhne");
    ASSERT_EQ(last.status, 201) << last.body;
    EXPECT_EQ(code(), 0);
    EXPECT_GE(id.size(), 18u);
    const Value found = send("GET", "contacts?cf_salesforce_id=O%27Malley%20%26%20S%C3%B6hne");
    ASSERT_EQ(found["contacts"].as_list().size(), 1u) << last.body;
    EXPECT_EQ(found.at_path("contacts.0.contact_id").string_or(""), id);
    EXPECT_EQ(found.at_path("contacts.0.email").string_or(""), "ap@acme.example");
    EXPECT_EQ(found.at_path("page_context.has_more_page"), Value(false));
    const Value one = send("GET", "contacts/" + id)["contact"];
    EXPECT_EQ(one.at_path("custom_field_hash.cf_salesforce_id").string_or(""), "O'Malley & Söhne");
    EXPECT_EQ(one["payment_terms_label"].string_or(""), "Net 30");
    EXPECT_EQ(one["currency_code"].string_or(""), "EUR");
}

TEST_F(ZohoContacts, ANameIsTakenOnce) {
    make_contact();
    send("POST", "contacts", R"({"contact_name":"Acme GmbH"})");
    EXPECT_EQ(last.status, 400);
    EXPECT_EQ(code(), 3062);
    EXPECT_EQ(body()["message"].string_or(""), "The customer \"Acme GmbH\" already exists. Please specify a different name.");
    const std::string other = make_contact("Other");
    send("PUT", "contacts/" + other, R"({"contact_name":"Acme GmbH"})");
    EXPECT_EQ(code(), 3062) << "an update can hit it too";
}

TEST_F(ZohoContacts, AValueOfAUniqueFieldIsTakenOnce) {
    make_contact();
    send("POST", "contacts", R"({"contact_name":"Second","custom_fields":[{"api_name":"cf_salesforce_id","value":"Acme GmbH"}]})");
    EXPECT_EQ(last.status, 400) << last.body;
    EXPECT_EQ(vendor->records("contacts")->size(), 1u);
}

TEST_F(ZohoContacts, TheUniqueKeyHeadersUpdateOrCreate) {
    net::Request put =
        request("PUT", "contacts", R"({"contact_name":"Acme","custom_fields":[{"api_name":"cf_salesforce_id","value":"001A"}]})");
    put.headers.set("X-Unique-Identifier-Key", "cf_salesforce_id");
    put.headers.set("X-Unique-Identifier-Value", "001A");
    send(put);
    EXPECT_EQ(last.status, 404) << "nothing is made without X-Upsert";
    put.headers.set("X-Upsert", "true");
    const std::string id = send(put)["contact"]["contact_id"].string_or("");
    EXPECT_EQ(last.status, 201) << last.body;
    EXPECT_EQ(send(put)["contact"]["contact_id"].string_or(""), id);
    EXPECT_EQ(last.status, 200);
    EXPECT_EQ(vendor->records("contacts")->size(), 1u);
    put.headers.set("X-Unique-Identifier-Key", "cf_unknown");
    send(put);
    EXPECT_EQ(last.status, 400);
}

TEST_F(ZohoContacts, BadInputIsRefused) {
    const char* bodies[] = {
        R"({})",
        R"({"contact_name":""})",
        R"({"contact_name":"A","nonsense":1})",
        R"({"contact_name":"A","payment_terms":"30"})",
        R"({"contact_name":"A","currency_id":"1"})",
        R"({"contact_name":"A","contact_type":"friend"})",
        R"({"contact_name":"A","contact_persons":[{"email":"nobody"}]})",
        R"({"contact_name":"A","custom_fields":[{"api_name":"cf_no","value":"x"}]})",
        "[1]",
        "{",
    };
    for (const char* text : bodies) {
        send("POST", "contacts", text);
        EXPECT_EQ(last.status, 400) << text;
        EXPECT_NE(code(), 0) << text;
    }
    send("POST", "contacts", R"({"contact_name":")" + std::string(201, 'a') + R"("})");
    EXPECT_EQ(code(), 15);
    EXPECT_TRUE(vendor->records("contacts")->empty());
}

TEST_F(ZohoContacts, TheFormWithJsonStringIsTakenToo) {
    net::Request form = request("POST", "contacts", net::write_form({{"JSONString", R"({"contact_name":"Acme & Co"})"}}));
    form.headers.set("Content-Type", "application/x-www-form-urlencoded");
    send(form);
    EXPECT_EQ(last.status, 201) << last.body;
}

TEST_F(ZohoContacts, ListsAreFilteredAndPaged) {
    for (int i = 0; i < 5; ++i) make_contact("Company " + std::to_string(i));
    EXPECT_EQ(send("GET", "contacts?per_page=2&page=3")["contacts"].as_list().size(), 1u);
    EXPECT_EQ(send("GET", "contacts?per_page=2")["page_context"]["has_more_page"], Value(true));
    EXPECT_EQ(send("GET", "contacts?contact_name=company%203")["contacts"].as_list().size(), 1u);
    EXPECT_EQ(send("GET", "contacts?contact_name_contains=ompany")["contacts"].as_list().size(), 5u);
    EXPECT_EQ(send("GET", "contacts?contact_type=vendor")["contacts"].as_list().size(), 0u);
    send("GET", "contacts?page=x");
    EXPECT_EQ(last.status, 400);
}

TEST_F(ZohoContacts, PersonsCanBeAddedLater) {
    const std::string id = make_contact();
    send("POST", "contacts/contactpersons", R"({"contact_id":")" + id + R"(","first_name":"Treasury","email":"treasury@acme.example"})");
    EXPECT_EQ(last.status, 201) << last.body;
    EXPECT_EQ(send("GET", "contacts/" + id + "/contactpersons")["contact_persons"].as_list().size(), 2u);
}

class ZohoAccounts : public ::testing::Test, public TestClient {};

TEST_F(ZohoAccounts, FailuresComeWithStatus200) {
    EXPECT_EQ(refresh("1000.wrong")["error"].string_or(""), "invalid_code");
    EXPECT_EQ(last.status, 200);
}

TEST_F(ZohoAccounts, TenTokensInTenMinutesAreAllowed) {
    for (int i = 0; i < 9; ++i) EXPECT_FALSE(refresh()["access_token"].is_null()) << i;
    EXPECT_EQ(refresh()["error"].string_or(""), "Access Denied");
    EXPECT_EQ(last.status, 400);
    now = now.plus_ms(10 * 60 * 1000);
    EXPECT_EQ(refresh()["api_domain"].string_or(""), "http://zoho.example");
}

TEST_F(ZohoAccounts, TokensEndAfterAnHour) {
    send("GET", "contacts");
    EXPECT_EQ(last.status, 200);
    now = now.plus_ms(3600 * 1000);
    send("GET", "contacts");
    EXPECT_EQ(last.status, 401);
    EXPECT_EQ(code(), 14);
}

TEST_F(ZohoAccounts, TheOrganizationIsChecked) {
    net::Request made = request("GET", "contacts");
    made.url = "/books/v3/contacts";
    send(made);
    EXPECT_EQ(last.status, 400);
    made.url = "/books/v3/contacts?organization_id=1";
    send(made);
    EXPECT_EQ(code(), 6041);
}

TEST_F(ZohoAccounts, UnknownAddressesAndMethodsAreRefused) {
    send("GET", "nothing");
    EXPECT_EQ(last.status, 404);
    EXPECT_EQ(code(), 5);
    send("PATCH", "contacts");
    EXPECT_EQ(last.status, 405);
}

TEST(ZohoLimits, AHundredCallsAMinuteBlockTheOrganization) {
    TestClient client(3);
    for (int i = 0; i < 3; ++i) client.send("GET", "contacts");
    EXPECT_EQ(client.last.status, 200);
    client.send("GET", "contacts");
    EXPECT_EQ(client.last.status, 429);
    EXPECT_EQ(client.code(), 44);
    client.now = client.now.plus_ms(60'000);
    client.send("GET", "contacts");
    EXPECT_EQ(client.last.status, 200);
}

}  // namespace lockstep::sandbox::zoho
