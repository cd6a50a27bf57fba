#include "connector/session.h"

#include <gtest/gtest.h>

#include "connector/testing/fake_http.h"

namespace lockstep::connector {
namespace {

using testing::Call;
using testing::json_answer;

std::optional<Error> classify_by_status(const net::Response& response, net::Effect effect) {
    if (response.ok()) return std::nullopt;
    if (response.status == 401) return Error{ErrorCode::unauthorized, "refused"};
    if (response.status == 429) return Error{ErrorCode::rate_limited, "slower"};
    if (response.status >= 500 && effect == net::Effect::write) return Error{ErrorCode::answer_lost, "lost"};
    return Error{ErrorCode::vendor_rejected, "no: " + response.body};
}

/// A session whose tokens are `token-1`, `token-2`, … from the fake's /token.
struct SessionTest : ::testing::Test {
    Call call;
    testing::MemoryVault vault;
    std::unique_ptr<Session> session;
    std::int64_t lifetime_ms = 0;
    std::atomic<int> fetched{0};

    void SetUp() override { session = make("account"); }

    std::unique_ptr<Session> make(const std::string& account) {
        Dialect dialect;
        dialect.connection = "books";
        dialect.account = account;
        dialect.classify = classify_by_status;
        dialect.secrets = {Secret("client-secret/1")};
        dialect.authorize = [](net::Request& request, const Token& token) {
            request.headers.set("Authorization", "Bearer " + token.access.reveal());
        };
        dialect.fetch_token = [this](CallContext& context) { return fetch(context); };
        return std::make_unique<Session>(std::move(dialect), call.runtime, &vault, "books");
    }

    Result<Token> fetch(CallContext& context) {
        net::Request request{.method = "POST", .url = "https://login.test/token", .body = "client_secret=client-secret%2F1"};
        LS_TRY(session->send_plain(context, request, net::Effect::read, false));
        int number = ++fetched;
        return Token{.access = Secret("token-" + std::to_string(number)),
                     .api_base = "https://api.test",
                     .expires_at_ms = lifetime_ms ? context.runtime.now().ms() + lifetime_ms : 0};
    }

    Result<net::Response> get(std::string url = "/things") {
        return session->send(call.context, {.url = std::move(url)}, net::Effect::read);
    }

    static std::string bearer(const net::Request& request) { return std::string(request.headers.get("Authorization").value_or("")); }
};

}  // namespace

TEST_F(SessionTest, FetchesATokenOnceAndPutsTheTargetBehindItsBase) {
    call.http.on("POST", "/token", json_answer(200, "{}")).always("GET", "https://api.test/things", json_answer(200, "{}"));
    ASSERT_TRUE(get());
    ASSERT_TRUE(get());
    EXPECT_EQ(fetched, 1);
    EXPECT_EQ(bearer(call.http.last()), "Bearer token-1");
}

TEST_F(SessionTest, TakesAnAbsoluteAddressAsItIs) {
    call.http.on("POST", "/token", json_answer(200, "{}")).on("GET", "https://other.test/x", json_answer(200, "{}"));
    EXPECT_TRUE(get("https://other.test/x"));
}

TEST_F(SessionTest, RenewsOnceAfterARefusalAndSendsAgain) {
    call.http.always("POST", "/token", json_answer(200, "{}"))
        .on("GET", "/things", json_answer(401, ""))
        .on("GET", "/things", json_answer(200, "fine"));
    auto answer = get();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "fine");
    EXPECT_EQ(fetched, 2);
    EXPECT_EQ(bearer(call.http.last()), "Bearer token-2");
}

TEST_F(SessionTest, WaitsUntilTheDateThatALimitNames) {
    net::Response limit = json_answer(429, "");
    limit.headers.set("Retry-After", "Wed, 18 Feb 2026 10:01:30 GMT");
    net::Response refusal = limit;
    refusal.status = 400;
    call.http.always("POST", "/token", json_answer(200, "{}")).on("GET", "/things", refusal).on("GET", "/things", limit);
    EXPECT_EQ(get().error().retry_after_ms, std::nullopt);
    EXPECT_EQ(get().error().retry_after_ms, 90'000);
}

TEST_F(SessionTest, SendsNothingBeforeTheTimeThatTheVendorHasNamed) {
    net::Response limit = json_answer(429, "");
    limit.headers.set("Retry-After", "Wed, 18 Feb 2026 10:01:30 GMT");
    call.http.always("POST", "/token", json_answer(200, "{}")).on("GET", "/things", limit);
    EXPECT_EQ(get().error().code, ErrorCode::rate_limited);
    const std::size_t sent = call.http.sent().size();
    auto refused = get();
    EXPECT_EQ(refused.error().code, ErrorCode::rate_limited);
    EXPECT_GT(*refused.error().retry_after_ms, 0);
    EXPECT_EQ(call.http.sent().size(), sent) << "another request of an action under way";
}

TEST_F(SessionTest, LetsASecondRefusalStand) {
    call.http.always("POST", "/token", json_answer(200, "{}")).always("GET", "/things", json_answer(401, ""));
    auto answer = get();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().cls(), ErrorClass::unauthorized);
    EXPECT_EQ(call.http.count("GET", "/things"), 2u);
    EXPECT_EQ(fetched, 2);
}

