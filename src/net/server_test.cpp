#include "net/server.h"

#include <gtest/gtest.h>

#include <future>

#include "base/limits.h"
#include "net/test_sockets.h"

namespace lockstep::net {
namespace {

using testing_sockets::closed_port;
using testing_sockets::Socket;

std::unique_ptr<Server> serve(Handler handler, ServerOptions options = {}) {
    auto server = start_server(options, std::move(handler));
    EXPECT_TRUE(server) << server.error().message;
    return *std::move(server);
}

/// Answers with what was received.
void echo(Request request, std::unique_ptr<Responder> responder) {
    std::string text = request.method + " " + request.url + "\n";
    for (const auto& [name, value] : request.headers) text += name + "=" + value + "\n";
    responder->send(text_response(200, text + "\n" + request.body));
}

std::string converse(const Server& server, std::string_view bytes) {
    auto socket = Socket::connect_to(server.port());
    EXPECT_TRUE(socket.write(bytes));
    return socket.read_all();
}

std::string status_line(const std::string& answer) { return answer.substr(0, answer.find("\r\n")); }

TEST(Server, GivesTheHandlerTheWholeRequest) {
    std::string peer;
    auto server = serve([&](Request request, std::unique_ptr<Responder> responder) {
        peer = request.peer;
        EXPECT_EQ(request.path(), "/a%20b/%2F");
        EXPECT_EQ(request.query(), "x=%26&y=1+2&empty");
        echo(std::move(request), std::move(responder));
    });
    const auto answer = converse(*server,
                                 "PATCH /a%20b/%2F?x=%26&y=1+2&empty HTTP/1.1\r\nHost: h\r\nX-One: a\r\nx-one: "
                                 "b\r\nX-Empty:\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody");
    EXPECT_EQ(status_line(answer), "HTTP/1.1 200 OK");
    EXPECT_TRUE(
        answer.ends_with("PATCH "
                         "/a%20b/%2F?x=%26&y=1+2&empty\nHost=h\nX-One=a\nx-one=b\nX-Empty=\nContent-Length=4\nConnection=close\n\nbody"))
        << answer;
    EXPECT_EQ(peer, "127.0.0.1");
}

TEST(Server, TakesAnAbsoluteTargetAsAPath) {
    auto server = serve(echo);
    const auto answer = converse(*server, "GET http://host:1/x?y=1 HTTP/1.1\r\nHost: host\r\nConnection: close\r\n\r\n");
    EXPECT_NE(answer.find("GET /x?y=1\n"), std::string::npos) << answer;
}

TEST(Server, TakesAChunkedBodyWithoutLength) {
    auto server = serve(echo);
    const auto answer = converse(*server,
                                 "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: "
                                 "close\r\n\r\n5\r\nhello\r\n7;x=y\r\n, world\r\n0\r\n\r\n");
    EXPECT_TRUE(answer.ends_with("\n\nhello, world")) << answer;
}

TEST(Server, SaysContinueToAClientThatWaitsForIt) {
    auto server = serve(echo);
    auto socket = Socket::connect_to(server->port());
    socket.write("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(socket.read_message(), "HTTP/1.1 100 Continue\r\n\r\n");
    socket.write("ok");
    EXPECT_TRUE(socket.read_message().value_or("").ends_with("\n\nok"));
}

TEST(Server, KeepsTheConnectionForTheNextRequest) {
    auto server = serve(echo);
    auto socket = Socket::connect_to(server->port());
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(socket.write("POST /n HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n" + std::to_string(i)));
        EXPECT_TRUE(socket.read_message().value_or("").ends_with("\n\n" + std::to_string(i)));
    }
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
    auto server = serve(echo);
    auto socket = Socket::connect_to(server->port());
    socket.write("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_NE(socket.read_message().value_or("").find("GET /1"), std::string::npos);
    EXPECT_NE(socket.read_message().value_or("").find("GET /2"), std::string::npos);
}

TEST(Server, AnswersAClientThatHasEndedItsOutput) {
    auto server = serve(echo);
    auto socket = Socket::connect_to(server->port());
    socket.write("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
    socket.end_output();
    EXPECT_NE(socket.read_all().find("GET /x"), std::string::npos);
}

TEST(Server, AnswersHeadLikeGetWithoutTheBody) {
    auto server = serve([](Request, std::unique_ptr<Responder> responder) { responder->send(text_response(200, "12345")); });
    const auto answer = converse(*server, "HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_NE(answer.find("Content-Length: 5\r\n"), std::string::npos) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST(Server, SendsStatusFieldsAndAnEmpty204) {
    auto server = serve([](Request, std::unique_ptr<Responder> responder) {
        responder->send(
            {.status = 204,
             .headers = {{"Set-Cookie", "a=1"}, {"Set-Cookie", "b=2"}, {"Content-Length", "7"}, {"X-Bad", "a\r\nInjected: 1"}}});
    });
    const auto answer = converse(*server, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(status_line(answer), "HTTP/1.1 204 No Content");
    EXPECT_NE(answer.find("Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n"), std::string::npos) << answer;
    EXPECT_EQ(answer.find("Content-Length"), std::string::npos) << answer;
    EXPECT_EQ(answer.find("Injected"), std::string::npos) << answer;
}

TEST(Server, AnswersTheOldestHttpToo) {
    auto server = serve(echo);
    EXPECT_NE(converse(*server, "GET /x HTTP/1.0\r\n\r\n").find("GET /x"), std::string::npos);
}

// Bounds.

std::string post_of(std::size_t bytes) {
    return "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n" + std::string(bytes, 'x');
}

TEST(ServerBounds, ABodyOverTheBoundIsA413) {
    auto server = serve(echo, {.body_bytes_max = 1000});
    auto socket = Socket::connect_to(server->port());
    socket.write(post_of(1000));
    EXPECT_EQ(status_line(socket.read_message().value_or("")), "HTTP/1.1 200 OK");
    socket.write(post_of(1001));
    EXPECT_EQ(status_line(socket.read_message().value_or("")), "HTTP/1.1 413 Content Too Large");
    EXPECT_EQ(socket.read_all(), "") << "the connection is closed";
}

TEST(ServerBounds, AChunkedBodyOverTheBoundIsA413) {
    auto server = serve(echo, {.body_bytes_max = 10});
    const auto answer =
        converse(*server, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n6\r\nabcdef\r\n0\r\n\r\n");
    EXPECT_EQ(status_line(answer), "HTTP/1.1 413 Content Too Large");
}

TEST(ServerBounds, AClientThatAsksFirstIsToldBeforeItSendsTheBody) {
    auto server = serve(echo, {.body_bytes_max = 10});
    const auto answer = converse(*server, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(status_line(answer), "HTTP/1.1 413 Content Too Large");
}

TEST(ServerBounds, AnAbsurdLengthIsRefusedAtOnce) {
    auto server = serve(echo);
    const auto answer = converse(*server, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\n\r\n");
    EXPECT_EQ(status_line(answer), "HTTP/1.1 413 Content Too Large");
}

TEST(ServerBounds, AHeadOverTheBoundIsA431) {
    auto server = serve(echo, {.header_bytes_max = 4096});
    const auto with_field = [](std::size_t bytes) {
        return "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX: " + std::string(bytes, 'x') + "\r\n\r\n";
    };
    EXPECT_EQ(status_line(converse(*server, with_field(3900))), "HTTP/1.1 200 OK");
    EXPECT_EQ(status_line(converse(*server, with_field(4200))), "HTTP/1.1 431 Request Header Fields Too Large");
}

TEST(ServerBounds, AHeadOfTheAllowedSizeLeavesRoomForTheAnswer) {
    auto server = serve([](Request, std::unique_ptr<Responder> responder) {
        responder->send({.headers = {{"X-Long", std::string(4000, 'y')}}, .body = "ok"});
    });
    const auto answer = converse(*server, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX: " +
                                              std::string(limits::request_header_bytes_max - 400, 'x') + "\r\n\r\n");
    EXPECT_EQ(status_line(answer), "HTTP/1.1 200 OK");
    EXPECT_TRUE(answer.ends_with("ok"));
}

TEST(ServerBounds, AnEndlessTargetIsA414) {
    auto server = serve(echo, {.header_bytes_max = 4096});
    // As long as the memory of the connection, so that nothing is left unread when the server closes.
    const auto answer = converse(*server, "GET /" + std::string(12283, 'x'));
    EXPECT_EQ(status_line(answer), "HTTP/1.1 414 URI Too Long") << answer;
}

TEST(ServerBounds, AmbiguousBodyLengthsAreRefused) {
    auto server = serve(echo);
    EXPECT_EQ(status_line(converse(*server, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!")),
              "HTTP/1.1 400 Bad Request");
    EXPECT_EQ(
        status_line(converse(*server, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")),
        "HTTP/1.1 400 Bad Request");
    EXPECT_EQ(status_line(converse(*server, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n")),
              "HTTP/1.1 501 Not Implemented");
    EXPECT_EQ(status_line(converse(*server, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: five\r\n\r\nhello")),
              "HTTP/1.1 400 Bad Request");
}

TEST(ServerBounds, ARequestThatDoesNotEndIsA408) {
    auto server = serve(echo, {.idle_timeout_s = 10, .request_timeout_s = 1});
    EXPECT_EQ(status_line(converse(*server, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhel")), "HTTP/1.1 408 Request Timeout");
}

TEST(ServerBounds, AClientThatDripsIsClosedAllTheSame) {
    auto server = serve(echo, {.idle_timeout_s = 5, .request_timeout_s = 1});
    auto socket = Socket::connect_to(server->port());
    socket.write("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n");
    std::promise<void> closed;
    std::thread dripper([&, done = closed.get_future()] {
        while (done.wait_for(std::chrono::milliseconds(50)) == std::future_status::timeout && socket.write("x")) {}
    });
    EXPECT_EQ(status_line(socket.read_all()), "HTTP/1.1 408 Request Timeout");
    closed.set_value();
    dripper.join();
}

TEST(ServerBounds, AClientThatSendsNothingIsClosed) {
    auto server = serve(echo, {.idle_timeout_s = 1});
    auto silent = Socket::connect_to(server->port());
    auto half = Socket::connect_to(server->port());
    half.write("GET / HT");
    EXPECT_EQ(silent.read_all(), "");
    EXPECT_EQ(half.read_all(), "");
}

TEST(ServerBounds, AnAnswerMayTakeLongerThanAnIdleClient) {
    std::promise<std::unique_ptr<Responder>> kept;
    auto server = serve([&](Request, std::unique_ptr<Responder> responder) { kept.set_value(std::move(responder)); },
                        {.idle_timeout_s = 1, .request_timeout_s = 1});
    auto socket = Socket::connect_to(server->port());
    socket.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    auto responder = kept.get_future().get();
    // Two clients that say nothing are closed meanwhile: the bound has passed twice over.
    for (int i = 0; i < 2; ++i) EXPECT_EQ(Socket::connect_to(server->port()).read_all(), "");
    responder->send(text_response(200, "late"));
    EXPECT_TRUE(socket.read_message().value_or("").ends_with("late"));
}

TEST(ServerBounds, NoMoreConnectionsThanAllowedAreServed) {
    auto server = serve(echo, {.connections_max = 2});
    auto first = Socket::connect_to(server->port());
    auto second = Socket::connect_to(server->port());
    for (auto* socket : {&first, &second}) {
        socket->write("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
        EXPECT_TRUE(socket->read_message());
    }
    auto third = Socket::connect_to(server->port());
    third.write("GET /third HTTP/1.1\r\nHost: h\r\n\r\n");
    second.write("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(second.read_message()) << "the open ones go on";
    first.close();
    EXPECT_TRUE(third.read_message()) << "a place is free";
}

// Starting.

TEST(ServerStart, NamesAnAddressInUse) {
    auto server = serve(echo);
    const auto other = start_server({.port = server->port()}, echo);
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, ErrorCode::address_in_use);
    EXPECT_NE(other.error().message.find(std::to_string(server->port())), std::string::npos) << other.error().message;
}

TEST(ServerStart, RefusesAnAddressThatIsNotThisMachines) {
    for (const auto* address : {"192.0.2.1", "no-such-host.invalid", "300.1.1.1"}) {
        const auto server = start_server({.address = address}, echo);
        ASSERT_FALSE(server) << address;
        EXPECT_EQ(server.error().code, ErrorCode::config_invalid) << server.error().message;
    }
}

TEST(ServerStart, RefusesOptionsThatCannotWork) {
    for (const auto& options :
         {ServerOptions{.threads = 0}, ServerOptions{.threads = 8, .connections_max = 4}, ServerOptions{.header_bytes_max = 10},
          ServerOptions{.idle_timeout_s = 0}, ServerOptions{.certificate_file = "only-one.pem"}}) {
        const auto server = start_server(options, echo);
        ASSERT_FALSE(server);
        EXPECT_EQ(server.error().code, ErrorCode::config_invalid);
    }
}

TEST(ServerStart, FreesItsPortWhenItStops) {
    auto server = serve(echo);
    const auto port = server->port();
    auto socket = Socket::connect_to(port);
    socket.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(socket.read_message());
    server.reset();
    auto again = start_server({.port = port}, echo);
    EXPECT_TRUE(again) << again.error().message;
}

// Responders.

TEST(Responder, DroppedClosesWithoutAByteOnAReusedConnectionToo) {
    auto server = serve([](Request request, std::unique_ptr<Responder> responder) {
        if (request.path() == "/drop")
            responder->drop();
        else
            responder->send(text_response(200, "ok"));
    });
    EXPECT_EQ(converse(*server, "GET /drop HTTP/1.1\r\nHost: h\r\n\r\n"), "");
    auto socket = Socket::connect_to(server->port());
    socket.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(socket.read_message());
    socket.write("GET /drop HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(socket.read_all(), "");
}

TEST(Responder, TruncatesTheBodyAfterTheWholeHead) {
    auto server = serve([](Request request, std::unique_ptr<Responder> responder) {
        responder->send_truncated(text_response(200, "0123456789"), request.path() == "/none" ? 0 : 4);
    });
    const auto answer = converse(*server, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_NE(answer.find("Content-Length: 10\r\n"), std::string::npos) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n0123")) << answer;
    EXPECT_TRUE(converse(*server, "GET /none HTTP/1.1\r\nHost: h\r\n\r\n").ends_with("\r\n\r\n"));
}

TEST(Responder, DestroyedUnansweredIsA500) {
    auto server = serve([](Request, std::unique_ptr<Responder>) {});
    EXPECT_EQ(status_line(converse(*server, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")),
              "HTTP/1.1 500 Internal Server Error");
}

TEST(Responder, AnswersOnceOnly) {
    auto server = serve([](Request, std::unique_ptr<Responder> responder) {
        responder->send(text_response(200, "first"));
        responder->send(text_response(200, "second"));
        responder->drop();
    });
    auto socket = Socket::connect_to(server->port());
    for (int i = 0; i < 2; ++i) {
        socket.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        EXPECT_TRUE(socket.read_message().value_or("").ends_with("first"));
    }
}

TEST(Responder, WithAStatusThatIsNoneSends500) {
    auto server = serve([](Request, std::unique_ptr<Responder> responder) { responder->send({.status = 42}); });
    EXPECT_EQ(status_line(converse(*server, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")),
              "HTTP/1.1 500 Internal Server Error");
}

/// Keeps every responder until the test answers it.
struct Held {
    std::promise<std::unique_ptr<Responder>> promise;
    std::unique_ptr<Server> server =
        serve([this](Request, std::unique_ptr<Responder> responder) { promise.set_value(std::move(responder)); });
    Socket socket = Socket::connect_to(server->port());
    std::unique_ptr<Responder> take() {
        socket.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        return promise.get_future().get();
    }
};

TEST(Responder, MayAnswerLaterFromAnotherThread) {
    Held held;
    auto responder = held.take();
    std::thread([&] { responder->send(text_response(200, "late")); }).join();
    EXPECT_TRUE(held.socket.read_message().value_or("").ends_with("late"));
}

TEST(Responder, MayDropLater) {
    Held held;
    held.take()->drop();
    EXPECT_EQ(held.socket.read_all(), "");
}

TEST(Responder, DestroyedLaterUnansweredIsA500) {
    Held held;
    held.take().reset();
    EXPECT_EQ(status_line(held.socket.read_message().value_or("")), "HTTP/1.1 500 Internal Server Error");
}

TEST(Responder, OutlivesTheClient) {
    Held held;
    auto responder = held.take();
    held.socket.close();
    responder->send(text_response(200, std::string(1u << 20, 'x')));
    held.promise = {};
    auto next = Socket::connect_to(held.server->port());
    next.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    held.promise.get_future().get()->send(text_response(200, "still there"));
    EXPECT_TRUE(next.read_message().value_or("").ends_with("still there"));
}

TEST(Responder, OutlivesTheServer) {
    Held held;
    auto responder = held.take();
    held.server.reset();
    EXPECT_EQ(held.socket.read_all(), "") << "the client sees the end, not an answer";
    responder->send(text_response(200, "nobody is there"));
    responder.reset();
}

TEST(Responder, MayBeAnsweredWhileTheServerStops) {
    for (int round = 0; round < 50; ++round) {
        Held held;
        auto responder = held.take();
        std::thread answering([&] { responder->send(text_response(200, "in time or not")); });
        held.server.reset();
        answering.join();
    }
}

// Draining.

TEST(ServerDrain, AnswersWhatHasArrivedAndClosesIdleConnections) {
    Held held;
    auto idle = Socket::connect_to(held.server->port());
    auto responder = held.take();
    std::thread draining([&] { held.server->drain(testing_sockets::patience_ms); });
    EXPECT_EQ(idle.read_all(), "") << "idle ones are closed while others are still answered";
    responder->send(text_response(200, "answered"));
    const auto answer = held.socket.read_message().value_or("");
    EXPECT_TRUE(answer.ends_with("answered"));
    EXPECT_NE(answer.find("Connection: close"), std::string::npos) << answer;
    draining.join();
    EXPECT_FALSE(Socket::connect_to(held.server->port()).is_open()) << "no new connections";
}

TEST(ServerDrain, LetsARequestThatIsBeingSentComplete) {
    auto server = serve(echo);
    auto socket = Socket::connect_to(server->port());
    socket.write("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_TRUE(socket.read_message()) << "the head has been taken";
    auto idle = Socket::connect_to(server->port());
    std::thread draining([&] { server->drain(testing_sockets::patience_ms); });
    EXPECT_EQ(idle.read_all(), "") << "the drain has begun";
    socket.write("whole");
    EXPECT_TRUE(socket.read_all().ends_with("\n\nwhole"));
    draining.join();
}

TEST(ServerDrain, ReturnsAfterTheTimeoutWithWhatIsLeft) {
    Held held;
    auto responder = held.take();
    held.server->drain(50);
    held.server.reset();
    EXPECT_EQ(held.socket.read_all(), "");
}

}  // namespace
}  // namespace lockstep::net
