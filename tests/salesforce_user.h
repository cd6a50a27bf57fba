#pragma once

#include "connector/jwt.h"
#include "landscape.h"

namespace lockstep::testing {

/// A person in sales: does in Salesforce what people do there, by its REST API.
class SalesforceUser {
public:
    explicit SalesforceUser(const Landscape& landscape) : landscape_(landscape) {
        const auto& its = landscape.environment();
        const auto key = connector::SigningKey::load(its.at("SF_PRIVATE_KEY_PATH"));
        require(key.has_value(), "no key of the sandbox");
        const std::int64_t now_s =
            std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
        const auto assertion = connector::make_jwt(
            *key,
            Map{{"iss", its.at("SF_CLIENT_ID")}, {"sub", its.at("SF_USERNAME")}, {"aud", its.at("SF_LOGIN_URL")}, {"exp", now_s + 120}});
        require(assertion.has_value(), "no assertion");
        const net::Response answer =
            landscape.send("POST", its.at("SF_LOGIN_URL") + "/services/oauth2/token",
                           net::write_form({{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"}, {"assertion", *assertion}}),
                           {{"Content-Type", "application/x-www-form-urlencoded"}});
        const Value token = Landscape::json_of(answer);
        token_ = token["access_token"].text();
        instance_ = token["instance_url"].text();
        require(!token_.empty(), "no token: " + answer.body);
    }

    /// Wins deals, up to 200 in one call.
    void win(const std::vector<std::string>& deals) const {
        List records;
        for (const auto& id : deals)
            records.push_back(Map{{"attributes", Map{{"type", "Opportunity"}}}, {"id", id}, {"StageName", "Closed Won"}});
        const net::Response answer = landscape_.send("PATCH", instance_ + "/services/data/v60.0/composite/sobjects",
                                                     json::write(Map{{"allOrNone", true}, {"records", records}}),
                                                     {{"Content-Type", "application/json"}, {"Authorization", "Bearer " + token_}});
        require(answer.ok() && answer.body.find("\"success\":false") == std::string::npos, "not won: " + answer.body.substr(0, 1000));
    }

private:
    const Landscape& landscape_;
    std::string token_, instance_;
};

}  // namespace lockstep::testing
