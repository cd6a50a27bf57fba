#pragma once

#include <gtest/gtest.h>

#include "connectors/salesforce/connection.h"
#include "connectors/salesforce/test_key.h"
#include "connectors/testing/fake_http.h"

/// A connection that is signed in by the script; only `*_test.cpp` may include it.
namespace lockstep::connectors::salesforce {

struct SalesforceTest : ::testing::Test {
    testing::Call call;
    std::unique_ptr<connector::Connection> connection;

    void SetUp() override {
        Map settings{{"client_id", "id"}, {"private_key_path", test_key().path()}, {"username", "u"}};
        auto made = SalesforceConnection::make({"salesforce", connector::Settings(std::move(settings)), {}, call.runtime, nullptr});
        ASSERT_TRUE(made) << made.error().to_text();
        connection = *std::move(made);
        call.http.always("POST", "/services/oauth2/token",
                         testing::json_answer(200, R"({"access_token":"t","instance_url":"https://acme.my.salesforce.com"})"));
    }

    Result<Value> perform(std::string_view action, Map input) { return connection->perform(action, input, call.context); }

    /// The error's text; a success as JSON.
    std::string outcome(std::string_view action, Map input) {
        Result<Value> result = perform(action, std::move(input));
        return result ? json::write(*result) : result.error().to_text();
    }

    /// How many requests went out besides those for tokens.
    std::size_t requests() const { return call.http.sent().size() - call.http.count("POST", "/services/oauth2/token"); }
};

}  // namespace lockstep::connectors::salesforce
