#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "sandbox/salesforce/record_id.h"
#include "sandbox/sandbox.h"
#include "value/json.h"

namespace lockstep::sandbox::salesforce {

/// An emulated organisation with a clock that the test moves, and a client that has a token.
class Organisation {
public:
    Organisation() : keys_(keys()) {
        Options options;
        options.clock = [this] { return now; };
        options.addresses.salesforce = "http://127.0.0.1:4010";
        options.credentials = keys_.credentials;
        vendor = make_salesforce(options);
        login();
    }

    static const GeneratedCredentials& keys() {
        static const GeneratedCredentials made = *generate_credentials();
        return made;
    }

    net::Response send(std::string method, std::string url, std::string body = {}, net::Headers headers = {}) {
        net::Request request;
        request.method = std::move(method);
        request.url = std::move(url);
        request.headers = std::move(headers);
        if (!token.empty() && !request.headers.contains("Authorization")) request.headers.set("Authorization", "Bearer " + token);
        if (!body.empty() && !request.headers.contains("Content-Type")) request.headers.set("Content-Type", "application/json");
        request.body = std::move(body);
        return vendor->handle(request);
    }
    net::Response api(std::string method, std::string path, std::string body = {}, net::Headers headers = {}) {
        return send(std::move(method), "/services/data/v60.0" + path, std::move(body), std::move(headers));
    }
    net::Response token_request(const net::Parameters& form) {
        net::Headers headers;
        headers.set("Content-Type", "application/x-www-form-urlencoded");
        headers.set("Authorization", "");
        headers.erase("Authorization");
        net::Request request{"POST", "/services/oauth2/token", headers, net::write_form(form), {}};
        return vendor->handle(request);
    }
    void login() {
        const net::Response response = token_request({{"grant_type", "client_credentials"},
                                                      {"client_id", keys_.credentials.sf_client_id},
                                                      {"client_secret", keys_.credentials.sf_client_secret}});
        token = parse(response)["access_token"].string_or("");
    }
    net::Response query_response(std::string_view soql, net::Headers headers = {}) {
        return api("GET", "/query?" + net::write_form({{"q", std::string(soql)}}), {}, std::move(headers));
    }
    Value query(std::string_view soql) { return parse(query_response(soql)); }
    std::string create(const std::string& object, const std::string& body) {
        const net::Response response = api("POST", "/sobjects/" + object, body);
        EXPECT_EQ(response.status, 201) << response.body;
        return parse(response)["id"].string_or("");
    }
    void load(std::string_view object, std::string_view records) {
        auto list = json::parse(records);
        ASSERT_TRUE(list.has_value()) << records;
        auto loaded = vendor->load(object, list->as_list());
        EXPECT_TRUE(loaded.has_value()) << (loaded.has_value() ? "" : loaded.error().message);
    }
    static Value parse(const net::Response& response) {
        auto value = json::parse(response.body);
        EXPECT_TRUE(value.has_value()) << response.body;
        return value ? *value : Value();
    }
    static std::string code(const net::Response& response) { return parse(response).at_path("0.errorCode").string_or(""); }
    static std::string message(const net::Response& response) { return parse(response).at_path("0.message").string_or(""); }

    Timestamp now = *parse_timestamp("2026-02-18T10:00:00Z");
    std::unique_ptr<Vendor> vendor;
    std::string token;

private:
    const GeneratedCredentials& keys_;
};

}  // namespace lockstep::sandbox::salesforce
