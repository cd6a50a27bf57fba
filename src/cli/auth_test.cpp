#include <gtest/gtest.h>

#include "cli/zoho_grant.h"
#include "connector/testing/fake_http.h"
#include "sandbox/sandbox.h"

namespace lockstep::cli::zoho {
namespace {

using connector::testing::FakeHttp;
using connector::testing::json_answer;
using connector::testing::ManualClockRuntime;

struct Desk {
    ManualClockRuntime runtime;
    FakeHttp http;
    Exchange exchange{.client = {"1000.ID", Secret("sssecret")}, .code = Secret("1000.code"), .redirect_uri = {}, .data_centres = {}};

    Desk() {
        for (const auto& centre : connector::zoho::data_centres)
            if (centre.name == "com" || centre.name == "eu") exchange.data_centres.push_back(centre);
    }
    Result<Granted> exchange_code() { return zoho::exchange_code({http, runtime}, exchange); }
    std::string refusal() {
        auto granted = exchange_code();
        EXPECT_FALSE(granted);
        return granted ? std::string() : granted.error().message;
    }
    Desk& com(std::string_view body, int status = 200) {
        http.on("POST", "https://accounts.zoho.com/oauth/v2/token", json_answer(status, body));
        return *this;
    }
    Desk& eu(std::string_view body, int status = 200) {
        http.on("POST", "https://accounts.zoho.eu/oauth/v2/token", json_answer(status, body));
        return *this;
    }
};

constexpr std::string_view tokens =
    R"({"access_token":"1000.a","refresh_token":"1000.r","api_domain":"https://www.zohoapis.eu","token_type":"Bearer","expires_in":3600})";

/// Hands requests to the emulator, without a socket.
class DirectHttp : public net::HttpClient {
public:
    explicit DirectHttp(sandbox::Vendor& crm, sandbox::Vendor& books) : crm_(crm), books_(books) {}
    Result<net::Response> send(const net::Request& request, const net::SendOptions&) override {
        net::Request bare = request;
        bare.url = request.url.substr(std::string_view("http://zoho.example").size());
        return bare.url.starts_with("/crm/") ? crm_.handle(bare) : books_.handle(bare);
    }

private:
    sandbox::Vendor& crm_;
    sandbox::Vendor& books_;
};

/// The emulated Zoho with a grant code of all scopes.
struct Emulated {
    sandbox::Options options = [] {
        sandbox::Options made;
        made.clock = [] { return *parse_timestamp("2026-02-18T10:00:00Z"); };
        made.addresses.zoho = "http://zoho.example";
        made.credentials.zoho_client_id = "1000.ID";
        made.credentials.zoho_client_secret = "sssecret";
        made.credentials.zoho_refresh_token = "1000.books";
        made.credentials.zoho_crm_refresh_token = "1000.crm";
        made.credentials.zoho_org_id = "20071234567";
        made.credentials.zoho_grant_code = "1000.code";
        made.zoho_accounts = sandbox::make_zoho_accounts(made);
        return made;
    }();
    std::unique_ptr<sandbox::Vendor> crm = sandbox::make_zoho_crm(options), books = sandbox::make_zoho(options);
    DirectHttp http{*crm, *books};
    ManualClockRuntime runtime;
    Outside outside{http, runtime};
    Exchange exchange{.client = {"1000.ID", Secret("sssecret")},
                      .code = Secret("1000.code"),
                      .redirect_uri = {},
                      .data_centres = {{"", "http://zoho.example", "http://zoho.example"}}};
};

}  // namespace

TEST(AuthZoho, TheDataCentreThatTakesTheCodeIsFound) {
    Desk desk;
    desk.com(R"({"error":"invalid_client"})").eu(tokens);
    auto granted = desk.exchange_code();
    ASSERT_TRUE(granted) << granted.error().to_text();
    EXPECT_EQ(granted->data_centre, "eu");
    EXPECT_EQ(granted->api, "https://www.zohoapis.eu");
    EXPECT_EQ(granted->refresh_token, Secret("1000.r"));
    EXPECT_EQ(desk.http.sent()[1].request.body, "grant_type=authorization_code&client_id=1000.ID&client_secret=sssecret&code=1000.code");
    EXPECT_EQ(desk.http.sent()[1].options.effect, net::Effect::write) << "a code works once: it is never sent again";
}

TEST(AuthZoho, TheDataCentreThatKnowsTheClientIsTheOneToBelieve) {
    Desk desk;
    desk.com(R"({"error":"invalid_code"})").eu(R"({"error":"invalid_client"})");
    const std::string said = desk.refusal();
    EXPECT_NE(said.find("was used already or is over"), std::string::npos) << said;
    EXPECT_NE(said.find("invalid_code at https://accounts.zoho.com"), std::string::npos) << said;
}

TEST(AuthZoho, EveryAnswerHasAMessage) {
    for (const auto& [error, words] : std::vector<std::pair<std::string, std::string>>{
             {"invalid_client", "no such client id"},
             {"invalid_client_secret", "not that of the client id"},
             {"invalid_redirect_uri", "--redirect-uri"},
             {"expired_code", "the code is over"},
             {"access_denied", "has refused"},
             {"something_new", "something_new"},
         }) {
        Desk desk;
        desk.com(R"({"error":")" + error + "\"}").eu(R"({"error":"invalid_client"})");
        if (error == "something_new") desk.exchange.data_centres.pop_back();
        const std::string said = desk.refusal();
        EXPECT_NE(said.find(words), std::string::npos) << said;
        EXPECT_EQ(said.find("sssecret"), std::string::npos);
    }
}

