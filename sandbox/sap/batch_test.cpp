#include "sandbox/sap/sap_test_client.h"

namespace lockstep::sandbox::sap {

namespace {

class SapBatch : public ::testing::Test, public TestClient {
protected:
    void SetUp() override { begin_session(); }
    net::Response batch(std::string body, std::string target = "API_BUSINESS_PARTNER/$batch") {
        net::Request made = request("POST", std::move(target), std::move(body));
        made.headers.set("Content-Type", "multipart/mixed; boundary=batch_1");
        return vendor->handle(made);
    }
    static std::string with_crlf(std::string text) {
        for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) text.insert(at, "\r");
        return text;
    }
    /// A change set of two partners, the second with the given grouping.
    static std::string two_partners(const std::string& grouping) {
        auto one = [](const std::string& name, const std::string& group, const std::string& id) {
            return "--changeset_1\nContent-Type: application/http\nContent-Transfer-Encoding: binary\nContent-ID: " + id +
                   "\n\nPOST A_BusinessPartner HTTP/1.1\nContent-Type: application/json\nAccept: application/json\n\n"
                   R"({"BusinessPartnerCategory":"2","BusinessPartnerGrouping":")" +
                   group + R"(","OrganizationBPName1":")" + name + "\"}\n\n";
        };
        return "--batch_1\nContent-Type: multipart/mixed; boundary=changeset_1\n\n" + one("First", "BP02", "1") +
               one("Second", grouping, "2") + "--changeset_1--\n\n--batch_1--\n";
    }
    std::size_t partners() { return get("API_BUSINESS_PARTNER/A_BusinessPartner").at_path("d.results").as_list().size(); }
};

}  // namespace

TEST_F(SapBatch, ReadsAreAnsweredInOrder) {
    const std::string body =
        "--batch_1\nContent-Type: application/http\nContent-Transfer-Encoding: binary\n\n"
        "GET A_BusinessPartner?$top=1 HTTP/1.1\nAccept: application/json\n\n\n--batch_1\nContent-Type: application/http\n"
        "Content-Transfer-Encoding: binary\n\nGET /A_BusinessPartner('1') HTTP/1.1\nAccept: application/json\n\n\n--batch_1--\n";
    for (const std::string& sent : {body, with_crlf(body)}) {
        const net::Response answer = batch(sent);
        ASSERT_EQ(answer.status, 202);
        EXPECT_TRUE(answer.headers.get("Content-Type").value_or("").starts_with("multipart/mixed; boundary="));
        const std::size_t found = answer.body.find("HTTP/1.1 200 OK");
        EXPECT_NE(found, std::string::npos) << answer.body;
        EXPECT_NE(answer.body.find("HTTP/1.1 404", found), std::string::npos) << answer.body;
    }
}

TEST_F(SapBatch, AddressesMayBeOfAnyForm) {
    begin_session();
    for (const char* address : {"A_BusinessPartner", "/A_BusinessPartner", "/sap/opu/odata/sap/API_BUSINESS_PARTNER/A_BusinessPartner",
                                "http://sap.example/sap/opu/odata/sap/API_BUSINESS_PARTNER/A_BusinessPartner",
                                "https://other:44300/sap/opu/odata/sap/API_BUSINESS_PARTNER/A_BusinessPartner"}) {
        const net::Response answer = batch("--batch_1\nContent-Type: application/http\nContent-Transfer-Encoding: binary\n\nGET " +
                                           std::string(address) + "?$format=json HTTP/1.1\n\n\n--batch_1--\n");
        EXPECT_NE(answer.body.find("HTTP/1.1 200 OK"), std::string::npos) << address << answer.body;
    }
    const net::Response other =
        batch("--batch_1\nContent-Type: application/http\n\nGET /sap/opu/odata/sap/API_PRODUCT_SRV/A_Product HTTP/1.1\n\n\n--batch_1--\n");
    EXPECT_NE(other.body.find("HTTP/1.1 404"), std::string::npos) << "another service's";
}

TEST_F(SapBatch, AChangeSetHappensAsAWhole) {
    const net::Response answer = batch(with_crlf(two_partners("BP02")));
    EXPECT_EQ(answer.status, 202);
    EXPECT_NE(answer.body.find("Content-ID: 2"), std::string::npos) << answer.body;
    EXPECT_EQ(partners(), 2u);
}

TEST_F(SapBatch, OrNotAtAll) {
    const net::Response answer = batch(with_crlf(two_partners("XXXX")));
    EXPECT_EQ(answer.status, 202);
    EXPECT_EQ(answer.body.find("HTTP/1.1 201"), std::string::npos);
    EXPECT_NE(answer.body.find("HTTP/1.1 400"), std::string::npos);
    EXPECT_EQ(partners(), 0u);
}

TEST_F(SapBatch, NeedsItsTokenAndABoundary) {
    EXPECT_EQ(vendor->handle(request("POST", "API_BUSINESS_PARTNER/$batch", "x")).status, 400);
    token.clear();
    EXPECT_EQ(batch(two_partners("BP02")).status, 403);
}

}  // namespace lockstep::sandbox::sap