TEST_F(SessionTest, SendsARefusedWriteAgainButNeverALostOne) {
    call.http.always("POST", "/token", json_answer(200, "{}"))
        .on("PATCH", "/things", json_answer(401, ""))
        .on("PATCH", "/things", json_answer(500, ""));
    auto answer = session->send(call.context, {.method = "PATCH", .url = "/things"}, net::Effect::write);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().cls(), ErrorClass::in_doubt);
    EXPECT_EQ(call.http.count("PATCH", "/things"), 2u);
}

TEST_F(SessionTest, ManyTasksShareOneFetchAndOneRenewal) {
    std::atomic<int> good{0};
    call.http.always("POST", "/token", json_answer(200, "{}"));
    call.http.always("GET", "/things", [](const net::Request& request) -> Result<net::Response> {
        return json_answer(bearer(request) == "Bearer token-1" ? 401 : 200, "{}");
    });
    constexpr int tasks = 32;
    for (int i = 0; i < tasks; ++i)
        call.runtime.spawn("reader", [&] {
            Trace trace;
            CallContext context{.runtime = call.runtime, .http = call.http, .trace = trace, .deadline_ms = 60'000};
            good += session->send(context, {.url = "/things"}, net::Effect::read).has_value();
        });
    call.runtime.join_all();
    EXPECT_EQ(good, tasks);
    EXPECT_EQ(fetched, 2);
    EXPECT_EQ(call.http.count("POST", "/token"), 2u);
}

TEST_F(SessionTest, AFailedFetchIsNotKept) {
    call.http.on("POST", "/token", json_answer(400, "down"))
        .on("POST", "/token", json_answer(200, "{}"))
        .on("GET", "/things", json_answer(200, "{}"));
    EXPECT_FALSE(get());
    EXPECT_TRUE(get());
}

TEST_F(SessionTest, AWriteWhoseTokenAnswerIsLostIsNotInDoubt) {
    call.http.on("POST", "/token", Error{ErrorCode::answer_lost, "cut"});
    auto answer = session->send(call.context, {.method = "POST", .url = "/things"}, net::Effect::write);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().cls(), ErrorClass::transient);
}