TEST(AuthZoho, AThrottleSaysWhenToTryAgainAndNoOtherDataCentreIsAsked) {
    Desk desk;
    desk.com(
        R"({"error":"Access Denied","error_description":"You have made too many requests continuously. Please try again after some time.","status":"failure"})",
        400);
    const std::string said = desk.refusal();
    EXPECT_NE(said.find("try again at 2026-02-18T10:10:00Z"), std::string::npos) << said;
    EXPECT_EQ(desk.http.sent().size(), 1u);
}

TEST(AuthZoho, ALostAnswerMayHaveUsedTheCode) {
    Desk desk;
    desk.http.on("POST", "https://accounts.zoho.com/oauth/v2/token", Error{ErrorCode::answer_lost, "the connection was reset"});
    desk.refusal();
    EXPECT_EQ(desk.http.sent().size(), 1u) << "not tried elsewhere";
}

TEST(AuthZoho, AnAccessTokenAloneIsNotEnough) {
    Desk desk;
    desk.exchange.data_centres.pop_back();
    desk.com(R"({"access_token":"1000.a","expires_in":3600})");
    EXPECT_NE(desk.refusal().find("no refresh token"), std::string::npos);
}

TEST(AuthZoho, TheEmulatorsCodeWorksOnceAndHasItsScopes) {
    Emulated zoho;
    auto granted = exchange_code(zoho.outside, zoho.exchange);
    ASSERT_TRUE(granted) << granted.error().to_text();
    for (const ScopeFinding& finding : try_scopes(zoho.outside, *granted, Product::crm, "")) {
        EXPECT_FALSE(finding.missing) << finding.scope << ", " << finding.needed_for;
        EXPECT_EQ(finding.problem, "") << finding.scope;
    }
    for (const ScopeFinding& finding : try_scopes(zoho.outside, *granted, Product::books, "20071234567")) {
        EXPECT_FALSE(finding.missing) << finding.scope << ", " << finding.needed_for;
        EXPECT_EQ(finding.problem, "") << finding.scope;
    }
    EXPECT_TRUE(zoho.crm->records("Accounts")->empty()) << "trying changes nothing";
    auto again = exchange_code(zoho.outside, zoho.exchange);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().vendor_code, "invalid_code");
}

TEST(AuthZoho, ScopesOfTheOtherProductAreMissing) {
    Emulated zoho;
    const Granted books{.refresh_token = {}, .access_token = Secret("x"), .data_centre = {}, .api = "http://zoho.example"};
    for (const ScopeFinding& finding : try_scopes(zoho.outside, books, Product::crm, ""))
        EXPECT_NE(finding.problem, "") << "a wrong token is no missing scope";
    Granted refreshed = books;
    auto response =
        zoho.books->handle(connector::zoho::refresh_request({.accounts = "", .api = ""}, zoho.exchange.client, Secret("1000.books")));
    refreshed.access_token = Secret((*json::parse(response.body))["access_token"].text());
    for (const ScopeFinding& finding : try_scopes(zoho.outside, refreshed, Product::crm, "")) EXPECT_TRUE(finding.missing) << finding.scope;
}

}  // namespace lockstep::cli::zoho
