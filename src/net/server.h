#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/limits.h"
#include "net/http.h"

namespace lockstep::net {

/// Answers one request, once, from any thread, now or later. Destroying it unanswered answers 500.
class Responder {
public:
    virtual ~Responder() = default;
    virtual void send(Response response) = 0;
    /// Closes the connection without an answer (the sandbox's faults).
    virtual void drop() = 0;
    /// Sends the head with the full Content-Length and only `bytes` of the body, then closes (the sandbox's faults).
    virtual void send_truncated(Response response, std::size_t bytes) = 0;
};

using Handler = std::function<void(Request request, std::unique_ptr<Responder> responder)>;

struct ServerOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0: any free one
    int threads = 1;
    std::size_t body_bytes_max = limits::request_body_bytes_max;      ///< larger: 413
    std::size_t header_bytes_max = limits::request_header_bytes_max;  ///< larger: 431
    std::int64_t idle_timeout_s = 30;                                 ///< a client that sends nothing is closed
    std::int64_t request_timeout_s = 20;                              ///< head and body must have arrived by then (slow clients): 408
    std::size_t connections_max = 4096;
    std::string certificate_file, key_file;  ///< PEM; both or neither
};

/// An HTTP/1.1 server with keep-alive on libmicrohttpd. HEAD is answered as GET without a body by the library.
class Server {
public:
    virtual ~Server() = default;  ///< stops at once
    virtual std::uint16_t port() const = 0;
    /// Stops accepting, answers what has arrived, closes idle connections; returns when done or after `timeout_ms`.
    virtual void drain(std::int64_t timeout_ms) = 0;
};

/// Errors: `address_in_use`, `key_file_invalid`, `config_invalid`.
Result<std::unique_ptr<Server>> start_server(const ServerOptions& options, Handler handler);

}  // namespace lockstep::net
