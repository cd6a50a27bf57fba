#include "net/client.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "net/test_sockets.h"

namespace lockstep::net {
namespace {

using testing_sockets::closed_port;
using testing_sockets::plain_answer;
using testing_sockets::ScriptedServer;
using testing_sockets::Socket;

constexpr SendOptions read_call = {.effect = Effect::read};
constexpr SendOptions write_call = {.effect = Effect::write};

/// Plays a vendor that carries out every request it gets, answers the first one of a connection, and closes on the
/// next.
struct Vendor {
    std::atomic<int> effects = 0;
    std::atomic<bool> always_close = false;
    ScriptedServer server{[this](Socket& socket, int) {
        for (bool first = true; auto request = socket.read_message(); first = false) {
            ++effects;
            if (!first || always_close) return socket.close();
            socket.write(plain_answer("done"));
        }
    }};
};

TEST(CurlClientContract, AWriteWhoseReusedConnectionDiesIsNotSentAgain) {
    Vendor vendor;
    const auto client = make_curl_client();
    const Request order{.method = "POST", .url = vendor.server.url("/orders"), .body = "{}"};
    ASSERT_TRUE(client->send(order, write_call));
    ASSERT_EQ(vendor.effects, 1);

    const auto second = client->send(order, write_call);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::answer_lost) << second.error().message;
    EXPECT_EQ(second.error().cls(), ErrorClass::in_doubt);
    EXPECT_EQ(vendor.effects, 2) << "one effect a call";
}

/// Shows that the test above can fail: without the guard libcurl sends again, as it is allowed to for reads.
TEST(CurlClientContract, AReadWhoseReusedConnectionDiesIsSentAgain) {
    Vendor vendor;
    const auto client = make_curl_client();
    const Request query{.method = "POST", .url = vendor.server.url("/query"), .body = "{}"};
    ASSERT_TRUE(client->send(query, read_call));
    const auto second = client->send(query, read_call);
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_EQ(second->body, "done");
    EXPECT_EQ(vendor.effects, 3) << "the second call was carried out twice";
    EXPECT_EQ(vendor.server.connections(), 2);
}

TEST(CurlClientContract, EveryMethodOfAWriteIsGuarded) {
    for (const auto* method : {"GET", "PUT", "PATCH", "DELETE", "MERGE", "POST"}) {
        Vendor vendor;
        const auto client = make_curl_client();
        const Request request{.method = method, .url = vendor.server.url()};
        ASSERT_TRUE(client->send(request, write_call)) << method;
        const auto second = client->send(request, write_call);
        ASSERT_FALSE(second) << method;
        EXPECT_EQ(second.error().code, ErrorCode::answer_lost) << method;
        EXPECT_EQ(vendor.effects, 2) << method;
    }
}

TEST(CurlClient, AWriteOnANewConnectionThatDiesIsInDoubt) {
    Vendor vendor;
    vendor.always_close = true;
    const auto answer = make_curl_client()->send({.method = "POST", .url = vendor.server.url("/orders"), .body = "{}"}, write_call);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::answer_lost);
    EXPECT_EQ(vendor.effects, 1);
}

TEST(CurlClient, AReadThatGetsNoAnswerLostTheConnection) {
    Vendor vendor;
    vendor.always_close = true;
    const auto answer = make_curl_client()->send({.url = vendor.server.url()}, read_call);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::connection_lost);
    EXPECT_EQ(answer.error().cls(), ErrorClass::transient);
}

TEST(CurlClient, ARefusedConnectionIsUnreachableForWritesToo) {
    const auto client = make_curl_client();
    const auto url = "http://127.0.0.1:" + std::to_string(closed_port()) + "/orders?token=hidden";
    for (const auto& options : {read_call, write_call}) {
        const auto answer = client->send({.method = "POST", .url = url, .body = "{}"}, options);
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().code, ErrorCode::unreachable);
        EXPECT_NE(answer.error().message.find("/orders"), std::string::npos) << answer.error().message;
        EXPECT_EQ(answer.error().message.find("hidden"), std::string::npos) << "queries stay out of messages";
    }
}

TEST(CurlClient, AnUnknownHostIsUnreachable) {
    const auto answer = make_curl_client()->send({.url = "http://no-such-host.invalid/"}, write_call);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::unreachable) << answer.error().message;
}

TEST(CurlClient, RefusesInvalidUrls) {
    for (const auto* url : {"", "/path", "ftp://host/", "http://user:pw@host/", "http://host/a b"}) {
        const auto answer = make_curl_client()->send({.url = url}, write_call);
        ASSERT_FALSE(answer) << url;
        EXPECT_EQ(answer.error().code, ErrorCode::url_invalid) << url;
    }
}

