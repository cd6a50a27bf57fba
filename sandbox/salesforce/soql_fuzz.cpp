#include "sandbox/salesforce/soql.h"
#include "sandbox/sandbox.h"
#include "tests/fuzz/target.h"
#include "value/json.h"

using namespace lockstep;
using namespace lockstep::sandbox;

namespace {

constexpr std::string_view accounts = R"([
    {"Id":"001000000000001AAA","Name":"Zeta","BillingCity":"Köln","AnnualRevenue":10,"Phone":"1"},
    {"Id":"001000000000002AAA","Name":"ärmel","BillingCity":"Ulm","AnnualRevenue":5000000},
    {"Id":"001000000000003AAA","Name":"O'Neil 100%","AnnualRevenue":12345678.0,"Phone":""}])";
constexpr std::string_view deals = R"([
    {"Name":"D1","AccountId":"001000000000001AAA","StageName":"Closed Won","CloseDate":"2026-02-18","Amount":10.50},
    {"Name":"D2","AccountId":"001000000000001AAA","StageName":"Prospecting","CloseDate":"2026-02-10","Amount":20},
    {"Name":"D3","AccountId":"001000000000002AAA","StageName":"Closed Lost","CloseDate":"2025-12-31"},
    {"Name":"D4","StageName":"Closed Won","CloseDate":"2026-03-01","Amount":30}])";

/// An organisation with a few records and a token; queries change nothing of it.
struct Organisation {
    Organisation() {
        options.clock = [] { return Timestamp{1'771'408'800, 0}; };
        options.addresses.salesforce = "http://salesforce.example";
        options.credentials.sf_client_id = "client";
        options.credentials.sf_client_secret = "secret";
        vendor = make_salesforce(options);
        LS_ASSERT(vendor->load("Account", json::parse(accounts)->as_list()));
        LS_ASSERT(vendor->load("Opportunity", json::parse(deals)->as_list()));
        const net::Request sign_in{
            .method = "POST",
            .url = "/services/oauth2/token",
            .body = net::write_form({{"grant_type", "client_credentials"}, {"client_id", "client"}, {"client_secret", "secret"}})};
        token = json::parse(vendor->handle(sign_in).body).value()["access_token"].string_or("");
    }
    Options options;
    std::unique_ptr<Vendor> vendor;
    std::string token;
};

}  // namespace

/// A query is answered by JSON: rows, or an error that says where.
FUZZ(soql) {
    static Organisation organisation;
    net::Request request{.url = "/services/data/v60.0/query?" + net::write_form({{"q", std::string(data)}})};
    request.headers.set("Authorization", "Bearer " + organisation.token);
    const auto answer = organisation.vendor->handle(request);
    LS_ASSERT(answer.status == 200 || answer.status == 400);
    LS_ASSERT(json::parse(answer.body));
    if (!salesforce::soql::parse(data)) LS_ASSERT(answer.status == 400);
}
