#include "connectors/salesforce/receive.h"

#include <gtest/gtest.h>

#include "connectors/salesforce/salesforce_test.h"
#include "value/xml.h"

namespace lockstep::connectors::salesforce {
namespace {

constexpr std::string_view own = "00DA0000000EXAMPLE";

std::string notification(const std::string& id = "04lA0000000EXAMPLE", const std::string& record = "<sf:Id>006A0000000EXAMPLE</sf:Id>") {
    return "<Notification><Id>" + id + "</Id><sObject xsi:type=\"sf:Opportunity\" xmlns:sf=\"urn:sobject.enterprise.soap.sforce.com\">" +
           record + "</sObject></Notification>";
}

std::string message(const std::string& notifications, const std::string& organization = std::string(own)) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
           "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" "
           "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n <soapenv:Body>\n"
           "  <notifications xmlns=\"http://soap.sforce.com/2005/09/outbound\">\n   <OrganizationId>" +
           organization +
           "</OrganizationId>\n   <ActionId>04kA0000000EXAMPLE</ActionId>\n   <SessionId>00D!a-session-that-is-secret</SessionId>\n"
           "   <EnterpriseUrl>https://example.my.salesforce.com/services/Soap/c/60.0/00DA0000000EXAM</EnterpriseUrl>\n"
           "   <PartnerUrl>https://example.my.salesforce.com/services/Soap/u/60.0/00DA0000000EXAM</PartnerUrl>\n" +
           notifications + "\n  </notifications>\n </soapenv:Body>\n</soapenv:Envelope>\n";
}

net::Request request(std::string body, std::string type = "text/xml; charset=UTF-8") {
    return {.method = "POST",
            .url = "/webhook/salesforce/outbound-message",
            .headers = {{"Content-Type", std::move(type)}, {"SOAPAction", "\"\""}},
            .body = std::move(body)};
}

Result<connector::Delivery> receive(const std::string& body, std::string_view organization = own) {
    return receive_outbound_message(request(body), organization);
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    std::size_t at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return text.replace(at, what.size(), with);
}

TEST(OutboundMessage, BringsTheRecordAsItWasSent) {
    auto delivery = receive(message(notification("04lA0000000EXAMPLE",
                                                 "<sf:Id>006A0000000EXAMPLE</sf:Id><sf:Amount>45000.0</sf:Amount>"
                                                 "<sf:CloseDate>2026-01-31</sf:CloseDate><sf:Description xsi:nil=\"true\"/>"
                                                 "<sf:Name>M&#252;ller &amp; Sons</sf:Name>")));
    ASSERT_TRUE(delivery) << delivery.error().to_text();
    ASSERT_EQ(delivery->size(), 1u);
    const auto& only = delivery->front();
    EXPECT_EQ(only.id, "04lA0000000EXAMPLE");
    EXPECT_EQ(only.topic, "Opportunity");
    EXPECT_EQ(only.body, Value(Map{{"Id", "006A0000000EXAMPLE"},
                                   {"Amount", "45000.0"},
                                   {"CloseDate", "2026-01-31"},
                                   {"Description", Value()},
                                   {"Name", "M\xc3\xbcller & Sons"}}));
}

TEST(OutboundMessage, TakesAHundredNotificationsAndNotOneMore) {
    std::string many;
    for (int i = 0; i < 100; ++i) many += notification("04lA00000000" + std::to_string(100 + i));
    auto delivery = receive(message(many));
    ASSERT_TRUE(delivery) << delivery.error().to_text();
    EXPECT_EQ(delivery->size(), 100u);
    EXPECT_EQ(delivery->back().id.substr(0, 15), "04lA00000000199");
    auto refused = receive(message(many + notification()));
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("more than 100"), std::string::npos) << refused.error().message;
}

TEST(OutboundMessage, PrefixesMeanWhatTheyAreDeclaredToMean) {
    const std::string odd =
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" "
        "xmlns:rec=\"urn:sobject.enterprise.soap.sforce.com\"><s:Header/><s:Body><o:notifications "
        "xmlns:o=\"http://soap.sforce.com/2005/09/outbound\"><o:OrganizationId>00DA0000000EXAM</o:OrganizationId>"
        "<o:Notification><o:Id>04lA0000000EXAMPLE</o:Id><o:sObject i:type=\"rec:Opportunity\"><rec:Id>006A0000000EXAMPLE</rec:Id>"
        "<sf:Name xmlns:sf=\"urn:another\">not a field</sf:Name></o:sObject></o:Notification></o:notifications></s:Body></s:Envelope>";
    auto delivery = receive(odd);
    ASSERT_TRUE(delivery) << delivery.error().to_text();
    EXPECT_EQ(delivery->front().topic, "Opportunity");
    EXPECT_EQ(delivery->front().body, Value(Map{{"Id", "006A0000000EXAMPLE"}}));
    auto other = receive(replaced(odd, "rec=\"urn:sobject.enterprise", "rec=\"urn:sobject.another"));
    EXPECT_FALSE(other);
}

