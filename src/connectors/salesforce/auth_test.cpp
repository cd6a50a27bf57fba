#include "connectors/salesforce/auth.h"

#include <gtest/gtest.h>

#include "connectors/salesforce/connection.h"
#include "connectors/salesforce/test_key.h"
#include "connectors/testing/fake_http.h"

namespace lockstep::connectors::salesforce {
namespace {

using testing::Call;
using testing::json_answer;

const std::string token_answer = R"({"access_token":"00Dx!token","instance_url":"https://acme.my.salesforce.com","token_type":"Bearer"})";

Map jwt_settings() { return {{"client_id", "3MVG.consumer"}, {"private_key_path", test_key().path()}, {"username", "hub@acme.example"}}; }

Map with(Map settings, std::string name, Value value) {
    settings.set(std::move(name), std::move(value));
    return settings;
}

struct AuthTest : ::testing::Test {
    Call call;
    testing::MemoryVault vault;

    std::unique_ptr<connector::Connection> make(Map settings) {
        auto made = SalesforceConnection::make({"salesforce", connector::Settings(std::move(settings)), {}, call.runtime, &vault});
        EXPECT_TRUE(made) << made.error().to_text();
        return *std::move(made);
    }

    std::string refusal(Map settings) {
        auto made = SalesforceConnection::make({"salesforce", connector::Settings(std::move(settings)), {}, call.runtime, nullptr});
        return made ? "accepted" : made.error().to_text();
    }

