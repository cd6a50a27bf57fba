#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <future>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "net/client.h"
#include "net/server.h"
#include "net/test_sockets.h"

/// The client against the server: what the engine and the sandbox do with both.
namespace lockstep::net {
namespace {

constexpr SendOptions read_call = {.effect = Effect::read};
constexpr SendOptions write_call = {.effect = Effect::write};

struct Pair {
    explicit Pair(Handler handler, ServerOptions options = {}) : server(*start_server(options, std::move(handler))) {}
    std::string url(std::string_view path = "/") const { return "http://127.0.0.1:" + std::to_string(server->port()) + std::string(path); }
    std::unique_ptr<Server> server;
    std::unique_ptr<HttpClient> client = make_curl_client();
};

void echo(Request request, std::unique_ptr<Responder> responder) {
    responder->send(text_response(200, request.method + " " + request.url + " " + request.body));
}

TEST(RoundTrip, CarriesMethodTargetAndBody) {
    Pair pair(echo);
    for (const auto* method : {"GET", "POST", "PUT", "PATCH", "DELETE", "MERGE", "OPTIONS"}) {
        const auto answer = pair.client->send({.method = method, .url = pair.url("/a%2Fb?x=1"), .body = "body"}, write_call);
        ASSERT_TRUE(answer) << answer.error().message;
        EXPECT_EQ(answer->body, std::string(method) + " /a%2Fb?x=1 body");
    }
}

TEST(RoundTrip, AHeadHasFieldsAndNoBody) {
    Pair pair(echo);
    const auto answer = pair.client->send({.method = "HEAD", .url = pair.url("/x")}, read_call);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "");
    EXPECT_EQ(answer->headers.get("content-length"), "8") << "HEAD /x and a space";
}

TEST(RoundTrip, BinaryBodiesStayWhole) {
    Pair pair([](Request request, std::unique_ptr<Responder> responder) { responder->send({.body = std::move(request.body)}); });
    std::string bytes;
    for (int i = 0; i < 300'000; ++i) bytes += static_cast<char>(i * 7 + i / 256);
    const auto answer = pair.client->send({.method = "POST", .url = pair.url(), .body = bytes}, write_call);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body, bytes);
}

TEST(RoundTrip, OneConnectionServesOneCallAfterTheOther) {
    std::atomic<int> applied = 0;
    Pair pair(
        [&](Request request, std::unique_ptr<Responder> responder) {
            ++applied;
            echo(std::move(request), std::move(responder));
        },
        {.connections_max = 1});
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(pair.client->send({.method = "POST", .url = pair.url()}, write_call));
    EXPECT_EQ(applied, 20) << "a second connection would have waited for ever";
}

TEST(RoundTrip, ManyCallsAtOnceEachGetTheirOwnAnswer) {
    for (const int server_threads : {1, 3}) {
        Pair pair(echo, {.threads = server_threads});
        std::atomic<int> right = 0;
        std::vector<std::thread> callers;
        for (int caller = 0; caller < 16; ++caller)
            callers.emplace_back([&, caller] {
                for (int i = 0; i < 25; ++i) {
                    const auto mark = std::to_string(caller) + "-" + std::to_string(i);
                    const auto answer = pair.client->send({.method = "POST", .url = pair.url("/" + mark), .body = mark}, write_call);
                    if (answer && answer->body == "POST /" + mark + " " + mark) ++right;
                }
            });
        for (auto& caller : callers) caller.join();
        EXPECT_EQ(right, 16 * 25);
    }
}

TEST(RoundTrip, AnswersWaitTogetherAndAreGivenByAnotherThread) {
    constexpr int calls = 32;
    std::mutex mutex;
    std::vector<std::unique_ptr<Responder>> waiting;
    std::promise<void> all_wait;
    Pair pair([&](Request, std::unique_ptr<Responder> responder) {
        std::lock_guard lock(mutex);
        waiting.push_back(std::move(responder));
        if (waiting.size() == calls) all_wait.set_value();
    });
    std::atomic<int> answered = 0;
    std::vector<std::thread> callers;
    for (int i = 0; i < calls; ++i)
        callers.emplace_back([&] {
            if (const auto answer = pair.client->send({.method = "POST", .url = pair.url()}, write_call); answer && answer->status == 202)
                ++answered;
        });
    all_wait.get_future().wait();
    for (auto& responder : waiting) responder->send({.status = 202});
    for (auto& caller : callers) caller.join();
    EXPECT_EQ(answered, calls);
}

TEST(RoundTrip, ADropAfterTheEffectOnAReusedConnectionIsInDoubtAndHappensOnce) {
    std::atomic<int> applied = 0;
    Pair pair([&](Request request, std::unique_ptr<Responder> responder) {
        ++applied;
        if (request.path() == "/drop")
            responder->drop();
        else
            echo(std::move(request), std::move(responder));
    });
    ASSERT_TRUE(pair.client->send({.method = "POST", .url = pair.url(), .body = "1"}, write_call));
    const auto dropped = pair.client->send({.method = "POST", .url = pair.url("/drop"), .body = "2"}, write_call);
    ASSERT_FALSE(dropped);
    EXPECT_EQ(dropped.error().code, ErrorCode::answer_lost);
    EXPECT_EQ(applied, 2);
    EXPECT_TRUE(pair.client->send({.method = "POST", .url = pair.url(), .body = "3"}, write_call)) << "the next call is not harmed";
}

TEST(RoundTrip, ATruncatedAnswerIsALostOne) {
    Pair pair([](Request, std::unique_ptr<Responder> responder) { responder->send_truncated(json_response(201, Map{{"id", "4711"}}), 5); });
    const auto write = pair.client->send({.method = "POST", .url = pair.url()}, write_call);
    ASSERT_FALSE(write);
    EXPECT_EQ(write.error().code, ErrorCode::answer_lost);
    const auto read = pair.client->send({.url = pair.url()}, read_call);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::connection_lost);
}

