#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "sandbox/salesforce/test_organisation.h"
#include "value/encoding.h"

namespace lockstep::sandbox::salesforce {
namespace {

std::string sign_rs256(const std::string& private_key_pem, std::string_view text) {
    BIO* bio = BIO_new_mem_buf(private_key_pem.data(), static_cast<int>(private_key_pem.size()));
    EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    std::string signature(512, '\0');
    std::size_t length = signature.size();
    EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key);
    EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &length,
                   reinterpret_cast<const unsigned char*>(text.data()), text.size());
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    BIO_free(bio);
    signature.resize(length);
    return signature;
}

std::string assertion(const Map& claims, const std::string& private_key, const std::string& header = R"({"alg":"RS256"})") {
    const std::string text = encoding::base64url(header) + "." + encoding::base64url(json::write(claims));
    return text + "." + encoding::base64url(sign_rs256(private_key, text));
}

class JwtGrant : public testing::Test {
protected:
    Map claims() const {
        return {{"iss", Organisation::keys().credentials.sf_client_id},
                {"sub", Organisation::keys().credentials.sf_username},
                {"aud", "https://login.salesforce.com"},
                {"exp", organisation.now.seconds + 180}};
    }
    net::Response grant(const Map& with, const std::string& key = Organisation::keys().sf_private_key_pem) {
        return organisation.token_request(
            {{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"}, {"assertion", assertion(with, key)}});
    }
    void expect_refused(const net::Response& response, std::string_view error, std::string_view description) {
        const Value body = Organisation::parse(response);
        EXPECT_EQ(response.status, 400);
        EXPECT_EQ(body["error"].string_or(""), error);
        EXPECT_EQ(body["error_description"].string_or(""), description);
    }
    Organisation organisation;
};

}  // namespace

TEST_F(JwtGrant, GivesATokenWithoutAnExpiry) {
    const net::Response response = grant(claims());
    ASSERT_EQ(response.status, 200) << response.body;
    const Value body = Organisation::parse(response);
    EXPECT_EQ(body["instance_url"].string_or(""), "http://127.0.0.1:4010");
    EXPECT_EQ(body["token_type"].string_or(""), "Bearer");
    EXPECT_TRUE(body["access_token"].string_or("").starts_with("00D"));
    EXPECT_EQ(body.find("expires_in"), nullptr);
    EXPECT_EQ(body.find("refresh_token"), nullptr);
    organisation.token = body["access_token"].as_string();
    EXPECT_EQ(organisation.query_response("SELECT Id FROM User").status, 200);
    const std::string id = body["id"].as_string();
    EXPECT_EQ(organisation.send("GET", id.substr(id.find("/id/"))).status, 200);
}

TEST_F(JwtGrant, AcceptsTheThreeAudiences) {
    for (const char* audience :
         {"https://login.salesforce.com", "https://test.salesforce.com", "http://127.0.0.1:4010", "https://login.salesforce.com/"}) {
        Map with = claims();
        with.set("aud", audience);
        EXPECT_EQ(grant(with).status, 200) << audience;
    }
}

TEST_F(JwtGrant, RefusesEachFalseClaimWithTheVendorsWords) {
    struct Case {
        const char* claim;
        Value value;
        const char* error;
        const char* description;
    };
    const Case cases[] = {
        {"iss", "3MVG9other", "invalid_client_id", "client identifier invalid"},
        {"sub", "someone@else.example", "invalid_grant", "user hasn't approved this consumer"},
        {"aud", "https://evil.example", "invalid_grant", "audience is invalid"},
        {"exp", organisation.now.seconds, "invalid_grant", "expired authorization code"},
        {"exp", organisation.now.seconds + 301, "invalid_grant", "invalid assertion"},
        {"exp", Value(), "invalid_grant", "invalid assertion"},
        {"exp", "soon", "invalid_grant", "invalid assertion"},
    };
    for (const Case& c : cases) {
        Map with = claims();
        with.set(c.claim, c.value);
        expect_refused(grant(with), c.error, c.description);
    }
}

TEST_F(JwtGrant, RefusesAnotherKeysSignature) {
    auto other = generate_credentials();
    ASSERT_TRUE(other.has_value());
    expect_refused(grant(claims(), other->sf_private_key_pem), "invalid_grant", "invalid assertion");
}

TEST_F(JwtGrant, RefusesWhatIsNoAssertion) {
    const std::string unsigned_one = encoding::base64url(R"({"alg":"none"})") + "." + encoding::base64url(json::write(claims())) + ".";
    for (const std::string& text : {std::string(), std::string("a.b"), std::string("a.b.c"), std::string("…"), unsigned_one})
        expect_refused(organisation.token_request({{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"}, {"assertion", text}}),
                       "invalid_grant", "invalid assertion");
}

TEST(Token, OtherGrantsCheckTheirSecrets) {
    Organisation organisation;
    const Credentials& keys = Organisation::keys().credentials;
    const auto grant = [&](net::Parameters form) { return organisation.token_request(form); };
    EXPECT_EQ(grant({{"grant_type", "client_credentials"}, {"client_id", keys.sf_client_id}, {"client_secret", "x"}}).status, 400);
    EXPECT_EQ(grant({{"grant_type", "refresh_token"}, {"client_id", keys.sf_client_id}, {"refresh_token", keys.sf_refresh_token}}).status,
              200);
    EXPECT_EQ(grant({{"grant_type", "refresh_token"}, {"client_id", keys.sf_client_id}, {"refresh_token", "x"}}).status, 400);
    const net::Parameters password = {{"grant_type", "password"},
                                      {"client_id", keys.sf_client_id},
                                      {"client_secret", keys.sf_client_secret},
                                      {"username", keys.sf_username},
                                      {"password", keys.sf_password}};
    EXPECT_EQ(grant(password).status, 200);
    net::Parameters wrong = password;
    wrong.back().second = "guess";
    EXPECT_EQ(Organisation::parse(grant(wrong))["error_description"].string_or(""), "authentication failure");
    EXPECT_EQ(Organisation::parse(grant({{"grant_type", "magic"}}))["error"].string_or(""), "unsupported_grant_type");
    EXPECT_EQ(grant({}).status, 400);
}

TEST(WebServerFlow, ACodeIsGoodOnceForItsAddressAndItsVerifier) {
    Organisation organisation;
    const Credentials& keys = Organisation::keys().credentials;
    // RFC 7636, appendix B.
    const std::string verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    const auto code = [&](net::Parameters more = {}) {
        net::Parameters form{{"response_type", "code"}, {"client_id", keys.sf_client_id}, {"redirect_uri", "http://127.0.0.1/back"}};
        form.insert(form.end(), more.begin(), more.end());
        const net::Response page = organisation.send("GET", "/services/oauth2/authorize?" + net::write_form(form));
        const std::string address(page.headers.get("Location").value_or(""));
        auto answer = net::parse_form(address.substr(std::min(address.size(), address.find('?') + 1)));
        return net::parameter(*answer, "code").value_or("");
    };
    const auto error = [&](const std::string& given, net::Parameters more) {
        net::Parameters form{{"grant_type", "authorization_code"}, {"client_id", keys.sf_client_id}, {"code", given}};
        form.insert(form.end(), more.begin(), more.end());
        return Organisation::parse(organisation.token_request(form))["error"].string_or("none");
    };
    const net::Parameters good{{"redirect_uri", "http://127.0.0.1/back"}, {"client_secret", keys.sf_client_secret}};
    const std::string once = code();
    EXPECT_EQ(error(once, good), "none");
    EXPECT_EQ(error(once, good), "invalid_grant");
    EXPECT_EQ(error(code(), {{"redirect_uri", "http://127.0.0.1/other"}, {"client_secret", keys.sf_client_secret}}),
              "redirect_uri_mismatch");
    EXPECT_EQ(error(code(), {{"redirect_uri", "http://127.0.0.1/back"}}), "invalid_client");
    EXPECT_EQ(error(code({{"code_challenge", challenge}}), {{"redirect_uri", "http://127.0.0.1/back"}, {"code_verifier", verifier}}),
              "none");
    EXPECT_EQ(error(code({{"code_challenge", challenge}}), {{"redirect_uri", "http://127.0.0.1/back"}, {"code_verifier", "other"}}),
              "invalid_grant");
    const std::string old = code();
    organisation.now = organisation.now.plus_ms(900'000);
    EXPECT_EQ(error(old, good), "invalid_grant");
    EXPECT_EQ(organisation.send("GET", "/services/oauth2/authorize?response_type=code&client_id=x&redirect_uri=y").status, 400);
}

TEST(Soap, WhatIsNoLoginIsAFault) {
    Organisation organisation;
    for (const char* body : {"", "<login/>", "{}", "<e:Envelope xmlns:e=\"x\"><e:Body/></e:Envelope>",
                             "<e:Envelope xmlns:e=\"x\"><e:Body><query/></e:Body></e:Envelope>",
                             "<e:Envelope xmlns:e=\"x\"><e:Body><login><username>a</username></login></e:Body></e:Envelope>"}) {
        const net::Response response = organisation.send("POST", "/services/Soap/u/60.0", body);
        EXPECT_EQ(response.status, 500) << body;
        EXPECT_NE(response.body.find("<faultstring>"), std::string::npos) << response.body;
    }
}

TEST(Session, EndsAfterTwoIdleHours) {
    Organisation organisation;
    organisation.now = organisation.now.plus_ms(7'100'000);
    EXPECT_EQ(organisation.query_response("SELECT Id FROM User").status, 200);
    organisation.now = organisation.now.plus_ms(7'199'000);
    EXPECT_EQ(organisation.query_response("SELECT Id FROM User").status, 200);
    organisation.now = organisation.now.plus_ms(7'200'000);
    const net::Response response = organisation.query_response("SELECT Id FROM User");
    EXPECT_EQ(response.status, 401);
    EXPECT_EQ(response.body, R"([{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}])");
}

TEST(Session, NoTokenAFalseTokenAndARevokedTokenAreRefused) {
    Organisation organisation;
    const std::string good = organisation.token;
    EXPECT_EQ(organisation.send("POST", "/services/oauth2/revoke", "token=" + encoding::percent_encode(good)).status, 200);
    for (const std::string& token : {std::string(), std::string("x"), good}) {
        organisation.token = token;
        EXPECT_EQ(Organisation::code(organisation.query_response("SELECT Id FROM User")), "INVALID_SESSION_ID");
    }
}

TEST(Versions, AreListedWithoutATokenAndCheckedInPaths) {
    Organisation organisation;
    organisation.token.clear();
    for (const char* url : {"/services/data", "/services/data/"}) {
        const Value versions = Organisation::parse(organisation.send("GET", url));
        ASSERT_TRUE(versions.is_list());
        EXPECT_EQ(versions.at_path("29.version").string_or(""), "60.0");
        EXPECT_EQ(versions.at_path("29.label").string_or(""), "Spring '24");
        EXPECT_EQ(versions.at_path("37.label").string_or(""), "Winter '27");
    }
    organisation.login();
    EXPECT_EQ(organisation.send("GET", "/services/data/v68.0/").status, 200);
    for (const char* version : {"v30.0", "v69.0", "60.0", "v60", "v60.1", "vx.0"})
        EXPECT_EQ(organisation.send("GET", std::string("/services/data/") + version + "/limits").status, 404) << version;
}

TEST(Limits, AreCountedAndSaidOnEveryAnswer) {
    Organisation organisation;
    const net::Response first = organisation.query_response("SELECT Id FROM User");
    EXPECT_EQ(first.headers.get("Sforce-Limit-Info").value_or(""), "api-usage=1/5000000");
    const Value limits = Organisation::parse(organisation.api("GET", "/limits"));
    EXPECT_EQ(limits.at_path("DailyApiRequests.Remaining").to_decimal(), Decimal(4999998));
}

}  // namespace lockstep::sandbox::salesforce
