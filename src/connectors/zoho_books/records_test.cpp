#include <gtest/gtest.h>

#include "connectors/testing/fake_http.h"

namespace lockstep::connectors::zoho_books {
const connector::Connector& descriptor();
}

namespace lockstep::connectors::zoho_books {
namespace {

using testing::Call;
using testing::json_answer;

/// One connection whose token is fetched, and everything that one call needs.
struct Books {
    Call call;
    std::unique_ptr<connector::Connection> connection;

    explicit Books(Map more = {}) {
        Map settings{{"client_id", "c"}, {"client_secret", "sssecret"}, {"refresh_token", "rrrefresh"}, {"organization_id", "10234695"}};
        for (const auto& [name, value] : more) settings.set(name, value);
        Result<std::unique_ptr<connector::Connection>> made = descriptor().make(
            {.name = "zoho_books", .settings = connector::Settings(settings), .limits = {}, .runtime = call.runtime, .vault = nullptr});
        EXPECT_TRUE(made) << made.error().message;
        connection = *std::move(made);
        call.http.on("POST", "/oauth/v2/token",
                     json_answer(200, R"({"access_token":"1000.t","api_domain":"https://www.zohoapis.eu","expires_in":3600})"));
    }

    Result<Value> perform(std::string_view action, const Map& input) { return connection->perform(action, Value(input), call.context); }
    testing::FakeHttp& http() { return call.http; }
};

net::Response contacts(std::string_view rows, bool more = false) {
    return json_answer(200, R"({"code":0,"message":"success","contacts":)" + std::string(rows) + R"(,"page_context":{"has_more_page":)" +
                                (more ? "true" : "false") + "}}");
}
net::Response invoices(std::string_view rows) {
    return json_answer(200, R"({"code":0,"invoices":)" + std::string(rows) + R"(,"page_context":[{"has_more_page":false}]})");
}
net::Response contact(std::string_view record, int status = 200, std::string_view message = "success") {
    return json_answer(status, R"({"code":0,"message":")" + std::string(message) + R"(","contact":)" + std::string(record) + "}");
}
net::Response invoice(std::string_view record, int status = 200) {
    return json_answer(status, R"({"code":0,"message":"success","invoice":)" + std::string(record) + "}");
}
net::Response refusal(int status, int code, std::string_view message) {
    return json_answer(status, R"({"code":)" + std::to_string(code) + R"(,"message":")" + std::string(message) + "\"}");
}

constexpr std::string_view acme =
    R"({"contact_id":"460","contact_name":"Acme","contact_type":"customer","status":"active","cf_salesforce_id":"001A"})";

Map contact_input() {
    return {{"entity", "contacts"},
            {"link", "001A"},
            {"unique", Map{{"cf_salesforce_id", "001A"}}},
            {"create", Map{{"contact_name", "Acme"}, {"contact_type", "customer"}}}};
}
Map invoice_input() {
    return {{"entity", "invoices"},
            {"unique", Map{{"reference_number", "SF-006A"}}},
            {"body",
             Map{{"customer_id", "460"}, {"line_items", List{Map{{"name", "Bolt"}, {"rate", *Decimal::parse("1.10")}, {"quantity", 3}}}}}}};
}

}  // namespace

TEST(BooksEnsure, AdoptsTheContactOfTheLink) {
    Books books;
    books.http().on("GET", "https://www.zohoapis.eu/books/v3/contacts?organization_id=10234695&cf_salesforce_id=001A&page=1&per_page=200",
                    contacts("[" + std::string(acme) + "]"));
    Result<Value> found = books.perform("zoho_books.ensure", contact_input());
    ASSERT_TRUE(found) << found.error().to_text();
    EXPECT_EQ((*found)["contact_id"], Value("460"));
    EXPECT_EQ((*found)["created"], Value(false));
    EXPECT_EQ(books.http().last().headers.get("Authorization"), "Zoho-oauthtoken 1000.t");
    EXPECT_EQ(books.http().sent().size(), 2u);
}

TEST(BooksEnsure, CreatesUnderTheUniqueKey) {
    Books books;
    books.http().on("GET", "cf_salesforce_id=001A", contacts("[]"));
    books.http().on("PUT", "/books/v3/contacts?organization_id=10234695",
                    contact(R"({"contact_id":460000000026049,"contact_name":"Acme"})", 201, "The contact has been added."));
    Result<Value> made = books.perform("zoho_books.ensure", contact_input());
    ASSERT_TRUE(made) << made.error().to_text();
    EXPECT_EQ((*made)["contact_id"], Value("460000000026049"));
    EXPECT_EQ((*made)["created"], Value(true));
    net::Request put = books.http().last();
    EXPECT_EQ(put.headers.get("X-Unique-Identifier-Key"), "cf_salesforce_id");
    EXPECT_EQ(put.headers.get("X-Unique-Identifier-Value"), "001A");
    EXPECT_EQ(put.headers.get("X-Upsert"), "true");
    EXPECT_EQ(books.http().last_json()["custom_fields"], Value(List{Map{{"api_name", "cf_salesforce_id"}, {"value", "001A"}}}));
}

TEST(BooksEnsure, AnUpsertThatMetARecordDidNotCreateIt) {
    Books books;
    books.http().on("GET", "cf_salesforce_id=001A", contacts("[]"));
    books.http().on("PUT", "/contacts", contact(acme, 200, "Contact information has been updated."));
    EXPECT_EQ((*books.perform("zoho_books.ensure", contact_input()))["created"], Value(false));
}

TEST(BooksEnsure, WithoutUniqueFieldsItIsAPlainCreate) {
    Books books({{"unique_fields", "false"}});
    books.http().on("GET", "cf_salesforce_id=001A", contacts("[]"));
    books.http().on("POST", "/contacts", contact(acme, 201));
    ASSERT_TRUE(books.perform("zoho_books.ensure", contact_input()));
    EXPECT_FALSE(books.http().last().headers.contains("X-Upsert"));
}

TEST(BooksEnsure, RowsThatDoNotShowTheFieldAreReadInFull) {
    Books books;
    books.http().on("GET", "cf_salesforce_id=001A", contacts(R"([{"contact_id":"460","contact_name":"Acme","status":"active"}])"));
    books.http().on(
        "GET", "/contacts/460?",
        contact(
            R"({"contact_id":"460","contact_type":"customer","status":"active","custom_fields":[{"api_name":"cf_salesforce_id","value":"001A"}]})"));
    Result<Value> found = books.perform("zoho_books.ensure", contact_input());
    ASSERT_TRUE(found) << found.error().to_text();
    EXPECT_EQ((*found)["created"], Value(false));
}

TEST(BooksEnsure, AFilterThatIsNotUnderstoodLeadsToTheName) {
    Books books;
    std::string strangers = R"([{"contact_id":"1","contact_name":"X"},{"contact_id":"2","contact_name":"Y","cf_salesforce_id":"001B"}])";
    books.http().on("GET", "cf_salesforce_id=001A", contacts(strangers, true));
    books.http().on("GET", "contact_name=Acme&page=1",
                    contacts(R"([{"contact_id":"461","contact_name":"Acme Ltd"},{"contact_id":"460","contact_name":"ACME"}])"));
    books.http().on("GET", "/contacts/460?", contact(acme));
    Result<Value> found = books.perform("zoho_books.ensure", contact_input());
    ASSERT_TRUE(found) << found.error().to_text();
    EXPECT_EQ((*found)["contact_id"], Value("460"));
    EXPECT_EQ(books.http().count("PUT", ""), 0u);
}

TEST(BooksEnsure, WithoutAGuardEveryPageIsRead) {
    Books books({{"unique_fields", "false"}});
    std::string stranger = R"([{"contact_id":"2","contact_name":"Y","cf_salesforce_id":"001B"}])";
    books.http().on("GET", "cf_salesforce_id=001A", contacts(stranger, true));
    books.http().on("GET", "contact_name=Acme", contacts("[]"));
    books.http().on("GET", "contacts?organization_id=10234695&page=1", contacts(stranger, true));
    books.http().on("GET", "contacts?organization_id=10234695&page=2", contacts("[" + std::string(acme) + "]"));
    Result<Value> found = books.perform("zoho_books.ensure", contact_input());
    ASSERT_TRUE(found) << found.error().to_text();
    EXPECT_EQ((*found)["contact_id"], Value("460"));
}

TEST(BooksEnsure, AVendorOrAnInactiveContactIsNotTaken) {
    for (std::string_view other : {R"([{"contact_id":"4","contact_type":"vendor","status":"active","cf_salesforce_id":"001A"}])",
                                   R"([{"contact_id":"4","contact_type":"customer","status":"inactive","cf_salesforce_id":"001A"}])"}) {
        Books books;
        books.http().on("GET", "cf_salesforce_id", contacts(other));
        Result<Value> found = books.perform("zoho_books.ensure", contact_input());
        ASSERT_FALSE(found);
        EXPECT_EQ(found.error().code, ErrorCode::vendor_rejected);
    }
}

TEST(BooksEnsure, TwoContactsOfOneLinkAreNotUnique) {
    Books books;
    books.http().on("GET", "cf_salesforce_id", contacts("[" + std::string(acme) + "," + std::string(acme) + "]"));
    EXPECT_EQ(books.perform("zoho_books.ensure", contact_input()).error().code, ErrorCode::not_unique);
}

TEST(BooksEnsure, ATakenNameMayBeOurOwnWrittenLate) {
    Books books;
    books.http().on("GET", "cf_salesforce_id", contacts("[]"));
    books.http().on("PUT", "/contacts", refusal(400, 3062, "The customer Acme already exists."));
    books.http().on("GET", "cf_salesforce_id", contacts("[" + std::string(acme) + "]"));
    Result<Value> found = books.perform("zoho_books.ensure", contact_input());
    ASSERT_TRUE(found) << found.error().to_text();
    EXPECT_EQ((*found)["created"], Value(false));
}

TEST(BooksEnsure, ANameOfAnotherContactIsRejectedAndNamed) {
    Books books;
    books.http().on("GET", "cf_salesforce_id", contacts("[]"));
    books.http().on("PUT", "/contacts", refusal(400, 3062, "The customer Acme already exists."));
    books.http().on("GET", "cf_salesforce_id", contacts("[]"));
    books.http().on("GET", "contact_name=Acme",
                    contacts(R"([{"contact_id":"777","contact_name":"Acme","contact_type":"vendor","status":"active"}])"));
    Result<Value> refused = books.perform("zoho_books.ensure", contact_input());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::vendor_rejected);
    EXPECT_EQ(refused.error().field, "contact_name");
    EXPECT_NE(refused.error().message.find("777, vendor, active"), std::string::npos) << refused.error().message;
}

TEST(BooksEnsure, TheCurrencyCodeBecomesAnIdThatIsReadOnce) {
    Books books;
    Map input = contact_input();
    input.set("create", Map{{"contact_name", "Acme"}, {"currency_code", "EUR"}});
    books.http().always("GET", "/contacts?", contacts("[]"));
    books.http().on("GET", "/settings/currencies",
                    json_answer(200, R"({"code":0,"currencies":[{"currency_id":460000000000097,"currency_code":"EUR"}]})"));
    books.http().always("PUT", "/contacts", contact(acme, 201));
    ASSERT_TRUE(books.perform("zoho_books.ensure", input));
    ASSERT_TRUE(books.perform("zoho_books.ensure", input));
    EXPECT_EQ(books.http().last_json()["currency_id"], Value("460000000000097"));
    EXPECT_TRUE(books.http().last_json()["currency_code"].is_null());
}

TEST(BooksEnsure, AnUnknownCurrencyIsRefusedBeforeAnythingIsWritten) {
    Books books;
    Map input = contact_input();
    input.set("create", Map{{"contact_name", "Acme"}, {"currency_code", "XTS"}});
    books.http().on("GET", "/contacts?", contacts("[]"));
    books.http().always("GET", "/settings/currencies", json_answer(200, R"({"code":0,"currencies":[]})"));
    Result<Value> refused = books.perform("zoho_books.ensure", input);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::value_invalid);
    EXPECT_EQ(books.http().count("PUT", ""), 0u);
}