TEST(RoundTrip, DecodesGzip) {
    // gzip -n of "hello gzip\n"
    const std::string compressed(
        "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\x57\x48\xaf\xca\x2c\xe0\x02\x00\x39\x7c\x63\x56"
        "\x0b\x00\x00\x00",
        31);
    Pair pair([&](Request request, std::unique_ptr<Responder> responder) {
        EXPECT_EQ(request.headers.get("Accept-Encoding"), "gzip");
        responder->send({.headers = {{"Content-Encoding", "gzip"}}, .body = compressed});
    });
    const auto answer = pair.client->send({.url = pair.url()}, read_call);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body, "hello gzip\n");
    EXPECT_FALSE(answer->headers.contains("Content-Encoding"));
    EXPECT_FALSE(answer->headers.contains("Content-Length"));
}

TEST(RoundTrip, ATooLargeBodyIsAnsweredWhileTheClientStillSends) {
    Pair pair(echo, {.body_bytes_max = 1000});
    const auto answer = pair.client->send({.method = "POST", .url = pair.url(), .body = std::string(4u << 20, 'x')}, write_call);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 413);
}

TEST(RoundTrip, TheDeadlineEndsAWaitForASlowAnswer) {
    std::promise<std::unique_ptr<Responder>> kept;
    Pair pair([&](Request, std::unique_ptr<Responder> responder) { kept.set_value(std::move(responder)); });
    auto options = write_call;
    options.total_timeout_ms = 100;
    const auto answer = pair.client->send({.method = "POST", .url = pair.url()}, options);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::answer_lost);
    kept.get_future().get()->send({});
}

TEST(RoundTrip, AServerThatStopsLeavesItsCallersInDoubt) {
    std::promise<std::unique_ptr<Responder>> kept;
    Pair pair([&](Request, std::unique_ptr<Responder> responder) { kept.set_value(std::move(responder)); });
    auto call = std::async(std::launch::async, [&] { return pair.client->send({.method = "POST", .url = pair.url()}, write_call); });
    auto responder = kept.get_future().get();
    pair.server.reset();
    const auto answer = call.get();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::answer_lost);
    responder->send({});
}

TEST(RoundTrip, ADrainUnderLoadLosesNoAnswerOfWhatWasApplied) {
    std::atomic<int> applied = 0;
    Pair pair([&](Request request, std::unique_ptr<Responder> responder) {
        ++applied;
        echo(std::move(request), std::move(responder));
    });
    std::atomic<int> answered = 0, other = 0;
    std::barrier begun(9);
    std::vector<std::thread> callers;
    for (int i = 0; i < 8; ++i)
        callers.emplace_back([&] {
            for (int n = 0;; ++n) {
                const auto answer = pair.client->send({.method = "POST", .url = pair.url()}, write_call);
                if (n == 0) begun.arrive_and_wait();
                if (!answer) {
                    if (answer.error().code != ErrorCode::unreachable && answer.error().code != ErrorCode::answer_lost) ++other;
                    return;
                }
                ++answered;
            }
        });
    begun.arrive_and_wait();
    pair.server->drain(testing_sockets::patience_ms);
    for (auto& caller : callers) caller.join();
    EXPECT_EQ(applied, answered);
    EXPECT_EQ(other, 0);
}

}  // namespace
}  // namespace lockstep::net