TEST(CurlClient, RefusesWhatWouldBreakOutOfAHeaderLine) {
    const auto client = make_curl_client();
    const Request requests[] = {
        {.method = "GET", .url = "http://127.0.0.1/", .headers = {{"X", "a\r\nHost: other"}}},
        {.method = "GET", .url = "http://127.0.0.1/", .headers = {{"X: y\r\nZ", "a"}}},
        {.method = "GET", .url = "http://127.0.0.1/", .headers = {{"", "a"}}},
        {.method = "GET / HTTP/1.1\r\nX: y", .url = "http://127.0.0.1/"},
        {.method = "", .url = "http://127.0.0.1/"},
    };
    for (const auto& request : requests) {
        const auto answer = client->send(request, write_call);
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().code, ErrorCode::value_invalid);
    }
}

TEST(CurlClient, SendsTheRequestAsItIs) {
    std::string seen;
    ScriptedServer server([&](Socket& socket, int) {
        seen = socket.read_message().value_or("");
        socket.write(plain_answer(""));
    });
    const Request request{.method = "PATCH",
                          .url = server.url("/a/../b?$filter=x%20eq%20'1'"),
                          .headers = {{"If-Match", "W/\"1\""}, {"X-Empty", ""}},
                          .body = R"({"a":1})"};
    ASSERT_TRUE(make_curl_client()->send(request, write_call));
    EXPECT_TRUE(seen.starts_with("PATCH /a/../b?$filter=x%20eq%20'1' HTTP/1.1\r\n")) << seen;
    EXPECT_NE(seen.find("If-Match: W/\"1\"\r\n"), std::string::npos) << seen;
    EXPECT_NE(seen.find("X-Empty:\r\n"), std::string::npos) << seen;
    EXPECT_NE(seen.find("Accept-Encoding: gzip\r\n"), std::string::npos) << seen;
    EXPECT_NE(seen.find("User-Agent: Lockstep/1\r\n"), std::string::npos) << seen;
    EXPECT_NE(seen.find("Content-Length: 7\r\n"), std::string::npos) << seen;
    EXPECT_EQ(seen.find("Expect"), std::string::npos) << seen;
    EXPECT_EQ(seen.find("Content-Type"), std::string::npos) << seen;
    EXPECT_TRUE(seen.ends_with("\r\n\r\n{\"a\":1}")) << seen;
}

TEST(CurlClient, LargeBodiesDoNotWaitForA100) {
    std::string seen;
    ScriptedServer server([&](Socket& socket, int) {
        seen = socket.read_message().value_or("");
        socket.write(plain_answer(""));
    });
    ASSERT_TRUE(make_curl_client()->send({.method = "POST", .url = server.url(), .body = std::string(2u << 20, 'x')}, write_call));
    EXPECT_EQ(seen.find("Expect"), std::string::npos);
    EXPECT_TRUE(seen.ends_with("xxx"));
}

TEST(CurlClient, TakesTheFinalAnswerAfterAnInterimOne) {
    ScriptedServer server([](Socket& socket, int) {
        socket.read_message();
        socket.write(
            "HTTP/1.1 100 Continue\r\nX-Interim: 1\r\n\r\nHTTP/1.1 201 Created\r\nLocation: /x/1\r\nSet-Cookie: "
            "a=1\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n\r\nok");
    });
    const auto answer = make_curl_client()->send({.method = "POST", .url = server.url(), .body = "{}"}, write_call);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 201);
    EXPECT_EQ(answer->headers.get("location"), "/x/1");
    EXPECT_EQ(answer->headers.all("set-cookie").size(), 2u);
    EXPECT_FALSE(answer->headers.contains("X-Interim"));
    EXPECT_EQ(answer->body, "ok");
}

struct LostAnswer {
    std::string name, bytes;
};
class ALostAnswer : public ::testing::TestWithParam<LostAnswer> {};

