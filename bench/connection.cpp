#include "bench/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace lockstep::bench {

Connection::Step Connection::open(const sockaddr* address, socklen_t size) {
    close();
    descriptor_ = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor_ < 0) return fail("no_socket");
    const int on = 1;
    setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    phase_ = Phase::opening;
    if (connect(descriptor_, address, size) == 0) return on_writable();
    return errno == EINPROGRESS ? Step::waiting : fail("unreachable");
}

void Connection::close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
    phase_ = Phase::closed;
    watched_for_writing = false;
}

Connection::Step Connection::fail(const char* why) {
    close();
    failure_ = why;
    return has_request_ ? (has_request_ = false, Step::failed) : Step::closed;
}

Connection::Step Connection::send(std::int64_t due_ns, std::int64_t now_ns, bool to_head) {
    has_request_ = true;
    written_ = 0;
    due_ns_ = due_ns;
    sent_ns_ = now_ns;
    reader_.begin(to_head);
    return phase_ == Phase::idle ? write() : Step::waiting;
}

Connection::Step Connection::write() {
    phase_ = Phase::busy;
    while (written_ < request_.size()) {
        const ssize_t count = ::send(descriptor_, request_.data() + written_, request_.size() - written_, MSG_NOSIGNAL);
        if (count < 0) return errno == EAGAIN || errno == EINTR ? Step::waiting : fail("closed");
        written_ += static_cast<std::size_t>(count);
    }
    return Step::waiting;
}

Connection::Step Connection::on_writable() {
    if (phase_ == Phase::busy) return write();
    if (phase_ != Phase::opening) return Step::waiting;
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return fail("unreachable");
    phase_ = Phase::idle;
    return has_request_ ? write() : Step::opened;
}

Connection::Step Connection::on_readable() {
    thread_local std::array<char, 64u << 10> buffer;
    if (phase_ != Phase::idle && phase_ != Phase::busy) return Step::waiting;
    while (true) {
        const ssize_t count = recv(descriptor_, buffer.data(), buffer.size(), 0);
        if (count < 0) return errno == EAGAIN || errno == EINTR ? Step::waiting : fail("closed");
        if (count == 0) return phase_ == Phase::busy && reader_.end() == AnswerReader::State::done ? finish() : fail("closed");
        if (phase_ == Phase::idle) return fail("malformed");
        const auto state = reader_.take({buffer.data(), static_cast<std::size_t>(count)});
        if (state == AnswerReader::State::malformed) return fail("malformed");
        if (state == AnswerReader::State::done) return finish();
        // A short read has emptied the socket.
        if (static_cast<std::size_t>(count) < buffer.size()) return Step::waiting;
    }
}

// A server may answer before it has read the whole request, and end the connection: the answer counts.
Connection::Step Connection::finish() {
    has_request_ = false;
    phase_ = Phase::idle;
    if (!reader_.keep_alive() || written_ < request_.size()) close();
    return Step::answered;
}

}  // namespace lockstep::bench
