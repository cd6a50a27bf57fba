#include "sandbox/sandbox.h"
#include "tests/fuzz/target.h"
#include "value/encoding.h"
#include "value/json.h"

using namespace lockstep;
using namespace lockstep::sandbox;

namespace {

constexpr std::string_view partners = R"([{"BusinessPartner":"1000000","BusinessPartnerCategory":"2","BusinessPartnerGrouping":"BP02",
    "OrganizationBPName1":"Müller & Söhne","to_BusinessPartnerAddress":[{"AddressID":"1","Country":"DE","CityName":"Berlin"}]}])";
constexpr std::string_view products =
    R"([{"Product":"PUMP-1","to_SalesDelivery":[{"ProductSalesOrg":"1010","ProductDistributionChnl":"10"}]}])";
constexpr std::string_view orders = R"([{"SalesOrder":"1","SalesOrderType":"OR","SalesOrganization":"1010","DistributionChannel":"10",
    "OrganizationDivision":"00","SoldToParty":"1000000","PurchaseOrderByCustomer":"006A"}])";

/// A SAP with a few records and one session; `begin` takes it back to that.
struct System {
    System() {
        Options options;
        options.clock = [] { return Timestamp{1'771'408'800, 0}; };
        options.addresses.sap = "http://sap.example";
        options.credentials.sap_user = "USER";
        options.credentials.sap_password = "pass:word";
        vendor = make_sap(options);
        begin();
    }
    void begin() {
        vendor->reset();
        LS_ASSERT(vendor->load("A_BusinessPartner", json::parse(partners)->as_list()));
        LS_ASSERT(vendor->load("A_Product", json::parse(products)->as_list()));
        LS_ASSERT(vendor->load("A_SalesOrder", json::parse(orders)->as_list()));
        net::Request fetch = request("GET", "API_BUSINESS_PARTNER/");
        fetch.headers.set("x-csrf-token", "Fetch");
        const auto answer = vendor->handle(fetch);
        token = answer.headers.get("x-csrf-token").value_or("");
        cookie.clear();
        for (auto set : answer.headers.all("Set-Cookie")) cookie += std::string(set.substr(0, set.find(';'))) + "; ";
    }
    net::Request request(std::string_view method, std::string_view target) const {
        net::Request made{.method = std::string(method), .url = "/sap/opu/odata/sap/" + std::string(target)};
        made.headers.set("Authorization", "Basic " + encoding::base64("USER:pass:word"));
        made.headers.set("x-csrf-token", token);
        made.headers.set("Cookie", cookie);
        return made;
    }
    std::unique_ptr<Vendor> vendor;
    std::string token, cookie;
};

}  // namespace

/// `GET API_SALES_ORDER_SRV/A_SalesOrder?$filter=…`, or another method with its body behind the line; a `$batch` has the
/// boundary `b`.
FUZZ(odata) {
    static System system;
    auto line = fuzz::take(data);
    const auto method = fuzz::take(line, ' ');
    auto request = system.request(method, line);
    request.body = data;
    const bool batch = line.ends_with("$batch");
    request.headers.set("Content-Type", batch ? "multipart/mixed; boundary=b" : "application/json");
    if (!line.ends_with('x')) request.headers.set("Accept", "application/json");
    const auto answer = system.vendor->handle(request);
    LS_ASSERT(answer.status >= 200 && answer.status <= 599);
    if (answer.headers.get("Content-Type").value_or("").starts_with("application/json") && !answer.body.empty())
        LS_ASSERT(json::parse(answer.body));
    if (method != "GET") system.begin();
}
