#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "net/listener.h"

/// Plain sockets for tests: a client that sends any bytes, and a server that plays a script.
namespace lockstep::net::testing_sockets {

/// Nothing in a test takes longer; what does, hangs.
inline constexpr int patience_ms = 15'000;

/// One end of a connection.
class Socket {
public:
    explicit Socket(int descriptor) : descriptor_(descriptor) {}
    Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)), buffer_(std::move(other.buffer_)) {}
    Socket& operator=(Socket&&) = delete;
    ~Socket() { close(); }

    static Socket connect_to(std::uint16_t port) {
        const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const bool connected = ::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
        Socket socket(descriptor);
        if (!connected) socket.close();
        return socket;
    }
    bool is_open() const { return descriptor_ >= 0; }
    void close() {
        if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
    }
    void end_output() { ::shutdown(descriptor_, SHUT_WR); }
    /// Returns false when the other side has gone.
    bool write(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    /// Returns everything up to the end of the connection.
    std::string read_all() {
        while (fill()) {}
        return std::exchange(buffer_, {});
    }
    /// Returns one message with a Content-Length (or none), or nullopt at the end of the connection.
    std::optional<std::string> read_message() {
        auto head_end = buffer_.find("\r\n\r\n");
        for (; head_end == std::string::npos; head_end = buffer_.find("\r\n\r\n"))
            if (!fill()) return std::nullopt;
        const auto size = head_end + 4 + content_length(std::string_view(buffer_).substr(0, head_end));
        while (buffer_.size() < size)
            if (!fill()) return std::nullopt;
        auto message = buffer_.substr(0, size);
        buffer_.erase(0, size);
        return message;
    }

private:
    static std::size_t content_length(std::string_view head) {
        constexpr std::string_view name = "\r\nContent-Length: ";
        const auto place = head.find(name);
        std::size_t length = 0;
        if (place != std::string_view::npos) std::from_chars(head.data() + place + name.size(), head.data() + head.size(), length);
        return length;
    }
    bool fill() {
        pollfd waiting{descriptor_, POLLIN, 0};
        if (::poll(&waiting, 1, patience_ms) <= 0) return false;
        char bytes[16384];
        const auto received = ::recv(descriptor_, bytes, sizeof bytes, 0);
        if (received <= 0) return false;
        buffer_.append(bytes, static_cast<std::size_t>(received));
        return true;
    }
    int descriptor_;
    std::string buffer_;
};

/// A server that gives each connection, in order of arrival and numbered from 0, to a script.
class ScriptedServer {
public:
    using Script = std::function<void(Socket& socket, int number)>;
    explicit ScriptedServer(Script script) : listener_(*open_listener("127.0.0.1", 0)), script_(std::move(script)) {
        thread_ = std::thread([this] { accept_all(); });
    }
    ~ScriptedServer() {
        ::shutdown(listener_.descriptor(), SHUT_RDWR);
        thread_.join();
        for (auto& worker : workers_) worker.join();
    }
    std::string url(std::string_view path = "/") const {
        return "http://127.0.0.1:" + std::to_string(listener_.port()) + std::string(path);
    }
    int connections() const { return connections_; }

private:
    void accept_all() {
        pollfd waiting{listener_.descriptor(), POLLIN, 0};
        while (::poll(&waiting, 1, -1) > 0) {
            const int descriptor = ::accept4(listener_.descriptor(), nullptr, nullptr, SOCK_CLOEXEC);
            if (descriptor < 0) return;
            workers_.emplace_back([this, number = connections_++, socket = Socket(descriptor)]() mutable { script_(socket, number); });
        }
    }
    Listener listener_;
    Script script_;
    std::atomic<int> connections_ = 0;
    std::vector<std::thread> workers_;
    std::thread thread_;
};

inline std::string plain_answer(std::string_view body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

/// A port on which nobody listens.
inline std::uint16_t closed_port() { return open_listener("127.0.0.1", 0)->port(); }

}  // namespace lockstep::net::testing_sockets