TEST_P(ALostAnswer, IsInDoubtForWritesAndTransientForReads) {
    ScriptedServer server([](Socket& socket, int) {
        socket.read_message();
        socket.write(GetParam().bytes);
    });
    const auto client = make_curl_client();
    const Request request{.method = "POST", .url = server.url(), .body = "{}"};
    const auto write = client->send(request, write_call);
    ASSERT_FALSE(write);
    EXPECT_EQ(write.error().code, ErrorCode::answer_lost) << write.error().message;
    const auto read = client->send(request, read_call);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::connection_lost) << read.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Client, ALostAnswer,
    ::testing::Values(LostAnswer{"CutInTheHead", "HTTP/1.1 200 OK\r\nContent-Le"},
                      LostAnswer{"CutInTheBody", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\""},
                      LostAnswer{"CutInAChunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nabc"},
                      LostAnswer{"WithoutTheLastChunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"},
                      LostAnswer{"WithBrokenGzip", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 12\r\n\r\nnot gzip at!"}),
    [](const auto& lost) { return lost.param.name; });

TEST(CurlClient, WhatIsNotHttpIsAProtocolErrorForReads) {
    ScriptedServer server([](Socket& socket, int) {
        socket.read_message();
        socket.write("220 mail.example ESMTP\r\n");
    });
    const auto client = make_curl_client();
    const auto read = client->send({.url = server.url()}, read_call);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::vendor_protocol) << read.error().message;
    const auto write = client->send({.method = "POST", .url = server.url()}, write_call);
    ASSERT_FALSE(write);
    EXPECT_EQ(write.error().code, ErrorCode::answer_lost);
}

TEST(CurlClient, AnAnswerOverTheBoundIsRefused) {
    ScriptedServer server([](Socket& socket, int) {
        while (socket.read_message()) socket.write(plain_answer(std::string(1001, 'x')));
    });
    const auto client = make_curl_client();
    const Request request{.method = "POST", .url = server.url(), .body = "{}"};
    auto options = read_call;
    options.response_body_bytes_max = 1000;
    const auto read = client->send(request, options);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::vendor_protocol);
    EXPECT_NE(read.error().message.find("1000 bytes"), std::string::npos) << read.error().message;
    options.effect = Effect::write;
    const auto write = client->send(request, options);
    ASSERT_FALSE(write);
    EXPECT_EQ(write.error().code, ErrorCode::answer_lost);
    options.response_body_bytes_max = 1001;
    EXPECT_TRUE(client->send(request, options));
}

TEST(CurlClient, EndlessHeadersAreRefused) {
    ScriptedServer server([](Socket& socket, int) {
        socket.read_message();
        socket.write("HTTP/1.1 200 OK\r\n");
        for (int i = 0; i < 1000 && socket.write("X-Field: " + std::string(1000, 'x') + "\r\n"); ++i) {}
        socket.write("\r\n");
    });
    const auto answer = make_curl_client()->send({.url = server.url()}, read_call);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::vendor_protocol);
}

TEST(CurlClient, ASilentVendorMeetsTheDeadline) {
    ScriptedServer server([](Socket& socket, int) {
        while (socket.read_message()) {}
    });
    const auto client = make_curl_client();
    auto options = write_call;
    options.total_timeout_ms = 200;
    const auto started = std::chrono::steady_clock::now();
    const auto write = client->send({.method = "POST", .url = server.url(), .body = "{}"}, options);
    EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(5));
    ASSERT_FALSE(write);
    EXPECT_EQ(write.error().code, ErrorCode::answer_lost);
    EXPECT_NE(write.error().message.find("200 ms"), std::string::npos) << write.error().message;
    options.effect = Effect::read;
    const auto read = client->send({.url = server.url()}, options);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::connection_lost);
}

TEST(CurlClient, SendsNothingWhenNoTimeIsLeft) {
    Vendor vendor;
    for (const std::int64_t left_ms : {0, -5}) {
        auto options = write_call;
        options.total_timeout_ms = left_ms;
        const auto answer = make_curl_client()->send({.method = "POST", .url = vendor.server.url()}, options);
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().code, ErrorCode::deadline_exceeded);
    }
    EXPECT_EQ(vendor.effects, 0);
}

TEST(CurlClient, WaitingForAFreeConnectionMeetsTheDeadlineToo) {
    ScriptedServer server([](Socket& socket, int) {
        while (socket.read_message()) {}
    });
    const auto client = make_curl_client({.connections_per_host_max = 1});
    auto long_call = write_call;
    long_call.total_timeout_ms = 2000;
    std::thread holder([&] { EXPECT_FALSE(client->send({.method = "POST", .url = server.url()}, long_call)); });
    while (server.connections() == 0) std::this_thread::yield();
    auto short_call = write_call;
    short_call.total_timeout_ms = 100;
    const auto answer = client->send({.method = "POST", .url = server.url()}, short_call);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::unreachable) << "nothing was sent: " << answer.error().message;
    EXPECT_EQ(server.connections(), 1);
    holder.join();
}

