#include <chrono>
#include <sstream>

#include "net/client.h"
#include "sandbox/sandbox.h"
#include "value/json.h"

#include <gtest/gtest.h>

namespace lockstep::sandbox {
namespace {

class RealSockets : public testing::Test {
protected:
    RealSockets() {
        auto started = start_sandbox_server({.port = 0, .seed_data = false});
        EXPECT_TRUE(started.has_value()) << (started ? "" : started.error().message);
        if (started) server = *std::move(started);
        std::istringstream lines(server->environment_text("/keys/sf key.pem"));
        for (std::string line; std::getline(lines, line);) environment[line.substr(0, line.find('='))] = line.substr(line.find('=') + 1);
        const Value answer = *json::parse(post(environment["SF_LOGIN_URL"] + "/services/oauth2/token",
                                               net::write_form({{"grant_type", "password"},
                                                                {"client_id", environment["SF_CLIENT_ID"]},
                                                                {"client_secret", environment["SF_CLIENT_SECRET"]},
                                                                {"username", environment["SF_USERNAME"]},
                                                                {"password", environment["SF_PASSWORD"]}}),
                                               {})
                                              ->body);
        token = answer["access_token"].string_or("");
    }
    Result<net::Response> post(const std::string& url, std::string body, net::Headers headers = {{"Content-Type", "application/json"}}) {
        return client->send({"POST", url, std::move(headers), std::move(body), {}}, {.effect = net::Effect::write});
    }
    Result<net::Response> create_account() {
        return post(server->addresses().salesforce + "/services/data/v60.0/sobjects/Account", R"({"Name":"A"})",
                    {{"Content-Type", "application/json"}, {"Authorization", "Bearer " + token}});
    }
    void faults(const std::string& rules) {
        EXPECT_EQ(post(server->addresses().control + "/faults", "{\"faults\":[" + rules + "]}")->status, 200);
    }
    std::size_t accounts() {
        auto state = client->send({"GET", server->addresses().control + "/state/salesforce/Account", {}, {}, {}}, {});
        return json::parse(state->body)->find("records")->as_list().size();
    }
    std::unique_ptr<SandboxServer> server;
    std::unique_ptr<net::HttpClient> client = net::make_curl_client();
    std::map<std::string, std::string> environment;
    std::string token;
};

}  // namespace

TEST(SigningKey, OfAnEarlierStartIsTakenUpAgain) {
    const KeyPair made = make_key_pair();
    auto server = start_sandbox_server({.port = 0, .seed_data = false, .private_key_pem = made.private_pem});
    ASSERT_TRUE(server.has_value());
    EXPECT_EQ((*server)->private_key_pem(), made.private_pem);
    EXPECT_EQ(read_key_pair(made.private_pem)->public_pem, made.public_pem);
}

TEST(SigningKey, MustBeAPrivateRsaKey) {
    for (const std::string& pem : {std::string("no key"), std::string("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
                                   make_key_pair().public_pem}) {
        EXPECT_EQ(read_key_pair(pem).error().code, ErrorCode::key_file_invalid);
        EXPECT_FALSE(start_sandbox_server({.port = 0, .seed_data = false, .private_key_pem = pem}).has_value());
    }
}

TEST_F(RealSockets, TheEnvironmentNamesWhatAClientNeeds) {
    for (const char* name : {"SF_CLIENT_ID", "SF_USERNAME", "SF_LOGIN_URL", "SF_INSTANCE_URL", "SAP_BASE_URL", "SAP_TOKEN_URL",
                             "SAP_CLIENT_ID", "SAP_CLIENT_SECRET", "ZOHO_CLIENT_ID", "ZOHO_CLIENT_SECRET", "ZOHO_REFRESH_TOKEN",
                             "ZOHO_ORG_ID", "SLACK_WEBHOOK_URL", "PORT", "ZOHO_ACCOUNTS_URL", "ZOHO_API_URL", "SANDBOX_CONTROL_URL"})
        EXPECT_FALSE(environment[name].empty()) << name;
    EXPECT_EQ(environment["SF_PRIVATE_KEY_PATH"], "'/keys/sf key.pem'") << "a value with a space is quoted for the shell";
    EXPECT_TRUE(server->private_key_pem().starts_with("-----BEGIN PRIVATE KEY-----"));
    EXPECT_FALSE(token.empty());
}

TEST_F(RealSockets, ADropAfterApplyingCutsAReusedConnection) {
    EXPECT_EQ(create_account()->status, 201);
    faults(R"({"connector":"salesforce","kind":"drop_after","count":1})");
    auto lost = create_account();
    ASSERT_FALSE(lost.has_value());
    EXPECT_EQ(lost.error().code, ErrorCode::answer_lost);
    EXPECT_EQ(accounts(), 2u);
    EXPECT_EQ(create_account()->status, 201);
}

TEST_F(RealSockets, ALateRequestIsAppliedAfterTheConnectionIsGone) {
    faults(R"({"connector":"salesforce","kind":"late_apply","delay_ms":1,"count":1})");
    EXPECT_FALSE(create_account().has_value());
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (accounts() == 0 && std::chrono::steady_clock::now() < deadline) {}
    EXPECT_EQ(accounts(), 1u);
}

TEST_F(RealSockets, ADelayedAnswerHoldsNobodyElseUp) {
    faults(R"({"connector":"salesforce","kind":"delay","delay_ms":600000,"count":1})");
    auto slow = client->send({"GET", server->addresses().salesforce + "/services/data/", {}, {}, {}}, {.total_timeout_ms = 50});
    EXPECT_FALSE(slow.has_value());
    EXPECT_EQ(client->send({"GET", server->addresses().salesforce + "/services/data/", {}, {}, {}}, {})->status, 200);
}

TEST(ServerStart, ATakenPortIsNamed) {
    auto first = start_sandbox_server({.port = 0, .seed_data = false});
    ASSERT_TRUE(first.has_value());
    const std::string& address = (*first)->addresses().salesforce;
    const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
    auto second = start_sandbox_server({.port = port, .seed_data = false});
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, ErrorCode::address_in_use);
    EXPECT_NE(second.error().message.find(std::to_string(port)), std::string::npos) << second.error().message;
    EXPECT_FALSE(start_sandbox_server({.port = 65533}).has_value());
}

}  // namespace lockstep::sandbox