TEST(OutboundMessage, OrganisationsAreTheSameInBothForms) {
    for (std::string id : {"00DA0000000EXAMPLE", "00DA0000000EXAM"})
        for (std::string_view configured : {"00DA0000000EXAMPLE", "00DA0000000EXAM", ""})
            EXPECT_TRUE(receive(message(notification(), id), configured)) << id << " " << configured;
    for (std::string id : {"00DA0000000OTHE", "00DA0000000exam"}) {
        auto refused = receive(message(notification(), id));
        ASSERT_FALSE(refused) << id;
        EXPECT_EQ(refused.error().code, ErrorCode::permission_missing);
    }
    auto no_organization = receive(message(notification(), "005A0000000EXAMPLE"), "");
    ASSERT_FALSE(no_organization);
    EXPECT_EQ(no_organization.error().code, ErrorCode::permission_missing);
}

struct Bad {
    std::string name, body, says;
};

std::vector<Bad> bad_messages() {
    const std::string good = message(notification());
    std::string deep = "<sf:Id>006A0000000EXAMPLE</sf:Id>", close;
    for (int i = 0; i < 100; ++i) {
        deep += "<sf:A>";
        close += "</sf:A>";
    }
    return {
        {"empty", "", "document"},
        {"JSON", "{\"opportunityId\":\"006A0000000EXAMPLE\"}", ""},
        {"truncated", good.substr(0, good.size() / 2), ""},
        {"a DTD", replaced(good, "<soapenv:Envelope", "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><soapenv:Envelope"),
         "document type declarations are refused"},
        {"an entity", replaced(good, "<sf:Id>", "<sf:Name>&e;</sf:Name><sf:Id>"), "entity is not known"},
        {"too deep", message(notification("04lA0000000EXAMPLE", deep + close)), "nested deeper"},
        {"SOAP 1.2", replaced(good, "http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"), "SOAP 1.1"},
        {"no body", replaced(replaced(good, "<soapenv:Body>", "<soapenv:Other>"), "</soapenv:Body>", "</soapenv:Other>"), "no Body"},
        {"another namespace", replaced(good, "soap.sforce.com/2005/09/outbound", "example.com/outbound"), "no notifications"},
        {"no notification", message(""), "no Notification"},
        {"no organisation", replaced(good, "OrganizationId>00DA0000000EXAMPLE</OrganizationId>", "X>y</X>"), "no OrganizationId"},
        {"no notification id", replaced(good, "<Id>04lA0000000EXAMPLE</Id>", ""), "Notification has no Id"},
        {"no record id", message(notification("04lA0000000EXAMPLE", "<sf:Amount>1.0</sf:Amount>")), "sObject has no Id"},
        {"an id that is none", message(notification("04lA0000000EXAMPLE", "<sf:Id>' OR Id != '</sf:Id>")), "not a Salesforce record id"},
        {"no record", message("<Notification><Id>04lA0000000EXAMPLE</Id></Notification>"), "no sObject"},
        {"no type", replaced(good, "xsi:type=\"sf:Opportunity\" ", ""), "no xsi:type"},
        {"an undeclared prefix", replaced(good, "xsi:type=\"sf:", "xsi:type=\"zz:"), "type of sObject"},
        {"a type that is no name", replaced(good, "sf:Opportunity\"", "sf:../x\""), "not a name"},
        {"one bad among good", message(notification() + notification("x") + notification()), "Id of Notification"},
    };
}

TEST(OutboundMessage, RefusesWhatIsNotOneAndSaysWhatIsWrong) {
    for (const auto& its : bad_messages()) {
        auto refused = receive(its.body);
        ASSERT_FALSE(refused) << its.name;
        EXPECT_TRUE(refused.error().code == ErrorCode::request_invalid || refused.error().code == ErrorCode::xml_syntax)
            << its.name << ": " << refused.error().to_text();
        EXPECT_NE(refused.error().message.find(its.says), std::string::npos) << its.name << ": " << refused.error().message;
        EXPECT_EQ(refused.error().message.find("secret"), std::string::npos) << its.name << ": " << refused.error().message;
    }
}

TEST(OutboundMessage, CutAnywhereIsRefused) {
    const std::string good = message(notification());
    for (std::size_t size = 0; size < good.find_last_of('>'); ++size) EXPECT_FALSE(receive(good.substr(0, size))) << size;
}

TEST(OutboundMessage, ComesAsXmlOnly) {
    for (std::string type : {"application/json", "", "multipart/form-data", "text/plain"}) {
        auto refused = receive_outbound_message(request(message(notification()), type), own);
        ASSERT_FALSE(refused) << type;
        EXPECT_EQ(refused.error().field, "Content-Type");
    }
    EXPECT_TRUE(receive_outbound_message(request(message(notification()), "application/xml"), own));
}

TEST(OutboundMessage, IsAcknowledgedOnlyByWhatSalesforceTakesForIt) {
    auto taken = acknowledge_outbound_message({}, net::json_response(202, Map{{"accepted", true}}));
    EXPECT_EQ(taken.status, 200);
    EXPECT_EQ(taken.headers.get("Content-Type"), "text/xml; charset=UTF-8");
    auto answer = xml::parse(taken.body);
    ASSERT_TRUE(answer) << taken.body;
    const auto* response = answer->child("Body")->child("notificationsResponse");
    ASSERT_NE(response, nullptr) << taken.body;
    EXPECT_EQ(response->namespace_uri, "http://soap.sforce.com/2005/09/outbound");
    EXPECT_EQ(response->child("Ack")->text, "true");
}

