#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace lockstep::net {

/// Owns a socket that listens.
class Listener {
public:
    Listener(int descriptor, std::uint16_t port, bool ipv6) : descriptor_(descriptor), port_(port), ipv6_(ipv6) {}
    Listener(Listener&& other) noexcept;
    Listener& operator=(Listener&&) = delete;
    ~Listener();

    int descriptor() const { return descriptor_; }
    std::uint16_t port() const { return port_; }
    bool ipv6() const { return ipv6_; }
    /// Gives the socket away: the caller closes it.
    int release();

private:
    int descriptor_;
    std::uint16_t port_;
    bool ipv6_;
};

/// Listens on `address` (a numeric IPv4 or IPv6 address, or a host name) and `port`; 0: any free port.
/// Errors: `address_in_use` naming address and port; `config_invalid` for an address that is not this machine's, or a
/// port that needs more rights.
Result<Listener> open_listener(const std::string& address, std::uint16_t port);

}  // namespace lockstep::net