TEST(CurlClient, DestroyingTheClientClosesItsConnections) {
    std::atomic<bool> ended = false;
    {
        ScriptedServer server([&](Socket& socket, int) {
            while (socket.read_message()) socket.write(plain_answer(""));
            ended = true;
        });
        auto client = make_curl_client();
        ASSERT_TRUE(client->send({.url = server.url()}, read_call));
        client.reset();
    }
    EXPECT_TRUE(ended);
}

std::string redirect_to(const std::string& location) {
    return "HTTP/1.1 302 Found\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n";
}

TEST(CurlClientRedirects, AreFollowedForReads) {
    std::string seen;
    ScriptedServer server([&](Socket& socket, int) {
        while (auto request = socket.read_message()) {
            const bool moved = request->starts_with("GET /old");
            if (!moved) seen = *request;
            socket.write(moved ? redirect_to("/new?x=1") : plain_answer("here"));
        }
    });
    const auto answer = make_curl_client()->send({.url = server.url("/old"), .headers = {{"Authorization", "Bearer t"}}}, read_call);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body, "here");
    EXPECT_TRUE(seen.starts_with("GET /new?x=1 "));
    EXPECT_NE(seen.find("Authorization: Bearer t"), std::string::npos);
}

TEST(CurlClientRedirects, AreAValueForWrites) {
    ScriptedServer server([&](Socket& socket, int) {
        while (socket.read_message()) socket.write(redirect_to("/new"));
    });
    const auto answer = make_curl_client()->send({.method = "POST", .url = server.url(), .body = "{}"}, write_call);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 302);
}

TEST(CurlClientRedirects, GiveNoCredentialToAnotherOrigin) {
    std::string seen;
    ScriptedServer other([&](Socket& socket, int) {
        seen = socket.read_message().value_or("");
        socket.write(plain_answer("other"));
    });
    ScriptedServer server([&](Socket& socket, int) {
        socket.read_message();
        socket.write(redirect_to(other.url("/x")));
    });
    const auto answer =
        make_curl_client()->send({.url = server.url(), .headers = {{"APIKey", "secret"}, {"Accept", "application/json"}}}, read_call);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "other");
    EXPECT_EQ(seen.find("secret"), std::string::npos) << seen;
    EXPECT_NE(seen.find("Accept: application/json"), std::string::npos) << seen;
}

TEST(CurlClientRedirects, EndAfterAFewTurns) {
    std::atomic<int> requests = 0;
    ScriptedServer server([&](Socket& socket, int) {
        while (socket.read_message()) {
            ++requests;
            socket.write(redirect_to("/again"));
        }
    });
    const auto answer = make_curl_client()->send({.url = server.url()}, read_call);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 302);
    EXPECT_EQ(requests, 6);
}

TEST(CurlClientRedirects, ToAnotherSchemeThanHttpAreNotFollowed) {
    ScriptedServer server([&](Socket& socket, int) {
        socket.read_message();
        socket.write(redirect_to("file:///etc/passwd"));
    });
    const auto answer = make_curl_client()->send({.url = server.url()}, read_call);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 302);
}

/// Sets an environment variable until the end of the test.
class Environment {
public:
    Environment(const char* name, const std::string& value) : name_(name) { setenv(name, value.c_str(), 1); }
    ~Environment() { unsetenv(name_); }

private:
    const char* name_;
};

TEST(CurlClientProxy, IsTakenFromTheEnvironment) {
    std::string seen;
    ScriptedServer proxy([&](Socket& socket, int) {
        seen = socket.read_message().value_or("");
        socket.write(plain_answer("by proxy"));
    });
    const Environment environment("http_proxy", proxy.url(""));
    const auto answer = make_curl_client()->send({.url = "http://vendor.invalid/x"}, read_call);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body, "by proxy");
    EXPECT_TRUE(seen.starts_with("GET http://vendor.invalid/x HTTP/1.1\r\n")) << seen;
}

TEST(CurlClientProxy, NoProxyIsRespected) {
    ScriptedServer server([&](Socket& socket, int) {
        socket.read_message();
        socket.write(plain_answer("direct"));
    });
    const Environment proxy("http_proxy", "http://127.0.0.1:" + std::to_string(closed_port()));
    const Environment no_proxy("no_proxy", "127.0.0.1");
    const auto answer = make_curl_client()->send({.url = server.url()}, read_call);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body, "direct");
}

}  // namespace
}  // namespace lockstep::net
