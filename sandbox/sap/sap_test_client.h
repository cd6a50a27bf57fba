#pragma once

#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "sandbox/sandbox.h"
#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::sandbox::sap {

/// A client of the emulated SAP as a careful connector would be, for the tests.
class TestClient {
public:
    TestClient() {
        Options options;
        options.clock = [this] { return now; };
        options.addresses.sap = "http://sap.example";
        options.credentials.sap_client_id = "sb-client!b1|x";
        options.credentials.sap_client_secret = "secret";
        options.credentials.sap_user = "USER";
        options.credentials.sap_password = "pass:word";
        options.credentials.sap_api_key = "key-1";
        vendor = make_sap(options);
    }

    net::Request request(std::string method, std::string target, std::string body = {}) const {
        net::Request made{.method = std::move(method), .url = "/sap/opu/odata/sap/" + std::move(target), .body = std::move(body)};
        made.headers.set("Authorization", "Basic " + encoding::base64("USER:pass:word"));
        made.headers.set("Accept", "application/json");
        if (!made.body.empty()) made.headers.set("Content-Type", "application/json");
        if (!token.empty() && made.method != "GET") {
            made.headers.set("x-csrf-token", token);
            made.headers.set("Cookie", cookie);
        }
        return made;
    }

    /// Fetches token and cookies.
    void begin_session() {
        net::Request fetch = request("GET", "API_BUSINESS_PARTNER/");
        fetch.headers.set("x-csrf-token", "Fetch");
        const net::Response answer = vendor->handle(fetch);
        token = std::string(answer.headers.get("x-csrf-token").value_or(""));
        cookie.clear();
        for (std::string_view set : answer.headers.all("Set-Cookie")) cookie += std::string(set.substr(0, set.find(';'))) + "; ";
    }

    net::Response send(std::string method, std::string target, std::string body = {}) {
        last = vendor->handle(request(std::move(method), std::move(target), std::move(body)));
        return last;
    }

    Value get(std::string target) { return parsed(send("GET", std::move(target))); }
    Value post(std::string target, const Value& body) { return parsed(send("POST", std::move(target), json::write(body))); }

    static Value parsed(const net::Response& response) {
        auto value = json::parse(response.body);
        return value ? *value : Value();
    }
    static Value object(std::string_view text) {
        auto value = json::parse(text);
        EXPECT_TRUE(value.has_value()) << (value ? "" : value.error().message) << text;
        return value ? *value : Value();
    }

    std::string error_code() const { return parsed(last)["error"]["code"].string_or(""); }
    std::string error_text() const { return parsed(last)["error"]["message"]["value"].string_or(""); }

    void load(std::string_view name, std::string_view records) {
        auto loaded = vendor->load(name, object(records).as_list());
        ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    }

    Timestamp now = Timestamp::from_ms(1771408800000);  // 2026-02-18T10:00:00Z
    std::string token, cookie;
    net::Response last;
    std::unique_ptr<Vendor> vendor;
};

/// What a customer needs to be sold to.
inline constexpr std::string_view partner_body = R"({
    "BusinessPartnerCategory":"2","BusinessPartnerGrouping":"BP02","OrganizationBPName1":"Müller & Söhne GmbH",
    "BusinessPartnerIDByExtSystem":"001A0000000EXAMPLE",
    "to_BusinessPartnerAddress":{"results":[{"Country":"DE","Language":"EN","CityName":"Berlin","StreetName":"Main Street 1",
        "to_EmailAddress":[{"EmailAddress":"ap@acme.example","IsDefaultEmailAddress":true}]}]},
    "to_BusinessPartnerRole":[{"BusinessPartnerRole":"FLCU00"},{"BusinessPartnerRole":"FLCU01"}],
    "to_Customer":{"to_CustomerSalesArea":{"results":[{"SalesOrganization":"1010","DistributionChannel":"10","Division":"00",
        "Currency":"EUR","CustomerPaymentTerms":"0004"}]},
        "to_CustomerCompany":[{"CompanyCode":"1010","ReconciliationAccount":"12100000"}]}})";

inline constexpr std::string_view order_body = R"({
    "SalesOrderType":"OR","SalesOrganization":"1010","DistributionChannel":"10","OrganizationDivision":"00",
    "SoldToParty":"1000000","PurchaseOrderByCustomer":"006A0000000EXAMPLE","TransactionCurrency":"EUR",
    "to_Item":[{"SalesOrderItem":"10","Material":"PUMP-1","RequestedQuantity":"2.5","RequestedQuantityUnit":"PC",
        "to_PricingElement":[{"ConditionType":"PPR0","ConditionRateValue":"314.13","ConditionCurrency":"EUR",
            "ConditionQuantity":"1","ConditionQuantityUnit":"PC"}]}]})";

}  // namespace lockstep::sandbox::sap
