#pragma once

#include "landscape.h"

namespace lockstep::testing {

/// A person in finance: does in Zoho Books what people do there, by its API.
class Accountant {
public:
    explicit Accountant(const Landscape& landscape) : landscape_(landscape) {
        const auto& its = landscape.environment();
        const net::Response answer = landscape.send("POST", its.at("ZOHO_ACCOUNTS_URL") + "/oauth/v2/token",
                                                    net::write_form({{"refresh_token", its.at("ZOHO_REFRESH_TOKEN")},
                                                                     {"client_id", its.at("ZOHO_CLIENT_ID")},
                                                                     {"client_secret", its.at("ZOHO_CLIENT_SECRET")},
                                                                     {"grant_type", "refresh_token"}}),
                                                    {{"Content-Type", "application/x-www-form-urlencoded"}});
        token_ = Landscape::json_of(answer)["access_token"].text();
        require(!token_.empty(), "no token: " + answer.body);
    }

    /// What Zoho answers under its envelope; it must be good. `path` begins without a slash.
    Value send(const std::string& method, const std::string& path, const Value& body = {}) const {
        const auto& its = landscape_.environment();
        const net::Response answer =
            landscape_.send(method, its.at("ZOHO_API_URL") + "/books/v3/" + path + "?organization_id=" + its.at("ZOHO_ORG_ID"),
                            body.is_null() ? "" : json::write(body),
                            {{"Content-Type", "application/json"}, {"Authorization", "Zoho-oauthtoken " + token_}});
        require(answer.ok(), method + " " + path + ": " + answer.body.substr(0, 1000));
        return Landscape::json_of(answer);
    }

    struct Part {
        std::string invoice_id;
        Decimal amount;
    };
    /// Records a payment and returns its id. `amount` may be more than its parts.
    std::string pay(const std::vector<Part>& parts, const Decimal& amount, const std::string& date, const std::string& mode) const {
        Map body = payment_body(parts, amount);
        body.set("customer_id", invoice(parts.at(0).invoice_id)["customer_id"]);
        body.set("date", date);
        body.set("payment_mode", mode);
        return send("POST", "customerpayments", body)["payment"]["payment_id"].text();
    }
    std::string pay(const std::string& invoice_id, const Decimal& amount, const std::string& date, const std::string& mode) const {
        return pay({{invoice_id, amount}}, amount, date, mode);
    }
    void edit(const std::string& payment_id, const std::vector<Part>& parts, const Decimal& amount) const {
        (void)send("PUT", "customerpayments/" + payment_id, payment_body(parts, amount));
    }
    Value invoice(const std::string& id) const { return send("GET", "invoices/" + id)["invoice"]; }
    /// An invoice that nobody made from a deal. Returns its record.
    Value invoice_by_hand(const std::string& customer_id, const std::string& reference, const Decimal& rate) const {
        const Value made = send("POST", "invoices",
                                Map{{"customer_id", customer_id},
                                    {"reference_number", reference},
                                    {"line_items", List{Map{{"name", "By hand"}, {"rate", rate}, {"quantity", 1}}}}})["invoice"];
        (void)send("POST", "invoices/" + made["invoice_id"].text() + "/status/sent");
        return made;
    }

private:
    static Map payment_body(const std::vector<Part>& parts, const Decimal& amount) {
        List invoices;
        for (const Part& part : parts) invoices.push_back(Map{{"invoice_id", part.invoice_id}, {"amount_applied", part.amount}});
        return {{"amount", amount}, {"invoices", std::move(invoices)}};
    }

    const Landscape& landscape_;
    std::string token_;
};

}  // namespace lockstep::testing