TEST(OutboundMessage, IsRefusedByAFaultThatNamesTheReason) {
    for (int status : {400, 503}) {
        net::Response plain = net::json_response(status, Map{});
        plain.headers.set("Retry-After", "10");
        auto refused = acknowledge_outbound_message(fail(ErrorCode::internal, "it is <wrong> & odd"), plain);
        EXPECT_EQ(refused.status, status);
        EXPECT_EQ(refused.headers.get("Retry-After"), "10");
        auto answer = xml::parse(refused.body);
        ASSERT_TRUE(answer) << refused.body;
        const auto* fault = answer->child("Body")->child("Fault");
        ASSERT_NE(fault, nullptr);
        EXPECT_EQ(fault->child("faultstring")->text, "it is <wrong> & odd");
        EXPECT_EQ(fault->child("faultcode")->text, status == 400 ? "soapenv:Client" : "soapenv:Server");
        EXPECT_EQ(refused.body.find("<Ack>true"), std::string::npos);
    }
}

TEST(Organization, IsNamedByTheAddressInTheTokenAnswer) {
    EXPECT_EQ(organization_of("https://login.salesforce.com/id/00DA0000000EXAMPLE/005A0000000EXAMPLE"), "00DA0000000EXAMPLE");
    EXPECT_EQ(organization_of("https://login.salesforce.com/id/00DA0000000EXAM/005A0000000EXAMPLE").size(), 18u);
    for (std::string_view none : {"", "https://login.salesforce.com/", "https://login.salesforce.com/id/",
                                  "https://x/id/005A0000000EXAMPLE/y", "https://x/id/00D/y"})
        EXPECT_EQ(organization_of(none), "") << none;
}

/// A connection that asks for a token of the organisation `…EXAM` and then hears messages.
struct SignedInOrganization : SalesforceTest {
    void SetUp() override {
        call.http.always("POST", "/services/oauth2/token",
                         testing::json_answer(200, R"({"access_token":"t","instance_url":"https://acme.my.salesforce.com",)"
                                                   R"("id":"https://login.salesforce.com/id/00DA0000000EXAMPLE/005A0000000EXAMPLE"})"));
        SalesforceTest::SetUp();
    }
    void sign_in() {
        call.http.always("GET", "/limits", testing::json_answer(200, "{}"));
        auto probed = connection->probe(call.context);
        ASSERT_TRUE(probed) << probed.error().to_text();
    }
};

TEST_F(SignedInOrganization, AnothersMessagesAreRefusedOnceItIsKnown) {
    const auto strange = request(message(notification(), "00DA0000000OTHE"));
    EXPECT_TRUE(connection->receive(strange)) << "nobody has signed in yet";
    sign_in();
    auto refused = connection->receive(strange);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::permission_missing);
    EXPECT_TRUE(connection->receive(request(message(notification()))));
}

/// A vault that keeps one text for everything.
struct OneTextVault : connector::TokenVault {
    std::optional<std::string> load(const std::string&) override { return text; }
    void save(const std::string&, const std::string& token_json) override { text = token_json; }
    std::optional<std::string> text;
};

TEST_F(SignedInOrganization, IsKnownAfterARestartBeforeTheFirstCall) {
    OneTextVault vault;
    auto make = [&] {
        Map settings{{"client_id", "id"}, {"private_key_path", test_key().path()}, {"username", "u"}};
        return *SalesforceConnection::make({"salesforce", connector::Settings(std::move(settings)), {}, call.runtime, &vault});
    };
    connection = make();
    sign_in();
    connection = make();
    EXPECT_FALSE(connection->receive(request(message(notification(), "00DA0000000OTHE"))));
    EXPECT_TRUE(connection->receive(request(message(notification()))));
}

TEST(SalesforceSettings, TheConfiguredOrganisationWinsAndMustBeOne) {
    testing::Call call;
    auto make = [&](const std::string& organization) {
        Map settings{{"client_id", "id"}, {"private_key_path", test_key().path()}, {"username", "u"}, {"organization_id", organization}};
        return SalesforceConnection::make({"salesforce", connector::Settings(std::move(settings)), {}, call.runtime, nullptr});
    };
    for (std::string bad : {"00D", "001A0000000EXAMPLE", "00DA0000000EXAMPLE1"}) {
        auto made = make(bad);
        ASSERT_FALSE(made) << bad;
        EXPECT_EQ(made.error().code, ErrorCode::config_invalid);
    }
    auto made = make("00DA0000000OTHE");
    ASSERT_TRUE(made) << made.error().to_text();
    EXPECT_FALSE((*made)->receive(request(message(notification()))));
    EXPECT_TRUE((*made)->receive(request(message(notification(), "00DA0000000OTHE"))));
}

}  // namespace
}  // namespace lockstep::connectors::salesforce