TEST_F(SessionTest, RenewsATokenThatIsAboutToEnd) {
    lifetime_ms = 3'600'000;
    call.http.always("POST", "/token", json_answer(200, "{}")).always("GET", "/things", json_answer(200, "{}"));
    ASSERT_TRUE(get());
    call.runtime.advance_ms(3'539'000);
    call.context.deadline_ms = call.runtime.monotonic_ms() + 60'000;
    ASSERT_TRUE(get());
    EXPECT_EQ(fetched, 1);
    call.runtime.advance_ms(1'000);
    ASSERT_TRUE(get());
    EXPECT_EQ(fetched, 2);
}

TEST_F(SessionTest, UsesATokenThatIsStillGoodWhenItCannotBeRenewedYet) {
    lifetime_ms = 100'000;
    call.http.on("POST", "/token", json_answer(200, "{}"))
        .on("POST", "/token", json_answer(500, ""))
        .always("GET", "/things", json_answer(200, "{}"));
    ASSERT_TRUE(get());
    call.runtime.advance_ms(50'000);
    EXPECT_TRUE(get());
    EXPECT_EQ(bearer(call.http.last()), "Bearer token-1");
}

TEST_F(SessionTest, ATokenShorterThanTheMarginIsUsedAllTheSame) {
    lifetime_ms = 30'000;
    call.http.on("POST", "/token", json_answer(200, "{}")).on("GET", "/things", json_answer(200, "{}"));
    EXPECT_TRUE(get());
    EXPECT_EQ(fetched, 1);
}

TEST_F(SessionTest, FindsItsTokenAgainAfterARestart) {
    call.http.on("POST", "/token", json_answer(200, "{}")).always("GET", "/things", json_answer(200, "{}"));
    ASSERT_TRUE(get());
    session = make("account");
    ASSERT_TRUE(get());
    EXPECT_EQ(fetched, 1);
    EXPECT_EQ(call.http.last().url, "https://api.test/things");
}

TEST_F(SessionTest, DoesNotUseATokenOfAnotherAccount) {
    call.http.always("POST", "/token", json_answer(200, "{}")).always("GET", "/things", json_answer(200, "{}"));
    ASSERT_TRUE(get());
    session = make("another account");
    ASSERT_TRUE(get());
    EXPECT_EQ(fetched, 2);
}

TEST_F(SessionTest, DoesNotUseAKeptTokenThatCannotBeRead) {
    vault.save("books", "{broken");
    call.http.on("POST", "/token", json_answer(200, "{}")).on("GET", "/things", json_answer(200, "{}"));
    EXPECT_TRUE(get());
}

TEST_F(SessionTest, SendsNothingOnceTheDeadlineIsOver) {
    call.runtime.advance_ms(60'000);
    auto answer = get();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::deadline_exceeded);
    EXPECT_TRUE(call.http.sent().empty());
}

TEST_F(SessionTest, GivesEachRequestTheTimeThatIsLeft) {
    call.http.on("POST", "/token", json_answer(200, "{}")).on("GET", "/things", json_answer(200, "{}"));
    call.runtime.advance_ms(53'000);
    ASSERT_TRUE(get());
    EXPECT_EQ(call.http.sent().back().options.total_timeout_ms, 7'000);
    EXPECT_EQ(call.http.sent().back().options.connect_timeout_ms, 7'000);
    EXPECT_EQ(call.http.sent().back().options.effect, net::Effect::read);
}

TEST_F(SessionTest, TracesEveryExchangeWithoutASecret) {
    call.http.on("POST", "/token", json_answer(200, R"({"access_token":"token-1"})"));
    call.http.on("POST", "/things", json_answer(400, R"({"echo":"Bearer token-1","client_secret":"client-secret/1"})"));
    net::Request request{.method = "POST", .url = "/things?key=client-secret%2F1", .body = R"({"note":"token-1","password":"p\"w"})"};
    auto answer = session->send(call.context, request, net::Effect::write);
    ASSERT_FALSE(answer);
    ASSERT_EQ(call.trace.exchanges().size(), 2u);
    EXPECT_EQ(call.trace.exchanges()[0].request_body, "");
    EXPECT_EQ(call.trace.exchanges()[0].response_body, "");
    EXPECT_EQ(call.trace.exchanges()[1].status, 400);
    EXPECT_EQ(call.trace.exchanges()[1].url, "https://api.test/things?key=[redacted]");
    std::string everything = call.trace.to_json() + answer.error().to_text();
    for (std::string_view secret : {"token-1", "client-secret", "p\\\"w"})
        EXPECT_EQ(everything.find(secret), std::string::npos) << everything;
    EXPECT_NE(everything.find("[redacted]"), std::string::npos);
}

TEST_F(SessionTest, TracesATransportErrorWithStatusZero) {
    call.http.on("POST", "/token", json_answer(200, "{}")).on("GET", "/things", Error{ErrorCode::connection_lost, "cut: client-secret/1"});
    auto answer = get();
    ASSERT_FALSE(answer);
    const Exchange& exchange = call.trace.exchanges().back();
    EXPECT_EQ(exchange.status, 0);
    EXPECT_EQ(exchange.error, "connection_lost: cut: [redacted]");
    EXPECT_EQ(answer.error().message, "cut: [redacted]");
}

TEST(SessionWithoutTokens, SendsAsItIsAndLetsARefusalStand) {
    Call call;
    Dialect dialect{.connection = "sap", .classify = classify_by_status};
    Session session(std::move(dialect), call.runtime, nullptr, "sap");
    call.http.on("GET", "https://sap.test/x", json_answer(401, ""));
    auto answer = session.send(call.context, {.url = "https://sap.test/x"}, net::Effect::read);
    ASSERT_FALSE(answer);
    EXPECT_EQ(call.http.sent().size(), 1u);
}

}  // namespace lockstep::connector