TEST(BooksCreate, LooksByReferenceAndThenPosts) {
    Books books;
    books.http().on("GET", "/invoices?organization_id=10234695&reference_number=SF-006A&page=1",
                    invoices(R"([{"invoice_id":"1","reference_number":"SF-006AX"}])"));
    books.http().on("POST", "/books/v3/invoices?organization_id=10234695",
                    invoice(R"({"invoice_id":90300000079426,"invoice_number":"INV-1","total":3.3})", 201));
    Result<Value> made = books.perform("zoho_books.create", invoice_input());
    ASSERT_TRUE(made) << made.error().to_text();
    EXPECT_EQ((*made)["invoice_id"], Value("90300000079426"));
    EXPECT_EQ((*made)["total"], Value(*Decimal::parse("3.30")));
    EXPECT_EQ(books.http().last().body,
              R"({"customer_id":"460","line_items":[{"name":"Bolt","rate":1.10,"quantity":3}],"reference_number":"SF-006A"})");
}

TEST(BooksCreate, AdoptsTheWholeInvoiceButNoVoidOne) {
    Books books;
    books.http().on(
        "GET", "reference_number=SF-006A",
        invoices(
            R"([{"invoice_id":"1","reference_number":"SF-006A","status":"void"},{"invoice_id":"2","reference_number":"SF-006A","status":"draft"}])"));
    books.http().on("GET", "/invoices/2?", invoice(R"({"invoice_id":"2","invoice_number":"INV-2","total":3.3,"line_items":[]})"));
    Result<Value> found = books.perform("zoho_books.create", invoice_input());
    ASSERT_TRUE(found) << found.error().to_text();
    EXPECT_EQ((*found)["created"], Value(false));
    EXPECT_TRUE((*found)["line_items"].is_list());
}

