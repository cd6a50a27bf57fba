#pragma once

#include <gtest/gtest.h>

#include <string>

#include "sandbox/sandbox.h"
#include "value/json.h"

namespace lockstep::sandbox {

/// A sandbox in-process, with the control API at hand.
class TestSandbox {
public:
    TestSandbox() : sandbox(options(*this)) {}

    static Options options(TestSandbox& self) {
        Options out;
        out.clock = [&self] { return self.now; };
        out.addresses = {"http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:3", "http://127.0.0.1:4", "http://127.0.0.1:5"};
        static const GeneratedCredentials made = *generate_credentials();
        out.credentials = made.credentials;
        return out;
    }
    net::Response control(std::string method, std::string url, std::string body = {}) {
        net::Request request;
        request.method = std::move(method);
        request.url = std::move(url);
        request.body = std::move(body);
        return sandbox.control(request);
    }
    Verdict salesforce(std::string method, std::string path, std::string body = {}) {
        net::Request request;
        request.method = std::move(method);
        request.url = "/services/data/v60.0" + path;
        request.headers.set("Authorization", "Bearer " + token());
        if (!body.empty()) request.headers.set("Content-Type", "application/json");
        request.body = std::move(body);
        return sandbox.handle("salesforce", request);
    }
    const std::string& token() {
        if (!token_.empty()) return token_;
        const Credentials keys = options(*this).credentials;
        net::Request request;
        request.method = "POST";
        request.url = "/services/oauth2/token";
        request.body = net::write_form(
            {{"grant_type", "client_credentials"}, {"client_id", keys.sf_client_id}, {"client_secret", keys.sf_client_secret}});
        token_ = parse(sandbox.vendor("salesforce").handle(request))["access_token"].string_or("");
        return token_;
    }
    static Value parse(const net::Response& response) {
        auto value = json::parse(response.body);
        EXPECT_TRUE(value.has_value()) << response.body;
        return value ? *value : Value();
    }
    std::size_t accounts() { return parse(control("GET", "/state/salesforce/Account"))["records"].as_list().size(); }

    Timestamp now = *parse_timestamp("2026-02-18T10:00:00Z");
    Sandbox sandbox;

private:
    std::string token_;
};

}  // namespace lockstep::sandbox
