#include "sandbox/test_sandbox.h"

namespace lockstep::sandbox {

TEST(Control, LoadsShowsAndResetsState) {
    TestSandbox sandbox;
    EXPECT_EQ(sandbox.salesforce("GET", "/limits").response.status, 200);
    const net::Response loaded = sandbox.control("POST", "/load/salesforce/Account", R"({"records":[{"Name":"A"},{"Name":"B"}]})");
    EXPECT_EQ(loaded.status, 200) << loaded.body;
    EXPECT_EQ(TestSandbox::parse(loaded)["loaded"], Value(2));
    const Value state = TestSandbox::parse(sandbox.control("GET", "/state/salesforce/Account"));
    EXPECT_EQ(state.at_path("records.1.Name").string_or(""), "B");
    EXPECT_EQ(sandbox.control("POST", "/reset").status, 200);
    EXPECT_EQ(sandbox.accounts(), 0u);
    EXPECT_EQ(sandbox.salesforce("GET", "/limits").response.status, 401) << "a reset ends sessions";
}

TEST(Control, CountsCallsByMethodAndPattern) {
    TestSandbox sandbox;
    sandbox.control("POST", "/load/salesforce/Account",
                    R"({"records":[{"Id":"001000000000001AAA","Name":"A"},{"Id":"001000000000002AAA","Name":"B"}]})");
    sandbox.salesforce("GET", "/sobjects/Account/001000000000001AAA");
    sandbox.salesforce("GET", "/sobjects/Account/001000000000002AAA");
    sandbox.salesforce("GET", "/query?q=SELECT+Id+FROM+Account");
    const std::string expected =
        R"({"calls":[{"connector":"salesforce","method":"GET","route":"/services/data/v60.0/query","count":1},)"
        R"({"connector":"salesforce","method":"GET","route":"/services/data/v60.0/sobjects/Account/{id}","count":2}]})";
    EXPECT_EQ(sandbox.control("GET", "/calls").body, expected);
    sandbox.control("POST", "/faults", R"({"faults":[{"kind":"drop_before"}]})");
    sandbox.salesforce("GET", "/limits");
    EXPECT_EQ(TestSandbox::parse(sandbox.control("GET", "/calls"))["calls"].as_list().size(), 3u) << "a dropped call was made all the same";
    EXPECT_EQ(sandbox.control("DELETE", "/calls").status, 200);
    EXPECT_EQ(sandbox.control("GET", "/calls").body, R"({"calls":[]})");
}

TEST(Control, BadInputNamesWhatIsWrong) {
    TestSandbox sandbox;
    struct Case {
        const char* method;
        const char* url;
        const char* body;
        int status;
        const char* reason;
    };
    const Case cases[] = {
        {"GET", "/nothing", "", 404, "no such path: /nothing"},
        {"GET", "/state/salesforce", "", 404, "no such path"},
        {"GET", "/reset", "", 405, "GET is not for /reset: POST"},
        {"PUT", "/faults", "", 405, "GET, POST, DELETE"},
        {"GET", "/state/salesfroce/Account", "", 404, "no such connector: salesfroce (did you mean `salesforce`?)"},
        {"GET", "/state/salesforce/Acount", "", 404, "salesforce has no such object: Acount"},
        {"POST", "/load/zoho/contacts", "{\"records\":[]}", 404, "no such connector: zoho"},
        {"POST", "/load/salesforce/Account", "", 400, "the body must be"},
        {"POST", "/load/salesforce/Account", "{\"records\":5}", 400, "the body must be"},
        {"POST", "/load/salesforce/Account", "{\"records\":[", 400, "not JSON"},
        {"POST", "/load/salesforce/Acount", "{\"records\":[]}", 404, "no such object: Acount (did you mean `Account`?)"},
        {"POST", "/load/salesforce/Account", R"({"records":[{"Name":"A"},{"Nmae":"B"}]})", 400,
         "record 1: Account has no such field: Nmae"},
        {"POST", "/reset", R"({"seed_data":"yes"})", 400, "seed_data must be true or false"},
        {"POST", "/emit/salesforce/outbound_message", "{}", 400, "\"url\""},
        {"POST", "/emit/salesforce/birthday", R"({"url":"http://127.0.0.1:1/"})", 404, "no such event: birthday"},
        {"POST", "/clock", R"({"advance_s":-1})", 400, "advance_s must be"},
        {"GET", "/%zz", "", 400, ""},
    };
    for (const Case& c : cases) {
        const net::Response response = sandbox.control(c.method, c.url, c.body);
        EXPECT_EQ(response.status, c.status) << c.url << " " << c.body;
        EXPECT_NE(TestSandbox::parse(response)["error"].string_or("").find(c.reason), std::string::npos) << c.url << "\n" << response.body;
    }
}

TEST(Control, EmitsThroughWhoeverSendsAndShowsTheAnswer) {
    TestSandbox sandbox;
    const std::string body = R"({"url":"http://127.0.0.1:3000/webhook/x","body":{"opportunityId":"006"}})";
    EXPECT_EQ(sandbox.control("POST", "/emit/salesforce/callout", body).status, 503);
    net::Request sent;
    sandbox.sandbox.send_out = [&](const net::Request& request) -> Result<net::Response> {
        sent = request;
        return net::text_response(202, "taken");
    };
    const Value answer = TestSandbox::parse(sandbox.control("POST", "/emit/salesforce/callout", body));
    EXPECT_EQ(sent.url, "http://127.0.0.1:3000/webhook/x");
    EXPECT_EQ(sent.body, R"({"opportunityId":"006"})");
    EXPECT_EQ(answer["status"], Value(202));
    EXPECT_EQ(answer["body"].string_or(""), "taken");
    sandbox.sandbox.send_out = [](const net::Request&) -> Result<net::Response> { return fail(ErrorCode::unreachable, "nobody listens"); };
    EXPECT_EQ(sandbox.control("POST", "/emit/salesforce/callout", body).status, 502);
}

TEST(Control, TheClockCanBeMovedOn) {
    TestSandbox sandbox;
    EXPECT_EQ(sandbox.salesforce("GET", "/limits").response.status, 200);
    EXPECT_EQ(sandbox.control("POST", "/clock", R"({"advance_s":7200})").body, R"({"now":"2026-02-18T12:00:00Z","ok":true})");
    EXPECT_EQ(sandbox.salesforce("GET", "/limits").response.status, 401) << "the session has timed out";
}

}  // namespace lockstep::sandbox
