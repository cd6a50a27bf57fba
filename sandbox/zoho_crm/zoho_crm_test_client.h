#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sandbox/sandbox.h"
#include "value/json.h"

namespace lockstep::sandbox::zoho_crm {

/// A client of the emulated Zoho CRM with an access token, for the tests.
class TestClient {
public:
    TestClient() {
        Options options;
        options.clock = [this] { return now; };
        options.addresses.zoho = "http://zoho.example";
        options.credentials.zoho_client_id = "1000.CLIENT";
        options.credentials.zoho_client_secret = "secret";
        options.credentials.zoho_refresh_token = "1000.books";
        options.credentials.zoho_crm_refresh_token = "1000.crm";
        options.credentials.zoho_org_id = "20071234567";
        options.zoho_accounts = make_zoho_accounts(options);
        vendor = make_zoho_crm(options);
        books = make_zoho(options);
        token = ask_for_token({{"grant_type", "refresh_token"}, {"refresh_token", "1000.crm"}})["access_token"].string_or("");
    }

    Value ask_for_token(net::Parameters form) {
        form.emplace_back("client_id", "1000.CLIENT");
        form.emplace_back("client_secret", "secret");
        net::Request request{.method = "POST", .url = "/oauth/v2/token", .body = net::write_form(form)};
        request.headers.set("Content-Type", "application/x-www-form-urlencoded");
        return send(request);
    }
    net::Request request(std::string method, std::string target, std::string text = {}) const {
        net::Request made{.method = std::move(method), .url = "/crm/v8/" + target, .body = std::move(text)};
        made.headers.set("Authorization", "Zoho-oauthtoken " + token);
        return made;
    }
    Value send(const net::Request& made) {
        last = vendor->handle(made);
        return body();
    }
    Value send(std::string method, std::string target, std::string text = {}) {
        return send(request(std::move(method), std::move(target), std::move(text)));
    }
    Value send_with(std::string header, std::string value, std::string method, std::string target, std::string text = {}) {
        net::Request made = request(std::move(method), std::move(target), std::move(text));
        made.headers.set(std::move(header), std::move(value));
        return send(made);
    }
    Value body() const {
        auto value = json::parse(last.body);
        return value ? *value : Value();
    }
    /// The code of the whole call's refusal, or of its first record.
    std::string code() const {
        const Value value = body();
        return value["code"].is_string() ? value["code"].as_string() : value.at_path("data.0.code").text();
    }
    /// Inserts an account with these members; returns its id.
    std::string make_account(const std::string& name, const std::string& more = {}) {
        return send("POST", "Accounts", R"({"data":[{"Account_Name":")" + name + "\"" + more + "}]}").at_path("data.0.details.id").text();
    }
    Value account(const std::string& id) { return send("GET", "Accounts/" + id).at_path("data.0"); }
    Result<void> load(std::string_view object, const std::string& records) {
        const Value list = json::parse(records).value_or(Value(List{}));
        return vendor->load(object, list.is_list() ? list.as_list() : List{list});
    }
    List state(std::string_view object) const { return vendor->records(object).value_or(List{}); }
    /// What is waiting to be sent, as if it had been.
    std::vector<net::Request> outgoing() {
        std::vector<net::Request> all;
        while (auto sent = vendor->take_outgoing()) all.push_back(std::move(sent->request));
        return all;
    }

    Timestamp now = Timestamp::from_ms(1771408800000);  // 2026-02-18T10:00:00Z
    net::Response last;
    std::unique_ptr<Vendor> vendor, books;
    std::string token;
};

}  // namespace lockstep::sandbox::zoho_crm
