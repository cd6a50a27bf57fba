#include "sandbox/zoho/zoho_test_client.h"

namespace lockstep::sandbox::zoho {

namespace {

class ZohoPlan : public ::testing::Test, public TestClient {
protected:
    Result<void> settings(Map values) { return vendor->load("settings", {Value(std::move(values))}); }
    int status_of_a_call() {
        send("GET", "contacts");
        return last.status;
    }
    Value ask_for_token(net::Parameters form) {
        form.emplace_back("client_id", "1000.CLIENT");
        form.emplace_back("client_secret", "secret");
        net::Request request{.method = "POST", .url = "/oauth/v2/token", .body = net::write_form(form)};
        request.headers.set("Content-Type", "application/x-www-form-urlencoded");
        last = vendor->handle(request);
        return body();
    }
};

}  // namespace

TEST_F(ZohoPlan, ADaysCallsEndWithTheOrganizationsDay) {
    ASSERT_TRUE(settings({{"calls_per_day", 2}}));
    EXPECT_EQ(status_of_a_call(), 200);
    EXPECT_EQ(last.headers.get("X-Rate-Limit-Remaining").value_or(""), "1");
    EXPECT_EQ(status_of_a_call(), 200);
    EXPECT_EQ(status_of_a_call(), 429);
    EXPECT_EQ(code(), 45);
    EXPECT_EQ(body()["message"].text(), "The API call for this organization has exceeded the maximum call rate limit of 2.");
    now = *parse_timestamp("2026-02-18T22:59:59Z");
    EXPECT_NE(status_of_a_call(), 200);
    now = *parse_timestamp("2026-02-18T23:00:00Z");  // midnight in Berlin
    token = refresh()["access_token"].string_or("");
    EXPECT_EQ(status_of_a_call(), 200);
}

TEST_F(ZohoPlan, AnswersThatAreHeldBackAreInProcess) {
    ASSERT_TRUE(settings({{"concurrency", 2}}));
    for (int i = 0; i < 2; ++i) {
        vendor->hold(500);
        EXPECT_EQ(status_of_a_call(), 200);
    }
    vendor->hold(500);
    EXPECT_EQ(status_of_a_call(), 429);
    EXPECT_EQ(code(), 1070);
    now = now.plus_ms(500);
    vendor->hold(0);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(status_of_a_call(), 200) << "answered at once";
}

TEST_F(ZohoPlan, ANamedPlanHasItsFigures) {
    ASSERT_TRUE(settings({{"plan", "free"}}));
    EXPECT_EQ(state("settings")["calls_per_day"], Value(1000));
    EXPECT_EQ(state("settings")["concurrency"], Value(5));
    for (int i = 0; i < 100; ++i) ASSERT_EQ(status_of_a_call(), 200) << i;
    EXPECT_EQ(status_of_a_call(), 429);
    EXPECT_EQ(code(), 44);
    now = now.plus_ms(60'000);
    EXPECT_EQ(status_of_a_call(), 200);
    EXPECT_EQ(state("settings")["calls_today"], Value(101)) << "refused calls are not counted";
    ASSERT_TRUE(settings({{"plan", "none"}}));
    EXPECT_FALSE(settings({{"plan", "gold"}}));
    EXPECT_FALSE(settings({{"calls_per_day", -1}}));
    EXPECT_FALSE(settings({{"colour", "red"}}));
}

TEST_F(ZohoPlan, ScopesOfTheTokenDecideWhatIsAllowed) {
    ASSERT_TRUE(settings({{"scopes", "ZohoBooks.contacts.READ,ZohoBooks.invoices.ALL"}}));
    EXPECT_EQ(status_of_a_call(), 200) << "a token made before keeps its scopes";
    send("POST", "contacts", R"({"contact_name":"Acme"})");
    EXPECT_EQ(last.status, 201);
    const Value answer = refresh();
    EXPECT_EQ(answer["scope"].text(), "ZohoBooks.contacts.READ ZohoBooks.invoices.ALL");
    token = answer["access_token"].string_or("");
    EXPECT_EQ(status_of_a_call(), 200);
    struct Row {
        const char *method, *target;
        int status;
    };
    const Row rows[] = {{"POST", "contacts", 401},          {"PUT", "contacts/1", 401},     {"DELETE", "contacts/1", 401},
                        {"GET", "invoices", 200},           {"DELETE", "invoices/1", 404},  {"POST", "invoices/1/status/sent", 404},
                        {"GET", "customerpayments", 401},   {"GET", "settings/taxes", 401}, {"GET", "items", 401},
                        {"POST", "settings/webhooks", 401}, {"GET", "organizations", 401}};
    for (const Row& row : rows) {
        send(row.method, row.target);
        EXPECT_EQ(last.status, row.status) << row.method << row.target << last.body;
        if (row.status == 401) {
            EXPECT_EQ(code(), 57) << row.target;
        }
    }
}

TEST_F(ZohoPlan, AGrantCodeGivesARefreshTokenOnce) {
    ASSERT_TRUE(vendor->load("grant_codes", {Map{{"code", "1000.code"}, {"scopes", "ZohoBooks.settings.READ"}}}));
    const Value made = ask_for_token({{"grant_type", "authorization_code"}, {"code", "1000.code"}});
    const std::string refresh_token = made["refresh_token"].string_or("");
    ASSERT_FALSE(refresh_token.empty()) << last.body;
    token = made["access_token"].string_or("");
    send("GET", "settings/taxes");
    EXPECT_EQ(last.status, 200);
    EXPECT_EQ(status_of_a_call(), 401);
    EXPECT_EQ(ask_for_token({{"grant_type", "authorization_code"}, {"code", "1000.code"}})["error"].text(), "invalid_code");
    EXPECT_EQ(refresh(refresh_token)["scope"].text(), "ZohoBooks.settings.READ");
    EXPECT_TRUE(refresh(refresh_token)["refresh_token"].is_null());
}

TEST_F(ZohoPlan, AClientAsksForItsScopesItself) {
    const net::Parameters grant = {{"grant_type", "client_credentials"}, {"scope", "ZohoBooks.contacts.READ"}};
    EXPECT_EQ(ask_for_token(grant)["error"].text(), "invalid_soid");
    net::Parameters whole = grant;
    whole.emplace_back("soid", "ZohoBooks.20071234567");
    token = ask_for_token(whole)["access_token"].string_or("");
    EXPECT_EQ(status_of_a_call(), 200);
    send("POST", "contacts", R"({"contact_name":"Acme"})");
    EXPECT_EQ(code(), 57);
}

}  // namespace lockstep::sandbox::zoho