TEST(BooksQuery, ReadsOnePageWhereOneIsAskedFor) {
    Books books;
    books.http().on("GET", "page=3",
                    json_answer(200, R"({"code":0,"invoices":[{"invoice_id":"7"}],"page_context":[{"has_more_page":true}]})"));
    auto rows = books.perform("zoho_books.query", {{"entity", "invoices"}, {"page", 3}});
    ASSERT_TRUE(rows) << rows.error().to_text();
    EXPECT_EQ(rows->as_list().size(), 1u);
    EXPECT_NE(books.http().last().url.find("per_page=200"), std::string::npos);
}

TEST(BooksCreate, AUniqueKeyOfItsOwnGuardsTheCreate) {
    Books books;
    Map input = invoice_input();
    input.set("unique_key", Map{{"field", "cf_lockstep_key"}, {"value", "006A"}});
    books.http().on("GET", "reference_number=SF-006A", invoices("[]"));
    books.http().on("PUT", "/invoices?", invoice(R"({"invoice_id":"2"})", 201));
    ASSERT_TRUE(books.perform("zoho_books.create", input));
    EXPECT_EQ(books.http().last().headers.get("X-Unique-Identifier-Value"), "006A");
    EXPECT_EQ(books.http().last_json()["custom_fields"], Value(List{Map{{"api_name", "cf_lockstep_key"}, {"value", "006A"}}}));
    input.set("unique_key", Map{{"field", "reference_number"}, {"value", "x"}});
    EXPECT_EQ(books.perform("zoho_books.create", input).error().code, ErrorCode::value_invalid);
}

