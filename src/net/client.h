#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "net/http.h"

namespace lockstep::net {

/// What a call may do at the vendor: decides how a lost answer is classified.
enum class Effect : std::uint8_t {
    read,   ///< changes nothing: a lost answer is `connection_lost` (transient), redirects and re-sends are allowed
    write,  ///< sent at most once: a lost answer is `answer_lost` (in doubt), never re-sent below the journal
};

struct SendOptions {
    Effect effect = Effect::read;
    std::int64_t connect_timeout_ms = 10'000;
    std::int64_t total_timeout_ms = 60'000;
    std::size_t response_body_bytes_max = 64u << 20;
};

/// Sends HTTP requests. The production client is libcurl; the simulator's delivers to the sandbox's handlers in-process.
class HttpClient {
public:
    virtual ~HttpClient() = default;
    /// Sends and waits for the whole answer. Any HTTP status is a value; errors are transport errors only:
    /// `unreachable` (the request never left), `connection_lost` (reads), `answer_lost` (writes that may have arrived),
    /// `vendor_protocol` (an answer that is not HTTP or too large; for writes `answer_lost`), `url_invalid`,
    /// `value_invalid` (a method or header field that would break out of its line), `deadline_exceeded` (no time given).
    /// A body cut short of its Content-Length, a head cut short, or a broken gzip body counts as a lost answer.
    /// Redirects of reads by GET and HEAD are followed (another origin gets no header field but Accept); all others are
    /// values.
    /// Threads: any, many at once.
    virtual Result<Response> send(const Request& request, const SendOptions& options) = 0;
};

struct CurlClientOptions {
    std::string user_agent = "Lockstep/1";
    std::size_t connections_per_host_max = 64;
    std::int64_t idle_connection_max_s = 20;  ///< below the vendors' own idle limits, so that reuse seldom meets a dead one
    std::string ca_file;                      ///< empty: the system's
};
/// Makes the libcurl client: pooling, gzip, proxy from the environment, TLS verification always on.
std::unique_ptr<HttpClient> make_curl_client(CurlClientOptions options = {});

}  // namespace lockstep::net