    net::Parameters form_sent() const { return net::parse_form(call.http.sent().front().request.body).value(); }
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_F(AuthTest, SignsInWithAnAssertionOfThreeMinutes) {
    auto connection = make(jwt_settings());
    call.http.on("POST", "https://login.salesforce.com/services/oauth2/token", json_answer(200, token_answer));
    call.http.on("GET", "https://acme.my.salesforce.com/services/data/v60.0/limits", json_answer(200, "{}"));
    ASSERT_TRUE(connection->probe(call.context));
    auto form = form_sent();
    EXPECT_EQ(net::parameter(form, "grant_type"), "urn:ietf:params:oauth:grant-type:jwt-bearer");
    std::string token = net::parameter(form, "assertion").value_or("");
    EXPECT_TRUE(test_key().verifies(token));
    std::size_t first = token.find('.');
    auto claims = json::parse(encoding::from_base64url(token.substr(first + 1, token.rfind('.') - first - 1)).value()).value();
    EXPECT_EQ(claims["iss"], Value("3MVG.consumer"));
    EXPECT_EQ(claims["sub"], Value("hub@acme.example"));
    EXPECT_EQ(claims["aud"], Value("https://login.salesforce.com"));
    EXPECT_EQ(claims["exp"], Value(std::int64_t{1'771'408'800 + 180}));
    EXPECT_EQ(call.http.last().headers.get("Authorization"), "Bearer 00Dx!token");
}

TEST_F(AuthTest, SignsInWithClientCredentialsAtTheOwnAddress) {
    auto connection = make({{"client_id", "id"}, {"client_secret", "top secret"}, {"login_url", "https://acme.my.salesforce.com/"}});
    call.http.on("POST", "https://acme.my.salesforce.com/services/oauth2/token", json_answer(200, token_answer))
        .on("GET", "/limits", json_answer(200, "{}"));
    ASSERT_TRUE(connection->probe(call.context));
    EXPECT_EQ(call.http.sent().front().request.body, "grant_type=client_credentials&client_id=id&client_secret=top%20secret");
}

TEST_F(AuthTest, SignsInWithARefreshTokenAndNeverSendsItTwice) {
    auto connection = make({{"client_id", "id"}, {"refresh_token", "5Aep861"}});
    call.http.on("POST", "/services/oauth2/token", json_answer(200, token_answer)).on("GET", "/limits", json_answer(200, "{}"));
    ASSERT_TRUE(connection->probe(call.context));
    EXPECT_EQ(net::parameter(form_sent(), "refresh_token"), "5Aep861");
    EXPECT_EQ(call.http.sent().front().options.effect, net::Effect::write);
}

TEST_F(AuthTest, KeepsARotatedRefreshTokenOverARestart) {
    Map settings{{"client_id", "id"}, {"refresh_token", "first"}};
    auto rotated = R"({"access_token":"t","instance_url":"https://acme.my.salesforce.com","refresh_token":"second"})";
    call.http.on("POST", "/token", json_answer(200, rotated)).on("GET", "/limits", json_answer(200, "{}"));
    ASSERT_TRUE(make(settings)->probe(call.context));
    vault.save("salesforce", "gone");
    call.http.on("POST", "/token", json_answer(200, token_answer)).on("GET", "/limits", json_answer(200, "{}"));
    ASSERT_TRUE(make(settings)->probe(call.context));
    EXPECT_EQ(net::parameter(net::parse_form(call.http.sent()[2].request.body).value(), "refresh_token"), "second");
}

TEST_F(AuthTest, ANewlyConfiguredRefreshTokenReplacesARotatedOne) {
    auto rotated = R"({"access_token":"t","instance_url":"https://acme.my.salesforce.com","refresh_token":"second"})";
    call.http.on("POST", "/token", json_answer(200, rotated)).always("GET", "/limits", json_answer(200, "{}"));
    ASSERT_TRUE(make({{"client_id", "id"}, {"refresh_token", "first"}})->probe(call.context));
    call.http.on("POST", "/token", json_answer(200, token_answer));
    ASSERT_TRUE(make({{"client_id", "id"}, {"refresh_token", "fresh"}})->probe(call.context));
    EXPECT_EQ(net::parameter(net::parse_form(call.http.sent()[2].request.body).value(), "refresh_token"), "fresh");
}

TEST_F(AuthTest, PrefersTheKeyWhereSeveralWaysAreComplete) {
    auto connection = make(with(jwt_settings(), "client_secret", "s"));
    call.http.on("POST", "/token", json_answer(200, token_answer)).on("GET", "/limits", json_answer(200, "{}"));
    ASSERT_TRUE(connection->probe(call.context));
    EXPECT_TRUE(net::parameter(form_sent(), "assertion"));
}

TEST_F(AuthTest, NamesWhatEachWayStillNeeds) {
    std::string why = refusal({{"client_id", "id"}, {"username", "u"}});
    EXPECT_TRUE(has(why, "config_invalid")) << why;
    EXPECT_TRUE(has(why, "JWT still needs private_key_path (SF_PRIVATE_KEY_PATH)")) << why;
    EXPECT_TRUE(has(why, "client credentials still needs client_secret (SF_CLIENT_SECRET)")) << why;
    EXPECT_TRUE(has(refusal({{"client_id", "id"}, {"client_secret", "s"}}), "organisation's own address"));
    EXPECT_TRUE(has(refusal(with(jwt_settings(), "private_key_path", "/nowhere.pem")), "key_file_invalid"));
    EXPECT_TRUE(has(refusal(with(jwt_settings(), "login_url", "login.salesforce.com")), "login_url (SF_LOGIN_URL)"));
    EXPECT_TRUE(has(refusal(with(jwt_settings(), "instance_url", "https://x.test/path")), "instance_url (SF_INSTANCE_URL)"));
    EXPECT_TRUE(has(refusal(with(jwt_settings(), "api_version", "latest")), "api_version, latest"));
}

TEST_F(AuthTest, TakesTheApiVersionInItsUsualSpellings) {
    for (std::string spelling : {"v61.0", "61.0", "61"}) {
        auto connection = make(with(jwt_settings(), "api_version", spelling));
        testing::FakeHttp http;
        http.always("POST", "/token", json_answer(200, token_answer)).on("GET", "/services/data/v61.0/limits", json_answer(200, "{}"));
        connector::CallContext context{.runtime = call.runtime, .http = http, .trace = call.trace, .deadline_ms = 60'000};
        EXPECT_TRUE(connection->probe(context)) << spelling;
    }
}

TEST_F(AuthTest, SaysWhySalesforceRefusesAndWhatTimeItIsHere) {
    call.http.on("POST", "/token",
                 json_answer(400, R"({"error":"invalid_grant","error_description":"user hasn't approved this consumer"})"));
    auto refused = make(jwt_settings())->probe(call.context);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::credentials_refused);
    EXPECT_TRUE(has(refused.error().message, "user hasn't approved this consumer, local time 2026-02-18T10:00:00Z"))
        << refused.error().message;
}

TEST_F(AuthTest, RefusesAnOddTokenAnswer) {
    for (std::string_view odd : {R"({"instance_url":"https://x.my.salesforce.com"})", R"({"access_token":"t"})",
                                 R"({"access_token":"","instance_url":"https://x.test"})",
                                 R"({"access_token":"t","instance_url":"file:///etc/passwd"})", R"([])"}) {
        testing::FakeHttp http;
        http.on("POST", "/token", json_answer(200, odd));
        connector::CallContext context{.runtime = call.runtime, .http = http, .trace = call.trace, .deadline_ms = 60'000};
        auto refused = make(jwt_settings())->probe(context);
        ASSERT_FALSE(refused) << odd;
        EXPECT_EQ(refused.error().code, ErrorCode::vendor_protocol) << odd;
    }
}

TEST_F(AuthTest, RefusesATokenOfAnInstanceThatIsNotAllowed) {
    call.http.on("POST", "/token", json_answer(200, R"({"access_token":"t","instance_url":"https://evil.test"})"));
    auto refused = make(with(jwt_settings(), "instance_url", "https://acme.my.salesforce.com"))->probe(call.context);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::config_invalid);
    EXPECT_EQ(call.http.sent().size(), 1u);
}

TEST_F(AuthTest, SendsNoTokenToAnInstanceOfStrangersEvenIfNoneIsConfigured) {
    for (std::string_view stranger :
         {"https://evil.test", "http://acme.my.salesforce.com", "https://evilsalesforce.com", "http://127.0.0.1:80"}) {
        call.http.on("POST", "/token", json_answer(200, R"({"access_token":"t","instance_url":")" + std::string(stranger) + "\"}"));
        auto refused = make(jwt_settings())->probe(call.context);
        ASSERT_FALSE(refused) << stranger;
        EXPECT_EQ(refused.error().code, ErrorCode::config_invalid) << stranger;
        EXPECT_TRUE(has(refused.error().message, "SF_INSTANCE_URL")) << refused.error().message;
    }
    EXPECT_EQ(call.http.sent().size(), 4u);
}

TEST(InstanceAllowed, IsTheSameOriginTheVendorsOwnOrThisMachine) {
    constexpr std::string_view login = "https://login.salesforce.com", local = "http://127.0.0.1:4010";
    EXPECT_TRUE(instance_allowed(login, "https://a.test", "https://a.test"));
    EXPECT_TRUE(instance_allowed(login, "https://na1.salesforce.com", "https://acme.my.salesforce.com"));
    EXPECT_TRUE(instance_allowed(login, "http://localhost:4010", "http://127.0.0.1:4010"));
    EXPECT_FALSE(instance_allowed(login, "https://a.test", "https://b.test"));
    EXPECT_FALSE(instance_allowed(login, "https://na1.salesforce.com", "https://evilsalesforce.com"));
    EXPECT_FALSE(instance_allowed(login, "https://na1.salesforce.com", "http://acme.my.salesforce.com"));
    EXPECT_FALSE(instance_allowed(login, "https://a.test", "http://127.0.0.1:80"));
    EXPECT_FALSE(instance_allowed(login, "https://a.test", "https://acme.my.salesforce.com"));

    EXPECT_TRUE(instance_allowed(login, "", "https://acme.my.salesforce.com"));
    EXPECT_TRUE(instance_allowed("https://test.salesforce.com", "", "https://acme--x.sandbox.my.salesforce.com"));
    EXPECT_TRUE(instance_allowed(local, "", "http://127.0.0.1:4010"));
    EXPECT_TRUE(instance_allowed(local, "", "http://localhost:4011"));
    EXPECT_TRUE(instance_allowed("http://mock.test:4010", "", "http://mock.test:4010"));
    EXPECT_FALSE(instance_allowed(login, "", "https://anything.test"));
    EXPECT_FALSE(instance_allowed(login, "", "http://acme.my.salesforce.com"));
    EXPECT_FALSE(instance_allowed(login, "", "http://127.0.0.1:4010"));
    EXPECT_FALSE(instance_allowed("http://mock.test:4010", "", "https://acme.my.salesforce.com"));
    EXPECT_FALSE(instance_allowed(local, "", "not an address"));
}

TEST_F(AuthTest, LeavesNoSecretInTracesOrErrors) {
    auto connection = make({{"client_id", "id"}, {"client_secret", "top secret"}, {"refresh_token", "5Aep861"}});
    call.http.on("POST", "/token", json_answer(200, token_answer));
    call.http.on("GET", "/limits", json_answer(500, R"([{"errorCode":"X","message":"00Dx!token and top secret and 5Aep861"}])"));
    auto failed = connection->probe(call.context);
    ASSERT_FALSE(failed);
    std::string everything = call.trace.to_json() + failed.error().to_text();
    for (std::string_view secret : {"00Dx", "top secret", "5Aep861"}) EXPECT_FALSE(has(everything, secret)) << everything;
}

}  // namespace lockstep::connectors::salesforce
