#pragma once

#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "sandbox/sandbox.h"
#include "value/json.h"

namespace lockstep::sandbox::zoho {

/// A client of the emulated Zoho Books with an access token, for the tests.
class TestClient {
public:
    explicit TestClient(int calls_per_minute = 0) {
        Options options;
        options.clock = [this] { return now; };
        options.addresses.zoho = "http://zoho.example";
        options.credentials.zoho_client_id = "1000.CLIENT";
        options.credentials.zoho_client_secret = "secret";
        options.credentials.zoho_refresh_token = "1000.refresh";
        options.credentials.zoho_org_id = "20071234567";
        options.zoho_calls_per_minute = calls_per_minute;
        vendor = make_zoho(options);
        token = refresh()["access_token"].string_or("");
    }

    Value refresh(std::string refresh_token = "1000.refresh") {
        net::Request request{.method = "POST", .url = "/oauth/v2/token"};
        request.headers.set("Content-Type", "application/x-www-form-urlencoded");
        request.body = net::write_form({{"grant_type", "refresh_token"},
                                        {"client_id", "1000.CLIENT"},
                                        {"client_secret", "secret"},
                                        {"refresh_token", std::move(refresh_token)}});
        last = vendor->handle(request);
        return body();
    }

    net::Request request(std::string method, std::string target, std::string text = {}) const {
        const char* joint = target.find('?') == std::string::npos ? "?" : "&";
        net::Request made{
            .method = std::move(method), .url = "/books/v3/" + target + joint + "organization_id=20071234567", .body = std::move(text)};
        made.headers.set("Authorization", "Zoho-oauthtoken " + token);
        if (!made.body.empty()) made.headers.set("Content-Type", "application/json");
        return made;
    }
    Value send(const net::Request& made) {
        last = vendor->handle(made);
        return body();
    }
    Value send(std::string method, std::string target, std::string text = {}) {
        return send(request(std::move(method), std::move(target), std::move(text)));
    }
    Value body() const {
        auto value = json::parse(last.body);
        return value ? *value : Value();
    }
    std::int64_t code() const {
        const Value value = body();
        return value["code"].kind() == Value::Kind::integer ? value["code"].as_int() : -1;
    }

    std::string make_contact(std::string name = "Acme GmbH", std::string email = "ap@acme.example") {
        const Value created =
            send("POST", "contacts",
                 R"({"contact_name":")" + name + R"(","contact_type":"customer","payment_terms":30,"contact_persons":[)" +
                     R"({"first_name":"Accounts","last_name":"Payable","email":")" + email + R"(","is_primary_contact":true}],)" +
                     R"("custom_fields":[{"api_name":"cf_salesforce_id","value":")" + name + R"("}]})");
        return created["contact"]["contact_id"].string_or("");
    }
    std::string invoice_body(const std::string& contact, std::string rest = {}) const {
        return R"({"customer_id":")" + contact +
               R"(","reference_number":"SF-006","line_items":[{"name":"Pump","rate":314.13,"quantity":2.5},)" +
               R"({"name":"Seal","rate":"0.45","quantity":3}])" + rest + "}";
    }

    /// Creates an invoice of 786.68 and marks it as sent; returns its id.
    std::string make_sent_invoice(const std::string& contact) {
        const std::string id = send("POST", "invoices", invoice_body(contact))["invoice"]["invoice_id"].string_or("");
        send("POST", "invoices/" + id + "/status/sent");
        return id;
    }
    /// Creates a payment over invoices: `parts` are pairs of an invoice's id and the amount applied. Returns the whole payment.
    Value pay(const std::string& contact, const std::string& amount, const std::vector<std::pair<std::string, std::string>>& parts) {
        return send("POST", "customerpayments",
                    R"({"customer_id":")" + contact + R"(","payment_mode":"banktransfer","date":"2026-02-18","amount":)" + amount +
                        R"(,"invoices":)" + parts_json(parts) + "}")["payment"];
    }
    static std::string parts_json(const std::vector<std::pair<std::string, std::string>>& parts) {
        std::string list;
        for (const auto& [id, amount] : parts)
            list += (list.empty() ? "" : ",") + (R"({"invoice_id":")" + id + R"(","amount_applied":)" + amount + "}");
        return "[" + list + "]";
    }
    Value invoice(const std::string& id) { return send("GET", "invoices/" + id)["invoice"]; }
    /// The one record of a state object, or the first.
    Value state(std::string_view object) const {
        const auto records = vendor->records(object);
        return records && !records->empty() ? records->front() : Value();
    }

    Timestamp now = Timestamp::from_ms(1771408800000);  // 2026-02-18T10:00:00Z
    net::Response last;
    std::unique_ptr<Vendor> vendor;
    std::string token;
};

}  // namespace lockstep::sandbox::zoho