TEST(BooksCreate, ALostAnswerIsInDoubtAndTheNextAttemptAdopts) {
    Books books;
    books.http().on("GET", "reference_number=SF-006A", invoices("[]"));
    books.http().on("POST", "/invoices?", Error{ErrorCode::answer_lost, "connection closed"});
    EXPECT_EQ(books.perform("zoho_books.create", invoice_input()).error().cls(), ErrorClass::in_doubt);
    books.http().on("GET", "reference_number=SF-006A", invoices(R"([{"invoice_id":"2","reference_number":"SF-006A","status":"draft"}])"));
    books.http().on("GET", "/invoices/2?", invoice(R"({"invoice_id":"2"})"));
    Result<Value> found = books.perform("zoho_books.create", invoice_input());
    ASSERT_TRUE(found);
    EXPECT_EQ((*found)["created"], Value(false));
    EXPECT_EQ(books.http().count("POST", "/invoices?"), 1u);
}

TEST(BooksCreate, AnAnswerWithoutTheRecordIsInDoubt) {
    for (std::string_view body : {R"({"code":0,"message":"ok"})", R"({"code":0,"invoice":{"invoice_id":"x"}})", "<html>"}) {
        Books books;
        books.http().on("GET", "reference_number=SF-006A", invoices("[]"));
        books.http().on("POST", "/invoices?", json_answer(201, body));
        EXPECT_EQ(books.perform("zoho_books.create", invoice_input()).error().cls(), ErrorClass::in_doubt) << body;
    }
}

TEST(BooksCreate, WhateverFailsBeforeTheCreateIsNotInDoubt) {
    for (const net::Response& failure : {json_answer(500, R"({"code":1000})"), refusal(429, 44, "blocked"), json_answer(200, "<html>")}) {
        Books books;
        books.http().on("GET", "reference_number=SF-006A", failure);
        Result<Value> made = books.perform("zoho_books.create", invoice_input());
        ASSERT_FALSE(made);
        EXPECT_NE(made.error().cls(), ErrorClass::in_doubt) << made.error().message;
    }
}

