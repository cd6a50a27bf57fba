#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "connectors/testing/fake_http.h"

namespace lockstep::connectors::zoho_crm {

const connector::Connector& descriptor();

/// One connection whose token is fetched, and everything that a call needs; what Zoho answers is written by hand.
/// Only `*_test.cpp` may include it.
struct TestCrm {
    testing::Call call;
    std::unique_ptr<connector::Connection> connection;

    explicit TestCrm(Map more = {}) {
        Map settings{{"client_id", "c"}, {"client_secret", "sssecret"}, {"refresh_token", "rrrefresh"}};
        for (const auto& [name, value] : more) settings.set(name, value);
        Result<std::unique_ptr<connector::Connection>> made = descriptor().make(
            {.name = "zoho_crm", .settings = connector::Settings(settings), .limits = {}, .runtime = call.runtime, .vault = nullptr});
        EXPECT_TRUE(made) << made.error().message;
        connection = *std::move(made);
        call.http.on("POST", "/oauth/v2/token",
                     testing::json_answer(200, R"({"access_token":"1000.t","api_domain":"https://www.zohoapis.eu","expires_in":3600})"));
    }

    Result<Value> perform(std::string_view action, const Map& input) { return connection->perform(action, Value(input), call.context); }
    testing::FakeHttp& http() { return call.http; }

    /// Makes the calls together, as the engine would: all must have one joint name.
    std::vector<Result<Value>> jointly(std::string_view action, const std::vector<Value>& inputs) {
        std::vector<connector::JointCall> calls;
        for (const Value& input : inputs) {
            EXPECT_NE(connection->joint_name(action, input), "");
            EXPECT_EQ(connection->joint_name(action, input), connection->joint_name(action, inputs.front()));
            traces.push_back(std::make_unique<connector::Trace>());
            contexts.push_back(std::make_unique<connector::CallContext>(connector::CallContext{.runtime = call.runtime,
                                                                                               .http = call.http,
                                                                                               .trace = *traces.back(),
                                                                                               .deadline_ms = 60'000,
                                                                                               .request_id = "1",
                                                                                               .first_sent = {}}));
            calls.push_back({input, *contexts.back()});
        }
        return connection->perform_jointly(action, calls);
    }

    std::vector<std::unique_ptr<connector::Trace>> traces;
    std::vector<std::unique_ptr<connector::CallContext>> contexts;
};

/// An answer with the time at which Zoho gave it: `10:00:09` of 18 February 2026.
inline net::Response answer_at(std::string_view clock, int status, std::string_view body) {
    net::Response response = testing::json_answer(status, body);
    response.headers.set("Date", "Wed, 18 Feb 2026 " + std::string(clock) + " GMT");
    return response;
}

inline std::string updated(std::string_view id, std::string_view clock = "10:00:10") {
    return R"({"code":"SUCCESS","status":"success","message":"record updated","details":{"id":")" + std::string(id) +
           R"(","Modified_Time":"2026-02-18T)" + std::string(clock) + R"(+00:00"}})";
}
inline std::string refused(std::string_view code, std::string_view details = "{}", std::string_view message = "no") {
    return R"({"code":")" + std::string(code) + R"(","status":"error","message":")" + std::string(message) + R"(","details":)" +
           std::string(details) + "}";
}
inline std::string data(const std::vector<std::string>& elements) {
    std::string all;
    for (const std::string& element : elements) all += (all.empty() ? "" : ",") + element;
    return R"({"data":[)" + all + "]}";
}

}  // namespace lockstep::connectors::zoho_crm
