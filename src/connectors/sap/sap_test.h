#pragma once

#include <gtest/gtest.h>

#include "connectors/testing/fake_http.h"
#include "value/json.h"

namespace lockstep::connectors::sap {

const connector::Connector& descriptor();

/// One connection with Basic credentials, and everything that one call needs.
struct Sap {
    testing::Call call;
    std::unique_ptr<connector::Connection> connection;

    explicit Sap(Map settings = {{"user", "U"}, {"password", "p"}}, connector::TokenVault* vault = nullptr) {
        settings.set("base_url", "https://sap.example");
        Result<std::unique_ptr<connector::Connection>> made = descriptor().make(
            {.name = "sap", .settings = connector::Settings(settings), .limits = {}, .runtime = call.runtime, .vault = vault});
        EXPECT_TRUE(made) << made.error().message;
        connection = *std::move(made);
    }

    Result<Value> perform(std::string_view action, const Map& input) { return connection->perform(action, Value(input), call.context); }

    /// Answers the fetch of a CSRF token with session number `n`.
    void on_csrf(const std::string& service, int n) {
        net::Response answer = testing::json_answer(200, R"({"d":{"EntitySets":[]}})");
        answer.headers.set("X-CSRF-Token", "token" + std::to_string(n));
        answer.headers.add("Set-Cookie", "SAP_SESSIONID_S4H_100=session" + std::to_string(n) + "; path=/; secure; HttpOnly");
        answer.headers.add("Set-Cookie", "sap-usercontext=sap-client=100; path=/");
        call.http.on("GET", "/" + service + "/", answer);
    }
};

inline net::Response rows(std::string_view list) { return testing::json_answer(200, R"({"d":{"results":)" + std::string(list) + "}}"); }

}  // namespace lockstep::connectors::sap