TEST(BooksCreate, RefusesWhatCouldNotBeFoundAgain) {
    Books books;
    auto code_of = [&](std::string_view name, Value value) {
        Map input = invoice_input();
        input.set(std::string(name), std::move(value));
        Result<Value> made = books.perform("zoho_books.create", input);
        return made ? ErrorCode::internal : made.error().code;
    };
    EXPECT_EQ(code_of("unique", Map{{"reference_number", ""}}), ErrorCode::value_invalid);
    EXPECT_EQ(code_of("unique", Map{{"notes", "x"}}), ErrorCode::value_invalid);
    EXPECT_EQ(code_of("unique", Map{}), ErrorCode::value_invalid);
    EXPECT_EQ(code_of("body", Map{{"reference_number", "other"}}), ErrorCode::value_invalid);
    EXPECT_EQ(code_of("entity", "taxes"), ErrorCode::value_invalid);
    EXPECT_EQ(code_of("unique", Map{{"reference_number", std::string(101, 'x')}}), ErrorCode::value_invalid);
    EXPECT_TRUE(books.http().sent().empty());
}

TEST(BooksEmail, IsSentOnce) {
    Books books;
    Map input{{"invoice_id", "2"}, {"to", List{"ap@acme.example"}}, {"subject", "Invoice"}};
    books.http().on("GET", "/invoices/2?", invoice(R"({"invoice_id":"2","invoice_number":"INV-2","status":"draft","is_emailed":false})"));
    books.http().on("POST", "/invoices/2/email?organization_id=10234695",
                    json_answer(200, R"({"code":0,"message":"Your invoice has been sent."})"));
    Result<Value> sent = books.perform("zoho_books.email_invoice", input);
    ASSERT_TRUE(sent) << sent.error().to_text();
    EXPECT_EQ((*sent)["adopted"], Value(false));
    EXPECT_EQ(books.http().last().body, R"({"to_mail_ids":["ap@acme.example"],"subject":"Invoice"})");
    books.http().on("GET", "/invoices/2?", invoice(R"({"invoice_id":"2","status":"sent","is_emailed":true})"));
    Result<Value> again = books.perform("zoho_books.email_invoice", input);
    ASSERT_TRUE(again);
    EXPECT_EQ((*again)["adopted"], Value(true));
    EXPECT_EQ(books.http().count("POST", "/email"), 1u);
}

TEST(BooksEmail, AsksWhetherItWasSentUnlessThisRunHasJustCreatedItAndNothingWasTriedBefore) {
    for (bool first : {true, false}) {
        Books books;
        books.call.context.first_attempt = first;
        books.http().always("GET", "/invoices/2?", json_answer(200, R"({"code":0,"invoice":{"invoice_id":"2","status":"draft"}})"));
        books.http().always("POST", "/email", json_answer(200, R"({"code":0})"));
        ASSERT_TRUE(books.perform("zoho_books.email_invoice", {{"invoice_id", "2"}, {"to", "a@b.cd"}, {"just_created", true}}));
        EXPECT_EQ(books.http().count("GET", "/invoices/2?"), first ? 0u : 1u);
        ASSERT_TRUE(books.perform("zoho_books.email_invoice", {{"invoice_id", "2"}, {"to", "a@b.cd"}, {"just_created", false}}));
        EXPECT_EQ(books.http().count("GET", "/invoices/2?"), first ? 1u : 2u);
    }
}

TEST(BooksEmail, OfAnInvoiceMarkedAsSentTheHistoryDecides) {
    Map input{{"invoice_id", "2"}, {"to", "ap@acme.example"}};
    auto adopted = [&](std::string_view history) {
        Books books;
        books.http().on("GET", "/invoices/2?", invoice(R"({"invoice_id":"2","status":"overdue","is_emailed":false})"));
        books.http().on("GET", "/invoices/2/comments",
                        json_answer(200, R"({"code":0,"comments":[{"description":")" + std::string(history) + "\"}]}"));
        books.http().always("POST", "/email", json_answer(200, R"({"code":0})"));
        return (*books.perform("zoho_books.email_invoice", input))["adopted"];
    };
    EXPECT_EQ(adopted("Invoice emailed to ap@acme.example"), Value(true));
    EXPECT_EQ(adopted("Invoice marked as sent"), Value(false));
}

TEST(BooksEmail, NobodyAndVoidInvoicesAreRefused) {
    Books books;
    EXPECT_EQ(books.perform("zoho_books.email_invoice", {{"invoice_id", "2"}, {"to", List{}}}).error().code, ErrorCode::value_invalid);
    EXPECT_EQ(books.perform("zoho_books.email_invoice", {{"invoice_id", "2"}, {"to", ""}}).error().code, ErrorCode::value_invalid);
    EXPECT_EQ(books.perform("zoho_books.email_invoice", {{"invoice_id", "../2"}, {"to", "a@b.c"}}).error().code, ErrorCode::value_invalid);
    EXPECT_TRUE(books.http().sent().empty());
    books.http().on("GET", "/invoices/2?", invoice(R"({"invoice_id":"2","status":"void"})"));
    EXPECT_EQ(books.perform("zoho_books.email_invoice", {{"invoice_id", "2"}, {"to", "a@b.c"}}).error().code, ErrorCode::vendor_rejected);
}

