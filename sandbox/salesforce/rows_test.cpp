#include "sandbox/salesforce/test_organisation.h"

namespace lockstep::sandbox::salesforce {
namespace {

constexpr std::string_view deal_body = R"({"Name":"Deal","StageName":"Prospecting","CloseDate":"2026-03-01","Amount":100.5})";

std::string body_of(std::string_view text) { return std::string(text); }

}  // namespace

TEST(Rows, ACreatedRowIsReadBack) {
    Organisation organisation;
    const net::Response made =
        organisation.api("POST", "/sobjects/Account", R"({"attributes":{"type":"Account"},"Name":"O'Neil & Söhne","Phone":"+49 30 1"})");
    ASSERT_EQ(made.status, 201) << made.body;
    const std::string id = Organisation::parse(made)["id"].as_string();
    EXPECT_EQ(made.body, "{\"id\":\"" + id + "\",\"success\":true,\"errors\":[]}");
    EXPECT_TRUE(id.starts_with("001"));
    const Value row = Organisation::parse(organisation.api("GET", "/sobjects/Account/" + id.substr(0, 15)));
    EXPECT_EQ(row["Name"].string_or(""), "O'Neil & Söhne");
    EXPECT_EQ(row["CurrencyIsoCode"].string_or(""), "EUR");
    EXPECT_EQ(row["CreatedDate"].string_or(""), "2026-02-18T10:00:00.000+0000");
    EXPECT_EQ(row.at_path("attributes.url").string_or(""), "/services/data/v60.0/sobjects/Account/" + id);
    const Value some = Organisation::parse(organisation.api("GET", "/sobjects/Account/" + id + "?fields=Name,Phone"));
    EXPECT_EQ(some["Phone"].string_or(""), "+49 30 1");
    EXPECT_EQ(some.find("CurrencyIsoCode"), nullptr);
}

TEST(Rows, AnUpdateMovesTheTimesAndAnswers204) {
    Organisation organisation;
    const std::string id = organisation.create("Account", R"({"Name":"A","Fax":"1"})");
    organisation.now = organisation.now.plus_ms(60'700);
    const net::Response changed = organisation.api("PATCH", "/sobjects/Account/" + id, R"({"Phone":"2","Fax":null})");
    EXPECT_EQ(changed.status, 204);
    EXPECT_EQ(changed.body, "");
    const Value row = Organisation::parse(organisation.api("GET", "/sobjects/Account/" + id));
    EXPECT_EQ(row["Phone"].string_or(""), "2");
    EXPECT_TRUE(row["Fax"].is_null());
    EXPECT_EQ(row["SystemModstamp"].string_or(""), "2026-02-18T10:01:00.000+0000");
    EXPECT_EQ(row["CreatedDate"].string_or(""), "2026-02-18T10:00:00.000+0000");
}

TEST(Rows, EachRefusalHasTheVendorsCodeStatusAndField) {
    Organisation organisation;
    const std::string account = organisation.create("Account", R"({"Name":"A"})");
    const std::string deal = organisation.create("Opportunity", body_of(deal_body));
    organisation.create("Opportunity",
                        R"({"Name":"Taken","StageName":"Prospecting","CloseDate":"2026-03-01","SAP_Order_Number__c":"4711"})");
    const std::string gone = organisation.create("Account", R"({"Name":"Gone"})");
    ASSERT_EQ(organisation.api("DELETE", "/sobjects/Account/" + gone).status, 204);
    struct Case {
        const char* method;
        std::string path, body;
        int status;
        const char* code;
        const char* field;
        const char* message;
    };
    const std::string row = "/sobjects/Opportunity/" + deal;
    const Case cases[] = {
        {"POST", "/sobjects/Opportunity", R"({"Name":"x"})", 400, "REQUIRED_FIELD_MISSING", "StageName",
         "Required fields are missing: [StageName, CloseDate]"},
        {"PATCH", row, R"({"Name":null})", 400, "REQUIRED_FIELD_MISSING", "Name", "Required fields are missing: [Name]"},
        {"PATCH", row, R"({"Nmae":"x"})", 400, "INVALID_FIELD", "", "No such column 'Nmae' on sobject of type Opportunity"},
        {"PATCH", row, R"({"Id":"x"})", 400, "INVALID_FIELD", "", "The Id field should not be specified in the sobject data."},
        {"PATCH", row, R"({"IsWon":true})", 400, "INVALID_FIELD_FOR_INSERT_UPDATE", "IsWon", "Unable to create/update fields: IsWon."},
        {"PATCH", row, R"({"SystemModstamp":"2026-01-01T00:00:00Z"})", 400, "INVALID_FIELD_FOR_INSERT_UPDATE", "SystemModstamp",
         "Unable to create/update fields"},
        {"PATCH", row, R"({"SAP_Order_Number__c":"12345678901"})", 400, "STRING_TOO_LONG", "SAP_Order_Number__c",
         "SAP Order Number: data value too large: 12345678901 (max length=10)"},
        {"PATCH", row, R"({"StageName":"Won, surely"})", 400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "StageName",
         "Stage: bad value for restricted picklist field: Won, surely"},
        {"PATCH", row, R"({"CurrencyIsoCode":"XXX"})", 400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "CurrencyIsoCode",
         "bad value for restricted picklist"},
        {"PATCH", row, R"({"SAP_Order_Number__c":"4711"})", 400, "DUPLICATE_VALUE", "",
         "duplicate value found: SAP_Order_Number__c duplicates value on record with id: 006"},
        {"PATCH", row, R"({"AccountId":"xyz"})", 400, "MALFORMED_ID", "AccountId", "Account ID: id value of incorrect type: xyz"},
        {"PATCH", row, "{\"AccountId\":\"" + deal + "\"}", 400, "MALFORMED_ID", "AccountId", "id value of incorrect type"},
        {"PATCH", row, "{\"AccountId\":\"" + make_record_id("001", 99999) + "\"}", 400, "INVALID_CROSS_REFERENCE_KEY", "AccountId",
         "invalid cross reference id"},
        {"PATCH", row, "{\"AccountId\":\"" + gone + "\"}", 404, "ENTITY_IS_DELETED", "AccountId", "entity is deleted"},
        {"PATCH", row, R"({"Amount":"many"})", 400, "JSON_PARSER_ERROR", "",
         "Cannot deserialize instance of currency from VALUE_STRING value many"},
        {"PATCH", row, R"({"Name":5})", 400, "JSON_PARSER_ERROR", "",
         "Cannot deserialize instance of string from VALUE_NUMBER_INT value 5"},
        {"PATCH", row, R"({"CloseDate":"18.02.2026"})", 400, "JSON_PARSER_ERROR", "",
         "Cannot deserialize instance of date from VALUE_STRING"},
        {"PATCH", row, R"({"Payment_Date__c":"2026-02-18T10:00:00Z"})", 400, "JSON_PARSER_ERROR", "", "instance of date"},
        {"PATCH", row, R"({"Last_Sync_Date__c":"2026-02-18 10:00:00"})", 400, "JSON_PARSER_ERROR", "", "instance of datetime"},
        {"PATCH", row, R"({"Payment_Received__c":"yes"})", 400, "JSON_PARSER_ERROR", "", "instance of boolean"},
        {"PATCH", row, R"({"Payment_Amount__c":100000000000000})", 400, "NUMBER_OUTSIDE_VALID_RANGE", "Payment_Amount__c",
         "value outside of valid range on numeric field: 1.0E14"},
        {"PATCH", row, R"({"Name")", 400, "JSON_PARSER_ERROR", "", ""},
        {"PATCH", row, R"([1])", 400, "JSON_PARSER_ERROR", "", ""},
        {"PATCH", row, "", 400, "JSON_PARSER_ERROR", "", "entity body is required"},
        {"POST", "/sobjects/Contact", R"({"LastName":"x","Email":"nobody"})", 400, "INVALID_EMAIL_ADDRESS", "Email",
         "invalid email address: nobody"},
        {"POST", "/sobjects/Account", "{\"Id\":\"" + account + "\",\"Name\":\"x\"}", 400, "INVALID_FIELD_FOR_INSERT_UPDATE", "Id",
         "cannot specify Id in an insert call"},
        {"GET", "/sobjects/Account/" + gone, "", 404, "ENTITY_IS_DELETED", "", "entity is deleted"},
        {"DELETE", "/sobjects/Account/" + gone, "", 404, "ENTITY_IS_DELETED", "", "entity is deleted"},
        {"GET", "/sobjects/Account/" + make_record_id("001", 99999), "", 404, "NOT_FOUND", "", "The requested resource does not exist"},
        {"GET", "/sobjects/Account/abc", "", 404, "NOT_FOUND", "", "Provided external ID field does not exist or is not accessible: abc"},
        {"GET", "/sobjects/Acount/" + account, "", 404, "NOT_FOUND", "", "The requested resource does not exist"},
        {"GET", "/sobjects/Account/" + account + "?fields=Nmae", "", 400, "INVALID_FIELD", "", "No such column 'Nmae'"},
        {"PUT", "/sobjects/Account/" + account, "{}", 405, "METHOD_NOT_ALLOWED", "",
         "HTTP Method 'PUT' not allowed. Allowed are GET,PATCH,DELETE"},
        {"PATCH", "/sobjects/Account", "{}", 405, "METHOD_NOT_ALLOWED", "", "HTTP Method 'PATCH' not allowed"},
        {"GET", "/nothing", "", 404, "NOT_FOUND", "", ""},
    };
    for (const Case& c : cases) {
        const net::Response response = organisation.api(c.method, c.path, c.body);
        EXPECT_EQ(response.status, c.status) << c.path << " " << c.body << "\n" << response.body;
        EXPECT_EQ(Organisation::code(response), c.code) << c.path << " " << c.body << "\n" << response.body;
        EXPECT_NE(Organisation::message(response).find(c.message), std::string::npos) << response.body;
        EXPECT_EQ(Organisation::parse(response).at_path("0.fields.0").string_or(""), c.field) << response.body;
    }
    const Value after = Organisation::parse(organisation.api("GET", row + "?fields=Name,StageName,Amount"));
    EXPECT_EQ(after["Name"].string_or(""), "Deal");
    EXPECT_EQ(after["Amount"], Value(*Decimal::parse("100.5")));
}

TEST(Rows, ABodyThatIsNotJsonIsRefusedByItsType) {
    Organisation organisation;
    EXPECT_EQ(organisation.api("POST", "/sobjects/Account", "Name=x", {{"Content-Type", "application/x-www-form-urlencoded"}}).status, 415);
}

TEST(Rows, StagesDecideWonClosedAndProbability) {
    Organisation organisation;
    const std::string id = organisation.create("Opportunity", body_of(deal_body));
    const auto state = [&] { return Organisation::parse(organisation.api("GET", "/sobjects/Opportunity/" + id)); };
    EXPECT_EQ(state()["IsWon"], Value(false));
    EXPECT_EQ(state()["Probability"], Value(10));
    organisation.api("PATCH", "/sobjects/Opportunity/" + id, R"({"StageName":"Closed Won"})");
    EXPECT_EQ(state()["IsWon"], Value(true));
    EXPECT_EQ(state()["IsClosed"], Value(true));
    organisation.api("PATCH", "/sobjects/Opportunity/" + id, R"({"StageName":"Closed Lost"})");
    EXPECT_EQ(state()["IsWon"], Value(false));
    EXPECT_EQ(state()["IsClosed"], Value(true));
}

TEST(Rows, NumbersAreRoundedToTheFieldsScaleAndWrittenAsDoubles) {
    Organisation organisation;
    const std::string id = organisation.create(
        "Opportunity", R"({"Name":"D","StageName":"Prospecting","CloseDate":"2026-03-01","Amount":45000,"Payment_Amount__c":10.005})");
    const std::string text = organisation.api("GET", "/sobjects/Opportunity/" + id).body;
    EXPECT_NE(text.find("\"Amount\":45000.0"), std::string::npos) << text;
    EXPECT_NE(text.find("\"Payment_Amount__c\":10.01"), std::string::npos) << text;
}

TEST(Upsert, CreatesThenUpdatesByTheExternalId) {
    Organisation organisation;
    const std::string path = "/sobjects/Account/External_Id__c/a%2Fb%20%C3%BC";
    const net::Response first = organisation.api("PATCH", path, R"({"Name":"One"})");
    EXPECT_EQ(first.status, 201) << first.body;
    EXPECT_EQ(Organisation::parse(first)["created"], Value(true));
    const net::Response second = organisation.api("PATCH", path, R"({"Name":"Two"})");
    EXPECT_EQ(second.status, 200);
    EXPECT_EQ(Organisation::parse(second)["created"], Value(false));
    EXPECT_EQ(Organisation::parse(second)["id"], Organisation::parse(first)["id"]);
    const Value row = Organisation::parse(organisation.api("GET", path));
    EXPECT_EQ(row["Name"].string_or(""), "Two");
    EXPECT_EQ(row["External_Id__c"].string_or(""), "a/b ü");
    EXPECT_EQ(Organisation::code(organisation.api("PATCH", path, R"({"External_Id__c":"x","Name":"y"})")), "INVALID_FIELD");
    EXPECT_EQ(Organisation::code(organisation.api("PATCH", "/sobjects/Account/Name/x", R"({"Phone":"y"})")), "NOT_FOUND");
    EXPECT_EQ(organisation.api("PATCH", "/sobjects/Account/External_Id__c/none?updateOnly=true", R"({"Name":"y"})").status, 404);
    EXPECT_EQ(organisation.api("DELETE", path).status, 204);
    EXPECT_EQ(organisation.api("GET", path).status, 404);
    EXPECT_EQ(organisation.api("PATCH", path, R"({"Name":"Again"})").status, 201) << "a deleted row frees its external id";
}

TEST(Rows, AParentCanBeNamedByItsExternalId) {
    Organisation organisation;
    organisation.create("Account", R"({"Name":"A","External_Id__c":"E1"})");
    const std::string deal = organisation.create(
        "Opportunity", R"({"Name":"D","StageName":"Prospecting","CloseDate":"2026-03-01","Account":{"External_Id__c":"e1"}})");
    EXPECT_EQ(organisation.query("SELECT Account.Name FROM Opportunity WHERE Id = '" + deal + "'")
                  .at_path("records.0.Account.Name")
                  .string_or(""),
              "A");
    EXPECT_EQ(Organisation::code(organisation.api("PATCH", "/sobjects/Opportunity/" + deal, R"({"Account":{"External_Id__c":"E2"}})")),
              "INVALID_FIELD");
}

class Lines : public testing::Test {
protected:
    Lines() {
        product = organisation.create("Product2", R"({"Name":"Pump","ProductCode":"P-1","IsActive":true})");
        entry = organisation.create(
            "PricebookEntry", body("Product2Id", product, R"("Pricebook2Id":")" + standard + R"(","UnitPrice":99.99,"IsActive":true)"));
        deal = organisation.create("Opportunity", R"({"Name":"Deal","StageName":"Prospecting","CloseDate":"2026-03-01","Amount":5})");
    }
    static std::string body(std::string_view name, const std::string& id, const std::string& rest) {
        return "{\"" + std::string(name) + "\":\"" + id + "\"," + rest + "}";
    }
    std::string line(const std::string& rest) {
        return organisation.create("OpportunityLineItem", body("OpportunityId", deal, R"("PricebookEntryId":")" + entry + "\"," + rest));
    }
    net::Response try_line(const std::string& rest) {
        return organisation.api("POST", "/sobjects/OpportunityLineItem", body("OpportunityId", deal, rest));
    }
    Value state() { return Organisation::parse(organisation.api("GET", "/sobjects/Opportunity/" + deal)); }

    Organisation organisation;
    std::string standard = organisation.query("SELECT Id FROM Pricebook2 WHERE IsStandard = true").at_path("records.0.Id").string_or("");
    std::string product, entry, deal;
};

TEST_F(Lines, MakeTheAmountOfTheirOpportunity) {
    EXPECT_EQ(state()["HasOpportunityLineItem"], Value(false));
    const std::string first = line(R"("Quantity":3,"UnitPrice":99.99)");
    line(R"("Quantity":1.5,"UnitPrice":10,"Discount":12.5)");
    EXPECT_EQ(state()["Amount"], Value(*Decimal::parse("313.10")));  // 299.97 + 13.125 to the cent
    EXPECT_EQ(state()["HasOpportunityLineItem"], Value(true));
    EXPECT_EQ(state()["Pricebook2Id"].string_or(""), standard);
    organisation.api("PATCH", "/sobjects/OpportunityLineItem/" + first, R"({"Quantity":1})");
    EXPECT_EQ(state()["Amount"], Value(*Decimal::parse("113.12")));
    organisation.api("PATCH", "/sobjects/OpportunityLineItem/" + first, R"({"TotalPrice":50})");
    EXPECT_EQ(state()["Amount"], Value(*Decimal::parse("63.13")));
    organisation.api("DELETE", "/sobjects/OpportunityLineItem/" + first);
    EXPECT_EQ(state()["Amount"], Value(*Decimal::parse("13.13")));
}

TEST_F(Lines, ShieldTheAmountFromUpdates) {
    line(R"("Quantity":2,"UnitPrice":10)");
    EXPECT_EQ(organisation.api("PATCH", "/sobjects/Opportunity/" + deal, R"({"Amount":7,"NextStep":"call"})").status, 204);
    EXPECT_EQ(state()["Amount"], Value(20));
    EXPECT_EQ(state()["NextStep"].string_or(""), "call");
}

TEST_F(Lines, TakeProductCodeAndNameFromTheProduct) {
    line(R"("Quantity":1,"UnitPrice":1)");
    const Value row =
        organisation.query("SELECT Name, ProductCode, ListPrice, Product2.ProductCode, PricebookEntry.UnitPrice FROM OpportunityLineItem")
            .at_path("records.0");
    EXPECT_EQ(row["Name"].string_or(""), "Deal Pump");
    EXPECT_EQ(row["ProductCode"].string_or(""), "P-1");
    EXPECT_EQ(row["ListPrice"], Value(*Decimal::parse("99.99")));
    EXPECT_EQ(row.at_path("Product2.ProductCode").string_or(""), "P-1");
}

TEST_F(Lines, AreRefusedWithoutPriceProductOrQuantity) {
    const std::string with_entry = R"("PricebookEntryId":")" + entry + "\",";
    EXPECT_EQ(Organisation::code(try_line(with_entry + R"("UnitPrice":1)")), "REQUIRED_FIELD_MISSING");
    EXPECT_EQ(Organisation::code(try_line(with_entry + R"("Quantity":1)")), "REQUIRED_FIELD_MISSING");
    EXPECT_EQ(Organisation::code(try_line(R"("Quantity":1,"UnitPrice":1)")), "REQUIRED_FIELD_MISSING");
    EXPECT_EQ(Organisation::code(try_line(with_entry + R"("Quantity":0,"UnitPrice":1)")), "FIELD_INTEGRITY_EXCEPTION");
    EXPECT_EQ(Organisation::code(try_line(with_entry + R"("Quantity":1,"UnitPrice":1,"TotalPrice":1)")), "FIELD_INTEGRITY_EXCEPTION");
    EXPECT_EQ(try_line(R"("Product2Id":")" + product + R"(","Quantity":1,"UnitPrice":1)").status, 201);
    organisation.create("Opportunity", R"({"Name":"$","StageName":"Prospecting","CloseDate":"2026-03-01","CurrencyIsoCode":"USD"})");
    deal = organisation.query("SELECT Id FROM Opportunity WHERE CurrencyIsoCode = 'USD'").at_path("records.0.Id").as_string();
    EXPECT_EQ(Organisation::code(try_line(with_entry + R"("Quantity":1,"UnitPrice":1)")), "FIELD_INTEGRITY_EXCEPTION");
}

TEST_F(Lines, GoWithTheirOpportunity) {
    const std::string id = line(R"("Quantity":1,"UnitPrice":1)");
    EXPECT_EQ(Organisation::code(organisation.api("DELETE", "/sobjects/Product2/" + product)), "DELETE_FAILED");
    EXPECT_EQ(organisation.api("DELETE", "/sobjects/Opportunity/" + deal).status, 204);
    EXPECT_EQ(Organisation::code(organisation.api("GET", "/sobjects/OpportunityLineItem/" + id)), "ENTITY_IS_DELETED");
    EXPECT_EQ(organisation.query("SELECT COUNT() FROM OpportunityLineItem")["totalSize"], Value(0));
}

TEST(Guards, AnAccountIsWrittenOnlyIfItsTagStillFits) {
    Organisation organisation;
    const std::string path = "/sobjects/Account/" + organisation.create("Account", R"({"Name":"A"})");
    const net::Response read = organisation.api("GET", path);
    const std::string tag(read.headers.get("ETag").value_or(""));
    ASSERT_TRUE(tag.starts_with('"'));
    EXPECT_EQ(organisation.api("GET", path, {}, {{"If-None-Match", tag}}).status, 304);
    EXPECT_EQ(organisation.api("PATCH", path, R"({"Phone":"1"})", {{"If-Match", tag}}).status, 204);
    EXPECT_EQ(organisation.api("PATCH", path, R"({"Phone":"2"})", {{"If-Match", tag}}).status, 412);
    EXPECT_EQ(organisation.api("PATCH", path, R"({"Phone":"2"})", {{"If-Match", "nonsense"}}).status, 400);
    EXPECT_EQ(Organisation::parse(organisation.api("GET", path))["Phone"].string_or(""), "1");
}

TEST(Guards, TimesGuardEveryRow) {
    Organisation organisation;
    const std::string path = "/sobjects/Contact/" + organisation.create("Contact", R"({"LastName":"A"})");
    EXPECT_FALSE(organisation.api("GET", path).headers.contains("ETag"));
    EXPECT_EQ(organisation.api("GET", path, {}, {{"If-Modified-Since", "Wed, 18 Feb 2026 10:00:00 GMT"}}).status, 304);
    EXPECT_EQ(organisation.api("GET", path, {}, {{"If-Modified-Since", "Wed, 18 Feb 2026 09:59:59 GMT"}}).status, 200);
    EXPECT_EQ(organisation.api("PATCH", path, R"({"Title":"x"})", {{"If-Unmodified-Since", "Wed, 18 Feb 2026 09:59:59 GMT"}}).status, 412);
    EXPECT_EQ(organisation.api("PATCH", path, R"({"Title":"x"})", {{"If-Unmodified-Since", "Wed, 18 Feb 2026 10:00:00 GMT"}}).status, 204);
    EXPECT_EQ(organisation.api("PATCH", path, R"({"Title":"x"})", {{"If-Unmodified-Since", "yesterday"}}).status, 400);
}

TEST(Describe, SaysWhatTheFieldsAre) {
    Organisation organisation;
    const Value described = Organisation::parse(organisation.api("GET", "/sobjects/opportunity/describe"));
    EXPECT_EQ(described["name"].string_or(""), "Opportunity");
    EXPECT_EQ(described["keyPrefix"].string_or(""), "006");
    bool found = false;
    for (const Value& field : described["fields"].as_list()) {
        if (field["name"].string_or("") != "SAP_Order_Number__c") continue;
        found = true;
        EXPECT_EQ(field["type"].string_or(""), "string");
        EXPECT_EQ(field["length"], Value(10));
        EXPECT_EQ(field["externalId"], Value(true));
        EXPECT_EQ(field["unique"], Value(true));
    }
    EXPECT_TRUE(found);
    EXPECT_EQ(described.at_path("childRelationships.0.relationshipName").string_or(""), "OpportunityLineItems");
    EXPECT_EQ(Organisation::parse(organisation.api("GET", "/sobjects")).at_path("sobjects.0.name").string_or(""), "Account");
    EXPECT_EQ(organisation.api("GET", "/sobjects/Nothing/describe").status, 404);
}

TEST(Describe, IsReadAgainOnlyIfItChanged) {
    Organisation organisation;
    for (const char* path : {"/sobjects", "/sobjects/Account/describe"}) {
        const std::string modified(organisation.api("GET", path).headers.get("Last-Modified").value_or(""));
        ASSERT_FALSE(modified.empty());
        net::Headers since;
        since.set("If-Modified-Since", modified);
        EXPECT_EQ(organisation.api("GET", path, {}, since).status, 304) << path;
        since.set("If-Modified-Since", "Thu, 01 Jan 2015 00:00:00 GMT");
        EXPECT_EQ(organisation.api("GET", path, {}, since).status, 200) << path;
    }
}

TEST(Load, TakesRecordsAsTheyAreAndSaysWhatIsWrong) {
    Organisation organisation;
    organisation.load("Opportunity",
                      R"([{"Id":"006D000000INjVe","Name":"L","StageName":"Closed Won","CloseDate":"2026-01-01","CurrencyIsoCode":"USD"}])");
    organisation.load("OpportunityLineItem", R"([{"OpportunityId":"006D000000INjVeIAL","Quantity":"2","UnitPrice":12.345}])");
    const Value row = organisation
                          .query(
                              "SELECT IsWon, Amount, (SELECT TotalPrice, CurrencyIsoCode FROM OpportunityLineItems) FROM Opportunity WHERE "
                              "Id='006D000000INjVe'")
                          .at_path("records.0");
    EXPECT_EQ(row["IsWon"], Value(true));
    EXPECT_EQ(row["Amount"], Value(*Decimal::parse("24.7")));
    EXPECT_EQ(row.at_path("OpportunityLineItems.records.0.CurrencyIsoCode").string_or(""), "USD");
    const std::pair<const char*, const char*> bad[] = {
        {R"([{"Name":"x","Nmae":"y"}])", "Opportunity has no such field: Nmae (did you mean `Name`?)"},
        {R"([{"Id":"001D000000INjVe"}])", "not an id of Opportunity"},
        {R"([{"CloseDate":"never"}])", "CloseDate"},
        {R"([1])", "record 0 is not an object"},
    };
    for (const auto& [records, reason] : bad) {
        auto loaded = organisation.vendor->load("Opportunity", json::parse(records)->as_list());
        ASSERT_FALSE(loaded.has_value()) << records;
        EXPECT_NE(loaded.error().message.find(reason), std::string::npos) << loaded.error().message;
    }
    EXPECT_FALSE(organisation.vendor->load("Opportunty", {}).has_value());
}

TEST(Load, TakesBackWhatStateGives) {
    Organisation organisation;
    organisation.create("Account", R"({"Name":"A","BillingCity":"Köln","AnnualRevenue":12345678})");
    auto records = organisation.vendor->records("Account");
    ASSERT_TRUE(records.has_value());
    organisation.vendor->reset();
    EXPECT_TRUE(organisation.vendor->records("Account")->empty());
    auto loaded = organisation.vendor->load("Account", *records);
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    EXPECT_EQ(*organisation.vendor->records("Account"), *records);
}

TEST(Emit, AnOutboundMessageHoldsTheRecordsAsTheyAreNow) {
    Organisation organisation;
    const std::string id =
        organisation.create("Opportunity", R"({"Name":"A & B","StageName":"Closed Won","CloseDate":"2026-03-01","Amount":45000})");
    auto request = organisation.vendor->emit(
        "outbound_message",
        {{"object", "Opportunity"}, {"ids", List{id}}, {"fields", List{"StageName", "Amount", "Name"}}, {"url", "http://x/y"}});
    ASSERT_TRUE(request.has_value()) << request.error().message;
    EXPECT_EQ(request->url, "http://x/y");
    EXPECT_NE(
        request->body.find("<sf:Id>" + id +
                           "</sf:Id><sf:Amount>45000.0</sf:Amount><sf:Name>A &amp; B</sf:Name><sf:StageName>Closed Won</sf:StageName>"),
        std::string::npos)
        << request->body;
    EXPECT_FALSE(organisation.vendor->emit("outbound_message", {{"object", "Opportunity"}}).has_value());
    EXPECT_FALSE(organisation.vendor->emit("nothing", {}).has_value());
}

}  // namespace lockstep::sandbox::salesforce
