#include "net/listener.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include <fmt/format.h>

namespace lockstep::net {
namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Result<Addresses> resolve(const std::string& address, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int status = getaddrinfo(address.empty() ? nullptr : address.c_str(), std::to_string(port).c_str(), &hints, &found);
    if (status != 0)
        return fail(ErrorCode::config_invalid,
                    fmt::format("the address to listen on cannot be resolved: {}, {}", address, gai_strerror(status)));
    return Addresses(found, &freeaddrinfo);
}

Unexpected refused(const std::string& address, std::uint16_t port, int reason) {
    if (reason == EADDRINUSE)
        return fail(ErrorCode::address_in_use, fmt::format("another program listens there already: {}, port {}", address, port));
    return fail(ErrorCode::config_invalid, fmt::format("cannot listen there: {}, port {}, {}", address, port, std::strerror(reason)));
}

std::uint16_t bound_port(int descriptor) {
    sockaddr_storage bound{};
    socklen_t length = sizeof bound;
    if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound), &length) != 0) return 0;
    return ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(bound).sin6_port
                                             : reinterpret_cast<const sockaddr_in&>(bound).sin_port);
}

}  // namespace

Listener::Listener(Listener&& other) noexcept : descriptor_(other.release()), port_(other.port_), ipv6_(other.ipv6_) {}

Listener::~Listener() {
    if (descriptor_ >= 0) close(descriptor_);
}

int Listener::release() { return std::exchange(descriptor_, -1); }

Result<Listener> open_listener(const std::string& address, std::uint16_t port) {
    LS_TRY_ASSIGN(auto addresses, resolve(address, port));
    const addrinfo& chosen = *addresses;
    const int descriptor = socket(chosen.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return refused(address, port, errno);
    Listener listener(descriptor, 0, chosen.ai_family == AF_INET6);
    // A port whose last connections are still in TIME_WAIT can be listened on again: restarts do not wait.
    const int on = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(descriptor, chosen.ai_addr, chosen.ai_addrlen) != 0) return refused(address, port, errno);
    if (listen(descriptor, SOMAXCONN) != 0) return refused(address, port, errno);
    return Listener(listener.release(), bound_port(descriptor), chosen.ai_family == AF_INET6);
}

}  // namespace lockstep::net