TEST(BooksQuery, ReadsAllPagesAndEncodesParameters) {
    Books books;
    books.http().on("GET", "last_modified_time=2026-02-18T10%3A00%3A00%2B0000&page=1&per_page=200",
                    json_answer(200, R"({"code":0,"invoices":[{"invoice_id":1}],"page_context":[{"has_more_page":true}]})"));
    books.http().on("GET", "page=2", invoices(R"([{"invoice_id":2}])"));
    Result<Value> rows =
        books.perform("zoho_books.query",
                      {{"entity", "invoices"}, {"parameters", Map{{"last_modified_time", *parse_timestamp("2026-02-18T10:00:00.5Z")}}}});
    ASSERT_TRUE(rows) << rows.error().to_text();
    EXPECT_EQ(rows->as_list().size(), 2u);
    EXPECT_FALSE(books.perform("zoho_books.query", {{"entity", "invoices"}, {"parameters", Map{{"organization_id", "1"}}}}));
    EXPECT_FALSE(books.perform("zoho_books.query", {{"entity", "invoices"}, {"parameters", Map{{"a&b", "1"}}}}));
    EXPECT_FALSE(books.perform("zoho_books.query", {{"entity", "invoices"}, {"page", 0}}));
    EXPECT_FALSE(books.perform("zoho_books.query", {{"entity", "invoices"}, {"page", "2"}}));
}

TEST(BooksQuery, PaymentsAreReadUnderEitherName) {
    for (std::string_view key : {"customerpayments", "customer_payments"}) {
        Books books;
        books.http().on("GET", "/customerpayments?", json_answer(200, R"({"code":0,")" + std::string(key) + R"(":[{"payment_id":1}]})"));
        EXPECT_EQ(books.perform("zoho_books.query", {{"entity", "customerpayments"}})->as_list().size(), 1u);
    }
}

TEST(BooksGet, GivesTheRecord) {
    Books books;
    books.http().on("GET", "/books/v3/customerpayments/5?", json_answer(200, R"({"code":0,"payment":{"payment_id":5,"amount":10}})"));
    EXPECT_EQ((*books.perform("zoho_books.get", {{"entity", "customerpayments"}, {"id", 5}}))["amount"], Value(10));
}

TEST(BooksFind, GivesTheRecordOrNullIfZohoSaysThatItIsGone) {
    const Map input{{"entity", "customerpayments"}, {"id", "5"}};
    Books books;
    books.http().on("GET", "/customerpayments/5?", json_answer(200, R"({"code":0,"payment":{"payment_id":5,"amount":"10.50"}})"));
    Result<Value> there = books.perform("zoho_books.find", input);
    ASSERT_TRUE(there) << there.error().to_text();
    EXPECT_EQ((*there)["amount"], Value(*Decimal::parse("10.50")));
    for (const net::Response& gone :
         {refusal(404, 1002, "Payment does not exist."), refusal(400, 1002, "gone"), refusal(400, 9999, "Payment does not exist")}) {
        books.http().on("GET", "/customerpayments/5?", gone);
        Result<Value> none = books.perform("zoho_books.find", input);
        ASSERT_TRUE(none) << none.error().to_text();
        EXPECT_TRUE(none->is_null());
    }
}

TEST(BooksFind, WhateverElseFailsIsNotTakenForGone) {
    const net::Response failures[] = {
        json_answer(404, "<html>nginx</html>"),
        json_answer(404, R"({"message":"no route"})"),
        refusal(404, 5, "Invalid URL Passed"),
        refusal(401, 57, "You are not authorized"),
        refusal(429, 45, "daily limit"),
        json_answer(500, R"({"code":1000})"),
        refusal(400, 6041, "This user does not exist"),
    };
    for (const net::Response& failure : failures) {
        Books books;
        books.http().on("GET", "/customerpayments/5?", failure);
        EXPECT_FALSE(books.perform("zoho_books.find", {{"entity", "customerpayments"}, {"id", "5"}})) << failure.body;
    }
    Books books;
    EXPECT_EQ(books.perform("zoho_books.find", {{"entity", "customerpayments"}, {"id", "x"}}).error().code, ErrorCode::value_invalid);
}

