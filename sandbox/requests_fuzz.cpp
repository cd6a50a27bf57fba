#include "sandbox/sandbox.h"
#include "tests/fuzz/target.h"
#include "value/encoding.h"
#include "value/json.h"

using namespace lockstep;
using namespace lockstep::sandbox;

namespace {

constexpr std::string_view salesforce_base = "/services/data/v60.0";

/// Everything that the sandbox has, as it is when it starts; `begin` takes it back to that.
struct Landscape {
    Landscape() : sandbox(options()) {
        sandbox.send_out = [](const net::Request&) -> Result<net::Response> { return net::text_response(200, "ok"); };
        begin();
    }
    static Options options() {
        static const GeneratedCredentials made = *generate_credentials();
        Options out;
        out.clock = [] { return Timestamp{1'771'408'800, 0}; };
        out.addresses = {"http://sf.example", "http://sap.example", "http://zoho.example", "http://slack.example",
                         "http://control.example"};
        out.credentials = made.credentials;
        return out;
    }
    void begin() {
        for (const char* name : {"salesforce", "sap", "zoho_books", "zoho_crm", "slack"}) sandbox.vendor(name).reset();
        static_cast<void>(sandbox.control({.method = "DELETE", .url = "/faults"}));
        static const List accounts = json::parse(R"([{"Id":"001000000000001AAA","Name":"Zeta","External_Id__c":"Z"}])")->as_list();
        LS_ASSERT(sandbox.vendor("salesforce").load("Account", accounts));
        const auto keys = options().credentials;
        salesforce_token =
            token_of("salesforce", "/services/oauth2/token",
                     {{"grant_type", "client_credentials"}, {"client_id", keys.sf_client_id}, {"client_secret", keys.sf_client_secret}});
        zoho_token = token_of("zoho_books", "/oauth/v2/token",
                              {{"grant_type", "refresh_token"},
                               {"client_id", keys.zoho_client_id},
                               {"client_secret", keys.zoho_client_secret},
                               {"refresh_token", keys.zoho_refresh_token}});
        crm_token = token_of("zoho_crm", "/oauth/v2/token",
                             {{"grant_type", "refresh_token"},
                              {"client_id", keys.zoho_client_id},
                              {"client_secret", keys.zoho_client_secret},
                              {"refresh_token", keys.zoho_crm_refresh_token}});
        static const List crm_accounts = json::parse(R"([{"Account_Name":"Zeta","Salesforce_Id":"001Z"}])")->as_list();
        LS_ASSERT(sandbox.vendor("zoho_crm").load("Accounts", crm_accounts));
    }
    std::string token_of(std::string_view vendor, std::string url, const net::Parameters& form) {
        net::Request request{.method = "POST", .url = std::move(url), .body = net::write_form(form)};
        request.headers.set("Content-Type", "application/x-www-form-urlencoded");
        const auto answer = json::parse(sandbox.vendor(vendor).handle(request).body);
        LS_ASSERT(answer && (*answer)["access_token"].is_string());
        return (*answer)["access_token"].as_string();
    }
    Sandbox sandbox;
    std::string salesforce_token, zoho_token, crm_token;
};

net::Response answer_of(Landscape& all, std::string_view vendor, net::Request request) {
    if (vendor == "control") return all.sandbox.control(request);
    if (vendor == "salesforce" && !request.headers.contains("Authorization"))
        request.headers.set("Authorization", "Bearer " + all.salesforce_token);
    if (vendor == "zoho_books" && !request.headers.contains("Authorization")) {
        request.headers.set("Authorization", "Zoho-oauthtoken " + all.zoho_token);
        request.url += (request.url.find('?') == std::string::npos ? "?" : "&");
        request.url += "organization_id=" + Landscape::options().credentials.zoho_org_id;
    }
    if (vendor == "zoho_crm" && !request.headers.contains("Authorization"))
        request.headers.set("Authorization", "Zoho-oauthtoken " + all.crm_token);
    return all.sandbox.handle(vendor, request).response;
}

/// `salesforce POST /services/oauth2/token`, header fields, an empty line, the body.
void check_request(Landscape& all, std::string_view data) {
    auto line = fuzz::take(data);
    const auto vendor = fuzz::take(line, ' ');
    net::Request request{.method = std::string(fuzz::take(line, ' ')), .url = std::string(line)};
    for (auto field = fuzz::take(data); !field.empty(); field = fuzz::take(data)) {
        const auto name = fuzz::take(field, ':');
        request.headers.set(std::string(name), std::string(field.starts_with(' ') ? field.substr(1) : field));
    }
    request.body = data;
    for (const std::string_view known : {"salesforce", "sap", "zoho_books", "zoho_crm", "slack", "control"})
        if (vendor == known) LS_ASSERT(answer_of(all, vendor, request).status <= 599);
}

/// A bulk job from its opening (the first line) over its data to its end.
void check_bulk(Landscape& all, std::string_view data) {
    const auto send = [&](std::string method, std::string path, std::string_view type, std::string_view body) {
        net::Request request{
            .method = std::move(method), .url = std::string(salesforce_base) + "/jobs/ingest" + path, .body = std::string(body)};
        request.headers.set("Content-Type", std::string(type));
        return answer_of(all, "salesforce", std::move(request));
    };
    const auto opened = json::parse(send("POST", "", "application/json", fuzz::take(data)).body);
    LS_ASSERT(opened);
    const std::string id = (*opened)["id"].string_or("");
    if (id.empty()) return;
    static_cast<void>(send("PUT", "/" + id + "/batches", "text/csv", data));
    static_cast<void>(send("PATCH", "/" + id, "application/json", R"({"state":"UploadComplete"})"));
    Value job;
    for (int polls = 0; polls < 5; ++polls) job = json::parse(send("GET", "/" + id, "", "").body).value();
    LS_ASSERT(job["state"] != Value("InProgress"));
    for (const char* which : {"/successfulResults", "/failedResults", "/unprocessedrecords"})
        static_cast<void>(send("GET", "/" + id + which, "", ""));
}

}  // namespace

/// One request to an emulator or the control API; `bulk` on the first line: a job of Salesforce's Bulk API.
FUZZ(requests) {
    static Landscape all;
    if (data.starts_with("bulk\n"))
        check_bulk(all, data.substr(5));
    else
        check_request(all, data);
    all.begin();
}
