#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>

#include "bench/answer_reader.h"

namespace lockstep::bench {

/// A socket that carries one request at a time. It knows nothing of schedules; the loop tells it when the socket is ready.
class Connection {
public:
    enum class Step : std::uint8_t {
        waiting,   ///< the socket will say when it goes on
        opened,    ///< connected, and there is no request
        answered,  ///< the answer is complete
        failed,    ///< no answer: `failure()` says why; closed
        closed,    ///< the server ended an idle connection
    };
    enum class Phase : std::uint8_t { closed, opening, idle, busy };

    Connection() = default;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() { close(); }

    /// Begins to connect. `failed` at once if there is no socket or the address refuses.
    Step open(const sockaddr* address, socklen_t size);
    /// Begins a request. Requires that none is under way; a connection still opening sends it when it is open.
    Step send(std::int64_t due_ns, std::int64_t now_ns, bool to_head);
    Step on_writable();
    Step on_readable();
    Step fail(const char* why);
    void close();

    std::string& request() { return request_; }  ///< to be filled before `send`
    int descriptor() const { return descriptor_; }
    Phase phase() const { return phase_; }
    bool has_request() const { return has_request_; }
    bool wants_to_write() const { return phase_ == Phase::opening || (has_request_ && written_ < request_.size()); }
    std::int64_t due_ns() const { return due_ns_; }
    std::int64_t sent_ns() const { return sent_ns_; }
    int status() const { return reader_.status(); }
    const char* failure() const { return failure_; }

    bool watched_for_writing = false;  ///< the loop's own note

private:
    Step write();
    Step take(std::string_view bytes);
    Step finish();

    int descriptor_ = -1;
    Phase phase_ = Phase::closed;
    bool has_request_ = false;
    std::string request_;
    std::size_t written_ = 0;
    AnswerReader reader_;
    std::int64_t due_ns_ = 0, sent_ns_ = 0;
    const char* failure_ = "";
};

}  // namespace lockstep::bench