TEST(BooksInvoicePayments, AreReadPageAfterPage) {
    Books books;
    books.http().on("GET", "/books/v3/invoices/7/payments?organization_id=10234695&page=1&per_page=200",
                    json_answer(200, R"({"code":0,"payments":[{"payment_id":1,"amount":10.10}],"page_context":{"has_more_page":true}})"));
    books.http().on("GET", "/books/v3/invoices/7/payments?organization_id=10234695&page=2",
                    json_answer(200, R"({"code":0,"payments":[{"payment_id":2,"amount":"0.90"}]})"));
    Result<Value> payments = books.perform("zoho_books.invoice_payments", {{"invoice_id", "7"}});
    ASSERT_TRUE(payments) << payments.error().to_text();
    ASSERT_EQ(payments->as_list().size(), 2u);
    EXPECT_EQ(payments->at_path("0.payment_id"), Value("1"));
    EXPECT_EQ(payments->at_path("1.amount"), Value(*Decimal::parse("0.90")));
}

TEST(BooksInvoicePayments, NoPaymentsAreAnEmptyListAndNoInvoiceIsAnError) {
    Books books;
    books.http().on("GET", "/invoices/7/payments", json_answer(200, R"({"code":0,"payments":[]})"));
    EXPECT_TRUE(books.perform("zoho_books.invoice_payments", {{"invoice_id", "7"}})->as_list().empty());
    books.http().on("GET", "/invoices/7/payments", refusal(404, 1002, "Invoice does not exist."));
    EXPECT_EQ(books.perform("zoho_books.invoice_payments", {{"invoice_id", "7"}}).error().code, ErrorCode::not_found);
    books.http().on("GET", "/invoices/7/payments", json_answer(200, R"({"code":0})"));
    EXPECT_EQ(books.perform("zoho_books.invoice_payments", {{"invoice_id", "7"}}).error().code, ErrorCode::vendor_protocol);
    EXPECT_EQ(books.perform("zoho_books.invoice_payments", {{"invoice_id", "7/../8"}}).error().code, ErrorCode::value_invalid);
}

TEST(BooksUpdate, PutsTheFields) {
    Books books;
    books.http().on("PUT", "/books/v3/contacts/460?", contact(acme));
    Result<Value> done = books.perform("zoho_books.update", {{"entity", "contacts"}, {"id", "460"}, {"fields", Map{{"cf_x", "1"}}}});
    ASSERT_TRUE(done);
    EXPECT_EQ((*done)["contact_id"], Value("460"));
    EXPECT_FALSE(books.http().last().headers.contains("X-Upsert"));
}

TEST(BooksToken, ARevokedRefreshTokenNeedsAPersonAndIsNotShown) {
    Books books;
    net::Response refused = json_answer(200, R"({"error":"invalid_code","seen":"rrrefresh"})");
    Call call;
    call.http.on("POST", "https://accounts.zoho.com/oauth/v2/token", refused);
    Result<Value> done = books.connection->perform("zoho_books.get", Value(Map{{"entity", "contacts"}, {"id", "1"}}), call.context);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::credentials_refused);
    EXPECT_EQ(call.http.last().body, "grant_type=refresh_token&client_id=c&client_secret=sssecret&refresh_token=rrrefresh");
    std::string shown = call.trace.to_json() + done.error().to_text();
    EXPECT_EQ(shown.find("rrrefresh"), std::string::npos);
    EXPECT_EQ(shown.find("sssecret"), std::string::npos);
}

