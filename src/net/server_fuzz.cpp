#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "net/server.h"
#include "tests/fuzz/target.h"

using namespace lockstep;
using namespace lockstep::net;

namespace {

/// Answers with what it understood.
void echo(Request request, std::unique_ptr<Responder> responder) {
    LS_ASSERT(!request.method.empty() && request.body.size() <= limits::request_body_bytes_max);
    Response response = text_response(200, std::string(request.path()) + "\n" + std::string(request.query()) + "\n" + request.body);
    for (const auto& [name, value] : request.headers) LS_ASSERT(request.headers.get(name));
    static_cast<void>(split_path(request.path()));
    static_cast<void>(parse_form(request.query()));
    responder->send(std::move(response));
}

std::uint16_t port() {
    static Server* const server = start_server({.header_bytes_max = 2048}, echo).value().release();
    return server->port();
}

int connected() {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    LS_ASSERT(::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    const timeval patience{.tv_sec = 5, .tv_usec = 0};
    const linger reset{.l_onoff = 1, .l_linger = 0};  // no port is left waiting
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    return descriptor;
}

std::string all_of(int descriptor) {
    std::string answer;
    char part[4096];
    ssize_t got = 0;
    while ((got = ::recv(descriptor, part, sizeof part, 0)) > 0) answer.append(part, static_cast<std::size_t>(got));
    LS_ASSERT(got == 0 || errno != EAGAIN);  // nobody is left waiting
    return answer;
}

}  // namespace

/// Whatever a client sends and then ends, it is answered in HTTP or closed, at once.
FUZZ(server) {
    const int descriptor = connected();
    const bool sent = ::send(descriptor, data.data(), data.size(), MSG_NOSIGNAL) >= 0;
    ::shutdown(descriptor, SHUT_WR);
    const std::string answer = sent ? all_of(descriptor) : std::string();
    LS_ASSERT(answer.empty() || answer.starts_with("HTTP/1."));
    ::close(descriptor);
}
