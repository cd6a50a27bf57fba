#include "sandbox/faults.h"

#include "sandbox/test_sandbox.h"

namespace lockstep::sandbox {
namespace {

/// One letter a request: what became of it.
std::string fates(TestSandbox& sandbox, int requests) {
    std::string out;
    for (int i = 0; i < requests; ++i) {
        const Verdict verdict = sandbox.salesforce("GET", "/limits");
        out += verdict.kind == Verdict::Kind::drop ? 'd' : verdict.response.status == 200 ? '.' : 'e';
    }
    return out;
}

constexpr const char* account = R"({"Name":"A"})";

}  // namespace

TEST(Faults, TheSameSeedGivesTheSameFates) {
    const auto run = [](int seed) {
        TestSandbox sandbox;
        const std::string rules =
            R"(,"faults":[{"connector":"*","method":"*","route":"*","kind":"status","status":500,"probability":0.2},{"kind":"drop_before","probability":0.2}]})";
        EXPECT_EQ(sandbox.control("POST", "/faults", "{\"seed\":" + std::to_string(seed) + rules).status, 200);
        return fates(sandbox, 200);
    };
    const std::string first = run(7);
    EXPECT_EQ(first, run(7));
    EXPECT_NE(first, run(8));
    const auto errors = std::count(first.begin(), first.end(), 'e'), drops = std::count(first.begin(), first.end(), 'd');
    EXPECT_GT(errors, 20);
    EXPECT_LT(errors, 60);
    EXPECT_GT(drops, 15);
}

TEST(Faults, OtherRequestsDoNotChangeARulesDraws) {
    const std::string rules =
        R"({"seed":3,"faults":[{"route":"/services/data/v60.0/limits","kind":"status","status":500,"probability":0.5}]})";
    TestSandbox quiet, busy;
    quiet.control("POST", "/faults", rules);
    busy.control("POST", "/faults", rules);
    const std::string expected = fates(quiet, 40);
    std::string seen;
    for (int i = 0; i < 40; ++i) {
        EXPECT_EQ(busy.salesforce("GET", "/sobjects").response.status, 200);
        seen += fates(busy, 1);
    }
    EXPECT_EQ(seen, expected);
}

TEST(Faults, CountAndSkipChooseRequests) {
    TestSandbox sandbox;
    sandbox.control("POST", "/faults",
                    R"({"faults":[{"connector":"salesforce","method":"GET","kind":"status","status":503,"count":2,"skip":1}]})");
    EXPECT_EQ(fates(sandbox, 5), ".ee..");
    sandbox.control("DELETE", "/faults");
    sandbox.control(
        "POST", "/faults",
        R"({"faults":[{"connector":"sap","kind":"drop_before"},{"method":"POST","kind":"drop_before"},{"route":"/services/data/v60.0/sobjects/Account/{id}","kind":"drop_before"}]})");
    EXPECT_EQ(fates(sandbox, 2), "..");
    EXPECT_EQ(sandbox.salesforce("GET", "/sobjects/Account/001Hs0000000001AAA").kind, Verdict::Kind::drop);
}

TEST(Faults, AStatusIsTheVendorsOwnErrorAndNothingIsApplied) {
    TestSandbox sandbox;
    sandbox.control("POST", "/faults", R"({"faults":[{"kind":"status","status":500}]})");
    const Verdict verdict = sandbox.salesforce("POST", "/sobjects/Account", account);
    EXPECT_EQ(verdict.response.status, 500);
    EXPECT_EQ(TestSandbox::parse(verdict.response).at_path("0.errorCode").string_or(""), "UNKNOWN_EXCEPTION");
    EXPECT_EQ(sandbox.accounts(), 0u);
    EXPECT_EQ(TestSandbox::parse(fault_response("zoho_books", 500))["code"], Value(1000));
    EXPECT_EQ(TestSandbox::parse(fault_response("zoho_crm", 500))["code"].text(), "INTERNAL_ERROR");
    EXPECT_EQ(TestSandbox::parse(fault_response("zoho_crm", 401))["code"].text(), "INVALID_TOKEN");
    EXPECT_EQ(TestSandbox::parse(fault_response("zoho_books", 401))["code"], Value(14)) << "an ended token, as of the other vendors";
    EXPECT_EQ(TestSandbox::parse(fault_response("sap", 503)).at_path("error.message.value").string_or(""), "Service unavailable");
    EXPECT_EQ(fault_response("slack", 404).body, "no_service");
}

TEST(Faults, DropsDifferInWhatWasApplied) {
    TestSandbox sandbox;
    sandbox.control("POST", "/faults", R"({"faults":[{"kind":"drop_before"}]})");
    EXPECT_EQ(sandbox.salesforce("POST", "/sobjects/Account", account).kind, Verdict::Kind::drop);
    EXPECT_EQ(sandbox.accounts(), 0u);
    sandbox.control("POST", "/faults", R"({"faults":[{"kind":"drop_after"}]})");
    EXPECT_EQ(sandbox.salesforce("POST", "/sobjects/Account", account).kind, Verdict::Kind::drop);
    EXPECT_EQ(sandbox.accounts(), 1u);
}

TEST(Faults, ALateRequestIsAppliedWhenItsTimeComes) {
    TestSandbox sandbox;
    sandbox.control("POST", "/faults", R"({"faults":[{"kind":"late_apply","delay_ms":800}]})");
    const Verdict verdict = sandbox.salesforce("POST", "/sobjects/Account", account);
    EXPECT_EQ(verdict.kind, Verdict::Kind::drop);
    EXPECT_EQ(verdict.delay_ms, 0);
    EXPECT_EQ(verdict.apply_late_after_ms, 800);
    EXPECT_EQ(sandbox.accounts(), 0u);
    net::Request request{"POST", "/services/data/v60.0/sobjects/Account", {{"Authorization", "Bearer " + sandbox.token()}}, account, {}};
    sandbox.sandbox.apply_late("salesforce", request);
    EXPECT_EQ(sandbox.accounts(), 1u);
}

TEST(Faults, DelaysAddToWhateverElseHappens) {
    TestSandbox sandbox;
    sandbox.control(
        "POST", "/faults",
        R"({"faults":[{"kind":"delay","delay_ms":20},{"kind":"drop_after"},{"kind":"delay","delay_ms":5},{"kind":"drop_before"}]})");
    const Verdict verdict = sandbox.salesforce("POST", "/sobjects/Account", account);
    EXPECT_EQ(verdict.delay_ms, 25);
    EXPECT_EQ(verdict.kind, Verdict::Kind::drop);
    EXPECT_EQ(sandbox.accounts(), 1u);
}

TEST(Faults, ThrottlingSaysWhenToComeBack) {
    TestSandbox sandbox;
    sandbox.control("POST", "/faults", R"({"faults":[{"kind":"throttle","retry_after_s":7}]})");
    const Verdict verdict = sandbox.salesforce("GET", "/limits");
    EXPECT_EQ(verdict.response.status, 429);
    EXPECT_EQ(verdict.response.headers.get("Retry-After").value_or(""), "7");
}

TEST(Faults, AMalformedAnswerIsAppliedAndNotJson) {
    TestSandbox sandbox;
    sandbox.control("POST", "/faults", R"({"faults":[{"kind":"malformed"}]})");
    const Verdict made = sandbox.salesforce("POST", "/sobjects/Account", account);
    EXPECT_EQ(made.response.status, 201);
    EXPECT_FALSE(json::parse(made.response.body).has_value());
    EXPECT_EQ(sandbox.accounts(), 1u);
    net::Response empty;
    empty.status = 204;
    make_malformed(empty);
    EXPECT_FALSE(json::parse(empty.body).has_value());
    EXPECT_EQ(empty.status, 200);
}

TEST(Faults, AMalformedAnswerMayEndInTheMiddleOfItsTransfer) {
    TestSandbox sandbox;
    sandbox.control("POST", "/faults", R"({"faults":[{"kind":"malformed","truncate_bytes":10}]})");
    const Verdict made = sandbox.salesforce("POST", "/sobjects/Account", account);
    EXPECT_EQ(made.kind, Verdict::Kind::truncate);
    EXPECT_EQ(made.truncate_bytes, 10u);
    EXPECT_GT(made.response.body.size(), 10u);
    EXPECT_EQ(sandbox.accounts(), 1u);
}

TEST(Faults, EveryBadRuleIsRefusedByName) {
    TestSandbox sandbox;
    sandbox.control("POST", "/faults", R"({"faults":[{"kind":"drop_before"}]})");
    const std::pair<const char*, const char*> cases[] = {
        {"", "the body must be an object"},
        {"[]", "the body must be an object"},
        {"{", "not JSON"},
        {"{}", "`faults` must be a list"},
        {R"({"faults":{}})", "`faults` must be a list"},
        {R"({"seed":"x","faults":[]})", "seed must be a whole number"},
        {R"({"faults":[1]})", "faults[0] must be an object"},
        {R"({"faults":[{}]})", "faults[0].kind must be"},
        {R"({"faults":[{"kind":"drop_before"},{"kind":"explode"}]})", "faults[1].kind must be status, delay"},
        {R"({"faults":[{"kind":"status"}]})", "faults[0].status must be"},
        {R"({"faults":[{"kind":"status","status":99}]})", "faults[0].status must be a whole number from 200 to 599: 99"},
        {R"({"faults":[{"kind":"delay"}]})", "faults[0].delay_ms"},
        {R"({"faults":[{"kind":"delay","delay_ms":-1}]})", "faults[0].delay_ms"},
        {R"({"faults":[{"kind":"drop_after","probability":1.5}]})", "faults[0].probability must be a number from 0 to 1: 1.5"},
        {R"({"faults":[{"kind":"drop_after","probability":"often"}]})", "faults[0].probability"},
        {R"({"faults":[{"kind":"drop_after","count":0.5}]})", "faults[0].count"},
        {R"({"faults":[{"kind":"drop_after","connector":"salesfroce"}]})", "faults[0].connector"},
        {R"({"faults":[{"kind":"drop_after","route":"services"}]})", "faults[0].route"},
        {R"({"faults":[{"kind":"drop_after","probabilty":0.5}]})", "unknown member: probabilty (did you mean `probability`?)"},
    };
    for (const auto& [body, reason] : cases) {
        const net::Response response = sandbox.control("POST", "/faults", body);
        EXPECT_EQ(response.status, 400) << body;
        EXPECT_NE(TestSandbox::parse(response)["error"].string_or("").find(reason), std::string::npos) << body << "\n" << response.body;
    }
    EXPECT_EQ(TestSandbox::parse(sandbox.control("GET", "/faults"))["faults"].as_list().size(), 1u) << "a refused set leaves the old one";
}

}  // namespace lockstep::sandbox
