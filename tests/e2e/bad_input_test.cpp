// What a running `lockstep serve` says to input that it cannot take; nothing is lost and nothing half done.
#include "company.h"
#include "net/test_sockets.h"

namespace lockstep::testing {
namespace {

struct BadRequest {
    std::string what, method, path, body, content_type;
    int status;
    std::string says;
};

std::vector<BadRequest> bad_requests() {
    const std::string hook = "/webhook/salesforce/deal-closed", json = "application/json",
                      no_id = "must be an Opportunity id of Salesforce";
    const auto with_id = [](std::string_view id) { return json::write(Map{{"opportunityId", id}}); };
    return {
        {"half a document", "POST", hook, "{\"opportunityId\":", json, 400, "line 1"},
        {"no document", "POST", hook, "", json, 400, ""},
        {"an array", "POST", hook, "[]", json, 400, "must be a JSON object"},
        {"a text", "POST", hook, "\"006000000000001AAA\"", json, 400, "must be a JSON object"},
        {"not UTF-8", "POST", hook, "{\"opportunityId\":\"\xff\xfe\"}", json, 400, "line 1"},
        {"deep nesting", "POST", hook, std::string(5000, '[') + std::string(5000, ']'), json, 400, "nest"},
        {"no id", "POST", hook, "{}", json, 400, "opportunityId"},
        {"null", "POST", hook, "{\"opportunityId\":null}", json, 400, ""},
        {"a number", "POST", hook, "{\"opportunityId\":6}", json, 400, no_id},
        {"a list of ids", "POST", hook, "{\"opportunityId\":[\"006000000000001AAA\"]}", json, 400, ""},
        {"SOQL", "POST", hook, with_id("' OR Id != '"), json, 400, no_id},
        {"SOQL behind an id", "POST", hook, with_id("006000000000001' OR Id != '"), json, 400, no_id},
        {"a path", "POST", hook, with_id("../../services/oauth2/token"), json, 400, no_id},
        {"too short", "POST", hook, with_id("00600000000000"), json, 400, no_id},
        {"too long", "POST", hook, with_id("006000000000001AAAA"), json, 400, no_id},
        {"16 characters", "POST", hook, with_id("006000000000001A"), json, 400, no_id},
        {"an account", "POST", hook, with_id("001000000000001AAA"), json, 400, no_id},
        {"a line end", "POST", hook, with_id("006000000000001AAA\n"), json, 400, no_id},
        {"a zero byte", "POST", hook, with_id(std::string_view("006000000000001AA\0", 18)), json, 400, no_id},
        {"an empty id", "POST", hook, with_id(""), json, 400, ""},
        {"plain text", "POST", hook, with_id("006000000000001AAA"), "text/plain", 415, "application/json"},
        {"a form", "POST", hook, "opportunityId=006000000000001AAA", "application/x-www-form-urlencoded", 415, "application/json"},
        {"GET", "GET", hook, "", "", 405, "POST"},
        {"PUT", "PUT", hook, with_id("006000000000001AAA"), json, 405, "POST"},
        {"DELETE", "DELETE", hook, "", "", 405, "POST"},
        {"a body over the bound", "POST", hook, "{\"opportunityId\":\"" + std::string(1'100'000, 'x') + "\"}", json, 413, ""},
        {"an unknown path", "POST", "/webhook/salesforce/deal-lost", "{}", json, 404, "/webhook/salesforce/deal-lost"},
        {"a path that climbs", "GET", "/webhook/..%2f..%2fetc/passwd", "", "", 404, ""},
        {"the root of nothing", "GET", "/nothing", "", "", 404, "/nothing"},
        {"an unknown run", "GET", "/api/v1/runs/01NOSUCHRUN", "", "", 404, "no such run"},
        {"an unknown status", "GET", "/api/v1/runs?status=lost", "", "", 400, "no such status"},
        {"an unknown parameter", "GET", "/api/v1/runs?colour=red", "", "", 400, "no such parameter"},
        {"a limit of nothing", "GET", "/api/v1/runs?limit=0", "", "", 400, "limit"},
        {"an unknown flow", "POST", "/api/v1/flows/deal-close/run", "{}", json, 404, "did you mean `deal-closed`?"},
        {"a manual run without a record", "POST", "/api/v1/flows/deal-closed/run", "{}", json, 400, no_id},
        {"a replay of nothing", "POST", "/api/v1/runs/01NOSUCHRUN/replay", "{}", json, 404, "no such run"},
        {"a drop without a reason", "POST", "/api/v1/runs/01NOSUCHRUN/drop", "{}", json, 400, "reason"},
        {"POST where one reads", "POST", "/health", "{}", json, 405, "GET"},
    };
}

}  // namespace

TEST(BadInput, EachRequestIsRefusedWithItsReasonAndLeavesNothingBehind) {
    Landscape landscape;
    landscape.start_serve();
    for (const BadRequest& bad : bad_requests()) {
        net::Headers headers;
        if (!bad.content_type.empty()) headers.set("Content-Type", bad.content_type);
        const auto answer = landscape.try_send(bad.method, landscape.base() + bad.path, bad.body, headers);
        if (!answer) {
            ADD_FAILURE() << bad.what << ": " << answer.error().to_text();
            continue;
        }
        EXPECT_EQ(answer->status, bad.status) << bad.what << ": " << answer->body;
        if (answer->status == 413) continue;  // refused before the body was read: there may be no more than the status
        const auto body = json::parse(answer->body);
        ASSERT_TRUE(body.has_value()) << bad.what << ": " << answer->body;
        const std::string message = body->at_path("error.message").text();
        EXPECT_FALSE(message.empty()) << bad.what;
        EXPECT_NE(message.find(bad.says), std::string::npos) << bad.what << ": " << message;
        EXPECT_FALSE(body->at_path("error.code").text().empty()) << bad.what;
    }
    EXPECT_TRUE(landscape.runs("").empty()) << json::write(landscape.runs(""));
    EXPECT_EQ(landscape.vendor_writes(), 0);
    EXPECT_TRUE(landscape.is_ready());
}

TEST(BadInput, BytesThatAreNoHttpDoNoHarm) {
    Landscape landscape;
    landscape.start_serve();
    const std::string_view attacks[] = {"\r\n\r\n", "GET\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
                                        "POST /webhook/salesforce/deal-closed HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
                                        "POST /webhook/salesforce/deal-closed HTTP/1.1\r\nHost: x\r\nContent-Type: "
                                        "application/json\r\nContent-Length: 100\r\n\r\n{\"opportunityId\":"};
    for (std::string_view bytes : attacks) {
        auto socket = net::testing_sockets::Socket::connect_to(landscape.port());
        ASSERT_TRUE(socket.is_open());
        (void)socket.write(bytes);
        socket.end_output();
        (void)socket.read_all();
    }
    EXPECT_TRUE(landscape.is_ready());
    EXPECT_TRUE(landscape.runs("").empty());
}

TEST(BadInput, AnIdThatSalesforceDoesNotKnowIsTakenAndParkedWithThatReason) {
    Landscape landscape;
    landscape.start_serve();
    const Value run = landscape.wait_for(landscape.close_deal("006000000000777AAA"));
    EXPECT_EQ(run["status"].text(), "parked");
    EXPECT_EQ(run["code"].text(), "not_found");
    EXPECT_NE(run["reason"].text().find("006000000000777AAA"), std::string::npos) << run["reason"].text();
    EXPECT_EQ(landscape.vendor_writes(), 0);
}

TEST(BadInput, ADealWithoutWhatAnOrderNeedsIsParkedBeforeAnythingIsMade) {
    Landscape landscape;
    const auto deals = load_company(landscape, {.accounts = 1, .deals = 1});
    struct Case {
        std::string id;
        Map deal;
        std::string says;
    };
    const auto deal = [](int serial, Map more) {
        Map all{{"Id", deal_id(serial)}, {"Name", "x"}, {"StageName", "Closed Won"}, {"CloseDate", "2026-02-18"}};
        for (const auto& [name, value] : more) all.set(name, value);
        return Case{deal_id(serial), all, ""};
    };
    landscape.load("salesforce/Account", {Map{{"Id", account_id(50)}, {"Name", "Atlantis Ltd"}, {"BillingCountry", "Atlantis"}}});
    landscape.load("salesforce/Contact", {Map{{"AccountId", account_id(50)}, {"LastName", "X"}, {"Email", "x@atlantis.example"}}});
    std::vector<Case> cases = {deal(101, {}), deal(102, {{"AccountId", account_id(1)}}), deal(103, {{"AccountId", account_id(50)}})};
    cases[0].says = "has no account";
    cases[1].says = "has no products";
    cases[2].says = "country is not known: `Atlantis`";
    for (const Case& its : cases) landscape.load("salesforce/Opportunity", {its.deal});
    for (int with_lines : {103})
        landscape.load("salesforce/OpportunityLineItem",
                       {Map{{"OpportunityId", deal_id(with_lines)}, {"Product2Id", product_id(1)}, {"Quantity", 1}, {"UnitPrice", 1}}});
    landscape.start_serve();
    for (const Case& its : cases) {
        const Value run = landscape.wait_for(landscape.close_deal(its.id));
        EXPECT_EQ(run["status"].text(), "parked");
        EXPECT_NE(run["reason"].text().find(its.says), std::string::npos) << run["reason"].text();
    }
    EXPECT_TRUE(landscape.state("sap/A_BusinessPartner").empty());
    EXPECT_TRUE(landscape.state("zoho_books/contacts").empty());
}

}  // namespace lockstep::testing
