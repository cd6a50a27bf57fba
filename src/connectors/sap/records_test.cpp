#include "connectors/sap/sap_test.h"
#include "value/encoding.h"

namespace lockstep::connectors::sap {
namespace {

using testing::Call;
using testing::json_answer;

constexpr std::string_view root = "https://sap.example/sap/opu/odata/sap";

net::Response csrf_refused() { return {.status = 403, .headers = {{"x-csrf-token", "Required"}}, .body = "CSRF token validation failed"}; }

constexpr std::string_view order_row =
    R"j({"__metadata":{"uri":"https://inner/sap/opu/odata/sap/API_SALES_ORDER_SRV/A_SalesOrder('17')","etag":"W/\"1\""},)j"
    R"("SalesOrder":"17","PurchaseOrderByCustomer":"006A","TotalNetAmount":"10.00"})";

net::Response order_created() { return json_answer(201, R"({"d":)" + std::string(order_row) + "}"); }

Map order_input() {
    return {{"entity", "API_SALES_ORDER_SRV/A_SalesOrder"},
            {"unique", Map{{"PurchaseOrderByCustomer", "006A"}}},
            {"body", Map{{"SalesOrderType", "OR"}, {"to_Item", List{Map{{"Material", "A"}, {"RequestedQuantity", 2}}}}}}};
}

constexpr const char* order_set = "/API_SALES_ORDER_SRV/A_SalesOrder";

}  // namespace

TEST(SapCreate, LooksFirstAndThenCreatesWithTokenCookiesAndRepeatability) {
    Sap sap;
    sap.call.http.on("GET", "A_SalesOrder?$filter=PurchaseOrderByCustomer%20eq%20%27006A%27", rows("[]"));
    sap.on_csrf("API_SALES_ORDER_SRV", 1);
    net::Response created = order_created();
    created.headers.set("sap-message", R"({"code":"V4/219","message":"incomplete","severity":"warning","details":[]})");
    sap.call.http.on("POST", order_set, created);

    Result<Value> order = sap.perform("sap.create", order_input());
    ASSERT_TRUE(order) << order.error().to_text();
    EXPECT_EQ((*order)["SalesOrder"], Value("17"));
    EXPECT_EQ((*order)["created"], Value(true));
    EXPECT_EQ((*order)["__warnings"].as_list().size(), 1u);
    EXPECT_EQ((*order)["TotalNetAmount"].kind(), Value::Kind::decimal);

    net::Request post = sap.call.http.last();
    EXPECT_EQ(post.headers.get("x-csrf-token"), "token1");
    EXPECT_EQ(post.headers.get("Cookie"), "SAP_SESSIONID_S4H_100=session1; sap-usercontext=sap-client=100");
    EXPECT_EQ(post.headers.get("Authorization"), "Basic " + encoding::base64("U:p"));
    EXPECT_EQ(post.headers.get("RequestID"), "0123456789abcdef0123456789abcdef");
    EXPECT_EQ(post.headers.get("RepeatabilityCreation"), "2026-02-18T10:00:00");
    EXPECT_EQ(sap.call.http.last_json(), Value(Map{{"SalesOrderType", "OR"},
                                                   {"to_Item", Map{{"results", List{Map{{"Material", "A"}, {"RequestedQuantity", "2"}}}}}},
                                                   {"PurchaseOrderByCustomer", "006A"}}));
    EXPECT_EQ(sap.call.http.sent().back().options.effect, net::Effect::write);
}

TEST(SapCreate, AdoptsWhatIsThere) {
    Sap sap;
    sap.call.http.on("GET", order_set, rows("[" + std::string(order_row) + "]"));
    Result<Value> order = sap.perform("sap.create", order_input());
    ASSERT_TRUE(order);
    EXPECT_EQ((*order)["created"], Value(false));
    EXPECT_EQ((*order)["__etag"], Value("W/\"1\""));
    EXPECT_EQ(sap.call.http.count("POST", ""), 0u);
}

TEST(SapCreate, TwoThatMatchAreNotUnique) {
    Sap sap;
    sap.call.http.on("GET", order_set, rows("[" + std::string(order_row) + "," + std::string(order_row) + "]"));
    Result<Value> order = sap.perform("sap.create", order_input());
    ASSERT_FALSE(order);
    EXPECT_EQ(order.error().code, ErrorCode::not_unique);
}

TEST(SapCreate, AServerThatIgnoresTheFilterIsNotBelieved) {
    Sap sap;
    sap.call.http.on("GET", order_set, rows(R"([{"SalesOrder":"3","PurchaseOrderByCustomer":"somebody else's"}])"));
    Result<Value> order = sap.perform("sap.create", order_input());
    ASSERT_FALSE(order);
    EXPECT_EQ(order.error().code, ErrorCode::vendor_protocol);
}

TEST(SapCreate, ATokenThatDiedIsFetchedOnceMore) {
    Sap sap;
    sap.call.http.always("GET", order_set, rows("[]"));
    sap.on_csrf("API_SALES_ORDER_SRV", 1);
    sap.on_csrf("API_SALES_ORDER_SRV", 2);
    sap.call.http.on("POST", order_set, csrf_refused()).on("POST", order_set, order_created()).on("POST", order_set, order_created());
    ASSERT_TRUE(sap.perform("sap.create", order_input()));
    EXPECT_EQ(sap.call.http.last().headers.get("x-csrf-token"), "token2");
    // The new session is kept for the next change.
    ASSERT_TRUE(sap.perform("sap.create", order_input()));
    EXPECT_EQ(sap.call.http.last().headers.get("x-csrf-token"), "token2");
    EXPECT_TRUE(sap.call.http.finished() || sap.call.http.count("GET", "SRV/A_") == 2u);
}

TEST(SapCreate, ASecondRefusalStands) {
    Sap sap;
    sap.call.http.always("GET", order_set, rows("[]"));
    sap.on_csrf("API_SALES_ORDER_SRV", 1);
    sap.on_csrf("API_SALES_ORDER_SRV", 2);
    sap.call.http.on("POST", order_set, csrf_refused()).on("POST", order_set, csrf_refused());
    Result<Value> order = sap.perform("sap.create", order_input());
    ASSERT_FALSE(order);
    EXPECT_EQ(order.error().cls(), ErrorClass::transient);
    EXPECT_EQ(sap.call.http.count("POST", ""), 2u);
}

TEST(SapCreate, A403WithoutTheHeaderIsNotRepeated) {
    Sap sap;
    sap.call.http.on("GET", order_set, rows("[]"));
    sap.on_csrf("API_SALES_ORDER_SRV", 1);
    sap.call.http.on("POST", order_set, net::Response{.status = 403});
    Result<Value> order = sap.perform("sap.create", order_input());
    ASSERT_FALSE(order);
    EXPECT_EQ(order.error().code, ErrorCode::permission_missing);
}

TEST(SapCreate, AServerWithoutTokensIsTolerated) {
    Sap sap;
    sap.call.http.on("GET", order_set, rows("[]"));
    sap.call.http.on("GET", "/API_SALES_ORDER_SRV/", json_answer(200, "{}"));
    sap.call.http.on("POST", order_set, order_created());
    ASSERT_TRUE(sap.perform("sap.create", order_input()));
    EXPECT_FALSE(sap.call.http.last().headers.contains("x-csrf-token"));
    EXPECT_FALSE(sap.call.http.last().headers.contains("Cookie"));
}

TEST(SapCreate, ALostAnswerIsInDoubtAndTheNextAttemptAdopts) {
    Sap sap;
    sap.call.http.on("GET", order_set, rows("[]"));
    sap.on_csrf("API_SALES_ORDER_SRV", 1);
    sap.call.http.on("POST", order_set, Error{ErrorCode::answer_lost, "connection closed"});
    Result<Value> lost = sap.perform("sap.create", order_input());
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().cls(), ErrorClass::in_doubt);
    sap.call.http.on("GET", order_set, rows("[" + std::string(order_row) + "]"));
    Result<Value> found = sap.perform("sap.create", order_input());
    ASSERT_TRUE(found);
    EXPECT_EQ((*found)["created"], Value(false));
    EXPECT_EQ(sap.call.http.count("POST", ""), 1u);
}

TEST(SapCreate, AnAnswerThatCannotBeReadIsReadAgainByTheLookUp) {
    Sap sap;
    sap.call.http.on("GET", order_set, rows("[]"));
    sap.on_csrf("API_SALES_ORDER_SRV", 1);
    sap.call.http.on("POST", order_set, json_answer(201, R"({"d":{"SalesOr)"));
    sap.call.http.on("GET", order_set, rows("[" + std::string(order_row) + "]"));
    Result<Value> order = sap.perform("sap.create", order_input());
    ASSERT_TRUE(order) << order.error().to_text();
    EXPECT_EQ((*order)["created"], Value(true));
}

TEST(SapCreate, WhateverFailsAfterTheCreateIsInDoubt) {
    for (const net::Response& failure :
         {json_answer(429, "{}"), json_answer(401, "{}"), json_answer(500, "{}"), json_answer(200, "<html>")}) {
        Sap sap;
        Map input = order_input();
        input.set("read_back", true);
        sap.call.http.on("GET", order_set, rows("[]"));
        sap.on_csrf("API_SALES_ORDER_SRV", 1);
        sap.call.http.on("POST", order_set, order_created());
        sap.call.http.on("GET", "/API_SALES_ORDER_SRV/A_SalesOrder('17')", failure);
        Result<Value> order = sap.perform("sap.create", input);
        ASSERT_FALSE(order) << failure.status;
        EXPECT_EQ(order.error().cls(), ErrorClass::in_doubt) << failure.status << ": " << order.error().message;
        EXPECT_EQ(order.error().retry_after_ms.has_value(), failure.status == 429)
            << "whoever says when to come back is left alone until then";
    }
}

TEST(SapCreate, WhateverFailsBeforeTheCreateIsNot) {
    for (const net::Response& failure : {json_answer(429, "{}"), json_answer(500, "{}"), json_answer(200, "<html>")}) {
        Sap sap;
        sap.call.http.on("GET", order_set, failure);
        Result<Value> order = sap.perform("sap.create", order_input());
        ASSERT_FALSE(order);
        EXPECT_NE(order.error().cls(), ErrorClass::in_doubt) << order.error().message;
    }
    Sap sap;
    sap.call.http.on("GET", order_set, rows("[]"));
    sap.call.http.on("GET", "/API_SALES_ORDER_SRV/", json_answer(503, "{}"));
    EXPECT_EQ(sap.perform("sap.create", order_input()).error().cls(), ErrorClass::transient);
    EXPECT_EQ(sap.call.http.count("POST", ""), 0u);
}

TEST(SapCreate, ABodyThatCouldNotBeFoundAgainIsRefused) {
    Sap sap;
    Map input = order_input();
    input.set("body", Map{{"PurchaseOrderByCustomer", "other"}});
    EXPECT_EQ(sap.perform("sap.create", input).error().code, ErrorCode::value_invalid);
    input = order_input();
    input.set("unique", Map{{"PurchaseOrderByCustomer", ""}});
    EXPECT_EQ(sap.perform("sap.create", input).error().code, ErrorCode::value_invalid);
    input.set("unique", Map{});
    EXPECT_EQ(sap.perform("sap.create", input).error().code, ErrorCode::value_invalid);
    EXPECT_TRUE(sap.call.http.sent().empty());
}

TEST(SapCreate, ASystemThatCannotKeepAnswersIsNotAskedTo) {
    Sap sap;
    sap.call.http.always("GET", order_set, rows("[]"));
    sap.on_csrf("API_SALES_ORDER_SRV", 1);
    sap.call.http.on("POST", order_set,
                     json_answer(400, R"({"error":{"code":"/IWBEP/CM_COS/001","message":{"value":"check configuration"}}})"));
    sap.call.http.on("POST", order_set, order_created());
    Result<Value> order = sap.perform("sap.create", order_input());
    ASSERT_FALSE(order);
    EXPECT_EQ(order.error().cls(), ErrorClass::in_doubt);
    ASSERT_TRUE(sap.perform("sap.create", order_input()));
    EXPECT_FALSE(sap.call.http.last().headers.contains("RequestID"));
}

TEST(SapEnsure, ReadsANewPartnerBackWithItsCustomer) {
    Sap sap;
    constexpr const char* set = "/API_BUSINESS_PARTNER/A_BusinessPartner";
    Map input{{"entity", "API_BUSINESS_PARTNER/A_BusinessPartner"},
              {"link", "001A"},
              {"unique", Map{{"BusinessPartnerIDByExtSystem", "001A"}}},
              {"expand", "to_Customer"},
              {"read_back", true},
              {"create", Map{{"BusinessPartnerCategory", "2"}}}};
    sap.call.http.on("GET", std::string(set) + "?$filter=BusinessPartnerIDByExtSystem%20eq%20%27001A%27&$expand=to_Customer&$top=5",
                     rows("[]"));
    sap.on_csrf("API_BUSINESS_PARTNER", 1);
    sap.call.http.on(
        "POST", set,
        json_answer(201, R"j({"d":{"__metadata":{"uri":"https://x/A_BusinessPartner('1000')"},"BusinessPartner":"1000","Customer":""}})j"));
    sap.call.http.on("GET", std::string(set) + "('1000')?$expand=to_Customer",
                     json_answer(200, R"({"d":{"BusinessPartner":"1000","Customer":"1000","to_Customer":{"Customer":"1000"}}})"));
    Result<Value> partner = sap.perform("sap.ensure", input);
    ASSERT_TRUE(partner) << partner.error().to_text();
    EXPECT_EQ((*partner)["Customer"], Value("1000"));
    EXPECT_EQ((*partner)["created"], Value(true));
}

TEST(SapQuery, FollowsAllPagesButOnlyAtItsOwnSystem) {
    Sap sap;
    sap.call.http.on(
        "GET", "?$filter=",
        json_answer(200, R"({"d":{"results":[{"A":"1"}],"__next":"http://inner.local:8000/sap/opu/odata/sap/API_X/A_Y?$skiptoken=1"}})"));
    sap.call.http.on("GET", std::string(root) + "/API_X/A_Y?$skiptoken=1",
                     json_answer(200, R"({"d":{"results":[{"A":"2"}],"__next":"A_Y?$skiptoken=2"}})"));
    sap.call.http.on("GET", std::string(root) + "/API_X/A_Y?$skiptoken=2", rows(R"([{"A":"3"}])"));
    Result<Value> all = sap.perform("sap.query", {{"entity", "API_X/A_Y"}, {"filter", Map{{"B", "x"}}}});
    ASSERT_TRUE(all) << all.error().to_text();
    EXPECT_EQ(all->as_list().size(), 3u);
    for (const auto& sent : sap.call.http.sent()) EXPECT_EQ(sent.request.origin(), "https://sap.example");
}

TEST(SapQuery, PagesThatLeadNowhereAreRefused) {
    for (std::string_view next : {"https://evil.example/steal", "A_Z?$skiptoken=1", "A_Y?a b", "A_Y?$select=A"}) {
        Sap sap;
        sap.call.http.on("GET", "A_Y", json_answer(200, R"({"d":{"results":[],"__next":")" + std::string(next) + R"("}})"));
        Result<Value> all = sap.perform("sap.query", {{"entity", "API_X/A_Y"}, {"select", "A"}});
        ASSERT_FALSE(all) << next;
        EXPECT_EQ(all.error().code, ErrorCode::vendor_protocol);
    }
}

TEST(SapQuery, StopsAtTop) {
    Sap sap;
    sap.call.http.on("GET", "$top=2", json_answer(200, R"({"d":{"results":[{"A":"1"},{"A":"2"},{"A":"3"}],"__next":"A_Y?$skiptoken=1"}})"));
    EXPECT_EQ(sap.perform("sap.query", {{"entity", "API_X/A_Y"}, {"top", 2}})->as_list().size(), 2u);
}

TEST(SapFind, GivesNullForNothing) {
    Sap sap;
    sap.call.http.on("GET", order_set, rows("[]"));
    Result<Value> found = sap.perform("sap.find", {{"entity", "API_SALES_ORDER_SRV/A_SalesOrder"}, {"unique", Map{{"SalesOrder", "17"}}}});
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->is_null());
}

TEST(SapFind, LeadingZerosMakeNoOtherRecord) {
    Sap sap;
    sap.call.http.on("GET", order_set, rows(R"([{"SalesOrder":"0000000017"}])"));
    Result<Value> found = sap.perform("sap.find", {{"entity", "API_SALES_ORDER_SRV/A_SalesOrder"}, {"unique", Map{{"SalesOrder", 17}}}});
    ASSERT_TRUE(found) << found.error().to_text();
    EXPECT_TRUE(found->is_map());
}

TEST(SapGet, AnUnknownKeyIsNotFound) {
    Sap sap;
    sap.call.http.on("GET", "/API_SALES_ORDER_SRV/A_SalesOrder(%2799%27)?$expand=to_Item",
                     json_answer(404, R"({"error":{"code":"X/1","message":{"value":"Resource not found"}}})"));
    Result<Value> order =
        sap.perform("sap.get", {{"entity", "API_SALES_ORDER_SRV/A_SalesOrder"}, {"key", "99"}, {"expand", List{"to_Item"}}});
    EXPECT_EQ(order.error().code, ErrorCode::not_found);
}

TEST(SapUpdate, ChangesOnlyWhatDiffersUnderTheEtag) {
    Sap sap;
    sap.call.http.on("GET", "A_SalesOrder(%2717%27)", json_answer(200, R"({"d":)" + std::string(order_row) + "}"));
    sap.on_csrf("API_SALES_ORDER_SRV", 1);
    sap.call.http.on("PATCH", "A_SalesOrder(%2717%27)", net::Response{.status = 204});
    Result<Value> done = sap.perform("sap.update", {{"entity", "API_SALES_ORDER_SRV/A_SalesOrder"},
                                                    {"key", "17"},
                                                    {"fields", Map{{"TotalNetAmount", 10}, {"PurchaseOrderByCustomer", "006a"}}}});
    ASSERT_TRUE(done) << done.error().to_text();
    EXPECT_EQ((*done)["updated"], Value(true));
    EXPECT_EQ(sap.call.http.last().headers.get("If-Match"), "W/\"1\"");
    EXPECT_EQ(sap.call.http.last_json(), Value(Map{{"PurchaseOrderByCustomer", "006a"}}));
}

TEST(SapUpdate, WritesNothingWhereNothingDiffers) {
    Sap sap;
    sap.call.http.on("GET", "A_SalesOrder(", json_answer(200, R"({"d":)" + std::string(order_row) + "}"));
    Result<Value> done = sap.perform(
        "sap.update",
        {{"entity", "API_SALES_ORDER_SRV/A_SalesOrder"}, {"key", "17"}, {"fields", Map{{"TotalNetAmount", *Decimal::parse("10.0")}}}});
    ASSERT_TRUE(done);
    EXPECT_EQ((*done)["updated"], Value(false));
}

TEST(SapUpdate, ARecordThatChangedIsAConflict) {
    Sap sap;
    Map input{{"entity", "API_SALES_ORDER_SRV/A_SalesOrder"}, {"key", "17"}, {"fields", Map{{"SalesOrderType", "X"}}}};
    sap.call.http.always("GET", "A_SalesOrder(", json_answer(200, R"({"d":)" + std::string(order_row) + "}"));
    sap.on_csrf("API_SALES_ORDER_SRV", 1);
    sap.call.http.on("PATCH", "A_SalesOrder(", json_answer(412, "{}"));
    EXPECT_EQ(sap.perform("sap.update", input).error().code, ErrorCode::precondition_failed);
    input.set("etag", "W/\"0\"");
    EXPECT_EQ(sap.perform("sap.update", input).error().code, ErrorCode::precondition_failed);
    EXPECT_EQ(sap.call.http.count("PATCH", ""), 1u);
}

TEST(SapSession, OAuthFetchesOneTokenAndOneMoreAfterA401) {
    Map settings{
        {"token_url", "https://uaa.example/oauth/token"}, {"client_id", "sb-x!b1|y"}, {"client_secret", "s"}, {"sap_client", "100"}};
    Sap sap(settings);
    sap.call.http.on("POST", "uaa.example", json_answer(200, R"({"access_token":"t1","expires_in":43199})"));
    sap.call.http.on("GET", order_set, json_answer(401, ""));
    sap.call.http.on("POST", "uaa.example", json_answer(200, R"({"access_token":"t2","expires_in":43199})"));
    sap.call.http.on("GET", order_set, rows("[]"));
    Result<Value> all = sap.perform("sap.query", {{"entity", "API_SALES_ORDER_SRV/A_SalesOrder"}});
    ASSERT_TRUE(all) << all.error().to_text();
    EXPECT_EQ(sap.call.http.last().headers.get("Authorization"), "Bearer t2");
    EXPECT_EQ(sap.call.http.last().headers.get("sap-client"), "100");
    EXPECT_EQ(sap.call.http.sent().front().request.body, "grant_type=client_credentials");
    EXPECT_EQ(sap.call.http.sent().front().request.headers.get("Authorization"), "Basic " + encoding::base64("sb-x!b1|y:s"));
}

TEST(SapSession, RefusedClientCredentialsNeedAPerson) {
    Sap sap({{"token_url", "https://uaa.example/oauth/token"}, {"client_id", "c"}, {"client_secret", "geheim"}});
    sap.call.http.on("POST", "uaa.example", json_answer(401, R"({"error":"unauthorized","error_description":"Bad credentials"})"));
    Result<Value> all = sap.perform("sap.query", {{"entity", "API_X/A_Y"}});
    ASSERT_FALSE(all);
    EXPECT_EQ(all.error().code, ErrorCode::credentials_refused);
    EXPECT_NE(all.error().message.find("Bad credentials"), std::string::npos) << all.error().message;
}

TEST(SapSession, TheApiKeyIsAHeader) {
    Sap sap({{"api_key", "k"}});
    sap.call.http.on("GET", "/API_SALES_ORDER_SRV/", json_answer(200, "{}"));
    ASSERT_TRUE(sap.connection->probe(sap.call.context));
    EXPECT_EQ(sap.call.http.last().headers.get("APIKey"), "k");
    EXPECT_FALSE(sap.call.http.last().headers.contains("Authorization"));
}

TEST(SapSession, ManyChangesAtOnceFetchOneCsrfSession) {
    Sap sap;
    sap.call.http.always("GET", order_set, rows("[]"));
    sap.on_csrf("API_SALES_ORDER_SRV", 1);
    sap.call.http.always("POST", order_set, order_created());
    std::atomic<int> done = 0;
    for (int i = 0; i < 8; ++i)
        sap.call.runtime.spawn("change", [&] {
            connector::Trace trace;
            connector::CallContext context{.runtime = sap.call.runtime,
                                           .http = sap.call.http,
                                           .trace = trace,
                                           .deadline_ms = 60'000,
                                           .request_id = {},
                                           .first_sent = {}};
            done += sap.connection->perform("sap.create", Value(order_input()), context).has_value();
        });
    sap.call.runtime.join_all();
    EXPECT_EQ(done, 8);
    EXPECT_EQ(sap.call.http.count("GET", "/API_SALES_ORDER_SRV/") - sap.call.http.count("GET", order_set), 1u);
}

TEST(SapSession, NoPasswordStandsInATrace) {
    Sap sap({{"user", "U"}, {"password", "geheim123"}});
    sap.call.http.on("GET", "A_Y", json_answer(400, R"({"error":{"code":"X","message":{"value":"password geheim123 wrong"}}})"));
    EXPECT_FALSE(sap.perform("sap.query", {{"entity", "API_X/A_Y"}}));
    EXPECT_EQ(sap.call.trace.to_json().find("geheim123"), std::string::npos);
}

TEST(SapConnector, RefusesSettingsThatCannotWork) {
    Call call;
    auto made = [&](Map settings) {
        return descriptor().make(
            {.name = "sap", .settings = connector::Settings(std::move(settings)), .limits = {}, .runtime = call.runtime, .vault = nullptr});
    };
    EXPECT_EQ(made({{"api_key", "k"}}).error().code, ErrorCode::config_invalid);
    EXPECT_EQ(made({{"base_url", "https://h"}}).error().code, ErrorCode::config_invalid);
    EXPECT_EQ(made({{"base_url", "https://h"}, {"api_key", "k"}, {"sap_client", "1&x"}}).error().code, ErrorCode::config_invalid);
    EXPECT_TRUE(made({{"base_url", "https://h"}, {"api_key", "k"}}));
}

TEST(SapConnector, EveryDeclaredActionIsThere) {
    Sap sap;
    for (const schema::Action& action : descriptor().actions) {
        Result<Value> done = sap.perform(action.name, {});
        ASSERT_FALSE(done);
        EXPECT_NE(done.error().code, ErrorCode::internal) << action.name;
    }
    EXPECT_EQ(sap.perform("sap.delete", {}).error().code, ErrorCode::internal);
}

}  // namespace lockstep::connectors::sap
