#include "sandbox/sap/sap_test_client.h"

namespace lockstep::sandbox::sap {

namespace {

class SapPartners : public ::testing::Test, public TestClient {
protected:
    void SetUp() override { begin_session(); }
    /// The partner's body with one value changed at a path of keys.
    static Value changed(std::string_view key, Value value) {
        Value body = object(partner_body);
        body.mutable_map().set(std::string(key), std::move(value));
        return body;
    }
    const std::string set = "API_BUSINESS_PARTNER/A_BusinessPartner";
};

}  // namespace

TEST_F(SapPartners, ADeepInsertMakesACustomerThatIsFoundByItsExternalId) {
    const Value created = post(set, object(partner_body))["d"];
    ASSERT_EQ(last.status, 201) << last.body;
    EXPECT_EQ(created["BusinessPartner"].string_or(""), "1000000");
    EXPECT_EQ(created["Customer"].string_or(""), "1000000");
    EXPECT_EQ(created["BusinessPartnerFullName"].string_or(""), "Müller & Söhne GmbH");
    EXPECT_EQ(created.at_path("to_BusinessPartnerAddress.results.0.to_EmailAddress.results.0.EmailAddress").string_or(""),
              "ap@acme.example");
    EXPECT_EQ(created.at_path("to_Customer.to_CustomerSalesArea.results.0.Currency").string_or(""), "EUR");

    const Value found = get(set + "?$filter=BusinessPartnerIDByExtSystem%20eq%20%27001A0000000EXAMPLE%27&$expand=to_Customer");
    ASSERT_EQ(found.at_path("d.results").as_list().size(), 1u);
    EXPECT_EQ(found.at_path("d.results.0.to_Customer.Customer").string_or(""), "1000000");
}

TEST_F(SapPartners, TheNextPartnerGetsTheNextNumber) {
    post(set, object(partner_body));
    EXPECT_EQ(post(set, object(partner_body)).at_path("d.BusinessPartner").string_or(""), "1000001");
    // SAP does not keep the external id unique.
    EXPECT_EQ(get(set + "?$filter=BusinessPartnerIDByExtSystem%20eq%20%27001A0000000EXAMPLE%27").at_path("d.results").as_list().size(), 2u);
}

TEST_F(SapPartners, AnOrganisationWithoutANameIsRefused) {
    post(set, changed("OrganizationBPName1", nullptr));
    EXPECT_EQ(last.status, 400);
    EXPECT_NE(error_text().find("name for the organization"), std::string::npos) << last.body;
    EXPECT_TRUE(get(set).at_path("d.results").as_list().empty());
}

TEST_F(SapPartners, TheGroupingIsMandatory) {
    post(set, changed("BusinessPartnerGrouping", nullptr));
    EXPECT_EQ(last.status, 400);
    post(set, changed("BusinessPartnerGrouping", "XXXX"));
    EXPECT_EQ(last.status, 400);
}

TEST_F(SapPartners, ACustomersAddressNeedsALanguage) {
    post(set, changed("to_BusinessPartnerAddress", object(R"([{"Country":"DE"}])")));
    EXPECT_EQ(error_code(), "FSBP_ECC/030") << last.body;
    EXPECT_EQ(last.status, 400);
}

TEST_F(SapPartners, AnUnknownCountryIsRefused) {
    post(set, changed("to_BusinessPartnerAddress", object(R"([{"Country":"XX","Language":"EN"}])")));
    EXPECT_EQ(last.status, 400);
    EXPECT_NE(error_text().find("XX"), std::string::npos);
}

TEST_F(SapPartners, ASalesAreaNeedsItsCurrency) {
    post(set, changed("to_Customer",
                      object(R"({"to_CustomerSalesArea":[{"SalesOrganization":"1010","DistributionChannel":"10","Division":"00"}]})")));
    EXPECT_EQ(error_code(), "CVI_API/003");
    EXPECT_EQ(error_text(), "Currency (KNVV-WAERS) is a required entry field");
    EXPECT_EQ(parsed(last).at_path("error.innererror.errordetails.0.severity").string_or(""), "error");
}

TEST_F(SapPartners, ASalesAreaWithoutTheSalesRoleIsRefused) {
    post(set, changed("to_BusinessPartnerRole", object(R"([{"BusinessPartnerRole":"FLCU00"}])")));
    EXPECT_EQ(last.status, 400);
}

TEST_F(SapPartners, ReadOnlyAndUnknownPropertiesAreRefused) {
    post(set, changed("BusinessPartnerFullName", "Acme"));
    EXPECT_EQ(last.status, 400);
    EXPECT_NE(error_text().find("BusinessPartnerFullName"), std::string::npos);
    post(set, changed("Nonsense", "x"));
    EXPECT_EQ(error_text(), "Property 'Nonsense' is invalid");
}

TEST_F(SapPartners, ANameOfFortyOneLettersIsRefused) {
    std::string name;
    for (int i = 0; i < 41; ++i) name += "ü";
    post(set, changed("OrganizationBPName1", name));
    EXPECT_EQ(last.status, 400);
    post(set, changed("OrganizationBPName1", name.substr(2)));
    EXPECT_EQ(last.status, 201);
}

TEST_F(SapPartners, AChangeNeedsTheEntityTag) {
    const std::string etag = post(set, object(partner_body)).at_path("d.__metadata.etag").string_or("");
    net::Request patch = request("PATCH", set + "('1000000')", R"({"SearchTerm1":"ACME"})");
    EXPECT_EQ(vendor->handle(patch).status, 428);
    patch.headers.set("If-Match", "W/\"'other'\"");
    EXPECT_EQ(vendor->handle(patch).status, 412);
    patch.headers.set("If-Match", etag);
    EXPECT_EQ(vendor->handle(patch).status, 204);
    EXPECT_EQ(vendor->handle(patch).status, 412) << "the tag is used up";
    EXPECT_EQ(get(set + "('1000000')").at_path("d.SearchTerm1").string_or(""), "ACME");
}

TEST_F(SapPartners, CannotBeDeleted) {
    post(set, object(partner_body));
    EXPECT_EQ(send("DELETE", set + "('1000000')").status, 400);
    EXPECT_EQ(error_code(), "CI_DRAFTBP_MESSAGE/032");
}

TEST_F(SapPartners, AnAddressAddedLaterFollowsTheSameRules) {
    post(set, object(partner_body));
    post(set + "('1000000')/to_BusinessPartnerAddress", object(R"({"Country":"AT"})"));
    EXPECT_EQ(error_code(), "FSBP_ECC/030");
    post(set + "('1000000')/to_BusinessPartnerAddress", object(R"({"Country":"AT","Language":"DE","CityName":"Wien"})"));
    EXPECT_EQ(last.status, 201) << last.body;
    EXPECT_EQ(get(set + "('1000000')/to_BusinessPartnerAddress").at_path("d.results").as_list().size(), 2u);
}

TEST_F(SapPartners, LoadedOnesAreSoldToLikeCreatedOnes) {
    load("A_BusinessPartner", "[" + std::string(partner_body) + "]");
    const auto records = vendor->records("A_BusinessPartner");
    ASSERT_TRUE(records.has_value());
    ASSERT_EQ(records->size(), 1u);
    EXPECT_EQ((*records)[0].at_path("to_Customer.to_CustomerSalesArea.results.0.SalesOrganization").string_or(""), "1010");
}

TEST_F(SapPartners, AreToldWithTheFieldsAskedForAndNoMore) {
    load("A_BusinessPartner", "[" + std::string(partner_body) + "]");
    const auto whole = vendor->records("A_BusinessPartner"), some = vendor->records_with("A_BusinessPartner", {"BusinessPartner"});
    ASSERT_TRUE(whole.has_value() && some.has_value());
    ASSERT_EQ(some->size(), 1u);
    EXPECT_FALSE((*some)[0]["BusinessPartner"].text().empty());
    EXPECT_EQ((*some)[0]["BusinessPartner"], (*whole)[0]["BusinessPartner"]);
    EXPECT_EQ((*some)[0].find("BusinessPartnerCategory"), nullptr);
}

TEST_F(SapPartners, HaveBanksFaxesAndAddressesInTheWeb) {
    Map body = object(partner_body).as_map();
    body.set("to_BusinessPartnerBank",
             List{Map{{"BankIdentification", Value("0001")}, {"BankCountryKey", Value("DE")}, {"BankNumber", Value("10070000")}}});
    Map address{{"Country", Value("DE")},
                {"Language", Value("EN")},
                {"to_FaxNumber", List{Map{{"FaxNumber", Value("4711")}}}},
                {"to_URLAddress", List{Map{{"WebsiteURL", Value("https://acme.example")}, {"IsDefaultURLAddress", Value(true)}}}}};
    body.set("to_BusinessPartnerAddress", List{std::move(address)});
    const Value made = post("API_BUSINESS_PARTNER/A_BusinessPartner", Value(body))["d"];
    ASSERT_EQ(last.status, 201) << last.body;
    EXPECT_EQ(made.at_path("to_BusinessPartnerAddress.results.0.to_FaxNumber.results.0.OrdinalNumber").string_or(""), "1");
    const std::string uri = made.at_path("to_BusinessPartnerAddress.results.0.to_URLAddress.results.0.__metadata.uri").string_or("");
    EXPECT_NE(uri.find("IsDefaultURLAddress=true"), std::string::npos) << uri;
    EXPECT_EQ(get(uri.substr(uri.find("API_"))).at_path("d.WebsiteURL").string_or(""), "https://acme.example") << last.body;
    const Value read = get("API_BUSINESS_PARTNER/A_BusinessPartner('1000000')?$expand=to_BusinessPartnerBank,to_Supplier")["d"];
    EXPECT_EQ(read.at_path("to_BusinessPartnerBank.results.0.BankNumber").string_or(""), "10070000");
    EXPECT_TRUE(read["to_Supplier"].is_null());
}

TEST_F(SapPartners, AreReplacedByPut) {
    Map body = object(partner_body).as_map();
    body.set("SearchTerm1", Value("BEFORE"));
    post("API_BUSINESS_PARTNER/A_BusinessPartner", Value(body));
    net::Request put = request("PUT", "API_BUSINESS_PARTNER/A_BusinessPartner('1000000')",
                               R"({"BusinessPartner":"1000000","BusinessPartnerCategory":"2","OrganizationBPName1":"New name"})");
    put.headers.set("If-Match", "*");
    EXPECT_EQ(vendor->handle(put).status, 204);
    const Value read = get("API_BUSINESS_PARTNER/A_BusinessPartner('1000000')")["d"];
    EXPECT_EQ(read["BusinessPartnerFullName"].string_or(""), "New name");
    EXPECT_EQ(read["SearchTerm1"].string_or(""), "");
    EXPECT_EQ(read["Customer"].string_or(""), "1000000") << "what clients cannot change stays";

    // Whoever writes back all that was read changes nothing, be it initial values or navigations without entities.
    Map whole = read.as_map();
    whole.set("to_Customer", Value());
    whole.set("to_BusinessPartnerRole", Value(List{}));
    put.body = json::write(Value(whole));
    EXPECT_EQ(vendor->handle(put).status, 204);
    EXPECT_EQ(get("API_BUSINESS_PARTNER/A_BusinessPartner('1000000')/to_BusinessPartnerRole").at_path("d.results").as_list().size(), 2u);
    whole.set("ETag", Value("OTHER"));
    put.body = json::write(Value(whole));
    EXPECT_EQ(vendor->handle(put).status, 400);
    put.body = R"({"to_BusinessPartnerRole":[{"BusinessPartnerRole":"FLVN00"}]})";
    EXPECT_EQ(vendor->handle(put).status, 400);
}

}  // namespace lockstep::sandbox::sap