TEST(BooksToken, AnExpiredTokenIsFetchedOnceMore) {
    Books books;
    books.http().on("GET", "/contacts/1?", refusal(401, 14, "invalid"));
    books.http().on("POST", "/oauth/v2/token",
                    json_answer(200, R"({"access_token":"1000.u","api_domain":"https://www.zohoapis.eu","expires_in":3600})"));
    books.http().on("GET", "/contacts/1?", contact(acme));
    ASSERT_TRUE(books.perform("zoho_books.get", {{"entity", "contacts"}, {"id", "1"}}));
    EXPECT_EQ(books.http().last().headers.get("Authorization"), "Zoho-oauthtoken 1000.u");
}

TEST(BooksToken, TheTokensOwnDomainIsUsedWhicheverDataCentreIsConfigured) {
    Books books;
    books.http().on("GET", "https://www.zohoapis.eu/books/v3/contacts/1?", contact(acme));
    EXPECT_TRUE(books.perform("zoho_books.get", {{"entity", "contacts"}, {"id", "1"}}));
    EXPECT_TRUE(books.http().sent().front().request.url.starts_with("https://accounts.zoho.com/"))
        << "the token comes from the configured one";
}

TEST(BooksToken, AConfiguredApiAddressIsKept) {
    Books books({{"api_url", "http://127.0.0.1:4012"}, {"accounts_url", "http://127.0.0.1:4012"}});
    books.http().on("GET", "http://127.0.0.1:4012/books/v3/contacts/1?", contact(acme));
    EXPECT_TRUE(books.perform("zoho_books.get", {{"entity", "contacts"}, {"id", "1"}}));
}

TEST(BooksLimits, ZohosMinuteIsKeptAtZohoOnly) {
    auto allowed = [](Map settings) {
        Books books(std::move(settings));
        books.http().always("GET", "/contacts/1?", contact(acme));
        int done = 0;
        while (done < 150 && books.perform("zoho_books.get", {{"entity", "contacts"}, {"id", "1"}})) ++done;
        return done;
    };
    EXPECT_EQ(allowed({}), 100);
    EXPECT_EQ(allowed({{"per_minute", 7}}), 7);
    EXPECT_EQ(allowed({{"api_url", "http://127.0.0.1:4012"}}), 150);
}

TEST(BooksLimits, TheOwnBoundSaysWhenToComeBack) {
    Books books({{"per_minute", 1}});
    books.http().always("GET", "/contacts/1?", contact(acme));
    ASSERT_TRUE(books.perform("zoho_books.get", {{"entity", "contacts"}, {"id", "1"}}));
    Result<Value> refused = books.perform("zoho_books.get", {{"entity", "contacts"}, {"id", "1"}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().cls(), ErrorClass::limited);
    EXPECT_EQ(refused.error().retry_after_ms, 60'000);
    books.call.runtime.advance_ms(60'000);
    books.call.context.deadline_ms += 60'000;
    EXPECT_TRUE(books.perform("zoho_books.get", {{"entity", "contacts"}, {"id", "1"}}));
}

TEST(BooksLimits, TheDaysCallsAreKnownFromTheAnswers) {
    Books books;
    auto answer = [&](std::string limit, std::string left) {
        net::Response response = contact(acme);
        response.headers.set("X-Rate-Limit-Limit", std::move(limit));
        response.headers.set("X-Rate-Limit-Remaining", std::move(left));
        books.http().on("GET", "/contacts/1?", response);
        EXPECT_TRUE(books.perform("zoho_books.get", {{"entity", "contacts"}, {"id", "1"}}));
        return books.connection->budget();
    };
    EXPECT_EQ(books.connection->budget(), std::nullopt);
    EXPECT_EQ(answer("2000", "many"), std::nullopt);
    EXPECT_EQ(answer("2000", "2001"), std::nullopt);
    EXPECT_EQ(answer("2000", "1880"), (connector::CallBudget{120, 2000}));
    EXPECT_EQ(answer("", ""), (connector::CallBudget{120, 2000})) << "the last word stands";
}

TEST(BooksConnector, NamesEveryMissingSetting) {
    Call call;
    auto made = [&](Map settings) {
        return descriptor().make(
            {.name = "b", .settings = connector::Settings(std::move(settings)), .limits = {}, .runtime = call.runtime, .vault = nullptr});
    };
    Error error = made({{"client_id", "c"}}).error();
    EXPECT_EQ(error.code, ErrorCode::config_invalid);
    EXPECT_NE(error.message.find("ZOHO_CLIENT_SECRET, ZOHO_REFRESH_TOKEN, ZOHO_ORG_ID"), std::string::npos) << error.message;
    Map all{{"client_id", "c"}, {"client_secret", "s"}, {"refresh_token", "r"}, {"organization_id", "1"}};
    EXPECT_TRUE(made(all));
    for (const auto& [name, value] : Map{{"organization_id", "1&x"},
                                         {"per_minute", "many"},
                                         {"per_minute", -1},
                                         {"unique_fields", "yes"},
                                         {"api_path", "books"},
                                         {"time_zone", "Mars"}}) {
        Map bad = all;
        bad.set(name, value);
        EXPECT_FALSE(made(bad)) << name;
    }
}

TEST(BooksConnector, EveryDeclaredActionIsThere) {
    Books books;
    for (const schema::Action& action : descriptor().actions) {
        Result<Value> done = books.perform(action.name, {});
        ASSERT_FALSE(done);
        EXPECT_NE(done.error().code, ErrorCode::internal) << action.name;
    }
    books.http().on("GET", "/invoices?organization_id=10234695&per_page=1", invoices("[]"));
    EXPECT_TRUE(books.connection->probe(books.call.context));
}

}  // namespace lockstep::connectors::zoho_books
